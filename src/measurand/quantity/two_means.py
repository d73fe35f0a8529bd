"""Tests and limits of the difference of two means: paired, or of different items."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.budget import welch_satterthwaite
from measurand.quantity.student import student_factor, student_tail


@dataclass(frozen=True)
class MeanDifference:
    """A difference of means with its standard uncertainty."""

    value: float
    u: float
    df: float

    @property
    def t(self) -> float:
        """Value over standard uncertainty."""
        return self.value / self.u

    @property
    def p(self) -> float:
        """Two-sided p-value that the means are equal."""
        return 2.0 * float(student_tail(abs(self.t), self.df))

    def limits(self, level: float) -> tuple[float, float]:
        """``value -+ t(df) u``."""
        step = float(student_factor((1.0 - level) / 2.0, self.df)) * self.u
        return self.value - step, self.value + step


def paired_means(first: ArrayLike, second: ArrayLike) -> MeanDifference:
    """Mean of first minus second, value by value (Student 1908). Raises DesignError for unequal or too few values."""
    a, b = np.asarray(first, float).ravel(), np.asarray(second, float).ravel()
    if len(a) != len(b) or len(a) < 2 or not np.all(np.isfinite(a - b)):
        raise DesignError(say("comparison.differences"))
    d = a - b
    return _stated(float(d.mean()), sqrt(float(d.var(ddof=1)) / len(d)), len(d) - 1.0)


def independent_means(first: ArrayLike, second: ArrayLike) -> MeanDifference:
    """Mean of first minus mean of second, variances not taken as equal (Welch 1947). Raises DesignError."""
    a, b = np.asarray(first, float).ravel(), np.asarray(second, float).ravel()
    if min(len(a), len(b)) < 2 or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        raise DesignError(say("comparison.few_values"))
    shares = [float(v.var(ddof=1)) / len(v) for v in (a, b)]
    df = welch_satterthwaite(shares, [len(a) - 1.0, len(b) - 1.0]) if sum(shares) > 0.0 else 1.0
    return _stated(float(a.mean() - b.mean()), sqrt(sum(shares)), df)


def _stated(value: float, u: float, df: float) -> MeanDifference:
    if not u > 0.0:
        raise DesignError(say("comparison.no_spread"))
    return MeanDifference(value, u, df)
