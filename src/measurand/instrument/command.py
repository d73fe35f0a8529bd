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
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from measurand.document.live import SystemLimit
from measurand.document.observation import Observation, Task
from measurand.document.procedure import System
from measurand.document.strict import strict
from measurand.errors import ProcedureError
from measurand.instrument.answer import AgreementError, read
from measurand.instrument.fault import fault, stopped
from measurand.instrument.lines import Lines
from measurand.instrument.python import given, observation


class Command:
    """``target`` is a command line; it is split as a shell splits it, and no shell runs it.

    Raises ProcedureError for a program that is not there.
    """

    batch = 1
    """Each answer is on the disk before the next question is asked."""

    def __init__(
        self, target: str, folder: Path, *, settings: Mapping[str, Any] | None = None, limit: SystemLimit | None = None
    ) -> None:
        self.target, self.folder = target, folder
        self._settings, self._limit = dict(settings or {}), limit or SystemLimit()
        self._words = shlex.split(target)
        first = self._words[0] if self._words else ""
        # a path starts from the folder of the procedure; a bare name is one of PATH, and no file beside the data
        program = shutil.which(str(folder / first) if os.sep in first else first)
        if program is None:
            raise ProcedureError(fault("M0617.program", file="", target=first))
        self._program = Path(program).resolve()
        self._lines = Lines([str(self._program), *self._words[1:]], folder, self._limit, name=target)

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
            line = self._lines.asked(json.dumps(given(task, self._settings)).encode() + b"\n")
            if line is None:
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
        self._lines.close()
