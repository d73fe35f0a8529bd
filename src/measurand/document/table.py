"""A table as it was read: text columns, and where each row stands in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class TableFile:
    """One of the files that a table was read from."""

    name: str
    digest: str
    """``sha256:...`` of its bytes."""
    rows: int


@dataclass(frozen=True)
class Table:
    """Columns by name, every cell as text (an empty cell is ``""``), and the row number of each row in the file.

    ``cell`` sequences may be lists or object arrays: a room without numpy can read them.
    """

    file: str
    columns: Mapping[str, Sequence[str]]
    row: Sequence[int]
    """Row number as a person counts it in the file (CSV: line, the header is 1; Parquet and JSON lines: from 1)."""
    digest: str
    """``sha256:...`` of the bytes of the file; of several files, of their digests in order."""
    parts: tuple[TableFile, ...] = ()
    """The files in order, when the table was read from files."""
    remarks: tuple[str, ...] = ()
    """What was found and not declared, for the reader to confirm ("cells are separated by semicolons")."""

    def __len__(self) -> int:
        return len(self.row)


def place(table: Table, position: int) -> tuple[str, int]:
    """File and row number of the row at a position of the table: what an error names."""
    start = 0
    for part in table.parts:
        if position < start + part.rows:
            return part.name, table.row[position]
        start += part.rows
    return table.file, table.row[position]
