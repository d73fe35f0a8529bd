"""Homogeneity and stability of the items of a proficiency test (ISO 13528)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.anova import one_way
from measurand.quantity.assigned_value import NEGLIGIBLE, finite, positive
from measurand.quantity.cochran import cochran, cochran_p
from measurand.quantity.mean_squares import chi_square_factor, f_factor, f_tail

_TAIL = 0.05


@dataclass(frozen=True)
class Homogeneity:
    """Standard deviations of g items with m test portions each."""

    items: int
    portions: int
    mean: float
    s_x: float
    """Standard deviation of the means of the items."""
    s_w: float
    """Standard deviation within the items."""
    s_s2_estimated: float
    """``s_x^2 - s_w^2 / m``, below 0 where it came out so; then s_s = 0 is used and must be said."""
    p: float
    """Probability of an F ratio as large where all items are equal; 0 where nothing varies within them."""

    @property
    def is_negative(self) -> bool:
        """Whether the variance between the items was estimated below 0."""
        return self.s_s2_estimated < 0.0

    @property
    def s_s(self) -> float:
        """Standard deviation between the items; 0 where its variance is negative."""
        return math.sqrt(max(self.s_s2_estimated, 0.0))


@dataclass(frozen=True)
class Check:
    """A deviation of the items against its limit, and against the limit that allows for the noise of the check."""

    found: float
    """s_s, or the size of the difference of the means."""
    limit: float
    """``0.3 sigma_pt``."""
    expanded_limit: float
    u_added: float
    """Standard uncertainty that the items add to the assigned value where the check fails."""

    @property
    def is_adequate(self) -> bool:
        """Whether what was found is at most ``0.3 sigma_pt``."""
        return self.found <= self.limit

    @property
    def is_adequate_expanded(self) -> bool:
        """Whether what was found is at most the expanded limit."""
        return self.found <= self.expanded_limit


def homogeneity(portions: ArrayLike) -> Homogeneity:
    """Analysis of variance of items, shape (items, test portions): ``s_s^2 = s_x^2 - s_w^2 / m``.

    For duplicates ``s_w^2 = sum (x_1 - x_2)^2 / (2 g)``. Raises DesignError for fewer than two items or portions, or
    unequal numbers of them, StatisticError where all are equal.

    >>> h = homogeneity([[0.185, 0.194], [0.187, 0.189], [0.182, 0.186], [0.188, 0.196], [0.191, 0.181],
    ...                  [0.188, 0.180], [0.187, 0.196], [0.177, 0.186], [0.179, 0.187], [0.188, 0.196]])
    >>> [round(v, 5) for v in (h.mean, h.s_x, h.s_w, h.s_s)]  # ISO 13528, E.2
    [0.18715, 0.00398, 0.00556, 0.0006]
    """
    x = np.asarray(portions, float)
    if x.ndim != 2 or min(x.shape) < 2 or not np.all(np.isfinite(x)):
        raise DesignError(say("proficiency.items", shape="x".join(str(n) for n in x.shape)))
    g, m = x.shape
    if x.max() == x.min():
        raise StatisticError(say("proficiency.items_equal"))
    table = one_way(x, [int(i) for i in np.repeat(np.arange(g), m)])
    above, below = table.stages
    p = float(f_tail(table.f, above.df, below.df)) if math.isfinite(table.f) else 0.0
    s_x = math.sqrt(above.mean_square / m)
    return Homogeneity(g, m, table.mean, s_x, math.sqrt(below.mean_square), table.components[0], p)


def expanded_factors(items: int, portions: int = 2) -> tuple[float, float]:
    """``F1 = chi^2_0.95(g - 1) / (g - 1)`` and ``F2 = (F_0.95(g - 1, g (m - 1)) - 1) / m``.

    >>> [round(f, 2) for f in expanded_factors(10)]  # ISO 13528, Table B.1: 1.88, 1.01
    [1.88, 1.01]
    """
    if items < 2 or portions < 2:
        raise DesignError(say("proficiency.items", shape=f"{items}x{portions}"))
    df = items - 1
    f2 = (float(f_factor(_TAIL, df, items * (portions - 1))) - 1.0) / portions
    return float(chi_square_factor(_TAIL, df)) / df, f2


def check_homogeneity(found: Homogeneity, sigma_pt: float) -> Check:
    """``s_s <= 0.3 sigma_pt``; expanded: ``s_s <= sqrt(F1 (0.3 sigma_pt)^2 + F2 s_w^2)``.

    The first fails good items now and then, where the portions scatter. Where a check fails, s_s is added to u(x_pt)
    (or to sigma_pt: ``sqrt(sigma_pt^2 + s_s^2)``). Raises DesignError for a sigma_pt not above 0.
    """
    limit = NEGLIGIBLE * positive("sigma_pt", sigma_pt)
    f1, f2 = expanded_factors(found.items, found.portions)
    return Check(found.s_s, limit, math.sqrt(f1 * limit**2 + f2 * found.s_w**2), found.s_s)


@dataclass(frozen=True)
class Suspect:
    """Item with the largest variance of its portions, and Cochran's test of it."""

    item: int
    """Position, counted from 0."""
    statistic: float
    p: float


