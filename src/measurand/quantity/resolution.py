"""The smallest difference that a data set can tell apart, and the one that a plan would find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.simultaneous import Systems, all_pairs
from measurand.quantity.student import normal_factor, normal_tail, student_factor

_NORMAL_ABOVE = 1e6
"""Degrees of freedom from which the noncentral t is the normal distribution to all printed digits."""


@dataclass(frozen=True)
class Resolution:
    """Smallest differences that would be told apart, for pairs as precise as the middle, the best and the worst one."""

    level: float
    u: tuple[float, float, float]
    """Standard uncertainty of a difference: median, smallest and largest of the pairs that are not identical."""
    alone: tuple[float, float, float]
    """Of one pair stated beforehand: ``t u``."""
    together: tuple[float, float, float]
    """Of any pair of all: ``k u`` with the factor of all pairs."""
    planned: tuple[float, float, float]
    """True difference of one pair stated beforehand that is found with the power stated."""
    planned_together: tuple[float, float, float]
    """True difference of one of all the pairs that is found with that power."""
    power: float


def detectable(u: float, *, df: float = np.inf, level: float = 0.95) -> float:
    """Smallest observed difference whose two-sided limits leave out 0: ``t(df) u``. Raises DesignError.

    >>> round(detectable(0.01), 4)
    0.0196
    """
    _check(u, df, level)
    return float(student_factor((1.0 - level) / 2.0, df)) * u


def planned(u: float, *, df: float = np.inf, level: float = 0.95, power: float = 0.8) -> float:
    """True difference that is told apart, with its sign, in a share ``power`` of repetitions with this u.

    ``(z_(alpha/2) + z_power) u`` where u is known, else by the noncentral t. Raises DesignError.

    >>> round(planned(1.0), 3)  # 1.960 + 0.842
    2.802
    """
    _check(u, df, level)
    return float(_effect(float(student_factor((1.0 - level) / 2.0, df)), df, power, 1.0 - level)) * u


def resolution(held: Systems, *, rng: Generator, level: float = 0.95, power: float = 0.8) -> Resolution:
    """What the covariance of these systems lets a comparison see, for one pair and for all of them.

    Raises DesignError where no difference varies.
    """
    found = all_pairs(held, rng=rng, level=level)
    varying = found.u[found.u > 0.0]
    if not len(varying):
        raise DesignError(say("ranking.u", u=0.0))
    u = (float(np.median(varying)), float(varying.min()), float(varying.max()))
    t = float(student_factor((1.0 - level) / 2.0, held.df))
    one, every = (_effect(k, held.df, power, 1.0 - level) for k in (t, found.factor))
    a, b, c = u
    return Resolution(
        level,
        u,
        (t * a, t * b, t * c),
        (found.factor * a, found.factor * b, found.factor * c),
        (one * a, one * b, one * c),
        (every * a, every * b, every * c),
        power,
    )


def _effect(k: float, df: float, power: float, alpha: float) -> float:
    """Noncentrality with ``P(T > k) = power``."""
    from scipy.special import nctdtr

    if not alpha < power < 1.0:
        raise DesignError(say("ranking.power", power=power))
    first = k - float(normal_factor(power))
    if df >= _NORMAL_ABOVE:
        return first
    low, high = 0.0, 2.0 * k + 10.0
    while float(nctdtr(df, high, k)) > 1.0 - power:
        high *= 2.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if float(nctdtr(df, middle, k)) > 1.0 - power else (low, middle)
    return 0.5 * (low + high)


def power_of(difference: float, u: float, *, df: float = np.inf, level: float = 0.95) -> float:
    """Probability that a true difference is told apart with its sign. Raises DesignError.

    >>> round(power_of(2.802, 1.0), 3)
    0.8
    """
    from scipy.special import nctdtr

    _check(u, df, level)
    k, effect = float(student_factor((1.0 - level) / 2.0, df)), abs(difference) / u
    if df >= _NORMAL_ABOVE:
        return float(normal_tail(k - effect))
    return 1.0 - float(nctdtr(df, effect, k))


def _check(u: float, df: float, level: float) -> None:
    if not 0.0 < u < np.inf:
        raise DesignError(say("ranking.u", u=u))
    if not df > 0.0:
        raise DesignError(say("ranking.df", df=df))
    if not 0.0 < level < 1.0:
        raise DesignError(say("ranking.level", level=level))
