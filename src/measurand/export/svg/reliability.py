"""Picture of calibration: observed against predicted, with what a calibrated system would show; scores below."""

from __future__ import annotations

from measurand.document.result import Curve, Result
from measurand.document.rounding import percent
from measurand.export.svg.axes import Field, dot, key, numbers, stroke, swatch, table
from measurand.export.svg.scale import Scale
from measurand.export.svg.scores import sides
from measurand.export.svg.writer import Markup, Picture, drawing, element, label
from measurand.message import say

LEFT, RIGHT, TOP, BOTTOM = 70.0, 470.0, 14.0, 394.0
LOW, LOWEST = 446.0, 526.0
NAMES = ("from", "to", "predicted", "observed", "lower", "upper", "rows")
HAIR = 0.012
HALF = 7.0
"""Half the width of the bar of a bin."""


def reliability(curve: Curve, scores: Curve | None, result: Result, identity: str) -> Picture:
    """Observed share of each bin (dot) against its mean probability, over the bar of a calibrated system.

    A bin outside of its bar is a hollow square. ``scores``: the histogram that stands below.
    """
    x = Scale(low=-HAIR, high=1.0 + HAIR, left=LEFT, right=RIGHT)
    field = Field(x, Scale(low=-HAIR, high=1.0 + HAIR, left=BOTTOM, right=TOP))
    names = ("predicted", "observed", "lower", "upper")
    bins = list(zip(*(numbers(curve, name) for name in names), strict=True))
    parts = field.frame(say("picture.predicted"), say("picture.observed"))
    parts += [_bar(field, predicted, low, high) for predicted, _, low, high in bins]
    parts.append(field.line([(0.0, 0.0), (1.0, 1.0)], "chance"))
    parts.append(field.line([(p, o) for p, o, _, _ in bins], "thin"))
    parts += [_mark(field, p, o, inside=low <= o <= high) for p, o, low, high in bins]
    inside = sum(low <= o <= high for _, o, low, high in bins)
    covered = percent(result.coverage_probability)
    parts += key(RIGHT + 22.0, TOP + 8.0, _entries(covered, all_inside=inside == len(bins)))
    if scores is not None:
        parts += _histogram(scores, x)
    finding = say("picture.reliability", inside=inside, bins=len(bins), p=covered)
    description = say("picture.reliability_how", p=covered)
    bottom = LOWEST if scores is not None else BOTTOM + 46.0
    svg = drawing(identity, bottom + 8.0, title=finding, description=description, parts=parts)
    header, rows = table(curve, NAMES)
    return Picture(svg=svg, finding=finding, header=header, rows=rows)


def _entries(covered: str, *, all_inside: bool) -> list[tuple[Markup, str]]:
    entries = [
        (dot("seen"), say("picture.bin_inside")),
        (swatch("likely"), say("picture.bin_band", p=covered)),
        (stroke("chance"), say("picture.calibrated")),
    ]
    outside = element("rect", x=8.0, y=1.0, width=10.0, height=10.0, class_="point")
    return entries if all_inside else [entries[0], (outside, say("picture.bin_outside")), *entries[1:]]


def _bar(field: Field, predicted: float, low: float, high: float) -> Markup:
    top, bottom = field.y(high), field.y(low)
    return element(
        "rect", x=field.x(predicted) - HALF, y=top, width=2 * HALF, height=max(bottom - top, 1.0), class_="likely"
    )


def _mark(field: Field, predicted: float, observed: float, *, inside: bool) -> Markup:
    x, y = field.x(predicted), field.y(observed)
    if inside:
        return element("circle", cx=x, cy=y, r=4.5, class_="seen")
    return element("rect", x=x - 5.0, y=y - 5.0, width=10.0, height=10.0, class_="point")


def _histogram(scores: Curve, x: Scale) -> list[Markup]:
    """Number of scores in each bar, both classes together, on the scale above."""
    rows = zip(*(numbers(scores, f"{side}_rows") for side in sides(scores)), strict=True)
    count = [a + b for a, b in rows]
    field = Field(x, Scale(low=0.0, high=max(count) or 1.0, left=LOWEST, right=LOW))
    bars = zip(numbers(scores, "from"), numbers(scores, "to"), count, strict=True)
    parts = [field.box((a, b), (0.0, n), "bar") for a, b, n in bars if n]
    parts.append(element("line", x1=LEFT, y1=LOWEST, x2=RIGHT, y2=LOWEST, class_="axis"))
    most = say("picture.most_scores", count=int(max(count)))
    return [*parts, label(most, RIGHT + 22.0, LOW + 12.0, class_="tick")]
