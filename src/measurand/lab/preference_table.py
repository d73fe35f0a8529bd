"""Preferences from a table: ``First, Second, Winner`` and where known ``Unit, Count``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from measurand.document.number import number
from measurand.document.preferences import Preference, PreferenceData
from measurand.document.table import Table
from measurand.errors import Finding, TableError
from measurand.instrument.cells import number_fault
from measurand.instrument.fault import MOST, fault, refusal, shown
from measurand.instrument.table import read

NAMES: Mapping[str, tuple[str, ...]] = {
    "First": ("first", "model_a", "a"), "Second": ("second", "model_b", "b"), "Winner": ("winner", "outcome"),
    "Unit": ("unit", "voter", "judge", "item", "prompt", "question_id"), "Count": ("count", "n"),
}  # fmt: skip
"""What a column holds -> its names; case does not matter. Chatbot Arena's names are among them."""
TIES = frozenset({"tie", "draw", "both", "neither", "tie (bothbad)", "="})
Outcome = Literal["first", "second", "tie"]
WORDS: Mapping[str, Outcome] = {
    "first": "first", "model_a": "first", "a": "first", "second": "second", "model_b": "second", "b": "second",
}  # fmt: skip


def preferences_from(path: Path) -> PreferenceData:
    """The preferences of a table. ``Winner`` is the name of one of both, first, second, or tie.

    Raises TableError with file, row and column.
    """
    table = read(path)
    cells = _columns(table)
    faults: list[Finding] = []
    rows: list[Preference] = []
    for i, row in enumerate(table.row):
        first, second, winner = (cells[name][i].strip() for name in ("First", "Second", "Winner"))
        often = cells["Count"][i].strip() if "Count" in cells else "1"
        outcome = _outcome(winner, first, second)
        if not first or not second or first == second:
            named = {"first": shown(first), "second": shown(second)}
            faults.append(fault("M0891.pair", file=table.file, row=row, **named))
        elif outcome is None:
            named = {"winner": shown(winner), "first": shown(first), "second": shown(second)}
            faults.append(fault("M0891.winner", file=table.file, row=row, **named))
        elif number_fault(often) or not float(often) > 0.0:
            faults.append(fault("M0891.count", file=table.file, row=row, value=shown(often)))
        else:
            unit = cells["Unit"][i].strip() if "Unit" in cells else ""
            rows.append(Preference(first=first, second=second, outcome=outcome, count=number(float(often)), unit=unit))
    if faults:
        raise TableError(faults[:MOST])
    return PreferenceData(title=path.stem, preferences=tuple(rows), has_units="Unit" in cells)


def _columns(table: Table) -> dict[str, Sequence[str]]:
    own = {name.strip().lower(): cells for name, cells in table.columns.items()}
    found = {}
    for role, names in NAMES.items():
        known = [own[name] for name in names if name in own]
        if known:
            found[role] = known[0]
        elif role in ("First", "Second", "Winner"):
            columns = ", ".join(table.columns)
            raise refusal("M0878.column", file=table.file, hint="M0878.hint_preferences", name=role, columns=columns)
    if not table.row:
        raise refusal("M0891.empty", file=table.file)
    return found


def _outcome(winner: str, first: str, second: str) -> Outcome | None:
    if winner in (first, second):
        return "first" if winner == first else "second"
    word = winner.lower()
    return "tie" if word in TIES else WORDS.get(word)
