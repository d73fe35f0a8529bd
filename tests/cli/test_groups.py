"""Groups from the command line: a requirement on the worst of them, signed and verified; what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import PROCEDURE, Rows, Run, write

MEASURANDS = """\
measurand = [
  { id = "worst", quantity = "accuracy", contrast = { over = "age", kind = "worst" } },
  { id = "gap", quantity = "sensitivity", positive = "yes", contrast = { over = "age", kind = "gap" } },
  { id = "least", quantity = "positive_rate", positive = "yes", contrast = { over = "age", kind = "least_ratio" } },
  { id = "each", quantity = "accuracy", contrast = { over = "age", first = "30-49" } },
]
requirement = [
  { measurand = "worst", lower_limit = 0.3 },
  { measurand = "gap", upper_limit = 0.9 },
  { measurand = "least", lower_limit = "10 %" },
  { measurand = "each", level = "50+", lower_limit = -0.8 },
]
"""
AGES = ("18-29", "30-49", "50+")


@pytest.fixture
def grouped(folder: Path, rows: Rows) -> Path:
    """The folder with a column ``age``, the same for all cases of a patient, and measurands over it."""
    write(folder / "table.csv", [{**row, "age": AGES[int(row["patient"][1:]) % 3]} for row in rows])
    said(folder, MEASURANDS)
    return folder


def said(folder: Path, measurands: str) -> None:
    text = PROCEDURE.partition("measurand = [")[0] + measurands
    (folder / "try.measure.toml").write_text(text, encoding="utf-8")


def test_requirements_on_groups_are_signed_and_verified(grouped: Path, run: Run) -> None:
    ended = run("measure", "try.measure.toml")
    assert ended.code == 0, ended
    (record,) = grouped.glob("out/TRY-01-*")
    decided = json.loads((record / "decisions.json").read_text(encoding="utf-8"))["decisions"]
    assert [(d["requirement"]["measurand"], d["requirement"]["level"]) for d in decided] == [
        ("worst", ""), ("gap", ""), ("least", ""), ("each", "50+"),
    ]  # fmt: skip
    written = json.loads((record / "results.json").read_text(encoding="utf-8"))["results"]
    assert [r["level"] for r in written] == ["", "", "", "18-29", "50+"]
    assert run("key", "new", "lab").code == 0
    assert run("certify", record, "--key", "lab").code == 0
    assert "of 3 values is that of age" in (record / "certificate.html").read_text(encoding="utf-8")
    verified = run("verify", record / "certificate.html", "--key", "lab.pub.pem")
    assert verified.code == 0 and "FAILED" not in verified.out


REFUSED = [
    ('{ over = "age", kind = "worst", first = "50+" }', "M0314", ("first", "worst")),
    ('{ over = "age", kind = "least", first = "50+" }', "M0303", ("least_ratio",)),
    ('{ over = "age" }', "M0205", ("first", "least_ratio")),
    ('{ over = "age", second = "50+" }', "M0205", ("first",)),
    ('{ over = "age", first = "60+" }', "M0302", ("60+", "50+")),
    ('{ over = "system", kind = "gap" }', "M0314", ("gap", "system")),
    ('{ over = "agee", kind = "gap" }', "M0330", ("agee", "age")),
    ('{ over = "age", first = "50+" }, by = "truth"', "M0314", ("by", "age")),
    ('{ over = "age", kind = "worst" }, by = "age"', "M0302", ("by", "age")),
    ('{ over = "age", kind = "worst" }, where = { age = ["50+"] }', "M0547", ("age has 1 level", "50+")),
]


@pytest.mark.parametrize(("contrast", "code", "words"), REFUSED, ids=[c for c, _, _ in REFUSED])
def test_refused(grouped: Path, run: Run, contrast: str, code: str, words: tuple[str, ...]) -> None:
    said(grouped, f'measurand = [ {{ id = "m", quantity = "accuracy", contrast = {contrast} }} ]\n')
    ended = run("measure", "try.measure.toml")
    assert ended.code == 2 and ended.err.startswith("error[M") and "Traceback" not in ended.err
    assert code in ended.err and not [w for w in words if w not in ended.err], ended.err
    assert not list(grouped.glob("out/*TRY*"))


def test_a_group_of_one_cluster_is_named(grouped: Path, rows: Rows, run: Run) -> None:
    write(grouped / "table.csv", [{**row, "age": "50+" if row["patient"] == "p07" else "18-29"} for row in rows])
    said(grouped, 'measurand = [ { id = "m", quantity = "accuracy", contrast = { over = "age", kind = "worst" } } ]\n')
    ended = run("measure", "try.measure.toml")
    assert ended.code == 2 and "(age 50+)" in ended.err, ended


def test_a_level_that_a_requirement_names_is_known(grouped: Path, run: Run) -> None:
    said(grouped, MEASURANDS.replace('level = "50+"', 'level = "60+"'))
    ended = run("check", "try.measure.toml")
    assert ended.code == 2 and "60+" in ended.err, ended
