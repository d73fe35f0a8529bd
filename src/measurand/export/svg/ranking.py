"""Pictures of the order of scores: ROC, and precision against recall, with their bands and operating points."""

from __future__ import annotations

from measurand.document.result import Curve, Result
from measurand.document.rounding import percent
from measurand.export.svg.axes import Field, dot, key, numbers, stroke, swatch, table
from measurand.export.svg.scale import Scale
from measurand.export.svg.writer import Markup, Picture, drawing, element, label
from measurand.message import say

LEFT, RIGHT, TOP, BOTTOM = 70.0, 470.0, 14.0, 414.0
NAMES = (
    "threshold", "false_positive_rate", "true_positive_rate", "recall", "precision", "lower", "upper", "point",
)  # fmt: skip
HAIR = 0.012
"""How far the field reaches beyond 0 and 1."""


def roc(curve: Curve, result: Result, identity: str) -> Picture:
    """True against false positive rate at each threshold, the band of the whole curve, and operating points."""
    pairs = list(zip(numbers(curve, "false_positive_rate"), numbers(curve, "true_positive_rate"), strict=True))
    field = _field()
    chance = (field.line([(0.0, 0.0), (1.0, 1.0)], "chance"), (stroke("chance"), say("picture.roc_chance")))
    axes = say("picture.false_positive_rate"), say("picture.true_positive_rate")
    whole = [(0.0, 0.0), *pairs, (1.0, 1.0)]
    lines = [chance[0], field.line(whole, "curve")]
    return _picture(curve, result, identity, field=field, pairs=pairs, axes=axes, lines=lines, chance=chance[1])


def precision_recall(curve: Curve, result: Result, identity: str) -> Picture:
    """Precision against recall at each threshold, the band at each recall, and operating points."""
    pairs = list(zip(numbers(curve, "recall"), numbers(curve, "precision"), strict=True))
    field = _field()
    share = pairs[-1][1]
    chance = (field.line([(0.0, share), (1.0, share)], "chance"), (stroke("chance"), say("picture.pr_chance")))
    axes = say("picture.recall"), say("picture.precision")
    lines = [chance[0], field.line(pairs, "curve")]
    return _picture(curve, result, identity, field=field, pairs=pairs, axes=axes, lines=lines, chance=chance[1])


def _field() -> Field:
    x = Scale(low=-HAIR, high=1.0 + HAIR, left=LEFT, right=RIGHT)
    return Field(x, Scale(low=-HAIR, high=1.0 + HAIR, left=BOTTOM, right=TOP))


def _picture(
    curve: Curve, result: Result, identity: str, *, field: Field, pairs: list[tuple[float, float]],
    axes: tuple[str, str], lines: list[Markup], chance: tuple[Markup, str],
) -> Picture:  # fmt: skip
    parts = field.frame(*axes)
    p = percent(result.coverage_probability)
    entries = [(stroke("curve"), say(f"picture.{curve.name}_curve"))]
    if "lower" in curve.columns:
        across = [x for x, _ in pairs]
        lower, upper = (zip(across, numbers(curve, name), strict=True) for name in ("lower", "upper"))
        parts.append(field.area(lower, upper, "likely"))
        entries.append((swatch("likely"), say(f"picture.{curve.name}_band", p=p)))
    points = _operating(curve, field, pairs)
    parts += [*lines, *points]
    entries.append(chance)
    if points:
        entries.append((dot("point"), say("picture.operating")))
    parts += key(RIGHT + 22.0, TOP + 8.0, entries)
    about = curve.name == "roc" or result.quantity == "average_precision"
    finding = say("picture.ranking" if about else "picture.trade", title=result.title, text=result.text)
    description = say(f"picture.{curve.name}_how", p=p)
    svg = drawing(identity, BOTTOM + 46.0, title=finding, description=description, parts=parts)
    header, rows = table(curve, NAMES)
    return Picture(svg=svg, finding=finding, header=header, rows=rows)


def _operating(curve: Curve, field: Field, pairs: list[tuple[float, float]]) -> list[Markup]:
    """Points with a name; the name stands below and to the right, where a good curve leaves room."""
    parts: list[Markup] = []
    for (x, y), name in zip(pairs, curve.columns["point"], strict=True):
        if not name:
            continue
        parts.append(element("circle", cx=field.x(x), cy=field.y(y), r=5.0, class_="point"))
        side = {"text_anchor": "end"} if x > 0.8 else {}
        step = -9.0 if x > 0.8 else 9.0
        text = say("picture.at_score", name=name)
        parts.append(label(text, field.x(x) + step, field.y(y) + 17.0, class_="tick halo", **side))
    return parts
