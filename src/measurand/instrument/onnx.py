"""A model in an ONNX file on this machine, run by ONNX Runtime in a process of its own (library ``onnxruntime``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from measurand.document.live import SystemLimit
from measurand.document.observation import Observation, Task
from measurand.document.procedure import System
from measurand.errors import ProcedureError
from measurand.instrument.fault import fault
from measurand.instrument.model_file import BATCH, ModelProcess, digest_of, no_pickle
from measurand.instrument.model_settings import checked
from measurand.instrument.onnx_external import external

SETTINGS = ("batch", "classes", "missing", "output", "positive", "provider", "softmax", "threads")


class Onnx:
    """``target`` is the file. The input columns are the features in their order, or the model's inputs by name.

    Raises ProcedureError: no such file, a pickle, weights in a file that is not beside it, a setting that is none.
    """

    def __init__(
        self, target: str, folder: Path, *, settings: Mapping[str, Any] | None = None, limit: SystemLimit | None = None
    ) -> None:
        given = checked(settings or {}, SETTINGS, access="onnx")
        file = (folder / target).resolve()
        no_pickle(file, name=target)
        self.target, self.batch = target, int(given.get("batch", BATCH))
        self._digests = {target: digest_of(file, name=target), **_beside(file, target)}
        self._model = ModelProcess(
            "onnx_process", file, given, access="onnx", target=target, limit=limit or SystemLimit()
        )

    @classmethod
    def of(cls, system: System, folder: Path, *, connections: int = 1) -> Onnx:
        """The instrument of a system of a procedure; it is asked in batches, so ``connections`` changes nothing."""
        return cls(system.target or "", folder, settings=system.settings, limit=system.limit)

    def identity(self) -> Mapping[str, str]:
        """``access``, ``target``, the SHA-256 of each file of the model, version and provider of ONNX Runtime.

        Raises ProcedureError: the model cannot be loaded.
        """
        digests = {f"sha256 of {name}": digest for name, digest in self._digests.items()}
        return {"access": "onnx", "target": self.target, **self._model.identity(), **digests}

    def observe(self, tasks: Iterable[Task]) -> Iterator[Observation]:
        """One observation per task (``ModelProcess.observe``)."""
        return self._model.observe(tasks, batch=self.batch)

    def close(self) -> None:
        """End the process."""
        self._model.close()


def _beside(file: Path, target: str) -> dict[str, str]:
    """Name -> SHA-256 of each file that holds weights of the model. Raises ProcedureError."""
    try:
        names = external(file)
    except ValueError as error:
        raise ProcedureError(fault("M0631.onnx", file=target, reason=str(error))) from None
    digests = {}
    for name in names:
        path = (file.parent / name).resolve()
        if not path.is_relative_to(file.parent) or not path.is_file():
            raise ProcedureError(fault("M0631.external", file=target, hint="M0631.external_hint", name=name[:100]))
        digests[name] = digest_of(path, name=name)
    return digests
