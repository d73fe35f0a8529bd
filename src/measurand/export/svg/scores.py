"""Picture of the scores of both classes, back to back: positives upwards, negatives downwards."""

from __future__ import annotations

from measurand.document.result import Curve, Result
from measurand.export.svg.axes import Field, key, numbers, swatch, table
from measurand.export.svg.scale import Scale, ticks
from measurand.export.svg.writer import WIDTH, Picture, drawing, label, rule
from measurand.message import say

LEFT, RIGHT = 20.0, WIDTH - 20.0
TOP, BOTTOM = 24.0, 264.0


def scores(curve: Curve, result: Result, identity: str) -> Picture:
    """Share of each class in bars of equal width; both classes have the same area."""
    up_is, down_is = sides(curve)
    bars = list(zip(*(numbers(curve, name) for name in ("from", "to", up_is, down_is)), strict=True))
    low, high = bars[0][0], bars[-1][1]
    if not high > low:
        low, high = low - 0.5, high + 0.5
    down, up = (max(bar[i] for bar in bars) for i in (3, 2))
    x = Scale(low=low, high=high, left=LEFT, right=RIGHT)
    field = Field(x, Scale(low=-down, high=up if up + down > 0 else 1.0, left=BOTTOM, right=TOP))
    parts = []
    for a, b, positive, negative in bars:
        edges = (a, b) if b > a else (low, high)
        parts += [field.box(edges, (0.0, positive), "bar")] if positive else []
        parts += [field.box(edges, (-negative, 0.0), "bar-other")] if negative else []
    parts.append(rule(LEFT, field.y(0.0), RIGHT, field.y(0.0), class_="axis"))
    for value, text in ticks(x, 8):
        parts.append(rule(x(value), BOTTOM + 2.0, x(value), BOTTOM + 7.0, class_="axis"))
        parts.append(label(text, x(value), BOTTOM + 22.0, class_="tick", text_anchor="middle"))
    parts.append(label(say("picture.score"), (LEFT + RIGHT) / 2, BOTTOM + 42.0, class_="name", text_anchor="middle"))
    rows = [sum(map(int, numbers(curve, f"{side}_rows"))) for side in (up_is, down_is)]
    parts += key(LEFT, 0.0, [(swatch("bar"), say(f"picture.{up_is}_rows", rows=rows[0]))])
    parts += key((LEFT + RIGHT) / 2, 0.0, [(swatch("bar-other"), say(f"picture.{down_is}_rows", rows=rows[1]))])
    finding = say("picture.scores", title=result.title)
    description = say("picture.scores_how", up=say(f"data.{up_is}"), down=say(f"data.{down_is}"))
    svg = drawing(identity, BOTTOM + 50.0, title=finding, description=description, parts=parts)
    header, lines = table(curve, ("from", "to", f"{up_is}_rows", up_is, f"{down_is}_rows", down_is))
    return Picture(svg=svg, finding=finding, header=header, rows=lines)


def sides(curve: Curve) -> tuple[str, str]:
    """Columns of both sides: positives and negatives of one class, or right and wrong of the most probable class."""
    return ("positive", "negative") if "positive" in curve.columns else ("right", "wrong")
