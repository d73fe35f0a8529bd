"""Exact unconditional limits and p-values for two independent shares, by the order of the score statistic.

Every possible table is ordered by its score statistic under the stated contrast; the probability of the tables at
least as extreme is made as large as the unknown share allows (Chan & Zhang 1999; Agresti & Min 2001).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from measurand.errors import RefusedError
from measurand.message import say
from measurand.quantity.restricted import score_of_difference, score_of_ratio
from measurand.quantity.two_shares import Counts

Array = NDArray[np.float64]
Pair = tuple[float, float]

MOST_TABLES = 30_000
"""(n1 + 1)(n2 + 1) up to which every table is looked at: about 170 items a group; seconds."""
NUISANCE = 201
"""Points of the unknown share; around the largest probability refined twice by 20: to 1/80,000 of its range."""
SCAN = 200
"""Points of the contrast between the end of its range and the value, scanned from outside before bisection."""


@dataclass(frozen=True)
class Contrast:
    """What is compared: its score statistic, and the pairs of shares that have a value of it."""

    score: Callable[[Array, float, Array, float, float], Array]
    shares: Callable[[float, Array], tuple[Array, Array]]
    """Value and positions in [0, 1] -> first and second shares."""
    value: Callable[[float], float]
    """Position in [0, 1] -> value of the contrast, increasing."""
    position: Callable[[Counts], float]


def _at_difference(delta: float, t: Array) -> tuple[Array, Array]:
    low, high = max(0.0, -delta), min(1.0, 1.0 - delta)
    second = low + (high - low) * t
    return np.clip(second + delta, 0.0, 1.0), second


def _at_ratio(theta: float, t: Array) -> tuple[Array, Array]:
    second = t * (min(1.0, 1.0 / theta) if theta > 0.0 else 1.0)
    return np.clip(theta * second, 0.0, 1.0), second


def _position_of_ratio(c: Counts) -> float:
    p1, p2 = c.x1 / c.n1, c.x2 / c.n2
    return p1 / (p1 + p2) if p1 + p2 > 0.0 else 0.5


DIFFERENCE = Contrast(
    score_of_difference, _at_difference, lambda t: 2.0 * t - 1.0, lambda c: (c.x1 / c.n1 - c.x2 / c.n2 + 1.0) / 2.0
)
RATIO = Contrast(score_of_ratio, _at_ratio, lambda t: t / (1.0 - t) if t < 1.0 else inf, _position_of_ratio)


def chan_zhang(c: Counts, *, level: float) -> Pair:
    """Limits of the difference by two one-sided exact tests (Chan & Zhang 1999). Raises RefusedError for many items."""
    return _limits(c, DIFFERENCE, level, two_sided=False)


def agresti_min(c: Counts, *, level: float) -> Pair:
    """Limits of the difference by one two-sided exact test, mostly shorter (Agresti & Min 2001)."""
    return _limits(c, DIFFERENCE, level, two_sided=True)


def chan_zhang_ratio(c: Counts, *, level: float) -> Pair:
    """Limits of the ratio by two one-sided exact tests; infinite above without events in the second group."""
    return _limits(c, RATIO, level, two_sided=False)


def agresti_min_ratio(c: Counts, *, level: float) -> Pair:
    """Limits of the ratio by one two-sided exact test."""
    return _limits(c, RATIO, level, two_sided=True)


def exact_p(c: Counts, contrast: Contrast = DIFFERENCE, *, null: float = 0.0, side: int = 0) -> float:
    """Largest probability, under the null value, of a table at least as extreme as the one seen.

    ``side`` 0: two-sided, by the size of the score; 1: above the null value; -1: below. Of no difference this is the
    pooled-variance test of Barnard (1945) and Suissa & Shuster (1985).
    """
    x1, x2 = np.arange(c.n1 + 1.0)[:, None], np.arange(c.n2 + 1.0)[None, :]
    if x1.size * x2.size > MOST_TABLES:
        raise RefusedError(say("comparison.too_large", tables=x1.size * x2.size, most=MOST_TABLES))
    scores = np.broadcast_to(contrast.score(x1, c.n1, x2, c.n2, null), (x1.size, x2.size))
    seen = float(scores[int(c.x1), int(c.x2)])
    if side == 0:
        scores, seen = np.abs(scores), abs(seen)
    elif side < 0:
        scores, seen = -scores, -seen
    slack = 1e-9 * (1.0 + abs(seen)) if np.isfinite(seen) else 0.0
    extreme = (scores >= seen - slack).astype(float)
    low, high, best = 0.0, 1.0, 0.0
    for points in (NUISANCE, 41, 41):
        t = np.linspace(low, high, points)
        p = _probability(c, extreme, *contrast.shares(null, t))
        at, step = int(np.argmax(p)), (high - low) / (points - 1)
        best = max(best, float(p[at]))
        low, high = max(0.0, float(t[at]) - step), min(1.0, float(t[at]) + step)
    return min(best, 1.0)


def _probability(c: Counts, extreme: Array, p1: Array, p2: Array) -> Array:
    """Probability of the extreme tables at each pair of shares, shape (pairs,)."""
    return np.asarray(np.sum((_binomial(c.n1, p1) @ extreme) * _binomial(c.n2, p2), axis=1))


def _binomial(n: float, p: Array) -> Array:
    """Probabilities of 0 to n events, shape (shares, n + 1)."""
    from scipy.special import gammaln, xlog1py, xlogy

    k = np.arange(n + 1.0)
    ways = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return np.asarray(np.exp(ways + xlogy(k, p[:, None]) + xlog1py(n - k, -p[:, None])))


def _limits(c: Counts, contrast: Contrast, level: float, *, two_sided: bool) -> Pair:
    start, alpha = contrast.position(c), 1.0 - level

    def accepted(t: float, side: int) -> bool:
        value = contrast.value(t)
        if not np.isfinite(value):
            return c.x2 == 0
        if two_sided:
            return exact_p(c, contrast, null=value) > alpha
        return exact_p(c, contrast, null=value, side=side) > alpha / 2.0

    lower = _outermost(lambda t: accepted(t, 1), start, 0.0)
    upper = _outermost(lambda t: accepted(t, -1), start, 1.0)
    return contrast.value(lower), contrast.value(upper)


def _outermost(accepted: Callable[[float], bool], start: float, end: float) -> float:
    """The accepted position nearest to ``end``: scanned from there, then by bisection towards the end."""
    grid = np.linspace(end, start, SCAN)
    first = next((i for i, t in enumerate(grid) if accepted(float(t))), SCAN - 1)
    if first == 0:
        return end
    outside, inside = float(grid[first - 1]), float(grid[first])
    for _ in range(40):
        middle = 0.5 * (outside + inside)
        outside, inside = (outside, middle) if accepted(middle) else (middle, inside)
    return inside
