"""A scikit-learn model in a skops file on this machine, in a process of its own (libraries ``skops``, scikit-learn).

A skops file holds no program: each type in it is one that skops trusts, or that the procedure names.
"""

from __future__ import annotations

import zipfile
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

SETTINGS = ("any_version", "batch", "missing", "output", "positive", "text", "threads", "trusted")


class Skops:
    """``target`` is the file. The input columns are the features in their order, or by name where the model has names.

    Raises ProcedureError: no such file, a pickle, another format, a setting that is none.
    """

    def __init__(
        self, target: str, folder: Path, *, settings: Mapping[str, Any] | None = None, limit: SystemLimit | None = None
    ) -> None:
        given = checked(settings or {}, SETTINGS, access="skops")
        file = (folder / target).resolve()
        no_pickle(file, name=target)
        self.target, self.batch = target, int(given.get("batch", BATCH))
        self._digest = digest_of(file, name=target)
        if not zipfile.is_zipfile(file):
            raise ProcedureError(fault("M0631.skops", file=target, hint="M0631.skops_hint"))
        self._model = ModelProcess(
            "skops_process", file, given, access="skops", target=target, limit=limit or SystemLimit()
        )

    @classmethod
    def of(cls, system: System, folder: Path, *, connections: int = 1) -> Skops:
        """The instrument of a system of a procedure; it is asked in batches, so ``connections`` changes nothing."""
        return cls(system.target or "", folder, settings=system.settings, limit=system.limit)

    def identity(self) -> Mapping[str, str]:
        """``access``, ``target``, the SHA-256 of the file, versions of skops, scikit-learn and numpy.

        Raises ProcedureError: the model cannot be loaded, holds a type that is not trusted, or was saved with another
        version of scikit-learn.
        """
        own = {"access": "skops", "target": self.target, f"sha256 of {self.target}": self._digest}
        return {**own, **self._model.identity()}

    def observe(self, tasks: Iterable[Task]) -> Iterator[Observation]:
        """One observation per task (``ModelProcess.observe``)."""
        return self._model.observe(tasks, batch=self.batch)

    def close(self) -> None:
        """End the process."""
        self._model.close()
