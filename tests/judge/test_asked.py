"""A judge that is asked: its verdicts, its calibration, resuming, pairs in both orders, and bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main
from measurand.lab.run import run

JUDGE = '''\
def judge(inputs):
    out = []
    for one in inputs:
        right = one["answer"].strip() == one["reference"].strip()
        with open("calls.txt", "a") as calls:
            calls.write(one["item"] + "\\n")
        said = "INCORRECT or CORRECT? Verdict: " + ("CORRECT" if right else "INCORRECT")
        out.append({"output": "hm" if one["answer"] == "silence" else said})
    return out


def first(inputs):
    """Prefers what is shown first, unless the second is the word "good"."""
    return [{"output": "2" if one["second"] == "good" else "1"} for one in inputs]
'''
PROCEDURE = """\
schema       = "measurand/procedure/1"
observations = { file = "q.csv", item = "id", output = "said" }
reference    = { file = "q.csv", item = "id", input = ["question"], value = "truth" }
scoring      = { kind = "judge" }
sampling     = { population = "questions" }
status       = { unscored = "exclude" }
validity     = { max_excluded = "50 %" LIMITS }
measurand    = [ { id = "right", quantity = "QUANTITY" } ]

[judge]
access = "python"
"""
PLAIN = """\
target = "callee:judge"
rubric = "rubric.txt"
after  = "Verdict:"
values = { CORRECT = 1, INCORRECT = 0, yes = 1, no = 0 }
calibration = { file = "people.csv", human = "people", answer = "given" }
"""
PAIRS = """\
target  = "callee:first"
rubric  = "pair.txt"
values  = { 1 = 1, 2 = 0 }
against = "other"
swap    = true
repeats = 2
calibration = { file = "people.csv", human = "code", answer = "given", random = true }
"""


def write(folder: Path, judge: str, *, quantity: str = "proportion", limits: str = "") -> Path:
    (folder / "callee.py").write_text(JUDGE)
    (folder / "rubric.txt").write_text("{question} {reference} {answer}")
    (folder / "pair.txt").write_text("{question} 1: {first} 2: {second}")
    asked = [(f"i{n:02}", f"q{n}", "4", "4" if n % 4 else "5", "good" if n % 5 else "bad") for n in range(40)]
    asked[3] = (*asked[3][:3], "silence", asked[3][4])
    people = [(f"p{n}", "4", "4" if n % 3 else "5", "no" if n % 3 == 0 or n == 1 else "yes", "bad") for n in range(60)]
    for name, head, rows in (
        ("q.csv", ("id", "question", "truth", "said", "other"), asked),
        ("people.csv", ("question", "truth", "given", "people", "other"), people),
    ):
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    with (folder / "people.csv").open(newline="") as file:
        rows = [{**row, "code": "1" if row["people"] == "yes" else "2"} for row in csv.DictReader(file)]
    with (folder / "people.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    path = folder / "p.measure.toml"
    path.write_text(PROCEDURE.replace("LIMITS", limits).replace("QUANTITY", quantity) + judge)
    return path


def measured(folder: Path, capsys: Any, *more: str) -> tuple[int, dict[str, Any], Path | None]:
    code = main(["measure", str(folder / "p.measure.toml"), "--out", str(folder / "out"), "--json", *more])
    said = json.loads(capsys.readouterr().out)
    records = [p for p in (folder / "out").glob("*") if not p.name.startswith(".")] if (folder / "out").exists() else []
    return code, said, records[0] if records else None


def test_verdicts_become_values_and_the_calibration_is_asked(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, PLAIN)
    code, said, record = measured(tmp_path, capsys)
    assert code == 0 and record is not None, said
    evidence = json.loads((record / "evidence.json").read_bytes())
    results = json.loads((record / "results.json").read_bytes())
    # one answer without a verdict, 29 of the other 39 equal to the reference value
    assert evidence["counts"] == {"ok": 39, "unscored": 1}
    one = results["results"][0]
    assert float(one["judged"]["value"]) == pytest.approx(29 / 39)
    # people call 39 of 60 right, the judge those and one more
    found = {f["name"]: f for f in results["judge"]}
    assert float(found["sensitivity"]["value"]) == 1.0 and found["sensitivity"]["count"] == 39
    assert float(found["specificity"]["value"]) == pytest.approx(20 / 21)
    assert float(one["value"]) == pytest.approx((29 / 39 - 1 / 21) / (1 - 1 / 21))
    assert evidence["instrument"]["judge access"] == "python" and "judge rubric" in evidence["instrument"]
    assert len((tmp_path / "calls.txt").read_text().split()) == 100
    assert main(["evaluate", str(record)]) == 0


def test_what_the_judge_said_is_not_asked_again(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal of the judge outlives a run that stops afterwards; it is gone with the record."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, PLAIN)
    monkeypatch.setattr("measurand.lab.run.assemble", _stop)
    with pytest.raises(KeyboardInterrupt):
        run_once(tmp_path)
    assert len((tmp_path / "calls.txt").read_text().split()) == 100
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    code, _, record = measured(tmp_path, capsys)
    assert code == 0 and record is not None
    assert len((tmp_path / "calls.txt").read_text().split()) == 100
    assert not list((tmp_path / "out" / ".unfinished").glob("*.jsonl"))


def _stop(*given: object, **named: object) -> None:
    raise KeyboardInterrupt


def run_once(folder: Path) -> None:
    """The observing part of a measurement."""
    from measurand.lab.job import JOURNALS, opened, resolved
    from measurand.lab.pack import definitions

    written = opened(folder / "p.measure.toml")
    run(resolved(written), definitions(), folder=folder, journals=folder / "out" / JOURNALS)


def test_both_orders_take_out_the_position(tmp_path: Path, capsys: Any) -> None:
    """The judge takes what is shown first, unless the second is good: half against a bad answer, none against a good
    one, whatever the answer."""
    write(tmp_path, PAIRS, quantity="mean")
    code, said, record = measured(tmp_path, capsys)
    assert code == 0 and record is not None, said
    results = json.loads((record / "results.json").read_bytes())
    assert float(results["results"][0]["judged"]["value"]) == pytest.approx((8 * 0.5 + 32 * 0) / 40)
    found = {f["name"]: f for f in results["judge"]}
    # in the calibration all other answers are bad: it always takes the first
    assert float(found["position"]["value"]) == 1.0
    assert float(found["repeatability"]["value"]) == 1.0


def test_a_judge_out_of_its_limits_makes_the_measurement_invalid(tmp_path: Path, capsys: Any) -> None:
    write(tmp_path, PAIRS, quantity="mean", limits=", judge = { max_position_bias = 0.2, min_repeatability = 0.9 }")
    path = tmp_path / "p.measure.toml"
    text = path.read_text()
    path.write_text(text.replace("[judge]", 'requirement = [ { measurand = "right", lower_limit = 0.01 } ]\n[judge]'))
    code, said, _ = measured(tmp_path, capsys)
    assert code == 4
    assert "max_position_bias" in json.dumps(said)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{question} {reference} {answer}", "{question}", "no place {answer}"),
        ("values = { CORRECT = 1, INCORRECT = 0, yes = 1, no = 0 }", "values = { CORRECT = 1, yes = 1 }", "two words"),
        ("yes = 1, no = 0", "yes = 1", "is no verdict"),
        ('answer = "given"', 'judged = "people"', ""),
        (', answer = "given"', "", "lacks answer"),
        ('human = "people"', 'human = "humans"', "humans"),
        ('access = "python"', 'access = "recorded"', "needs [judge]"),
        ('rubric = "rubric.txt"', 'rubric = "none.txt"', "none.txt"),
        ("proportion", "accuracy", "does not take"),
        ("question,truth,given", "query,truth,given", "no column 'question'"),
    ],
)
def test_bad_input(tmp_path: Path, capsys: Any, old: str, new: str, says: str) -> None:
    write(tmp_path, PLAIN)
    for name in ("p.measure.toml", "rubric.txt", "people.csv"):
        text = (tmp_path / name).read_text()
        (tmp_path / name).write_text(text.replace(old, new))
    code, said, _ = measured(tmp_path, capsys)
    assert (code, says in json.dumps(said)) == ((2, True) if says else (0, True)), said


SEVERAL = """\
schema       = "measurand/procedure/1"
system       = { name = "m", access = "python", target = "callee:answer" }
reference    = { file = "q.csv", item = "id", input = ["question"], value = "truth" }
factor       = [ { id = "judge", effect = "random", component = "judge", setting = "judge.model", levels = LEVELS } ]
scoring      = { kind = "judge" }
sampling     = { population = "questions" }
measurand    = [ { id = "right", quantity = "proportion" } ]

