"""Cochran's test of the largest variance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.mean_squares import f_factor, f_tail


def cochran(variances: ArrayLike) -> float:
    """``C = max s_i^2 / sum s_i^2``, shape (laboratories,). Raises DesignError for fewer than 2, or none above 0.

    >>> cochran([1.0, 1.0, 2.0])
    0.5
    """
    v = np.asarray(variances, float).ravel()
    if len(v) < 2:
        raise DesignError(say("outlier.count", least=2, count=len(v)))
    if not np.sum(v) > 0.0:
        raise DesignError(say("outlier.no_spread"))
    return float(v.max() / v.sum())


def cochran_limit(p: int, n: int, alpha: float) -> float:
    """Critical value ``1 / (1 + (p - 1) / F)``, F exceeded with ``alpha / p`` at n - 1 and (p - 1)(n - 1) df.

    Of p variances of n results each; C above it is significant. Exact where it is above 1/2, very close below.

    >>> [round(cochran_limit(p, n, 0.05), 3) for p, n in ((5, 2), (8, 3), (10, 4))]  # ISO 5725-2, table of Cochran
    [0.841, 0.516, 0.373]
    """
    _known(p, n, alpha)
    f = float(f_factor(alpha / p, n - 1, (p - 1) * (n - 1)))
    return 1.0 / (1.0 + (p - 1) / f)


def cochran_p(statistic: float, p: int, n: int) -> float:
    """p-value ``p P(F > C (p - 1) / (1 - C))``, at most 1: below alpha exactly where C is above ``cochran_limit``."""
    _known(p, n, 0.5)
    if statistic >= 1.0:
        return 0.0
    f = statistic * (p - 1) / (1.0 - statistic)
    return min(p * float(f_tail(f, n - 1, (p - 1) * (n - 1))), 1.0)


def _known(p: int, n: int, alpha: float) -> None:
    if p < 2 or n < 2:
        raise DesignError(say("outlier.count", least=2, count=min(p, n)))
    if not 0.0 < alpha < 1.0:
        raise DesignError(say("outlier.alpha", alpha=alpha))
