"""Outputs that already exist: a table of observations as an instrument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from measurand.document.evidence import join_key
from measurand.document.identifier import identifier
from measurand.document.label import label
from measurand.document.observation import Observation, Status, Task
from measurand.document.procedure import Factor, Observations
from measurand.document.table import Table, place
from measurand.errors import TableError
from measurand.instrument.cells import classes, column, keys
from measurand.instrument.fault import MOST, fault, refusal, shown, stopped

OBSERVED: dict[str, Status] = {s: s for s in ("ok", "refused", "failed", "timeout", "unscored")}

ROLES = ("value", "output", "score", "exposure", "lower", "upper", "spread", "set")
"""Outputs of one cell each."""


@dataclass(frozen=True)
class Observed:
    """Observations as columns: identity, status, and outputs as text by role; ``position`` is the row of the table."""

    system: Sequence[str]
    item: Sequence[str]
    condition: Mapping[str, Sequence[str]]
    """Factor id -> level of each observation."""
    repeat: Sequence[str]
    status: Sequence[Status]
    reason: Sequence[str]
    output: Mapping[str, Sequence[str]]
    """``ROLES``, ``member:N`` and ``score:CLASS`` as far as there are any."""

    def key(self, i: int) -> str:
        """The identity of one observation as one text."""
        return join_key((self.system[i], self.item[i], *(c[i] for c in self.condition.values()), self.repeat[i]))


def observed(table: Table, observations: Observations, factors: Sequence[Factor], systems: Sequence[str]) -> Observed:
    """All observations of a table; ``factors`` are those whose level the table holds.

    Raises TableError: unknown column, system or status, empty key, duplicates.
    """
    rows = len(table)
    condition = {f.id: classes(table, (f.column or f.id).removeprefix("observations:")) for f in factors}
    found = Observed(
        system=_systems(table, observations.system, systems),
        item=keys(table, observations.item),
        condition=condition,
        repeat=classes(table, observations.repeat) if observations.repeat else ["1"] * rows,
        status=_statuses(table, observations.status),
        reason=[""] * rows,
        output={role: column(table, name) for role, name in output_columns(observations).items()},
    )
    _refuse_duplicates(found, table)
    return found


def output_columns(observations: Observations) -> dict[str, str]:
    """Role -> column of the observation table."""
    plain = {role: getattr(observations, role) for role in ROLES}
    members = {f"member:{i:04d}": name for i, name in enumerate(observations.members or ())}
    scores = {f"score:{name}": of for name, of in (observations.scores or {}).items()}
    return {role: name for role, name in (plain | members | scores).items() if name is not None}


def _systems(table: Table, name: str | None, systems: Sequence[str]) -> Sequence[str]:
    if name is None:
        if len(systems) == 1:
            return [systems[0]] * len(table)
        name = "system"
    cells = column(table, name)
    ids = {identifier(system): system for system in systems}
    canonical = {cell: ids.get(identifier(cell)) for cell in set(cells)}
    unknown = [i for i, cell in enumerate(cells) if canonical[cell] is None]
    if unknown:
        file, row = place(table, unknown[0])
        raise refusal(
            "M0413.system",
            file=file,
            row=row,
            hint="M0413.hint",
            column=shown(name),
            value=shown(cells[unknown[0]]),
            systems=", ".join(systems),
        )
    return [canonical[cell] or "" for cell in cells]


def _statuses(table: Table, name: str | None) -> Sequence[Status]:
    if name is None:
        return [OBSERVED["ok"]] * len(table)
    cells = column(table, name)
    canonical = {cell: OBSERVED.get(cell.strip().lower() or "ok") for cell in set(cells)}
    unknown = [i for i, cell in enumerate(cells) if canonical[cell] is None]
    if unknown:
        found = []
        for i in unknown[:MOST]:
            file, row = place(table, i)
            fields = {"column": shown(name), "value": shown(cells[i])}
            found.append(fault("M0410.status", file=file, row=row, hint="M0410.hint", **fields))
        raise TableError(found)
    return [canonical[cell] or "ok" for cell in cells]


def _refuse_duplicates(found: Observed, table: Table) -> None:
    if len(set(zip(found.system, found.item, *found.condition.values(), found.repeat, strict=True))) == len(found.item):
        return
    first: dict[str, int] = {}
    for i in range(len(found.item)):
        earlier = first.setdefault(found.key(i), i)
        if earlier != i:
            file, row = place(table, i)
            levels = "".join(f", {name} {cells[i]}" for name, cells in found.condition.items())
            what = f"the observation of {found.system[i]}, item {found.item[i]}{levels}, repeat {found.repeat[i]}"
            raise refusal(
                "M0406.duplicate",
                file=file,
                row=row,
                hint="M0406.hint",
                what=what,
                first=place(table, earlier)[1],
                second=row,
            )


class Recorded:
    """The table as an instrument: a task is answered by the row with its system, item, condition and repeat."""

    batch = 1

    def __init__(self, table: Table, found: Observed) -> None:
        self.table = table
        self.found = found
        self._position = {found.key(i): i for i in range(len(found.item))}

    def identity(self) -> Mapping[str, str]:
        """``access`` and the digest of the table."""
        return {"access": "recorded", "table": self.table.digest}

    def observe(self, tasks: Iterable[Task]) -> Iterator[Observation]:
        """Raises RunError for a task without a row."""
        for task in tasks:
            levels = [label(task.condition[name]) for name in self.found.condition]
            key = join_key((task.system, task.item, *levels, str(task.repeat)))
            i = self._position.get(key)
            if i is None:
                raise stopped("M0608.absent", file=self.table.file, key=key)
            yield Observation(
                system=task.system,
                item=task.item,
                condition=dict(task.condition),
                repeat=task.repeat,
                status=self.found.status[i],
                output={role: cells[i] for role, cells in self.found.output.items() if cells[i]},
                reason=self.found.reason[i],
            )

    def close(self) -> None:
        """Nothing is held."""