[judge]
access = "python"
target = "callee:several"
rubric = "rubric.txt"
values = { CORRECT = 1, INCORRECT = 0 }
"""
CALLEES = """

def answer(inputs):
    assert not any("settings" in one for one in inputs)
    return [{"output": one["item"]} for one in inputs]


def several(inputs):
    strict = {"a": 2, "b": 3, "c": 4}
    told = [(strict[one["settings"]["model"]], int(one["answer"][1:])) for one in inputs]
    return [{"output": "INCORRECT" if number % every == 0 else "CORRECT"} for every, number in told]
"""


def test_judges_are_levels_of_a_factor(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judges a, b and c call every second, third and fourth of 40 answers wrong."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, PLAIN)
    (tmp_path / "callee.py").write_text(JUDGE + CALLEES)
    (tmp_path / "p.measure.toml").write_text(SEVERAL.replace("LEVELS", '["a", "b", "c"]'))
    code, said, record = measured(tmp_path, capsys)
    assert code == 0 and record is not None, said
    result = json.loads((record / "results.json").read_bytes())["results"][0]
    by_judge = [20 / 40, 26 / 40, 30 / 40]
    assert float(result["value"]) == pytest.approx(sum(by_judge) / 3)
    line = next(one for one in result["budget"] if one["component"] == "judge")
    assert line["count"] == 3


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("values = {", 'calibration = { file = "people.csv", human = "code", answer = "given" }\nvalues = {', "M0302"),
        ('kind = "judge"', 'kind = "exact"', "M0314"),
    ],
)
def test_what_several_judges_cannot_have(tmp_path: Path, capsys: Any, old: str, new: str, code: str) -> None:
    write(tmp_path, PLAIN)
    (tmp_path / "p.measure.toml").write_text(SEVERAL.replace(old, new, 1).replace("LEVELS", '["a", "b"]'))
    assert main(["check", str(tmp_path / "p.measure.toml")]) == 2
    assert code in capsys.readouterr().err
