"""Grubbs' test of the largest or the smallest value."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.student import student_factor


def grubbs(values: ArrayLike, *, largest: bool = True) -> float:
    """``G = (max - mean) / s`` or ``(mean - min) / s``, shape (values,). Raises DesignError for fewer than 3, or equal.

    >>> round(grubbs([199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57]), 4)  # NIST handbook, uranium
    2.4688
    """
    x = np.asarray(values, float).ravel()
    _known(len(x), 0.5)
    d = x - x.mean()
    s = float(np.sqrt(d @ d / (len(x) - 1)))
    if not s > 0.0:
        raise DesignError(say("outlier.no_spread"))
    return float(d.max() if largest else -d.min()) / s


def grubbs_limit(p: int, alpha: float) -> float:
    """Critical value ``(p - 1) t / sqrt(p (p - 2 + t^2))``, t exceeded with ``alpha / (2 p)`` at p - 2 df.

    As ISO 5725-2 tabulates it: the level is shared by both sides. G above it is significant.

    >>> [round(grubbs_limit(8, a), 3) for a in (0.05, 0.01)]
    [2.127, 2.274]
    """
    _known(p, alpha)
    t = float(student_factor(alpha / (2 * p), p - 2))
    return (p - 1) * t / math.sqrt(p * (p - 2 + t * t))


def grubbs_p(statistic: float, p: int) -> float:
    """p-value ``2 p P(T > t)``, at most 1: below alpha exactly where G is above ``grubbs_limit``.

    ``t = G sqrt(p (p - 2) / ((p - 1)^2 - p G^2))``, with p - 2 degrees of freedom; an upper bound, exact for large G.
    """
    from scipy.special import stdtr

    _known(p, 0.5)
    room = (p - 1) ** 2 - p * statistic**2
    if room <= 0.0:
        return 0.0
    return min(2 * p * float(stdtr(p - 2, -statistic * math.sqrt(p * (p - 2) / room))), 1.0)


def _known(p: int, alpha: float) -> None:
    if p < 3:
        raise DesignError(say("outlier.count", least=3, count=p))
    if not 0.0 < alpha < 1.0:
        raise DesignError(say("outlier.alpha", alpha=alpha))
