"""Reference problems: the installed program solves them, reports say what happened, other programs are asked alike."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from measurand import cli
from measurand.document.number import real
from measurand.document.selftest import Problem
from measurand.errors import MeasurandError
from measurand.lab.selftest import agrees, outcomes, own_answer, problems
from measurand.lab.selftest_program import ANSWER, Program, request

ROOT = Path(__file__).resolve().parent.parent.parent
BY_ID = {problem.id: problem for problem in problems()}


@pytest.mark.parametrize("id", BY_ID)
def test_the_installed_program_passes(id: str) -> None:
    wrong = [one for one in outcomes([BY_ID[id]], own_answer) if not one.passed]
    assert wrong == []


def test_problems_are_those_of_their_sources() -> None:
    """Answers come from the reference cases: the tool that writes them gives the bytes that are installed."""
    code = (
        "import json, sys; from write_selftest import all_problems; "
        "json.dump({name: data.decode() for name, data in all_problems().items()}, sys.stdout)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "tools", capture_output=True, check=True)
    folder = ROOT / "src" / "measurand" / "selftest"
    assert json.loads(done.stdout) == {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_set_is_wide_and_every_problem_complete() -> None:
    assert len(BY_ID) >= 20
    for problem in problems():
        assert problem.source and problem.task and problem.asked
        assert len({asked.name for asked in problem.asked}) == len(problem.asked)
        for asked in problem.asked:
            assert (asked.tolerance is None) == (asked.field == "verdict")


PRINTED = {  # digits of JCGM 100 H.1 and H.2, JCGM 101 9.2 and 9.3, JCGM 106, Newcombe 1998, Krippendorff 2011, ...
    ("gum-h1", "l"): "50000838", ("gum-h1", "u"): "32", ("gum-h2", "R"): "127.732", ("gum-h2", "u(Z)"): "0.236",
    ("jcgm101-additive-rectangular", "upper"): "3.88", ("jcgm101-additive-dominant", "u"): "10.1",
    ("jcgm101-mass", "u"): "0.0754", ("jcgm106-zener", "p"): "0.92", ("jcgm106-bearings", "consumer"): "0.0080",
    ("proportion-15-148", "lower"): "0.0578", ("proportion-15-148", "upper"): "0.1617",
    ("krippendorff-ordinal", "alpha"): "0.815", ("kappa-fleiss", "kappa"): "0.430", ("auc-asah-s100b", "auc"): "0.7314",
    ("survey-cluster-api00", "mean"): "644.17", ("icc-shrout-fleiss", "icc"): "0.29", ("paired-sleep", "mean"): "-1.58",
}  # fmt: skip


@pytest.mark.parametrize(("id", "name"), PRINTED)
def test_known_answers_round_to_the_printed_digits(id: str, name: str) -> None:
    text = PRINTED[id, name]
    asked = next(one for one in BY_ID[id].asked if one.name == name)
    unit = 10.0 ** -len(text.partition(".")[2])
    assert abs(real(asked.expected) - float(text)) <= (1.0 if id == "jcgm101-mass" else 0.5) * unit


AGREES = [
    ("1.05", "1", "0.1", True), ("1.2", "1", "0.1", False), ("", "1", "0.1", False), ("nan", "1", "10", False),
    ("conforming", "conforming", None, True), ("invalid", "conforming", None, False), ("infinite", "5", "1", False),
]  # fmt: skip


@pytest.mark.parametrize(("got", "expected", "tolerance", "result"), AGREES)
def test_agreement(got: str, expected: str, tolerance: str | None, result: bool) -> None:
    assert agrees(got, expected, tolerance) is result


# Another program.

ZENER = BY_ID["jcgm106-zener"]
RIGHT = {"p": 0.9192433407662273, "simple": "conforming", "guarded": "non-conforming"}


def program(tmp_path: Path, body: str, *, seconds: float = 20.0) -> Program:
    """A program whose ``problem`` is what it was asked; ``say(values)`` answers."""
    head = (
        "import json, sys, os, time, subprocess\nproblem = json.loads(sys.stdin.readline())\n"
        "def say(values, **more):\n"
        f"    print(json.dumps({{'schema': '{ANSWER}', 'id': problem['id'], 'values': values, **more}}), flush=True)\n"
    )
    path = tmp_path / "other.py"
    path.write_text(head + body)
    return Program(f"{sys.executable} {path}", seconds=seconds)


def asked(tmp_path: Path, body: str, **more: float) -> list[tuple[str, bool, str]]:
    found = outcomes([ZENER], program(tmp_path, body, **more).answer)
    return [(one.name, one.passed, one.reason) for one in found]


def test_a_program_that_answers_passes(tmp_path: Path) -> None:
    assert asked(tmp_path, f"say({RIGHT!r})") == [(name, True, "") for name in RIGHT]


def test_a_request_holds_the_problem_and_no_answer() -> None:
    line = request(ZENER)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    shown = json.loads(line)
    assert {"schema", "id", "title", "task", "source", "procedure", "asked"} <= set(shown)
    assert all(set(entry) == {"name", "words"} for entry in shown["asked"])
    assert "0.91924" not in line.decode()


def test_numbers_may_be_decimal_strings_and_more_names_are_ignored(tmp_path: Path) -> None:
    answers = RIGHT | {"p": "0.91924334076", "other": [1]}
    assert all(passed for _, passed, _ in asked(tmp_path, f"say({answers!r})"))


FAULTY = {
    "wrong": ("say({'p': 0.93, 'simple': 'conforming', 'guarded': 'conforming'})", ""),
    "some": ("say({'p': 0.9192433407662273})", "no answer"),
    "cannot": ("say({}, cannot='no verdicts here')", "no verdicts here"),
    "nothing": ("sys.exit(0)", "without an answer"),
    "died": ("os.abort()", "without an answer"),
    "text": ("print('hello')", "not JSON"),
    "not a number": ("say({'p': float('nan')})", "protocol"),
    "twice": (f'print(\'{{"schema":"{ANSWER}","id":"x","id":"jcgm106-zener"}}\')', "twice"),
    "deep": ("print('[' * 100000)", "protocol"),
    "of another problem": ("problem['id'] = 'gum-h1'\nsay({})", "id jcgm106-zener"),
    "a list": ("say([1])", "no object"),
    "a truth value": ("say({'p': True})", "neither a number"),
    "endless": ("while True: sys.stdout.write('x' * 65536)", "more than 1000000 bytes"),
    "no line end": ("sys.stdout.write('{')", "protocol"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_program_that_does_not_keep_to_the_protocol_fails_with_a_reason(tmp_path: Path, name: str) -> None:
    body, reason = FAULTY[name]
    found = asked(tmp_path, body)
    assert not all(passed for _, passed, _ in found)
    assert any(reason in text for _, _, text in found)


def test_a_program_that_is_late_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    left = tmp_path / "left"
    child = f"import time, pathlib; time.sleep(2); pathlib.Path({str(left)!r}).touch()"
    found = asked(tmp_path, f"subprocess.Popen([sys.executable, '-c', {child!r}])\ntime.sleep(60)", seconds=1.0)
    assert all("within 1 seconds" in text for _, _, text in found)
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", "import time; time.sleep(9)"], timeout=2.5, check=False)
    assert not left.exists()


@pytest.mark.parametrize("command", ["", "no-such-program-anywhere", "'unclosed"])
def test_a_command_that_is_none_is_refused(command: str) -> None:
    with pytest.raises(MeasurandError, match="cannot be started"):
        Program(command, seconds=1.0)


def test_the_documented_program_keeps_to_the_protocol(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "selftest.md").read_text(encoding="utf-8")
    path = tmp_path / "mine.py"
    path.write_text(page.partition("```python\n")[2].partition("```")[0])
    mine = Program(f"{sys.executable} {path}", seconds=20.0)
    found = outcomes([BY_ID["survey-cluster-api00"], ZENER], mine.answer)
    assert {(one.problem, one.name): one.passed for one in found}["survey-cluster-api00", "mean"]
    assert "cannot" in found[-1].reason


# The report.


class Bench:
    """A folder with a key, and the command line as a function."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.report = folder, capsys, folder / "report.json"
        assert self.run("key", "new", "lab", "--dir", folder) == 0

    def run(self, *words: object) -> int:
        self.capsys.readouterr()
        return cli.main([str(word) for word in words])

    def signed(self, *words: object) -> int:
        return self.run("selftest", "--key", self.folder / "lab.pem", "--out", self.report, *words)

    def checked(self, *words: object) -> tuple[int, dict[str, str]]:
        code = self.run("selftest", "--check", self.report, "--key", self.folder / "lab.pub.pem", "--json", *words)
        found = json.loads(self.capsys.readouterr().out)
        return code, {check["name"]: check["state"] for check in found["checks"]}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Bench(tmp_path, capsys)


