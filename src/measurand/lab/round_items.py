"""The coordinator's measurements of the items of a round, from a table."""

from __future__ import annotations

from pathlib import Path

from measurand.document.assigned import CheckedItem, CheckedMaterial
from measurand.document.number import number
from measurand.errors import Finding, TableError
from measurand.instrument.cells import number_fault
from measurand.instrument.fault import MOST, fault, refusal, shown
from measurand.instrument.table import read
from measurand.message import say

COLUMNS = ("Item", "MeasuredValues")
TIMES = ("before", "after")


def items_from(path: Path, *, only: str = "") -> tuple[CheckedMaterial, ...]:
    """Columns ``Item, MeasuredValues`` and where needed ``Measurand, Material, Time`` (before or after): one row for
    each portion. ``only``: the time that the file must be of.

    Raises TableError with file, row and column.
    """
    table = read(path)
    own = {name.strip().lower(): cells for name, cells in table.columns.items()}
    for name in COLUMNS:
        if name.lower() not in own:
            columns = ", ".join(table.columns)
            raise refusal("M0878.column", file=table.file, hint="M0878.hint", name=name, columns=columns)
    empty = [""] * len(table.row)
    faults: list[Finding] = []
    held: dict[tuple[str, str], dict[tuple[str, str], list[str]]] = {}
    for i, row in enumerate(table.row):
        item, value = own["item"][i].strip(), own["measuredvalues"][i]
        time = own.get("time", empty)[i].strip().lower() or only or TIMES[0]
        if not item:
            faults.append(fault("M0891.item", file=table.file, row=row, column="Item"))
        elif key := number_fault(value):
            named = {"column": "MeasuredValues", "value": shown(value), "fixed": value.strip().replace(",", ".")}
            faults.append(fault(key, file=table.file, row=row, hint=key.partition(".")[0] + ".hint", **named))
        elif time not in TIMES or (only and time != only):
            expected = only or " / ".join(TIMES)
            faults.append(fault("M0891.time", file=table.file, row=row, value=shown(time), expected=expected))
        else:
            measurand = own.get("measurand", empty)[i].strip() or say("round.value")
            place = (measurand, own.get("material", empty)[i].strip())
            held.setdefault(place, {}).setdefault((item, time), []).append(number(float(value)))
    if faults:
        raise TableError(faults[:MOST])
    return tuple(
        CheckedMaterial(measurand=measurand, material=material, items=tuple(_item(*key, v) for key, v in items.items()))
        for (measurand, material), items in held.items()
    )


def _item(name: str, time: str, portions: list[str]) -> CheckedItem:
    return CheckedItem(item=name, time="after" if time == "after" else "before", portions=tuple(portions))
