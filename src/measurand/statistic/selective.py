"""Answering only where the system is confident: the risk among the most confident answers, and its mean over all."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.levels import Levels, arranged, score_levels
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, not_defined, positive_sum

ROLES = ("outcome", "score")


@dataclass(frozen=True)
class RiskCoverageArea(Uncounted):
    """``T = sum_i w_i R(s_i) / sum w`` with ``R(s)`` the share of wrong answers among those of score s or above.

    The mean, over the answers taken one by one from the most confident, of the share that is wrong so far (area under
    the risk-coverage curve, Geifman & El-Yaniv 2017). Answers of equal score are taken together.

    >>> column = {"outcome": np.array([1.0, 0.0, 1.0, 0.0]), "score": np.array([0.9, 0.8, 0.6, 0.1])}
    >>> rows = Rows(np.arange(4), np.zeros(4, int), column)
    >>> RiskCoverageArea().value(rows, np.ones(4)).round(12).tolist()  # (0 + 1/2 + 1/3 + 2/4) / 4
    [0.333333333333]
    """

    name: str = field(default="risk_coverage_area", init=False)
    outputs: tuple[str, ...] = field(default=("risk_coverage_area",), init=False)
    roles: tuple[str, ...] = field(default=ROLES, init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def arrange(self, rows: Rows) -> Rows:
        """Number the scores from the highest, once."""
        return arranged(rows, falling=True)

    def value(self, rows: Rows, w: Array) -> Array:
        """The mean risk, shape (1,)."""
        mass, above, risk, _ = self._curve(rows, w)
        return np.array([float(mass @ risk) / float(above[-1])])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``(R(s_j) + sum of m_l (e_j - R_l) / M_l over levels from s_j down - T) / sum w``, shape (rows, 1)."""
        mass, above, risk, levels = self._curve(rows, w)
        total, mean = float(above[-1]), float(mass @ risk) / float(above[-1])
        down, of_risk = _from_here_down(mass / above), _from_here_down(mass * risk / above)
        wrong, at = 1.0 - rows.column["outcome"], levels.of_row
        return np.asarray((risk[at] + wrong * down[at] - of_risk[at] - mean) / total)[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A right, and a wrong, answer more confident than all others, shape (2, 1)."""
        mass, above, risk, _ = self._curve(rows, w)
        total, mean = float(above[-1]), float(mass @ risk) / float(above[-1])
        down, of_risk = float(np.sum(mass / above)), float(np.sum(mass * risk / above))
        return np.array([[-of_risk - mean], [1.0 + down - of_risk - mean]]) / total

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _curve(self, rows: Rows, w: Array) -> tuple[Array, Array, Array, Levels]:
        """Weight of each level, weight down to it, and risk down to it, the most confident level first."""
        positive_sum(w, statistic=self.name, rows="the rows")
        levels = score_levels(rows, falling=True)
        mass, wrong = levels.sums(w), levels.sums(w * (1.0 - rows.column["outcome"]))
        above = np.cumsum(mass)
        there = above > 0.0
        above = np.where(there, above, 1.0)  # levels before the first weight weigh nothing themselves
        return mass, above, np.where(there, np.cumsum(wrong) / above, 0.0), levels


@dataclass(frozen=True)
class SelectiveRisk(Uncounted):
    """Share of wrong answers among the most confident ones that hold the share ``coverage`` of the weight.

    ``T = (sum of w e above the cut + r (c W - sum of w above)) / (c W)``: of the score that the cut falls on, as many
    as are needed are taken, wrong at its rate r. Not smooth: a row moves past the cut as a whole, so that
    replicates give the spread (El-Yaniv & Wiener 2010).

    >>> column = {"outcome": np.array([1.0, 0.0, 1.0, 0.0]), "score": np.array([0.9, 0.8, 0.6, 0.1])}
    >>> rows = Rows(np.arange(4), np.zeros(4, int), column)
    >>> SelectiveRisk(0.5).value(rows, np.ones(4)).tolist()
    [0.5]
    """

    coverage: float
    name: str = field(default="selective_risk", init=False)
    outputs: tuple[str, ...] = field(default=("selective_risk",), init=False)
    roles: tuple[str, ...] = field(default=ROLES, init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        if not 0.0 < self.coverage <= 1.0:
            raise not_defined(
                "parameter_value", name=self.name, parameter="coverage", value=self.coverage,
                allowed="above 0, at most 1",
            )  # fmt: skip

    def arrange(self, rows: Rows) -> Rows:
        """Number the scores from the highest, once."""
        return arranged(rows, falling=True)

    def value(self, rows: Rows, w: Array) -> Array:
        """The risk, shape (1,)."""
        risk, *_ = self._cut(rows, w)
        return np.array([risk])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``(e_j - r + c r - c T) / (c W)`` above the cut, ``c (r - T) / (c W)`` below, at it a part."""
        risk, rate, part, cut, levels = self._cut(rows, w)
        wrong, level = 1.0 - rows.column["outcome"], levels.of_row
        inside = np.where(level < cut, 1.0, np.where(level == cut, part, 0.0))
        held = self.coverage * float(np.sum(w))
        return np.asarray((inside * (wrong - rate) + self.coverage * (rate - risk)) / held)[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A right, and a wrong, answer more confident than all others, shape (2, 1)."""
        risk, rate, *_ = self._cut(rows, w)
        pull = np.array([[0.0 - rate], [1.0 - rate]]) + self.coverage * (rate - risk)
        return pull / (self.coverage * float(np.sum(w)))

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _cut(self, rows: Rows, w: Array) -> tuple[float, float, float, int, Levels]:
        """Risk; rate of wrong answers at the cut; the part of that level that is inside; the level; all levels."""
        total = positive_sum(w, statistic=self.name, rows="the rows")
        levels = score_levels(rows, falling=True)
        mass, wrong = levels.sums(w), levels.sums(w * (1.0 - rows.column["outcome"]))
        wanted, above = self.coverage * total, np.cumsum(mass)
        # the level that holds the last of the wanted weight; of rounding no level is opened
        cut = int(np.searchsorted(above, wanted * (1.0 - 1e-12)))
        cut = min(cut, len(mass) - 1)
        before = float(above[cut] - mass[cut])
        rate = float(wrong[cut] / mass[cut])
        part = min(1.0, (wanted - before) / float(mass[cut]))
        return float((wrong[:cut].sum() + rate * (wanted - before)) / wanted), rate, part, cut, levels


def _from_here_down(x: Array) -> Array:
    """Sums of a level and all below it."""
    return np.cumsum(x[::-1])[::-1]
