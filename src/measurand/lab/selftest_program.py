"""Another program that is asked the reference problems: one line of JSON in, one line of JSON out, in limited time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from measurand.document.canonical import canonical, plain
from measurand.document.decision import Verdict
from measurand.document.number import number
from measurand.document.selftest import Problem
from measurand.document.strict import strict
from measurand.errors import StoreError
from measurand.lab.atomic import refusal

REQUEST, ANSWER = "measurand/selftest-request/1", "measurand/selftest-answer/1"
LARGEST = 1_000_000
"""Bytes of an answer that are read."""
LONGEST_REASON = 300


def request(problem: Problem) -> bytes:
    """The line that a program is given: the problem without the answers."""
    shown = plain(problem)
    wanted = [{"name": asked.name, "words": asked.words} for asked in problem.asked]
    kept = {key: shown[key] for key in ("id", "title", "task", "source", "tables", "procedure") if key in shown}
    return canonical({"schema": REQUEST, **kept, "asked": wanted}) + b"\n"


class Program:
    """A command that is started once for each problem; ``seconds`` is the time that it has."""

    def __init__(self, command: str, *, seconds: float) -> None:
        try:
            self.words = shlex.split(command)
        except ValueError as error:
            raise refusal("M0752.command", command, reason=str(error)) from None
        if not self.words or shutil.which(self.words[0]) is None:
            raise refusal("M0752.command", command, reason="there is no such program")
        self.seconds = seconds

    def identity(self) -> dict[str, str]:
        """The command, and digests of those of its words that are files."""
        found = {"command": shlex.join(self.words)}
        for word in self.words:
            place = Path(shutil.which(word) or word)
            if place.is_file():
                found[f"sha256:{word}"] = hashlib.sha256(place.read_bytes()).hexdigest()
        return found

    def answer(self, problem: Problem) -> dict[str, str]:
        """The program's answers. Raises StoreError: too late, too long, not the protocol, or it says that it cannot."""
        name = self.words[0]
        line = self._line(problem)
        try:
            found = strict(line)
        except ValueError as error:
            raise refusal("M0753.answer", name, reason=str(error)[:LONGEST_REASON]) from None
        if not isinstance(found, dict) or found.get("schema") != ANSWER or found.get("id") != problem.id:
            raise refusal("M0753.answer", name, reason=f"schema {ANSWER} and id {problem.id} are expected")
        if "cannot" in found:
            raise refusal("M0754.cannot", name, reason=str(found["cannot"])[:LONGEST_REASON])
        values = found.get("values")
        if not isinstance(values, dict):
            raise refusal("M0753.answer", name, reason="values is no object")
        wanted = {asked.name for asked in problem.asked}
        return {key: self._text(value) for key, value in values.items() if key in wanted}

    def _text(self, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise refusal("M0753.answer", self.words[0], reason="a value is neither a number nor a text")
        if not isinstance(value, str):
            return number(value)
        if value in {verdict.value for verdict in Verdict} or value == "infinite":
            return value
        try:
            return number(float(value))
        except ValueError:
            raise refusal("M0753.answer", self.words[0], reason=f"{value[:40]!r} is no number") from None

    def _line(self, problem: Problem) -> bytes:
        """The first line that the program writes."""
        with tempfile.TemporaryFile() as question:  # a file, not a pipe: a program that never reads cannot stop us
            question.write(request(problem))
            question.seek(0)
            try:
                process = subprocess.Popen(
                    self.words, stdin=question, stdout=subprocess.PIPE, start_new_session=True, bufsize=0
                )
            except OSError as error:
                raise refusal("M0752.command", self.words[0], reason=error.strerror or str(error)) from None
            try:
                data = self._read(process)
            finally:
                _end(process)
        line, end, _ = data.partition(b"\n")
        if not end and not line:
            raise refusal("M0753.answer", self.words[0], reason="it ended without an answer")
        return line

    def _read(self, process: subprocess.Popen[bytes]) -> bytes:
        """What comes until the first line ends, the program closes its output, or a limit is reached."""
        until = time.monotonic() + self.seconds
        data = b""
        if process.stdout is None:
            return data
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in data:
                left = until - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise self._refused("M0755.late", seconds=f"{self.seconds:g}")
                more = os.read(process.stdout.fileno(), 65536)
                if not more:
                    break
                data += more
                if len(data) > LARGEST:
                    raise self._refused("M0756.long", most=str(LARGEST))
        return data

    def _refused(self, key: str, **fields: str) -> StoreError:
        return refusal(key, self.words[0], **fields)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started."""
    with contextlib.suppress(ProcessLookupError):  # it has ended, and nothing is left of it
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
