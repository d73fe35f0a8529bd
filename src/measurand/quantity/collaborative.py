"""Repeatability and reproducibility of one level of a collaborative trial (ISO 5725-2), and ASTM E691's variant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.mean_squares import Deviation, chi_square_factor, deviation, f_factor

Array = NDArray[np.float64]

LIMIT_FACTOR = 2.8
"""``r = 2.8 s_r`` and ``R = 2.8 s_R``: about ``1.96 sqrt(2)``, as in ISO 5725-6."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The results of each laboratory at one level, as far as the formulas use them; shapes (laboratories,)."""

    count: NDArray[np.int64]
    mean: Array
    squares: Array
    """Sum of squares about the laboratory's own mean; 0 for a single result, which has no degree of freedom."""

    @property
    def repeated(self) -> NDArray[np.bool_]:
        """Laboratories with more than one result: only these have a spread."""
        return np.asarray(self.count > 1)

    @property
    def variance(self) -> Array:
        """Variance within each of the repeated laboratories, in their order, shape (repeated laboratories,)."""
        kept = self.repeated
        return np.asarray(self.squares[kept] / (self.count[kept] - 1))

    @property
    def usual_count(self) -> int:
        """Number of results that most of the repeated laboratories have; of equally frequent ones the smallest."""
        counts, often = np.unique(self.count[self.repeated], return_counts=True)
        return int(counts[np.argmax(often)])


@dataclass(frozen=True)
class Precision:
    """Variances of one level by analysis of variance, and the mean squares that they are made of."""

    laboratories: int
    results: int
    singles: int
    """Laboratories with one result: they enter s_L, not s_r."""
    mean: float
    """General mean, of all results."""
    within: float
    """Mean square within the laboratories: s_r^2."""
    between: float
    """Mean square between the laboratories."""
    between_unweighted: float
    """Variance of the laboratory means times ``n_harmonic``; equal to ``between`` for equal numbers of results."""
    n_mean: float
    """``(N - sum n_i^2 / N) / (p - 1)``: multiple of s_L^2 in the mean square between the laboratories."""
    n_harmonic: float
    """``p / sum(1 / n_i)``."""

    @property
    def df_within(self) -> int:
        """Degrees of freedom of s_r^2."""
        return self.results - self.laboratories

    @property
    def df_between(self) -> int:
        """Degrees of freedom between the laboratories."""
        return self.laboratories - 1

    @property
    def s_r(self) -> float:
        """Repeatability standard deviation."""
        return math.sqrt(self.within)

    @property
    def s_L2_estimated(self) -> float:  # noqa: N802 - symbol of ISO 5725
        """Between-laboratory variance ``(MS_between - s_r^2) / n``, below 0 where it came out so."""
        return (self.between - self.within) / self.n_mean

    @property
    def is_negative(self) -> bool:
        """Whether the between-laboratory variance was estimated below 0; then s_L = 0 is used and must be said."""
        return self.s_L2_estimated < 0.0

    @property
    def s_L(self) -> float:  # noqa: N802
        """Between-laboratory standard deviation; 0 where its variance is negative."""
        return math.sqrt(max(self.s_L2_estimated, 0.0))

    @property
    def s_R(self) -> float:  # noqa: N802
        """Reproducibility standard deviation ``sqrt(s_r^2 + s_L^2)``."""
        return math.hypot(self.s_r, self.s_L)

    @property
    def repeatability_limit(self) -> float:
        """``r = 2.8 s_r``."""
        return LIMIT_FACTOR * self.s_r

    @property
    def reproducibility_limit(self) -> float:
        """``R = 2.8 s_R``."""
        return LIMIT_FACTOR * self.s_R


def cells(laboratories: Sequence[ArrayLike]) -> Cells:
    """Counts, means and sums of squares of the results of each laboratory.

    Raises DesignError for fewer than two laboratories, an empty one, or a value that is not finite.
    """
    values = [np.asarray(x, float).ravel() for x in laboratories]
    if len(values) < 2 or not all(len(v) for v in values):
        raise DesignError(say("collaborative.laboratories", count=len(values)))
    count = np.array([len(v) for v in values])
    flat = np.concatenate(values)
    if not np.all(np.isfinite(flat)):
        raise DesignError(say("collaborative.finite"))
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    origin = flat[start]  # constant leading digits go before anything is rounded
    shifted = flat - np.repeat(origin, count)
    centre = np.add.reduceat(shifted, start) / count
    residual = shifted - np.repeat(centre, count)
    return Cells(count, origin + centre, np.add.reduceat(residual**2, start))


