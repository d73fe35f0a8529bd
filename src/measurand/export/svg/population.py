"""Map of the population: how many independent units stand in each part of it, and which parts have none."""

from __future__ import annotations

from measurand.document.result import Curve
from measurand.export.plain import percent
from measurand.export.svg.axes import numbers, table
from measurand.export.svg.scale import Scale
from measurand.export.svg.writer import WIDTH, Markup, Picture, drawing, element, hatch, label, shortened
from measurand.message import say

NAMES, LEFT, RIGHT, TOP, PITCH = 176.0, 188.0, WIDTH - 130.0, 30.0, 28.0
BARE = 4.0
"""Top of the bars where nothing stands above them."""
FEW = 5
"""Empty parts that are named; the number of the others is said."""


def population(curve: Curve, identity: str) -> Picture:
    """Bars of one dimension, or a grid of two; a part without units is hatched and named in the finding."""
    crossed = any(curve.columns["column"])
    parts = [element("defs", hatch(f"{identity}-none", 6.0))]
    rows = list(dict.fromkeys(curve.columns["row"]))
    parts += _grid(curve, rows, identity) if crossed else _bars(curve, identity)
    height = (TOP if crossed or any(curve.columns["wanted"]) else BARE) + PITCH * len(rows) + 8.0
    finding = _finding(curve)
    svg = drawing(identity, height, title=finding, description=curve.title, parts=parts)
    header, lines = table(curve, ("row", "column", "units", "observations", "share", "wanted"))
    return Picture(svg=svg, finding=finding, header=header, rows=lines)


def _finding(curve: Curve) -> str:
    cells = zip(curve.columns["row"], curve.columns["column"], numbers(curve, "units"), strict=True)
    found = list(cells)
    empty = [" / ".join(filter(None, (row, column))) for row, column, units in found if units == 0]
    if empty:
        more = say("picture.and_more", count=len(empty) - FEW) if len(empty) > FEW else ""
        return say("picture.population_none", names=", ".join(empty[:FEW]) + more, empty=len(empty), cells=len(found))
    if len({units for _, _, units in found}) == 1:
        return say("picture.population_even", title=curve.title, cells=len(found), units=int(found[0][2]))
    row, column, units = min(found, key=lambda c: c[2])
    name = " / ".join(filter(None, (row, column)))
    return say("picture.population", title=curve.title, cells=len(found), name=name, units=int(units))


def _bars(curve: Curve, identity: str) -> list[Markup]:
    units, share = numbers(curve, "units"), numbers(curve, "share")
    wanted = [float(w) if w else None for w in curve.columns["wanted"]]
    scale = Scale(low=0.0, high=max([*share, *(w for w in wanted if w is not None)]) or 1.0, left=LEFT, right=RIGHT)
    parts, top = [], TOP if any(curve.columns["wanted"]) else BARE
    if top == TOP:
        parts.append(label(say("picture.wanted"), LEFT, TOP - 12.0, class_="tick"))
    for i, name in enumerate(curve.columns["row"]):
        y = top + PITCH * i
        end = scale(share[i])
        parts.append(label(shortened(name, 24), NAMES, y + 16.0, class_="name", text_anchor="end"))
        if units[i]:
            parts.append(element("rect", x=LEFT, y=y + 4.0, width=max(end - LEFT, 1.0), height=16.0, class_="bar"))
        else:
            parts.append(_none(LEFT, y + 4.0, 54.0, 16.0, identity))
        goal = wanted[i]
        if goal is not None:
            x = scale(goal)
            parts.append(element("line", x1=x, y1=y, x2=x, y2=y + 24.0, class_="mean"))
        text = say("picture.units_share", units=int(units[i]), share=percent(share[i]))
        parts.append(label(text, WIDTH - 2.0, y + 16.0, class_="tick", text_anchor="end"))
    return parts


def _grid(curve: Curve, rows: list[str], identity: str) -> list[Markup]:
    columns = list(dict.fromkeys(curve.columns["column"]))
    wide = (WIDTH - 4.0 - LEFT) / len(columns)
    units = numbers(curve, "units")
    most = max(units) or 1.0
    parts = []
    for j, name in enumerate(columns):
        text = shortened(name, max(4, int(wide / 7.5)))
        parts.append(label(text, LEFT + wide * (j + 0.5), TOP - 9.0, class_="tick", text_anchor="middle"))
    for i, name in enumerate(rows):
        parts.append(label(shortened(name, 24), NAMES, TOP + PITCH * i + 18.0, class_="name", text_anchor="end"))
    for at, n in enumerate(units):
        i, j = divmod(at, len(columns))
        x, y = LEFT + wide * j, TOP + PITCH * i
        if n:
            box = {"x": x, "y": y, "width": wide - 3.0, "height": PITCH - 3.0}
            parts.append(element("rect", class_="bar", fill_opacity=0.08 + 0.32 * n / most, **box))
        else:
            parts.append(_none(x, y, wide - 3.0, PITCH - 3.0, identity))
        parts.append(label(str(int(n)), x + wide / 2, y + 17.0, class_="name halo", text_anchor="middle"))
    return parts


def _none(x: float, y: float, width: float, height: float, identity: str) -> Markup:
    return element("rect", x=x, y=y, width=width, height=height, fill=f"url(#{identity}-none)", class_="gap")
