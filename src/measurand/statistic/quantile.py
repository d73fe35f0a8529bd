"""Quantiles of a number per row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.plain import Unbounded
from measurand.statistic.weighing import not_defined, positive_sum

Column = Mapping[str, NDArray[Any]]


def _value(column: Column) -> Array:
    return np.asarray(column["value"], float)


@dataclass(frozen=True)
class SmoothQuantile:
    """``sum_i y_(i) (I(F_i; a, b) - I(F_(i-1); a, b))``, ``a = (n+1) q``, ``b = (n+1)(1-q)`` (Harrell & Davis 1982).

    ``F`` are cumulated shares of weight in the order of the values, I is the regularised incomplete beta function and n
    the number of distinct values. Its sensitivities are exact derivatives.
    """

    q: float
    name: str = "quantile"
    of: Callable[[Column], Array] = _value

    def arrange(self, rows: Rows) -> Rows:
        """Order the values once."""
        return ordered(rows, self.of, self.name)

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        y, weight, _ = self._sorted(rows, w)
        _, below, _ = self._steps(y, weight)
        return np.array([float(y @ np.diff(below, prepend=0.0))])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``dT/dw_i = (sum over later steps of (y_j - y_(j+1)) dI(F_j)/dF - ...) / W``, shape (rows, 1)."""
        y, weight, order = self._sorted(rows, w)
        share, _, density = self._steps(y, weight)
        total = weight.sum()
        # T = y_n - sum_j (y_(j+1) - y_j) I(F_j), and dF_j/dw_i = ([i <= j] - F_j) / W
        slope = -np.diff(y) * density[:-1]
        later = np.append(np.cumsum(slope[::-1])[::-1], 0.0)
        s = np.empty(len(y))
        s[order] = (later - float(slope @ share[:-1])) / total
        return s[:, None]

    def _sorted(self, rows: Rows, w: Array) -> tuple[Array, Array, Integers]:
        order, y = self.arrange(rows).note[self.name]
        positive_sum(w, statistic=self.name, rows="the rows")
        return y[order], w[order], order

    def _steps(self, y: Array, weight: Array) -> tuple[Array, Array, Array]:
        """Cumulated shares, the beta distribution there, and its density, each (rows,)."""
        from scipy.special import betainc, betaln

        n = 1 + int(np.count_nonzero(np.diff(y[weight != 0.0])))
        a, b = (n + 1) * self.q, (n + 1) * (1.0 - self.q)
        share = np.clip(np.cumsum(weight) / weight.sum(), 0.0, 1.0)
        share[-1] = 1.0
        inside = np.clip(share, 1e-300, 1.0 - 1e-16)
        density = np.exp((a - 1.0) * np.log(inside) + (b - 1.0) * np.log1p(-inside) - betaln(a, b))
        return share, np.asarray(betainc(a, b, share)), np.where((share > 0.0) & (share < 1.0), density, 0.0)


@dataclass(frozen=True)
class Quantile(Unbounded):
    """The least value at or below which a share q of the weight lies (the inverse of the distribution function).

    With ``midpoint``, where exactly the share q lies there: the middle between it and the next value, as the median of
    an even number is commonly taken. ``of`` computes the number of a row from its columns. The value is a step
    function of the weights; sensitivities are those of the smooth ``twin``. Limits come from order statistics, or from
    those of the share below (Woodruff 1952).

    >>> rows = Rows(np.arange(5), np.zeros(5, int), {"value": np.array([5.0, 1.0, 4.0, 2.0, 3.0])})
    >>> Quantile(q=0.5).value(rows, np.ones(5)).tolist()
    [3.0]
    """

    q: float
    name: str = "quantile"
    roles: tuple[str, ...] = ("value",)
    of: Callable[[Column], Array] = _value
    bounds: tuple[float, float] = (-np.inf, np.inf)
    midpoint: bool = False
    smooth: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        if not 0.0 < self.q < 1.0:
            raise not_defined("parameter_value", name=self.name, parameter="q", value=self.q, allowed="between 0 and 1")

    @property
    def outputs(self) -> tuple[str, ...]:
        """The quantile itself."""
        return (self.name,)

    @property
    def twin(self) -> SmoothQuantile:
        """The smooth quantile of which the sensitivities are."""
        return SmoothQuantile(self.q, self.name, self.of)

    def arrange(self, rows: Rows) -> Rows:
        """Order the values once."""
        return ordered(rows, self.of, self.name)

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        order, y = self.arrange(rows).note[self.name]
        total = positive_sum(w, statistic=self.name, rows="the rows")
        weight, y = w[order], y[order]
        share = np.cumsum(weight) / total
        at = min(int(np.searchsorted(share, self.q - 1e-12, side="left")), len(y) - 1)
        if not self.midpoint or share[at] > self.q + 1e-12:
            return np.array([y[at]])
        above = at + 1 + int(np.argmax(weight[at + 1 :] > 0.0))
        return np.array([(y[at] + y[above]) / 2.0])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Those of the twin, shape (rows, 1)."""
        return self.twin.sensitivity(rows, w)


def quantile(q: float) -> Quantile:
    """The q-quantile of the observed values."""
    return Quantile(q)


def median_absolute_error() -> Quantile:
    """Median of ``|x - r|``; of an even number of errors the middle of the two middle ones."""

    def error(column: Column) -> Array:
        return np.asarray(np.abs(column["value"] - column["reference"]), float)

    return Quantile(0.5, "median_absolute_error", ("value", "reference"), error, (0.0, np.inf), midpoint=True)


def ordered(rows: Rows, of: Callable[[Column], Array], name: str) -> Rows:
    """The rows with the order of their numbers and the numbers as a note."""

    def prepared(rows: Rows) -> tuple[Integers, Array]:
        y = of(rows.column)
        return np.argsort(y, kind="stable"), y

    return noted(rows, name, prepared)
