"""Area under the curve of precision over recall (average precision) of scores."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.levels import arranged, score_levels
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, positive_sum


@dataclass(frozen=True)
class PrecisionRecallArea(Uncounted):
    """``T = sum over score levels of (recall step) x (precision at the level)``, no interpolation.

    ``T = sum_l (p_l / W+) (P_l / N_l)``: positive weight p of the level, cumulated positive weight P and all weight N
    from the highest score down.

    >>> column = {"truth": np.array([1.0, 0.0, 1.0]), "score": np.array([0.9, 0.6, 0.4])}
    >>> PrecisionRecallArea().value(Rows(np.arange(3), np.zeros(3, int), column), np.ones(3)).round(6).tolist()
    [0.833333]
    """

    name: str = field(default="precision_recall_area", init=False)
    outputs: tuple[str, ...] = field(default=("precision_recall_area",), init=False)
    roles: tuple[str, ...] = field(default=("truth", "score"), init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def arrange(self, rows: Rows) -> Rows:
        """Number the distinct scores from the highest, once."""
        return arranged(rows, falling=True)

    def value(self, rows: Rows, w: Array) -> Array:
        """The area, shape (1,)."""
        return np.array([self._levels(rows, w)[0]])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Own step and its effect on the precision from its level on, shape (rows, 1)."""
        area, precision, by_positive, by_negative, total, level = self._levels(rows, w)
        of_positive = (precision - area) / total + by_positive
        return np.where(rows.column["truth"] == 1.0, of_positive[level], by_negative[level])[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A negative above all, a positive below all, a positive above all; shape (3, 1)."""
        area, _, by_positive, by_negative, total, _ = self._levels(rows, w)
        share = float(np.sum(w[rows.column["truth"] == 1.0]) / np.sum(w))
        below = (share - area) / total
        return np.array([[by_negative[0]], [below], [(1.0 - area) / total + by_positive[0]]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row: the value depends on how many of each there are."""
        return any_row(3)

    def _levels(self, rows: Rows, w: Array) -> tuple[float, Array, Array, Array, float, Integers]:
        """Area; by level: precision, effect of one more positive and of one more negative; positives; level of rows."""
        levels = score_levels(rows, falling=True)
        plus = levels.sums(np.where(rows.column["truth"] == 1.0, w, 0.0))
        every = levels.sums(w)
        total = positive_sum(plus, statistic=self.name, rows="rows with positive reference")
        cumulated, all_above = np.cumsum(plus), np.cumsum(every)
        some = all_above > 0.0
        above = np.where(some, all_above, 1.0)
        precision = np.where(some, cumulated / above, 0.0)
        step = plus / total / above
        by_positive = np.cumsum((step * (1.0 - precision))[::-1])[::-1]
        by_negative = -np.cumsum((step * precision)[::-1])[::-1]
        return float(plus @ precision) / total, precision, by_positive, by_negative, total, levels.of_row
