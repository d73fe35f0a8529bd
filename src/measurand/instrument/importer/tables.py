"""Tables that any program wrote: CSV, JSON lines, Parquet. The columns stay as they are; what they mean is proposed by
looking at them (``document.sketch``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from measurand.instrument.importer.contract import Asked, Tabled
from measurand.instrument.importer.source import contents, log_of
from measurand.instrument.table import read


def csv(paths: Sequence[Path], asked: Asked) -> Tabled:
    """The rows of CSV files with the same columns. Raises TableError."""
    return _read(paths, "csv")


def jsonl(paths: Sequence[Path], asked: Asked) -> Tabled:
    """The objects of files of JSON lines; what is nested stays JSON text. Raises TableError."""
    return _read(paths, "jsonl")


def parquet(paths: Sequence[Path], asked: Asked) -> Tabled:
    """The rows of Parquet files with the same columns. Raises TableError."""
    return _read(paths, "parquet")


def _read(paths: Sequence[Path], kind: str) -> Tabled:
    logs = [log_of(path, contents(path)) for path in paths]
    table = read(list(paths), kind)
    return Tabled(f"{kind} table", logs, table.columns, len(table), table.remarks)
