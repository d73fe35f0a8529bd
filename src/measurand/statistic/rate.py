"""Events per exposure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from measurand.statistic.contract import Array, Rows
from measurand.statistic.plain import Unbounded
from measurand.statistic.weighing import not_defined, positive_sum


@dataclass(frozen=True)
class Rate(Unbounded):
    """``T = sum w_i x_i / sum w_i t_i``: events x per exposure t (hours, kilometres).

    >>> rows = Rows(np.arange(2), np.zeros(2, int), {"value": np.array([1.0, 2.0]), "exposure": np.array([10.0, 20.0])})
    >>> Rate().value(rows, np.ones(2)).tolist()
    [0.1]
    """

    name: str = field(default="rate", init=False)
    outputs: tuple[str, ...] = field(default=("rate",), init=False)
    roles: tuple[str, ...] = field(default=("value", "exposure"), init=False)
    bounds: tuple[float, float] = field(default=(0.0, np.inf), init=False)
    smooth: bool = field(default=True, init=False)
    exact: Literal["no", "binomial", "poisson"] = field(default="poisson", init=False)

    def arrange(self, rows: Rows) -> Rows:
        """Nothing to prepare. Raises StatisticError for what is no count or no exposure."""
        events, exposure = rows.column["value"], rows.column["exposure"]
        wrong = ~((events >= 0) & (events == np.floor(events)) & (exposure > 0) & np.isfinite(exposure))
        if np.any(wrong):
            raise not_defined("not_counts", statistic=self.name, count=int(wrong.sum()))
        return rows

    def value(self, rows: Rows, w: Array) -> Array:
        """The rate, shape (1,)."""
        events, exposure = self.counts(rows, w)[0]
        return np.array([events / exposure])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``s_i = (x_i - T t_i) / sum w t``, shape (rows, 1)."""
        events, exposure = self.counts(rows, w)[0]
        t = rows.column["exposure"]
        return np.asarray((rows.column["value"] - events / exposure * t) / exposure)[:, None]

    def counts(self, rows: Rows, w: Array) -> Array:
        """Events and exposure, shape (1, 2)."""
        exposure = positive_sum(w * rows.column["exposure"], statistic=self.name, rows="the rows")
        return np.array([[float(np.sum(w * rows.column["value"])), exposure]])
