"""A process of its own that answers each line with a line, limited in time, memory and the length of an answer."""

from __future__ import annotations

import os
import resource
import selectors
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from measurand.document.live import SystemLimit
from measurand.errors import RunError
from measurand.instrument.fault import stopped

LARGEST = 16_000_000
"""Bytes of an answer."""
TAIL = 600
"""Characters of the process's last words that an error shows."""


class Lines:
    """Started with the first question; started anew after an answer that did not come in time."""

    def __init__(self, words: Sequence[str], folder: Path, limit: SystemLimit, *, name: str) -> None:
        self.words, self.folder, self.limit, self.name = list(words), folder, limit, name
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process: subprocess.Popen[bytes] | None = None

    def asked(self, question: bytes) -> bytes | None:
        """The line that comes back; None when none comes in time, and the process was ended.

        Raises RunError: the process ended, or wrote several lines, or too long a one.
        """
        process = self._started()
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise self._died(process)
        try:
            stdin.write(question)
            stdin.flush()
        except BrokenPipeError:
            raise self._died(process) from None
        found = bytearray()
        until = time.monotonic() + self.limit.seconds
        with selectors.DefaultSelector() as several:
            several.register(stdout, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not several.select(max(0.0, until - time.monotonic())):
                    self._end()
                    return None
                more = os.read(stdout.fileno(), 65_536)
                found += more
                if not more:
                    raise self._died(process)
                if len(found) > LARGEST:
                    raise stopped("M0603.agreement", target=self.name, reason=f"an answer above {LARGEST} bytes")
        if found.count(b"\n") > 1:
            raise stopped("M0603.agreement", target=self.name, reason="several lines for one question")
        return bytes(found)

    def close(self) -> None:
        """End the process."""
        self._end()
        self._errors.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                self.words,
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
        for name, most in ((resource.RLIMIT_AS, self.limit.memory), (resource.RLIMIT_CPU, self.limit.cpu_seconds)):
            if most is not None:
                resource.setrlimit(name, (most, most))

    def _died(self, process: subprocess.Popen[bytes]) -> RunError:
        code = process.wait()
        self._errors.seek(0)
        tail = self._errors.read().decode("utf-8", "replace").strip()[-TAIL:]
        return stopped("M0602.died", target=self.name, code=str(code), tail=tail)

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
