"""Textbook analysis of complete tables of ratings: intraclass correlations with F limits, and tests of agreement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.student import normal_tail

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Intraclass:
    """An intraclass correlation with its limits."""

    value: float
    lower: float
    upper: float


def intraclass(ratings: ArrayLike, *, level: float = 0.95) -> dict[str, Intraclass]:
    """The six forms of Shrout & Fleiss (1979) of a table (items, raters), with limits by F (McGraw & Wong 1996).

    Keys ``ICC(1,1)``, ``ICC(2,1)``, ``ICC(3,1)`` (one-way, raters random, raters fixed) and ``ICC(1,k)``, ... of the
    mean of all raters. Raises DesignError for a table with fewer than two items or raters, or without spread.
    """
    x = np.asarray(ratings, float)
    if x.ndim != 2 or min(x.shape) < 2 or not np.all(np.isfinite(x)):
        raise DesignError(say("raters.table"))
    n, k = x.shape
    row, column, grand = x.mean(axis=1), x.mean(axis=0), float(x.mean())
    between = k * float(np.sum((row - grand) ** 2)) / (n - 1)
    judges = n * float(np.sum((column - grand) ** 2)) / (k - 1)
    left = x - row[:, None] - column[None, :] + grand
    error = float(np.sum(left**2)) / ((n - 1) * (k - 1))
    within = float(np.sum((x - row[:, None]) ** 2)) / (n * (k - 1))
    if not (error > 0.0 and within > 0.0 and between > 0.0):
        raise DesignError(say("raters.no_spread"))
    tail = (1.0 - level) / 2.0
    found: dict[str, Intraclass] = {}
    for name, noise, df in (("1", within, n * (k - 1.0)), ("3", error, (n - 1.0) * (k - 1.0))):
        ratio = between / noise
        low = ratio / _f_factor(tail, n - 1.0, df)
        high = ratio * _f_factor(tail, df, n - 1.0)
        value = (ratio - 1.0) / (ratio + k - 1.0)
        found[f"ICC({name},1)"] = Intraclass(value, (low - 1.0) / (low + k - 1.0), (high - 1.0) / (high + k - 1.0))
        found[f"ICC({name},k)"] = Intraclass(1.0 - 1.0 / ratio, 1.0 - 1.0 / low, 1.0 - 1.0 / high)
    one = (between - error) / (between + (k - 1) * error + k * (judges - error) / n)
    lower, upper = _random_raters(between, judges, error, n=n, k=k, value=one, tail=tail)
    found["ICC(2,1)"] = Intraclass(one, lower, upper)
    found["ICC(2,k)"] = Intraclass(_of_mean(one, k), _of_mean(lower, k), _of_mean(upper, k))
    return found


def _random_raters(
    between: float, judges: float, error: float, *, n: int, k: int, value: float, tail: float
) -> tuple[float, float]:
    """Limits with raters random; the degrees of freedom of the rest by Satterthwaite (Shrout & Fleiss 1979)."""
    ratio = judges / error
    top = k * value * ratio + n * (1.0 + (k - 1.0) * value) - k * value
    bottom = (n - 1.0) * k**2 * value**2 * ratio**2 + (n * (1.0 + (k - 1.0) * value) - k * value) ** 2
    df = (k - 1.0) * (n - 1.0) * top**2 / bottom
    spread = k * judges + (k * n - k - n) * error
    upper_f, lower_f = _f_factor(tail, n - 1.0, df), _f_factor(tail, df, n - 1.0)
    low = n * (between - upper_f * error) / (upper_f * spread + n * between)
    high = n * (lower_f * between - error) / (spread + n * lower_f * between)
    return low, high


def _of_mean(one: float, k: int) -> float:
    return k * one / (1.0 + (k - 1.0) * one)


def _f_factor(tail: float, first: float, second: float) -> float:
    """Quantile of F that is exceeded with probability ``tail``."""
    from scipy.special import fdtri

    return float(fdtri(first, second, 1.0 - tail))


@dataclass(frozen=True)
class AgreementTest:
    """Fleiss' kappa against no agreement beyond chance."""

    value: float
    z: float
    p: float
    """Two-sided."""


def fleiss_test(counts: ArrayLike) -> AgreementTest:
    """Fleiss' kappa of counts (items, classes), equally many ratings per item, with its z under chance alone.

    ``var = 2 ((sum p q)^2 - sum p q (q - p)) / (N m (m-1) (sum p q)^2)`` (Fleiss, Nee & Landis 1979).
    """
    x = np.asarray(counts, float)
    if x.ndim != 2 or len(x) < 2 or np.ptp(x.sum(axis=1)) != 0.0 or x.sum(axis=1)[0] < 2:
        raise DesignError(say("raters.counts"))
    items, m = len(x), float(x[0].sum())
    p = x.sum(axis=0) / x.sum()
    pq = p * (1.0 - p)
    if not pq.sum() > 0.0:
        raise DesignError(say("raters.no_spread"))
    observed = float(np.sum(x * (x - 1.0))) / (items * m * (m - 1.0))
    expected = float(np.sum(p * p))
    value = (observed - expected) / (1.0 - expected)
    variance = 2.0 * (float(pq.sum()) ** 2 - float(np.sum(pq * (1.0 - 2.0 * p)))) / (items * m * (m - 1.0))
    z = value / float(np.sqrt(variance)) * float(pq.sum())
    return AgreementTest(value, z, 2.0 * float(normal_tail(abs(z))))


def conger_kappa(ratings: ArrayLike) -> float:
    """Kappa of classes (items, raters) with each rater's own shares: ``P_e = mean over pairs of raters of sum p_g p_h``

    (Conger 1980). Raises DesignError where chance agreement is complete.
    """
    x = np.asarray(ratings)
    if x.ndim != 2 or min(x.shape) < 2:
        raise DesignError(say("raters.table"))
    classes, code = np.unique(x, return_inverse=True)
    hot = np.eye(len(classes))[code.reshape(x.shape)]
    n, k = x.shape
    of_item, of_rater = hot.sum(axis=1), hot.mean(axis=0)
    observed = float(np.sum(of_item * (of_item - 1.0))) / (n * k * (k - 1.0))
    pairs = float(np.sum(of_rater.sum(axis=0) ** 2) - np.sum(of_rater**2)) / (k * (k - 1.0))
    if not pairs < 1.0:
        raise DesignError(say("raters.no_spread"))
    return float((observed - pairs) / (1.0 - pairs))
