"""A program as an instrument: one JSON line in for each item, one JSON line out.

The program is started once and reads from its standard input lines such as
``{"item": "17", "repeat": 1, "seed": 5, "condition": {}, "prompt": "...", "settings": {}}`` with the input columns of
the item. For each it writes one line: ``{"output": "text"}``, or ``value``, ``score``, ``scores`` (class -> score), or
a ``status`` other than ``ok`` with its ``reason``. What it writes to standard error is shown when it ends early.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import selectors
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from measurand.document.observation import Observation, Task
from measurand.document.procedure import System, SystemLimit
from measurand.document.strict import strict
from measurand.errors import ProcedureError, RunError
from measurand.instrument.answer import AgreementError, read
from measurand.instrument.fault import fault, stopped
from measurand.instrument.python import given, observation

LARGEST = 16_000_000
"""Bytes of an answer."""
TAIL = 600
"""Characters of the program's last words that an error shows."""


class Command:
    """``target`` is a command line; it is split as a shell splits it, and no shell runs it."""

    batch = 1
    """Each answer is on the disk before the next question is asked."""

    def __init__(
        self, target: str, folder: Path, *, settings: Mapping[str, Any] | None = None, limit: SystemLimit | None = None
    ) -> None:
        self.target, self.folder = target, folder
        self._settings, self._limit = dict(settings or {}), limit or SystemLimit()
        self._words = shlex.split(target)
        program = shutil.which(self._words[0], path=f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}")
        if program is None:
            raise ProcedureError(fault("M0617.program", file="", target=self._words[0]))
        self._program = Path(program).resolve()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def of(cls, system: System, folder: Path, *, connections: int = 1) -> Command:
        """The instrument of a system of a procedure; it is asked one by one, so ``connections`` changes nothing."""
        return cls(system.target or "", folder, settings=system.settings, limit=system.limit)

    def identity(self) -> Mapping[str, str]:
        """``access``, ``target``, and the SHA-256 of the program and of each file that the command line names."""
        named = {word: self.folder / word for word in self._words[1:]}
        files = {self._words[0]: self._program, **{word: path for word, path in named.items() if path.is_file()}}
        digests = {f"sha256 of {word}": hashlib.sha256(path.read_bytes()).hexdigest() for word, path in files.items()}
        return {"access": "command", "target": self.target, **digests}

    def observe(self, tasks: Iterable[Task]) -> Iterator[Observation]:
        """One observation per task. Raises RunError when the program ends or breaks the agreement above.

        No answer in ``limit.seconds`` is a ``timeout``: the program is ended, and started anew for the next item.
        """
        for task in tasks:
            line = self._asked(json.dumps(given(task, self._settings)).encode() + b"\n")
            if line is None:
                self._end()
                reason = f"no answer in {self._limit.seconds} s"
                yield Observation(task.system, task.item, dict(task.condition), task.repeat, "timeout", {}, reason)
                continue
            try:
                answer = read(strict(line))
                yield observation(task, answer)
            except (AgreementError, ValueError) as error:
                raise stopped("M0603.agreement", target=self.target, reason=str(error)[:200]) from None

    def close(self) -> None:
        """End the program."""
        self._end()
        self._errors.close()

    def _asked(self, question: bytes) -> bytes | None:
        """The line that comes back; None when none comes in time."""
        process = self._started()
        try:
            stdin, stdout = process.stdin, process.stdout
            if stdin is None or stdout is None:
                raise stopped("M0602.died", target=self.target, code="?", tail="")
            stdin.write(question)
            stdin.flush()
        except BrokenPipeError:
            raise self._died(process) from None
        found = bytearray()
        until = time.monotonic() + self._limit.seconds
        with selectors.DefaultSelector() as several:
            several.register(stdout, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not several.select(max(0.0, until - time.monotonic())):
                    return None
                more = os.read(stdout.fileno(), 65_536)
                found += more
                if not more:
                    raise self._died(process)
                if len(found) > LARGEST:
                    raise stopped("M0603.agreement", target=self.target, reason=f"an answer above {LARGEST} bytes")
        if found.count(b"\n") > 1:
            raise stopped("M0603.agreement", target=self.target, reason="several lines for one question")
        return bytes(found)

    def _died(self, process: subprocess.Popen[bytes]) -> RunError:
        code = process.wait()
        self._errors.seek(0)
        tail = self._errors.read().decode("utf-8", "replace").strip()[-TAIL:]
        return stopped("M0602.died", target=self.target, code=str(code), tail=tail)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [str(self._program), *self._words[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for this program, which then ends the other
                preexec_fn=self._limited,  # noqa: PLW1509 - no thread runs yet when instruments are made
            )
        return self._process

    def _limited(self) -> None:
        """In the new process: memory and processor time."""
        for name, most in ((resource.RLIMIT_AS, self._limit.memory), (resource.RLIMIT_CPU, self._limit.cpu_seconds)):
            if most is not None:
                resource.setrlimit(name, (most, most))

    def _end(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, 9)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue  # what was not yet read dies with the process
        self._process = None
