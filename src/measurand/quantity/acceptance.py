"""Operating characteristic of rules by counts: the probability to pass, by the true share of events.

Independent trials with one share: binomial distribution. Its tails are those of the beta distribution.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
ROUNDING = 1e-9
"""Of ``limit * trials``: 0.95 of 300 is 285, not a little more."""


def fewest(limit: float, trials: int, *, above: bool = False) -> int:
    """Smallest number of events whose share is at least the limit (``above``: is more than it).

    >>> fewest(0.95, 300), fewest(0.85, 100, above=True), fewest(0.9, 1000)
    (285, 86, 900)
    """
    wanted = limit * trials
    return int(np.floor(wanted + ROUNDING)) + 1 if above else int(np.ceil(wanted - ROUNDING))


def most(limit: float, trials: int) -> int:
    """Largest number of events whose share is at most the limit.

    >>> most(0.05, 300), most(0.02, 75)
    (15, 1)
    """
    return int(np.floor(limit * trials + ROUNDING))


def at_least(count: int, trials: int, share: ArrayLike) -> Array:
    """Probability of ``count`` events or more.

    >>> round(float(at_least(285, 300, 0.93)), 2)
    0.1
    """
    from scipy.special import betainc

    p = np.asarray(share, float)
    if count <= 0:
        return np.ones_like(p)
    if count > trials:
        return np.zeros_like(p)
    return np.asarray(betainc(count, trials - count + 1.0, p))


def share_where(count: int, trials: int, probability: float) -> float:
    """True share with which ``count`` events or more have a probability; 0 or 1 where there is none inside."""
    from scipy.special import betaincinv

    if count <= 0:
        return 0.0
    return 1.0 if count > trials else float(betaincinv(count, trials - count + 1.0, probability))
