"""Where to spend further calls: the variance of a result under another number of items, levels and repeats.

``u^2 = sum over effects of sigma_e^2 / N_e + rest`` with N_e the number of levels that effect e is averaged over; the
rest (reference, judge, inputs) does not change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import floor, prod, sqrt
from typing import Literal

import numpy as np

from measurand.document.number import number
from measurand.document.precision import Plan
from measurand.message import say
from measurand.study.crossing import UNIT
from measurand.study.nesting import REPEAT, Effect

MOST = 20_000
"""Designs that are looked at, at most."""


@dataclass(frozen=True)
class Design:
    """How many units, levels of each random factor and repeats there are."""

    units: int
    levels: Mapping[str, int]
    repeats: int
    conditions: int
    """Combinations of the levels of all factors, fixed ones included."""
    rows: int
    """Observations."""
    crossed: bool
    """Every unit was observed under every condition."""
    generalised: bool

    def count(self, effect: Effect) -> float:
        """Levels that an effect is averaged over."""
        if effect == REPEAT:
            return float(self.rows)
        return float(prod(self.units if d == UNIT else self.levels[d] for d in effect))

    def other(self, units: int, levels: Mapping[str, int], repeats: int) -> Design:
        """The same design with other numbers: as many observations per unit, condition and repeat."""
        conditions = self.conditions * prod(levels.values()) // prod(self.levels.values())
        each = self.rows / (self.units * self.conditions * self.repeats)
        return replace(
            self, units=units, levels=dict(levels), repeats=repeats, conditions=conditions,
            rows=round(each * units * conditions * repeats),
        )  # fmt: skip


def plans(
    contribution: Mapping[Effect, float], design: Design, *, rest: float, calls: int, item_cost: float
) -> tuple[tuple[Plan, ...], str]:
    """The present design, ways to spend ``calls`` more on one thing, the best mix, and the best design from nothing.

    ``contribution`` (of each effect to the variance of the result) counts as 0 where it is negative. Empty, with the
    reason, where the formula does not hold.
    """
    if not design.generalised:
        return (), say("study.no_plan.benchmark")
    if not design.crossed:
        return (), say("study.no_plan.holes")
    sigma = {e: max(float(c), 0.0) * design.count(e) for e, c in contribution.items()}

    def u(other: Design) -> float:
        return sqrt(sum(s / other.count(e) for e, s in sigma.items()) + rest)

    def plan(way: str, other: Design, factor: str = "") -> Plan:
        return Plan.model_validate(
            {
                "way": way, "factor": factor, "units": other.units, "levels": dict(other.levels),
                "repeats": other.repeats, "calls": other.rows, "u": number(u(other)),
            }
        )  # fmt: skip

    most = design.rows + calls
    found = [plan("present", design)]
    for way, factor, other in _one_thing(design, most, item_cost):
        found.append(plan(way, other, factor))
    least = design.other(design.units, design.levels, design.repeats)
    found.append(plan("best", min(_designs(least, most, design, item_cost), key=u, default=design)))
    repeats = 2 if REPEAT in sigma and design.repeats > 1 else 1  # so that repeatability can still be seen
    small = design.other(2, {f: min(2, n) for f, n in design.levels.items()}, repeats)
    anew = min(_designs(small, calls, None, item_cost), key=u, default=None)
    return tuple([*found, *([plan("anew", anew)] if anew is not None else [])]), ""


Way = Literal["items", "levels", "repeats"]


def _one_thing(design: Design, most: int, item_cost: float) -> Iterator[tuple[Way, str, Design]]:
    """All further calls on items, on levels of one factor, or on repeats; nothing where they do not reach for one."""
    per_unit = design.rows / design.units
    more = floor((most - design.rows) / (per_unit + item_cost))
    if more > 0:
        yield "items", "", design.other(design.units + more, design.levels, design.repeats)
    for factor, n in design.levels.items():
        more = floor((most - design.rows) / (design.rows / n))
        if more > 0:
            yield "levels", factor, design.other(design.units, {**design.levels, factor: n + more}, design.repeats)
    more = floor((most - design.rows) / (design.rows / design.repeats))
    if more > 0:
        yield "repeats", "", design.other(design.units, design.levels, design.repeats + more)


def _designs(least: Design, most: int, present: Design | None, item_cost: float) -> Iterator[Design]:
    """Designs of at most so many calls and as many units as they reach for; items that are new cost ``item_cost``."""
    names = list(least.levels)
    cell = least.rows / (least.units * prod(least.levels.values()) * least.repeats)
    room = most / (least.units * cell)  # levels times repeats, at most
    each = max(3, floor(MOST ** (1.0 / (len(names) + 1))))

    def choices(n: int) -> list[int]:
        top = max(n, floor(room))
        return sorted({*range(n, min(top, n + each // 2) + 1), *np.geomspace(n, top, each // 2).astype(int).tolist()})

    for numbers in product(*(choices(least.levels[f]) for f in names), choices(least.repeats)):
        levels, repeats = dict(zip(names, numbers[:-1], strict=True)), numbers[-1]
        per_unit = cell * prod(levels.values()) * repeats
        owned = present.units if present is not None else 0
        units = floor((most + owned * item_cost) / (per_unit + item_cost))
        if owned and units < owned:
            units = min(owned, floor(most / per_unit))
        if units >= least.units:
            yield least.other(units, levels, repeats)
