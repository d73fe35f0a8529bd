"""A callable in its own process: outputs, failures, death, and what breaks the agreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.document.observation import Task
from measurand.errors import RunError
from measurand.instrument.python import PythonCallable
from measurand.instrument.registry import by_name, names

MODULE = """
import os, random

def echo(inputs):
    print("this must not get between the answers")
    return [{"value": i["question"], "score": random.Random(i["seed"]).random()} for i in inputs]

def reads(inputs):
    import sys
    return [{"value": sys.stdin.read() + "|" + os.popen("cat").read()} for i in inputs]

def truth(inputs):
    return [{"value": True} for i in inputs]

def fails(inputs):
    if any(i["item"] == "2" for i in inputs):
        raise ValueError("item 2 is bad <object at 0x7f00aa>")
    return [{"value": "x"} for i in inputs]

def nan(inputs):
    return [{"score": float("nan")} for i in inputs]

def refuses(inputs):
    return [{"status": "refused", "reason": "policy"} for i in inputs]

def dies(inputs):
    import sys
    print("out of memory", file=sys.stderr, flush=True)
    os._exit(9)

def short(inputs):
    return []

def text(inputs):
    return ["x" for i in inputs]

def odd(inputs):
    return [{"valeu": 1} for i in inputs]

def nothing(inputs):
    return [{} for i in inputs]

def settled(inputs):
    return [{"value": i["settings"]["temperature"]} for i in inputs]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "classifier.py").write_text(MODULE)
    return tmp_path


def _tasks(n: int = 3) -> list[Task]:
    return [Task("s", str(i), {"noise": "low"}, 1, {"question": f"q{i}"}, seed=i) for i in range(1, n + 1)]


def _observe(folder: Path, function: str, **settings: object):  # type: ignore[no-untyped-def]
    instrument = PythonCallable(f"classifier:{function}", folder, settings=settings, batch=2)
    try:
        return list(instrument.observe(_tasks()))
    finally:
        instrument.close()


def test_outputs(folder: Path) -> None:
    found = _observe(folder, "echo")
    assert [o.output["value"] for o in found] == ["q1", "q2", "q3"]
    assert [o.item for o in found] == ["1", "2", "3"]
    assert found == _observe(folder, "echo")


def test_the_callable_cannot_read_the_questions(folder: Path) -> None:
    assert [o.output["value"] for o in _observe(folder, "reads")] == ["|"] * 3


def test_class_text(folder: Path) -> None:
    assert [o.output["value"] for o in _observe(folder, "truth")] == ["true"] * 3


def test_settings(folder: Path) -> None:
    assert [o.output["value"] for o in _observe(folder, "settled", temperature=0.5)] == ["0.5"] * 3


def test_one_failure_spares_its_neighbours(folder: Path) -> None:
    found = _observe(folder, "fails")
    assert [o.status for o in found] == ["ok", "failed", "ok"]
    assert found[1].reason == "ValueError: item 2 is bad <object at 0x...>"


def test_not_a_number_is_a_failure(folder: Path) -> None:
    assert {(o.status, o.reason) for o in _observe(folder, "nan")} == {("failed", "score: nan is not a finite number")}


def test_refusal(folder: Path) -> None:
    assert {(o.status, o.reason) for o in _observe(folder, "refuses")} == {("refused", "policy")}


BROKEN = [
    ("dies", r"exit code 9.*out of memory"),
    ("short", "0 outputs came back for 2 inputs"),
    ("text", "an output is a str"),
    ("odd", "unknown key 'valeu'"),
    ("nothing", "neither value nor score"),
    ("absent", "no function absent"),
]


@pytest.mark.parametrize(("function", "message"), BROKEN)
def test_broken(folder: Path, function: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        _observe(folder, function)


def test_module_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be imported: ModuleNotFoundError"):
        PythonCallable("no_such_module:f", tmp_path)


def test_identity_has_the_source(folder: Path) -> None:
    first = PythonCallable("classifier:echo", folder)
    (folder / "classifier.py").write_text(MODULE + "\n# changed\n")
    second = PythonCallable("classifier:echo", folder)
    assert first.identity()["source_sha256"] != second.identity()["source_sha256"]
    first.close()
    second.close()


def test_registry() -> None:
    assert {"python", "recorded"} <= set(names())
    assert by_name("python") is PythonCallable
