"""Verdicts as numbers, and the calibration of the judge as the evidence keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from measurand.document.judge import MARKS, Calibrated, Judge
from measurand.document.label import label
from measurand.document.number import number
from measurand.document.table import Table, place
from measurand.errors import Finding, TableError
from measurand.instrument import cells
from measurand.instrument.fault import MOST, fault, shown, some
from measurand.lab.sources import contents_at

_TRUE = {"true": 1.0, "false": 0.0}


def verdicts(judge: Judge, table: Table, name: str) -> list[str]:
    """The cells of a column as numbers from 0 to 1, written canonically; an empty cell stays empty.

    Raises TableError: a word that ``values`` does not have, or no number from 0 to 1.
    """
    worth = {word: float(value) for word, value in judge.values.items()} if judge.values else None
    column = cells.column(table, name)
    known = {cell: _worth(label(cell), worth) for cell in dict.fromkeys(column)}
    wrong = [cell for cell, value in known.items() if value is None][:MOST]
    if wrong:
        raise TableError([_no_verdict(table, name, cell, worth) for cell in wrong])
    return [known[cell] or "" for cell in column]


def _no_verdict(table: Table, name: str, cell: str, worth: Mapping[str, float] | None) -> Finding:
    """The finding of a cell, at its first place."""
    file, row = place(table, list(table.columns[name]).index(cell))
    key, value = "M0571.value" if worth is not None else "M0571.number", shown(cell)[1:-1]
    return fault(key, file=file, row=row, hint="M0571.hint", column=name, value=value, words=some(worth or ()))


def _worth(text: str, worth: Mapping[str, float] | None) -> str | None:
    if not text:
        return ""
    if worth is not None:
        return number(worth[text]) if text in worth else None
    try:
        value = _TRUE[text.lower()] if text.lower() in _TRUE else float(text)
    except ValueError:
        return None
    return number(value) if 0.0 <= value <= 1.0 else None


def calibrated(judge: Judge, table: Table, *, asked: Mapping[str, Sequence[str]] | None = None) -> Calibrated:
    """The calibration table as the evidence keeps it; ``asked`` are verdicts that the judge was asked for, by column.

    Raises TableError: a cell that is no verdict, or an answer that people did not score.
    """
    said = judge.calibration
    if said is None:
        raise TypeError("a judge without calibration")
    human = verdicts(judge, table, said.human)
    empty = [i for i, cell in enumerate(human) if not cell]
    if empty:
        places = [place(table, i) for i in empty[:MOST]]
        raise TableError(
            [fault("M0571.human", file=f, row=r, hint="M0571.human_hint", column=said.human) for f, r in places]
        )
    columns: dict[str, Sequence[str]] = {"human": human}
    for mark in MARKS:
        name: str | None = getattr(said, mark, None)
        if name is not None:
            columns[mark] = verdicts(judge, table, name)
        elif asked is not None and mark in asked:
            columns[mark] = asked[mark]
    count = Counter(zip(*columns.values(), strict=True))
    rows = sorted(count)
    return Calibrated(
        at=contents_at(table),
        random=said.random,
        columns=tuple(columns),
        row=tuple(rows),
        count=tuple(count[row] for row in rows),
    )
