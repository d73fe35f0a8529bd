"""Lines below each other on one scale: names at the left, estimates with their bars, words where there is no number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from measurand.export.svg.lettering import axis_ticks, distinct, fitted, wide
from measurand.export.svg.scale import Scale, around
from measurand.export.svg.writer import WIDTH, Markup, element, fixed, label, rule
from measurand.message import say

NAMES, LEFT, EDGE = 158.0, 170.0, WIDTH - 6.0
"""Right end of the names, left end of the scale, right end of the picture."""
FAR = 2.0
"""What lies further beyond the quartiles than so many times their distance is no part of the scale, but an arrow."""


@dataclass(frozen=True)
class Listing:
    """Where the lines stand."""

    count: int
    scale: Scale
    top: float

    @property
    def pitch(self) -> float:
        """Height of a line: less for many."""
        return 26.0 if self.count <= 12 else 20.0 if self.count <= 30 else 15.0

    @property
    def bottom(self) -> float:
        """Below the last line."""
        return self.top + self.pitch * self.count

    def y(self, i: int) -> float:
        """Middle of a line."""
        return self.top + self.pitch * (i + 0.5)

    def names(self, names: Iterable[str], *, muted: Sequence[int] = ()) -> list[Markup]:
        """Names at the left of each line, cut to their room, and a faint line through each."""
        parts = []
        for i, name in enumerate(distinct(names, NAMES - 4.0, 13.0)):
            y = self.y(i)
            look = "tick" if i in muted else "name"
            parts.append(label(name, NAMES, y + 4.0, class_=look, text_anchor="end"))
            parts.append(rule(self.scale.left, y, self.scale.right, y, class_="grid"))
        return parts

    def axis(self, name: str) -> list[Markup]:
        """Grid, tick marks and the name of the scale below the lines; it takes 44 units of height."""
        s, bottom = self.scale, self.bottom
        parts = [rule(s.left, bottom, s.right, bottom, class_="axis")]
        marks, name = axis_ticks(s, name)
        for x, text in marks:
            parts.append(rule(s(x), self.top, s(x), bottom, class_="grid"))
            parts.append(rule(s(x), bottom, s(x), bottom + 5.0, class_="axis"))
            parts.append(label(text, s(x), bottom + 19.0, class_="tick", text_anchor="middle"))
        across = (s.left + s.right) / 2
        text = fitted(name, 2 * min(across - 2.0, WIDTH - 2.0 - across), 13.0)
        return [*parts, label(text, across, bottom + 38.0, class_="name", text_anchor="middle")]

    def upright(self, x: float, look: str) -> list[Markup]:
        """A line through all lines at a value, when the scale holds it."""
        s = self.scale
        return [rule(s(x), self.top, s(x), self.bottom, class_=look)] if s.low <= x <= s.high else []

    def area(self, low: float, high: float, pattern: str) -> list[Markup]:
        """A hatched area through all lines between two values."""
        s = self.scale
        left, right = (s(min(max(x, s.low), s.high)) for x in (low, high))
        if not right > left:
            return []
        box = {"x": left, "y": self.top, "width": right - left, "height": self.bottom - self.top}
        return [element("rect", fill=f"url(#{pattern})", class_="band", **box)]


def scale_of(values: Sequence[float], *, left: float = LEFT, right: float = EDGE, keep: Sequence[float] = ()) -> Scale:
    """A scale that holds the values but for those far out, and always those of ``keep``; 0 to 1 without any."""
    if not values and not keep:
        return Scale(0.0, 1.0, left, right)
    inside = list(values)
    if len(inside) >= 4:
        q1, _, q3 = quantiles(inside, n=4, method="inclusive")
        low, high = q1 - FAR * (q3 - q1), q3 + FAR * (q3 - q1)
        inside = [x for x in inside if low <= x <= high] if q3 > q1 else inside
    free = (float("-inf"), float("inf"))
    return around([*inside, *keep], left=left, right=right, bounds=free)


def estimate(
    scale: Scale, y: float, value: float, *, ends: tuple[float, float] | None, u: float | None = None,
    is_hollow: bool = False, size: float = 4.5, text: str = "",
) -> list[Markup]:  # fmt: skip
    """Dot, thick bar of u, thin bar between ``ends`` with caps; what leaves the scale ends in an arrow.

    ``text`` is written beside the arrow of a value that lies outside.
    """
    parts: list[Markup] = []
    if ends is not None:
        low, high = (min(max(x, scale.low), scale.high) for x in ends)
        if high > low:
            parts.append(rule(scale(low), y, scale(high), y, class_="expanded"))
        cap = size + 0.5
        parts += [
            rule(scale(x), y - cap, scale(x), y + cap, class_="expanded") for x in ends if scale.low <= x <= scale.high
        ]
    if u is not None:
        low, high = (min(max(x, scale.low), scale.high) for x in (value - u, value + u))
        if scale(high) > scale(low):
            parts.append(rule(scale(low), y, scale(high), y, class_="standard"))
    if not scale.low <= value <= scale.high:
        return [*parts, *arrow(scale, y, value > scale.high, text)]
    return [*parts, element("circle", cx=scale(value), cy=y, r=size, class_="point" if is_hollow else "seen")]


def arrow(scale: Scale, y: float, to_the_right: bool, text: str) -> list[Markup]:
    """A triangle at the end of the scale: the value lies further out; it is said beside it."""
    x, step = (scale.right, -1.0) if to_the_right else (scale.left, 1.0)
    points = " ".join(f"{fixed(a)},{fixed(b)}" for a, b in ((x, y), (x + 9 * step, y - 5.0), (x + 9 * step, y + 5.0)))
    side = {"text_anchor": "end"} if to_the_right else {}
    return [
        element("polygon", points=points, class_="point"),
        label(text, x + 15 * step, y + 4.0, class_="tick halo", **side),
    ]


def nothing(scale: Scale, y: float, text: str = "") -> list[Markup]:
    """Empty box with the word where there is no number."""
    word = text or say("picture.comparison.not_evaluated")
    left = scale.left + 6.0
    return [
        element("rect", x=left, y=y - 5.0, width=40.0, height=10.0, fill="none", class_="gap"),
        label(fitted(word, scale.right - left - 48.0), left + 47.0, y + 4.0, class_="tick halo"),
    ]


def beside(scale: Scale, y: float, x: float, text: str) -> Markup:
    """Words beside a mark, on the side where they have room."""
    at = min(max(scale(x), scale.left), scale.right)
    if at + 10.0 + wide(text) <= scale.right:
        return label(text, at + 10.0, y + 4.0, class_="tick halo")
    return label(text, at - 10.0, y + 4.0, class_="tick halo", text_anchor="end")
