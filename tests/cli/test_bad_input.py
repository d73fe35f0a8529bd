"""Bad input, end to end: file, place, value and fix are named; a non-zero exit; no traceback; nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import PROCEDURE, Rows, Run, write

Change = Callable[[Rows], object]
Wrong = tuple[str, Change, tuple[str, ...]]


def cell(row: int, column: str, value: str) -> Change:
    """Put a value into a row (counted from 0)."""
    return lambda rows: rows[row].__setitem__(column, value)


def every(column: str, value: str) -> Change:
    """Put one value into all rows."""
    return lambda rows: [row.__setitem__(column, value) for row in rows]


TABLES: list[Wrong] = [
    ("NaN", cell(3, "score", "NaN"), ("table.csv", "5", "score", "NaN")),
    ("infinite", cell(3, "score", "inf"), ("table.csv", "5", "score", "inf")),
    ("decimal comma", cell(3, "score", "0,93"), ("table.csv", "5", "score", "0,93", "decimal comma")),
    ("text", cell(3, "score", "high"), ("table.csv", "5", "score", "high")),
    ("empty", cell(3, "score", ""), ("table.csv", "5", "score")),
    ("duplicate", lambda rows: rows.append(dict(rows[7])), ("table.csv", "c007", "9", "122")),
    ("one class", every("truth", "yes"), ("class",)),
    ("one cluster", every("patient", "p1"), ("cluster",)),
]


@pytest.mark.parametrize(("change", "said"), [w[1:] for w in TABLES], ids=[w[0] for w in TABLES])
def test_table(folder: Path, rows: Rows, run: Run, change: Change, said: tuple[str, ...]) -> None:
    change(rows)
    write(folder / "table.csv", rows)
    refused(run, folder, said)


def refused(run: Run, folder: Path, said: tuple[str, ...]) -> None:
    """Both ``check`` and ``measure`` refuse, in words, and leave nothing."""
    for verb in ("measure", "check"):
        ended = run(verb, "try.measure.toml")
        assert ended.code == 2, (verb, ended)
        assert "Traceback" not in ended.err
        assert not [word for word in said if word not in ended.err], ended.err
        assert ended.err.startswith("error[M")
        assert not list(folder.glob("out/*TRY*"))


def test_labels_outside_of_the_classes(folder: Path, rows: Rows, run: Run) -> None:
    text = PROCEDURE.replace('value = "truth" }', 'value = "truth", classes = ["yes", "no"] }')
    (folder / "try.measure.toml").write_text(text, encoding="utf-8")
    rows[4]["truth"] = "maybe"
    write(folder / "table.csv", rows)
    refused(run, folder, ("table.csv", "6", "truth", "maybe"))


def test_item_without_reference(folder: Path, rows: Rows, run: Run) -> None:
    write(folder / "cases.csv", [{"case": r["case"], "truth": r["truth"], "patient": r["patient"]} for r in rows[:-1]])
    write(folder / "table.csv", [{k: r[k] for k in ("case", "predicted", "score")} for r in rows])
    text = PROCEDURE.replace('reference    = { file = "table.csv"', 'reference    = { file = "cases.csv"')
    (folder / "try.measure.toml").write_text(text, encoding="utf-8")
    refused(run, folder, ("table.csv", "121", "c119", "cases.csv"))


@pytest.mark.parametrize("weight", ["0", "-1", "x"])
def test_weight(folder: Path, rows: Rows, run: Run, weight: str) -> None:
    write(folder / "table.csv", [{**row, "w": "1" if n != 3 else weight} for n, row in enumerate(rows)])
    text = PROCEDURE.replace('cluster = "patient"', 'cluster = "patient", weight = "w"')
    (folder / "try.measure.toml").write_text(text, encoding="utf-8")
    refused(run, folder, ("table.csv", "5", "w", weight))


def test_two_systems_with_different_items(folder: Path, rows: Rows, run: Run) -> None:
    both = [{**row, "system": "a"} for row in rows] + [{**row, "system": "b"} for row in rows[:-2]]
    write(folder / "table.csv", both)
    text = PROCEDURE.replace('system = { name = "try", version = "1" }', 'system = [ { id = "a" }, { id = "b" } ]')
    text = text.replace('item = "case", value = "predicted"', 'item = "case", system = "system", value = "predicted"')
    contrast = 'contrast = { over = "system", first = "a", second = "b" }'
    text = text.replace('quantity = "accuracy"', f'quantity = "accuracy", {contrast}')
    text = text.replace("lower_limit = 0.5", "lower_limit = -0.5")
    (folder / "try.measure.toml").write_text(text, encoding="utf-8")
    ended = run("measure", "try.measure.toml")
    assert ended.code in (2, 4), ended  # refused, or INVALID because items are missing
    assert "c118" in ended.err or "missing" in ended.out


PROCEDURES = [
    ("typo", ('quantity = "accuracy"', 'quantty = "accuracy"'), ("try.measure.toml:8", "quantty", "quantity")),
    ("word", ('id = "acc", quantity', 'id = "acc", metric'), ("try.measure.toml:8", "metric", "quantity")),
    ("unknown table", ("sampling ", "samplng  "), ("try.measure.toml:6", "samplng", "sampling")),
    ("unknown quantity", ('"accuracy"', '"acuracy"'), ("try.measure.toml:8", "acuracy", "accuracy")),
    ("no such column", ('value = "predicted"', 'value = "predicton"'), ("predicton", "predicted")),
    ("no such class", ('positive = "yes"', 'positive = "ja"'), ("try.measure.toml:9", "ja", "yes")),
    ("impossible", ("lower_limit = 0.5", "lower_limit = 1.5"), ("try.measure.toml:11", "1.5", "acc")),
    ("per cent", ("lower_limit = 0.5", "lower_limit = 90"), ("try.measure.toml:11", "90", "%")),
    (
        "no such file",
        (
            'file = "table.csv", item = "case", value = "predicted"',
            'file = "tabel.csv", item = "case", value = "predicted"',
        ),
        ("tabel.csv",),
    ),
    ("not TOML", ("schema =", "schema"), ("try.measure.toml:1",)),
    ("depth", ('id     = "TRY-01"', "notes = " + "[" * 3000 + "]" * 3000), ("try.measure.toml",)),
    ("twice", ('id     = "TRY-01"', 'id = "a"\nid = "b"'), ("try.measure.toml:3",)),
]


@pytest.mark.parametrize(("change", "said"), [p[1:] for p in PROCEDURES], ids=[p[0] for p in PROCEDURES])
def test_procedure(folder: Path, run: Run, change: tuple[str, str], said: tuple[str, ...]) -> None:
    assert change[0] in PROCEDURE
    (folder / "try.measure.toml").write_text(PROCEDURE.replace(*change), encoding="utf-8")
    refused(run, folder, said)


BYTES = [
    ("empty", b"", ("table.csv", "empty")),
    ("header only", b"case,patient,truth,predicted,score\n", ("table.csv",)),
    (
        "not UTF-8",
        b"case,patient,truth,predicted,score\nc1,p1,yes,yes,0.5\nc2,p\xff,no,no,0.2\n",
        ("table.csv:3", "byte 58"),
    ),
    ("ragged", b"case,patient,truth,predicted,score\nc1,p1,yes,yes,0.5,9\n", ("table.csv", "2")),
    ("header twice", b"case,case,truth,predicted,score\nc1,p1,yes,yes,0.5\n", ("table.csv", "case")),
]


@pytest.mark.parametrize(("data", "said"), [b[1:] for b in BYTES], ids=[b[0] for b in BYTES])
def test_bytes_of_a_table(folder: Path, run: Run, data: bytes, said: tuple[str, ...]) -> None:
    (folder / "table.csv").write_bytes(data)
    refused(run, folder, said)


LINES = [
    ("key twice", '{"case": "a", "case": "b"}', ("table.jsonl", "case")),
    ("depth", "[" * 5000 + "]" * 5000, ("table.jsonl",)),
    ("cut off", '{"case": "a", "truth"', ("table.jsonl",)),
]


@pytest.mark.parametrize(("line", "said"), [x[1:] for x in LINES], ids=[x[0] for x in LINES])
def test_json_lines(folder: Path, run: Run, line: str, said: tuple[str, ...]) -> None:
    (folder / "table.jsonl").write_text(line + "\n", encoding="utf-8")
    (folder / "try.measure.toml").write_text(PROCEDURE.replace("table.csv", "table.jsonl"), encoding="utf-8")
    refused(run, folder, said)


@pytest.mark.parametrize("change", ["cut", "byte"])
def test_corrupted_evidence(folder: Path, run: Run, change: str) -> None:
    assert run("measure", "try.measure.toml").code in (0, 3)
    (record,) = folder.glob("out/TRY-01-*")
    evidence = record / "evidence.parquet"
    data = bytearray(evidence.read_bytes())
    evidence.write_bytes(data[: len(data) // 2] if change == "cut" else bytes([*data[:99], data[99] ^ 1, *data[100:]]))
    ended = run("evaluate", record)
    assert ended.code == 2
    assert "evidence.parquet" in ended.err
    run("key", "new", "lab")
    assert run("certify", record, "--key", "lab.pem").code == 2
    assert not (record / "certificate.json").exists()
    assert "evidence.parquet" in run("doctor").out


def test_html_in_names_stays_text(folder: Path, run: Run) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror=alert(1)>"'
    text = PROCEDURE.replace('name = "try"', f"name = '{hostile}'").replace('"drawn cases"', f"'{hostile}'")
    (folder / "try.measure.toml").write_text(text, encoding="utf-8")
    assert run("measure", "try.measure.toml").code in (0, 3)
    (record,) = folder.glob("out/TRY-01-*")
    run("key", "new", "lab")
    assert run("certify", record, "--key", "lab.pem").code == 0
    page = (record / "certificate.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert run("verify", record / "certificate.html", "--key", "lab.pub.pem").code == 0


def test_constant_scores_and_one_repeat_are_measured_and_said(folder: Path, rows: Rows, run: Run) -> None:
    write(folder / "table.csv", [{**row, "score": "0.5"} for row in rows])
    text = PROCEDURE.replace(
        '{ id = "acc", quantity = "accuracy" }', '{ id = "acc", quantity = "auc", positive = "yes" }'
    )
    (folder / "try.measure.toml").write_text(text, encoding="utf-8")
    ended = run("measure", "try.measure.toml")
    assert "Traceback" not in ended.err
    assert ended.code in (1, 2, 3)
    assert "repeatability" in ended.out + ended.err or "score" in ended.err
