"""The mean of a number per row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, not_defined, positive_sum


@dataclass(frozen=True)
class Mean(Uncounted):
    """Weighted mean ``sum w_i y_i / sum w_i`` of the column ``value``.

    ``lower`` and ``upper`` are the ends of the scale on which the values are, infinite where it has none.

    >>> import numpy as np
    >>> rows = Rows(np.arange(3), np.zeros(3, int), {"value": np.array([1.0, 2.0, 6.0])})
    >>> Mean().value(rows, np.ones(3)).tolist()
    [3.0]
    """

    lower: float = -np.inf
    upper: float = np.inf
    name: str = field(default="mean", init=False)
    outputs: tuple[str, ...] = field(default=("mean",), init=False)
    roles: tuple[str, ...] = field(default=("value",), init=False)
    smooth: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        if not self.lower < self.upper:
            raise not_defined(
                "parameter_value", name=self.name, parameter="lower", value=self.lower, allowed="less than upper"
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """The ends of the scale of ``value``."""
        return (self.lower, self.upper)

    def arrange(self, rows: Rows) -> Rows:
        """Nothing to prepare."""
        return rows

    def value(self, rows: Rows, w: Array) -> Array:
        """The weighted mean, shape (1,)."""
        return np.array([_mean(rows.column["value"], w, self.name)])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``s_i = (y_i - T) / sum w``, shape (rows, 1)."""
        y = rows.column["value"]
        return ((y - _mean(y, w, self.name)) / np.sum(w))[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A row at each finite end of the scale, shape (finite ends, 1)."""
        mean, total = _mean(rows.column["value"], w, self.name), np.sum(w)
        ends = [end for end in self.bounds if np.isfinite(end)]
        return np.array([(end - mean) / total for end in ends], dtype=np.float64).reshape(-1, 1)

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(sum(map(bool, np.isfinite(self.bounds))))


def _mean(y: Array, w: Array, statistic: str) -> float:
    return float(np.sum(w * y)) / positive_sum(w, statistic=statistic, rows="the rows")
