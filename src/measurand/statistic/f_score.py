"""The F-score: weighted harmonic mean of precision and sensitivity, of one class or averaged over classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.weighing import any_row, no_counts, not_defined, one_class, positive_sum

AVERAGES = ("binary", "macro", "micro", "weighted")


@dataclass(frozen=True)
class _Gradient:
    """Value, and its derivative for one unit of weight in each class: found, present by reference, and predicted."""

    value: float
    found: Array
    present: Array
    predicted: Array
    counted: NDArray[np.bool_]
    """Which classes enter the average; no unseen row is of another."""


@dataclass(frozen=True)
class FScore:
    """``F_c = (1 + beta^2) TP_c / (beta^2 (TP_c + FN_c) + TP_c + FP_c)`` of class c (van Rijsbergen 1979).

    ``average``: ``binary`` (class 1 only), ``macro`` (mean over classes), ``weighted`` (mean weighted by the reference
    weight of the class), ``micro`` (of the summed counts: the accuracy, where every row has one class of each kind).
    ``truth`` and ``predicted`` are class codes from 0. The average is over the classes that occur by reference or by
    prediction; with ``number_of_classes`` (not 0) it is an error if fewer do.

    >>> import numpy as np
    >>> column = {"truth": np.array([1.0, 1.0, 0.0]), "predicted": np.array([1.0, 0.0, 0.0])}
    >>> FScore().value(Rows(np.arange(3), np.zeros(3, int), column), np.ones(3)).round(6).tolist()
    [0.666667]
    """

    beta: float = 1.0
    average: str = "binary"
    number_of_classes: int = 0
    name: str = field(default="f_score", init=False)
    outputs: tuple[str, ...] = field(default=("f_score",), init=False)
    roles: tuple[str, ...] = field(default=("truth", "predicted"), init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)
    exact: Literal["no", "binomial", "poisson"] = field(default="no", init=False)

    def __post_init__(self) -> None:
        if not 0.0 < self.beta < np.inf:
            raise not_defined(
                "parameter_value", name=self.name, parameter="beta", value=self.beta, allowed="a positive number"
            )
        if self.average not in AVERAGES:
            raise not_defined(
                "parameter_value",
                name=self.name,
                parameter="average",
                value=self.average,
                allowed=", ".join(AVERAGES),
            )

    def arrange(self, rows: Rows) -> Rows:
        """Nothing to prepare."""
        return rows

    def value(self, rows: Rows, w: Array) -> Array:
        """The F-score, shape (1,). Raises StatisticError where no class is present or predicted."""
        return np.array([self._gradient(rows, w).value])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Derivative for the row's class by reference, its predicted class, and both if equal; shape (rows, 1)."""
        gradient = self._gradient(rows, w)
        truth, predicted = _codes(rows, "truth"), _codes(rows, "predicted")
        s = gradient.present[truth] + gradient.predicted[predicted]
        return (s + np.where(truth == predicted, gradient.found[truth], 0.0))[:, None]

    def counts(self, rows: Rows, w: Array) -> Array:
        """None: raises StatisticError."""
        raise no_counts(self.name)

    def extremes(self, rows: Rows, w: Array) -> Array:
        """The row that lowers and the row that raises the score furthest, over all pairs of classes; shape (2, 1)."""
        gradient = self._gradient(rows, w)
        pulls = gradient.present[:, None] + gradient.predicted[None, :] + np.diag(gradient.found)
        if self.average != "binary":
            pulls = pulls[np.ix_(gradient.counted, gradient.counted)]
        return np.array([[pulls.min()], [pulls.max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def classes(self, rows: Rows) -> Integers:
        """One class: the score does not condition on either column."""
        return one_class(rows)

    def _gradient(self, rows: Rows, w: Array) -> _Gradient:
        truth, predicted = _codes(rows, "truth"), _codes(rows, "predicted")
        size = max(self.number_of_classes, 2, int(max(truth.max(initial=0), predicted.max(initial=0))) + 1)
        total = positive_sum(w, statistic=self.name, rows="the rows")
        found = _by_class(truth, np.where(truth == predicted, w, 0.0), size)
        present, predictions = _by_class(truth, w, size), _by_class(predicted, w, size)
        b2 = self.beta**2
        counted = self._counted(b2 * present + predictions)
        if self.average == "micro":
            value, divisor, one = float(np.sum(found)) / total, (1.0 + b2) * total, np.ones(size)
            return _Gradient(value, one / total, -b2 * value / divisor * one, -value / divisor * one, counted)
        divisors = np.where(counted, b2 * present + predictions, 1.0)
        score = (1.0 + b2) * found / divisors
        share = np.where(counted, present / total if self.average == "weighted" else 1.0 / np.sum(counted), 0.0)
        value = float(np.sum(share * score))
        by_found, by_present, by_predicted = (
            share * (1.0 + b2) / divisors,
            -share * b2 * score / divisors,
            -share * score / divisors,
        )
        if self.average == "weighted":
            by_present = by_present + np.where(counted, (score - value) / total, 0.0)
        return _Gradient(value, by_found, by_present, by_predicted, counted)

    def _counted(self, divisors: Array) -> NDArray[np.bool_]:
        """Which classes enter, shape (classes,). Raises StatisticError where one that must enter has no weight."""
        counted = np.asarray(divisors > 0.0, dtype=np.bool_)
        for number in [1] if self.average == "binary" else range(self.number_of_classes):
            if not counted[number]:
                raise not_defined("class_without_rows", statistic=self.name, number=number)
        if self.average == "binary":
            return np.asarray(np.arange(len(counted)) == 1, dtype=np.bool_)
        return counted


def _by_class(codes: Integers, w: Array, size: int) -> Array:
    return np.bincount(codes, weights=w, minlength=size).astype(np.float64)


def _codes(rows: Rows, role: str) -> Integers:
    return np.asarray(rows.column[role], dtype=np.int64)
