"""Analysis of variance of nested random factors: mean squares, components and their degrees of freedom."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """One line of the table: groups within the groups of the line above; the last line is the rows themselves."""

    sum_of_squares: float
    df: int

    @property
    def mean_square(self) -> float:
        """Sum of squares over its degrees of freedom."""
        return self.sum_of_squares / self.df


@dataclass(frozen=True)
class Anova:
    """Table of a nested analysis of variance, from the outermost factor to the rows (type I sums of squares)."""

    stages: tuple[Stage, ...]
    coefficient: tuple[tuple[float, ...], ...]
    """Multiple of component l (column) in the expectation of the sum of squares of line k (row); 0 for l < k."""
    mean: float

    @property
    def components(self) -> tuple[float, ...]:
        """Variance components as estimated by the method of moments; a negative one stays negative."""
        squares = np.array([s.sum_of_squares for s in self.stages])
        return tuple(float(v) for v in np.linalg.solve(np.array(self.coefficient), squares))

    @property
    def components_from_zero(self) -> tuple[float, ...]:
        """Variance components with the negative ones set to zero."""
        return tuple(max(v, 0.0) for v in self.components)

    @property
    def total(self) -> float:
        """Sum of the components, the negative ones counted as zero."""
        return math.fsum(self.components_from_zero)

    @property
    def total_df(self) -> float:
        """Satterthwaite degrees of freedom of the total: ``total^2 / sum((a_k MS_k)^2 / df_k)``.

        The total is ``sum a_k MS_k`` over the components that are not negative (Satterthwaite 1946).
        """
        kept = np.array([float(v > 0.0) for v in self.components])
        share = np.linalg.solve(np.array(self.coefficient).T, kept)  # multiples of the sums of squares
        shares = [float(a) * s.sum_of_squares for a, s in zip(share, self.stages, strict=True)]
        spread = math.fsum(x * x / s.df for x, s in zip(shares, self.stages, strict=True))
        return self.total**2 / spread if spread > 0.0 else math.inf

    @property
    def f(self) -> float:
        """Mean square of the outermost factor over that of the line below; infinite where the latter is 0."""
        above, below = self.stages[0].mean_square, self.stages[1].mean_square
        return above / below if below > 0.0 else math.inf

    @property
    def r_squared(self) -> float:
        """Part of the whole sum of squares that lies between the groups."""
        whole = math.fsum(s.sum_of_squares for s in self.stages)
        return 1.0 - self.stages[-1].sum_of_squares / whole if whole > 0.0 else 0.0

    @property
    def residual_sd(self) -> float:
        """Root of the mean square of the rows."""
        return math.sqrt(self.stages[-1].mean_square)


def one_way(y: ArrayLike, group: Sequence[Hashable]) -> Anova:
    """Analysis of variance of one factor; groups may differ in size.

    >>> a = one_way([1.0, 3.0, 6.0, 8.0], ["a", "a", "b", "b"])
    >>> a.stages[0].sum_of_squares, a.stages[1].sum_of_squares, a.f, a.components
    (25.0, 4.0, 12.5, (11.5, 2.0))
    """
    return nested(y, [group])


def nested(y: ArrayLike, factors: Sequence[Sequence[Hashable]]) -> Anova:
    """Analysis of variance of factors each nested in the one before; a level name counts within its parent only.

    Line k: ``SS_k = sum_g n_g (ybar_g - ybar_parent)^2``. Component l enters its expectation with
    ``sum_g sum_{s in g} n_s^2 / n_g`` minus the same over the parents, s the groups of line l (Searle, Casella &
    McCulloch 1992). Values are shifted by the first one and summed exactly, so that constant leading digits do no harm.
    Raises DesignError where a line has no degrees of freedom.
    """
    values = [float(v) for v in np.asarray(y, float).ravel()]
    if not values or any(len(f) != len(values) for f in factors):
        raise DesignError(say("anova.lengths"))
    origin = values[0]
    shifted = [v - origin for v in values]
    lines = [_numbered(list(zip(*factors[:k], strict=True))) for k in range(1, len(factors) + 1)]
    lines = [[0] * len(values), *lines, list(range(len(values)))]
    sizes = [np.bincount(line) for line in lines]
    means = [_means(shifted, line) for line in lines]
    stages = []
    for k in range(1, len(lines)):
        df = len(sizes[k]) - len(sizes[k - 1])
        if df < 1:
            raise DesignError(say("anova.no_freedom", line=k))
        squares = ((means[k][g] - means[k - 1][p]) ** 2 for g, p in zip(lines[k], lines[k - 1], strict=True))
        stages.append(Stage(math.fsum(squares), df))
    weight = [
        [_weight(lines[k], lines[s], sizes[k], sizes[s]) for s in range(1, len(lines))] for k in range(len(lines))
    ]
    table = tuple(
        tuple(weight[k][s] - weight[k - 1][s] if s >= k - 1 else 0.0 for s in range(len(stages)))
        for k in range(1, len(lines))
    )
    return Anova(tuple(stages), table, origin + means[0][0])


def _numbered(names: Sequence[Hashable]) -> list[int]:
    at: dict[Hashable, int] = {}
    return [at.setdefault(name, len(at)) for name in names]


def _means(values: Sequence[float], line: Sequence[int]) -> list[float]:
    """Mean of each group, corrected by the mean of its residuals."""
    held: list[list[float]] = [[] for _ in range(max(line) + 1)]
    for v, g in zip(values, line, strict=True):
        held[g].append(v)
    first = [math.fsum(h) / len(h) for h in held]
    return [m + math.fsum(v - m for v in h) / len(h) for m, h in zip(first, held, strict=True)]


def _weight(outer: Sequence[int], inner: Sequence[int], size: NDArray[np.int64], part: NDArray[np.int64]) -> float:
    """``sum_g sum_{s in g} n_s^2 / n_g``; each row of s brings ``n_s / n_g``."""
    return math.fsum(float(part[s]) / float(size[g]) for g, s in zip(outer, inner, strict=True))
