"""Intermediate precision (ISO 5725-3): nested designs of laboratory, day, run, full or staggered."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.anova import Anova, nested
from measurand.quantity.budget import welch_satterthwaite
from measurand.quantity.mean_squares import Deviation, variance_limits

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Component:
    """Variance that one factor brings."""

    factor: str
    """Its name; the replicates have the name ``repeatability``."""
    estimated: float
    """Below 0 where it came out so; then 0 is used and must be said."""
    limits: tuple[float, float]
    """Interval of the standard deviation, cut at 0."""

    @property
    def is_negative(self) -> bool:
        """Whether the variance was estimated below 0."""
        return self.estimated < 0.0

    @property
    def deviation(self) -> float:
        """Standard deviation; 0 where the variance is negative."""
        return math.sqrt(max(self.estimated, 0.0))


@dataclass(frozen=True)
class Intermediate:
    """Standard deviation of one result when these factors differ, the others are the same."""

    differs: tuple[str, ...]
    """() for repeatability; all factors for reproducibility where the outermost is the laboratory."""
    deviation: Deviation


@dataclass(frozen=True)
class NestedPrecision:
    """Components from the outermost factor to the replicates, and the precision under growing conditions."""

    anova: Anova
    components: tuple[Component, ...]
    precisions: tuple[Intermediate, ...]
    """Repeatability first; each further one has the next outer factor differ as well."""


def intermediate_precision(
    y: ArrayLike, factors: Mapping[str, Sequence[Hashable]], *, level: float = 0.95
) -> NestedPrecision:
    """Nested factors, the outermost first; each gives the level of each value, which counts within its parent only.

    Mean squares of type I; a component is a sum and difference of them, and so is the variance
    ``s_I^2 = s_r^2 + s_run^2 + ...`` of which the limits are ``variance_limits`` (exact for repeatability, close for
    equal numbers, approximate else), widened to hold the estimate where a negative component counts as 0.
    Raises DesignError where a factor has no degrees of freedom, StatisticError where replicates do not differ.
    """
    table = nested(y, list(factors.values()))
    df = np.array([s.df for s in table.stages], float)
    squares = np.array([s.mean_square for s in table.stages])
    if not squares[-1] > 0.0:
        raise StatisticError(say("collaborative.no_spread"))
    made_of = np.linalg.inv(np.array(table.coefficient)) * df  # (components, mean squares)
    values = made_of @ squares
    names = [*factors, "repeatability"]
    components = tuple(
        Component(name, float(v), _roots(variance_limits(row, squares, df, level=level)))
        for name, v, row in zip(names, values, made_of, strict=True)
    )
    steps = range(len(names) - 1, -1, -1)
    precisions = tuple(
        Intermediate(tuple(reversed(names[k:-1])), _sum(made_of[k:], values[k:], squares, df, level)) for k in steps
    )
    return NestedPrecision(table, components, precisions)


def staggered(values: ArrayLike, names: Sequence[str], *, level: float = 0.95) -> NestedPrecision:
    """Staggered nested design: as many results in each laboratory as factors and replicates together.

    Shape (laboratories, results). Columns 1 and 2 agree in all factors; each further column differs in one more outer
    factor, the last one in the outermost below the laboratory. ``names`` of the factors, the laboratory first, are one
    fewer than the columns. Three factors: ``E MS = s_r^2 + 5/3 s_1^2 + 3 s_0^2``, ``s_r^2 + 4/3 s_1^2``, ``s_r^2``.
    """
    y = np.asarray(values, float)
    if y.ndim != 2 or y.shape[1] < 2 or len(names) != y.shape[1] - 1:
        raise DesignError(say("intermediate.staggered"))
    p, m = y.shape
    column = np.tile(np.arange(m), p)
    factors: dict[str, Sequence[Hashable]] = {names[0]: np.repeat(np.arange(p), m).tolist()}
    for j, name in enumerate(names[1:], start=1):
        factors[name] = (column == m - j).tolist()
    return intermediate_precision(y.ravel(), factors, level=level)


def _roots(limits: tuple[float, float]) -> tuple[float, float]:
    return math.sqrt(limits[0]), math.sqrt(limits[1])


def _sum(made_of: Array, values: Array, squares: Array, df: Array, level: float) -> Deviation:
    """Deviation of the sum of components, those below 0 counted as 0."""
    kept = made_of[values > 0.0].sum(axis=0)
    value = math.sqrt(float(np.maximum(values, 0.0).sum()))
    nu = welch_satterthwaite(list(kept * squares), list(df))
    low, high = _roots(variance_limits(made_of.sum(axis=0), squares, df, level=level))
    return Deviation(value, value / math.sqrt(2.0 * nu), nu, (min(low, value), max(high, value)))
