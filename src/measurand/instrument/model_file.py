"""A model in a file, run in a process of its own: a crash of its library ends that process, and is an error here."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from measurand.document.live import SystemLimit
from measurand.document.observation import Observation, Task
from measurand.document.strict import strict
from measurand.errors import ProcedureError
from measurand.instrument.fault import fault, hint_of, stopped
from measurand.instrument.lines import Lines
from measurand.instrument.model_settings import fixed
from measurand.instrument.python import observation

PICKLES = (".pkl", ".pickle", ".joblib")
_PICKLE = b"\x80"
"""First byte of a pickle of protocol 2 and later; no ONNX or skops file begins with it."""
BATCH = 256
"""Items that a model is given together, if nothing else is said."""
_CHUNK = 1 << 22


class ModelProcess:
    """The process of one model: ``module`` of this package serves ``file`` there (``model_process.serve``)."""

    def __init__(
        self, module: str, file: Path, settings: Mapping[str, Any], *, access: str, target: str, limit: SystemLimit
    ) -> None:
        self.access, self.target, self.limit = access, target, limit
        words = [sys.executable, "-P", "-m", f"measurand.instrument.{module}", str(file), json.dumps(settings)]
        self._lines = Lines(words, file.parent, limit, name=target)

    def identity(self) -> dict[str, str]:
        """What the outputs depend on beside the file. Raises ProcedureError: it cannot be loaded, and why."""
        found = self._asked({})
        if found is None:
            raise stopped("M0631.slow", file=self.target, hint="M0631.slow_hint", seconds=self.limit.seconds)
        if "refused" in found:
            key, fields = self._refused(found)
            raise ProcedureError(fault(key, **fields))
        return {name: str(text) for name, text in found["identity"].items()}

    def observe(self, tasks: Iterable[Task], *, batch: int) -> Iterator[Observation]:
        """One observation per task. Raises RunError when the process ends, or what the model takes or gives is not
        what the procedure says.

        No answer in ``limit.seconds`` is a ``timeout`` of all that were asked together; the model is loaded anew.
        """
        queue = iter(tasks)
        while several := list(islice(queue, batch)):
            for task in several:
                fixed(task, access=self.access)
            found = self._asked({"inputs": [dict(task.input) for task in several]})
            if found is not None and "refused" in found:
                key, fields = self._refused(found)
                raise stopped(key, **fields)
            late = {"status": "timeout", "reason": f"no answer in {self.limit.seconds} s"}
            outputs = [late] * len(several) if found is None else found["outputs"]
            for task, output in zip(several, outputs, strict=True):
                yield observation(task, output)

    def close(self) -> None:
        """End the process."""
        self._lines.close()

    def _asked(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        line = self._lines.asked(json.dumps(question).encode() + b"\n")
        found: dict[str, Any] | None = None if line is None else strict(line)
        return found

    def _refused(self, found: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The sentence key and its fields."""
        key = found["refused"]["key"]
        return key, {**found["refused"]["fields"], "file": self.target, "hint": hint_of(key)}


def digest_of(file: Path, *, name: str) -> str:
    """SHA-256 of a file that is ``name`` in the procedure. Raises ProcedureError: it cannot be read."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProcedureError(fault("M0631.file", file=name, hint="M0631.hint", reason=reason)) from None
    return digest.hexdigest()


def no_pickle(file: Path, *, name: str) -> None:
    """Raises ProcedureError for a file that would run a program when it is read."""
    head = b""
    if file.is_file():
        with file.open("rb") as opened:
            head = opened.read(1)
    if file.suffix.lower() in PICKLES or head == _PICKLE:
        raise ProcedureError(fault("M0631.pickle", file=name, hint="M0631.pickle_hint"))
