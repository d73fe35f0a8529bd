"""Picture of bilateral agreement: E_n of each laboratory against each other."""

from __future__ import annotations

import math

from measurand.export.plain import MINUS
from measurand.export.svg.comparison_data import Heat
from measurand.export.svg.comparison_frame import framed
from measurand.export.svg.comparison_words import head, score_text, shown
from measurand.export.svg.legend import Entry, empty, legend
from measurand.export.svg.lettering import distinct, fitted, wide
from measurand.export.svg.writer import WIDTH, Markup, Picture, element, hatch, label, rule
from measurand.message import say

LEFT, RIGHT, TALLEST, LEAST = 196.0, WIDTH - 4.0, 28.0, 15.0
"""Cells are at most so high, and at least, for the names of the lines."""
WRITTEN = 34.0
"""Cells that are at least so wide hold their number."""


def heat(data: Heat, identity: str) -> Picture:
    """A cell for each pair: the darker, the larger ``|E_n|``; hatched and framed where it is larger than the limit."""
    n = len(data.laboratories)
    across = min((RIGHT - LEFT) / max(n, 1), 60.0)
    down = min(max(across, LEAST), TALLEST)
    parts, top = legend(_entries(data, f"{identity}-over"))
    parts.insert(0, element("defs", hatch(f"{identity}-over", 5.0)))
    lanes = math.ceil((wide("00") + 4.0) / across) if n > 1 else 1
    top += 13.0 * lanes + 4.0
    parts += _heads(data, (across, down), top, lanes)
    for i in range(n):
        for j in range(n):
            if i != j:
                parts += _cell(data, i, j, (LEFT + across * j, top + down * i, across, down), identity)
    parts += _diagonal(n, across, down, top)
    pairs = [(i, j) for i in range(n) for j in range(n) if i < j]
    known = [e for i, j in pairs if (e := data.e_n[i][j]) is not None]
    beyond = sum(abs(e) > data.limit for e in known)
    finding = say("picture.comparison.heat", beyond=beyond, count=len(known), limit=shown(data.limit))
    table = tuple(
        (str(i + 1), name, *("" if i == j else score_text(data.e_n[i][j]) for j in range(n)))
        for i, name in enumerate(data.laboratories)
    )
    header = ("", *head("laboratory"), *(str(j + 1) for j in range(n)))
    return framed(
        identity, top + down * n + 6.0, parts, finding=finding,
        description=say("picture.comparison.heat_how", limit=shown(data.limit)), table=(header, table),
    )  # fmt: skip


def _heads(data: Heat, size: tuple[float, float], top: float, lanes: int) -> list[Markup]:
    """Number and name of each line, number of each column: on several lines where columns are narrow."""
    across, down = size
    parts = []
    for i, name in enumerate(distinct(data.laboratories, LEFT - 44.0)):
        y = top + down * (i + 0.5) + 4.0
        parts.append(label(str(i + 1), LEFT - 8.0, y, class_="tick strong", text_anchor="end"))
        parts.append(label(name, LEFT - 32.0, y, class_="tick", text_anchor="end"))
        x = LEFT + across * (i + 0.5)
        lift = 13.0 * (i % lanes)
        parts.append(label(str(i + 1), x, top - 5.0 - lift, class_="tick strong", text_anchor="middle"))
    return parts


def _cell(data: Heat, i: int, j: int, place: tuple[float, float, float, float], identity: str) -> list[Markup]:
    e_n = data.e_n[i][j]
    x, y, across, down = place
    box = {"x": x + 0.5, "y": y + 0.5, "width": across - 1.0, "height": down - 1.0}
    if e_n is None:
        return [element("rect", fill="none", class_="gap", **box)]
    size = min(abs(e_n) / data.limit, 1.0) if data.limit else 1.0
    parts = [element("rect", class_="bar", fill_opacity=0.05 + 0.45 * size, **box)]
    over = abs(e_n) > data.limit
    if over:
        parts.append(element("rect", fill=f"url(#{identity}-over)", class_="differs", **box))
    if across >= WRITTEN:
        look = "tick strong halo" if over else "tick halo"
        text = fitted(f"{e_n:.2f}".replace("-", MINUS), across - 2.0)
        parts.append(label(text, x + across / 2, y + down / 2 + 4.0, class_=look, text_anchor="middle"))
    return parts


def _diagonal(n: int, across: float, down: float, top: float) -> list[Markup]:
    if not n:
        return []
    return [rule(LEFT, top, LEFT + across * n, top + down * n, class_="thin")]


def _entries(data: Heat, pattern: str) -> list[Entry]:
    limit = shown(data.limit)
    steps = element("g", *(
        element("rect", x=9.0 * i, y=0.0, width=8.0, height=12.0, class_="bar", fill_opacity=0.05 + 0.45 * size)
        for i, size in enumerate((0.1, 0.5, 1.0))
    ))  # fmt: skip
    box = {"x": 1.0, "y": 0.0, "width": 24.0, "height": 12.0}
    over = element("rect", fill=f"url(#{pattern})", class_="differs", **box)
    entries: list[Entry] = [
        (steps, say("picture.comparison.key.shades", limit=limit)),
        (over, say("picture.comparison.key.over", limit=limit)),
    ]
    if any(e is None for i, line in enumerate(data.e_n) for j, e in enumerate(line) if i != j):
        entries.append((empty(), say("picture.comparison.not_evaluated")))
    return entries
