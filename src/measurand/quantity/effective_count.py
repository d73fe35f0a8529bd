"""Limits of bounded statistics by an effective count of independent units (INTERVALS R2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.exact import clopper_pearson, middle
from measurand.quantity.factor import Factor
from measurand.quantity.limits import Rule
from measurand.quantity.student import normal_factor

Array = NDArray[np.float64]

_MOST_TAIL = 0.4999
"""At 1/2 both factors are 0; their ratio is taken just below."""


def effective_count(
    value: float, variance: float, *, bounds: tuple[float, float], floor: float, factor: Factor, most: float = np.inf
) -> Rule:
    """Limits of a bounded value from its variance, as those of a share of ``n_e`` trials (after Korn & Graubard 1998).

    ``1/n_e = V / (R^2 th (1 - th)) + 1/n0^2``, then ``n_e (z / k)^2``, middle limits of ``th n_e`` in ``n_e``.
    ``floor`` is n0, the reciprocal of the largest change that one unseen unit could cause; ``most`` caps ``n_e``.
    At a bound, or without variance: Clopper-Pearson with count n0.
    """
    low, high = bounds
    width = high - low
    th = min(max((value - low) / width, 0.0), 1.0)
    room = width**2 * th * (1.0 - th)
    if room <= 1e-12 * width**2 or variance <= 1e-24 * width**2:
        count = min(floor, most)

        def boundary(tail: Array) -> tuple[Array, Array]:
            lower, upper = clopper_pearson(th * count, count, tail=tail)
            return low + width * lower, low + width * upper

        return boundary
    n = min(1.0 / (variance / room + floor**-2.0), most)

    def limits(tail: Array) -> tuple[Array, Array]:
        inside = np.minimum(tail, _MOST_TAIL)
        shrink = (normal_factor(inside) / factor(inside)) ** 2
        lower, upper = middle(th * n * shrink, n * shrink, tail=tail)
        return low + width * lower, low + width * upper

    return limits


def boundary_u(value: float, *, bounds: tuple[float, float], floor: float) -> float:
    """Standard uncertainty where no spread was seen: that of Beta(th n0 + 1/2, (1 - th) n0 + 1/2) on the range."""
    low, high = bounds
    th = min(max((value - low) / (high - low), 0.0), 1.0)
    a, b = th * floor + 0.5, (1.0 - th) * floor + 0.5
    return (high - low) * float(np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1.0))))


def design_effect(variance: float, y: Array, weight: Array, *, finite: bool = True) -> float:
    """Variance of a weighted mean over that of a simple random sample of as many rows (Kish 1965).

    The comparison is ``s_w^2 / n (1 - n / sum w)`` with ``s_w^2 = n / (n - 1) sum w (y - T)^2 / sum w``, drawn without
    replacement from the ``sum w`` rows of the population; ``finite=False`` leaves the last factor out.
    """
    n, total = len(y), float(np.sum(weight))
    mean = float(weight @ y) / total
    spread = float(weight @ (y - mean) ** 2) / total * n / (n - 1.0)
    return variance / (spread / n * (1.0 - n / total if finite else 1.0))
