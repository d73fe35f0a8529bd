"""Picture of a ranking: which systems are told apart, and which ranks are possible for each."""

from __future__ import annotations

import itertools

from measurand.document.rounding import percent
from measurand.export.svg.comparison_data import Ranked, TieGroups
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, shown, with_unit
from measurand.export.svg.legend import Entry, empty, legend, of_interval
from measurand.export.svg.lettering import cut_inside, fitted
from measurand.export.svg.listing import EDGE, LEFT, Listing, beside, estimate, nothing, scale_of
from measurand.export.svg.writer import Markup, Picture, element, label, rule
from measurand.message import say

RANKS = 86.0
LEAST = 190.0
"""Width of the scale at least."""


def tie_groups(data: TieGroups, identity: str) -> Picture:
    """Values with their intervals, the best first; an upright bar joins the systems of each group.

    A group that leaves out a system between its members is a dotted line there. Possible ranks at the right.
    """
    systems = in_order(data)
    groups = list(dict.fromkeys(g for s in systems for g in s.groups))
    pitch = min(16.0, (EDGE - RANKS - LEFT - LEAST) / max(len(groups), 1))
    start = EDGE - RANKS - pitch * len(groups)
    parts, top = legend(_entries(data))
    ends = [x for s in systems for x in (s.value, s.lower, s.upper) if x is not None]
    rows = Listing(len(systems), scale_of(ends, right=start - 12.0), top + 30.0)
    parts.append(label(say("picture.comparison.ranks"), EDGE, top + 24.0, class_="tick strong", text_anchor="end"))
    parts += rows.names(s.name for s in systems)
    parts += rows.axis(with_unit(data.quantity, data.unit))
    for i, system in enumerate(systems):
        parts += _row(system, rows, rows.y(i))
        text = say("picture.comparison.not_evaluated") if system.ranks is None else ranks_of(system)
        parts.append(label(text, EDGE, rows.y(i) + 4.0, class_="tick", text_anchor="end"))
    for j, group in enumerate(groups):
        x = start + pitch * (j + 0.5)
        members = [i for i, s in enumerate(systems) if group in s.groups]
        parts += _group(rows, x, members)
        lift = 12.0 if j % 2 and pitch < 13.0 else 0.0
        parts.append(label(fitted(group, 16.0), x, top + 24.0 - lift, class_="tick strong", text_anchor="middle"))
    finding = found(data)
    description = say("picture.comparison.tie_groups_how", p=percent(data.coverage))
    return framed(identity, rows.bottom + 46.0, parts, finding=finding, description=description, table=_table(systems))


def in_order(data: TieGroups) -> list[Ranked]:
    """The best first; those without a value last."""
    sign = -1.0 if data.larger_is_better else 1.0
    return sorted(data.systems, key=lambda s: (s.value is None, sign * (s.value or 0.0)))


def ranks_of(system: Ranked) -> str:
    """Possible ranks as text."""
    if system.ranks is None:
        return say("picture.comparison.not_evaluated")
    first, last = system.ranks
    return str(first) if first == last else say("picture.comparison.from_to", first=first, last=last)


def found(data: TieGroups) -> str:
    """What is seen: who shares the group of the best."""
    systems = [s for s in in_order(data) if s.value is not None]
    if not systems:
        return say("picture.comparison.tie_none", quantity=data.quantity)
    best = systems[0]
    level = [s for s in systems[1:] if set(s.groups) & set(best.groups)]
    if not best.groups:
        return say("picture.comparison.tie_bare", count=len(systems), quantity=data.quantity)
    key = ("tie_alone", "tie_group_one", "tie_groups")[min(len(level), 2)]
    return say(f"picture.comparison.{key}", best=cut_inside(best.name, 260.0), others=len(level), count=len(systems))


def _row(s: Ranked, rows: Listing, y: float) -> list[Markup]:
    if s.value is None:
        return nothing(rows.scale, y)
    if s.lower is None or s.upper is None:
        parts = estimate(rows.scale, y, s.value, ends=None, text=shown(s.value))
        return [*parts, beside(rows.scale, y, s.value, say("picture.comparison.no_interval"))]
    return estimate(rows.scale, y, s.value, ends=(s.lower, s.upper), text=_number(s, s.value))


def _group(rows: Listing, x: float, members: list[int]) -> list[Markup]:
    """A bar over members that follow each other, a dot on each, a dotted line over those between who are none."""
    parts: list[Markup] = []
    for a, b in itertools.pairwise(members):
        parts.append(rule(x, rows.y(a), x, rows.y(b), class_="tolerance" if b == a + 1 else "chance"))
    return parts + [element("circle", cx=x, cy=rows.y(i), r=3.2, class_="seen") for i in members]


def _number(s: Ranked, x: float | None) -> str:
    """A number to the third digit of a quarter of the interval's width, about u."""
    width = None if s.lower is None or s.upper is None else (s.upper - s.lower) / 4
    return shown(x, width)


def _table(systems: list[Ranked]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    rows = tuple(
        (s.name, *(_number(s, x) for x in (s.value, s.lower, s.upper)), " ".join(s.groups), ranks_of(s))
        for s in systems
    )
    return head("system", "value", "lower", "upper", "groups", "ranks"), rows


def _entries(data: TieGroups) -> list[Entry]:
    bar = element(
        "g", rule(3.0, 6.0, 23.0, 6.0, class_="tolerance"),
        *(element("circle", cx=x, cy=6.0, r=3.2, class_="seen") for x in (3.0, 13.0, 23.0)),
    )  # fmt: skip
    entries = [
        (of_interval(), say("picture.comparison.key.interval", p=percent(data.coverage))),
        (bar, say("picture.comparison.key.group")),
    ]
    if any(s.value is None for s in data.systems):
        entries.append((empty(), say("picture.comparison.not_evaluated")))
    return entries
