"""Picture 1: coverage intervals against tolerance limits, several results on one aligned scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from measurand.document.decision import Decision
from measurand.document.number import number, real
from measurand.document.result import Result
from measurand.export.plain import beside, decimals, limit, probability, rounded
from measurand.export.svg.mark import mark
from measurand.export.svg.scale import Scale, around, ticks
from measurand.export.svg.writer import (
    WIDTH,
    Markup,
    Picture,
    drawing,
    element,
    hatch,
    label,
    rule,
    shortened,
)
from measurand.message import say

LEFT, RIGHT = 14.0, WIDTH - 14.0
NAME = 52
"""Letters of a name at most."""
BAND = 30.0
"""Height of the guard band."""


@dataclass(frozen=True)
class Row:
    """One result with the decision on it, if there is one; ``name`` stands above it when there are several."""

    name: str
    result: Result
    decision: Decision | None
    text: str
    """The result as printed, with its unit."""
    at: str = ""
    """Place of the result in a signed statement."""
    decided_at: str = ""
    """Place of the decision."""


def interval(rows: Sequence[Row], identity: str, *, unit: str) -> Picture:
    """Estimates (mark), u (thick bar), coverage intervals (thin bar with caps), limits and guard bands on one scale."""
    several = len(rows) > 1
    scale = _scale(rows)
    pitch = 84.0 if several else 68.0
    bottom = 6.0 + pitch * len(rows)
    parts = [element("defs", hatch(f"{identity}-band"), hatch(f"{identity}-mark", 5.0, "mark"))]
    parts += _axis(scale, top=6.0, bottom=bottom, unit=unit)
    for i, row in enumerate(rows):
        parts += _row(row, scale, identity=identity, top=6.0 + i * pitch, several=several)
    finding = _finding(rows)
    description = "; ".join(_in_words(row) for row in rows)
    svg = drawing(
        identity, bottom + 26.0 + (16.0 if unit else 0.0), title=finding, description=description, parts=parts
    )
    return Picture(svg=svg, finding=finding, header=_header(), rows=tuple(_data(row) for row in rows))


def _limits(decision: Decision | None) -> tuple[tuple[float, float | None], ...]:
    """Tolerance limits with the acceptance limit that belongs to each."""
    if decision is None:
        return ()
    r = decision.requirement
    pairs = ((r.lower_limit, decision.acceptance_lower), (r.upper_limit, decision.acceptance_upper))
    return tuple((real(t), None if a is None else real(a)) for t, a in pairs if t is not None)


def _scale(rows: Sequence[Row]) -> Scale:
    values = [real(x) for row in rows for x in (row.result.lower, row.result.upper, row.result.value)]
    for row in rows:
        for tolerance, acceptance in _limits(row.decision):
            values += [tolerance] if acceptance is None else [tolerance, acceptance]
    low, high = rows[0].result.bounds
    bounds = (float("-inf") if low is None else real(low), float("inf") if high is None else real(high))
    return around(values, left=LEFT + 8.0, right=RIGHT - 8.0, bounds=bounds)


def _axis(scale: Scale, *, top: float, bottom: float, unit: str) -> list[Markup]:
    parts = [rule(LEFT, bottom, RIGHT, bottom, class_="axis")]
    for x, text in ticks(scale):
        parts.append(rule(scale(x), top, scale(x), bottom, class_="grid"))
        parts.append(rule(scale(x), bottom, scale(x), bottom + 5.0, class_="axis"))
        parts.append(label(text, scale(x), bottom + 20.0, class_="tick", text_anchor="middle"))
    if unit:
        parts.append(label(unit, (LEFT + RIGHT) / 2, bottom + 37.0, class_="tick", text_anchor="middle"))
    return parts


def _row(row: Row, scale: Scale, *, identity: str, top: float, several: bool) -> list[Markup]:
    parts: list[Markup] = []
    if several:
        parts.append(rule(LEFT, top, RIGHT, top, class_="parting"))
        name_at = {"data_at": row.at, "data_as": "drawn_name", "data_by": str(NAME)} if row.at else {}
        parts.append(label(shortened(row.name, NAME), LEFT, top + 15.0, class_="name", **name_at))
        word = say(f"verdict.{row.decision.verdict.value}") if row.decision else ""
        line = f"{row.text}   {word}".rstrip()
        bound = {"data_at": row.at, "data_as": "drawn", "data_by": row.decided_at} if row.at else {}
        parts.append(label(line, RIGHT, top + 15.0, class_="name strong", text_anchor="end", **bound))
    y = top + (52.0 if several else 38.0)
    places = decimals(real(row.result.u), 3)
    names = ("lower", "upper") if row.decision and row.decision.requirement.lower_limit is not None else ("upper",)
    for side, (tolerance, acceptance) in zip(names, _limits(row.decision), strict=False):
        parts += _limit(scale, tolerance, acceptance, y=y, pattern=f"{identity}-band", places=places, row=row, end=side)
    return parts + _bars(row, scale, y=y, pattern=f"{identity}-mark")


def _limit(
    scale: Scale, tolerance: float, acceptance: float | None, *, y: float, pattern: str, places: int, row: Row, end: str
) -> list[Markup]:
    """The guard band, its two edges, and their names on the outer sides."""
    top, below = y - BAND / 2, y + BAND / 2
    at = scale(tolerance)
    edge = at if acceptance is None else scale(acceptance)
    outward = -1.0 if edge >= at else 1.0
    parts = []
    if acceptance is not None and abs(edge - at) >= 0.5:
        box = {"x": min(at, edge), "y": top, "width": abs(edge - at), "height": BAND}
        parts.append(element("rect", class_="band", fill=f"url(#{pattern})", **box))
        parts.append(rule(edge, top - 6.0, edge, below, class_="acceptance"))
        text = say("picture.acceptance", value=rounded(acceptance, places))
        bound = _bound(row, f"acceptance_{end}", "drawn_acceptance", row.at)
        parts.append(_beside(text, edge, y, side=-outward, class_="note", **bound))
    parts.append(rule(at, top - 6.0, at, below + 3.0, class_="tolerance"))
    text = say("picture.limit", value=limit(number(tolerance)))
    bound = _bound(row, f"requirement/{end}_limit", "drawn_limit")
    parts.append(_beside(text, at, y, side=outward, class_="note strong", **bound))
    return parts


def _bound(row: Row, place: str, form: str, by: str = "") -> dict[str, str]:
    """Attributes of a label that follows from a place of the decision."""
    return {"data_at": f"{row.decided_at}/{place}", "data_as": form, "data_by": by} if row.decided_at else {}


def _beside(text: str, x: float, y: float, *, side: float, **attributes: str) -> Markup:
    """Text above and on one side of a line; where it would leave the picture, on the other side and below."""
    room = 7.0 * len(text)
    outside = (side < 0 and x - room < 0) or (side > 0 and x + room > WIDTH)
    side, height = (-side, y + BAND / 2 + 12.0) if outside else (side, y - BAND / 2 - 1.0)
    return label(text, x + 5.0 * side, height, text_anchor="start" if side > 0 else "end", **attributes)


def _bars(row: Row, scale: Scale, *, y: float, pattern: str) -> list[Markup]:
    r = row.result
    value, u, low, high = real(r.value), real(r.u), real(r.lower), real(r.upper)
    inner = max(low, value - u), min(high, value + u)
    parts = [rule(scale(low), y, scale(high), y, class_="expanded")]
    parts += [rule(scale(end), y - 7.0, scale(end), y + 7.0, class_="expanded") for end in (low, high)]
    if inner[1] > inner[0]:
        parts.append(rule(scale(inner[0]), y, scale(inner[1]), y, class_="standard"))
    parts.append(mark(row.decision.verdict if row.decision else None, scale(value), y, 7.0, pattern))
    return parts


def _in_words(row: Row) -> str:
    text = f"{row.name}: {row.text}"
    if row.decision is None:
        return text
    word = say(f"verdict.{row.decision.verdict.value}")
    p = probability(real(row.decision.p_conformity))
    return f"{text}, {row.decision.requirement.text}: {word}, {say('picture.p', p=p)}"


def _finding(rows: Sequence[Row]) -> str:
    if len(rows) == 1:
        return _in_words(rows[0])
    return say("picture.interval", count=len(rows))


def _header() -> tuple[str, ...]:
    return tuple(
        say(f"column.{key}") for key in ("result_of", "result", "interval", "requirement", "acceptance", "p", "verdict")
    )


def _data(row: Row) -> tuple[str, ...]:
    r, d = row.result, row.decision
    ends = f"[{beside(r.lower, r.u)}, {beside(r.upper, r.u)}]"
    if d is None:
        return (row.name, row.text, ends, "", "", "", "")
    acceptance = ", ".join(beside(a, r.u) for a in (d.acceptance_lower, d.acceptance_upper) if a is not None)
    p = probability(real(d.p_conformity))
    return (row.name, row.text, ends, d.requirement.text, acceptance, p, say(f"verdict.{d.verdict.value}"))
