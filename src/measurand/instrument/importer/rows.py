"""What holds for the rows of every log: each observation once, and columns that are worth keeping."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from measurand.instrument.fault import refusal, shown
from measurand.instrument.importer.contract import OWN, Reading, Row, Stated

DESCRIBED = ("doc_", "metadata_", "var_")
"""Columns that say something of an item; kept when they group items."""
CLOSE = 5e-5
"""Numbers that a log states with four decimals agree with ours within this."""


@dataclass(frozen=True)
class Agreement:
    """A number that the log states, and ours from the rows that are kept."""

    name: str
    stated: float
    found: float
    where: Mapping[str, str]

    @property
    def agrees(self) -> bool:
        """Whether both are the same number as far as the log writes it."""
        return abs(self.stated - self.found) <= CLOSE


def finished(reading: Reading) -> Reading:
    """The reading with items named by task where there are several, without columns that say nothing.

    Raises TableError: no observations, or one observation twice (two runs mixed).
    """
    if not reading.rows:
        raise refusal("M0480.empty", file=", ".join(log.name for log in reading.logs), hint="M0480.hint")
    for row in reading.rows:
        if not row.item:
            raise refusal("M0481.unnamed", file=row.log, hint="M0481.hint")
    tasks = {row.more.get("task", "") for row in reading.rows}
    rows = [_of_task(row) for row in reading.rows] if len(tasks) > 1 else list(reading.rows)
    _refuse_twice(rows, reading.conditions)
    kept = _kept(rows, reading, several=len(tasks) > 1)
    rows = [replace(row, more={name: row.more.get(name, "") for name in kept}) for row in rows]
    groups = [name for name in kept if name == "task" or name.startswith(DESCRIBED) or name in reading.groups]
    return replace(reading, rows=rows, groups=groups)


def columns(reading: Reading) -> dict[str, list[str]]:
    """The table of a finished reading: its own columns, then the further ones."""
    further = list(reading.rows[0].more)
    found = {name: [str(getattr(row, name)) for row in reading.rows] for name in OWN}
    return found | {name: [row.more[name] for row in reading.rows] for name in further}


def agreements(reading: Reading) -> list[Agreement]:
    """What the log states beside the mean over the items of the rows that are kept; a refusal counts as 0 there."""
    return [Agreement(s.name, s.value, _mean(reading.rows, s), s.where) for s in reading.stated]


def _mean(rows: Sequence[Row], stated: Stated) -> float:
    by_item: dict[str, list[float]] = {}
    for row in rows:
        here = {"system": row.system, **row.more}
        if all(here.get(key, value) == value for key, value in stated.where.items()):
            if row.score:
                by_item.setdefault(row.item, []).append(float(row.score))
            elif row.status == "refused":
                by_item.setdefault(row.item, []).append(0.0)
    means = [math.fsum(values) / len(values) for values in by_item.values()]
    return math.fsum(means) / len(means) if means else math.nan


def _of_task(row: Row) -> Row:
    """Two tasks number their items alike: the task is part of the name."""
    return replace(row, item=f"{row.more.get('task', '')}/{row.item}")


def _refuse_twice(rows: Sequence[Row], conditions: Sequence[str]) -> None:
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = (row.system, row.item, row.repeat, *(row.more.get(name, "") for name in conditions))
        earlier = first.setdefault(key, row)
        if earlier is not row:
            kind = "log" if earlier.log == row.log else "runs"
            raise refusal(
                f"M0478.{kind}",
                file=row.log,
                hint="M0478.hint",
                other=earlier.log,
                item=shown(row.item),
                system=shown(row.system),
                repeat=row.repeat,
            )


def _kept(rows: Sequence[Row], reading: Reading, *, several: bool) -> list[str]:
    """Further columns that are kept: conditions and costs; ``task`` when there are several; descriptions that group."""
    names = dict.fromkeys(name for row in rows for name in row.more)
    found = []
    for name in names:
        cells = [row.more.get(name, "") for row in rows]
        distinct = len(set(cells))
        items = len({row.item for row in rows})
        grouping = 1 < distinct < items and all(cells)
        if (name == "task" and not several) or (name.startswith(DESCRIBED) and not grouping):
            continue
        if any(cells) and (name not in OWN):
            found.append(name)
    return found
