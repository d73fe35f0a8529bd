"""Numbers and units of comparisons as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from measurand.export.plain import MINUS, decimals, of_xml, rounded
from measurand.export.svg.lettering import cut_inside
from measurand.message import say

LEAST, MOST = 1e-5, 1e7
"""Sizes between which numbers are written without a power of ten."""


def shown(x: float | None, u: float | None = None) -> str:
    """A number to the third significant digit of ``u``; six digits where there is none; words when not evaluated.

    >>> shown(0.9123456, 0.0117), shown(1e9, 2e6), shown(1.5e-9, 1e-10), shown(0.25), shown(-0.0), shown(None)
    ('0.9123', '1.00000e9', '1.500e−9', '0.25', '0', 'not evaluated')
    """
    if x is None:
        return say("picture.comparison.not_evaluated")
    if x == 0:
        return "0"
    ordinary = LEAST <= abs(x) < MOST
    if not u:
        text = f"{x:.6g}" if ordinary else f"{x:.5e}"
        head, _, tail = text.partition("e")
        head = head.rstrip("0").rstrip(".") if "." in head else head
        return (f"{head}e{int(tail)}" if tail else head).replace("-", MINUS)
    places = decimals(u, 3)
    if ordinary and 0 <= places <= 9:
        return rounded(x, places)
    head, tail = f"{x:.{min(max(math.floor(math.log10(abs(x))) + places, 2), 16)}e}".split("e")
    return f"{head}e{int(tail)}".replace("-", MINUS)


def score_text(x: float | None) -> str:
    """A score with two decimals; a power of ten where it is large.

    >>> score_text(-1.234), score_text(1e9), score_text(0.001), score_text(None)
    ('−1.23', '1.00e9', '0.001', 'not evaluated')
    """
    if x is None:
        return say("picture.comparison.not_evaluated")
    if abs(x) >= 1e5:
        head, tail = f"{x:.2e}".split("e")
        return f"{head}e{int(tail)}".replace("-", MINUS)
    return rounded(x, 2)


def with_unit(quantity: str, unit: str) -> str:
    """Name of an axis.

    >>> with_unit("accuracy", ""), with_unit("time", "ms")
    ('accuracy', 'time in ms')
    """
    text = say("picture.comparison.in_unit", quantity=quantity, unit=unit) if unit else quantity
    return " ".join(of_xml(text).split())


def head(*names: str) -> tuple[str, ...]:
    """Heads of the columns of a data table."""
    return tuple(say(f"picture.comparison.column.{name}") for name in names)


def named(names: Sequence[str], most: int = 5) -> str:
    """The names in brackets after a space, some of them when they are many; nothing without any."""
    if not names:
        return ""
    more = say("picture.and_more", count=len(names) - most) if len(names) > most else ""
    return f" ({', '.join(cut_inside(name, 190.0) for name in names[:most])}{more})"
