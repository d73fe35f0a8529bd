"""Intraclass correlations: ratings in numbers, every item rated once by every rater."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.plain import Unbounded
from measurand.statistic.weighing import not_defined, positive_sum

FORMS = ("one-way", "agreement", "consistency")
_PREPARED = "intraclass.table"


@dataclass(frozen=True)
class IntraclassCorrelation(Unbounded):
    """``(BMS - EMS) / (BMS + (k-1) EMS + k (JMS - EMS) / n)`` and its kin (Shrout & Fleiss 1979; McGraw & Wong 1996).

    ``form``: ``one-way`` ICC(1,1), ``agreement`` ICC(2,1), ``consistency`` ICC(3,1). ``mean_of_raters``: of the mean of
    all raters. In terms of the raters' covariances over items: mean variance v, mean covariance c, and variance of the
    raters' means beyond chance ``s = var(means) - (v - c) / n``: agreement ``c / (v + s)``, consistency ``c / v``,
    one-way ``(c - s/k) / (v + s (k-1)/k)``. Covariances have the divisor n - 1, with ``n = (sum v)^2 / sum v^2`` of the
    items' weights; an item weighs ``sum w^2 / sum w`` of its rows. Limits hold for these raters.
    """

    form: str = "agreement"
    mean_of_raters: bool = False
    name: str = field(default="intraclass_correlation", init=False)
    outputs: tuple[str, ...] = field(default=("intraclass_correlation",), init=False)
    roles: tuple[str, ...] = field(default=("value", "group"), init=False)
    bounds: tuple[float, float] = field(default=(-1.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise not_defined(
                "parameter_value", name=self.name, parameter="form", value=self.form, allowed=", ".join(FORMS)
            )

    def arrange(self, rows: Rows) -> Rows:
        """Items by raters, once. Raises StatisticError where an item lacks a rater, or has one twice."""
        return noted(rows, _PREPARED, self._table)

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        item, x = self.arrange(rows).note[_PREPARED]
        v, _ = self._weights(item, w)
        return np.array([self._of(x, v)[0]])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Through the weight of the item, shape (rows, 1)."""
        item, x = self.arrange(rows).note[_PREPARED]
        v, of_row = self._weights(item, w)
        return np.asarray(self._of(x, v)[1][item] * of_row)[:, None]

    def _table(self, rows: Rows) -> tuple[Integers, Array]:
        """Item of each row, and the ratings less their mean, shape (items, raters)."""
        items, item = np.unique(rows.item, return_inverse=True)
        raters, rater = np.unique(rows.column["group"], return_inverse=True)
        shape = (len(items), len(raters))
        count = np.bincount(item.reshape(-1) * shape[1] + rater.reshape(-1), minlength=shape[0] * shape[1])
        if shape[1] < 2 or np.any(count != 1):
            raise not_defined("incomplete_ratings", statistic=self.name, count=int(np.sum(count != 1)), raters=shape[1])
        x = np.zeros(shape)
        x[item.reshape(-1), rater.reshape(-1)] = rows.column["value"]
        return item.reshape(-1), x - x.mean()

    def _weights(self, item: Integers, w: Array) -> tuple[Array, Array]:
        """Weight of each item, and its derivative by the weight of each row."""
        positive_sum(w, statistic=self.name, rows="the rows")
        total, squares = (np.bincount(item, weights=y).astype(float) for y in (w, w * w))
        safe = np.where(total > 0.0, total, 1.0)
        v = squares / safe
        return v, (2.0 * w - v[item]) / safe[item]

    def _of(self, x: Array, v: Array) -> tuple[float, Array]:
        """The coefficient, and its derivative by the weight of each item."""
        total, squares, k = float(v.sum()), float(np.sum(v * v)), x.shape[1]
        n = total * total / squares
        if not n > 1.0 + 1e-12:  # one item holds all of the weight
            raise not_defined("constant", statistic=self.name)
        mean = v @ x / total
        left = x - mean
        trace = np.sum(left * left, axis=1) / k
        cross = (np.sum(left, axis=1) ** 2 - k * trace) / (k * (k - 1.0))
        unbiased = n / (n - 1.0)
        raw_v, raw_c = float(v @ trace) / total, float(v @ cross) / total
        s2 = float(np.var(mean, ddof=1))
        # derivatives by the weights of the items; those of the means do not enter the second moments at first order
        of_n = 2.0 * total / squares - 2.0 * v * total**2 / squares**2
        of_unbiased = -of_n / (n - 1.0) ** 2
        of_v = unbiased * (trace - raw_v) / total + raw_v * of_unbiased
        of_c = unbiased * (cross - raw_c) / total + raw_c * of_unbiased
        of_s = 2.0 * (left @ (mean - mean.mean())) / (k - 1.0) / total
        variance, covariance = unbiased * raw_v, unbiased * raw_c
        s2 -= (variance - covariance) / n
        of_s = of_s - (of_v - of_c) / n + (variance - covariance) / n**2 * of_n
        by_v, by_c, by_s, top, bottom = self._terms(variance, covariance, s2, k)
        if not bottom > 0.0:
            raise not_defined("constant", statistic=self.name)
        value = top / bottom
        slope = by_v[0] * of_v + by_c[0] * of_c + by_s[0] * of_s
        below = by_v[1] * of_v + by_c[1] * of_c + by_s[1] * of_s
        one, of_one = value, (slope - value * below) / bottom
        if not self.mean_of_raters:
            return float(one), np.asarray(of_one)
        divisor = 1.0 + (k - 1.0) * one  # Spearman (1910), Brown (1910)
        return float(k * one / divisor), np.asarray(k / divisor**2 * of_one)

    def _terms(
        self, v: float, c: float, s2: float, k: int
    ) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float], float, float]:
        """Derivatives of numerator and denominator by v, c and s^2; numerator; denominator."""
        if self.form == "consistency":
            return (0.0, 1.0), (1.0, 0.0), (0.0, 0.0), c, v
        if self.form == "agreement":
            return (0.0, 1.0), (1.0, 0.0), (0.0, 1.0), c, v + s2
        return (0.0, 1.0), (1.0, 0.0), (-1.0 / k, (k - 1.0) / k), c - s2 / k, v + s2 * (k - 1.0) / k
