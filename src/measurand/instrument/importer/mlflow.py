"""Runs of MLflow: a table that was logged (``mlflow.log_table``, ``mlflow.evaluate``). A run that holds only metrics
is refused: a number without its items has no uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measurand.instrument.fault import refusal
from measurand.instrument.importer.contract import Asked, Tabled
from measurand.instrument.importer.source import cell, contents, listing, log_of, name_of, parsed


def read(paths: Sequence[Path], asked: Asked) -> Tabled:
    """The one table of a run: its folder, or the artifact itself (``{"columns": [...], "data": [[...]]}``).

    Raises TableError: only metrics, several tables, a table that is none.
    """
    found = {path: table for given in paths for path in _files(given) if (table := _table(path)) is not None}
    if not found:
        raise refusal("M0479.aggregate", file=str(paths[0]), hint="M0479.hint_mlflow")
    if len(found) > 1:
        told = ", ".join(str(path) for path in found)
        raise refusal("M0478.tables", file=str(paths[0]), hint="M0478.hint_tables", names=told)
    ((path, table),) = found.items()
    file = str(path)
    names = [name_of(name) for name in listing(table["columns"], file, "columns")]
    rows = [listing(row, file, "data", row=n) for n, row in enumerate(listing(table["data"], file, "data"), start=1)]
    for n, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise refusal("M0481.width", file=file, row=n, hint="M0471.hint", found=len(row), expected=len(names))
    if len({name.lower() for name in names}) != len(names) or not all(names):
        raise refusal("M0481.names", file=file, hint="M0481.hint")
    if not rows:
        raise refusal("M0480.empty", file=file, hint="M0480.hint")
    columns = {name: [cell(row[i]) for row in rows] for i, name in enumerate(names)}
    return Tabled("MLflow", [log_of(path, contents(path))], columns, len(rows))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(p for p in path.rglob("*.json") if p.is_file())
    if not path.is_file():
        raise refusal("M0420.missing", file=str(path), hint="M0470.hint_files")
    return [path] if path.suffix == ".json" else []


def _table(path: Path) -> dict[str, Any] | None:
    found = parsed(contents(path), str(path))
    return found if isinstance(found, dict) and {"columns", "data"} <= set(found) else None
