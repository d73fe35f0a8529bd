"""Code scored by tests: what the answer defines runs in a process without rights, and the tests in another one."""

from __future__ import annotations

import ast
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from measurand.instrument.fault import stopped
from measurand.instrument.scoring import code_process
from measurand.instrument.scoring.code_process import reads_little, supported
from measurand.instrument.scoring.contract import RIGHT, WRONG, Known, Scored
from measurand.message import say

PROGRAM = Path(code_process.__file__).resolve()
SECONDS, MEGABYTES = 10, 512
_ALLOWED: ContextVar[bool] = ContextVar("code is allowed", default=False)
_BLOCK = re.compile(r"^[ \t]*```[ \t]*([\w+-]*)[^\n]*\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE)
_FLAGS = ("-S", "-s", "-P", "-B")


@contextmanager
def allowed(yes: bool) -> Iterator[None]:
    """Whether code from answers may be run while this holds: no procedure and no record can say so by itself."""
    token = _ALLOWED.set(yes)
    try:
        yield
    finally:
        _ALLOWED.reset(token)


class Code:
    """1 where all tests pass, else 0. The answer is Python, in a fenced block or as it stands; the reference value is a
    Python program of tests (asserts) that calls the functions which the answer defines.

    The functions run in a process of their own, without rights: memory, time and reading Python's own files are left; a
    filter of system calls (seccomp) and of files (Landlock; the identity says where there is none) refuses everything
    else. The tests run in another such process, where each call goes to the
    first; only plain data pass, so that no answer can say by itself that it passed. Tests that need more than functions
    of plain data (classes, callables as arguments) cannot be scored.

    Raises RunError: code is not allowed (``allowed``), or this is no Linux on x86-64 or arm64.
    """

    version = 1

    def __init__(self, seconds: int | None = None, megabytes: int | None = None) -> None:
        if not _ALLOWED.get():
            raise stopped("M0640.code", hint="M0640.hint")
        if not supported():
            raise stopped("M0640.machine", machine=f"{sys.platform} {platform.machine()}")
        self.seconds, self.megabytes = seconds or SECONDS, megabytes or MEGABYTES
        self.signature = f"Python {platform.python_version()}, {self.seconds} s, {self.megabytes} MB, seccomp"
        self.signature += ", Landlock" if reads_little() else ", any file can be read"
        twice = "assert twice([1, 2]) == [2, 4] and twice([]) == []"
        self.known: Sequence[Known] = (
            Known("```python\ndef twice(x):\n    return [2 * y for y in x]\n```", twice, "1"),
            Known("def twice(x):\n    return x + x", twice, "0"),
            Known("def twice(x):\n    raise ValueError(x)", twice, "0"),
            Known("import os\nos._exit(0)", twice, "0"),
            Known("import socket\nsocket.socket()\ndef twice(x):\n    return [2 * y for y in x]", twice, "0"),
            Known("open('left', 'w')\ndef twice(x):\n    return [2 * y for y in x]", twice, "0"),
            Known("import os\nif os.fork(): pass\ndef twice(x):\n    return [2 * y for y in x]", twice, "0"),
            Known("I would double each of them.", twice, ""),
        )

    def score(self, text: str, reference: str) -> Scored:
        """Run the tests."""
        source = code_of(text)
        if source is None:
            return Scored(reason=say("scoring.no_code"))
        found = self._tested(source, reference)
        if found is None or found.get("verdict") == "fail":
            return WRONG
        return RIGHT if found.get("verdict") == "pass" else Scored(reason=str(found.get("reason"))[:200])

    def _tested(self, source: str, tests: str) -> dict[str, str] | None:
        """What the tester says; None: it did not come to an end in its time."""
        limits = {
            "RLIMIT_AS": self.megabytes << 20, "RLIMIT_CPU": self.seconds + 1, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": 64,
        }  # fmt: skip
        ours, theirs = socket.socketpair()
        several: list[subprocess.Popen[bytes]] = []
        with ours, theirs, tempfile.TemporaryDirectory() as folder:
            try:
                for part, end in (("candidate", theirs), ("tester", ours)):
                    words = [sys.executable, *_FLAGS, str(PROGRAM), part, str(end.fileno()), json.dumps(limits)]
                    several.append(
                        subprocess.Popen(
                            words, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=[end.fileno()],
                            stdout=subprocess.PIPE if part == "tester" else subprocess.DEVNULL,
                            cwd=folder, env={"PYTHONHASHSEED": "0"}, start_new_session=True,
                        )
                    )  # fmt: skip
                ours.close()
                theirs.close()
                until = time.monotonic() + self.seconds
                _given(several[0], source)
                said, _ = several[1].communicate(tests.encode("utf-8", "replace"), timeout=until - time.monotonic())
            except subprocess.TimeoutExpired:
                return None
            finally:
                for process in several:
                    _ended(process)
        try:
            found = json.loads(said)
        except ValueError:  # it was killed: time or memory
            return None
        return found if isinstance(found, dict) else None


def code_of(text: str) -> str | None:
    """The Python of an answer: its first fenced block of Python, or of no named language; else the whole text where it
    is Python; None for none.

    >>> code_of("Sure:\\n```python\\nx = 1\\n```\\nDone.")
    'x = 1\\n'
    >>> code_of("I would not.") is None
    True
    """
    blocks = [(found[1].lower(), found[2]) for found in _BLOCK.finditer(text)]
    for language, block in blocks:
        if language in ("python", "py", "python3", ""):
            return block
    if blocks:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    defines = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.Import, ast.ImportFrom)
    return text if any(isinstance(node, defines) for node in tree.body) else None


def _given(process: subprocess.Popen[bytes], source: str) -> None:
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.write(source.encode("utf-8", "replace"))
        with suppress(BrokenPipeError):
            process.stdin.close()


def _ended(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    process.wait()
