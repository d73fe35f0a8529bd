"""Functions of the table of classes: the weight of each class by reference (lines) and by prediction (columns)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, not_defined, one_class, positive_sum

BINARY_TRUTHS = np.repeat([0, 1], 2)
BINARY_PREDICTIONS = np.tile([0, 1], 2)


@dataclass(frozen=True)
class OfTable:
    """What a function of the table gives: its value and gradient, and which classes an unseen row may be of."""

    value: float
    gradient: Array
    """Derivative for the weight of each cell, shape (classes, classes + 1)."""
    counted: NDArray[np.bool_]
    """Classes that enter, and whether "none of the classes" does, shape (classes + 1,)."""


@dataclass(frozen=True)
class FunctionOfTable(Uncounted):
    """``T = g(C)`` with ``C_tp = sum of w_i`` of the rows of class t by reference and p by prediction.

    Its sensitivities are ``s_i = dg/dC_tp`` at the row's cell; g does not change with the scale of C. Classes are
    codes from 0; the last column of C holds predictions that are none of them (code -1). ``function(C)`` raises
    StatisticError where the value is not defined.

    ``per_class`` says that the value holds the weight of each class by reference fixed (balanced accuracy). ``binary``
    functions have the classes 0 and 1. The kinds of unseen rows are every cell of the table where both hold, else the
    one that lowers and the one that raises the value most. Unbounded values have no kinds.
    """

    name: str
    function: Callable[[Array], OfTable]
    bounds: tuple[float, float] = (0.0, 1.0)
    per_class: bool = False
    binary: bool = False
    number_of_classes: int = 0
    """Least number of lines of the table."""
    roles: tuple[str, ...] = field(default=("truth", "predicted"), init=False)
    smooth: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The value itself."""
        return (self.name,)

    def arrange(self, rows: Rows) -> Rows:
        """Nothing to prepare."""
        return rows

    def value(self, rows: Rows, w: Array) -> Array:
        """The function of the table, shape (1,)."""
        return np.array([self._of(rows, w).value])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """The derivative for the cell of each row, shape (rows, 1)."""
        truth, predicted = _codes(rows)
        return np.asarray(self._of(rows, w).gradient[truth, predicted][:, None])

    def extremes(self, rows: Rows, w: Array) -> Array:
        """Pull of a row in each cell (binary), or the lowest and the highest over the classes, shape (kinds, 1)."""
        if not np.all(np.isfinite(self.bounds)):
            return np.zeros((0, 1))
        of = self._of(rows, w)
        if self.binary and self.per_class:
            return np.asarray(of.gradient[BINARY_TRUTHS, BINARY_PREDICTIONS][:, None])
        pull = of.gradient[:, :-1] if self.binary else of.gradient[np.ix_(of.counted[:-1], of.counted)]
        return np.array([[pull.min()], [pull.max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """The class by reference of each cell, where the value holds it fixed; else any row."""
        if not np.all(np.isfinite(self.bounds)):
            return any_row(0)
        return BINARY_TRUTHS.astype(np.int64) if self.binary and self.per_class else any_row(2)

    def classes(self, rows: Rows) -> Integers:
        """The class by reference where the value holds it fixed."""
        return np.asarray(rows.column["truth"], dtype=np.int64) if self.per_class else one_class(rows)

    def _of(self, rows: Rows, w: Array) -> OfTable:
        positive_sum(w, statistic=self.name, rows="the rows")
        return self.function(table_of(rows, w, least=2 if self.binary else self.number_of_classes))


def table_of(rows: Rows, w: Array, *, least: int = 1) -> Array:
    """Weight by class of the reference (lines) and of the prediction (columns; the last: none of the classes).

    >>> column = {"truth": np.array([0.0, 1.0, 1.0]), "predicted": np.array([0.0, 1.0, -1.0])}
    >>> table_of(Rows(np.arange(3), np.zeros(3, int), column), np.ones(3)).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
    """
    truth, predicted = _codes(rows)
    size = int(max(least, 1, truth.max(initial=-1) + 1, predicted.max(initial=-1) + 1))
    cell = truth * (size + 1) + np.where(predicted < 0, size, predicted)
    return np.bincount(cell, weights=w, minlength=size * (size + 1)).astype(np.float64).reshape(size, size + 1)


def check_parameter(name: str, parameter: str, value: object, *, allowed: tuple[str, ...]) -> None:
    """Raise StatisticError where a parameter is none of the words that are allowed."""
    if value not in allowed:
        raise not_defined("parameter_value", name=name, parameter=parameter, value=value, allowed=", ".join(allowed))


def whole(name: str, parameter: str, value: float, *, least: int) -> int:
    """A parameter that must be a whole number not below ``least``; else raises StatisticError."""
    if not (value >= least and float(value).is_integer()):
        allowed = f"a whole number of at least {least}"
        raise not_defined("parameter_value", name=name, parameter=parameter, value=value, allowed=allowed)
    return int(value)


def _codes(rows: Rows) -> tuple[Integers, Integers]:
    return (
        np.asarray(rows.column["truth"], dtype=np.int64),
        np.asarray(rows.column["predicted"], dtype=np.int64),
    )
