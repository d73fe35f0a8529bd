"""Several labels per item: share of items with all labels right, Hamming loss, and F-scores over labels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.classes_table import check_parameter
from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.function_of_means import Column, FunctionOfMeans
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, not_defined, positive_sum

ROLES = ("labels", "predicted_labels")
AVERAGES = ("micro", "macro", "weighted", "samples")


def hamming_loss() -> FunctionOfMeans:
    """Mean over rows of the share of labels that are wrong (Schapire & Singer 1999).

    >>> column = {"labels": np.array([[0.0, 1.0], [1.0, 1.0]]), "predicted_labels": np.zeros((2, 2))}
    >>> hamming_loss().value(Rows(np.arange(2), np.zeros(2, int), column), np.ones(2)).tolist()
    [0.75]
    """
    return FunctionOfMeans("hamming_loss", ROLES, (0.0, 1.0), _wrong, _first, _all_right_or_wrong)


def label_f_score(average: str = "micro") -> FunctionOfMeans | LabelFScore:
    """F-score ``2 TP / (2 TP + FN + FP)`` over labels (Tsoumakas, Katakis & Vlahavas 2010).

    ``micro``: of the summed counts; ``macro``: mean over labels; ``weighted``: mean weighted by how often the label
    occurs by reference; ``samples``: mean over rows, a row without labels of either kind counting as right (1). Means
    over labels are over those that occur by reference or by prediction. Raises StatisticError for another average.
    """
    check_parameter("label_f_score", "average", average, allowed=AVERAGES)
    if average == "samples":
        return FunctionOfMeans("label_f_score", ROLES, (0.0, 1.0), _row_f, _first, _all_right_or_wrong)
    return LabelFScore(average)


@dataclass(frozen=True)
class LabelFScore(Uncounted):
    """The F-scores of the labels and their mean; an unseen row may have any labels, so its pull is a sum of pulls.

    The pull of a row is ``sum over labels of found_l [both] + present_l [by reference] + predicted_l [predicted]``;
    each label apart, hence the furthest rows are found label by label.
    """

    average: str
    name: str = field(default="label_f_score", init=False)
    outputs: tuple[str, ...] = field(default=("label_f_score",), init=False)
    roles: tuple[str, ...] = field(default=ROLES, init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def arrange(self, rows: Rows) -> Rows:
        """Notes which labels are both there and predicted."""
        return noted(rows, "both", lambda r: np.multiply(*_both(r.column)))

    def value(self, rows: Rows, w: Array) -> Array:
        """The mean F-score, shape (1,). Raises StatisticError where no label occurs."""
        return np.array([self._slope(rows, w)[0]])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Sum over labels of the derivatives, shape (rows, 1)."""
        _, found, present, predicted = self._slope(rows, w)
        held, given = _both(rows.column)
        return np.asarray(self._right(rows) @ found + held @ present + given @ predicted)[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """The row that lowers and the row that raises the score furthest, shape (2, 1)."""
        _, found, present, predicted = self._slope(rows, w)
        pulls = np.stack([np.zeros(len(found)), present, predicted, found + present + predicted])
        return np.array([[pulls.min(axis=0).sum()], [pulls.max(axis=0).sum()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _right(self, rows: Rows) -> Array:
        return np.asarray(self.arrange(rows).note["both"])

    def _slope(self, rows: Rows, w: Array) -> tuple[float, Array, Array, Array]:
        """Value, and its derivative by the weight of each label: found, present by reference, predicted."""
        positive_sum(w, statistic=self.name, rows="the rows")
        held, given = _both(rows.column)
        found, present, predicted = w @ self._right(rows), w @ held, w @ given
        occurs = present + predicted > 0.0
        if not np.any(occurs) or (self.average == "weighted" and not present.sum() > 0.0):
            raise not_defined("no_label", statistic=self.name)
        if self.average == "micro":
            total = float(np.sum(present + predicted))
            value, one = 2.0 * float(found.sum()) / total, np.ones(len(found)) / total
            return value, 2.0 * one, -value * one, -value * one
        total = float(present.sum()) if self.average == "weighted" else float(occurs.sum())
        share = (present if self.average == "weighted" else occurs.astype(np.float64)) / total
        divisor = np.where(occurs, present + predicted, 1.0)
        f = np.where(occurs, 2.0 * found / divisor, 0.0)
        value, pull = float(share @ f), share * f / divisor
        # a label that never occurred is not in the mean, so no unseen row has it
        more = np.where(occurs, f - value, 0.0) / total if self.average == "weighted" else 0.0
        return value, 2.0 * share / divisor, more - pull, -pull


def _both(column: Column) -> tuple[Array, Array]:
    return np.asarray(column["labels"], dtype=np.float64), np.asarray(column["predicted_labels"], dtype=np.float64)


def _wrong(column: Column) -> Array:
    held, given = _both(column)
    return np.asarray(np.mean(held != given, axis=1, keepdims=True))


def _row_f(column: Column) -> Array:
    held, given = _both(column)
    total = np.sum(held + given, axis=1)
    return np.where(total > 0.0, 2.0 * np.sum(held * given, axis=1) / np.where(total > 0.0, total, 1.0), 1.0)[:, None]


def _first(m: Array) -> tuple[float, Array]:
    return float(m[0]), np.ones(1)


def _all_right_or_wrong(rows: Rows) -> Column:
    labels = np.asarray(rows.column["labels"], dtype=np.float64).shape[1]
    return {"labels": np.ones((2, labels)), "predicted_labels": np.array([[0.0], [1.0]]) * np.ones((2, labels))}
