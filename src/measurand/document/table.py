"""A table as it was read: text columns, and where each row stands in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


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
    """``sha256:...`` of the bytes of the file."""

    def __len__(self) -> int:
        return len(self.row)
