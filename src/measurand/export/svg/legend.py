"""What the signs of a picture mean, side by side above it."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.export.svg.lettering import fitted, wide
from measurand.export.svg.writer import WIDTH, Markup, element, fixed, label, rule

Entry = tuple[Markup, str]
LINE = 20.0


def legend(entries: Sequence[Entry], *, left: float = 4.0, right: float = WIDTH - 4.0) -> tuple[list[Markup], float]:
    """The entries from left to right on as many lines as they need, and the height of all lines.

    A sign is drawn in a box of 26 by 12 with its upper left end at 0, 0 (as in ``axes.key``).
    """
    parts: list[Markup] = []
    x, y = left, 0.0
    for sign, words in entries:
        text = fitted(words, right - left - 32.0)
        room = 32.0 + wide(text) + 18.0
        if x > left and x + room - 18.0 > right:
            x, y = left, y + LINE
        parts.append(element("g", sign, transform=f"translate({fixed(x)} {fixed(y + 3.0)})"))
        parts.append(label(text, x + 32.0, y + 13.0, class_="tick"))
        x += room
    return parts, y + LINE + 4.0 if entries else 0.0


def of_estimate() -> Markup:
    """Dot of an estimate with the thick bar of u and the thin one of U, with its caps."""
    ends = [rule(x, 2.0, x, 10.0, class_="expanded") for x in (1.0, 25.0)]
    lines = [rule(1.0, 6.0, 25.0, 6.0, class_="expanded"), rule(7.0, 6.0, 19.0, 6.0, class_="standard")]
    return element("g", *lines, *ends, element("circle", cx=13.0, cy=6.0, r=4.5, class_="seen"))


def of_interval() -> Markup:
    """Dot of an estimate with the thin bar of U alone."""
    ends = [rule(x, 2.0, x, 10.0, class_="expanded") for x in (1.0, 25.0)]
    return element(
        "g",
        rule(1.0, 6.0, 25.0, 6.0, class_="expanded"),
        *ends,
        element("circle", cx=13.0, cy=6.0, r=4.5, class_="seen"),
    )


def hollow() -> Markup:
    """Hollow dot."""
    return element("circle", cx=13.0, cy=6.0, r=4.0, class_="point")


def filled(pattern: str) -> Markup:
    """Area filled with the pattern of that id."""
    return element("rect", x=0.0, y=0.0, width=26.0, height=12.0, fill=f"url(#{pattern})", class_="band")


def empty() -> Markup:
    """Box of what was not evaluated."""
    return element("rect", x=1.0, y=1.0, width=24.0, height=10.0, fill="none", class_="gap")


def upright(look: str) -> Markup:
    """An upright line."""
    return rule(13.0, 0.0, 13.0, 12.0, class_=look)
