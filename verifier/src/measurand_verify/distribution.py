"""What a result's stored limits say about probabilities: exactly where the rule is known, else between two bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from measurand_verify.check import RefusedError
from measurand_verify.numbers import beta_cdf, beta_quantile, near, real, student_factor, student_tail

GUM = "Student's t with effective degrees of freedom (JCGM 100, annex G)"
STUDENT = "Student's t"
CLOPPER_PEARSON = "Clopper-Pearson"
CLOSE = 1e-7
"""Relative tolerance of limits; digits that are printed are five orders coarser."""
MOST_ITEMS = 10**7
FEW = 4
"""Sources with fewer degrees of freedom keep factors of their own: then Student's t is not recomputed."""


@dataclass(frozen=True)
class Rule:
    """A rule that can be recomputed: limits for a tail, and the distribution function."""

    limits: Callable[[float], tuple[float, float]]
    cdf: Callable[[float], float]
    agrees: Callable[[float, float, float], bool]
    """Whether stated limits, after the tail, are those of the rule."""


@dataclass(frozen=True)
class Distribution:
    """The ladder of limits of a result; ``rule`` where the limits follow from numbers that are stated."""

    value: float
    low: float
    high: float
    ladder: list[tuple[float, float, float]]
    rule: Rule | None

    def probability(self, x: float) -> tuple[float, float]:
        """Bounds on the probability that the measurand is at most ``x``; equal where the rule is known."""
        if x < self.low or x >= self.high:
            return (0.0, 0.0) if x < self.low else (1.0, 1.0)
        if self.rule is not None:
            p = self.rule.cdf(x)
            return p, p
        least, most = 0.0, 1.0
        for level, lower, upper in self.ladder:
            tail = 0.5 * (1.0 - level)
            slack = 1e-12 * max(abs(x), abs(lower), abs(upper))
            # the probability at a limit is its tail; where limits coincide it lies anywhere between
            least = max(least, tail if x > lower - slack else 0.0, 1.0 - tail if x > upper + slack else 0.0)
            most = min(most, tail if x < lower - slack else 1.0, 1.0 - tail if x < upper + slack else 1.0)
        return least, max(least, most)

    def lower(self, level: float) -> float | None:
        """The lower limit at a level, None where it is neither stored nor recomputable."""
        found = self._at(level)
        return found[0] if found else None

    def upper(self, level: float) -> float | None:
        """The upper limit at a level."""
        found = self._at(level)
        return found[1] if found else None

    def _at(self, level: float) -> tuple[float, float] | None:
        for one, lower, upper in self.ladder:
            if near(one, level):
                return lower, upper
        return self.rule.limits(0.5 * (1.0 - level)) if self.rule is not None and 0.0 < level < 1.0 else None


def distribution_of(result: dict[str, Any], estimate: float) -> Distribution:
    """The distribution of a result; ``estimate`` is its value before it was cut to the range. Raises RefusedError."""
    data = result["distribution"]
    rows = [[real(text) for text in data[name]] for name in ("level", "lower", "upper")]
    if len({len(row) for row in rows}) != 1:
        raise RefusedError("the ladder has not one limit per level")
    ladder = sorted(zip(*rows, strict=True))
    for (one, a, b), (other, c, d) in pairwise(ladder):
        slack = 1e-9 * (b - a) + 1e-12 * max(abs(a), abs(b))
        if one == other or c > a + slack or d < b - slack:
            raise RefusedError("the ladder is not nested: a higher level has a narrower interval")
    if any(a > b for _, a, b in ladder):
        raise RefusedError("a lower limit lies above its upper limit")
    low, high = (real(b) if b is not None else s * math.inf for b, s in zip(result["bounds"], (-1, 1), strict=True))
    return Distribution(estimate, low, high, [(a, b, c) for a, b, c in ladder], _rule(result, estimate, low, high))


def _rule(result: dict[str, Any], estimate: float, low: float, high: float) -> Rule | None:
    name, u, df = result["distribution"]["rule"], real(result["u"]), real(result["df"])
    if name == GUM and u > 0:
        return _student(estimate, u, float(math.floor(df)) if 1.0 <= df < math.inf else df)
    lines = [line for line in result["budget"] if "variance" in line]
    plain = all(line["component"] in ("sampling", "repeatability") and line["type"] == "A" for line in lines)
    if name == STUDENT and plain and u > 0 and all(real(line["df"]) >= FEW for line in lines):
        return _clipped(_student(estimate, u, df), low, high)
    events = estimate * result["items"]
    if (
        result["items"] <= MOST_ITEMS
        and name == CLOPPER_PEARSON
        and (low, high) == (0.0, 1.0)
        and near(events, round(events), absolute=1e-6)
    ):
        return _clopper_pearson(float(round(events)), float(result["items"]), estimate)
    return None


def _student(value: float, u: float, df: float) -> Rule:
    def limits(tail: float) -> tuple[float, float]:
        half = student_factor(tail, df) * u
        return value - half, value + half

    def agrees(tail: float, lower: float, upper: float) -> bool:
        return _close((lower, upper), limits(tail))

    return Rule(limits, lambda x: student_tail((value - x) / u, df), agrees)


def _close(stated: tuple[float, float], found: tuple[float, float]) -> bool:
    return all(near(a, b, relative=CLOSE, absolute=1e-12) for a, b in zip(stated, found, strict=True))


def _clipped(rule: Rule, low: float, high: float) -> Rule:
    def limits(tail: float) -> tuple[float, float]:
        a, b = rule.limits(tail)
        return min(max(a, low), high), min(max(b, low), high)

    return Rule(limits, rule.cdf, lambda tail, lower, upper: _close((lower, upper), limits(tail)))


def _clopper_pearson(x: float, n: float, value: float) -> Rule:
    def limits(tail: float) -> tuple[float, float]:
        return beta_quantile(tail, x, n - x + 1.0), beta_quantile(1.0 - tail, x + 1.0, n - x)

    def cdf(at: float) -> float:
        below = beta_cdf(at, x, n - x + 1.0) if x > 0 else 0.5
        above = beta_cdf(at, x + 1.0, n - x) if x < n else 0.5
        if at < value:
            return min(below, 0.5)
        return max(above, 0.5) if at > value else 0.5

    def agrees(tail: float, lower: float, upper: float) -> bool:
        """The probabilities beside each limit enclose the tail: two of them are faster than a quantile."""
        low = lower == 0.0 if x == 0 else _between(lower, tail, lambda p: beta_cdf(p, x, n - x + 1.0))
        high = upper == 1.0 if x == n else _between(upper, 1.0 - tail, lambda p: beta_cdf(p, x + 1.0, n - x))
        return low and high

    return Rule(limits, cdf, agrees)


def _between(limit: float, p: float, cdf: Callable[[float], float]) -> bool:
    return cdf(limit * (1.0 - CLOSE)) <= p <= cdf(limit + CLOSE * min(limit, 1.0 - limit))
