"""Limits of means of scores: hull of Student's t and Hall's skewness-corrected t (INTERVALS R4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.factor import Factor
from measurand.quantity.limits import Rule
from measurand.quantity.sampling import Sampling

Array = NDArray[np.float64]


def standard_skewness(sampling: Sampling, variances: Array) -> float:
    """``q``, the skewness of the estimate: bias-corrected, and shrunk by its own normal-theory variance.

    ``q = sum over blocks of m^2/((m-1)(m-2)) sum c^3 / V^(3/2)``, which is ``G / sqrt(m)`` in one block, times
    ``max(0, 1 - var(q)/q^2)`` with ``var(G) = 6 m (m-1) / ((m-2)(m+1)(m+3))``.
    """
    group, total = sampling.group(), float(variances.sum())
    m = np.bincount(group).astype(float)
    enough = m > 2
    m3 = np.where(enough, m, 3.0)
    cubes = np.bincount(group, weights=sampling.contribution**3)
    third = float(np.sum(np.where(enough, m3**2 / ((m3 - 1.0) * (m3 - 2.0)) * cubes, 0.0)))
    variance_of_g = 6.0 * m3 * (m3 - 1.0) / ((m3 - 2.0) * (m3 + 1.0) * (m3 + 3.0))
    of_q = float(np.sum(np.where(enough, (variances / total) ** 3 * variance_of_g / m3, 0.0)))
    q = third / total**1.5
    return q * max(0.0, 1.0 - of_q / q**2) if q != 0.0 else 0.0


def skewed_mean(value: float, u: float, *, q: float, factor: Factor) -> Rule:
    """Hull of ``T -+ k u`` and Hall's (1992) limits ``T - inv(+-k) u``.

    ``inv(x) = (3/q)(cbrt(1 + q(x - q/6)) - 1)``, clipped to the possible range by the caller.
    """

    def limits(tail: Array) -> tuple[Array, Array]:
        k = factor(tail)
        lower, upper = value - k * u, value + k * u
        if abs(q) < 1e-9:
            return lower, upper
        below = (3.0 / q) * (np.cbrt(1.0 + q * (k - q / 6.0)) - 1.0)
        above = (3.0 / q) * (np.cbrt(1.0 + q * (-k - q / 6.0)) - 1.0)
        return np.minimum(lower, value - below * u), np.maximum(upper, value - above * u)

    return limits
