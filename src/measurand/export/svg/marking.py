"""Points with the codes of those they belong to, set apart so that no two codes touch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from measurand.export.svg.lettering import distinct, fitted, wide
from measurand.export.svg.writer import WIDTH, Markup, element, label, rule

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
CODE, HIGH, DOT = 46.0, 11.0, 5.0
"""Room of a code at most, height of its letters, half the size of a dot."""
RADII = (10.0, 17.0, 25.0, 34.0, 44.0, 56.0, 70.0, 86.0, 104.0, 124.0, 146.0, 170.0, 200.0, 230.0)


def marks_of(names: Sequence[str]) -> list[str]:
    """What stands at the points: the names where all are short, else their running numbers."""
    if all(wide(name) <= CODE and name for name in names) and len(set(names)) == len(names):
        return [fitted(name, CODE) for name in names]
    return [str(i + 1) for i in range(len(names))]


def directory(marks: Sequence[str], names: Sequence[str], y: float) -> tuple[list[Markup], float]:
    """Which name belongs to each number, in columns, and the height of the list; nothing where names are marks."""
    if list(marks) == list(names) or not names:
        return [], 0.0
    columns = 4 if max(wide(n) for n in names) < 130.0 else 3 if len(names) > 6 else 2
    room = (WIDTH - 8.0) / columns
    lines = math.ceil(len(names) / columns)
    parts = []
    for i, (mark, name) in enumerate(zip(marks, distinct(names, room - 36.0), strict=True)):
        x, down = 4.0 + room * (i // lines), y + 15.0 * (i % lines) + 12.0
        parts.append(label(mark, x + 20.0, down, class_="tick strong", text_anchor="end"))
        parts.append(label(name, x + 28.0, down, class_="tick"))
    return parts, 15.0 * lines + 6.0


def marked(
    points: Sequence[tuple[float, float]],
    codes: Sequence[str],
    looks: Sequence[str],
    bounds: Box,
    *,
    first: float = 0.0,
) -> list[Markup]:
    """Dots with their codes beside them; a code that had to move further away has a line to its dot.

    ``looks``: ``seen`` (filled), ``point`` (hollow), or ``far`` (a hollow square: it lies beyond the picture). A code
    for which no place is left within ``bounds`` is left out (it stands in the table). ``first``: the angle that is
    tried first.
    """
    dots = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in points]
    taken: list[Box] = []
    lines, marks, texts = [], [], []
    for (x, y), code, look in zip(points, codes, looks, strict=True):
        place = _free(_around(x, y, wide(code), first), taken, dots, bounds)
        if place is not None:
            taken.append(place)
            middle, centre = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
            edge = min(max(x, place[0]), place[2]), min(max(y, place[1]), place[3])
            if math.hypot(edge[0] - x, edge[1] - y) > 9.0:
                lines.append(rule(x, y, *edge, class_="thin"))
            texts.append(label(code, middle, centre + 4.0, class_="tick halo", text_anchor="middle"))
        marks.append(_dot(x, y, look))
    return [*lines, *marks, *texts]


def _dot(x: float, y: float, look: str) -> Markup:
    if look == "far":
        return element("rect", x=x - 4.0, y=y - 4.0, width=8.0, height=8.0, class_="point")
    return element("circle", cx=x, cy=y, r=4.0, class_=look)


def _free(places: Iterator[Box], taken: list[Box], dots: list[Box], bounds: Box) -> Box | None:
    """The first place that touches no code and no dot; else the first one that touches no code."""
    second = None
    for place in places:
        inside = place[0] >= bounds[0] and place[1] >= bounds[1] and place[2] <= bounds[2] and place[3] <= bounds[3]
        if not inside or any(touch(place, other) for other in taken):
            continue
        if not any(touch(place, dot) for dot in dots):
            return place
        second = second or place
    return second


def _around(x: float, y: float, width: float, first: float) -> Iterator[Box]:
    """Places of a text at growing distance, each time once around from the angle ``first`` on."""
    for radius in RADII:
        count = max(8, int(2 * math.pi * radius / 14.0))
        for i in range(count):
            turn = first + 2 * math.pi * i / count
            cx = x + math.cos(turn) * (radius + width / 2 - 2.0)
            cy = y - math.sin(turn) * (radius + 2.0)
            yield (cx - width / 2, cy - HIGH / 2, cx + width / 2, cy + HIGH / 2)


def touch(a: Box, b: Box, gap: float = 1.0) -> bool:
    """Whether two boxes are nearer to each other than ``gap``."""
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] + gap and b[1] < a[3] + gap