def precision(held: Cells) -> Precision:
    """One-way analysis of variance of a level: ``s_r^2 = sum SS_i / (N - p)``, ``s_L^2 = (MS_between - s_r^2) / n``.

    Raises DesignError where no laboratory has more than one result.

    >>> level = precision(cells([[1.0, 3.0], [6.0, 8.0]]))
    >>> level.within, level.between, level.s_L2_estimated
    (2.0, 25.0, 11.5)
    """
    n, p, total = held.count.astype(float), len(held.count), int(held.count.sum())
    if total == p:
        raise DesignError(say("collaborative.no_repeat"))
    origin = float(held.mean[0])
    shifted = held.mean - origin
    centre = float(n @ shifted) / total
    harmonic = p / float(np.sum(1.0 / n))
    return Precision(
        laboratories=p,
        results=total,
        singles=int(np.sum(~held.repeated)),
        mean=origin + centre,
        within=float(held.squares.sum()) / (total - p),
        between=float(n @ (shifted - centre) ** 2) / (p - 1),
        between_unweighted=harmonic * float(np.var(shifted, ddof=1)),
        n_mean=(total - float(n @ n) / total) / (p - 1),
        n_harmonic=harmonic,
    )


def repeatability(found: Precision, *, level: float = 0.95) -> Deviation:
    """s_r with its chi-square interval ``s_r sqrt(nu / chi^2)``. Raises StatisticError where s_r = 0."""
    return deviation([1.0], [found.within], [found.df_within], level=level)


def reproducibility(found: Precision, *, level: float = 0.95) -> Deviation:
    """s_R with the limits of ``V/n_h + (1 - 1/n_h) s_r^2``, V the unweighted mean square between the laboratories.

    Modified large-sample limits (Graybill & Wang 1980; with unequal numbers after Burdick & Graybill 1992), widened to
    hold s_R where the between-laboratory variance is negative. Raises StatisticError where nothing varies.
    """
    share = 1.0 / found.n_harmonic
    parts = [found.between_unweighted, found.within], [found.df_between, found.df_within]
    made = deviation([share, 1.0 - share], *parts, level=level)
    low, high = made.limits
    value = found.s_R
    return Deviation(value, value / math.sqrt(2.0 * made.df), made.df, (min(low, value), max(high, value)))


def between_laboratories(found: Precision, *, level: float = 0.95) -> tuple[float, float]:
    """Interval of the between-laboratory standard deviation, cut at 0 (Williams 1962).

    ``nu (V - s_r^2 F) / (n_h chi^2)`` with F and chi-square of the same tail; it holds the truth about as often
    as it says, or more often.
    """
    tail, nu = 0.5 * (1.0 - level), float(found.df_between)
    tails = np.array([tail, 1.0 - tail])
    excess = found.between_unweighted - found.within * f_factor(tails, nu, found.df_within)
    squares = np.maximum(nu * excess / (found.n_harmonic * chi_square_factor(tails, nu)), 0.0)
    low, high = np.sqrt(squares)
    return float(low), float(high)


@dataclass(frozen=True)
class AstmE691:
    """Precision statistics of ASTM E691, for equal numbers of results."""

    mean: float
    s_x: float
    """Standard deviation of the laboratory means."""
    s_r: float
    s_R: float  # noqa: N815
    """``max(s_r, sqrt(s_x^2 + s_r^2 (n - 1) / n))``."""


def astm_e691(held: Cells) -> AstmE691:
    """Statistics of ASTM E691. Raises DesignError for unequal numbers of results, or single ones."""
    n = int(held.count[0])
    if n < 2 or np.any(held.count != n):
        raise DesignError(say("collaborative.equal_counts"))
    found = precision(held)
    s_x = math.sqrt(found.between / n)
    pooled = math.sqrt(s_x**2 + found.within * (n - 1) / n)
    return AstmE691(found.mean, s_x, found.s_r, max(found.s_r, pooled))
