"""Each exit code from a situation of its own, and what the verbs leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import EVERYDAY, MORE, again
from measurand.cli.view import strongest

LIMITS = [("0.5", 0), ("0.99", 1)]


def limited(folder: Path, limit: str) -> None:
    path = folder / "try.measure.toml"
    text = path.read_text(encoding="utf-8").replace("lower_limit = 0.5", f"lower_limit = {limit}")
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("limit", "code"), LIMITS)
def test_verdict_sets_the_code(folder: Path, run: Any, limit: str, code: int) -> None:
    limited(folder, limit)
    ended = run("measure", "try.measure.toml")
    assert ended.code == code
    assert ("CONFORMING" in ended.out) and ("NON-CONFORMING" in ended.out) == (code == 1)


def at_the_value(folder: Path, run: Any) -> None:
    """A limit at the measured value: nobody can decide."""
    value = json.loads(run("measure", "try.measure.toml", "--json").out)["results"][0]["value"]
    limited(folder, str(round(value, 3)))


@pytest.mark.parametrize(("tolerance", "code"), [("fail", 3), ("warn", 0), ("pass", 0)])
def test_inconclusive(folder: Path, run: Any, tolerance: str, code: int) -> None:
    at_the_value(folder, run)
    ended = run("measure", "try.measure.toml", "--on-inconclusive", tolerance)
    assert ended.code == code
    assert "INCONCLUSIVE" in ended.out
    assert "what now" in ended.out
    assert ("INCONCLUSIVE" in ended.err) == (tolerance == "warn")


def test_invalid_is_4_and_is_not_certified(folder: Path, run: Any) -> None:
    path = folder / "try.measure.toml"
    text = path.read_text(encoding="utf-8") + 'uncertainty = { required = ["judge"] }\n'
    path.write_text(text, encoding="utf-8")
    ended = run("measure", "try.measure.toml")
    assert ended.code == 4
    assert "INVALID" in ended.out
    (record,) = folder.glob("out/TRY-01-*")
    run("key", "new", "lab")
    refused = run("certify", record, "--key", "lab.pem")
    assert refused.code == 4
    assert not (record / "certificate.json").exists()


def test_inconclusive_is_certified_as_inconclusive(folder: Path, run: Any) -> None:
    at_the_value(folder, run)
    record = json.loads(run("measure", "try.measure.toml", "--json").out)["record"]
    run("key", "new", "lab")
    assert run("certify", record, "--key", "lab.pem").code == 0
    assert "INCONCLUSIVE" in (folder / record / "certificate.html").read_text(encoding="utf-8")
    assert run("certify", record, "--key", "lab.pem").code == 2  # never written over


@pytest.mark.parametrize("words", [("measure",), ("frobnicate",), ("measure", "--frob"), ("measure", "absent.toml")])
def test_usage(folder: Path, run: Any, words: tuple[str, ...]) -> None:
    ended = run(*words)
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_an_exception_is_5_never_1(folder: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("injected")

    run("explain", "3")
    monkeypatch.setattr("measurand.cli.explain.number", broken)
    ended = run("explain", "3")
    assert ended.code == 5
    assert "injected" in ended.err
    assert "Traceback" not in ended.err
    monkeypatch.setenv("MEASURAND_DEBUG", "1")
    assert "Traceback" in run("explain", "3").err


def test_a_folder_that_cannot_be_written_is_5(folder: Path, run: Any) -> None:
    (folder / "out").write_text("a file", encoding="utf-8")
    ended = run("measure", "try.measure.toml")
    assert ended.code == 5
    assert "out cannot be written" in ended.err


SLOW = """\
import time
def observe(inputs):
    time.sleep(0.2)
    return [{"score": 0.5 + 0.001 * (hash_of(one) % 400)} for one in inputs]
def hash_of(one):
    return int(one["item"][1:]) * 7919 + one["seed"] % 97
