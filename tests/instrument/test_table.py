"""Tables of broken and of unusual inputs: each gives the right cells, or an error that names the place and the fix."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from measurand.document.table import place
from measurand.errors import TableError
from measurand.instrument import cells
from measurand.instrument.table import read

READ = [
    ("plain", "t.csv", b"a,b\n1,x\n2,y\n", {"a": ["1", "2"], "b": ["x", "y"]}, [2, 3]),
    ("byte order mark", "t.csv", b"\xef\xbb\xbfa,b\n1,x\n", {"a": ["1"], "b": ["x"]}, [2]),
    ("semicolons", "t.csv", b"a;b\n1,5;x\n", {"a": ["1,5"], "b": ["x"]}, [2]),
    ("tabs", "t.tsv", b"a\tb\n1\tx\n", {"a": ["1"], "b": ["x"]}, [2]),
    ("windows lines", "t.csv", b"a,b\r\n1,x\r\n2,y\r\n", {"a": ["1", "2"], "b": ["x", "y"]}, [2, 3]),
    ("line break in a cell", "t.csv", b'a,b\n"1\n2",x\n3,y\n', {"a": ["1\n2", "3"], "b": ["x", "y"]}, [2, 4]),
    ("doubled quotes", "t.csv", b'a,b\n"say ""no""",x\n', {"a": ['say "no"'], "b": ["x"]}, [2]),
    ("empty line", "t.csv", b"a,b\n1,x\n\n2,y\n", {"a": ["1", "2"], "b": ["x", "y"]}, [2, 4]),
    ("nothing is guessed", "t.csv", b"a,b\n007,NA\n1e3,true\n", {"a": ["007", "1e3"], "b": ["NA", "true"]}, [2, 3]),
    ("json lines", "t.jsonl", b'{"a": 1.0, "b": "x"}\n{"a": 2}\n', {"a": ["1.0", "2"], "b": ["x", ""]}, [1, 2]),
    ("json kinds", "t.jsonl", b'{"a": true, "b": null}\n', {"a": ["true"], "b": [""]}, [1]),
    ("json nested", "t.jsonl", b'{"a": [1, {"k": 0.5}]}\n', {"a": ['[1,{"k":0.5}]']}, [1]),
    ("json long number", "t.jsonl", b'{"a": 123456789012345678901}\n', {"a": ["123456789012345678901"]}, [1]),
]


@pytest.mark.parametrize(
    ("file", "data", "columns", "row"), [case[1:] for case in READ], ids=[case[0] for case in READ]
)
def test_read(tmp_path: Path, file: str, data: bytes, columns: dict[str, list[str]], row: list[int]) -> None:
    (tmp_path / file).write_bytes(data)
    table = read(tmp_path / file)
    assert {key: list(column) for key, column in table.columns.items()} == columns
    assert list(table.row) == row


REFUSED = [
    ("empty", "t.csv", b"", "M0423", 0),
    ("blank", "t.csv", b"\n \n", "M0423", 0),
    ("header only", "t.csv", b"a,b\n", "M0424", 0),
    ("ragged", "t.csv", b"a,b\n1,x\n2\n", "M0427", 3),
    ("too many cells", "t.csv", b"a,b\n1,5,x\n", "M0427", 2),
    ("ragged after a line break", "t.csv", b'a,b\n"1\n1",x\n2\n', "M0427", 4),
    ("header twice", "t.csv", b"a,a\n1,2\n", "M0429", 1),
    ("header empty", "t.csv", b"a,,c\n1,2,3\n", "M0428", 1),
    ("not UTF-8", "t.csv", b"a,b\n1,x\n2,\xe9\n", "M0425", 3),
    ("UTF-16", "t.csv", "a,b\n1,x\n".encode("utf-16"), "M0425", 1),
    ("UTF-16 without mark", "t.csv", "a,b\n1,x\n".encode("utf-16-le"), "M0426", 1),
    ("open quote", "t.csv", b'a,b\n1,x\n"2,y\n', "M0430", 3),
    ("text after quote", "t.csv", b'a,b\n"1"0,x\n', "M0430", 2),
    ("json broken", "t.jsonl", b'{"a": 1}\n{"a": }\n', "M0431", 2),
    ("json list", "t.jsonl", b"[1, 2]\n", "M0434", 1),
    ("json number", "t.jsonl", b"1\n", "M0434", 1),
    ("json key twice", "t.jsonl", b'{"a": 1, "a": 2}\n', "M0432", 1),
    ("json key twice inside", "t.jsonl", b'{"b": {"a": 1, "a": 2}}\n', "M0432", 1),
    ("json deep", "t.jsonl", b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "M0433", 1),
    ("json half a character", "t.jsonl", b'{"a": "\\ud800"}\n', "M0437", 1),
    ("json empty key", "t.jsonl", b'{"": 1}\n', "M0428", 1),
    ("not parquet", "t.parquet", b"PAR1 not really", "M0435", 0),
    ("unknown format", "t.xlsx", b"PK", "M0422", 0),
]


