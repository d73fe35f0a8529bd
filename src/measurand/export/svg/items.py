"""Picture 3: which items fail, always or sometimes: one small picture element per item and column."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from measurand.document.result import ItemMap
from measurand.export.svg.writer import WIDTH, Markup, Picture, drawing, element, hatch, label, shortened
from measurand.message import say

TALL = 360
"""Items in one panel at most; panels stand side by side like columns of a newspaper."""
PANELS = 8
GAP = 14.0
LEFT, TOP = 8.0, 22.0


@dataclass(frozen=True)
class Layout:
    """How many items go into one line, lines into a panel, panels into the picture; sizes of one cell."""

    bin: int
    lines: int
    panels: int
    width: float
    height: float


def items(chart: ItemMap, identity: str) -> Picture:
    """Items (sorted by mean) downwards, conditions and repeats across; dark is wrong, hatched is missing."""
    layout = _layout(len(chart.items), len(chart.columns))
    planes = {"wrong": _shades(chart, layout), "gone": _absences(chart, layout)}
    parts = [element("defs", hatch(f"{identity}-hatch", 5.0), *_masks(planes, layout, len(chart.columns), identity))]
    for panel in range(layout.panels):
        parts += _panel(panel, chart, layout, identity)
    counts = _counts(chart)
    finding = _finding(chart)
    description = say("picture.items_how", count=layout.bin)
    height = TOP + layout.lines * layout.height + 10.0
    svg = drawing(identity, height, title=finding, description=description, parts=parts)
    header = tuple(say(f"column.{key}") for key in ("condition", "right", "wrong", "graded", "missing", "excluded"))
    return Picture(svg=svg, finding=finding, header=header, rows=counts)


def _layout(count: int, columns: int) -> Layout:
    size = max(1, math.ceil(count / (TALL * PANELS)))
    lines_in_all = math.ceil(count / size)
    panels = max(1, math.ceil(lines_in_all / TALL))
    lines = math.ceil(lines_in_all / panels)
    room = (WIDTH - 2 * LEFT - (panels - 1) * GAP) / panels
    return Layout(
        bin=size, lines=lines, panels=panels, width=min(room / columns, 26.0), height=max(1.0, min(360.0 / lines, 12.0))
    )


def _wrongness(mark: str) -> float:
    """0 right .. 1 wrong; scores ``a`` (least) to ``z`` (most) are graded; what is not there counts nothing."""
    if mark in "1.x":
        return 0.0
    return 1.0 if mark == "0" else (ord("z") - ord(mark)) / 25.0


def _plane(chart: ItemMap, layout: Layout, measure: dict[str, float]) -> list[bytes]:
    """One byte per line and column: the mean over the items of the line."""
    rows = []
    for start in range(0, len(chart.items), layout.bin):
        group = chart.outcome[start : start + layout.bin]
        cells = zip(*group, strict=True)
        rows.append(bytes(round(255 * sum(measure[c] for c in cell) / len(group)) for cell in cells))
    return rows


def _shades(chart: ItemMap, layout: Layout) -> list[bytes]:
    marks = {c for row in chart.outcome for c in row}
    return _plane(chart, layout, {c: _wrongness(c) for c in marks})


def _absences(chart: ItemMap, layout: Layout) -> list[bytes]:
    marks = {c for row in chart.outcome for c in row}
    return _plane(chart, layout, {c: float(c in ".x") for c in marks})


def png(rows: Sequence[bytes]) -> bytes:
    """A grey picture, one byte per element, as PNG (ISO/IEC 15948); one bit when all are black or white."""
    width = len(rows[0])
    one_bit = all(b in (0, 255) for row in rows for b in row)
    packed = [_bits(row) for row in rows] if one_bit else list(rows)
    head = struct.pack(">IIBBBBB", width, len(rows), 1 if one_bit else 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\x00" + row for row in packed), 9)
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _bits(row: bytes) -> bytes:
    padded = row + bytes(-len(row) % 8)
    return bytes(sum((b > 0) << (7 - i) for i, b in enumerate(padded[at : at + 8])) for at in range(0, len(padded), 8))


def _masks(planes: dict[str, list[bytes]], layout: Layout, columns: int, identity: str) -> list[Markup]:
    """Each plane of each panel as a mask: where it is white, the colour of the page's style sheet shows."""
    masks = []
    for panel in range(layout.panels):
        x, width, _ = _place(panel, layout, columns)
        for name, plane in planes.items():
            rows = plane[panel * layout.lines : (panel + 1) * layout.lines]
            if not any(any(row) for row in rows):
                continue
            address = "data:image/png;base64," + base64.b64encode(png(rows)).decode("ascii")
            image = element(
                "image", href=address, x=x, y=TOP, width=width, height=len(rows) * layout.height,
                preserveAspectRatio="none", class_="pixels",
            )  # fmt: skip
            masks.append(element("mask", image, id=f"{identity}-{name}-{panel}"))
    return masks


def _place(panel: int, layout: Layout, columns: int) -> tuple[float, float, float]:
    width = layout.width * columns
    return LEFT + panel * (width + GAP), width, layout.lines * layout.height


def _panel(panel: int, chart: ItemMap, layout: Layout, identity: str) -> list[Markup]:
    x, width, _ = _place(panel, layout, len(chart.columns))
    first = panel * layout.lines
    count = min(layout.lines, math.ceil(len(chart.items) / layout.bin) - first)
    height = count * layout.height
    group = chart.outcome[first * layout.bin : (first + count) * layout.bin]
    box = {"x": x, "y": TOP, "width": width, "height": height}
    parts = [element("rect", class_="ground", **box)]
    for name, marks in (("wrong", set("0") | set("abcdefghijklmnopqrstuvwxy")), ("gone", set(".x"))):
        if any(c in marks for row in group for c in row):
            fill = {"fill": f"url(#{identity}-hatch)"} if name == "gone" else {}
            parts.append(element("rect", mask=f"url(#{identity}-{name}-{panel})", class_=name, **box, **fill))
    parts.append(element("rect", class_="edge", **box))
    numbers = f"{first * layout.bin + 1}–{min((first + count) * layout.bin, len(chart.items))}"
    parts.append(label(numbers, x, TOP - 7.0, class_="tick"))
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
