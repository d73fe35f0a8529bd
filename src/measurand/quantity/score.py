"""Named intervals for one share that the default rules do not use: normal theory, score, mid-p and Blaker."""

from __future__ import annotations

from collections.abc import Callable
from math import floor, sqrt

import numpy as np

from measurand.quantity.exact import clopper_pearson
from measurand.quantity.student import normal_factor

Pair = tuple[float, float]


def wald(x: float, n: float, *, level: float) -> Pair:
    """``p -+ z sqrt(p (1 - p) / n)``."""
    p = x / n
    deviation = float(normal_factor((1.0 - level) / 2.0)) * sqrt(p * (1.0 - p) / n)
    return p - deviation, p + deviation


def agresti_coull(x: float, n: float, *, level: float) -> Pair:
    """Wald's form after adding ``z^2/2`` events and non-events (Agresti & Coull 1998)."""
    z = float(normal_factor((1.0 - level) / 2.0))
    return wald(x + z * z / 2.0, n + z * z, level=level)


def wilson(x: float, n: float, *, level: float) -> Pair:
    """Roots of ``(p - pi)^2 = z^2 pi (1 - pi) / n`` (Wilson 1927).

    >>> [round(v, 4) for v in wilson(15, 148, level=0.95)]  # Newcombe (1998), Table I
    [0.0624, 0.1605]
    """
    z, p = float(normal_factor((1.0 - level) / 2.0)), x / n
    centre, deviation = x + z * z / 2.0, z * sqrt(n * p * (1.0 - p) + z * z / 4.0)
    return (centre - deviation) / (n + z * z), (centre + deviation) / (n + z * z)


def wilson_continuity(x: float, n: float, *, level: float) -> Pair:
    """Wilson's limits with continuity correction (Newcombe 1998, method 4).

    >>> [round(v, 4) for v in wilson_continuity(15, 148, level=0.95)]  # Newcombe (1998), Table I
    [0.0598, 0.1644]
    """
    z, p = float(normal_factor((1.0 - level) / 2.0)), x / n
    q = 1.0 - p
    below = z * sqrt(max(z * z - 2.0 - 1.0 / n + 4.0 * p * (n * q + 1.0), 0.0))
    above = z * sqrt(max(z * z + 2.0 - 1.0 / n + 4.0 * p * (n * q - 1.0), 0.0))
    lower = (2.0 * x + z * z - 1.0 - below) / (2.0 * (n + z * z))
    upper = (2.0 * x + z * z + 1.0 + above) / (2.0 * (n + z * z))
    return (lower if x > 0 else 0.0), (upper if x < n else 1.0)


def mid_p(x: float, n: float, *, level: float) -> Pair:
    """Clopper-Pearson with half of the probability of the count seen in each tail.

    >>> [round(v, 4) for v in mid_p(15, 148, level=0.95)]  # Newcombe (1998), Table I
    [0.0601, 0.1581]
    """
    tail = (1.0 - level) / 2.0
    lower = 0.0 if x <= 0 else _root(lambda p: _mid_tail(x, n, p) > tail, x / n)
    upper = 1.0 if x >= n else 1.0 - _root(lambda q: _mid_tail(n - x, n, q) > tail, (n - x) / n)
    return lower, upper


def _mid_tail(x: float, n: float, p: float) -> float:
    """``P(X > x) + P(X = x) / 2``, the mean of two upper tails."""
    from scipy.special import betainc

    above = betainc(x + 1.0, n - x, p) if x < n else 0.0
    return float(0.5 * (betainc(x, n - x + 1.0, p) + above))


def blaker(x: int, n: int, *, level: float) -> Pair:
    """Limits of the shares whose acceptability exceeds ``1 - level`` (Blaker 2000); inside of Clopper-Pearson's."""
    alpha = 1.0 - level
    lower, upper = (float(v) for v in clopper_pearson(x, n, tail=alpha / 2.0))
    return _blaker_lower(x, n, alpha, lower), 1.0 - _blaker_lower(n - x, n, alpha, 1.0 - upper)


def _blaker_lower(x: int, n: int, alpha: float, start: float) -> float:
    """First accepted share from ``start`` upwards, found on a grid and then by bisection."""
    if x == 0:
        return 0.0
    grid = np.linspace(start, x / n, 2001)
    first = next(i for i, p in enumerate(grid) if _acceptability(x, n, float(p)) > alpha)
    if first == 0:
        return start
    step = float(grid[1] - grid[0])
    return float(grid[first - 1]) + _root(lambda d: _acceptability(x, n, float(grid[first - 1]) + d) > alpha, step)


def _acceptability(x: int, n: int, p: float) -> float:
    """Tail of x plus the largest opposite tail that is not larger; 1 at the estimate."""
    from scipy.special import bdtr, bdtrc

    if p <= 0.0 or p >= 1.0:
        return 1.0 if x in (0, n) else 0.0
    counts = np.arange(n + 1, dtype=float)
    at_most = bdtr(counts, n, p)
    at_least = np.concatenate([[1.0], bdtrc(counts[:-1], n, p)])
    tails = np.minimum(at_most, at_least)
    limit = tails[floor(x)] * (1.0 + 1e-9)
    low, high = at_most[at_most <= limit], at_least[at_least <= limit]
    return float(min(1.0, (low[-1] if low.size else 0.0) + (high[0] if high.size else 0.0)))


def _root(accepted: Callable[[float], bool], high: float) -> float:
    """Smallest value in [0, high] that is accepted, by bisection."""
    low = 0.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (low, middle) if accepted(middle) else (middle, high)
    return high
