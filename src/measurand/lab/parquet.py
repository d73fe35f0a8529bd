"""The evidence table as Parquet: the same bytes for the same table, and back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from measurand.lab.atomic import refusal
from measurand.lab.evidence import EvidenceTable, Kind

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,  # one writer: the order of row groups and the bytes do not depend on the machine
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
TYPES = {"text": "varchar", "float64": "double", "int64": "bigint"}


def written(table: EvidenceTable) -> bytes:
    """The Parquet bytes of a table; an absent number is a null."""
    import duckdb  # deferred: it is slow to load

    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config=CONFIG) as connection:
        path = Path(folder) / "evidence.parquet"
        connection.register("evidence", dict(table.columns))
        chosen = ", ".join(f"{_quoted(name)}::{TYPES[kind]} as {_quoted(name)}" for name, kind in table.kinds.items())
        connection.execute(
            f"copy (select {chosen} from evidence) to '{str(path).replace(chr(39), chr(39) * 2)}' "
            "(format parquet, compression zstd, row_group_size 122880)"
        )
        return path.read_bytes()


def loaded(data: bytes, columns: Mapping[str, Kind], *, file: str) -> EvidenceTable:
    """The table of Parquet bytes, whose columns must be ``columns`` (in any order).

    Raises StoreError that names the file and what failed: truncated, corrupted, other columns or types.
    """
    import duckdb  # deferred: it is slow to load

    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config=CONFIG) as connection:
        path = Path(folder) / "evidence.parquet"
        path.write_bytes(data)
        try:
            found = connection.execute("select * from read_parquet(?, hive_partitioning = false)", [str(path)])
            described = {entry[0]: str(entry[1]) for entry in found.description or []}
            cells = found.fetchnumpy()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0].replace(str(path), file)
            raise refusal("M0701.unreadable", file, reason=reason) from None
    expected = {name: TYPES[kind].upper() for name, kind in columns.items()}
    names = {"VARCHAR": "VARCHAR", "STRING": "VARCHAR", "DOUBLE": "DOUBLE", "NUMBER": "DOUBLE", "BIGINT": "BIGINT"}
    actual = {name: names.get(kind, kind) for name, kind in described.items()}
    if actual != expected:
        raise refusal("M0702.columns", file, found=str(actual), expected=str(expected))
    return EvidenceTable({name: _plain(cells[name], columns[name]) for name in actual})


def _plain(cells: Any, kind: Kind) -> Any:
    if kind == "text":
        filled = cells.filled("") if isinstance(cells, np.ma.MaskedArray) else cells
        return np.array(filled, dtype=object)
    filled = cells.filled(np.nan) if isinstance(cells, np.ma.MaskedArray) else cells
    return np.array(filled, dtype=np.float64 if kind == "float64" else np.int64)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
