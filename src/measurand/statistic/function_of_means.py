"""Smooth functions of weighted means: most quantities of a contingency table or of pairs of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, one_class, positive_sum

Column = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class FunctionOfMeans(Uncounted):
    """``T = g(m)`` with ``m_k = sum_i w_i x_ik / sum_i w_i``, where ``x_i`` are numbers of row i.

    Its sensitivities are ``s_i = sum_k dg/dm_k (x_ik - m_k) / sum w``.

    ``terms(column)`` gives ``x``, shape (rows, k). ``function(m)`` gives the value and its gradient, shape (k,); it
    raises StatisticError where the value is not defined. ``unseen(rows)`` gives the columns of the rows that could
    pull furthest: with ``conditions`` each is a kind, of the class that the role of that name says; otherwise the
    kinds are the one that lowers and the one that raises the value most. None: the value is unbounded.

    >>> share = FunctionOfMeans(
    ...     "share", ("outcome",), (0.0, 1.0), lambda c: c["outcome"][:, None], lambda m: (m[0], np.ones(1))
    ... )
    >>> rows = Rows(np.arange(4), np.zeros(4, int), {"outcome": np.array([1.0, 0.0, 1.0, 1.0])})
    >>> share.value(rows, np.ones(4)).tolist()
    [0.75]
    """

    name: str
    roles: tuple[str, ...]
    bounds: tuple[float, float]
    terms: Callable[[Column], Array]
    function: Callable[[Array], tuple[float, Array]]
    unseen: Callable[[Rows], Column] | None = None
    conditions: str | None = None
    smooth: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The value itself."""
        return (self.name,)

    def arrange(self, rows: Rows) -> Rows:
        """Compute the terms once."""
        return noted(rows, self.name, lambda r: self.terms(r.column))

    def value(self, rows: Rows, w: Array) -> Array:
        """The function of the means, shape (1,)."""
        return np.array([self.function(self._means(rows, w))[0]])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``(x_i - m) . dg/dm / sum w``, shape (rows, 1)."""
        return self._pull(self._terms(rows), rows, w)[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """Pull of the unseen rows: of each, or the lowest and the highest; shape (kinds, 1)."""
        if self.unseen is None:
            return np.zeros((0, 1))
        pull = self._pull(self.terms(self.unseen(rows)), rows, w)
        return (pull if self.conditions else np.array([pull.min(), pull.max()]))[:, None]

    def extreme_classes(self, rows: Rows) -> Integers:
        """The class of each unseen row; any row where the statistic conditions on none."""
        if self.unseen is None or self.conditions is None:
            return any_row(0 if self.unseen is None else 2)
        return np.asarray(self.unseen(rows)[self.conditions], dtype=np.int64)

    def classes(self, rows: Rows) -> Integers:
        """The values of the role on which the statistic conditions."""
        return one_class(rows) if self.conditions is None else np.asarray(rows.column[self.conditions], dtype=np.int64)

    def _means(self, rows: Rows, w: Array) -> Array:
        total = positive_sum(w, statistic=self.name, rows="the rows")
        return np.asarray(w @ self._terms(rows) / total)

    def _terms(self, rows: Rows) -> Array:
        return np.asarray(self.arrange(rows).note[self.name])

    def _pull(self, x: Array, rows: Rows, w: Array) -> Array:
        m = self._means(rows, w)
        return np.asarray((x - m) @ self.function(m)[1] / np.sum(w))
