"""Picture of mean ranks after Demsar (2006, J. Mach. Learn. Res. 7): bars join systems that are not told apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

from measurand.export.plain import percent
from measurand.export.svg.comparison_data import CriticalDifference, MeanRank
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, score_text
from measurand.export.svg.lettering import cut_inside, distinct, few_ticks, fitted, wide
from measurand.export.svg.scale import Scale
from measurand.export.svg.writer import WIDTH, Markup, Picture, element, label, rule
from measurand.message import say

LEFT, RIGHT = 190.0, WIDTH - 190.0
LANE, PITCH = 9.0, 18.0
"""Heights of a bar that joins, and of a name."""


def critical_difference(data: CriticalDifference, identity: str) -> Picture:
    """Systems at their mean ranks on an axis (1 is best, at the left), bars below it, the critical difference above.

    The better half has its names at the left, the other at the right.
    """
    placed = sorted((s for s in data.systems if s.rank is not None), key=lambda s: s.rank or 0.0)
    scale = _scale(placed, data.difference)
    axis = 74.0
    parts = _ruler(scale, data.difference, 24.0)
    for x, text in few_ticks(scale, 9):
        parts.append(rule(scale(x), axis - 6.0, scale(x), axis, class_="axis"))
        parts.append(label(text, scale(x), axis - 10.0, class_="tick", text_anchor="middle"))
    joined, lanes = _joined(data, scale, axis + 10.0)
    names, bottom = _names(placed, scale, axis, axis + 10.0 + LANE * lanes + 14.0)
    parts += [*names, rule(scale.left, axis, scale.right, axis, class_="axis"), *joined]
    for system in (s for s in data.systems if s.rank is None):
        text = say("picture.comparison.name_not_evaluated", name=fitted(system.name, 200.0))
        parts.append(element("rect", x=LEFT, y=bottom - 10.0, width=40.0, height=10.0, fill="none", class_="gap"))
        parts.append(label(text, LEFT + 47.0, bottom, class_="tick"))
        bottom += PITCH
    finding = _found(data, placed)
    description = say("picture.comparison.critical_how", p=percent(data.significance))
    header = head("system", "rank", "joined")
    return framed(identity, bottom, parts, finding=finding, description=description, table=(header, _table(data)))


def _scale(placed: Sequence[MeanRank], difference: float | None) -> Scale:
    ranks = [s.rank for s in placed if s.rank is not None]
    low, high = (min(ranks), max(ranks)) if ranks else (1.0, 2.0)
    low, high = (float(math.floor(low)), float(math.ceil(high))) if high - low >= 1 else (low - 0.5, high + 0.5)
    return Scale(low, max(high, low + 1.05 * (difference or 0.0)), LEFT, RIGHT)


def _ruler(scale: Scale, difference: float | None, y: float) -> list[Markup]:
    """The critical difference as a length of the axis, in words above it."""
    if difference is None:
        text = say("picture.comparison.no_critical")
        box = element("rect", x=scale.left, y=y - 5.0, width=40.0, height=10.0, fill="none", class_="gap")
        return [box, label(text, scale.left + 47.0, y + 4.0, class_="tick")]
    left, right = scale.left, scale(scale.low + difference)
    text = say("picture.comparison.critical_length", difference=score_text(difference))
    return [
        label(text, left, y - 10.0, class_="tick strong"),
        rule(left, y, right, y, class_="expanded"),
        *(rule(x, y - 5.0, x, y + 5.0, class_="expanded") for x in (left, right)),
    ]


def _joined(data: CriticalDifference, scale: Scale, top: float) -> tuple[list[Markup], int]:
    """The bars, each in the first line where it touches no other."""
    ends: list[float] = []
    parts: list[Markup] = []
    spans = [[data.systems[i].rank for i in pair] for pair in data.joined]
    known = sorted(sorted(scale(r) for r in span if r is not None) for span in spans if None not in span)
    for left, right in known:
        lane = next((n for n, end in enumerate(ends) if end + 12.0 <= left - 4.0), len(ends))
        ends[lane : lane + 1] = [right + 4.0]
        y = top + LANE * lane
        parts.append(rule(left - 4.0, y, right + 4.0, y, class_="standard"))
    return parts, len(ends)


def _names(placed: Sequence[MeanRank], scale: Scale, axis: float, top: float) -> tuple[list[Markup], float]:
    """Stems from the axis down to the names: the outermost nearest to the axis, so that no stem meets a name."""
    half = (len(placed) + 1) // 2
    sides = ((placed[:half], LEFT - 16.0, "end"), (placed[half:][::-1], RIGHT + 16.0, "start"))
    stems: list[Markup] = []
    texts: list[Markup] = []
    for systems, edge, anchor in sides:
        names = distinct([s.name for s in systems], LEFT - 16.0 - 60.0)
        for i, (system, name) in enumerate(zip(systems, names, strict=True)):
            x, y = scale(system.rank or 0.0), top + PITCH * i
            stems += [rule(x, axis, x, y, class_="thin"), rule(x, y, edge, y, class_="thin")]
            step = -1.0 if anchor == "end" else 1.0
            rank = score_text(system.rank)
            texts.append(label(rank, edge + 5.0 * step, y + 4.0, class_="tick strong", text_anchor=anchor))
            beside = edge + (13.0 + wide(rank)) * step
            texts.append(label(name, beside, y + 4.0, class_="tick", text_anchor=anchor))
    return [*stems, *texts], top + PITCH * max(half, 1) + 2.0


def _found(data: CriticalDifference, placed: Sequence[MeanRank]) -> str:
    if not placed:
        return say("picture.comparison.critical_none")
    best = placed[0]
    at = data.systems.index(best)
    level = {i for a, b in data.joined if a <= at <= b or b <= at <= a for i in range(min(a, b), max(a, b) + 1)} - {at}
    key = "critical_tied" if level else "critical_alone"
    return say(
        f"picture.comparison.{key}", best=cut_inside(best.name, 260.0), rank=score_text(best.rank), others=len(level)
    )


def _table(data: CriticalDifference) -> tuple[tuple[str, ...], ...]:
    """Systems in their order, each with the last it is joined with; then the critical difference."""
    lines = []
    for i, system in enumerate(data.systems):
        partners = [data.systems[b].name for a, b in data.joined if a == i]
        lines.append((system.name, score_text(system.rank), ", ".join(partners)))
    lines.append((say("picture.comparison.critical"), score_text(data.difference), ""))
    return tuple(lines)