@pytest.mark.parametrize(
    ("file", "data", "code", "row"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused(tmp_path: Path, file: str, data: bytes, code: str, row: int) -> None:
    (tmp_path / file).write_bytes(data)
    with pytest.raises(TableError) as caught:
        read(tmp_path / file)
    finding = caught.value.findings[0]
    assert (finding.code, finding.line, finding.file) == (code, row, str(tmp_path / file))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="not there"):
        read(tmp_path / "t.csv")


def test_directory(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(TableError, match="cannot be read"):
        read(tmp_path / "t.csv")


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "odd[1]*name.parquet"
    duckdb.connect().execute(f"copy (select 1.5 as a, 'x' as \"b c\", null as d, 7 as e) to '{path}' (format parquet)")
    table = read(path)
    assert {key: list(column) for key, column in table.columns.items()} == {
        "a": ["1.5"],
        "b c": ["x"],
        "d": [""],
        "e": ["7"],
    }
    assert list(table.row) == [1]


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_truncated_parquet(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "t.parquet"
    duckdb.connect().execute(f"copy (select range as a from range(1000)) to '{path}' (format parquet)")
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(TableError, match="not a complete Parquet file"):
        read(path)


def test_several_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("item,x\n1,5\n2,6\n")
    (tmp_path / "b.csv").write_text("x,item\n7,3\noops,4\n")
    table = read([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert table.columns["item"] == ["1", "2", "3", "4"]
    assert place(table, 2) == (str(tmp_path / "b.csv"), 2)
    with pytest.raises(TableError) as caught:
        cells.numbers(table, "x")
    assert (caught.value.findings[0].file, caught.value.findings[0].line) == (str(tmp_path / "b.csv"), 3)


def test_several_files_with_other_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("item,x\n1,5\n")
    (tmp_path / "b.csv").write_text("item,y\n1,5\n")
    with pytest.raises(TableError, match="differ"):
        read([tmp_path / "a.csv", tmp_path / "b.csv"])


def test_separator_is_a_remark(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b\n1;2\n")
    assert "semicolons" in read(tmp_path / "t.csv").remarks[0]


CELLS = [
    ("1", "numbers", 1.0),
    (" 1.50 ", "numbers", 1.5),
    ("1e-3", "numbers", 1e-3),
    (".5", "numbers", 0.5),
    ("1,5", "numbers", "M0402"),
    ("1.234,5", "numbers", "M0402"),
    ("NaN", "numbers", "M0403"),
    ("-inf", "numbers", "M0403"),
    ("1e999", "numbers", "M0403"),
    ("", "numbers", "M0404"),
    (" ", "numbers", "M0404"),
    ("five", "numbers", "M0401"),
    ("95 %", "numbers", "M0401"),
    ("1_000", "numbers", "M0401"),
    ("１", "numbers", "M0401"),
    ("0x10", "numbers", "M0401"),
    ("0", "weights", "M0407"),
    ("-1", "weights", "M0407"),
    ("inf", "weights", "M0403"),
    ("0.25", "weights", 0.25),
    ("1.01", "probabilities", "M0408"),
    ("-0.01", "probabilities", "M0408"),
    ("1", "probabilities", 1.0),
    ("True", "outcomes", 1.0),
    ("0.0", "outcomes", 0.0),
    ("2", "outcomes", "M0409"),
    ("", "outcomes", "M0404"),
]


@pytest.mark.parametrize(("cell", "role", "expected"), CELLS)
def test_cells(tmp_path: Path, cell: str, role: str, expected: float | str) -> None:
    (tmp_path / "t.csv").write_text(f'id,x\n1,1\n2,"{cell}"\n', encoding="utf-8")
    table = read(tmp_path / "t.csv")
    if isinstance(expected, float):
        assert getattr(cells, role)(table, "x")[1] == expected
        return
    with pytest.raises(TableError) as caught:
        getattr(cells, role)(table, "x")
    finding = caught.value.findings[0]
    assert (finding.code, finding.line, finding.path) == (expected, 3, "x")
    assert finding.hint


def test_classes(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"y": 1}\n{"y": 1.0}\n{"y": "1"}\n{"y": true}\n{"y": "True"}\n{"y": "007"}\n')
    table = read(tmp_path / "t.jsonl")
    assert cells.classes(table, "y") == ["1", "1", "1", "true", "true", "007"]
    with pytest.raises(TableError, match="'007' is not one of the classes 1, true"):
        cells.classes(table, "y", known=["1", "true"])


def test_unknown_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("item,score\n1,1\n")
    with pytest.raises(TableError) as caught:
        cells.numbers(read(tmp_path / "t.csv"), "scores")
    assert "score" in caught.value.findings[0].hint


def test_keys_of_several_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("seed,episode\n3,12\n3.0,a/b\n")
    table = read(tmp_path / "t.csv")
    assert cells.keys(table, ["seed", "episode"]) == ["3/12", "3/a\\/b"]
