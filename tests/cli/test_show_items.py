"""``show --items``: the worst items of a record as text and as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def record(run: Any, folder: Path) -> Path:
    run("measure", "try.measure.toml", "--out", "out", "--quiet")
    return next((folder / "out").glob("TRY-01-*"))


def test_as_text_the_items_that_are_wrong(run: Any, folder: Path, rows: Any) -> None:
    place = record(run, folder)
    ended = run("show", place, "--items", "3")
    wrong = [row["case"] for row in rows if row["predicted"] != row["truth"]]
    assert ended.code == 0
    assert f"120 items: {len(wrong)} always wrong, 0 sometimes wrong" in ended.out
    assert all(case in ended.out for case in wrong[:3])
    assert f"and {len(wrong) - 3} more that are wrong" in ended.out
    assert all(len(line) <= 80 for line in ended.out.splitlines())


def test_as_data(run: Any, folder: Path, rows: Any) -> None:
    ended = run("show", record(run, folder), "--items", "1000", "--json")
    found = json.loads(ended.out)
    assert found["schema"] == "measurand/items/1"
    wrong = [row["case"] for row in rows if row["predicted"] != row["truth"]]
    assert [worst["item"] for worst in found["results"][0]["worst"]] == wrong
    assert "null" not in ended.out


def test_a_number_below_one_is_refused(run: Any, folder: Path) -> None:
    assert run("show", record(run, folder), "--items", "0").code == 2


def test_a_summary_is_a_paragraph_for_each_result(run: Any, folder: Path) -> None:
    ended = run("show", record(run, folder), "--summary")
    assert ended.code == 0
    paragraphs = ended.out.strip().split("\n\n")
    assert len(paragraphs) == 2
    assert "The requirement (at least 0.5) is met" in " ".join(paragraphs[0].split())
    assert all(len(line) <= 80 for line in ended.out.splitlines())
