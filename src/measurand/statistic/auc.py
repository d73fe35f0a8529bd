"""Area under the receiver operating characteristic."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.levels import Levels, arranged, score_levels
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import positive_sum


@dataclass(frozen=True)
class Auc(Uncounted):
    """Probability that a positive row scores above a negative one, ties counting half (Bamber 1975).

    ``T = sum_ij w_i w_j psi(x_i, x_j) / (W+ W-)`` over positive i and negative j; psi is 1, 1/2 or 0. Its sensitivities
    are the structural components of DeLong et al. (1988): ``(share of negatives beaten - T) / W+`` for a positive.

    >>> import numpy as np
    >>> column = {"truth": np.array([1.0, 1.0, 0.0, 0.0]), "score": np.array([0.9, 0.4, 0.4, 0.1])}
    >>> Auc().value(Rows(np.arange(4), np.zeros(4, int), column), np.ones(4)).tolist()
    [0.875]
    """

    name: str = field(default="auc", init=False)
    outputs: tuple[str, ...] = field(default=("auc",), init=False)
    roles: tuple[str, ...] = field(default=("truth", "score"), init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def arrange(self, rows: Rows) -> Rows:
        """Number the distinct scores from the lowest, once."""
        return arranged(rows)

    def value(self, rows: Rows, w: Array) -> Array:
        """The area, shape (1,)."""
        area, _, _, _ = self._placements(rows, w)
        return np.array([area])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``(placement_i - T) / (sum of weights of the row's class)``, shape (rows, 1)."""
        area, placement, positives, negatives = self._placements(rows, w)
        total = np.where(rows.column["truth"] == 1.0, positives, negatives)
        return ((placement - area) / total)[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A positive below all, a negative above all, a positive above all, a negative below all; shape (4, 1)."""
        area, _, positives, negatives = self._placements(rows, w)
        down, up = -area, 1.0 - area
        return np.array([[down / positives], [down / negatives], [up / positives], [up / negatives]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Truth of each kind."""
        return np.array([1, 0, 1, 0], dtype=np.int64)

    def classes(self, rows: Rows) -> Integers:
        """The truth of each row."""
        return np.asarray(rows.column["truth"], dtype=np.int64)

    def _placements(self, rows: Rows, w: Array) -> tuple[float, Array, float, float]:
        """Area, share of the other class that each row beats, and the sums of weights of both classes."""
        levels = score_levels(rows)
        positive = rows.column["truth"] == 1.0
        plus, minus = np.where(positive, w, 0.0), np.where(positive, 0.0, w)
        positives = positive_sum(plus, statistic=self.name, rows="rows with positive reference")
        negatives = positive_sum(minus, statistic=self.name, rows="rows with negative reference")
        beaten = _below(levels, minus) / negatives
        beating = 1.0 - _below(levels, plus) / positives
        placement = np.where(positive, beaten[levels.of_row], beating[levels.of_row])
        return float(np.sum(plus * placement)) / positives, placement, positives, negatives


def _below(levels: Levels, w: Array) -> Array:
    """Weight below each level, half of the level's own included."""
    at = levels.sums(w)
    return np.asarray(np.cumsum(at) - 0.5 * at)
