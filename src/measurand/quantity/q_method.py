"""The Q method for the standard deviation of laboratories, and its location by Hampel's estimator (ISO 13528)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.hampel import hampel
from measurand.quantity.robust import Robust, finite_results

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_WHOLE = 4_000_000
"""Pairs of results up to which all differences are sorted; of more only those near the quantile."""
_MARGINS = (0.005, 0.05)
"""Share of the pairs on each side of the quantile that is looked at: the second where the first has too few steps."""
_HALVINGS = 60
_NEAR = 1e-12
_ROUNDING = 4 * float(np.finfo(float).eps)
"""Differences closer than this part of the largest result are equal: 0.3 - 0.2 and 0.2 - 0.1 are one difference."""


def q_method(laboratories: Sequence[ArrayLike]) -> float:
    """Robust standard deviation s* from the differences between laboratories; reproducibility, with replicates.

    ``laboratories`` holds one result, or the replicates, of each. ``H(x)`` is the mean over all pairs of laboratories
    of the share of their differences that are at most x in size; ``G`` joins ``(0, 0)`` and, at each step ``x_k`` of H
    above 0, ``(H(x_k) + H(x_(k-1))) / 2`` (``H(x_1) / 2`` at a first step above 0) by straight lines. Then

        s* = G^-1(0.25 + 0.75 H(0)) / (sqrt(2) z(0.625 + 0.375 H(0))),

    z the normal quantile. Equal results raise H(0) and with it the quantile that is taken, so that s* is above 0 as
    long as two laboratories differ. Breakdown at half of the laboratories. The quantile is exact for any number of
    results: of many, only the differences near it are looked at. Raises StatisticError where no laboratories differ,
    DesignError for fewer than two, or one without a finite result.

    >>> round(q_method([3.65, 2.5, 4.85]), 4)  # R package biodosetools, QHampel: 2.579755 to its step of 1e-6
    2.5798
    """
    from scipy.special import ndtri

    held = _results(laboratories)
    zero = held.share(0.0)
    if zero > 1.0 - _NEAR:
        raise StatisticError(say("proficiency.all_equal", count=len(laboratories)))
    x, g = _steps(held, target=0.25 + 0.75 * zero, zero=zero)
    value = float(np.interp(0.25 + 0.75 * zero, g, x))
    return value / (math.sqrt(2.0) * float(ndtri(0.625 + 0.375 * zero)))


def q_hampel(laboratories: Sequence[ArrayLike]) -> Robust:
    """Q method with Hampel's location of the laboratory means; errors as ``q_method``.

    >>> round(q_hampel([3.65, 2.5, 4.85]).location, 6)  # R package biodosetools, QHampel: 3.666667
    3.666667
    """
    scale = q_method(laboratories)
    means = [float(np.mean(np.asarray(v, float))) for v in laboratories]
    return Robust(hampel(means, scale), scale, len(means))


@dataclass(frozen=True, eq=False)
class _Results:
    """All results in rising order, their laboratories and weights, and the pairs that are not between laboratories.

    Equal single results are one entry with the sum of their weights.
    """

    x: Array
    laboratory: Integers
    weight: Array
    """``1 / n_i`` of the laboratory; a pair has the product."""
    total: float
    """Sum of the weights of all pairs of two laboratories."""
    equal: float
    """Differences up to here are 0."""
    tied: float
    """Weight of the pairs of laboratories inside of the entries."""
    within: tuple[Integers, Integers]
    """Positions of the pairs within laboratories, the smaller result first."""

    def share(self, at: float) -> float:
        """``H(at)``: weight of the differences of at most ``at`` over the weight of all."""
        last = self.last(at)
        sums = np.concatenate([[0.0], np.cumsum(self.weight)])
        pairs = float(self.weight @ (sums[last] - sums[1:]))
        first, second = self.within
        own = float(np.sum(self.weight[first[second < last[first]]] ** 2))
        return min(max((self.tied + pairs - own) / self.total, 0.0), 1.0)

    def last(self, at: float) -> Integers:
        """For each result the position after the last one that is at most ``at`` above it."""
        return np.asarray(np.searchsorted(self.x, self.x + max(at, self.equal), side="right"), np.int64)

    def between(self, low: float, high: float) -> tuple[Array, Array]:
        """Differences of laboratories above ``low`` and at most ``high``, rising, with their weights."""
        start, end = self.last(low), self.last(high)
        count = end - start
        first = np.repeat(np.arange(len(self.x)), count)
        second = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + np.repeat(start, count)
        other = self.laboratory[first] != self.laboratory[second]
        first, second = first[other], second[other]
        d = self.x[second] - self.x[first]
        order = np.argsort(d, kind="stable")
        return d[order], (self.weight[first] * self.weight[second])[order]


def _results(laboratories: Sequence[ArrayLike]) -> _Results:
    groups = [np.asarray(v, float).ravel() for v in laboratories]
    empty = [i for i, v in enumerate(groups, 1) if not len(v)]
    if empty:
        raise DesignError(say("proficiency.replicates", position=empty[0]))
    if len(groups) < 2:
        raise DesignError(say("proficiency.few", least=2, count=len(groups)))
    flat = finite_results(np.concatenate(groups))
    sizes = np.array([len(v) for v in groups])
    total = len(groups) * (len(groups) - 1) / 2.0
    equal = _ROUNDING * float(np.abs(flat).max())
    if np.all(sizes == 1):
        x, count = np.unique(flat, return_counts=True)
        none = np.zeros(0, np.int64)
        tied = float(count @ (count - 1)) / 2.0
        return _Results(x, np.arange(len(x)), count.astype(float), total, equal, tied, (none, none))
    order = np.argsort(flat, kind="stable")
    laboratory = np.repeat(np.arange(len(groups)), sizes)[order]
    weight = np.repeat(1.0 / sizes, sizes)[order]
    return _Results(flat[order], laboratory, weight, total, equal, 0.0, _pairs_within(laboratory))


def _pairs_within(laboratory: Integers) -> tuple[Integers, Integers]:
    """Positions of all pairs of results of one laboratory."""
    by_laboratory = np.argsort(laboratory, kind="stable")
    own = np.split(by_laboratory, np.flatnonzero(np.diff(laboratory[by_laboratory])) + 1)
    pairs = [np.stack([v[i] for i in np.triu_indices(len(v), 1)]) for v in own]
    first, second = np.concatenate(pairs, axis=1)
    return first, second


def _steps(held: _Results, *, target: float, zero: float) -> tuple[Array, Array]:
    """Places and heights of G that hold the target between them."""
    widest = 2.0 * float(held.x[-1] - held.x[0])
    for margin in _MARGINS if len(held.x) ** 2 // 2 > _WHOLE else ():
        low, high = _place(held, target - margin, widest), _place(held, target + margin, widest)
        x, g = _heights(held, low, high, held.share(low))
        if len(g) > 3 and g[1] < target <= g[-2]:
            return x[1:-1], g[1:-1]  # the outermost steps may be cut by the window, or have their neighbour outside
    x, g = _heights(held, 0.0, widest, zero)
    return np.concatenate([[0.0], x]), np.concatenate([[0.0], g])


def _place(held: _Results, share: float, widest: float) -> float:
    """A difference where H passes ``share``."""
    low, high = 0.0, widest
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if held.share(middle) >= share else (middle, high)
    return high


def _heights(held: _Results, low: float, high: float, before: float) -> tuple[Array, Array]:
    """Steps of H above ``low`` and up to ``high``, and G there; ``before`` is ``H(low)``."""
    d, weight = held.between(low, high)
    if not len(d):
        return d, d
    start = np.flatnonzero(np.concatenate([[True], np.diff(d) > held.equal]))
    h = before + np.cumsum(np.add.reduceat(weight, start)) / held.total
    g = 0.5 * (h + np.concatenate([[before], h[:-1]]))
    return d[start], g