def test_a_report_is_signed_and_checked(bench: Bench) -> None:
    assert bench.signed("--problem", "kappa-two-raters", "--problem", "proportion-0-20") == 0
    assert bench.checked() == (
        0, {"signature": "passed", "key": "passed", "answers": "passed", "problems": "passed", "result": "passed"},
    )  # fmt: skip
    stated = json.loads(base64.b64decode(json.loads(bench.report.read_bytes())["payload"]))
    assert stated["predicateType"] == "https://measurand.dev/selftest/v1"
    assert stated["predicate"]["complete"] is False and stated["predicate"]["problems"] == 2
    assert bench.run("selftest", "--check", bench.report) == 3  # nothing says whose key it is


def test_a_report_of_a_program_that_fails_says_so(bench: Bench) -> None:
    path = bench.folder / "other.py"
    path.write_text("print('no')")
    command = f"{sys.executable} {path}"
    assert bench.signed("--problem", "jcgm106-zener", "--program", command) == 1
    code, states = bench.checked()
    assert code == 1 and states["result"] == "failed" and states["answers"] == "passed"
    stated = json.loads(base64.b64decode(json.loads(bench.report.read_bytes())["payload"]))["predicate"]
    assert stated["tested"]["command"] == command and f"sha256:{path}" in stated["tested"]


