"""Picture of two systems on the same observations: four cells, those where they differ framed."""

from __future__ import annotations

from measurand.document.result import Curve, Result
from measurand.export.plain import percent
from measurand.export.svg.axes import numbers, table
from measurand.export.svg.writer import Markup, Picture, drawing, element, label, shortened
from measurand.message import say

LEFT, TOP, WIDE, HIGH, GAP = 190.0, 52.0, 190.0, 84.0, 6.0
PLACE = {"both": (0, 0), "first": (1, 0), "second": (0, 1), "neither": (1, 1)}
"""Column (second right, second wrong) and line (first right, first wrong) of each outcome."""


def discordance(curve: Curve, result: Result, identity: str) -> Picture:
    """How often both systems were right, only one of them, or neither; the bars are the shares."""
    names = curve.columns["system"]
    first, second = names[1], names[2]
    count, share = [int(n) for n in numbers(curve, "observations")], numbers(curve, "share")
    parts: list[Markup] = []
    middle = LEFT + WIDE + GAP / 2
    parts.append(label(shortened(second, 40), middle, 16.0, class_="name strong", text_anchor="middle"))
    for i, word in enumerate(("right", "wrong")):
        x, y = LEFT + WIDE / 2 + i * (WIDE + GAP), TOP + HIGH / 2 + i * (HIGH + GAP)
        parts.append(label(say(f"picture.{word}"), x, 40.0, class_="tick", text_anchor="middle"))
        parts.append(label(say(f"picture.{word}"), LEFT - 12.0, y + 4.0, class_="tick", text_anchor="end"))
    across = LEFT - 72.0
    parts.append(label(shortened(first, 18), across, TOP + HIGH + 6.0, class_="name strong", text_anchor="end"))
    for name, n, part in zip(curve.columns["outcome"], count, share, strict=True):
        parts += _cell(name, n, part)
    finding = say("picture.discordance", first=first, second=second, only_first=count[1], only_second=count[2],
                  total=sum(count))  # fmt: skip
    description = say("picture.discordance_how")
    svg = drawing(identity, TOP + 2 * HIGH + GAP + 10.0, title=finding, description=description, parts=parts)
    header, lines = table(curve, ("outcome", "system", "observations", "share"))
    rows = tuple((say(f"picture.outcome_{line[0]}"), *line[1:]) for line in lines)
    return Picture(svg=svg, finding=finding, header=header, rows=rows)


def _cell(name: str, count: int, share: float) -> list[Markup]:
    column, line = PLACE[name]
    x, y = LEFT + column * (WIDE + GAP), TOP + line * (HIGH + GAP)
    look = "cell differs" if name in ("first", "second") else "cell"
    full = WIDE - 24.0
    return [
        element("rect", x=x, y=y, width=WIDE, height=HIGH, class_=look),
        label(str(count), x + 12.0, y + 30.0, class_="name strong"),
        label(percent(share), x + WIDE - 12.0, y + 30.0, class_="name", text_anchor="end"),
        label(say(f"picture.outcome_{name}"), x + 12.0, y + 50.0, class_="tick"),
        element("rect", x=x + 12.0, y=y + 62.0, width=full, height=8.0, class_="ground"),
        element("rect", x=x + 12.0, y=y + 62.0, width=max(full * share, 0.5), height=8.0, class_="bar"),
    ]
