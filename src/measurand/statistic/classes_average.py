"""Recall, precision, F-score and Jaccard index: of one class, or averaged over classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from measurand.statistic import proportion
from measurand.statistic.classes_table import FunctionOfTable, OfTable, check_parameter, whole
from measurand.statistic.contract import Array, Statistic
from measurand.statistic.weighing import not_defined, positive_sum

AVERAGES = ("binary", "macro", "micro", "weighted")


@dataclass(frozen=True)
class Score:
    """``S_c = top TP_c / (present (TP_c + FN_c) + predicted (TP_c + FP_c) - overlap TP_c)`` of class c."""

    name: str
    top: float
    present: float
    predicted: float
    overlap: float = 0.0


@dataclass(frozen=True)
class _Sums:
    """Weights of each class: found, present by reference, predicted."""

    found: Array
    present: Array
    predicted: Array


def f_score(beta: float = 1.0, average: str = "binary", number_of_classes: float = 0) -> FunctionOfTable:
    """``F_c = (1 + beta^2) TP_c / (beta^2 (TP_c + FN_c) + TP_c + FP_c)`` of class c (van Rijsbergen 1979).

    ``average``: ``binary`` (class 1 only), ``macro`` (mean over classes), ``weighted`` (mean weighted by the reference
    weight of the class), ``micro`` (of the summed counts: the accuracy, where every row has one class of each kind).
    The average is over the classes that occur by reference or by prediction; with ``number_of_classes`` (not 0) it is
    an error if fewer do. Raises StatisticError for a parameter that is not allowed.

    >>> from measurand.statistic.contract import Rows
    >>> column = {"truth": np.array([1.0, 1.0, 0.0]), "predicted": np.array([1.0, 0.0, 0.0])}
    >>> f_score().value(Rows(np.arange(3), np.zeros(3, int), column), np.ones(3)).round(6).tolist()
    [0.666667]
    """
    if not 0.0 < beta < np.inf:
        raise not_defined("parameter_value", name="f_score", parameter="beta", value=beta, allowed="a positive number")
    return _averaged(Score("f_score", 1.0 + beta**2, beta**2, 1.0), average, number_of_classes)


def jaccard(average: str = "binary", number_of_classes: float = 0) -> FunctionOfTable:
    """``J_c = TP_c / (TP_c + FN_c + FP_c)`` of class c (Jaccard 1901), averaged like the F-score."""
    return _averaged(Score("jaccard", 1.0, 1.0, 1.0, overlap=1.0), average, number_of_classes)


def recall(average: str = "binary", number_of_classes: float = 0) -> Statistic:
    """``R_c = TP_c / (TP_c + FN_c)`` of class c; averages are over the classes that occur by reference.

    ``binary``: the sensitivity, with its exact counts. ``weighted`` and ``micro`` are both the accuracy.
    """
    check_parameter("recall", "average", average, allowed=AVERAGES)
    if average == "binary":
        return proportion.Share("recall", ("predicted", 1.0), ("truth", 1.0), "rows with positive reference")
    return _averaged(Score("recall", 1.0, 1.0, 0.0), average, number_of_classes, per_class=average == "macro")


def precision(average: str = "binary", number_of_classes: float = 0) -> Statistic:
    """``P_c = TP_c / (TP_c + FP_c)`` of class c; averages are over the classes that occur by reference or prediction.

    ``binary``: the share, with its exact counts. Raises StatisticError where a class that enters is never predicted:
    its precision does not exist.
    """
    check_parameter("precision", "average", average, allowed=AVERAGES)
    if average == "binary":
        return proportion.precision()
    return _averaged(Score("precision", 1.0, 0.0, 1.0), average, number_of_classes)


def balanced_accuracy(number_of_classes: float = 0) -> FunctionOfTable:
    """Mean over classes of the share that is found, ``mean of TP_c / (TP_c + FN_c)``; of two classes half of
    sensitivity plus specificity (Brodersen et al. 2010).

    The mean is over the classes that occur by reference.
    """
    score = Score("balanced_accuracy", 1.0, 1.0, 0.0)
    return _averaged(score, "macro", number_of_classes, per_class=True)


def _averaged(score: Score, average: str, number_of_classes: float, *, per_class: bool = False) -> FunctionOfTable:
    check_parameter(score.name, "average", average, allowed=AVERAGES)
    count = whole(score.name, "number_of_classes", number_of_classes, least=0)
    rule = partial(_micro if average == "micro" else _mean, score, average, count)
    return FunctionOfTable(
        score.name, partial(_of_table, rule), per_class=per_class, binary=average == "binary", number_of_classes=count
    )


_Rule = Callable[[_Sums], tuple[float, _Sums, NDArray[np.bool_]]]
"""Value, its derivative for found, present and predicted weight of each class, and the classes that enter."""


def _of_table(rule: _Rule, table: Array) -> OfTable:
    size = len(table)
    diagonal = np.arange(size)
    sums = _Sums(table[diagonal, diagonal], table.sum(axis=1), table[:, :size].sum(axis=0))
    value, slope, counted = rule(sums)
    gradient = slope.present[:, None] + np.append(slope.predicted, 0.0)
    gradient[diagonal, diagonal] += slope.found
    return OfTable(value, gradient, np.append(counted, True))


def _mean(score: Score, average: str, number: int, sums: _Sums) -> tuple[float, _Sums, NDArray[np.bool_]]:
    """Of one class, or the mean over the classes that enter."""
    entered = _entered(score, average, number, sums)
    divisor = np.where(entered, _divisor(score, sums), 1.0)
    values = np.where(entered, score.top * sums.found / divisor, 0.0)
    total = float(sums.present.sum())
    share = np.where(entered, sums.present / total if average == "weighted" else 1.0 / entered.sum(), 0.0)
    value = float(share @ values)
    pull = share * values / divisor
    by_present = -score.present * pull
    if average == "weighted":
        by_present = by_present + (values - value) / total
    slope = _Sums(share * score.top / divisor + score.overlap * pull, by_present, -score.predicted * pull)
    return value, slope, entered


def _micro(score: Score, average: str, number: int, sums: _Sums) -> tuple[float, _Sums, NDArray[np.bool_]]:
    """Of the sums over classes."""
    entered = _entered(score, average, number, sums)
    divisor = positive_sum(_divisor(score, sums), statistic=score.name, rows="the rows with a predicted class")
    value = score.top * float(sums.found.sum()) / divisor
    one = np.ones(len(sums.found)) / divisor
    pull = value * one
    slope = _Sums(score.top * one + score.overlap * pull, -score.present * pull, -score.predicted * pull)
    return value, slope, entered


def _divisor(score: Score, sums: _Sums) -> Array:
    return score.present * sums.present + score.predicted * sums.predicted - score.overlap * sums.found


def _entered(score: Score, average: str, number: int, sums: _Sums) -> NDArray[np.bool_]:
    """Which classes enter, shape (classes,). Raises StatisticError where the score of one of them does not exist."""
    occurs = sums.present + (sums.predicted if score.predicted else 0.0) > 0.0
    for k in [1] if average == "binary" else range(number):
        if not occurs[k]:
            raise not_defined("class_without_rows", statistic=score.name, number=k)
    entered = np.arange(len(occurs)) == 1 if average == "binary" else occurs
    empty = np.flatnonzero(entered & (_divisor(score, sums) <= 0.0))
    if len(empty) and average != "micro":
        raise not_defined("class_never_predicted", statistic=score.name, number=int(empty[0]))
    return np.asarray(entered, dtype=np.bool_)
