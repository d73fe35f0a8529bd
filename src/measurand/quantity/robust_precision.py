"""Precision without tests of outliers (ISO 5725-5): Algorithm S, robust precision of a level, the split level."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.collaborative import Cells

Array = NDArray[np.float64]
RobustMean = Callable[[Array], tuple[float, float]]
"""Values -> (location, scale): Algorithm A, Q/Hampel, or mean and standard deviation."""

_KEPT = 0.9
"""Share of the distribution that Algorithm S does not cut."""
_STEPS = 1000
_NEAR = 1e-12


@dataclass(frozen=True)
class RobustPrecision:
    """Precision of a level from robust or other estimates of its parts."""

    mean: float
    s_r: float
    s_L2_estimated: float  # noqa: N815 - symbol of ISO 5725
    """Below 0 where it came out so; then s_L = 0 is used and must be said."""

    @property
    def is_negative(self) -> bool:
        """Whether the between-laboratory variance was estimated below 0."""
        return self.s_L2_estimated < 0.0

    @property
    def s_L(self) -> float:  # noqa: N802 - symbol of ISO 5725
        """Between-laboratory standard deviation; 0 where its variance is negative."""
        return math.sqrt(max(self.s_L2_estimated, 0.0))

    @property
    def s_R(self) -> float:  # noqa: N802
        """Reproducibility standard deviation ``sqrt(s_r^2 + s_L^2)``."""
        return math.hypot(self.s_r, self.s_L)


def algorithm_s_factors(df: float) -> tuple[float, float]:
    """Limit factor ``eta = sqrt(chi^2_0.9 / nu)`` and adjustment ``xi`` that makes s unbiased for its square.

    ``1/xi^2 = P(chi^2_(nu+2) < nu eta^2) + 0.1 eta^2``.

    >>> [[round(x, 3) for x in algorithm_s_factors(nu)] for nu in (1, 2, 3)]
    [[1.645, 1.097], [1.517, 1.054], [1.444, 1.039]]
    """
    from scipy.special import chdtr, chdtri

    if not df > 0.0:
        raise DesignError(say("robust.df", df=df))
    eta = math.sqrt(float(chdtri(df, 1.0 - _KEPT)) / df)
    return eta, 1.0 / math.sqrt(float(chdtr(df + 2.0, df * eta**2)) + (1.0 - _KEPT) * eta**2)


def algorithm_s(deviations: ArrayLike, *, df: float) -> float:
    """Robust pooled standard deviation of standard deviations (or ranges of two) with ``df`` degrees of freedom each.

    ``w* = median``, then ``w* = xi sqrt(mean of min(w, eta w*)^2)`` until it stays (Algorithm S of ISO 5725-5).
    Raises StatisticError where more than half are 0, or the iteration does not settle.
    """
    w = np.asarray(deviations, float).ravel()
    if not len(w) or not np.all(w >= 0.0):
        raise DesignError(say("robust.deviations"))
    eta, xi = algorithm_s_factors(df)
    found = float(np.median(w))
    if not found > 0.0:
        raise StatisticError(say("robust.half_zero"))
    for _ in range(_STEPS):
        before = found
        cut = np.minimum(w, eta * before)
        found = xi * math.sqrt(float(cut @ cut) / len(w))
        if abs(found - before) <= _NEAR * before:
            return found
    raise StatisticError(say("robust.no_convergence", steps=_STEPS))


def robust_precision(held: Cells, *, robust_mean: RobustMean) -> RobustPrecision:
    """s_r by Algorithm S of the laboratories' deviations, ``s_L^2 = s_x^2 - s_r^2 / n`` with the robust scale s_x.

    ``robust_mean`` is applied to the laboratory means. Raises DesignError for unequal numbers of results.
    """
    n = int(held.count[0])
    if n < 2 or np.any(held.count != n):
        raise DesignError(say("collaborative.equal_counts"))
    s_r = algorithm_s(np.sqrt(held.variance), df=n - 1)
    location, s_x = robust_mean(held.mean)
    return RobustPrecision(location, s_r, s_x**2 - s_r**2 / n)


def split_level(first: ArrayLike, second: ArrayLike, *, robust_mean: RobustMean | None = None) -> RobustPrecision:
    """Split-level design: one result of each of two similar materials a, b from each laboratory.

    With the differences ``D = a - b`` and the means ``(a + b)/2``: ``s_r = s_D / sqrt(2)``,
    ``s_L^2 = s_y^2 - s_r^2 / 2``. ``robust_mean`` gives centre and scale of both; absent: mean and standard deviation.
    Shapes (laboratories,). Raises DesignError for unequal lengths, or fewer than two laboratories.
    """
    a, b = np.asarray(first, float).ravel(), np.asarray(second, float).ravel()
    if len(a) != len(b) or len(a) < 2 or not np.all(np.isfinite(a) & np.isfinite(b)):
        raise DesignError(say("robust.pairs"))
    of = robust_mean or _usual
    _, s_d = of(a - b)
    centre, s_y = of((a + b) / 2.0)
    s_r = s_d / math.sqrt(2.0)
    return RobustPrecision(centre, s_r, s_y**2 - s_r**2 / 2.0)


def _usual(values: Array) -> tuple[float, float]:
    return float(values.mean()), float(np.std(values, ddof=1))
