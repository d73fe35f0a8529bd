"""Laws of the readers: any bytes give a table or a TableError; what was written comes back, cell by cell."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.errors import TableError
from measurand.instrument import cells
from measurand.instrument.delimited import read_delimited
from measurand.instrument.jsonlines import read_json_lines
from measurand.instrument.table import read
from measurand.lab.sources import contents_at

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
GRIDS = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(st.binary(max_size=200) | st.text('ab,;"\n\r\t {}[]:0', max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes(data: bytes) -> None:
    for reader in (read_delimited, read_json_lines):
        try:
            found = reader(data, "t")
        except TableError as error:
            assert error.findings[0].file == "t"
            continue
        assert {len(column) for column in found.columns.values()} == {len(found.row)}


@given(GRIDS)
@settings(max_examples=200, deadline=None)
def test_csv_comes_back(grid: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([f"c{i}" for i in range(len(grid[0]))])
    writer.writerows(grid)
    found = read_delimited(text.getvalue().encode(), "t")
    assert [list(row) for row in zip(*found.columns.values(), strict=True)] == grid
    assert list(found.row) == sorted(set(found.row))


@given(GRIDS)
@settings(max_examples=200, deadline=None)
def test_json_lines_come_back(grid: list[list[str]]) -> None:
    lines = "\n".join(json.dumps({f"c{i}": cell for i, cell in enumerate(row)}) for row in grid)
    found = read_json_lines(lines.encode(), "t")
    assert [list(row) for row in zip(*found.columns.values(), strict=True)] == grid


@given(st.permutations(range(5)), st.permutations(range(3)))
@settings(max_examples=50, deadline=None)
def test_contents_do_not_depend_on_order(rows: list[int], columns: list[int]) -> None:
    grid = [[f"{chr(97 + i)}{j}" for i in range(3)] for j in range(5)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"

        def address(rows: list[int], columns: list[int]) -> str:
            head = ",".join(f"c{i}" for i in columns)
            path.write_text("\n".join([head, *(",".join(grid[j][i] for i in columns) for j in rows)]) + "\n")
            return contents_at(read(path))

        assert address(rows, columns) == address(list(range(5)), list(range(3)))


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=200, deadline=None)
def test_numbers_come_back(x: float) -> None:
    data = f"a,b\n1,{x!r}\n".encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(data)
        assert cells.numbers(read(path), "b").tolist() == [x]
