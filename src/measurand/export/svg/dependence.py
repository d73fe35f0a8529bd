"""Picture of precision against level: does the spread grow with what is measured?"""

from __future__ import annotations

import math

from measurand.export.svg.axes import dot, stroke
from measurand.export.svg.comparison_data import Dependence
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, shown, with_unit
from measurand.export.svg.legend import Entry, empty, legend
from measurand.export.svg.marking import directory, marked, marks_of
from measurand.export.svg.plane import plane
from measurand.export.svg.writer import Picture, element
from measurand.message import say


def dependence(data: Dependence, identity: str) -> Picture:
    """s_r (dots) and s_R (squares) against the level, with the fitted lines; an empty box where one is missing."""
    entries = _entries(data)
    parts, top = legend(entries)
    x = [s.level for s in data.levels] + [a for line in data.lines for a, _ in line.points]
    y = [v for s in data.levels for v in (s.s_r, s.s_R) if v is not None]
    y += [b for line in data.lines for _, b in line.points]
    field, frame, bottom = plane(
        x, [0.0, *y], top + 6.0, names=(with_unit(say("picture.comparison.level", quantity=data.quantity), data.unit),
                                        with_unit(say("picture.comparison.standard_deviation"), data.unit)),
    )  # fmt: skip
    parts += frame
    for line in data.lines:
        parts.append(field.line(line.points, "curve dashed" if line.of == "s_R" else "curve"))
    codes = marks_of([s.name for s in data.levels])
    for s in data.levels:
        at = field.x(s.level)
        if s.s_R is not None:
            box = {"x": at - 5.0, "y": field.y(s.s_R) - 5.0, "width": 10.0, "height": 10.0}
            parts.append(element("rect", class_="point", **box))
        if s.s_r is None or s.s_R is None:
            down = field.y(0.0)
            parts.append(element("rect", x=at - 7.0, y=down - 12.0, width=14.0, height=10.0, fill="none", class_="gap"))
    known = [(s, code) for s, code in zip(data.levels, codes, strict=True) if s.s_r is not None]
    bounds = (field.x.left + 2.0, field.y.right, field.x.right, field.y.left - 2.0)
    dots = [(field.x(s.level), field.y(s.s_r or 0.0)) for s, _ in known]
    parts += marked(dots, [code for _, code in known], ["seen"] * len(known), bounds, first=-math.pi / 2)
    more, room = directory(codes, [s.name for s in data.levels], bottom + 2.0)
    return framed(
        identity, bottom + room + 2.0, [*parts, *more], finding=_found(data),
        description=say("picture.comparison.dependence_how"), table=_table(data, codes),
    )  # fmt: skip


def _entries(data: Dependence) -> list[Entry]:
    square = element("rect", x=8.0, y=1.0, width=10.0, height=10.0, class_="point")
    entries: list[Entry] = [
        (dot("seen"), say("picture.comparison.key.s_r")),
        (square, say("picture.comparison.key.s_R")),
    ]
    for line in data.lines:
        look = "curve dashed" if line.of == "s_R" else "curve"
        entries.append((stroke(look), line.text or line.of))
    if any(s.s_r is None or s.s_R is None for s in data.levels):
        entries.append((empty(), say("picture.comparison.not_evaluated")))
    return entries


def _found(data: Dependence) -> str:
    known = [s.s_R for s in sorted(data.levels, key=lambda s: s.level) if s.s_R is not None]
    if len(known) < 2:
        return say("picture.comparison.dependence_bare", quantity=data.quantity)
    first, last = known[0], known[-1]
    return say(
        "picture.comparison.dependence", first=shown(first, first), last=shown(last, last), count=len(data.levels)
    )


def _table(data: Dependence, codes: list[str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Levels, then the points of the fitted lines."""
    levels = zip(codes, data.levels, strict=True)
    lines = [(code, s.name, shown(s.level), shown(s.s_r), shown(s.s_R)) for code, s in levels]
    for line in data.lines:
        for x, y in line.points:
            pair = ("", shown(y)) if line.of == "s_R" else (shown(y), "")
            lines.append(("", line.text, shown(x), *pair))
    return ("", *head("level", "mean", "s_r", "s_R")), tuple(lines)
