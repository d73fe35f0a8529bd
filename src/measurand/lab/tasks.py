"""What a run has to observe: every system, item, condition and repeat, each with its own seed, in a random order."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from measurand.document.canonical import Address
from measurand.document.combinations import Levels, combinations
from measurand.document.evidence import join_key
from measurand.document.number import real
from measurand.document.observation import Observation, Task
from measurand.document.procedure import Procedure
from measurand.errors import ProcedureError
from measurand.instrument.fault import fault
from measurand.lab.journal import key_of
from measurand.lab.prompts import factor_of, filled
from measurand.study.orthogonal import fraction_of

OF_JUDGE = "judge."
"""Begin of the setting of a factor whose levels are those of the judge, not of the system."""


class Asked(Protocol):
    """Tasks by number, and the order in which they are asked."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Task]: ...

    def of(self, system: str, /) -> NDArray[np.int32]:
        """The numbers of the tasks of one system as they are asked."""
        ...

    def task(self, number: int, /) -> Task:
        """The task with a number."""
        ...

    def number(self, entry: Task | Observation, /) -> int | None:
        """The number of a task, or of the task that was observed; None for one that is not asked for."""
        ...


class Listed:
    """Tasks in the order in which they are given."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = tuple(tasks)
        self._number = {key_of(task): number for number, task in enumerate(self._tasks)}

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks)

    def of(self, system: str) -> NDArray[np.int32]:
        """The numbers of the tasks of one system."""
        return np.array([n for n, task in enumerate(self._tasks) if task.system == system], np.int32)

    def task(self, number: int) -> Task:
        """The task with a number."""
        return self._tasks[number]

    def number(self, entry: Task | Observation) -> int | None:
        """None for what is not asked for."""
        return self._number.get(key_of(entry))


class Inputs(Mapping[str, Mapping[str, str]]):
    """Item -> its cells by column, out of the columns of a table; without columns no item has any."""

    def __init__(self, items: Sequence[str], columns: Mapping[str, Sequence[str]]) -> None:
        """``items`` are those of the rows of the table."""
        self._columns = columns
        self._row = {item: i for i, item in enumerate(items)} if columns else {}

    def __getitem__(self, item: str) -> Mapping[str, str]:
        row = self._row[item]
        return {name: cells[row] for name, cells in self._columns.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._row)

    def __len__(self) -> int:
        return len(self._row)


class Plan:
    """All tasks of a live run, by number, and the random order in which they are asked; a task is made when it is
    wanted, so that a million of them take 8 bytes each.

    The seed of a task follows from the address and seed of the procedure, item, condition and repeat: systems are
    asked with the same seeds, and the order changes nothing.
    """

    def __init__(
        self,
        procedure: Procedure,
        procedure_at: Address,
        items: Sequence[str],
        inputs: Mapping[str, Mapping[str, str]],
        templates: Mapping[str, str] | None = None,
    ) -> None:
        """``templates`` are the texts of the prompt files. Raises ProcedureError for a factor without levels."""
        self._procedure, self._procedure_at = procedure, procedure_at
        self._items, self._inputs, self._templates = sorted(items), inputs, templates or {}
        self._media = (procedure.reference.media or "") if procedure.reference is not None else ""
        self._systems = sorted(system.id for system in procedure.system)
        self._conditions = conditions_of(procedure)
        self._level = {_levels(condition): i for i, condition in enumerate(self._conditions)}
        most = len(self._conditions)
        self._under = min(procedure.design.each or most, most)
        """Conditions of each item."""
        self._chosen = self._drawn() if self._under < most else None
        self._each = len(self._items) * self._under * procedure.design.repeats
        at = np.fromiter(map(self._position, range(self._each)), dtype=np.uint64, count=self._each)
        order = np.argsort(np.tile(at, len(self._systems)), kind="stable")  # ties: by system, then by item
        self.order: NDArray[np.int32] = order.astype(np.int32)
        """The numbers of all tasks as they are asked."""

    def __len__(self) -> int:
        return len(self.order)

    def __iter__(self) -> Iterator[Task]:
        """The tasks in the order in which they are asked."""
        return map(self.task, map(int, self.order))

    def of(self, system: str) -> NDArray[np.int32]:
        """The numbers of the tasks of one system as they are asked."""
        place = self._systems.index(system)
        return self.order[(self.order >= place * self._each) & (self.order < (place + 1) * self._each)]

    def task(self, number: int) -> Task:
        """The task with a number."""
        system, place = divmod(number, self._each)
        item, condition, repeat = self._parts(place)
        inputs = self._inputs.get(item, {})
        return Task(
            system=self._systems[system],
            item=item,
            condition=condition,
            repeat=repeat,
            input=inputs,
            seed=self._stream("seed", item, condition, repeat) % 2**32,
            prompt=_prompt(self._procedure, condition, inputs, self._templates),
            media=self._media,
            settings=_settings(self._procedure, condition),
        )

    def number(self, entry: Task | Observation) -> int | None:
        """The number of a task, or of the task that was observed; None for one that is not asked for."""
        system, item = bisect_left(self._systems, entry.system), bisect_left(self._items, entry.item)
        condition, repeats = self._level.get(_levels(entry.condition)), self._procedure.design.repeats
        if self._systems[system : system + 1] != [entry.system] or self._items[item : item + 1] != [entry.item]:
            return None
        if condition is None or not 1 <= entry.repeat <= repeats:
            return None
        if self._chosen is not None:
            found = np.flatnonzero(self._chosen[item] == condition)
            if not len(found):
                return None
            condition = int(found[0])
        return system * self._each + (item * self._under + condition) * repeats + entry.repeat - 1

    def _parts(self, place: int) -> tuple[str, Mapping[str, str], int]:
        rest, repeat = divmod(place, self._procedure.design.repeats)
        item, condition = divmod(rest, self._under)
        if self._chosen is not None:
            condition = int(self._chosen[item, condition])
        return self._items[item], self._conditions[condition], repeat + 1

    def _drawn(self) -> NDArray[np.int32]:
        """Conditions of each item, shape (items, conditions of each).

        The items stand in a random order. Of as many of them as there are conditions, each takes the next place in a
        random order of the conditions and those that follow it: every condition is there equally often, and which ones
        stand together changes from one such group to the next.
        """
        most = len(self._conditions)
        chosen = np.empty((len(self._items), self._under), np.int32)
        items = sorted(range(len(self._items)), key=lambda i: self._stream("item", self._items[i], {}, 0))
        for start in range(0, len(items), most):
            order = sorted(range(most), key=lambda c: self._stream(f"group {start}", "", self._conditions[c], 0))
            for place, item in enumerate(items[start : start + most]):
                chosen[item] = sorted(order[(place + k) % most] for k in range(self._under))
        return chosen

    def _position(self, place: int) -> int:
        item, condition, repeat = self._parts(place)
        return self._stream("order", item, condition, repeat)

    def _stream(self, purpose: str, item: str, condition: Mapping[str, str], repeat: int) -> int:
        own = (self._procedure_at, str(self._procedure.design.seed), purpose, item, *_levels(condition), str(repeat))
        return int.from_bytes(hashlib.sha256(join_key(own).encode()).digest()[:8], "big")


def conditions_of(procedure: Procedure) -> list[dict[str, str]]:
    """The combinations of the levels of all factors that are asked for, in one order.

    Raises ProcedureError for a factor without levels.
    """
    for factor in procedure.factor:
        if not factor.levels:
            raise ProcedureError(fault("M0607.levels", file="", factor=factor.id))
    levels = [Levels(f.id, f.levels or (), f.within, f.nest) for f in procedure.factor]
    if procedure.design.fraction is None:
        return combinations(levels)
    array = fraction_of([len(one.levels) for one in levels])
    return [{one.id: one.levels[at] for one, at in zip(levels, row, strict=True)} for row in array.tolist()]


def _levels(condition: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name}={condition[name]}" for name in sorted(condition))


def _prompt(
    procedure: Procedure, condition: Mapping[str, str], inputs: Mapping[str, str], templates: Mapping[str, str]
) -> str:
    factor = factor_of(procedure)
    return "" if factor is None else filled(templates[condition[factor.id]], inputs)


def _settings(procedure: Procedure, condition: Mapping[str, str]) -> dict[str, JsonValue]:
    named = [(factor.id, factor.setting) for factor in procedure.factor if factor.setting is not None]
    return {name: _value(condition[of]) for of, name in named if not name.startswith(OF_JUDGE)}


def settings_of_judge(procedure: Procedure, condition: Mapping[str, str]) -> dict[str, JsonValue]:
    """The settings with which the judge of an answer is asked: factors whose ``setting`` begins with ``judge.``."""
    named = [(factor.id, factor.setting or "") for factor in procedure.factor]
    return {n.removeprefix(OF_JUDGE): _value(condition[of]) for of, n in named if n.startswith(OF_JUDGE)}


def _value(level: str) -> JsonValue:
    """A level as a setting: a number where it is written as one, else its text."""
    try:
        return int(level) if level.lstrip("-").isdigit() else real(level)
    except ValueError:
        return level