def cochran_of_portions(portions: ArrayLike) -> Suspect:
    """Cochran's test of the item whose portions differ most; made before s_s, since one bad pair hides the others.

    Errors as ``homogeneity``, and DesignError where no item has a spread.
    """
    homogeneity(portions)
    variances = np.var(np.asarray(portions, float), axis=1, ddof=1)
    statistic = cochran(variances)
    count, m = np.asarray(portions).shape
    return Suspect(int(np.argmax(variances)), statistic, cochran_p(statistic, count, m))


@dataclass(frozen=True)
class Stability:
    """Means of the items before and after, with their standard uncertainties."""

    before: float
    after: float
    u_before: float
    u_after: float

    @property
    def difference(self) -> float:
        """After minus before."""
        return self.after - self.before


def stability(
    before: Sequence[ArrayLike],
    after: Sequence[ArrayLike],
    *,
    u_before: float | None = None,
    u_after: float | None = None,
) -> Stability:
    """Means of the items (each with its portions) at both times, ``u = s / sqrt(g)`` of the item means.

    Numbers of portions may differ. Give the uncertainties where there are fewer than two items, or where they are known
    better. The results of both times must be made under repeatability, else a difference of the days counts as one of
    the items. Raises DesignError for too few items.
    """
    means = [[float(np.mean(np.asarray(v, float))) for v in items] for items in (before, after)]
    given = u_before, u_after
    for items, stated in zip(means, given, strict=True):
        if not items or (len(items) < 2 and stated is None) or not all(math.isfinite(v) for v in items):
            raise DesignError(say("proficiency.stability", before=len(means[0]), after=len(means[1])))
    u = [
        float(np.std(items, ddof=1)) / math.sqrt(len(items)) if stated is None else positive("u", stated, zero=True)
        for items, stated in zip(means, given, strict=True)
    ]
    return Stability(math.fsum(means[0]) / len(means[0]), math.fsum(means[1]) / len(means[1]), u[0], u[1])


def check_stability(found: Stability, sigma_pt: float) -> Check:
    """``|difference| <= 0.3 sigma_pt``; expanded: ``<= 0.3 sigma_pt + 2 sqrt(u^2(before) + u^2(after))``.

    Where a check fails the value at a participant's time lies between both means: ``u = |difference| / sqrt(3)`` about
    the first one (rectangular; the standard leaves the amount open).
    """
    limit = NEGLIGIBLE * positive("sigma_pt", sigma_pt)
    size = abs(finite("difference", found.difference))
    return Check(size, limit, limit + 2.0 * math.hypot(found.u_before, found.u_after), size / math.sqrt(3.0))