def altered(report: Path, change: Any) -> None:
    envelope = json.loads(report.read_bytes())
    stated = json.loads(base64.b64decode(envelope["payload"]))
    change(stated["predicate"])
    payload = json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    envelope["payload"] = base64.b64encode(payload).decode()
    report.write_text(json.dumps(envelope, sort_keys=True, separators=(",", ":")))


CHANGES = {
    "an answer": lambda p: p["outcomes"][0].update(got="0.5"),
    "the known answer": lambda p: p["outcomes"][0].update(expected="0.1"),
    "complete": lambda p: p.update(complete=True),
    "what was tested": lambda p: p.update(tested={"command": "another"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_altered_report_is_refused(bench: Bench, name: str) -> None:
    assert bench.signed("--problem", "kappa-two-raters") == 0
    altered(bench.report, CHANGES[name])
    code, states = bench.checked()
    assert code == 1 and states["signature"] == "failed"
    assert {states["answers"], states["problems"]} != {"passed"}


def test_the_command_line(bench: Bench) -> None:
    assert bench.run("selftest", "--problem", "no-such") == 2
    assert bench.run("selftest", "--out", "x.json") == 2
    assert bench.run("selftest", "--check", "nowhere.json") == 2
    assert bench.run("selftest", "--show", "gum-h1") == 0
    assert Problem.model_fields.keys() >= {"task"}
    assert json.loads(bench.capsys.readouterr().out)["id"] == "gum-h1"
    assert bench.run("selftest", "--problem", "proportion-0-20") == 0
    assert "2 answers to 1 problems" in bench.capsys.readouterr().out
