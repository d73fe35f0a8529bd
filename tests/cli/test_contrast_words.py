"""The sentence of a contrast of two: it names both, speaks of the population, and gives the limits that are printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from measurand import cli

HEAD = """\
schema = "measurand/procedure/1"
id = "C-01"
[[system]]
id = "old"
name = "old"
[[system]]
id = "new"
name = "new"
[observations]
file = "t.csv"
item = "id"
value = "v"
system = "s"
[reference]
file = "r.csv"
item = "id"
value = "y"
[sampling]
population = "letters of 2026"
[[measurand]]
id = "d"
"""


def words(folder: Path, measurand: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    (folder / "r.csv").write_text("id,y\n" + "".join(f"{i},{i % 3}\n" for i in range(90)))
    rows = [
        f"{i},{s},{i % 3 if (i * 7) % k else (i + 1) % 3}\n" for i in range(90) for s, k in (("old", 4), ("new", 9))
    ]
    (folder / "t.csv").write_text("id,s,v\n" + "".join(rows))
    (folder / "p.toml").write_text(HEAD + measurand)
    assert cli.main(["measure", str(folder / "p.toml"), "--out", str(folder / "out"), "-q"]) == 0
    capsys.readouterr()
    (path,) = (folder / "out").glob("*/results.json")
    found: dict[str, str] = json.loads(path.read_text())["results"][0]
    return found


def test_a_difference_of_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contrast = 'quantity = "accuracy"\ncontrast = { over = "system", first = "old", second = "new" }\n'
    found = words(tmp_path, contrast, capsys)
    lower, upper = (100 * float(found[end]) for end in ("lower", "upper"))
    start = "Over letters of 2026, the accuracy of new less that of old lies between "
    assert found["words"].startswith(start) and found["words"].endswith(" percentage points.")
    shown = found["words"].removeprefix(start).removesuffix(" percentage points.").split(" and ")
    assert [float(x) for x in shown] == pytest.approx([lower, upper], abs=0.06)


def test_a_ratio(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contrast = 'quantity = "accuracy"\ncontrast = { over = "system", first = "old", second = "new", kind = "ratio" }\n'
    found = words(tmp_path, contrast, capsys)
    assert found["words"].startswith("Over letters of 2026, the accuracy of new is between ")
    assert found["words"].endswith(" times that of old.")
