"""Area under the receiver operating characteristic up to a false positive rate."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.levels import arranged, score_levels
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import not_defined, positive_sum


@dataclass(frozen=True)
class _Curve:
    """The curve from the highest score down: at the end of each level the cumulated weights of both classes."""

    level: Integers
    positive: Array
    area: float
    end: float
    """True positive rate at the largest false positive rate."""
    before: Array
    """True positive rate before each level, and ``after`` it."""
    after: Array
    inside: Array
    """Share of each level's false positive step that lies within the largest false positive rate."""
    beaten: Array
    """Part of the area that a positive of each level adds."""
    positives: float
    negatives: float


@dataclass(frozen=True)
class PartialAuc(Uncounted):
    """``T = integral of TPR over FPR from 0 to fpr``, the curve drawn straight through ties (McClish 1989).

    ``standardised``: ``(1 + (T - fpr^2/2) / (fpr - fpr^2/2)) / 2``, one half for scores without information.

    >>> column = {"truth": np.array([1.0, 1.0, 0.0, 0.0]), "score": np.array([0.9, 0.4, 0.5, 0.1])}
    >>> PartialAuc(fpr=0.5).value(Rows(np.arange(4), np.zeros(4, int), column), np.ones(4)).tolist()
    [0.25]
    """

    fpr: float
    standardised: bool = False
    name: str = field(default="partial_auc", init=False)
    outputs: tuple[str, ...] = field(default=("partial_auc",), init=False)
    roles: tuple[str, ...] = field(default=("truth", "score"), init=False)
    smooth: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        if not 0.0 < self.fpr <= 1.0:
            raise not_defined(
                "parameter_value", name=self.name, parameter="fpr", value=self.fpr, allowed="above 0, at most 1"
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """Those of a curve along the axes."""
        return (self._scaled(0.0), self._scaled(self.fpr))

    def arrange(self, rows: Rows) -> Rows:
        """Number the distinct scores from the highest, once."""
        return arranged(rows, falling=True)

    def value(self, rows: Rows, w: Array) -> Array:
        """The area, shape (1,)."""
        return np.array([self._scaled(self._curve(rows, w).area)])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Derivative of the area: a positive adds what it beats, a negative stretches the axis; shape (rows, 1)."""
        c = self._curve(rows, w)
        of_positive = (c.beaten - c.area) / c.positives
        mean = (c.before + c.after) / 2.0
        # a level that lies within the range pushes what follows beyond its end; the level at the end is stretched
        push = np.where(c.inside >= 1.0, mean - c.end, -(c.after - c.before) * c.inside**2 / 2.0)
        of_negative = (self.fpr * c.end - c.area + np.where(c.inside > 0.0, push, 0.0)) / c.negatives
        s = np.where(c.positive, of_positive[c.level], of_negative[c.level])
        return np.asarray(self._factor * s)[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A positive below all, a negative above all, a positive above all, a negative below all; shape (4, 1)."""
        c = self._curve(rows, w)
        stretched = self.fpr * c.end - c.area
        pull = [-c.area / c.positives, (stretched - c.end) / c.negatives, (self.fpr - c.area) / c.positives]
        last = stretched if self.fpr < 1.0 else stretched + 1.0 - c.end
        return self._factor * np.array([*pull, last / c.negatives])[:, None]

    def extreme_classes(self, rows: Rows) -> Integers:
        """Truth of each kind."""
        return np.array([1, 0, 1, 0], dtype=np.int64)

    def classes(self, rows: Rows) -> Integers:
        """The truth of each row."""
        return np.asarray(rows.column["truth"], dtype=np.int64)

    def _scaled(self, area: float) -> float:
        f = self.fpr
        return (1.0 + (area - f * f / 2.0) / (f - f * f / 2.0)) / 2.0 if self.standardised else area

    @property
    def _factor(self) -> float:
        return 0.5 / (self.fpr - self.fpr**2 / 2.0) if self.standardised else 1.0

    def _curve(self, rows: Rows, w: Array) -> _Curve:
        levels = score_levels(rows, falling=True)
        positive = rows.column["truth"] == 1.0
        plus = levels.sums(np.where(positive, w, 0.0))
        minus = levels.sums(np.where(positive, 0.0, w))
        positives = positive_sum(plus, statistic=self.name, rows="rows with positive reference")
        negatives = positive_sum(minus, statistic=self.name, rows="rows with negative reference")
        after, right = np.cumsum(plus) / positives, np.cumsum(minus) / negatives
        before, left = after - plus / positives, right - minus / negatives
        width = right - left
        safe = np.where(width > 0.0, width, 1.0)
        inside = np.where(width > 0.0, np.clip((self.fpr - left) / safe, 0.0, 1.0), (left <= self.fpr).astype(float))
        # rounding must not cut the last level where the whole range is wanted
        inside = np.where(self.fpr >= 1.0, 1.0, inside)
        rise = before + (after - before) * inside
        area = float(np.sum(width * inside * (before + rise) / 2.0))
        reached = np.flatnonzero(inside > 0.0)
        end = float(rise[reached[-1]]) if len(reached) else 0.0
        beaten = np.maximum(self.fpr - left, 0.0) - width * inside * (1.0 - inside / 2.0)
        return _Curve(levels.of_row, positive, area, end, before, after, inside, beaten, positives, negatives)
