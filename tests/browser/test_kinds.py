"""Real certificates of every kind through the browser: sealed, amended, with evidence that stays, with a unit."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main
from measurand.lab.opened import opened

GOOD = {
    "signature": "passed",
    "key": "open",
    "status": "open",
    "recomputed": "partly",
    "time": "open",
    "page": "passed",
}
PROCEDURE = """\
schema = "measurand/procedure/1"
id = "T-01"
report = {{ disclosure = "{disclosure}" }}
[system]
name = "S"
[reference]
file = "ref.csv"
item = "id"
value = "y"
[observations]
file = "obs.csv"
item = "id"
value = "p"
[sampling]
population = "cases"
[[measurand]]
id = "acc"
quantity = "accuracy"
[[requirement]]
measurand = "acc"
lower_limit = {limit}
"""


def run(*words: object) -> None:
    """One command."""
    assert main([str(word) for word in words]) in (0, 1, 3)


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A folder with a key and reference data; nothing was observed yet."""
    (tmp_path / "p.measure.toml").write_text(PROCEDURE.format(disclosure="open", limit="0.7"))
    with (tmp_path / "ref.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "y"), *((i, i % 2) for i in range(60))])
    run("key", "new", "lab", "--dir", tmp_path)
    return tmp_path


def issued(bench: Path, *words: object) -> Path:
    """The page of a new measurement."""
    rows = "".join(f"{i},{i % 2 if i % 9 else 1 - i % 2}\n" for i in range(60))
    (bench / "obs.csv").write_text("id,p\n" + rows)
    before = set((bench / "out").glob("T-01*"))
    run("measure", bench / "p.measure.toml", "--out", bench / "out", "-q")
    (record,) = set((bench / "out").glob("T-01*")) - before
    run("certify", record, "--key", bench / "lab.pem", *words)
    return record / "certificate.html"


Show = Callable[[bytes], Any]


@pytest.mark.parametrize(("limit", "words"), [("0.7", "does not differ"), ("0.6", "NOT measured as sealed: ")])
def test_sealed(limit: str, words: str, show: Show, bench: Path) -> None:
    run("seal", bench / "p.measure.toml", "--key", bench / "lab.pem")
    (bench / "p.measure.toml").write_text(PROCEDURE.format(disclosure="open", limit=limit))
    page = issued(bench)
    tab = show(page.read_bytes())
    assert tab.states() == GOOD
    assert words in tab.page.inner_text("main")
    sealed = opened(page).statement.predicate.seal
    assert sealed is not None
    changed = page.read_bytes().replace(b'data-as="sealed">2', b'data-as="sealed">1', 1)
    assert "seal" in show(changed).text("page")


def test_amended(show: Show, bench: Path) -> None:
    first = issued(bench)
    second = issued(bench, "--amends", first, "--reason", "a <wrong> name")
    tab = show(second.read_bytes())
    assert tab.states() == GOOD
    number = opened(first).statement.predicate.number
    assert f"Replaces certificate {number}" in tab.page.inner_text("header")
    assert "a <wrong> name" in tab.page.inner_text("header")
    old = show(first.read_bytes())
    assert old.states() == GOOD
    (status,) = first.parent.glob("*.status.json")
    old.page.set_input_files("#own-file", status)
    old.page.wait_for_selector('[data-name="status"][data-state="failed"]')
    assert opened(second).statement.predicate.number in old.text("status")


@pytest.mark.parametrize("kind", ["private", "digest"])
def test_evidence_that_stays(kind: str, show: Show, bench: Path) -> None:
    (bench / "p.measure.toml").write_text(PROCEDURE.format(disclosure=kind, limit="0.7"))
    page = issued(bench)
    tab = show(page.read_bytes())
    assert tab.states() == GOOD
    assert "60 items stay with the laboratory" in tab.page.inner_text("main")
    assert "file of its own" not in tab.page.inner_text("main")


@pytest.mark.parametrize("quantity", ["mean", "root_mean_square_error"])
def test_numbers_with_a_unit(quantity: str, show: Show, bench: Path) -> None:
    text = PROCEDURE.format(disclosure="open", limit="100")
    more = 'unit = "ms"\n'
    text = text.replace('quantity = "accuracy"', f'quantity = "{quantity}"\n{more}')
    if quantity == "mean":
        text = text.replace('[reference]\nfile = "ref.csv"\nitem = "id"\nvalue = "y"\n', "")
    (bench / "p.measure.toml").write_text(text)
    assert show(issued(bench).read_bytes()).states() == GOOD
