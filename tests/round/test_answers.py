"""Qualitative and ordinal rounds: shares by the literature and by hand, sealed answers, bad input."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.document.number import real
from measurand.document.round import Closing
from measurand.document.round_answers import Answered, Answers, AnswersReport, Scheme
from measurand.document.round_data import RoundData
from measurand.errors import DesignError, MeasurandError
from measurand.lab import keys
from measurand.lab.round_answers import own_answers
from measurand.lab.round_folder import begin, close, commit, drafted, join, prepare, protocol_of, reveal, step_of
from measurand.lab.round_gathered import round_data
from measurand.study.round import Asked, reported
from measurand.study.round_answers import answers_reported

Capture = pytest.CaptureFixture[str]
NOW = datetime(2027, 1, 2, tzinfo=UTC)
PROTOCOL = """\
id = "A"
title = "findings"
coordinator = "NMI"
deadline = 2026-12-31T12:00:00Z
[[answers]]
measurand = "finding"
scale = ["absent", "present"]
positive = "present"
assigned = "right.csv"
least_right = 0.5
"""
RIGHT = {"i1": "present", "i2": "absent", "i3": "present", "i4": "absent"}
OWN = {
    "A": {"i1": "present", "i2": "absent", "i3": "present", "i4": "absent"},
    "B": {"i1": "present", "i2": "present", "i3": "absent", "i4": "absent"},
    "C": {"i1": "absent", "i2": "present", "i3": "absent"},
}


def found(answers: dict[str, dict[str, str]], right: dict[str, str], **scheme: object) -> AnswersReport:
    several = tuple(Answers(laboratory=name, answers=one) for name, one in answers.items())
    asked = Scheme(measurand="finding", **scheme)  # type: ignore[arg-type]
    return answers_reported(Answered(scheme=asked, submitted=several, assigned=right))


def test_limits_are_those_of_the_literature() -> None:
    """15 of 148: 0.0578 to 0.1617 (Newcombe 1998, table I, method 5, exact)."""
    right = {f"i{k}": "a" for k in range(148)}
    own = {item: "a" if k < 15 else "b" for k, item in enumerate(right)}
    report = found({"L": own, "M": right}, right, scale=("a", "b"), least_right="0.2")
    row = report.rows[0]
    assert row.right is not None and (row.right.events, row.right.trials) == (15, 148)
    assert [round(real(x), 4) for x in (row.right.lower, row.right.upper)] == [0.0578, 0.1617]
    assert row.signal == "action" and row.shown and report.rows[1].signal == "acceptable"


def test_rates_and_missing_answers_by_hand() -> None:
    report = found(OWN, RIGHT, scale=("absent", "present"), positive="present", least_right="0.5")
    a, b, c = report.rows
    assert [r.right.events for r in report.rows if r.right] == [4, 2, 0] and [r.missing for r in (a, b, c)] == [0, 0, 1]
    assert b.sensitivity is not None and (b.sensitivity.events, b.sensitivity.trials) == (1, 2)
    assert b.specificity is not None and (b.specificity.events, b.specificity.trials) == (1, 2)
    assert [r.signal for r in (a, b, c)] == ["acceptable", "acceptable", "action"] and not b.shown
    assert [one.item for one in report.hard] == ["i2", "i3"] and report.hard[0].counts == {"absent": 1, "present": 2}


def test_majority_assigns_and_the_rest_counts_for_nobody() -> None:
    report = found(OWN, {}, scale=("absent", "present"), needed="0.6")
    assert report.assigned_from == "majority" and report.items == 4 and not report.disputed
    strict = found(OWN, {}, scale=("absent", "present"), needed="0.9")
    assert strict.items == 1 and [one.item for one in strict.disputed] == ["i1", "i2", "i3"]
    assert [r.missing for r in strict.rows] == [0, 0, 1] and strict.rows[2].right is None  # only i4 is left


def test_steps_of_an_ordered_scale() -> None:
    scale = ("none", "mild", "severe")
    right = {"i1": "none", "i2": "mild", "i3": "severe"}
    report = found({"A": {"i1": "severe", "i2": "none", "i3": "severe"}, "B": right}, right, scale=scale, ordered=True)
    a = report.rows[0]
    assert a.adjacent is not None and (a.adjacent.events, a.higher, a.lower) == (2, 1, 1)


def test_a_round_by_mail_with_sealed_answers(tmp_path: Path) -> None:
    """The protocol holds a digest only; another file of right answers is refused; the closing shows the sealed one."""
    (tmp_path / "p.toml").write_text(PROTOCOL)
    (tmp_path / "right.csv").write_text("Item,Answer\n" + "".join(f"{i},{c}\n" for i, c in RIGHT.items()))
    keys.new(tmp_path, "k")
    key, folder = keys.private_key(tmp_path / "k"), tmp_path / "r"
    begin(folder, tmp_path / "p.toml", key)
    sealed = tmp_path / "assigned-finding.json"
    assert "i1" not in protocol_of(folder).model_dump_json().replace(protocol_of(folder).text, "") and sealed.exists()
    codes = {}
    for name, own in OWN.items():
        codes[join(folder, tmp_path / name, now=NOW)] = name
        path = tmp_path / f"{name}.csv"
        path.write_text("Laboratory,Item,Answer\n" + "".join(f"{name},{i},{c}\n" for i, c in own.items()))
        data = RoundData(title="", quantities=(), answered=own_answers(path, protocol_of(folder).answers))
        commit(folder, tmp_path / name, prepare(folder, tmp_path / name, data), now=NOW)
    with pytest.raises(MeasurandError, match="finding"):
        close(folder, key, now=NOW)
    other = tmp_path / "other.json"
    other.write_text(sealed.read_text().replace('"i1":"present"', '"i1":"absent"'))
    with pytest.raises(MeasurandError, match="sealed"):
        close(folder, key, now=NOW, assigned=[other])
    close(folder, key, now=NOW, assigned=[sealed])
    assert step_of(folder / "closing.json", Closing)[0].assigned[0].answers == RIGHT
    for name in OWN:
        reveal(folder, tmp_path / name)
    report = reported(round_data(folder), Asked())
    right = {codes[r.laboratory]: r.right.events for r in report.answers[0].rows if r.right is not None}
    assert right == {"A": 4, "B": 2, "C": 0} and report.answers[0].assigned_from == "coordinator"
    assert not report.quantities


def test_by_the_command_line(tmp_path: Path, capsys: Capture) -> None:
    table, right = tmp_path / "a.csv", tmp_path / "right.csv"
    rows = "".join(f"{name},{i},{c}\n" for name, own in OWN.items() for i, c in own.items())
    table.write_text("Laboratory,Item,Answer\n" + rows)
    right.write_text("Item,Answer\n" + "".join(f"{i},{c}\n" for i, c in RIGHT.items()))
    page = tmp_path / "r.html"
    verb = ["round", "answers", str(table), "--assigned", str(right)]
    assert main([*verb, "--positive", "present", "--least-right", "0.5", "--out", str(page)]) == 0
    out = capsys.readouterr().out
    assert "4 items with an assigned category, by the coordinator" in out and max(map(len, out.splitlines())) < 100
    assert "sensitivity" in page.read_text()
    assert main([*verb, "--json"]) == 0
    (answers,) = json.loads(capsys.readouterr().out)["answers"]
    assert answers["rows"][1]["right"]["share"] == 0.5
    assert main([*verb, "--out", str(tmp_path / "r.xml")]) == 2
    capsys.readouterr()
    right.write_text("Item,Answer\ni1,Present\n")
    assert main(verb) == 2 and "no laboratory ever answered Present" in " ".join(capsys.readouterr().err.split())
    right.write_text("Item,Answer\n" + "".join(f"{i},{c}\n" for i, c in RIGHT.items()))
    assert main([*verb, "--positive", "maybe"]) == 2 and main([*verb, "--scale", "absent,here"]) == 2
    assert "present is not on the scale" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text, said",
    [
        ("Laboratory,Item\nA,1\n", "no column Answer"),
        ("Laboratory,Item,Answer\nA,1,x\nA,1,y\n", "twice"),
        ("Laboratory,Item,Answer\n,1,x\n", "names no laboratory"),
        ("Laboratory,Item,Answer\nA,,x\n", "names no item"),
        ("Laboratory,Item,Answer\nA,1,x\nA,2,y\n", "one laboratory only"),
        ("Laboratory,Item,Answer\nA,1,x\nB,1,x\n", "every answer is x"),
        ("Laboratory,Item,Answer,Measurand\nA,1,x,p\nB,1,y,q\n", "p, q"),
    ],
)
def test_tables_that_are_none(tmp_path: Path, capsys: Capture, text: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    assert main(["round", "answers", str(tmp_path / "a.csv")]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "change",
    [
        ('"absent", "present"', '"present"'), ('positive = "present"', 'positive = "maybe"'),
        ("least_right = 0.5", "least_right = 0"), ("least_right = 0.5", "needed = 0.4"),
        ('assigned = "right.csv"', 'assigned = "none.csv"'), ('"absent", "present"', '"absent", "here"'),
        ("[[answers]]", "[answers]"),
    ],
)  # fmt: skip
def test_schemes_that_are_none(tmp_path: Path, change: tuple[str, str]) -> None:
    (tmp_path / "right.csv").write_text("Item,Answer\ni1,present\n")
    (tmp_path / "p.toml").write_text(PROTOCOL.replace(*change))
    with pytest.raises(MeasurandError):
        drafted(tmp_path / "p.toml")


def test_an_answer_that_is_not_on_the_scale_does_not_leave(tmp_path: Path) -> None:
    (tmp_path / "right.csv").write_text("Item,Answer\ni1,present\n")
    (tmp_path / "p.toml").write_text(PROTOCOL)
    keys.new(tmp_path, "k")
    begin(tmp_path / "r", tmp_path / "p.toml", keys.private_key(tmp_path / "k"))
    join(tmp_path / "r", tmp_path / "me", now=NOW)
    (tmp_path / "a.csv").write_text("Laboratory,Item,Answer\nme,i1,perhaps\n")
    held = own_answers(tmp_path / "a.csv", protocol_of(tmp_path / "r").answers)
    with pytest.raises(MeasurandError, match="perhaps"):
        prepare(tmp_path / "r", tmp_path / "me", RoundData(title="", quantities=(), answered=held))
    with pytest.raises(DesignError):
        found({"A": {"i1": "perhaps"}, "B": {"i1": "present"}}, {}, scale=("absent", "present"))
