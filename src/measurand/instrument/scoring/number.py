"""Answers that are numbers: found in the text, and compared with a tolerance that the procedure states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Literal

from measurand.instrument.scoring.contract import Known, Scored, outcome
from measurand.message import say

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_NUMBER = re.compile(
    rf"(?<![\w.,])([-+\u2212])?\s?[$\u20ac\u00a3]?((?:{_DIGITS}(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{{1,3}})?)(?:\s?/\s?({_DIGITS}))?\s?(%)?(?![\w]|[.,]\d)"
)
Which = Literal["last", "first", "only"]


class Number:
    """Right when the number of the text is the reference value within the tolerance.

    ``which``: the last number of the text, the first, or the only one (several different ones cannot be scored).
    Thousands may be separated by commas; a fraction is one number; a percent sign divides by
    100 where the reference has none.
    """

    version = 1

    def __init__(self, *, which: Which = "last", tolerance: Fraction = Fraction(0), relative: bool = False) -> None:
        self.which, self.tolerance, self.relative = which, tolerance, relative
        far = 73 + ceil(72 * tolerance if relative else tolerance)
        near = tolerance * 2 if relative else tolerance  # 1 against 2
        self.known: Sequence[Known] = (
            Known("72", "72", "1"),
            Known("so she has $1,234.50 in all.", "1234.5", "1"),
            Known("x = -3/4", "-0.75", "1"),
            Known("25 %", "0.25", "1"),
            Known("25 %", "25 %", "1"),
            Known("1.2e3", "1200", "1"),
            Known("seventy", "70", ""),
            Known("the version v2", "2", ""),
            Known(str(far), "72", "0"),
            Known("1 and 2", "2", {"last": "1", "first": "1" if near >= 1 else "0", "only": ""}[which]),
        )

    def score(self, text: str, reference: str) -> Scored:
        """Compared exactly, as fractions."""
        held = numbers(reference)
        if len(held) != 1:
            return Scored(reason=say("scoring.reference", value=reference[:60]))
        found = numbers(text)
        if not found:
            return Scored(reason=say("scoring.no_number"))
        if self.which == "only" and len(set(found)) > 1:
            return Scored(reason=say("scoring.several", found=", ".join(f"{float(x[0]):g}" for x in found[:5])))
        (value, percent), (true, in_percent) = found[0 if self.which == "first" else -1], held[0]
        value = value / 100 if percent and not in_percent else value
        allowed = self.tolerance * abs(true) if self.relative else self.tolerance
        return outcome(abs(value - true) <= allowed)


def numbers(text: str) -> list[tuple[Fraction, bool]]:
    """All numbers of a text in their order, and whether each is in percent.

    >>> [float(x) for x, _ in numbers("7 of 1,000 (0.7 %), no. x2")]
    [7.0, 1000.0, 0.7]
    """
    found = []
    for sign, digits, below, percent in _NUMBER.findall(text):
        value = Fraction(digits.replace(",", ""))
        if below:
            divisor = Fraction(below.replace(",", ""))
            if divisor == 0:
                continue
            value /= divisor
        found.append((-value if sign in ("-", "\u2212") else value, bool(percent)))
    return found
