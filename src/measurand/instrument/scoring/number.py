"""Answers that are numbers: found in the text, and compared with a tolerance that the procedure states."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Literal

from measurand.instrument.scoring.contract import Known, Scored, outcome
from measurand.instrument.scoring.numeral import numerals
from measurand.message import say

Which = Literal["last", "first", "only"]


class Number:
    """Right when the number of the text is the reference value within the tolerance.

    ``which``: the last number of the text, the first, or the only one (several different ones cannot be scored).
    What is a number is said in ``numeral``; one that cannot be read there is not scored. A percent sign divides by 100
    where the reference has none; where only the undivided number would be right, nobody can be sure, and it is not
    scored. Units are not compared.
    """

    version = 2

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
            Known("$\\boxed{\\frac{3}{4}}$", "0.75", "1"),
            Known("1.2 \\times 10^{3} km", "1200", "1"),
            Known("it takes 72km", "72", "1"),
            Known("at 12:30", "12", ""),
            Known("seventy", "70", ""),
            Known("the version v2", "2", ""),
            Known(str(far), "72", "0"),
            Known("1 and 2", "2", {"last": "1", "first": "1" if near >= 1 else "0", "only": ""}[which]),
        )

    def score(self, text: str, reference: str) -> Scored:
        """Compared exactly, as fractions."""
        held = list(numerals(reference))
        if len(held) != 1 or held[0].value is None:
            return Scored(reason=say("scoring.reference", value=reference[:60]))
        found = list(numerals(text))
        if not found:
            return Scored(reason=say("scoring.no_number"))
        candidates = found if self.which == "only" else [found[0 if self.which == "first" else -1]]
        if len({(one.value, one.percent) for one in candidates}) > 1:
            return Scored(reason=say("scoring.several", found=", ".join(one.written[:20] for one in found[:5])))
        value, true = candidates[0].value, held[0].value
        if value is None:
            return Scored(reason=say("scoring.unread", value=candidates[0].written[:60]))
        allowed = self.tolerance * abs(true) if self.relative else self.tolerance
        near = abs(value - true) <= allowed
        if candidates[0].percent and not held[0].percent:
            share = abs(value / 100 - true) <= allowed
            if near and not share:  # 50 % beside 50: who knows whether the reference is in per cent
                return Scored(reason=say("scoring.unread", value=candidates[0].written[:60]))
            near = share
        return outcome(near)
