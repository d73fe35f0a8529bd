"""The largest of several correlated Student's t: what all intervals together need as their factor.

With unit rows ``a_i`` and a standard normal vector ``z = R w`` (length R, direction w), ``T_i = R a_i'w / s``. For each
direction the largest is ``h(w) R / s`` and ``R^2 / (r s^2)`` is F distributed, so only the direction is averaged, over
points of a shifted lattice (radial integration: Genz & Bretz 2009, section 4.1.1; Deak 1980). A singular covariance
has fewer dimensions, and no other treatment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.directions import directions
from measurand.quantity.student import student_factor, student_tail

Array = NDArray[np.float64]

SHIFTS = 16
"""Independent random shifts of the lattice; their spread gives the uncertainty of a probability."""
LEAST = 512
"""Points of a shift at the start."""
MOST = 16_384
"""Points of a shift at which no more are taken."""
GOOD = 0.002
"""Standard uncertainty of the factor of 95 % below which the points are enough."""
_NODES = 1024
"""Heights at which a probability is computed; between them a straight line is good to some 1e-4 of it."""
_SINGULAR = 1e-13
"""Share of the largest eigenvalue below which a direction does not vary."""
_WRONG = 1e-6
"""Share of the largest eigenvalue that a negative one may reach by rounding."""


@dataclass(frozen=True, eq=False)
class LargestDeviation:
    """Distribution of ``max |T_i|`` (or of ``max T_i``) when all the true differences are 0."""

    heights: Array
    """Values of ``h(w)``, evenly spaced, shape (nodes,)."""
    share: Array
    """Share of the directions at each, shape (shifts, nodes): one between two is shared among them."""
    points: int
    """Directions of a shift."""
    rank: int
    """Dimensions in which the differences vary together."""
    df: float
    """Degrees of freedom that all standard uncertainties share; infinite: known."""
    tests: int
    """Number of differences that vary."""
    two_sided: bool

    def tail(self, t: float) -> float:
        """``P(max >= t)``: not below the probability of one of them, nor above the bound for all of them.

        The bound is Sidak's (1967), ``1 - (1 - p)^tests``, for absolute values; else Bonferroni's.
        """
        if self.two_sided and t <= 0.0:
            return 1.0
        one = _of_one(t, self.df, two_sided=self.two_sided)
        if self.tests == 1:
            return one
        most = -float(np.expm1(self.tests * np.log1p(-one))) if self.two_sided and one < 1.0 else self.tests * one
        return float(np.clip(np.mean(self.share @ self._beyond(t)), one, min(1.0, most)))

    def tail_u(self, t: float) -> float:
        """Standard uncertainty of ``tail`` from the spread between the shifts."""
        if self.tests == 1:
            return 0.0
        return float(np.std(self.share @ self._beyond(t), ddof=1) / np.sqrt(len(self.share)))

    def factor(self, level: float) -> float:
        """The ``k`` with ``P(max < k) = level``, to 1e-7 of the points taken. Raises DesignError for no level."""
        if not 0.0 < level < 1.0:
            raise DesignError(say("ranking.level", level=level))
        alpha, sides = 1.0 - level, 2.0 if self.two_sided else 1.0
        low = float(student_factor(alpha / sides, self.df))
        if self.tests == 1:
            return low
        high = float(student_factor(alpha / sides / self.tests, self.df))
        return _falling_root(lambda t: float(np.log(self.tail(t) / alpha)), low, high)

    def factor_u(self, level: float) -> float:
        """Standard uncertainty of ``factor`` from the points: that of the probability over its slope."""
        k = self.factor(level)
        slope = (self.tail(k - 0.01) - self.tail(k + 0.01)) / 0.02
        return self.tail_u(k) / slope if slope > 0.0 else 0.0

    def _beyond(self, t: float) -> Array:
        """``P(h R / s >= t)`` at every height."""
        from scipy.special import fdtr, fdtrc, gammainc, gammaincc

        h, r = self.heights, float(self.rank)
        ratio = np.divide(t, h, out=np.zeros_like(h), where=h != 0.0) ** 2
        known = not np.isfinite(self.df)
        beyond = gammaincc(r / 2.0, ratio / 2.0) if known else fdtrc(r, self.df, ratio / r)
        if t > 0.0:
            return np.where(h > 0.0, beyond, 0.0)
        below = gammainc(r / 2.0, ratio / 2.0) if known else fdtr(r, self.df, ratio / r)
        return np.where(h >= 0.0, 1.0, below)


def of_heights(heights: Array, *, rank: int, df: float, tests: int, two_sided: bool) -> LargestDeviation:
    """The distribution from the heights of the directions, shape (shifts, points)."""
    shifts, points = heights.shape
    low, high = float(heights.min()), float(heights.max())
    width = max(high - low, 1e-12) / (_NODES - 1)
    place = (heights - low) / width
    left = np.minimum(place.astype(np.intp), _NODES - 2)
    right = place - left
    at = left + _NODES * np.arange(shifts)[:, None]
    count = np.bincount(at.ravel(), (1.0 - right).ravel(), shifts * _NODES)
    count += np.bincount(at.ravel() + 1, right.ravel(), shifts * _NODES)
    share = np.asarray(count.reshape(shifts, _NODES) / points, np.float64)
    nodes = np.linspace(low, low + width * (_NODES - 1), _NODES)
    return LargestDeviation(nodes, share, points, rank, df, tests, two_sided)


def largest_deviation(
    covariance: ArrayLike,
    contrast: ArrayLike | None = None,
    *,
    df: float,
    rng: Generator,
    two_sided: bool = True,
    good: float = GOOD,
) -> LargestDeviation:
    """The distribution for contrasts (contrasts, values) of values with a covariance matrix (values, values).

    Absent ``contrast``: the values themselves. All contrasts must have a positive variance. Points are doubled until
    the factor of 95 % has a standard uncertainty of at most ``good``, or up to 262,144. In two dimensions the
    directions are 8,192 equal angles; in one dimension the result is Student's t.
    Raises DesignError for a matrix that is no covariance, or degrees of freedom that are not positive.

    >>> pairs = [[1, -1, 0], [1, 0, -1], [0, 1, -1]]
    >>> known = largest_deviation(np.eye(3), pairs, df=np.inf, rng=np.random.default_rng(1))
    >>> round(known.factor(0.95) * 2**0.5, 3)  # Tukey's studentized range q(0.05; 3, inf)
    3.314
    """
    v = np.atleast_2d(np.asarray(covariance, float))
    rows = unit_rows(v, np.eye(len(v)) if contrast is None else np.atleast_2d(np.asarray(contrast, float)))
    if not df > 0.0:
        raise DesignError(say("ranking.df", df=df))
    tests, rank = rows.shape
    shift, first, last = rng.random((SHIFTS, rank)), 0, LEAST
    h = np.empty((SHIFTS, 0))
    while True:
        more = _heights(rows, directions(shift, first, last), two_sided=two_sided)
        h = np.concatenate([h, more], axis=1)
        found = of_heights(h, rank=rank, df=df, tests=tests, two_sided=two_sided)
        if rank <= 2 or tests == 1 or last >= MOST or found.factor_u(0.95) <= good:
            return found
        first, last = last, 2 * last


def unit_rows(covariance: Array, contrast: Array) -> Array:
    """Rows ``a_i`` of length 1 with ``a_i'a_j`` the correlations of the contrasts, shape (contrasts, rank).

    The covariance of the values (values, values) is split after its part that no contrast sees has been taken off.
    Raises DesignError for a matrix that is no covariance and for contrasts without variance.
    """
    v, c = np.asarray(covariance, float), np.asarray(contrast, float)
    if v.ndim != 2 or v.shape[0] != v.shape[1] or not np.all(np.isfinite(v)) or not np.allclose(v, v.T):
        raise DesignError(say("ranking.finite"))
    seen = np.linalg.pinv(c) @ c
    size, axes = np.linalg.eigh(seen @ v @ seen)
    if size[0] < -_WRONG * max(size[-1], 0.0):
        raise DesignError(say("ranking.variance", found=float(size[0])))
    kept = size > _SINGULAR * size[-1]
    rows = c @ (axes[:, kept] * np.sqrt(size[kept]))[:, ::-1]  # the widest first: a lattice is best in its first axes
    u = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.all(u > 0.0):
        raise DesignError(say("ranking.variance", found=0.0))
    return np.asarray(rows / u, float)


def _heights(rows: Array, towards: Array, *, two_sided: bool) -> Array:
    """``max_i |a_i'w|``, shape (shifts, points), or ``max_i a_i'w`` of every direction and of its opposite."""
    if two_sided:
        return np.stack([np.abs(w @ rows.T).max(axis=1) for w in towards])
    return np.stack([np.concatenate([p.max(axis=1), -p.min(axis=1)]) for p in (w @ rows.T for w in towards)])


def _of_one(t: float, df: float, *, two_sided: bool) -> float:
    return float(student_tail(t, df)) * (2.0 if two_sided else 1.0)


def _falling_root(f: Callable[[float], float], low: float, high: float) -> float:
    """Root of a falling function between two points, by false position (Illinois: Dowell & Jarratt 1971)."""
    at_low, at_high, side = f(low), f(high), 0
    while high - low > 1e-7 * max(1.0, abs(high)) and at_low > 0.0 > at_high:
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        at = f(middle)
        if abs(at) < 1e-9:
            return middle
        if at > 0.0:
            low, at_low, at_high, side = middle, at, at_high / 2.0 if side == 1 else at_high, 1
        else:
            high, at_high, at_low, side = middle, at, at_low / 2.0 if side == -1 else at_low, -1
    return low if at_low <= 0.0 else high
