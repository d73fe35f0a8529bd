"""Results of laboratories from a table: ``Laboratory, MeasuredValues, StdUnc, DegreesOfFreedom`` and some more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

from measurand.document.number import number
from measurand.document.round_data import LeftOut, Quantity, RoundData, Submitted
from measurand.document.table import Table
from measurand.errors import Finding, TableError
from measurand.instrument.cells import number_fault
from measurand.instrument.fault import MOST, fault, refusal, shown
from measurand.instrument.table import read
from measurand.message import say

NAMES: Mapping[str, tuple[str, ...]] = {
    "laboratory": ("laboratory", "lab", "code", "participant"),
    "value": ("measuredvalues", "measuredvalue", "value", "x", "result"),
    "u": ("stdunc", "u", "standard_uncertainty", "standarduncertainty"),
    "df": ("degreesoffreedom", "df", "dof"),
    "measurand": ("measurand", "quantity"),
    "material": ("material", "level", "sample"),
    "replicate": ("replicate", "repeat", "test"),
    "unit": ("unit",),
}
"""What a column holds -> its names, the first ones those of the NIST consensus builder; case does not matter."""
FIRST = {"laboratory": "Laboratory", "value": "MeasuredValues"}
NOT_STATED = frozenset({"", "na", "n/a", "-", "nan"})
UNLIMITED = frozenset({"", "inf", "infinity", "infinite", "na", "n/a", "-"})
Cells = Mapping[str, Sequence[str]]


def from_table(path: Path, *, title: str = "", nested: Sequence[str] = ()) -> RoundData:
    """The results in a CSV file (or Parquet, JSON lines). ``nested``: columns of the conditions of the replicates.

    A value that is no number is refused, a decimal comma with its fix; a laboratory without a standard uncertainty, or
    with 0 or less, stays in the table and out of the consensus, with the reason. Several rows of a laboratory for one
    measurand and material are replicates where a column numbers them, and refused where none does.

    Raises TableError with file, row and column.
    """
    table = read(path)
    cells = _columns(table, nested)
    faults = [*_faults(table, cells)]
    if faults:
        raise TableError(faults[:MOST])
    groups: dict[tuple[str, str], dict[str, list[int]]] = {}
    for i, laboratory in enumerate(cells["laboratory"]):
        place = (cells["measurand"][i].strip() or say("round.value"), cells["material"][i].strip())
        groups.setdefault(place, {}).setdefault(laboratory.strip(), []).append(i)
    several = [_quantity(table, cells, place, rows, tuple(nested)) for place, rows in groups.items()]
    return RoundData(title=title or path.stem, quantities=tuple(several), remarks=table.remarks)


def _columns(table: Table, nested: Sequence[str]) -> dict[str, Sequence[str]]:
    own = {name.strip().lower().replace(" ", ""): name for name in table.columns}
    found: dict[str, Sequence[str]] = {}
    for role, names in NAMES.items():
        known = [own[name] for name in names if name in own]
        if not known and role in ("laboratory", "value"):
            columns = ", ".join(table.columns)
            raise refusal("M0890.column", file=table.file, hint="M0890.hint", role=FIRST[role], columns=columns)
        found[role] = table.columns[known[0]] if known else [""] * len(table.row)
    for name in nested:
        if name not in table.columns:
            columns = ", ".join(table.columns)
            raise refusal("M0890.column", file=table.file, hint="M0890.hint", role=name, columns=columns)
        found[f"condition {name}"] = table.columns[name]
    named = bool(nested) or any(own.get(name) for name in NAMES["replicate"])
    found["has replicates"] = ["yes"] if named else []
    return found


def _faults(table: Table, cells: Cells) -> list[Finding]:
    found: list[Finding] = []
    for i, row in enumerate(table.row):
        if not cells["laboratory"][i].strip():
            found.append(fault("M0891.laboratory", file=table.file, row=row, column="Laboratory"))
        for role, free in (("value", frozenset[str]()), ("u", NOT_STATED), ("df", UNLIMITED)):
            cell = cells[role][i]
            if cell.strip().lower() in free:
                continue
            key = number_fault(cell)
            if not key and role == "df" and not float(cell) > 0.0:
                key = "M0891.df"
            if key:
                fixed = cell.strip().replace(",", ".")
                hint = key.partition(".")[0] + ".hint"
                named = {"column": shown(role), "value": shown(cell), "fixed": fixed}
                found.append(fault(key, file=table.file, row=row, hint=hint, **named))
    return found


def _quantity(
    table: Table, cells: Cells, place: tuple[str, str], rows: Mapping[str, list[int]], nested: tuple[str, ...]
) -> Quantity:
    every = [i for several in rows.values() for i in several]
    units = sorted({cells["unit"][i].strip() for i in every})
    if len(units) > 1:
        named = " ".join(place).strip()
        raise refusal("M0892.units", file=table.file, measurand=named, units=", ".join(units))
    submitted, out = [], []
    for laboratory, several in rows.items():
        if len(several) > 1:
            _check_replicates(table, cells, laboratory, several)
        one = _submitted(cells, laboratory, several, nested)
        submitted.append(one)
        if one.u is None:
            stated = cells["u"][several[0]].strip()
            said = stated.lower() not in NOT_STATED
            reason = say("round.u_not_positive", u=stated) if said else say("round.no_u")
            out.append(LeftOut(laboratory=laboratory, reason=reason))
    return Quantity(
        measurand=place[0], material=place[1], unit=units[0] or "1", submitted=tuple(submitted), left_out=tuple(out),
        nested=nested,
    )  # fmt: skip


def _check_replicates(table: Table, cells: Cells, laboratory: str, rows: Sequence[int]) -> None:
    numbers = [cells["replicate"][i].strip() for i in rows]
    lines = ", ".join(str(table.row[i]) for i in rows)
    numbered = any(numbers)
    if not cells["has replicates"] or (numbered and len(set(numbers)) < len(numbers)):
        said = {"laboratory": laboratory, "rows": lines}
        raise refusal("M0893.twice", file=table.file, row=table.row[rows[1]], hint="M0893.hint", **said)
    if len({(cells["u"][i].strip(), cells["df"][i].strip()) for i in rows}) > 1:
        raise refusal("M0893.uncertainties", file=table.file, row=table.row[rows[1]], laboratory=laboratory, rows=lines)


def _submitted(cells: Cells, laboratory: str, rows: Sequence[int], nested: Sequence[str]) -> Submitted:
    values = [float(cells["value"][i]) for i in rows]
    stated, freedom = cells["u"][rows[0]].strip(), cells["df"][rows[0]].strip().lower()
    u = None if stated.lower() in NOT_STATED else float(stated)
    df = None if freedom in UNLIMITED else float(freedom)
    return Submitted(
        laboratory=laboratory, value=number(fmean(values)), u=number(u) if u is not None and u > 0 else None,
        df=None if df is None else number(df),
        replicates=tuple(number(v) for v in values) if len(values) > 1 else (),
        conditions=tuple(tuple(cells[f"condition {name}"][i].strip() for name in nested) for i in rows)
        if nested and len(values) > 1
        else (),
    )  # fmt: skip
