"""Cells by role: numbers, probabilities, weights, outcomes, classes. An error names file, row, column and value."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from measurand.document.evidence import join_key
from measurand.document.identifier import identifier
from measurand.document.label import label
from measurand.document.table import Table, place
from measurand.errors import Finding, TableError
from measurand.instrument.fault import MOST, fault, refusal, shown, some

_COMMA = re.compile(r"\s*[+-]?[0-9][0-9. ]*,[0-9]+\s*|\s*[+-]?,[0-9]+\s*")
_PLAIN = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")
_OUTCOMES = {"1": 1.0, "0": 0.0, "true": 1.0, "false": 0.0}

Accepts = Callable[[float], bool]


def column(table: Table, name: str) -> Sequence[str]:
    """The cells of a column. Raises TableError with the nearest name."""
    if name not in table.columns:
        near = difflib.get_close_matches(name, table.columns, n=1)
        raise refusal(
            "M0411.column",
            file=table.file,
            hint="M0411.hint_near" if near else "M0411.hint",
            column=shown(name),
            columns=", ".join(table.columns),
            near=near[0] if near else "",
        )
    return table.columns[name]


def numbers(table: Table, name: str, *, rows: Sequence[int] | None = None) -> NDArray[np.float64]:
    """The finite numbers of a column, at the positions ``rows`` (default: all). Raises TableError."""
    return _floats(table, name, rows, accepts=math.isfinite, otherwise="M0403.not_finite")


def probabilities(table: Table, name: str, *, rows: Sequence[int] | None = None) -> NDArray[np.float64]:
    """Numbers in [0, 1]. Raises TableError."""
    return _floats(table, name, rows, accepts=lambda x: 0.0 <= x <= 1.0, otherwise="M0408.probability")


def weights(table: Table, name: str, *, rows: Sequence[int] | None = None) -> NDArray[np.float64]:
    """Numbers greater than zero. Raises TableError."""
    return _floats(table, name, rows, accepts=lambda x: 0.0 < x < math.inf, otherwise="M0407.weight")


def outcomes(table: Table, name: str, *, rows: Sequence[int] | None = None) -> NDArray[np.float64]:
    """0 and 1 (or false and true). Raises TableError."""
    cells, at = _chosen(table, name, rows)
    read = {cell: _OUTCOMES.get(label(cell)) for cell in set(cells)}
    if None in read.values():
        wrong = [(at[i], cell) for i, cell in enumerate(cells) if read[cell] is None]
        _refuse(table, name, wrong, "M0409.outcome")
    return np.fromiter((read[cell] or 0.0 for cell in cells), np.float64, len(cells))


def classes(
    table: Table, name: str, *, known: Iterable[str] | None = None, rows: Sequence[int] | None = None
) -> list[str]:
    """Canonical class labels: ``1``, ``1.0`` and ``"1"`` are one class. Raises TableError for an empty cell, and for a
    class outside of ``known``."""
    cells, at = _chosen(table, name, rows)
    canonical = {cell: label(cell) for cell in set(cells)}
    allowed = None if known is None else {label(cell) for cell in known}
    wrong = {cell for cell, text in canonical.items() if not text or (allowed is not None and text not in allowed)}
    if wrong:
        places = [(at[i], cell) for i, cell in enumerate(cells) if cell in wrong]
        key = "M0405.only_class" if allowed is not None and len(allowed) == 1 else "M0405.class"
        _refuse(table, name, places, key, classes=some(allowed or ()))
    return [canonical[cell] for cell in cells]


def keys(table: Table, names: Sequence[str], *, rows: Sequence[int] | None = None) -> list[str]:
    """One identifier per row from one column or several. Raises TableError for an empty cell."""
    several: list[list[str]] = []
    for name in names:
        cells, at = _chosen(table, name, rows)
        _refuse(table, name, [(at[i], cell) for i, cell in enumerate(cells) if not cell.strip()], "M0404.empty")
        canonical = {cell: identifier(cell) for cell in set(cells)}
        several.append([canonical[cell] for cell in cells])
    return several[0] if len(several) == 1 else [join_key(parts) for parts in zip(*several, strict=True)]


def levels(table: Table, name: str, *, rows: Sequence[int] | None = None) -> list[str]:
    """Levels of a factor or group: canonical class labels, an empty cell is an error."""
    return classes(table, name, rows=rows)


def number_fault(cell: str) -> str:
    """The sentence key of what is wrong with a cell that should be a finite number; ``""`` if nothing is."""
    text = cell.strip()
    if not text:
        return "M0404.empty"
    if _PLAIN.fullmatch(cell):
        return "" if math.isfinite(float(text)) else "M0403.not_finite"
    if _COMMA.fullmatch(cell):
        return "M0402.decimal_comma"
    try:
        float(text)
    except ValueError:
        return "M0401.not_a_number"
    return "M0403.not_finite" if text.isascii() and "_" not in text else "M0401.not_a_number"


def _floats(
    table: Table, name: str, rows: Sequence[int] | None, *, accepts: Accepts, otherwise: str
) -> NDArray[np.float64]:
    cells, at = _chosen(table, name, rows)
    wrong: list[tuple[int, str, str]] = []
    values: list[float] = []
    for i, cell in enumerate(cells):
        if _PLAIN.fullmatch(cell):
            value = float(cell)
            if accepts(value):
                values.append(value)
                continue
        wrong.append((at[i], cell, number_fault(cell) or otherwise))
    if wrong:
        found = [_fault(table, name, position, cell, key) for position, cell, key in wrong[:MOST]]
        raise TableError(found)
    return np.array(values, dtype=np.float64)


def _chosen(table: Table, name: str, rows: Sequence[int] | None) -> tuple[Sequence[str], Sequence[int]]:
    cells = column(table, name)
    if rows is None or (isinstance(rows, range) and rows == range(len(cells))):
        return cells, range(len(cells))
    return [cells[i] for i in rows], rows


def _fault(table: Table, name: str, position: int, cell: str, key: str, **fields: object) -> Finding:
    if not cell.strip():
        key = "M0404.empty"
    file, row = place(table, position)
    fixed = cell.strip().replace(",", ".")
    hint = key.split(".", maxsplit=1)[0] + ".hint"
    return fault(key, file=file, row=row, hint=hint, column=shown(name), value=shown(cell), fixed=fixed, **fields)


def _refuse(table: Table, name: str, places: Sequence[tuple[int, str]], key: str, **fields: object) -> None:
    if places:
        raise TableError([_fault(table, name, position, cell, key, **fields) for position, cell in places[:MOST]])
