"""Picture 4: the same measurement again: one dot per run, grouped by condition."""

from __future__ import annotations

from measurand.document.number import real
from measurand.document.result import Curve, Line, Result
from measurand.export.plain import decimals, percent, rounded
from measurand.export.svg.scale import Scale, around, ticks
from measurand.export.svg.writer import WIDTH, Markup, Picture, drawing, element, label, rule, shortened
from measurand.message import say

NAMES, LEFT, RIGHT = 196.0, 210.0, WIDTH - 14.0
PITCH = 34.0

Groups = dict[str, list[tuple[str, float]]]


def runs(curve: Curve, result: Result, identity: str, *, text: str) -> Picture:
    """Values of single runs (dots) and their mean per condition (line), over the coverage interval of the result."""
    groups = _groups(curve)
    values = [v for group in groups.values() for _, v in group]
    low, high = real(result.lower), real(result.upper)
    scale = around([*values, low, high], left=LEFT, right=RIGHT, bounds=(float("-inf"), float("inf")))
    bottom = 26.0 + PITCH * len(groups)
    parts = [
        element("rect", x=scale(low), y=20.0, width=scale(high) - scale(low), height=bottom - 20.0, class_="reach"),
        label(
            say("picture.reach", text=text), (scale(low) + scale(high)) / 2, 13.0, class_="tick", text_anchor="middle"
        ),
    ]
    parts += [rule(LEFT, bottom, RIGHT, bottom, class_="axis")]
    for x, tick in ticks(scale, 6):
        parts.append(rule(scale(x), bottom, scale(x), bottom + 5.0, class_="axis"))
        parts.append(label(tick, scale(x), bottom + 20.0, class_="tick", text_anchor="middle"))
    for i, (name, group) in enumerate(groups.items()):
        parts += _row(name, group, scale, y=26.0 + PITCH * (i + 0.5))
    finding = _finding(result, len(values), len(groups))
    places = decimals(real(result.u), 2) + 1
    rows = tuple((name, repeat, rounded(v, places)) for name, group in groups.items() for repeat, v in group)
    header = tuple(say(f"column.{key}") for key in ("condition", "repeat", "value_of_run"))
    description = say("picture.runs_how", text=text)
    svg = drawing(identity, bottom + 28.0, title=finding, description=description, parts=parts)
    return Picture(svg=svg, finding=finding, header=header, rows=rows)


def _groups(curve: Curve) -> Groups:
    columns = (curve.columns[name] for name in ("condition", "repeat", "value"))
    groups: Groups = {}
    for condition, repeat, value in zip(*columns, strict=True):
        groups.setdefault(condition, []).append((repeat, real(value)))
    return groups


def _row(name: str, group: list[tuple[str, float]], scale: Scale, *, y: float) -> list[Markup]:
    """Dots are set apart vertically in the order of the repeats, so that equal values stay visible."""
    mean = sum(v for _, v in group) / len(group)
    step = min(5.0, 20.0 / max(len(group) - 1, 1))
    parts = [
        label(shortened(name or say("picture.all_runs"), 28), NAMES, y + 4.0, class_="name", text_anchor="end"),
        rule(LEFT, y, RIGHT, y, class_="grid"),
        rule(scale(mean), y - 13.0, scale(mean), y + 13.0, class_="mean"),
    ]
    for i, (_, v) in enumerate(group):
        parts.append(element("circle", cx=scale(v), cy=y + (i - (len(group) - 1) / 2) * step, r=3.4, class_="run"))
    return parts


def _finding(result: Result, count: int, groups: int) -> str:
    """The repeatability line of the budget in words: its u is the signed one, nothing is computed from the dots."""
    lines = [b for b in result.budget if isinstance(b, Line) and b.component == "repeatability"]
    if not lines:
        return say("picture.runs", count=count, groups=groups)
    line = max(lines, key=lambda b: real(b.contribution))
    u = rounded(real(line.contribution), decimals(real(result.u), 3))
    return say("picture.runs_u", count=count, groups=groups, u=u, share=percent(real(line.share)))