"""
LIVE = """\
schema = "measurand/procedure/1"
id     = "LIVE-01"
system = { name = "slow", access = "python", target = "slow:observe" }
reference = { file = "table.csv", item = "case", value = "truth" }
sampling  = { population = "drawn cases" }
design    = { repeats = 20 }
measurand = [ { id = "auc", quantity = "auc", positive = "yes" } ]
"""


def test_interrupted_is_130_and_the_same_command_resumes(folder: Path, run: Any) -> None:
    (folder / "slow.py").write_text(SLOW, encoding="utf-8")
    (folder / "live.measure.toml").write_text(LIVE, encoding="utf-8")
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    words = [sys.executable, "-m", "measurand", "measure", "live.measure.toml"]
    started = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    journal = None
    for _ in range(200):
        time.sleep(0.05)
        journal = next((p for p in folder.glob("out/.unfinished/*.jsonl") if p.read_bytes().count(b"\n") > 64), None)
        if journal is not None or started.poll() is not None:
            break
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=30)
    assert started.returncode == 130, err
    assert "measurand measure live.measure.toml" in err
    assert "Traceback" not in err
    assert journal is not None
    before = journal.stat().st_size
    assert before > 0
    assert run("measure", "live.measure.toml", "-q").code == 0
    assert not journal.exists()


def test_real_process(folder: Path) -> None:
    words = [sys.executable, "-m", "measurand", "measure", "try.measure.toml"]
    ended = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    )
    assert ended.returncode in (0, 3), ended.stderr
    assert ended.stdout.isascii()
    assert "\x1b" not in ended.stdout


def test_nothing_is_written_over(folder: Path, run: Any) -> None:
    before = (folder / "try.measure.toml").read_bytes()
    assert run("init", "--from", "table.csv", "--to", "try.measure.toml").code == 2
    assert (folder / "try.measure.toml").read_bytes() == before
    assert run("init", "--from", "table.csv").code == 0
    assert run("check", "table.measure.toml").code == 0


def test_check_says_when_a_design_can_never_decide(folder: Path, run: Any) -> None:
    limited(folder, "0.999")
    ended = run("check", "try.measure.toml")
    assert ended.code == 3
    assert "never decide" in ended.out
    assert "nested in patient" in ended.out
    assert not (folder / "out").exists()


def test_demo_is_no_gate(folder: Path, run: Any) -> None:
    ended = run("demo", "--out", "demonstration", "-q")
    assert ended.code == 0
    assert "INCONCLUSIVE" in ended.out
    assert "would have exited with 3" in ended.out
    (page,) = folder.glob("demonstration/*/certificate.html")
    assert run("verify", page).code == 3


def test_verify_finds_one_changed_digit(folder: Path, run: Any) -> None:
    record = json.loads(run("measure", "try.measure.toml", "--json").out)["record"]
    run("key", "new", "lab")
    run("certify", record, "--key", "lab.pem")
    page = folder / record / "certificate.html"
    assert run("verify", page, "--key", "lab.pub.pem").code == 0
    assert run("verify", page).code == 3
    assert run("key", "trust", "lab.pub.pem").code == 0
    assert run("verify", page).code == 0
    text = page.read_text(encoding="utf-8")
    at = text.index("0.8")
    page.write_text(text[: at + 2] + ("9" if text[at + 2] != "9" else "7") + text[at + 3 :], encoding="utf-8")
    changed = run("verify", page)
    assert changed.code == 1
    assert "FAILED" in changed.out
    assert run("verify", "table.csv").code == 2


def test_every_verb_has_help_with_an_example(run: Any) -> None:
    for name in (*EVERYDAY, *MORE):
        ended = run(name, "--help")
        assert ended.code == 0
        assert f"  measurand {name}" in ended.out


def test_interrupted_command_resumes() -> None:
    assert again(["measure", "a.toml", "--fresh"]) == "measurand measure a.toml"


def test_precedence() -> None:
    assert strongest([0, 3]) == 3
    assert strongest([3, 1]) == 1
    assert strongest([1, 4]) == 4
    assert strongest([4, 2]) == 2
    assert strongest([2, 5]) == 5
