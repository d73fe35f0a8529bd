"""A table of observations as an instrument."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.document.observation import Task
from measurand.document.procedure import Factor, Observations
from measurand.errors import RunError, TableError
from measurand.instrument.recorded import Recorded, observed
from measurand.instrument.table import read

ROWS = (
    "run,site,case,sys,y,p,state\n1,A,1,s1,yes,0.9,\n2,A,1,s1,no,0.2,ok\n1,B,1,s1,yes,0.8,refused\n1,A,2,s2,no,0.1,\n"
)
WHERE = Observations(
    file=("t.csv",), format="csv", item=("case",), value="y", score="p", system="sys", repeat="run", status="state"
)
SITE = (Factor(id="site", effect="random", column="site"),)


def _table(folder: Path, text: str):  # type: ignore[no-untyped-def]
    (folder / "t.csv").write_text(text)
    return read(folder / "t.csv")


def test_columns(tmp_path: Path) -> None:
    found = observed(_table(tmp_path, ROWS), WHERE, SITE, ["s1", "s2"])
    assert list(found.system) == ["s1", "s1", "s1", "s2"]
    assert list(found.status) == ["ok", "ok", "refused", "ok"]
    assert list(found.condition["site"]) == ["A", "A", "B", "A"]
    assert list(found.output["score"]) == ["0.9", "0.2", "0.8", "0.1"]


def test_tasks_are_joined(tmp_path: Path) -> None:
    table = _table(tmp_path, ROWS)
    instrument = Recorded(table, observed(table, WHERE, SITE, ["s1", "s2"]))
    tasks = [Task("s2", "2", {"site": "A"}, 1), Task("s1", "1", {"site": "A"}, 2)]
    assert [o.output["value"] for o in instrument.observe(tasks)] == ["no", "no"]
    with pytest.raises(RunError):
        list(instrument.observe([Task("s1", "9", {"site": "A"}, 1)]))


REFUSED = [
    ("duplicate", ROWS + "1.0,A,1.0,s1,yes,0.9,\n", "M0406", 6),
    ("system", ROWS + "1,A,7,s3,yes,0.9,\n", "M0413", 6),
    ("status", ROWS + "1,A,7,s1,yes,0.9,broken\n", "M0410", 6),
    ("no item", ROWS + "1,A,,s1,yes,0.9,\n", "M0404", 6),
    ("no level", ROWS + "1,,7,s1,yes,0.9,\n", "M0404", 6),
]


@pytest.mark.parametrize(("name", "text", "code", "row"), REFUSED, ids=[case[0] for case in REFUSED])
def test_refused(tmp_path: Path, name: str, text: str, code: str, row: int) -> None:
    with pytest.raises(TableError) as caught:
        observed(_table(tmp_path, text), WHERE, SITE, ["s1", "s2"])
    assert (caught.value.findings[0].code, caught.value.findings[0].line) == (code, row)


def test_duplicate_names_both_rows(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="rows 2 and 6"):
        observed(_table(tmp_path, ROWS + "1,A,1,s1,yes,0.9,\n"), WHERE, SITE, ["s1", "s2"])
