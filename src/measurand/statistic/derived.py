"""Statistics of one number that each row gives: means of errors and of losses, shares of rows with a property."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows, Statistic, noted

Column = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Derived:
    """A statistic ``of`` a column that is computed row by row: ``derive(column)``, shape (rows,).

    Everything else (value, sensitivities, exact counts, extreme rows) is that of ``of``, whose only role it fills.
    ``derive`` raises StatisticError where a row gives no number.

    >>> import numpy as np
    >>> from measurand.statistic.mean import Mean
    >>> error = Derived("mean_absolute_error", ("value", "reference"), Mean(lower=0.0),
    ...                 lambda c: np.abs(c["value"] - c["reference"]))
    >>> column = {"value": np.array([1.0, 2.0]), "reference": np.array([1.5, 1.0])}
    >>> error.value(Rows(np.arange(2), np.zeros(2, int), column), np.ones(2)).tolist()
    [0.75]
    """

    name: str
    roles: tuple[str, ...]
    of: Statistic
    derive: Callable[[Column], Array]
    smooth: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The value itself."""
        return (self.name,)

    @property
    def bounds(self) -> tuple[float, float]:
        """Those of the statistic of the derived column."""
        return self.of.bounds

    @property
    def exact(self) -> Literal["no", "binomial", "poisson"]:
        """That of the statistic of the derived column."""
        return self.of.exact

    def arrange(self, rows: Rows) -> Rows:
        """Compute the derived column once."""
        return noted(rows, self.name, lambda r: Rows(r.item, r.cell, {self.of.roles[0]: self.derive(r.column)}))

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        return self.of.value(self._of(rows), w)

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Shape (rows, 1)."""
        return self.of.sensitivity(self._of(rows), w)

    def counts(self, rows: Rows, w: Array) -> Array:
        """Events and trials where the column is 0 or 1, shape (1, 2)."""
        return self.of.counts(self._of(rows), w)

    def extremes(self, rows: Rows, w: Array) -> Array:
        """Rows at the ends of the range of the column, shape (kinds, 1)."""
        return self.of.extremes(self._of(rows), w)

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return self.of.extreme_classes(self._of(rows))

    def classes(self, rows: Rows) -> Integers:
        """One class."""
        return self.of.classes(self._of(rows))

    def _of(self, rows: Rows) -> Rows:
        made: Rows = self.arrange(rows).note[self.name]
        return made
