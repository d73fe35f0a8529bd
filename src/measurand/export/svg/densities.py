"""Picture of two distributions of one result: that of the first order and that of Monte Carlo."""

from __future__ import annotations

from measurand.document.number import real
from measurand.document.result import Curve, Result
from measurand.document.rounding import percent
from measurand.export.plain import decimals, rounded
from measurand.export.svg.axes import Field, numbers, table
from measurand.export.svg.scale import Scale, ticks
from measurand.export.svg.writer import WIDTH, Markup, Picture, drawing, element, label, rule
from measurand.message import say

LEFT, RIGHT, TOP, BOTTOM = 20.0, WIDTH - 20.0, 14.0, 234.0
NAMES = {"first-order": "picture.first_order", "monte-carlo": "picture.monte_carlo_name"}
LOOK = {"first-order": "curve", "monte-carlo": "curve dashed"}


def densities(shape: Curve, intervals: Curve, result: Result, identity: str) -> Picture:
    """Monte Carlo as a filled outline, the first order as a line, and both coverage intervals below."""
    edges = list(zip(numbers(shape, "from"), numbers(shape, "to"), strict=True))
    seen, stated = numbers(shape, "monte_carlo"), numbers(shape, "first_order")
    x = Scale(low=edges[0][0], high=edges[-1][1], left=LEFT, right=RIGHT)
    field = Field(x, Scale(low=0.0, high=1.05 * max([*seen, *stated]), left=BOTTOM, right=TOP))
    steps = [(e, s) for (a, b), s in zip(edges, seen, strict=True) for e in (a, b)]
    middle = [((a + b) / 2, s) for (a, b), s in zip(edges, stated, strict=True)]
    parts = [
        field.area([(edges[0][0], 0.0), (edges[-1][1], 0.0)], steps, "likely"),
        field.line(steps, "thin"),
        field.line(middle, "curve"),
        rule(LEFT, BOTTOM, RIGHT, BOTTOM, class_="axis"),
    ]
    for value, text in ticks(x, 7):
        parts.append(rule(x(value), BOTTOM, x(value), BOTTOM + 5.0, class_="axis"))
        parts.append(label(text, x(value), BOTTOM + 20.0, class_="tick", text_anchor="middle"))
    lines = [dict(zip(intervals.columns, line, strict=True)) for line in zip(*intervals.columns.values(), strict=True)]
    places = decimals(real(result.u), 2)
    for i, line in enumerate(lines):
        parts += _interval(line, x, BOTTOM + 50.0 + 40.0 * i, places)
    check = next((c for c in result.checks if c.name == "propagation"), None)
    key = "picture.densities" if check is None or check.passed else "picture.densities_differ"
    finding = say(key, p=percent(result.coverage_probability))
    svg = drawing(identity, BOTTOM + 118.0, title=finding, description=say("picture.densities_how"), parts=parts)
    header, rows = table(shape, ("from", "to", "first_order", "monte_carlo"))
    return Picture(svg=svg, finding=finding, header=header, rows=rows)


def _interval(line: dict[str, str], x: Scale, y: float, places: int) -> list[Markup]:
    """One coverage interval with its ends in words above it."""
    low, high, value = (min(max(real(line[k]), x.low), x.high) for k in ("lower", "upper", "value"))
    ends = [rounded(real(line[k]), places) for k in ("lower", "upper")]
    text = say(NAMES[line["method"]], lower=ends[0], upper=ends[1], u=rounded(real(line["u"]), places))
    parts = [rule(x(low), y + 12.0, x(high), y + 12.0, class_=LOOK[line["method"]])]
    parts += [rule(x(e), y + 6.0, x(e), y + 18.0, class_="curve") for e in (low, high)]
    parts.append(element("circle", cx=x(value), cy=y + 12.0, r=4.0, class_="seen"))
    return [*parts, label(text, WIDTH / 2, y, class_="tick", text_anchor="middle")]
