"""What most statistics say alike beside their formula: no exact counts, no classes, no extreme rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows, Statistic
from measurand.statistic.weighing import any_row, no_counts, one_class


@dataclass(frozen=True)
class Uncounted:
    """A statistic without exact counts, that conditions on no class unless it gives its own ``classes``."""

    exact: Literal["no", "binomial", "poisson"] = field(default="no", init=False)

    def counts(self: Statistic, rows: Rows, w: Array) -> Array:
        """None: raises StatisticError."""
        raise no_counts(self.name)

    def classes(self, rows: Rows) -> Integers:
        """One class."""
        return one_class(rows)


@dataclass(frozen=True)
class Unbounded(Uncounted):
    """An uncounted statistic without extreme rows: its value, or the pull of one row, has no limit."""

    def extremes(self: Statistic, rows: Rows, w: Array) -> Array:
        """None, shape (0, outputs)."""
        return np.zeros((0, len(self.outputs)))

    def extreme_classes(self, rows: Rows) -> Integers:
        """None, shape (0,)."""
        return any_row(0)
