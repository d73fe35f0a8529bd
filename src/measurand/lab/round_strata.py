"""Results by stratum from a table, and the population from another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from measurand.document.number import number
from measurand.document.round_strata import StratumData, StratumResult
from measurand.document.table import Table
from measurand.errors import Finding, TableError
from measurand.instrument.cells import number_fault
from measurand.instrument.fault import MOST, fault, refusal, shown
from measurand.instrument.table import read
from measurand.lab.round_csv import NAMES, UNLIMITED
from measurand.message import say

ROLES: Mapping[str, tuple[str, ...]] = {**NAMES, "stratum": ("stratum", "group"), "count": ("count", "n", "items")}
NEEDED = {"laboratory": "Laboratory", "stratum": "Stratum", "value": "MeasuredValues", "u": "StdUnc"}
WHOLE = 1e-9
"""Deviation of the sum of the shares from 1."""


def strata_from(path: Path, population: Path, *, title: str = "", least: int = 1) -> StratumData:
    """Columns ``Laboratory, Stratum, MeasuredValues, StdUnc`` and where known ``Count, DegreesOfFreedom, Measurand,
    Material, Unit``; the population: ``Stratum, Weight``.

    Raises TableError with file, row and column: a column or number that is missing, a stratum twice, shares that do not
    add up to 1.
    """
    table = read(path)
    own = {name.strip().lower().replace(" ", ""): cells for name, cells in table.columns.items()}
    cells: dict[str, Sequence[str]] = {}
    for role, names in ROLES.items():
        known = [own[name] for name in names if name in own]
        if not known and role in NEEDED:
            columns = ", ".join(table.columns)
            raise refusal("M0890.column", file=table.file, hint="M0890.hint_strata", role=NEEDED[role], columns=columns)
        cells[role] = known[0] if known else [""] * len(table.row)
    faults: list[Finding] = []
    results: dict[tuple[str, ...], StratumResult] = {}
    for i, row in enumerate(table.row):
        wrong = _fault(table, cells, i, row)
        if wrong is not None:
            faults.append(wrong)
            continue
        one = _result(cells, i)
        place = (one.laboratory, one.measurand, one.material, one.stratum)
        if place in results:
            faults.append(fault("M0893.stratum", file=table.file, row=row, laboratory=place[0], stratum=place[3]))
        results[place] = one
    if faults:
        raise TableError(faults[:MOST])
    return StratumData(
        title=title or path.stem, results=tuple(results.values()), weights=_weights(population), least=least
    )


def _fault(table: Table, cells: Mapping[str, Sequence[str]], i: int, row: int) -> Finding | None:
    if not cells["laboratory"][i].strip() or not cells["stratum"][i].strip():
        column = "Stratum" if cells["laboratory"][i].strip() else "Laboratory"
        return fault("M0891.stratum", file=table.file, row=row, column=column)
    for role, free in (("value", False), ("u", False), ("df", True), ("count", True)):
        cell = cells[role][i].strip()
        if free and cell.lower() in UNLIMITED:
            continue
        key = number_fault(cell)
        if not key and role != "value" and not float(cell) > 0.0:
            key = "M0891.above"
        if key:
            named = {"column": shown(role), "value": shown(cell), "fixed": cell.replace(",", ".")}
            return fault(key, file=table.file, row=row, **named)
    return None


def _result(cells: Mapping[str, Sequence[str]], i: int) -> StratumResult:
    def given(role: str) -> str | None:
        cell = cells[role][i].strip()
        return None if cell.lower() in UNLIMITED else number(float(cell))

    return StratumResult(
        laboratory=cells["laboratory"][i].strip(), measurand=cells["measurand"][i].strip() or say("round.value"),
        material=cells["material"][i].strip(), unit=cells["unit"][i].strip() or "1",
        stratum=cells["stratum"][i].strip(), value=number(float(cells["value"][i])), u=number(float(cells["u"][i])),
        df=given("df"), count=given("count"),
    )  # fmt: skip


def _weights(path: Path) -> dict[str, str]:
    table = read(path)
    own = {name.strip().lower(): cells for name, cells in table.columns.items()}
    for name in ("Stratum", "Weight"):
        if name.lower() not in own:
            columns = ", ".join(table.columns)
            raise refusal("M0890.column", file=table.file, hint="M0890.hint_weights", role=name, columns=columns)
    found: dict[str, float] = {}
    for i, row in enumerate(table.row):
        stratum, cell = own["stratum"][i].strip(), own["weight"][i].strip()
        if not stratum or stratum in found or number_fault(cell) or not float(cell) > 0.0:
            raise TableError(
                [fault("M0891.weight", file=table.file, row=row, stratum=shown(stratum), value=shown(cell))]
            )
        found[stratum] = float(cell)
    whole = math.fsum(found.values())
    if abs(whole - 1.0) > WHOLE:
        raise refusal("M0891.whole", file=table.file, sum=f"{whole:.9g}")
    return {name: number(w) for name, w in found.items()}
