"""Mandel's statistics of consistency between (h) and within (k) laboratories, with their critical values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.collaborative import Cells
from measurand.quantity.mean_squares import f_factor
from measurand.quantity.student import student_factor

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mandel:
    """h of every laboratory, k of those with more than one result."""

    h: Array
    """Shape (laboratories,)."""
    k: Array
    """Shape (repeated laboratories,)."""
    k_of: NDArray[np.int64]
    """Number of the laboratory of each k, from 0."""


def mandel_h(values: ArrayLike) -> Array:
    """``h_i = (y_i - mean) / s`` of one value of each laboratory: its mean, or the differences of a split level.

    Shape (laboratories,). Raises DesignError for fewer than 2, or equal values.

    >>> mandel_h([1.0, 2.0, 3.0]).tolist()
    [-1.0, 0.0, 1.0]
    """
    y = np.asarray(values, float).ravel()
    s = float(np.std(y, ddof=1)) if len(y) > 1 else 0.0
    if not s > 0.0:
        raise DesignError(say("collaborative.no_spread"))
    return np.asarray((y - y.mean()) / s)


def mandel(held: Cells) -> Mandel:
    """``h_i = (mean_i - mean) / s_x`` about the mean of the laboratory means, ``k_i = s_i / sqrt(mean of s^2)``.

    Raises DesignError where the means are all equal, or no laboratory shows a spread.
    """
    variance = held.variance
    if not np.any(variance > 0.0):
        raise DesignError(say("collaborative.no_spread"))
    return Mandel(mandel_h(held.mean), np.sqrt(variance / variance.mean()), np.flatnonzero(held.repeated))


def h_limit(p: int, alpha: float) -> float:
    """Two-sided critical value ``(p - 1) t / sqrt(p (t^2 + p - 2))``, t exceeded with ``alpha / 2`` at p - 2 df.

    Raises DesignError for fewer than 3 laboratories.

    >>> [round(h_limit(p, 0.05), 2) for p in (3, 8, 30)]  # ISO 5725-2, table of Mandel's h
    [1.15, 1.75, 1.91]
    """
    _known(p, 3, alpha)
    t = float(student_factor(0.5 * alpha, p - 2))
    return (p - 1) * t / math.sqrt(p * (t * t + p - 2))


def k_limit(p: int, n: int, alpha: float) -> float:
    """One-sided critical value ``sqrt(p / (1 + (p - 1) / F))`` of p laboratories with n results each.

    F is exceeded with ``alpha`` at n - 1 and (p - 1)(n - 1) degrees of freedom. Raises DesignError for fewer than 2.

    >>> [round(k_limit(p, n, 0.05), 2) for p, n in ((8, 3), (10, 2))]
    [1.67, 1.9]
    """
    _known(p, 2, alpha)
    _known(n, 2, alpha)
    f = float(f_factor(alpha, n - 1, (p - 1) * (n - 1)))
    return math.sqrt(p / (1.0 + (p - 1) / f))


def _known(count: int, least: int, alpha: float) -> None:
    if count < least:
        raise DesignError(say("outlier.count", least=least, count=count))
    if not 0.0 < alpha < 1.0:
        raise DesignError(say("outlier.alpha", alpha=alpha))
