"""Code scored by tests: what passes, what fails, and what no answer can do."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.errors import RunError
from measurand.instrument.scoring.code import Code, allowed
from measurand.instrument.scoring.code_process import supported
from measurand.instrument.scoring.registry import check

pytestmark = pytest.mark.skipif(not supported(), reason="code is scored on Linux on x86-64 or arm64 only")

HUMANEVAL = (
    "METADATA = {}\n\ndef check(candidate):\n"
    "    assert candidate([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.3) == True\n"
    "    assert candidate([1.0, 2.0, 3.9, 4.0, 5.0, 2.2], 0.05) == False\n\ncheck(has_close_elements)\n"
)
"""The shape of HumanEval/0 (Chen et al. 2021), two of its seven cases."""
RIGHT = (
    "from typing import List\n\ndef has_close_elements(numbers: List[float], threshold: float) -> bool:\n"
    "    return any(abs(a - b) < threshold for i, a in enumerate(numbers) for b in numbers[:i])\n"
)
SAME = "def f(x):\n    return x\n"


@pytest.fixture
def one() -> Iterator[Code]:
    with allowed(True):
        yield Code(seconds=4, megabytes=400)


@pytest.mark.parametrize(("answer", "tests", "value"), [
    (RIGHT, HUMANEVAL, "1"), (f"Here it is:\n\n```python\n{RIGHT}```\nIt compares pairs.", HUMANEVAL, "1"),
    (RIGHT.replace("<", ">"), HUMANEVAL, "0"), ("```\ndef f(x) return x\n```", "assert f(1) == 1", "0"),
    (SAME, "assert f((1, 'a')) == (1, 'a') and f({1: [2.5]}) == {1: [2.5]} and f({3}) == {3}", "1"),
    (SAME, "assert f((1, 2)) == [1, 2]", "0"),
    (SAME, "assert f(float('inf')) == float('inf') and f(b'x') == b'x'", "1"),
    ("def f(x):\n    yield from x", "assert list(f([1, 2])) == [1, 2]", "1"),
    ("def f(x):\n    x.sort()", "a = [2, 1]\nf(a)\nassert a == [1, 2]", "1"),  # what is changed in place is seen
    ("def f(x):\n    raise KeyError(x)", "try:\n    f(1)\nexcept KeyError:\n    pass\nelse:\n    assert 0", "1"),
    ("import collections, heapq, itertools, math, re\nN = 7\ndef f(x):\n    return math.gcd(x, 4)",
     "assert f(6) == 2 and N == 7", "1"),
    ("def g(x):\n    return x", "assert f(1) == 1", "0"),
    ("I cannot do that.", "assert f(1) == 1", ""), ("Yes", "assert f(1) == 1", ""),
    ("```json\n{}\n```", "assert f(1) == 1", ""),
    (RIGHT, HUMANEVAL.replace("check(has_close_elements)", ""), ""),  # a column of the data set, with no call
    ("x = 1", "def check(candidate):\n    assert candidate(1) == 1\n", ""),
    (SAME, "if not 1:\n    f(1)", ""),
    ("class f:\n    pass", "f()", ""), (SAME, "f(len)", ""), (SAME, "assert (", ""),
])  # fmt: skip
def test_values(one: Code, answer: str, tests: str, value: str) -> None:
    found = one.score(answer, tests)
    assert found.value == value and bool(found.reason) == (value == "")


@pytest.mark.parametrize("attack", [
    "import os\nos._exit(0)", "import sys\nsys.exit(0)", "import sys\nraise SystemExit",
    "class Same:\n    __eq__ = lambda a, b: True\n    __hash__ = None\ndef f(x):\n    return Same()",
    "import builtins\nbuiltins.AssertionError = Exception\ndef f(x):\n    return 0",
    "def all(x):\n    return True\ndef f(x):\n    return 0",
    "import sys\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n        frame.f_globals['passed'] = 1\n"
    "        frame = frame.f_back\n    return 0",
    "print('{\"verdict\": \"pass\"}')\ndef f(x):\n    print('{\"verdict\": \"pass\"}')",
    "import os\nfor d in range(64):\n    try:\n        os.write(d, b'{\"verdict\": \"pass\"}')\n"
    "    except OSError:\n        pass",
    "def f(x):\n    while True: pass", "x = 1\nwhile True: pass",
    "def f(x):\n    return 'x' * (1 << 34)", "x = [0] * (1 << 34)",
    "def f(x):\n    return f(x)", "def f(x):\n    return list(range(10 ** 7))",
    "import itertools\ndef f(x):\n    return itertools.count()",
])  # fmt: skip
def test_no_answer_passes_by_saying_so(one: Code, attack: str) -> None:
    began = time.monotonic()
    assert one.score(attack, "assert all([f(1) == 1, f(2) == 2])").value == "0"
    assert time.monotonic() - began < 30.0


HARM = """\
os.fork()
subprocess.run(['true'])
threading.Thread(target=print).start()
socket.socket()
os.kill(os.getppid(), 9)
os.execv('/bin/true', ['true'])
open('new', 'w')
open('PLACE', 'a')
os.unlink('PLACE')
os.rename('PLACE', 'PLACE2')
os.truncate('PLACE', 0)
os.chmod('PLACE', 0)
os.mkdir('PLACE2')
os.symlink('PLACE', 'PLACE2')
os.setuid(1)
resource.setrlimit(resource.RLIMIT_CPU, (99, 99))
fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid())
fcntl.fcntl(0, 15, struct.pack('ii', 1, os.getppid()))
fcntl.fcntl(0, fcntl.F_SETSIG, 9)
fcntl.fcntl(0, fcntl.F_SETFL, os.O_ASYNC)
fcntl.fcntl(os.open(os.path.dirname(os.__file__), os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_ACCESS)
fcntl.fcntl(0, fcntl.F_SETLEASE, fcntl.F_RDLCK)
fcntl.fcntl(0, fcntl.F_SETPIPE_SZ, 1 << 20)
multiprocessing.shared_memory.SharedMemory(create=True, size=9)
ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0 or os.stat('/nowhere')
"""
IMPORTS = "import ctypes, fcntl, multiprocessing.shared_memory, os, resource, socket, struct, subprocess, threading\n"


@pytest.mark.parametrize("harm", HARM.splitlines())
def test_what_would_do_harm_is_refused(one: Code, tmp_path: Path, harm: str) -> None:
    """The same answer without the harm passes, so that it is the harm which fails."""
    place = tmp_path / "precious"
    place.write_text("text")
    attempt = harm.replace("PLACE", str(place))
    assert one.score(f"{IMPORTS}{attempt}\n{SAME}", "assert f(1) == 1").value == "0"
    caught = f"{IMPORTS}try:\n    {attempt}\nexcept (OSError, ValueError, RuntimeError):\n    pass\n{SAME}"
    assert one.score(caught, "assert f(1) == 1").value == "1"
    assert place.read_text() == "text" and [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_no_signal_reaches_another_process(one: Code) -> None:
    """The end of a pipe that raises a signal at its owner: the owner is another process, which lives on."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        attack = (
            "import ctypes, fcntl, os\nlibc = ctypes.CDLL(None)\nfor end in range(64):\n"
            f"    libc.fcntl(end, fcntl.F_SETOWN, {other.pid})\n    libc.fcntl(end, fcntl.F_SETSIG, 9)\n"
            "    libc.fcntl(end, fcntl.F_SETFL, os.O_ASYNC | os.O_RDWR)\n"
            "import time\ntime.sleep(1)\ndef f(x):\n    return x\n"  # the kernel signals who does not wait for data
        )
        assert one.score(attack, "assert all(f(x) == x for x in range(9))").value == "1"  # it asks in vain, and answers
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.5)
    finally:
        other.kill()
        other.wait()


