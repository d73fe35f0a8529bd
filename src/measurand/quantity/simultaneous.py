"""Simultaneous intervals of the differences of several systems with a common covariance matrix.

All pairs (Tukey 1953, Kramer 1956; any covariance: Hothorn, Bretz & Westfall 2008) or each against a control (Dunnett
1955): ``d_ij -+ k u_ij`` with ``k`` the quantile of the largest ``|T|``. The limits hold together at the level stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.largest_deviation import GOOD, LargestDeviation, largest_deviation
from measurand.quantity.student import student_tail

Array = NDArray[np.float64]
Pair = tuple[int, int]

_ROUNDING = 1e-12
"""Share of the two variances below which the variance of their difference is rounding."""


@dataclass(frozen=True, eq=False)
class Systems:
    """Estimates of several systems with what their differences need."""

    value: Array
    """Shape (systems,)."""
    covariance: Array
    """Shape (systems, systems): shared items and shared labels are in it."""
    df: float
    """Degrees of freedom of the covariance; infinite: known."""
    whole: bool = False
    """Every item of the population was measured: a difference with u = 0 is known without doubt."""

    @property
    def count(self) -> int:
        """Number of systems."""
        return len(self.value)

    def difference(self, pairs: Sequence[Pair]) -> tuple[Array, Array]:
        """Differences first minus second and their standard uncertainties, shape (pairs,); identical: 0 and 0.

        Raises DesignError for a difference that is not 0 with standard uncertainty 0, unless ``whole``.
        """
        i, j = np.array(pairs, int).reshape(-1, 2).T
        v = np.diag(self.covariance)
        square = v[i] + v[j] - 2.0 * self.covariance[i, j]
        u = np.sqrt(np.where(square <= _ROUNDING * (v[i] + v[j]), 0.0, np.maximum(square, 0.0)))
        d = self.value[i] - self.value[j]
        small = np.abs(d) <= _ROUNDING * np.maximum(np.abs(self.value[i]), np.abs(self.value[j]))
        d = np.where((u == 0.0) & small, 0.0, d)
        if not self.whole and np.any((u == 0.0) & (d != 0.0)):
            at = int(np.flatnonzero((u == 0.0) & (d != 0.0))[0])
            raise DesignError(say("ranking.no_doubt", first=i[at], second=j[at], difference=float(d[at])))
        return d, u


def systems(value: ArrayLike, covariance: ArrayLike, *, df: float = np.inf, whole: bool = False) -> Systems:
    """Estimates of at least two systems, checked.

    Raises DesignError for fewer than two, shapes that do not fit, a matrix that is not symmetric or has a negative
    variance or eigenvalue, or degrees of freedom that are not positive.
    """
    x, v = np.asarray(value, float), np.asarray(covariance, float)
    if x.ndim != 1 or v.shape != (len(x), len(x)):
        raise DesignError(say("ranking.shape", value=x.shape, covariance=v.shape))
    if len(x) < 2:
        raise DesignError(say("ranking.few", found=len(x), least=2))
    size = float(np.max(np.abs(v)))
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(v)) and np.allclose(v, v.T, atol=1e-9 * size)):
        raise DesignError(say("ranking.finite"))
    least = float(np.linalg.eigvalsh(v)[0])
    if least < -1e-6 * size or np.any(np.diag(v) < 0.0):
        raise DesignError(say("ranking.variance", found=least))
    if not df > 0.0:
        raise DesignError(say("ranking.df", df=df))
    return Systems(x, (v + v.T) / 2.0, float(df), whole)


@dataclass(frozen=True, eq=False)
class Simultaneous:
    """Differences with limits that hold together, and p-values adjusted for all of them (single step)."""

    pairs: tuple[Pair, ...]
    """Positions (first, second) of each difference first minus second."""
    value: Array
    u: Array
    """Standard uncertainty; 0 where two systems are identical (or known without doubt)."""
    lower: Array
    upper: Array
    """Infinite where the limits are one-sided."""
    p: Array
    """``P(max |T| >= |t|)``: at most 1 - level where the limits leave out 0. Identical systems have 1."""
    level: float
    factor: float
    """The factor of u; 0 where no difference varies."""
    factor_u: float
    """Its standard uncertainty from the numerical integration."""
    tail: float
    """Probability left out on each side of one difference; asymmetric limits of a pair taken there hold together."""
    largest: LargestDeviation | None
    """Distribution of the largest deviation; None where no difference varies."""

    @property
    def identical(self) -> NDArray[np.bool_]:
        """Differences that are 0 without doubt: the two gave the same on every item."""
        return np.asarray((self.value == 0.0) & (self.u == 0.0), bool)

    @property
    def different(self) -> NDArray[np.bool_]:
        """Differences whose simultaneous limits leave out 0."""
        return np.asarray((self.lower > 0.0) | (self.upper < 0.0), bool)


def all_pairs(held: Systems, *, rng: Generator, level: float = 0.95, good: float = GOOD) -> Simultaneous:
    """All differences ``value_i - value_j``, i < j, with simultaneous limits.

    For two systems the factor is Student's t; for equal, uncorrelated u it is the quantile of the studentized range
    over the root of 2. ``good``: standard uncertainty of the factor at which no more points are taken.
    Raises DesignError.

    >>> three = systems([5.032, 4.661, 5.526], np.eye(3) * 0.3885959 / 10, df=27)  # R: TukeyHSD(aov(weight ~ group))
    >>> found = all_pairs(three, rng=np.random.default_rng(1))
    >>> found.p.round(4).tolist(), found.upper.round(4).tolist()
    ([0.3909, 0.198, 0.012], [1.0622, 0.1972, -0.1738])
    """
    pairs = tuple((i, j) for i in range(held.count) for j in range(i + 1, held.count))
    return _together(held, pairs, rng=rng, level=level, good=good)


def to_control(
    held: Systems, control: int, *, rng: Generator, level: float = 0.95, two_sided: bool = True, good: float = GOOD
) -> Simultaneous:
    """Differences of each other system minus the control, with simultaneous limits (Dunnett 1955, 1964).

    One-sided: lower limits only, and p-values that a system is better than the control. Raises DesignError.
    """
    if not 0 <= control < held.count:
        raise DesignError(say("ranking.position", position=control, systems=held.count))
    pairs = tuple((i, control) for i in range(held.count) if i != control)
    return _together(held, pairs, rng=rng, level=level, two_sided=two_sided, good=good)


def _together(
    held: Systems, pairs: tuple[Pair, ...], *, rng: Generator, level: float, good: float, two_sided: bool = True
) -> Simultaneous:
    if not 0.0 < level < 1.0:
        raise DesignError(say("ranking.level", level=level))
    d, u = held.difference(pairs)
    varies = u > 0.0
    p = np.where((d != 0.0 if two_sided else d > 0.0), 0.0, 1.0)  # where nothing varies
    if not varies.any():
        return Simultaneous(pairs, d, u, d, d if two_sided else np.full_like(d, np.inf), p, level, 0.0, 0.0, 0.0, None)
    varying = [q for q, v in zip(pairs, varies, strict=True) if v]
    largest = deviation_of(held, varying, rng=rng, two_sided=two_sided, good=good)
    k = largest.factor(level)
    t = d[varies] / u[varies]
    p[varies] = [largest.tail(abs(x) if two_sided else x) for x in t]
    upper = d + k * u if two_sided else np.full_like(d, np.inf)
    tail = float(student_tail(k, held.df))
    return Simultaneous(pairs, d, u, d - k * u, upper, p, level, k, largest.factor_u(level), tail, largest)


def deviation_of(
    held: Systems, pairs: Sequence[Pair], *, rng: Generator, two_sided: bool = True, good: float = GOOD
) -> LargestDeviation:
    """Distribution of the largest deviation of some pairs, each with a positive variance of its difference."""
    contrast = contrast_of(pairs, held.count)
    return largest_deviation(held.covariance, contrast, df=held.df, rng=rng, two_sided=two_sided, good=good)


def contrast_of(pairs: Sequence[Pair], count: int) -> Array:
    """One row per pair: 1 for the first, -1 for the second; shape (pairs, systems)."""
    rows = np.zeros((len(pairs), count))
    i, j = np.array(pairs, int).reshape(-1, 2).T
    rows[np.arange(len(pairs)), i], rows[np.arange(len(pairs)), j] = 1.0, -1.0
    return rows
