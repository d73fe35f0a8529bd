"""Picture 2: the uncertainty budget as shares of the variance, largest first, with their running total."""

from __future__ import annotations

from itertools import accumulate

from measurand.document.number import real
from measurand.document.result import Line, NotEvaluated, Result
from measurand.export.plain import aligned, percent
from measurand.export.svg.scale import Scale
from measurand.export.svg.writer import WIDTH, Markup, Picture, drawing, element, hatch, label, rule, shortened
from measurand.message import say

NAMES, LEFT, RIGHT = 250.0, 260.0, WIDTH - 156.0
PITCH = 27.0
NAME = 33
"""Letters of a name at most."""


def pareto(result: Result, identity: str, *, at: str = "") -> Picture:
    """Bars of the shares (type A filled, type B outlined), u beside them, cumulative line from the top.

    ``at``: place of the result in a signed statement, to which the labels are then bound.
    """
    lines = sorted((b for b in result.budget if isinstance(b, Line)), key=lambda b: -real(b.share))
    missing = [b for b in result.budget if isinstance(b, NotEvaluated) and b.state == "not evaluated"]
    least = min((real(b.share) for b in lines), default=0.0)
    most = max(accumulate(real(b.share) for b in lines), default=1.0)
    scale = Scale(low=min(0.0, least), high=max(1.0, most), left=LEFT, right=RIGHT)
    u = real(result.u)
    height = 26.0 + PITCH * (len(lines) + len(missing))
    parts = [element("defs", hatch(f"{identity}-gap", 7.0)), *_frame(scale, height)]
    for i, line in enumerate(lines):
        place = f"{at}/budget/{result.budget.index(line)}" if at else ""
        parts += _bar(line, scale, y=26.0 + PITCH * i, u=u, at=place)
    parts += _total(lines, scale)
    for i, gap in enumerate(missing):
        parts += _gap(gap, scale(0.0), y=26.0 + PITCH * (len(lines) + i), pattern=f"{identity}-gap")
    finding = _finding(lines)
    rows = tuple(_data(line, u) for line in lines)
    description = "; ".join(f"{row[0]} {row[3]}" for row in rows)
    svg = drawing(identity, height + 8.0, title=finding, description=description, parts=parts)
    header = tuple(say(f"column.{key}") for key in ("line", "type", "contribution", "share"))
    return Picture(svg=svg, finding=finding, header=header, rows=rows)


def _frame(scale: Scale, bottom: float) -> list[Markup]:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(rule(scale(share), 20.0, scale(share), bottom, class_="axis" if share == 0 else "grid"))
        parts.append(label(f"{100 * share:.0f} %", scale(share), 13.0, class_="tick", text_anchor="middle"))
    return parts


def _bar(line: Line, scale: Scale, *, y: float, u: float, at: str) -> list[Markup]:
    share = real(line.share)
    start, end = sorted((scale(0.0), scale(share)))
    text = f"u {_size(line, u)}"
    name_at = {"data_at": f"{at}/line", "data_as": "short", "data_by": str(NAME)} if at else {}
    share_at = {"data_at": f"{at}/share", "data_as": "share"} if at else {}
    size_at = {"data_at": at, "data_as": "drawn_size"} if at else {}
    return [
        label(shortened(line.line, NAME), NAMES, y + 16.0, class_="name", text_anchor="end", **name_at),
        element(
            "rect", x=start, y=y + 4.0, width=max(end - start, 1.0), height=15.0, class_=f"share-{line.type.lower()}"
        ),
        label(percent(share), WIDTH - 84.0, y + 16.0, class_="name strong", text_anchor="end", **share_at),
        label(text, WIDTH - 2.0, y + 16.0, class_="tick", text_anchor="end", **size_at),
    ]  # fmt: skip


def _total(lines: list[Line], scale: Scale) -> list[Markup]:
    """The running total: one point per bar, joined."""
    total, points = 0.0, []
    for i, line in enumerate(lines):
        total += real(line.share)
        points.append((scale(total), 26.0 + PITCH * i + 11.5))
    if len(points) < 2:
        return []
    path = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
    dots = [element("circle", cx=x, cy=y, r=2.5, class_="total-dot") for x, y in points]
    return [element("path", d=path, class_="total"), *dots]


def _gap(gap: NotEvaluated, left: float, *, y: float, pattern: str) -> list[Markup]:
    name = say(f"component.{gap.component}")
    return [
        label(name, NAMES, y + 16.0, class_="name muted", text_anchor="end"),
        element("rect", x=left, y=y + 4.0, width=54.0, height=15.0, fill=f"url(#{pattern})", class_="gap"),
        label(say("picture.not_evaluated"), left + 62.0, y + 16.0, class_="tick"),
    ]


def _finding(lines: list[Line]) -> str:
    if not lines:
        return say("picture.budget_empty")
    return say("picture.budget", line=lines[0].line, share=percent(real(lines[0].share)))


def _data(line: Line, u: float) -> tuple[str, ...]:
    return (line.line, line.type, _size(line, u), percent(real(line.share)))


def _size(line: Line, u: float) -> str:
    """The contribution; a dash where its variance was estimated as zero or less: that is no size."""
    return aligned(real(line.contribution), u) if real(line.variance) > 0 else "–"
