"""A field with two axes, and lines and areas in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from measurand.document.number import real
from measurand.document.result import Curve
from measurand.export.svg.scale import Scale, ticks
from measurand.export.svg.writer import Markup, element, fixed, label, rule
from measurand.message import say

Points = Iterable[tuple[float, float]]


@dataclass(frozen=True)
class Field:
    """Where data stand in the picture; ``y`` runs upwards."""

    x: Scale
    y: Scale

    def at(self, points: Points) -> str:
        """Positions of points, as a path writes them."""
        return "L".join(f"{fixed(self.x(x))} {fixed(self.y(y))}" for x, y in points)

    def line(self, points: Points, look: str) -> Markup:
        """Points joined by straight lines."""
        return element("path", d=f"M{self.at(points)}", class_=look)

    def area(self, lower: Points, upper: Points, look: str) -> Markup:
        """What lies between two lines from left to right."""
        back = list(upper)[::-1]
        return element("path", d=f"M{self.at(lower)}L{self.at(back)}Z", class_=look)

    def box(self, x: tuple[float, float], y: tuple[float, float], look: str) -> Markup:
        """A rectangle between two values of each axis."""
        left, right = sorted(map(self.x, x))
        top, bottom = sorted(map(self.y, y))
        return element("rect", x=left, y=top, width=max(right - left, 0.5), height=max(bottom - top, 0.5), class_=look)

    def frame(self, x_name: str, y_name: str, *, counts: tuple[int, int] = (6, 6)) -> list[Markup]:
        """Grid, tick marks and the names of both axes; without a name no ticks are written."""
        (left, right), (bottom, top) = (self.x.left, self.x.right), (self.y.left, self.y.right)
        parts = []
        for value, text in ticks(self.x, counts[0]):
            parts.append(rule(self.x(value), top, self.x(value), bottom, class_="grid"))
            if x_name:
                parts.append(label(text, self.x(value), bottom + 17.0, class_="tick", text_anchor="middle"))
        for value, text in ticks(self.y, counts[1]):
            parts.append(rule(left, self.y(value), right, self.y(value), class_="grid"))
            if y_name:
                parts.append(label(text, left - 7.0, self.y(value) + 4.0, class_="tick", text_anchor="end"))
        parts += [rule(left, bottom, right, bottom, class_="axis"), rule(left, bottom, left, top, class_="axis")]
        if x_name:
            parts.append(label(x_name, (left + right) / 2, bottom + 36.0, class_="name", text_anchor="middle"))
        if y_name:
            across, down = left - 46.0, (bottom + top) / 2
            turn = f"rotate(-90 {fixed(across)} {fixed(down)})"
            parts.append(label(y_name, across, down, class_="name", text_anchor="middle", transform=turn))
        return parts


def numbers(curve: Curve, name: str) -> list[float]:
    """One column of a curve as numbers."""
    return [real(x) for x in curve.columns[name]]


def table(curve: Curve, names: Iterable[str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Heads and lines of the data table: columns in this order (a document keeps none), as they stand in the result.

    A column that is absent or empty is left out.
    """
    kept = [name for name in names if any(curve.columns.get(name, ()))]
    lines = zip(*(curve.columns[name] for name in kept), strict=True)
    return tuple(say(f"data.{name}") for name in kept), tuple(lines)


def key(x: float, y: float, entries: list[tuple[Markup, str]]) -> list[Markup]:
    """What the signs mean, one below another; each sign is drawn in a box of 26 by 12 with its left end at 0, 0."""
    parts = []
    for i, (sign, text) in enumerate(entries):
        at = y + 22.0 * i
        parts.append(element("g", sign, transform=f"translate({fixed(x)} {fixed(at)})"))
        parts.append(label(text, x + 34.0, at + 10.0, class_="tick"))
    return parts


def swatch(look: str) -> Markup:
    """Sign of a filled area."""
    return element("rect", x=0.0, y=0.0, width=26.0, height=12.0, class_=look)


def stroke(look: str) -> Markup:
    """Sign of a line."""
    return rule(0.0, 6.0, 26.0, 6.0, class_=look)


def dot(look: str) -> Markup:
    """Sign of a point."""
    return element("circle", cx=13.0, cy=6.0, r=4.5, class_=look)
