"""The expected calibration error, over bins of equal width or of equal weight."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from measurand.statistic.calibration import ROLES, ExpectedCalibrationError
from measurand.statistic.contract import Array, Integers, Rows, Statistic
from measurand.statistic.levels import arranged, score_levels
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, not_defined, positive_sum


def expected_calibration_error(bins: float = 10, binning: str = "width") -> Statistic:
    """``sum_b |sum_(i in b) w_i (y_i - p_i)| / sum w`` over bins of equal ``width`` or of equal ``mass``."""
    if binning not in ("width", "mass"):
        raise not_defined(
            "parameter_value",
            name="expected_calibration_error",
            parameter="binning",
            value=binning,
            allowed="width or mass",
        )
    by_width = ExpectedCalibrationError(bins)
    return by_width if binning == "width" else EqualMass(by_width)


@dataclass(frozen=True)
class _Cut:
    """Probabilities in levels from the lowest, and where the edges of the bins cut them.

    ``at`` (bins - 1,) is the level that an edge divides, ``inside`` the part of that level's weight below the edge,
    ``turn`` the sign of the bin below less that of the bin above; ``last`` is the sign of the last bin.
    """

    value: float
    total: float
    mean: Array
    weight: Array
    at: Integers
    inside: Array
    share: Array
    turn: Array
    last: float


@dataclass(frozen=True)
class EqualMass(Uncounted):
    """Bins that hold the same weight each; a probability that an edge falls on is divided between both bins.

    With ``G(u)`` the sum of ``w (y - p)`` over the lowest share u of the weight, ``T = sum_b |G(b/B) - G((b-1)/B)| /
    sum w`` (Nguyen & O'Connor 2015). It is biased upwards like that of bins of equal width.

    Not smooth: the sensitivities are exact, but an edge that moves takes one row at a time from bin to bin, and that
    row's own outcome is in them; they overstate the spread, so that replicates give it.

    >>> column = {"truth": np.array([1.0, 0.0, 1.0, 1.0]), "score": np.array([0.1, 0.2, 0.6, 0.9])}
    >>> rows = Rows(np.arange(4), np.zeros(4, int), column)
    >>> EqualMass(ExpectedCalibrationError(2)).value(rows, np.ones(4)).round(12).tolist()
    [0.3]
    """

    by_width: ExpectedCalibrationError
    name: str = field(default="expected_calibration_error", init=False)
    outputs: tuple[str, ...] = field(default=("expected_calibration_error",), init=False)
    roles: tuple[str, ...] = field(default=ROLES, init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=False, init=False)

    def arrange(self, rows: Rows) -> Rows:
        """Number the distinct probabilities from the lowest, once."""
        return arranged(rows)

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        return np.array([self._cut(rows, w).value])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Own gap with the sign of its bin, and the rows that a shifted edge moves to another bin; shape (rows, 1)."""
        c, level = self._cut(rows, w), score_levels(rows).of_row
        gap = rows.column["truth"] - rows.column["score"]
        own, besides = _by_level(c)
        divided = np.bincount(c.at, weights=c.turn * c.inside, minlength=len(c.mean))
        safe = np.where(c.weight != 0.0, c.weight, 1.0)
        of_level = np.where(c.weight != 0.0, divided / safe, 0.0)[level]
        pull = own[level] * gap + besides[level] + of_level * (gap - c.mean[level])
        return np.asarray((pull - c.value) / c.total)[:, None]

    def null_value(self, rows: Rows, w: Array) -> float:
        """``sum_b sqrt(2/pi sum_(i in b) w_i^2 p_i (1 - p_i)) / sum w``: each bin's sum taken as normal."""
        c, levels = self._cut(rows, w), score_levels(rows)
        square = levels.sums(w * w) * levels.distinct * (1.0 - levels.distinct)
        edges = np.concatenate([[0.0], self._edges(), [1.0]]) * c.total
        after = np.cumsum(c.weight)
        before = after - c.weight
        safe = np.where(c.weight > 0.0, c.weight, 1.0)
        spread = 0.0
        for low, high in pairwise(edges):
            part = np.clip(np.minimum(after, high) - np.maximum(before, low), 0.0, None) / safe
            spread += float(np.sqrt(2.0 / np.pi * np.sum(part * part * square)))
        return spread / c.total

    def extremes(self, rows: Rows, w: Array) -> Array:
        """The row that lowers and the row that raises the error furthest, between all probabilities; shape (2, 1)."""
        c, distinct = self._cut(rows, w), score_levels(rows).distinct
        entered = np.flatnonzero(c.weight != 0.0)
        ends = np.concatenate([[0.0], distinct[entered], [1.0]])
        between = np.concatenate([entered, [len(distinct)]])
        own, besides = (np.append(effect, last) for effect, last in zip(_by_level(c), _above(c), strict=True))
        own, besides = own[between], besides[between]
        pull = [own * gap + besides for p in (ends[:-1], ends[1:]) for gap in (1.0 - p, -p)]
        return np.array([[np.min(pull) - c.value], [np.max(pull) - c.value]]) / c.total

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _edges(self) -> Array:
        return np.arange(1, int(self.by_width.bins)) / self.by_width.bins

    def _cut(self, rows: Rows, w: Array) -> _Cut:
        levels = score_levels(rows)
        total = positive_sum(w, statistic=self.name, rows="the rows")
        gap = rows.column["truth"] - rows.column["score"]
        weight, sums = levels.sums(w), levels.sums(w * gap)
        mean = np.where(weight != 0.0, sums / np.where(weight != 0.0, weight, 1.0), 0.0)
        after, below, share = np.cumsum(weight), np.cumsum(sums), self._edges()
        # rounding of the sum of weights must not move an edge that lies between two levels
        at = np.minimum(np.searchsorted(np.maximum.accumulate(after), share * total * (1.0 - 1e-14)), len(levels) - 1)
        inside = share * total - (after[at] - weight[at])
        low = below[at] - sums[at] + inside * mean[at]
        parts = np.diff(np.concatenate([[0.0], low, [below[-1]]]))
        sign = np.sign(parts)
        value = float(np.abs(parts).sum()) / total
        return _Cut(value, total, mean, weight, at, inside, share, sign[:-1] - sign[1:], float(sign[-1]))


def _by_level(c: _Cut) -> tuple[Array, Array]:
    """Effect of weight just below each level, per unit of its own gap and besides: (levels,) each."""
    turned = np.bincount(c.at, weights=c.turn, minlength=len(c.mean))
    moved = np.bincount(c.at, weights=c.turn * c.mean[c.at], minlength=len(c.mean))
    own, displaced = (np.cumsum(x[::-1])[::-1] for x in (turned, moved))
    return np.asarray(own + c.last), np.asarray(np.sum(c.turn * c.share * c.mean[c.at]) - displaced)


def _above(c: _Cut) -> tuple[float, float]:
    """The same above all levels."""
    return c.last, float(np.sum(c.turn * c.share * c.mean[c.at]))
