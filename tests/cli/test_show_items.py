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


def test_of_a_certificate_that_holds_its_evidence(run: Any, folder: Path, tmp_path: Path) -> None:
    place = record(run, folder)
    assert run("key", "new", "lab").code == 0
    assert run("certify", place, "--key", "lab.pem").code == 0
    away = tmp_path / "away"
    away.mkdir()
    for name in ("certificate.html", "certificate.json"):
        (away / name).write_bytes((place / name).read_bytes())
    expected = run("show", place, "--items").out
    assert run("show", away / "certificate.html", "--items").out == expected
    left_behind = run("show", away / "certificate.json", "--items")
    assert left_behind.code == 2 and "M0734" in left_behind.err


def test_a_budget_has_no_items(run: Any, folder: Path) -> None:
    (folder / "budget.measure.toml").write_text(
        'schema = "measurand/procedure/1"\nid = "B"\n'
        'input = [{ id = "x", distribution = "normal", value = 1, standard_uncertainty = 0.1 }]\n'
        'measurand = [{ id = "y", model = "2 * x" }]\n',
        encoding="utf-8",
    )
    assert run("measure", "budget.measure.toml", "--out", "out", "--quiet").code == 0
    ended = run("show", next((folder / "out").glob("B-*")), "--items")
    assert ended.code == 2 and "no items" in ended.err
    assert "nothing was observed" in " ".join(run("show", next((folder / "out").glob("B-*")), "--summary").out.split())


def test_long_names_keep_their_ends(run: Any, folder: Path, rows: Any) -> None:
    long = "a-long-common-beginning-of-every-name/and-one-folder-more/"
    table = folder / "table.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("\nc", f"\n{long}c"), encoding="utf-8")
    ended = run("show", record(run, folder), "--items", "3")
    wrong = [row["case"] for row in rows if row["predicted"] != row["truth"]]
    assert all(f"-folder-more/{case} " in ended.out for case in wrong[:3])
    assert all(len(line) <= 80 for line in ended.out.splitlines())


def test_a_folder_of_records_names_the_newest(run: Any, folder: Path) -> None:
    place = record(run, folder)
    ended = run("show", folder / "out", "--items")
    assert ended.code == 2
    assert "M0710" in ended.err and place.name in ended.err