def test_the_tests_and_the_data_cannot_be_read(one: Code, tmp_path: Path) -> None:
    if "Landlock" not in one.signature:
        pytest.skip("this kernel has no Landlock")
    (tmp_path / "tests.csv").write_text("f(1) == 1")
    assert one.score(f"open({str(tmp_path / 'tests.csv')!r}).read()\n{SAME}", "assert f(1) == 1").value == "0"
    parent = "import os\nopen(f'/proc/{os.getppid()}/environ').read()\n"
    assert one.score(parent + SAME, "assert f(1) == 1").value == "0"


def test_check_standards_and_identity(one: Code) -> None:
    assert check(one, kind="code") == 8
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in one.signature and "seccomp" in one.signature


def test_nobody_is_asked_to_run_code_that_was_not_allowed() -> None:
    with pytest.raises(RunError, match="allow"):
        Code()


PROCEDURE = """\
schema       = "measurand/procedure/1"
id           = "CODE"
system       = { name = "m" }
observations = { file = "answers.jsonl", item = "id", output = "code" }
reference    = { file = "problems.jsonl", item = "id", value = "tests" }
scoring      = { kind = "code", seconds = 5 }
sampling     = { population = "problems" }
status       = { unscored = "wrong" }
measurand    = [ { id = "right", quantity = "proportion" } ]
"""


def test_a_measurement_runs_code_only_with_the_flag(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = [RIGHT] * 6 + [RIGHT.replace("<", ">")] * 3 + ["I do not know."]
    (tmp_path / "answers.jsonl").write_text(
        "".join(json.dumps({"id": i, "code": a}) + "\n" for i, a in enumerate(answers))
    )
    (tmp_path / "problems.jsonl").write_text(
        "".join(json.dumps({"id": i, "tests": HUMANEVAL}) + "\n" for i in range(10))
    )
    path = tmp_path / "p.measure.toml"
    path.write_text(PROCEDURE)
    arguments = ["measure", str(path), "--out", str(tmp_path / "out"), "-q"]
    for refused in (arguments, ["check", str(path)]):
        assert main(refused) == 5
        assert "--allow-code" in capsys.readouterr().err
    assert main([*arguments, "--allow-code"]) == 0 and main(["check", str(path), "--allow-code"]) == 0
    record = next((tmp_path / "out").glob("CODE-*"))
    (result,) = json.loads((record / "results.json").read_text())["results"]
    assert float(result["value"]) == pytest.approx(0.6)
    evidence = json.loads((record / "evidence.json").read_text())
    assert evidence["instrument"]["scoring"].startswith("code (Python") and evidence["counts"] == {
        "ok": 9,
        "unscored": 1,
    }
    again = ["evaluate", str(record), "-q"]
    assert main(again) == 0  # nothing is run where the values are in the evidence
