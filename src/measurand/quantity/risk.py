"""Probabilities of conformity, acceptance limits and risks (JCGM 106:2012)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from measurand.quantity.distribution import Distribution


@dataclass(frozen=True)
class Tolerance:
    """Tolerance interval; infinite where there is no limit."""

    lower: float = -math.inf
    upper: float = math.inf

    def holds(self, x: float) -> bool:
        """The value lies in the interval, limits included."""
        return self.lower <= x <= self.upper


@dataclass(frozen=True)
class Placed:
    """A result's distribution moved to another value, and narrowed, its shape kept.

    ``Y = value + narrowing * (Y_0 - value_0)``: how the same measurement would have looked at ``value``.
    """

    distribution: Distribution
    at: float
    """Value of the result itself (value_0)."""
    value: float
    narrowing: float = 1.0

    def cdf(self, x: float) -> float:
        """Probability that the measurand is at most ``x``."""
        return self.distribution.cdf(self.at + (x - self.value) / self.narrowing)


def p_conformity(cdf: Callable[[float], float], tolerance: Tolerance) -> float:
    """Probability that the measurand lies in the tolerance interval (JCGM 106, 7.2).

    >>> from measurand.quantity.distribution import Normal
    >>> round(p_conformity(Normal(-5.47, 0.05).cdf, Tolerance(upper=-5.40)), 4)
    0.9192
    """
    above = cdf(tolerance.upper) if math.isfinite(tolerance.upper) else 1.0
    below = cdf(tolerance.lower) if math.isfinite(tolerance.lower) else 0.0
    return min(max(above - below, 0.0), 1.0)


def bisected(inside: Callable[[float], bool], good: float, bad: float) -> float:
    """The last point, going from ``good`` to ``bad``, at which ``inside`` holds (not at ``bad``)."""
    for _ in range(200):
        middle = 0.5 * (good + bad)
        if middle in (good, bad):
            break
        good, bad = (middle, bad) if inside(middle) else (good, middle)
    return good


def acceptance_limits(
    distribution: Distribution, value: float, tolerance: Tolerance, *, p: float
) -> tuple[float, float] | None:
    """Least and largest value at which the same measurement would give ``p_conformity >= p`` (JCGM 106, 8.3).

    Infinite on a side without tolerance limit; None if no value reaches ``p`` (the uncertainty is too large for
    the width of the tolerance interval).
    """
    if not math.isfinite(tolerance.upper):
        return tolerance.lower + (value - distribution.quantile(1.0 - p)), math.inf
    if not math.isfinite(tolerance.lower):
        return -math.inf, tolerance.upper + (value - distribution.quantile(p))

    # a search asks for thousands of probabilities: a distribution that is slow to invert offers a table
    table = getattr(distribution, "tabulated", None)
    cdf = distribution.cdf if table is None else table()

    def conformity(v: float) -> float:
        return p_conformity(lambda x: cdf(x - v + value), tolerance)

    def reaches(v: float) -> bool:
        return conformity(v) >= p

    reach = distribution.quantile(0.999) - distribution.quantile(0.001)
    if not math.isfinite(reach):
        reach = 10.0 * distribution.u()
    grid = np.linspace(tolerance.lower - reach, tolerance.upper + reach, 1025)
    best = float(max(grid, key=lambda v: conformity(float(v))))
    if not reaches(best):
        return None
    return bisected(reaches, best, float(grid[0])), bisected(reaches, best, float(grid[-1]))


def largest_narrowing(settles: Callable[[float], bool]) -> float | None:
    """The largest factor in (0, 1) on the width of a distribution from which on ``settles`` holds; None: no factor."""
    least = 1e-4
    return bisected(settles, least, 1.0) if settles(least) else None


@dataclass(frozen=True)
class GlobalRisks:
    """Probabilities over all items of the population that is described by the prior (JCGM 106, 9.5)."""

    consumer: float
    """Does not conform, and is accepted."""
    producer: float
    """Conforms, and is rejected."""


def global_risks(
    prior: Distribution, error: Distribution, tolerance: Tolerance, *, acceptance: Tolerance, at: float = 0.0
) -> GlobalRisks:
    """Consumer's and producer's global risk: Gauss-Legendre quadrature over the prior (JCGM 106, 9.5.2 and 9.5.3).

    ``error`` is the distribution of the measurand for a measured value ``at``; a true value y is measured in the
    acceptance interval [A, B] with probability ``F(at + y - A) - F(at + y - B)``.
    """

    def accepted(y: float) -> float:
        low = error.cdf(at + y - acceptance.lower) if math.isfinite(acceptance.lower) else 1.0
        high = error.cdf(at + y - acceptance.upper) if math.isfinite(acceptance.upper) else 0.0
        return min(max(low - high, 0.0), 1.0)

    width = error.quantile(0.8413) - error.quantile(0.1587)
    steps = width * np.array([0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6])
    finite = [x for x in (acceptance.lower, acceptance.upper) if math.isfinite(x)]
    edges = [x + s * d for x in finite for d in steps for s in (-1, 1)]
    levels = {prior.cdf(float(e)) for e in edges} | {prior.cdf(t) for t in (tolerance.lower, tolerance.upper)
                                                     if math.isfinite(t)}  # fmt: skip
    tails = {10.0**-k for k in range(1, 13)} | {1.0 - 10.0**-k for k in range(1, 13)}
    panels = sorted({0.0, 1.0} | tails | {p for p in levels if 0.0 < p < 1.0})
    node, weight = np.polynomial.legendre.leggauss(16)
    consumer = producer = 0.0
    for a, b in pairwise(panels):
        half = 0.5 * (b - a)
        values = [prior.quantile(a + half * (1.0 + float(t))) for t in node]
        taken = np.array([accepted(y) for y in values])
        if tolerance.holds(prior.quantile(0.5 * (a + b))):
            producer += half * float(weight @ (1.0 - taken))
        else:
            consumer += half * float(weight @ taken)
    return GlobalRisks(consumer, producer)


def guard_band_for(
    prior: Distribution, error: Distribution, tolerance: Tolerance, *, consumer: float, at: float = 0.0
) -> float:
    """Guard band, the same inside each tolerance limit, that gives a wanted global consumer's risk (JCGM 106, 9.5.4).

    Negative where the risk without a guard band is already smaller than the wanted one.
    """
    reach = error.quantile(0.999999) - error.quantile(0.000001)

    def safe(guard: float) -> bool:
        acceptance = Tolerance(tolerance.lower + guard, tolerance.upper - guard)
        return global_risks(prior, error, tolerance, acceptance=acceptance, at=at).consumer <= consumer

    if safe(-reach):
        return -reach
    good, bad = reach, -reach
    while good - bad > 1e-9 * reach:
        middle = 0.5 * (good + bad)
        good, bad = (middle, bad) if safe(middle) else (good, middle)
    return good
