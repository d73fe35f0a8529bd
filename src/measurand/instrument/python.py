"""A Python callable as an instrument, run in a process of its own.

The callable is ``function(inputs: list[dict]) -> list[dict]``. Each input holds ``item``, ``repeat``, ``seed``,
``condition`` (factor id -> level), the input columns of the reference, and ``settings`` of the system if any. Each
output holds ``value``, ``score``, ``scores`` (class -> score) or ``exposure``, or a ``status`` other than ``ok`` with
its ``reason``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from measurand.document.label import label
from measurand.document.observation import Observation, Status, Task
from measurand.document.procedure import System
from measurand.errors import RunError
from measurand.instrument.answer import AgreementError
from measurand.instrument.fault import stopped

OBSERVED: Mapping[str, Status] = {s: s for s in ("ok", "refused", "failed", "timeout", "unscored")}
TAIL = 600
"""Characters of the process's last words that an error shows."""


class PythonCallable:
    """``target`` is ``module:function``; ``folder`` (that of the procedure) is searched first for the module."""

    def __init__(
        self, target: str, folder: Path, *, settings: Mapping[str, Any] | None = None, batch: int = 64
    ) -> None:
        self.target = target
        self.batch = batch
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process = _start(folder, self._errors)
        self._settings = dict(settings or {})
        try:
            self._identity = {key: str(text) for key, text in self._ask({"target": target})["identity"].items()}
        except RunError:
            self.close()
            raise

    @classmethod
    def of(cls, system: System, folder: Path, *, connections: int = 1) -> PythonCallable:
        """The instrument of a system of a procedure; it is asked in batches, so ``connections`` changes nothing."""
        return cls(system.target or "", folder, settings=system.settings)

    def identity(self) -> Mapping[str, str]:
        """``access``, ``target``, the SHA-256 of the module's source, and the versions of Python and numpy."""
        return {"access": "python", "target": self.target, **self._identity}

    def observe(self, tasks: Iterable[Task]) -> Iterator[Observation]:
        """One observation per task. Raises RunError when the process died or breaks the agreement above."""
        queue = iter(tasks)
        while several := list(islice(queue, self.batch)):
            answer = self._ask({"inputs": [given(task, self._settings) for task in several]})
            outputs = answer["outputs"]
            for task, output in zip(several, outputs, strict=True):
                try:
                    yield observation(task, output)
                except AgreementError as error:
                    raise stopped("M0603.agreement", target=self.target, reason=str(error)) from None

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue  # what was not yet read dies with the process

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise stopped("M0602.died", target=self.target, code="?", tail="")
        try:
            stdin.write(json.dumps(question).encode() + b"\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line.endswith(b"\n"):
            code = self._process.wait()
            raise stopped("M0602.died", target=self.target, code=str(code), tail=self._last_words())
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            raise stopped("M0603.agreement", target=self.target, reason=answer["refused"])
        return answer

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace").strip()[-TAIL:]


def given(task: Task, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked: an item's input columns, its identity, seed and condition; settings and prompt if any."""
    own = {"item": task.item, "repeat": task.repeat, "seed": task.seed, "condition": dict(task.condition)}
    more = {"settings": {**settings, **task.settings}, "prompt": task.prompt}
    return {**task.input, **own, **{name: value for name, value in more.items() if value}}


def observation(task: Task, answer: Mapping[str, Any]) -> Observation:
    """The observation of an answer (``answer.read``). Raises AgreementError for a status that is none."""
    status = OBSERVED.get(str(answer.get("status", "ok")))
    if status is None:
        raise AgreementError(f"status {answer['status']!r} is not one of {', '.join(OBSERVED)}")
    cells = {name: str(text) for name, text in answer.get("cells", {}).items()}
    if "value" in cells:
        cells["value"] = label(cells["value"])
    reason = str(answer.get("reason", ""))
    return Observation(task.system, task.item, dict(task.condition), task.repeat, status, cells, reason)


def _start(folder: Path, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    # Neither the order of sets nor the number of processors may change a digit; who sets the threads, decides.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**threads, **os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    command: Sequence[str] = [sys.executable, "-m", "measurand.instrument.callee"]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=folder,
        env=environment,
        start_new_session=True,  # Ctrl-C is for this program, which then ends the other
    )
