"""Picture 3: which items fail, always or sometimes: one small picture element per item and column."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass

from measurand.document.result import ItemMap
from measurand.export.svg.png import png
from measurand.export.svg.writer import WIDTH, Markup, Picture, drawing, element, hatch, label, shortened
from measurand.message import say

TALL = 360
"""Items in one panel at most; panels stand side by side like columns of a newspaper."""
PANELS = 8
GAP = 14.0
LEFT, TOP = 8.0, 22.0


@dataclass(frozen=True)
class Layout:
    """How many items one cell stands for, cells across a panel and lines down it, panels, and the sizes of one cell.

    ``strip``: one column only; then the items lie side by side on a single line.
    """

    bin: int
    across: int
    lines: int
    panels: int
    width: float
    height: float
    strip: bool


def items(chart: ItemMap, identity: str) -> Picture:
    """Items (sorted by mean) downwards, conditions and repeats across: full colour is wrong, hatched is missing."""
    layout = _layout(len(chart.items), len(chart.columns))
    planes = {"wrong": _plane(chart, layout, _wrongness), "gone": _plane(chart, layout, _absence)}
    parts = [element("defs", hatch(f"{identity}-hatch", 5.0), *_masks(planes, layout, identity))]
    for panel in range(layout.panels):
        parts += _panel(panel, chart, planes, layout, identity)
    bottom = TOP + layout.lines * layout.height
    parts += _legend(bottom + 12.0, identity)
    finding = _finding(chart)
    description = say("picture.items_how", count=layout.bin)
    svg = drawing(identity, bottom + 32.0, title=finding, description=description, parts=parts)
    header = tuple(say(f"column.{key}") for key in ("condition", "right", "wrong", "graded", "missing", "excluded"))
    return Picture(svg=svg, finding=finding, header=header, rows=_counts(chart))


def _layout(count: int, columns: int) -> Layout:
    room = WIDTH - 2 * LEFT
    if columns == 1:
        size = max(1, math.ceil(count / room))
        across = math.ceil(count / size)
        return Layout(bin=size, across=across, lines=1, panels=1, width=room / across, height=34.0, strip=True)
    size = max(1, math.ceil(count / (TALL * PANELS)))
    cells = math.ceil(count / size)
    panels = max(1, math.ceil(cells / TALL))
    lines = math.ceil(cells / panels)
    width = min((room - (panels - 1) * GAP) / panels / columns, max(26.0, 180.0 / columns))
    height = max(1.0, min(360.0 / lines, 12.0))
    return Layout(bin=size, across=columns, lines=lines, panels=panels, width=width, height=height, strip=False)


def _wrongness(mark: str) -> float:
    """0 right .. 1 wrong; scores ``a`` (least) to ``z`` (most) are graded; what is not there counts nothing."""
    if mark in "1.x":
        return 0.0
    return 1.0 if mark == "0" else (ord("z") - ord(mark)) / 25.0


def _absence(mark: str) -> float:
    return float(mark in ".x")


def _plane(chart: ItemMap, layout: Layout, measure: Callable[[str], float]) -> list[bytes]:
    """One byte per cell, line by line: the mean over the items that the cell stands for."""
    rows = []
    for start in range(0, len(chart.items), layout.bin):
        group = chart.outcome[start : start + layout.bin]
        cells = zip(*group, strict=True)
        rows.append(bytes(round(255 * sum(map(measure, cell)) / len(group)) for cell in cells))
    return [b"".join(rows)] if layout.strip else rows


def _masks(planes: dict[str, list[bytes]], layout: Layout, identity: str) -> list[Markup]:
    """Each plane of each panel as a mask: where it is white, the colour of the page's style sheet shows."""
    masks = []
    for panel in range(layout.panels):
        for name, plane in planes.items():
            rows = _rows(plane, layout, panel)
            while rows and not any(rows[-1]):
                rows.pop()
            if rows:
                address = "data:image/png;base64," + base64.b64encode(png(rows)).decode("ascii")
                box = _box(panel, len(rows), layout)
                image = element("image", href=address, preserveAspectRatio="none", class_="pixels", **box)
                masks.append(element("mask", image, id=f"{identity}-{name}-{panel}"))
    return masks


def _rows(plane: list[bytes], layout: Layout, panel: int) -> list[bytes]:
    return plane[panel * layout.lines : (panel + 1) * layout.lines]


def _box(panel: int, lines: int, layout: Layout) -> dict[str, float]:
    width = layout.width * layout.across
    return {"x": LEFT + panel * (width + GAP), "y": TOP, "width": width, "height": lines * layout.height}


def _panel(panel: int, chart: ItemMap, planes: dict[str, list[bytes]], layout: Layout, identity: str) -> list[Markup]:
    lines = len(_rows(planes["wrong"], layout, panel))
    box = _box(panel, lines, layout)
    parts = [element("rect", class_="ground", **box)]
    for name, plane in planes.items():
        if any(map(any, _rows(plane, layout, panel))):
            fill = {"fill": f"url(#{identity}-hatch)"} if name == "gone" else {}
            parts.append(element("rect", mask=f"url(#{identity}-{name}-{panel})", class_=name, **box, **fill))
    parts.append(element("rect", class_="edge", **box))
    first = panel * layout.lines * layout.bin
    last = len(chart.items) if layout.strip else min(first + lines * layout.bin, len(chart.items))
    parts.append(label(f"{first + 1}–{last}", box["x"], TOP - 7.0, class_="tick"))
    return parts


def _legend(y: float, identity: str) -> list[Markup]:
    """What the three kinds of cells mean."""
    parts, x = [], LEFT
    for key, look in (("wrong", {"class_": "wrong"}), ("right", {"class_": "ground"}), ("gone", {"class_": "ground"})):
        box = {"x": x, "y": y, "width": 14.0, "height": 12.0}
        parts.append(element("rect", **look, **box))
        if key == "gone":
            parts.append(element("rect", fill=f"url(#{identity}-hatch)", **box))
        parts.append(element("rect", class_="edge", **box))
        text = say(f"picture.{key}")
        parts.append(label(text, x + 20.0, y + 10.5, class_="tick"))
        x += 42.0 + 7.0 * len(text)
    return parts


def _counts(chart: ItemMap) -> tuple[tuple[str, ...], ...]:
    rows = []
    for j, name in enumerate(chart.columns):
        column = [row[j] for row in chart.outcome]
        plain = [column.count(c) for c in "10.x"]
        right, wrong, missing, excluded = plain
        graded = len(column) - sum(plain)
        rows.append((shortened(name, 60), *(str(n) for n in (right, wrong, graded, missing, excluded))))
    return tuple(rows)


def _finding(chart: ItemMap) -> str:
    seen = [[c for c in row if c not in ".x"] for row in chart.outcome]
    always = sum(bool(row) and all(c == "1" for c in row) for row in seen)
    never = sum(bool(row) and all(c == "0" for c in row) for row in seen)
    if any(c not in "01" for row in seen for c in row):
        return say("picture.items_graded", count=len(chart.items), columns=len(chart.columns))
    if len(chart.columns) == 1:
        return say("picture.items_once", count=len(chart.items), wrong=never)
    sometimes = sum(bool(row) for row in seen) - always - never
    return say("picture.items", count=len(chart.items), always=always, sometimes=sometimes, never=never)
