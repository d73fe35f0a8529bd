"""How much room text takes, estimated: no font is at hand when a picture is written."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Sequence

from measurand.export.plain import of_xml
from measurand.export.svg.scale import Scale, ticks
from measurand.export.svg.writer import WIDTH, Markup, fixed, label, shortened
from measurand.message import say

NAME, TICK = 13.0, 12.0
"""Sizes of the letters of the style sheet: names, and notes and tick marks."""
LONG, CLOSE = 62.0, 12.0
"""Width of the text of a tick mark at most; upright names nearer to each other than this stand on two lines."""
NARROW, BROAD = frozenset("ijltfrI.,:;'|!()[] "), frozenset("mwMW@%OQG—…")


def wide(text: str, size: float = TICK) -> float:
    """Width of a text: on the wide side, for letters of a common sans-serif font.

    >>> wide("0000"), wide("被")
    (30.72, 12.0)
    """
    return round(sum(map(_em, text)) * size, 2)


def _em(c: str) -> float:
    if unicodedata.combining(c):
        return 0.0
    if unicodedata.east_asian_width(c) in "WF":
        return 1.0
    if c in NARROW:
        return 0.42
    if c in BROAD:
        return 1.0
    return 0.72 if c.isupper() else 0.64


def fitted(text: str, room: float, size: float = TICK) -> str:
    """The text as far as it has room, with an ellipsis where it is cut; characters that are none in XML written out.

    >>> fitted("a-long-name", 48.0)
    'a-lon…'
    """
    shown = " ".join(of_xml(text).split())
    for n in range(len(shown), 1, -1):
        short = shortened(shown, n)
        if wide(short, size) <= room:
            return short
    return shown[:1]


def distinct(names: Iterable[str], room: float, size: float = TICK) -> list[str]:
    """The names as far as they have room; those that would be alike are cut in the middle instead of at the end.

    >>> distinct(["laboratory 1", "laboratory 2", "other"], 60.0)
    ['labor… 1', 'labor… 2', 'other']
    """
    known = list(names)
    short = [fitted(name, room, size) for name in known]
    return [
        cut_inside(name, room, size) if short.count(s) > 1 and s != name else s
        for name, s in zip(known, short, strict=True)
    ]


def cut_inside(name: str, room: float, size: float = TICK) -> str:
    """The name without its middle, where it has no room: what tells names apart often stands at their ends."""
    shown = " ".join(of_xml(name).split())
    if wide(shown, size) <= room:
        return shown
    for n in range(len(shown) - 2, 2, -1):
        short = f"{shown[: n - n // 3]}…{shown[len(shown) - n // 3 :]}"
        if wide(short, size) <= room:
            return short
    return fitted(name, room, size)


def few_ticks(scale: Scale, count: int = 7, *, gap: float = 10.0) -> tuple[tuple[float, str], ...]:
    """Round values whose texts neither touch each other nor leave the picture, ``count`` of them or fewer."""
    for n in range(count, 0, -1):
        found = tuple((x, t) for x, t in ticks(scale, n) if wide(t) / 2 <= scale(x) <= WIDTH - wide(t) / 2)
        ends = [(scale(x) - wide(text) / 2, scale(x) + wide(text) / 2) for x, text in found]
        if all(a[1] + gap <= b[0] for a, b in itertools.pairwise(ends)):
            return found
    return ()


def axis_ticks(
    scale: Scale, name: str, count: int = 6, *, upright: bool = False
) -> tuple[tuple[tuple[float, str], ...], str]:
    """Tick marks and the name of an axis: where texts would be long, what is above the first of them, which is named.

    >>> axis_ticks(Scale(1e9, 1e9 + 0.1, 0.0, 400.0), "count", 3)[1]
    'count less 1e9'
    """
    found = ticks(scale, count)
    if all(wide(text) <= LONG for _, text in found):
        return (found if upright else few_ticks(scale, count)), name
    base, text = found[0]
    moved = Scale(scale.low - base, scale.high - base, scale.left, scale.right)
    pairs = ticks(moved, count) if upright else few_ticks(moved, count)
    return tuple((x + base, t) for x, t in pairs), say("picture.comparison.less", name=name, base=text)


def below(names: Sequence[str], places: Sequence[float], y: float, *, room: float = 96.0) -> tuple[list[Markup], float]:
    """Names below places of equal distance: level where they have room, else upright; and the height they take."""
    pitch = min((b - a for a, b in itertools.pairwise(places)), default=120.0)
    level = distinct(names, 120.0)
    if all(wide(name) + 6.0 <= pitch for name in level):
        return [
            label(t, x, y + 12.0, class_="tick", text_anchor="middle") for t, x in zip(level, places, strict=True)
        ], 18.0
    upright = distinct(names, room)
    deep = max(map(wide, upright), default=0.0) + 4.0
    lines = 2 if pitch < CLOSE else 1
    parts = []
    for i, (text, x) in enumerate(zip(upright, places, strict=True)):
        down = y + deep * (i % lines)
        turn = f"rotate(-90 {fixed(x + 4.0)} {fixed(down)})"
        parts.append(label(text, x + 4.0, down, class_="tick", text_anchor="end", transform=turn))
    return parts, deep * lines
