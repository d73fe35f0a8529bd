"""Youden's picture of two similar materials: own scatter or a deviation that both share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from measurand.document.rounding import percent
from measurand.export.svg.axes import Field, dot, stroke
from measurand.export.svg.comparison_data import Ellipse, Pair, Youden
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, named, shown, with_unit
from measurand.export.svg.legend import Entry, hollow, legend
from measurand.export.svg.listing import scale_of
from measurand.export.svg.marking import directory, marked, marks_of
from measurand.export.svg.plane import frame
from measurand.export.svg.scale import Scale
from measurand.export.svg.writer import WIDTH, Markup, Picture, element, rule
from measurand.message import say

SIDE = 520.0
"""Width and height of the field."""
LEFT = (WIDTH - SIDE) / 2 + 20.0
ALIKE = 4.0
"""Where one range is more than so many times the other, each axis has its own scale."""


def youden(data: Youden, identity: str) -> Picture:
    """Each laboratory at its result on both materials, with the medians, the 45 degree line and an ellipse.

    Both axes have one scale (the line is then at 45 degrees), unless one range is far larger than the other.
    """
    known = [p for p in data.pairs if p.first is not None and p.second is not None]
    marks = marks_of([p.name for p in data.pairs])
    far = any(_look(_field(known, data, 0.0), p) == "far" for p in known)
    parts, top = legend(_entries(data, far=far))
    field = _field(known, data, top + 6.0)
    parts += frame(field, (with_unit(data.first, data.unit), with_unit(data.second, data.unit)))
    if data.ellipse is not None:
        parts.append(field.line(_outline(data.ellipse), "curve dashed"))
    parts += _middle(field, data)
    codes = [mark for p, mark in zip(data.pairs, marks, strict=True) if p in known]
    parts += marked([_place(field, p) for p in known], codes, [_look(field, p) for p in known], _edges(field))
    bottom = field.y.left + 46.0
    more, room = directory(marks, [p.name for p in data.pairs], bottom + 6.0)
    missing = len(data.pairs) - len(known)
    finding = _found(data, known)
    if missing:
        finding += say("picture.comparison.and_missing", count=missing)
    lines = [
        (mark, p.name, shown(p.first), shown(p.second), p.excluded) for mark, p in zip(marks, data.pairs, strict=True)
    ]
    description = say("picture.comparison.youden_how", first=data.first, second=data.second)
    return framed(
        identity, bottom + room + 4.0, [*parts, *more], finding=finding, description=description,
        table=(("", *head("laboratory"), data.first, data.second, *head("excluded")), (*lines, *_middle_lines(data))),
    )  # fmt: skip


def _ends(pairs: Sequence[Pair], data: Youden) -> tuple[tuple[float, float], tuple[float, float]]:
    """Range of each axis: the results but for those far out, always the medians and the ellipse."""
    ranges = []
    outline = [] if data.ellipse is None else _outline(data.ellipse)
    for axis in (0, 1):
        keep = [point[axis] for point in outline] + ([] if data.median is None else [data.median[axis]])
        scale = scale_of([(p.first, p.second)[axis] or 0.0 for p in pairs], left=0.0, right=1.0, keep=keep)
        ranges.append((scale.low, scale.high))
    return ranges[0], ranges[1]


def _field(pairs: Sequence[Pair], data: Youden, top: float) -> Field:
    (x0, x1), (y0, y1) = _ends(pairs, data)
    spans = x1 - x0, y1 - y0
    if max(spans) <= ALIKE * min(spans):
        half = max(spans) / 2
        x0, x1, y0, y1 = (m + s * half for m in ((x0 + x1) / 2, (y0 + y1) / 2) for s in (-1, 1))
    return Field(Scale(x0, x1, LEFT, LEFT + SIDE), Scale(y0, y1, top + SIDE, top))


def _outline(e: Ellipse) -> list[tuple[float, float]]:
    """Points of the ellipse, closed."""
    cos, sin = math.cos(e.angle), math.sin(e.angle)
    turns = [2 * math.pi * i / 96 for i in range(97)]
    arms = [(e.half_axes[0] * math.cos(t), e.half_axes[1] * math.sin(t)) for t in turns]
    return [(e.centre[0] + a * cos - b * sin, e.centre[1] + a * sin + b * cos) for a, b in arms]


def _middle(field: Field, data: Youden) -> list[Markup]:
    """Lines of both medians, and through their crossing the line of equal deviations."""
    if data.median is None:
        return []
    (x, y), s, t = data.median, field.x, field.y
    low, high = max(s.low - x, t.low - y), min(s.high - x, t.high - y)
    return [
        rule(s(x), t.left, s(x), t.right, class_="thin"),
        rule(s.left, t(y), s.right, t(y), class_="thin"),
        field.line([(x + low, y + low), (x + high, y + high)], "chance"),
    ]


def _place(field: Field, p: Pair) -> tuple[float, float]:
    first, second = p.first or 0.0, p.second or 0.0
    return field.x(min(max(first, field.x.low), field.x.high)), field.y(min(max(second, field.y.low), field.y.high))


def _look(field: Field, p: Pair) -> str:
    first, second = p.first or 0.0, p.second or 0.0
    if not (field.x.low <= first <= field.x.high and field.y.low <= second <= field.y.high):
        return "far"
    return "point" if p.excluded else "seen"


def _edges(field: Field) -> tuple[float, float, float, float]:
    return field.x.left + 2.0, field.y.right + 2.0, field.x.right + 60.0, field.y.left - 2.0


def _entries(data: Youden, *, far: bool) -> list[Entry]:
    entries: list[Entry] = [(dot("seen"), say("picture.comparison.key.laboratory"))]
    if any(p.excluded for p in data.pairs):
        entries.append((hollow(), say("picture.comparison.key.excluded")))
    if far:
        square = element("rect", x=9.0, y=2.0, width=8.0, height=8.0, class_="point")
        entries.append((square, say("picture.comparison.key.far")))
    if data.median is not None:
        entries.append((stroke("thin"), say("picture.comparison.key.medians")))
        entries.append((stroke("chance"), say("picture.comparison.key.equal")))
    if data.ellipse is not None:
        text = say("picture.comparison.key.ellipse", p=percent(data.ellipse.probability))
        entries.append((stroke("curve dashed"), text))
    return entries


def _outside(data: Youden, known: Sequence[Pair]) -> list[str]:
    """Laboratories outside of the ellipse."""
    e = data.ellipse
    if e is None:
        return []
    cos, sin = math.cos(e.angle), math.sin(e.angle)
    found = []
    for p in known:
        x, y = (p.first or 0.0) - e.centre[0], (p.second or 0.0) - e.centre[1]
        if math.hypot((x * cos + y * sin) / e.half_axes[0], (y * cos - x * sin) / e.half_axes[1]) > 1:
            found.append(p.name)
    return found


def _found(data: Youden, known: Sequence[Pair]) -> str:
    if data.ellipse is None or not min(data.ellipse.half_axes) > 0:
        return say("picture.comparison.youden_bare", count=len(known), first=data.first, second=data.second)
    outside = _outside(data, known)
    p = percent(data.ellipse.probability)
    return say("picture.comparison.youden", outside=len(outside), count=len(known), names=named(outside), p=p)


def _middle_lines(data: Youden) -> list[tuple[str, ...]]:
    """Medians and ellipse as lines of the table."""
    lines: list[tuple[str, ...]] = []
    if data.median is not None:
        lines.append(("", say("picture.comparison.medians"), *map(shown, data.median), ""))
    if (e := data.ellipse) is not None:
        lines.append(("", say("picture.comparison.ellipse_centre"), *map(shown, e.centre), ""))
        angle = say("picture.comparison.angle", angle=shown(e.angle))
        lines.append(("", say("picture.comparison.ellipse_axes"), *map(shown, e.half_axes), angle))
    return lines
