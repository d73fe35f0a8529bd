"""Limits of sums and differences of independent mean squares, in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.budget import welch_satterthwaite

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Deviation:
    """A standard deviation with what is known of it."""

    value: float
    u: float
    """Its standard uncertainty, first order: ``value / sqrt(2 df)``."""
    df: float
    """Degrees of freedom, effective ones (Satterthwaite) where it is made of several mean squares."""
    limits: tuple[float, float]
    """Interval for the true standard deviation."""


def chi_square_factor(tail: ArrayLike, df: ArrayLike) -> Array:
    """Value that chi-square with ``df`` degrees of freedom exceeds with probability ``tail``; shapes broadcast.

    >>> round(float(chi_square_factor(0.05, 10)), 3)
    18.307
    """
    from scipy.special import chdtri

    return np.asarray(chdtri(np.asarray(df, float), np.asarray(tail, float)), float)


def f_factor(tail: ArrayLike, first: ArrayLike, second: ArrayLike) -> Array:
    """Value that F with these degrees of freedom exceeds with probability ``tail``; shapes broadcast.

    >>> round(float(f_factor(0.05, 2, 10)), 3)
    4.103
    """
    from scipy.special import betaincinv

    a, b = np.asarray(first, float) / 2.0, np.asarray(second, float) / 2.0
    x = betaincinv(b, a, np.asarray(tail, float))  # b / (b + a F), small tails without loss of digits
    return np.asarray(b * (1.0 - x) / (a * x), float)


def f_tail(f: ArrayLike, first: ArrayLike, second: ArrayLike) -> Array:
    """Probability that F with these degrees of freedom exceeds ``f``; the inverse of ``f_factor``."""
    from scipy.special import fdtrc

    return np.asarray(fdtrc(np.asarray(first, float), np.asarray(second, float), np.asarray(f, float)), float)


def variance_limits(
    coefficient: ArrayLike, variance: ArrayLike, df: ArrayLike, *, level: float = 0.95
) -> tuple[float, float]:
    """Limits of ``sum a_q V_q`` from those of each mean square, cut at 0.

    ``lower = T - sqrt(sum (a_q V_q - limit_q)^2)`` with the chi-square limit of each mean square that lowers T, and
    ``upper`` likewise: the modified large-sample limits of Graybill & Wang (1980) where no coefficient is negative,
    those of Zou & Donner (2008) else. Exact for one mean square. Shapes (mean squares,). Raises DesignError for a
    level outside (0, 1), or without degrees of freedom.

    >>> [round(x, 3) for x in variance_limits([1.0], [4.0], [10.0])]  # 40 / 20.483, 40 / 3.247
    [1.953, 12.319]
    """
    a, v, nu = (np.asarray(x, float) for x in (coefficient, variance, df))
    if not 0.0 < level < 1.0 or not np.all(nu > 0.0):
        raise DesignError(say("collaborative.level", level=level))
    tail = 0.5 * (1.0 - level)
    lower = v * nu / chi_square_factor(tail, nu)
    upper = v * nu / chi_square_factor(1.0 - tail, nu)
    down = a * (v - np.where(a >= 0.0, lower, upper))
    up = a * (np.where(a >= 0.0, upper, lower) - v)
    value = float(a @ v)
    return max(value - float(np.sqrt(down @ down)), 0.0), max(value + float(np.sqrt(up @ up)), 0.0)


def deviation(
    coefficient: Sequence[float], variance: Sequence[float], df: Sequence[float], *, level: float = 0.95
) -> Deviation:
    """``sqrt(sum a_q V_q)``, no ``a_q`` below 0, with Satterthwaite's degrees of freedom and its limits.

    Raises StatisticError where the sum is 0: then nothing is known of its uncertainty.
    """
    shares = [a * v for a, v in zip(coefficient, variance, strict=True)]
    if not sum(shares) > 0.0:
        raise StatisticError(say("collaborative.no_spread"))
    value = float(np.sqrt(sum(shares)))
    nu = welch_satterthwaite(shares, df)
    low, high = variance_limits(coefficient, variance, df, level=level)
    return Deviation(value, value / float(np.sqrt(2.0 * nu)), nu, (float(np.sqrt(low)), float(np.sqrt(high))))
