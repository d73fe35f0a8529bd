"""What is known about the sampling of one result: the evidence from which its limits are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Blocks:
    """Independent 0/1 observations in blocks with known weights: strata, or the classes of balanced accuracy."""

    events: Array
    trials: Array
    weight: Array
    """Coefficients of the blocks' shares in the value; they usually add up to 1, shape (blocks,)."""
    fraction: Array | None = None
    """Sampling fraction of each block."""


@dataclass(frozen=True, eq=False)
class Sampling:
    """One output of one measurand with the contributions of its independent units (INTERVALS section 1).

    A unit is a cluster, or an item where there are no clusters (several repeats of an item are rows of one unit).
    """

    value: float
    bounds: tuple[float, float]
    kind: Literal["binomial", "poisson", "bounded", "continuous"]
    """binomial: 0/1 observations; poisson: events per exposure; bounded: another statistic with a finite range whose
    limits follow INTERVALS R2; continuous: means of scores (R4), bounded or not."""
    contribution: Array
    """``c_j``, the sum of ``w_i s_i`` in unit j; adds up to 0 in each block, shape (units,)."""
    block: Integers | None = None
    """Stratum or class of each unit; absent: one block."""
    share: Array | None = None
    """``h_j``, the unit's share of the weight of its block; absent: equal shares."""
    fraction: Array | None = None
    """Sampling fraction f (finite population); absent: 0."""
    rows: Array | None = None
    """``b_j``, rows in the unit; absent: 1."""
    weight: Array | None = None
    """``k_j``, weight of the unit's rows; absent: as the shares."""
    rho: float = 0.0
    """Intraclass correlation of the sensitivities inside units (ANOVA), in [0, 1]."""
    floor: float = np.inf
    """``n0`` of INTERVALS R2, before the finite-population factor."""
    mixed: bool = False
    """Every unit holds rows that raise the value and rows that lower it: no unit was seen to be all of one kind."""
    plain: bool = False
    """Independent rows of equal weight, no strata, no random factor: R1 applies."""
    counts: tuple[float, float] | None = None
    """Events and trials (or exposure), where all rows weigh the same."""
    blocks: Blocks | None = None
    """Given for independent 0/1 observations in blocks of known weights."""
    population: int | None = None
    """Size of the finite population from which the trials were drawn without replacement."""
    scale: Literal["identity", "root", "log", "fisher", "logit"] = "identity"
    """Scale on which the rule is applied: ``root`` for the root of a mean of squares (RMSE), where it is the mean of
    squares; ``log`` for ratios; ``fisher`` for correlations (``atanh``); ``logit`` for log odds, where it is the
    probability."""

    def group(self) -> Integers:
        """Block of each unit, numbered from 0, shape (units,)."""
        if self.block is None:
            return np.zeros(len(self.contribution), np.int64)
        return np.asarray(np.unique(self.block, return_inverse=True)[1].reshape(-1), np.int64)

    def shares(self) -> Array:
        """``h_j`` of each unit, shape (units,)."""
        if self.share is not None:
            return self.share
        group = self.group()
        return np.asarray(1.0 / np.bincount(group)[group], float)

    def weights(self) -> Array:
        """``k_j`` of each unit, shape (units,)."""
        return self.shares() if self.weight is None else self.weight

    def row_counts(self) -> Array:
        """``b_j`` of each unit, shape (units,)."""
        return np.ones(len(self.contribution)) if self.rows is None else self.rows

    def remaining(self) -> Array:
        """``1 - f`` of each unit, shape (units,)."""
        return np.ones(len(self.contribution)) if self.fraction is None else 1.0 - self.fraction

    def is_clustered(self) -> bool:
        """Whether a unit holds more than one row."""
        return self.rows is not None and bool(np.any(self.rows > 1))

    def is_equal(self) -> bool:
        """Whether the units of each block have equal shares and equal numbers of rows."""
        group, b = self.group(), self.row_counts()
        h = self.shares() * np.bincount(group)[group]
        first = np.unique(group, return_index=True)[1]
        return bool(np.allclose(h, 1.0, rtol=1e-9) and np.array_equal(b, b[first][group]))


@dataclass(frozen=True, eq=False)
class Share:
    """Another source's share of the variance of the same output."""

    variance: float
    df: float = np.inf
    type: Literal["A", "B"] = "B"
    levels: int = 0
    """Levels of a random factor; 0: not a factor."""
    key: str = ""

    @property
    def is_factor(self) -> bool:
        """Whether the source is a random factor."""
        return self.type == "A" and self.levels > 0


def only_type(shares: Sequence[Share], kind: Literal["A", "B"]) -> tuple[Share, ...]:
    """The shares of one type."""
    return tuple(s for s in shares if s.type == kind)
