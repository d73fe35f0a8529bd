"""A field with two axes and its frame, for points of a comparison."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.export.svg.axes import Field
from measurand.export.svg.lettering import axis_ticks, fitted
from measurand.export.svg.scale import around
from measurand.export.svg.writer import WIDTH, Markup, fixed, label, rule

LEFT, RIGHT, HIGH = 92.0, WIDTH - 14.0, 300.0


def plane(
    x: Sequence[float], y: Sequence[float], top: float, *, names: tuple[str, str]
) -> tuple[Field, list[Markup], float]:
    """A field that holds all values, its frame, and where the picture may end below it."""
    free = (float("-inf"), float("inf"))
    across = around(list(x) or [0.0], left=LEFT, right=RIGHT, bounds=free)
    upwards = around(
        list(y) or [0.0], left=top + HIGH, right=top, bounds=(0.0 if min(y, default=0.0) >= 0 else free[0], free[1])
    )
    field = Field(across, upwards)
    return field, frame(field, names), top + HIGH + 46.0


def frame(field: Field, names: tuple[str, str]) -> list[Markup]:
    """Grid, tick marks and the names of both axes, cut to their room."""
    left, right, bottom, top = field.x.left, field.x.right, field.y.left, field.y.right
    parts = []
    (across, name), (upwards, other) = axis_ticks(field.x, names[0]), axis_ticks(field.y, names[1], upright=True)
    for value, text in across:
        parts.append(rule(field.x(value), top, field.x(value), bottom, class_="grid"))
        parts.append(label(text, field.x(value), bottom + 17.0, class_="tick", text_anchor="middle"))
    for value, text in upwards:
        parts.append(rule(left, field.y(value), right, field.y(value), class_="grid"))
        parts.append(label(text, left - 7.0, field.y(value) + 4.0, class_="tick", text_anchor="end"))
    parts += [rule(left, bottom, right, bottom, class_="axis"), rule(left, bottom, left, top, class_="axis")]
    middle, height = (left + right) / 2, (top + bottom) / 2
    room = 2 * min(middle, WIDTH - middle) - 8.0
    parts.append(label(fitted(name, room, 13.0), middle, bottom + 38.0, class_="name", text_anchor="middle"))
    turn = f"rotate(-90 14 {fixed(height)})"
    return [
        *parts,
        label(fitted(other, bottom - top, 13.0), 14.0, height, class_="name", text_anchor="middle", transform=turn),
    ]
