"""Grubbs' test of the two largest (or two smallest) values of a normal sample, with its exact distribution.

The statistic is ``G = SS(without the two) / SS(all)``; small values speak against the null hypothesis. Add the values
one after the other, the largest last: with ``sin a_m = (x_m - mean_m) sqrt(m/(m-1)) / sqrt(SS_m)``, the angles
``a_2 ... a_p`` are independent with densities proportional to ``cos^(m-3) a`` (Helmert), ``SS_(m-1) = SS_m cos^2 a_m``,
and value m is above all before it where ``sin a_(m-1) < sqrt(m/(m-2)) tan a_m``. So

- ``H_m(a) = m int_0^a f_m(t) H_(m-1)(arcsin(sqrt(m/(m-2)) tan t)) dt``: distribution of the angle of the largest;
- ``P(G < g) = p int f_p(t) [H_(p-1)(arcsin(sqrt(p/(p-2)) tan t)) - H_(p-1)(arccos(sqrt(g)/cos t))]_+ dt``,

one-dimensional integrals, after the recursion of Grubbs (1950). No random number and no table: the 81 critical values
of Grubbs & Beck (1972), which ISO 5725-2 uses, come out to their four digits, four of them to one unit of the last.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say

Array = NDArray[np.float64]

LEAST = 4
MOST = 200
"""Numbers of values that the distribution is computed for."""
_GRID = 4097
_NODES = 120
_HALVINGS = 40


def double_grubbs(values: ArrayLike, *, largest: bool = True) -> float:
    """Sum of squares without the two largest (or smallest) values over that of all, shape (values,).

    Raises DesignError for fewer than 4 values, or equal ones.

    >>> round(double_grubbs([1.0, 2.0, 3.0, 10.0, 12.0]), 6)  # 2 / 101.2
    0.019763
    """
    x = np.sort(np.asarray(values, float).ravel())
    _counted(len(x))
    kept = x[:-2] if largest else x[2:]
    whole = float(np.sum((x - x.mean()) ** 2))
    if not whole > 0.0:
        raise DesignError(say("outlier.no_spread"))
    return float(np.sum((kept - kept.mean()) ** 2)) / whole


def double_grubbs_p(statistic: float, p: int) -> float:
    """``P(G < statistic)`` for p values, of one side (the two largest, or the two smallest); absolute error below 1e-5.

    >>> round(double_grubbs_p(0.1101, 8), 4)  # Grubbs & Beck (1972): 2.5 %
    0.025
    """
    _counted(p)
    g = min(max(statistic, 0.0), 1.0)
    root = math.sqrt(g)
    ratio = p / (p - 2.0)
    # the integrand begins where both terms are equal; corners where the first reaches 1, and where the second is 0
    start = math.acos(math.sqrt(min((ratio + g) / (ratio + 1.0), 1.0)))
    corners = sorted({start, math.atan(math.sqrt(1.0 / ratio)), max(math.acos(root), start), math.pi / 2.0})
    total = 0.0
    for a, b in pairwise(corners):
        t, weight = _nodes(a, b)
        above = _largest(p - 1, np.arcsin(np.minimum(math.sqrt(ratio) * np.tan(t), 1.0)))
        below = _largest(p - 1, np.arccos(np.minimum(root / np.cos(t), 1.0)))
        total += float(weight @ (_density(p, t) * np.maximum(above - below, 0.0)))
    return min(p * total, 1.0)


@lru_cache(maxsize=1024)
def double_grubbs_limit(p: int, alpha: float) -> float:
    """Critical value: ``G`` below it is significant at level ``alpha``, shared by both sides as in ISO 5725-2.

    So ``P(G < limit) = alpha / 2`` for the two largest, and the same for the two smallest.

    >>> [round(double_grubbs_limit(8, a), 4) for a in (0.05, 0.01)]
    [0.1101, 0.0563]
    """
    if not 0.0 < alpha < 1.0:
        raise DesignError(say("outlier.alpha", alpha=alpha))
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if double_grubbs_p(middle, p) < 0.5 * alpha else (low, middle)
    return 0.5 * (low + high)


def _counted(p: int) -> None:
    if not LEAST <= p <= MOST:
        raise DesignError(say("outlier.double_count", least=LEAST, most=MOST, count=p))


def _density(m: int, a: Array) -> Array:
    """Density of the angle of value m on (-pi/2, pi/2)."""
    log = math.lgamma((m - 1) / 2.0) - math.lgamma((m - 2) / 2.0) - 0.5 * math.log(math.pi)
    return np.asarray(math.exp(log) * np.cos(a) ** (m - 3))


@lru_cache(maxsize=1)
def _gauss() -> tuple[Array, Array]:
    x, w = np.polynomial.legendre.leggauss(_NODES)
    return np.asarray(x, float), np.asarray(w, float)


def _nodes(a: float, b: float) -> tuple[Array, Array]:
    """Gauss-Legendre points and weights, drawn together at both ends, where square roots begin."""
    x, w = _gauss()
    s = 0.5 * (x + 1.0)
    return a + (b - a) * s * s * (3.0 - 2.0 * s), 0.5 * w * (b - a) * 6.0 * s * (1.0 - s)


_ANGLE = np.linspace(0.0, math.pi / 2.0, _GRID)
_STEP = float(_ANGLE[1])


def _largest(m: int, angle: Array) -> Array:
    """``H_m``: distribution of the angle of the largest of m values, by cubic Hermite interpolation."""
    value, rate = _table(m)
    at = np.minimum((angle / _STEP).astype(int), _GRID - 2)
    s = angle / _STEP - at
    left = (1.0 + 2.0 * s) * (1.0 - s) ** 2 * value[at] + s * (1.0 - s) ** 2 * _STEP * rate[at]
    right = s * s * (3.0 - 2.0 * s) * value[at + 1] + s * s * (s - 1.0) * _STEP * rate[at + 1]
    return np.asarray(left + right)


@lru_cache(maxsize=MOST)
def _table(m: int) -> tuple[Array, Array]:
    """``H_m`` and its derivative on the grid; ``H_3(a) = 3 (a - pi/6)/pi``."""
    if m == 3:
        beyond = np.greater(_ANGLE, math.pi / 6.0)
        return np.where(beyond, 3.0 * (_ANGLE - math.pi / 6.0) / math.pi, 0.0), np.where(beyond, 3.0 / math.pi, 0.0)
    half = 0.5 * (_ANGLE[1:] + _ANGLE[:-1])

    def rate(a: Array) -> Array:
        reached = np.arcsin(np.minimum(math.sqrt(m / (m - 2.0)) * np.tan(a), 1.0))
        return m * _density(m, a) * _largest(m - 1, reached)

    ends = rate(_ANGLE)
    parts = _STEP * (ends[:-1] + 4.0 * rate(half) + ends[1:]) / 6.0  # Simpson
    return np.concatenate([[0.0], np.cumsum(parts)]), ends
