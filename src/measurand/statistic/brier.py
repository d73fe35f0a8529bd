"""The Brier score of probabilities."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.mean import Mean
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row


@dataclass(frozen=True)
class BrierScore(Uncounted):
    """Mean squared difference ``sum w_i (p_i - y_i)^2 / sum w_i`` of a probability and the outcome 0 or 1 (Brier 1950).

    Its sensitivities are those of the mean of the squares.

    >>> import numpy as np
    >>> column = {"truth": np.array([1.0, 0.0]), "score": np.array([0.8, 0.4])}
    >>> BrierScore().value(Rows(np.arange(2), np.zeros(2, int), column), np.ones(2)).round(12).tolist()
    [0.1]
    """

    name: str = field(default="brier_score", init=False)
    outputs: tuple[str, ...] = field(default=("brier_score",), init=False)
    roles: tuple[str, ...] = field(default=("truth", "score"), init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def arrange(self, rows: Rows) -> Rows:
        """Nothing to prepare."""
        return rows

    def value(self, rows: Rows, w: Array) -> Array:
        """The weighted mean of the squares, shape (1,)."""
        return _SQUARES.value(_squares(rows), w)

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``s_i = ((p_i - y_i)^2 - T) / sum w``, shape (rows, 1)."""
        return _SQUARES.sensitivity(_squares(rows), w)

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A row that is quite right and one that is quite wrong, shape (2, 1)."""
        return _SQUARES.extremes(_squares(rows), w)

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)


_SQUARES = Mean(lower=0.0, upper=1.0)


def _squares(rows: Rows) -> Rows:
    difference = rows.column["score"] - rows.column["truth"]
    return Rows(rows.item, rows.cell, {"value": np.square(difference)})
