"""Two independent shares under a stated difference or ratio: maximum-likelihood shares and score statistics.

Farrington & Manning (1990), Miettinen & Nurminen (1985). All functions take arrays of counts and broadcast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def shares_at_difference(x1: ArrayLike, n1: float, x2: ArrayLike, n2: float, delta: float) -> tuple[Array, Array]:
    """Shares of largest likelihood with ``p1 - p2 = delta``: the root of a cubic in closed form."""
    ratio, p1, p2 = n2 / n1, np.asarray(x1, float) / n1, np.asarray(x2, float) / n2
    a = 1.0 + ratio
    b = -(1.0 + ratio + p1 + ratio * p2 + delta * (ratio + 2.0))
    e = delta * delta + delta * (2.0 * p1 + ratio + 1.0) + p1 + ratio * p2
    f = -p1 * delta * (1.0 + delta)
    v = (b / (3.0 * a)) ** 3 - b * e / (6.0 * a * a) + f / (2.0 * a)
    u = np.copysign(np.sqrt(np.maximum((b / (3.0 * a)) ** 2 - e / (3.0 * a), 0.0)), v)
    cosine = np.divide(v, u**3, out=np.ones_like(v), where=u**3 != 0.0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3.0
    p = 2.0 * u * np.cos(angle) - b / (3.0 * a)
    first = np.clip(p, max(0.0, delta), min(1.0, 1.0 + delta))
    return first, np.clip(first - delta, 0.0, 1.0)


def shares_at_ratio(x1: ArrayLike, n1: float, x2: ArrayLike, n2: float, theta: float) -> tuple[Array, Array]:
    """Shares of largest likelihood with ``p1 = theta p2``: the smaller root of a quadratic."""
    x1, x2 = np.asarray(x1, float), np.asarray(x2, float)
    b = n1 * theta + x1 + n2 + x2 * theta
    root = np.sqrt(np.maximum(b * b - 4.0 * (n1 + n2) * theta * (x1 + x2), 0.0))
    second = np.clip(2.0 * (x1 + x2) / (b + root), 0.0, min(1.0, 1.0 / theta) if theta > 0.0 else 1.0)
    return np.clip(theta * second, 0.0, 1.0), second


def score_of_difference(x1: ArrayLike, n1: float, x2: ArrayLike, n2: float, delta: float) -> Array:
    """``(d - delta) / sqrt(p1 q1 / n1 + p2 q2 / n2)`` with the restricted shares; 0 where both are 0."""
    p1, p2 = shares_at_difference(x1, n1, x2, n2, delta)
    excess = np.asarray(x1, float) / n1 - np.asarray(x2, float) / n2 - delta
    return _standardised(excess, p1 * (1.0 - p1) / n1 + p2 * (1.0 - p2) / n2)


def score_of_ratio(x1: ArrayLike, n1: float, x2: ArrayLike, n2: float, theta: float) -> Array:
    """``(p1 - theta p2) / sqrt(p1 q1 / n1 + theta^2 p2 q2 / n2)``, the variance with the restricted shares."""
    p1, p2 = shares_at_ratio(x1, n1, x2, n2, theta)
    excess = np.asarray(x1, float) / n1 - theta * np.asarray(x2, float) / n2
    return _standardised(excess, p1 * (1.0 - p1) / n1 + theta * theta * p2 * (1.0 - p2) / n2)


def _standardised(excess: Array, variance: Array) -> Array:
    excess, variance = np.broadcast_arrays(excess, variance)
    flat = variance <= 1e-15  # rounding of a share that is exactly 0 or 1
    z = excess / np.sqrt(np.where(flat, 1.0, variance))
    return np.where(flat, np.where(np.abs(excess) <= 1e-12, 0.0, np.copysign(np.inf, excess)), z)
