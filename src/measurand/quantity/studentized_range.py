"""Range of k independent normal values: Tukey's studentized range with infinite degrees of freedom."""

from __future__ import annotations

import numpy as np

from measurand.errors import DesignError
from measurand.message import say

_STEP = 0.02


def range_tail(q: float, k: int) -> float:
    """``P(largest - smallest of k standard normal values > q)``.

    ``P(range <= q) = k int phi(z) (Phi(z) - Phi(z - q))^(k-1) dz`` over the largest value ``z``, by the trapezoidal
    rule, whose error is far below 1e-12 for a smooth integrand that vanishes at both ends. Raises DesignError for
    k < 2.
    """
    from scipy.special import ndtr

    if k < 2:
        raise DesignError(say("ranking.few", found=k, least=2))
    if q <= 0.0:
        return 1.0
    z = np.arange(-9.0, 9.0, _STEP)
    density = k * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    above, gap = ndtr(z) ** (k - 1), (ndtr(z) - ndtr(z - q)) ** (k - 1)
    return float(np.clip(np.sum(density * (above - gap)) * _STEP, 0.0, 1.0))


def range_factor(alpha: float, k: int) -> float:
    """The q with ``range_tail(q, k) = alpha``. Raises DesignError for alpha outside of (0, 1) or k < 2.

    >>> round(range_factor(0.05, 3), 3), round(range_factor(0.05, 10) / 2**0.5, 3)  # tables; Demsar (2006), table 5
    (3.314, 3.164)
    """
    if not 0.0 < alpha < 1.0:
        raise DesignError(say("ranking.level", level=1.0 - alpha))
    low, high = 0.0, 20.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if range_tail(middle, k) > alpha else (low, middle)
    return 0.5 * (low + high)
