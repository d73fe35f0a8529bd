"""Shares of rows that are a hit by a rule over several numbers per row: top-k accuracy, all labels right."""

from __future__ import annotations

from functools import partial

import numpy as np

from measurand.statistic.classes_table import whole
from measurand.statistic.contract import Array
from measurand.statistic.derived import Column, Derived
from measurand.statistic.proportion import proportion
from measurand.statistic.weighing import not_defined


def top_k_accuracy(k: float) -> Derived:
    """Share of rows whose class is among the k classes of highest score.

    Of equal scores the class of higher code ranks first, as in scikit-learn 1.9 ``top_k_accuracy_score``. Raises
    StatisticError unless k is a whole number of at least 1, and below the number of classes: with all of them every
    row is a hit.

    >>> from measurand.statistic.contract import Rows
    >>> column = {"truth": np.array([0.0, 1.0]), "scores": np.array([[0.2, 0.5, 0.3], [0.4, 0.5, 0.1]])}
    >>> top_k_accuracy(1).value(Rows(np.arange(2), np.zeros(2, int), column), np.ones(2)).tolist()
    [0.5]
    """
    count = whole("top_k_accuracy", "k", k, least=1)
    return Derived("top_k_accuracy", ("truth", "scores"), proportion(), partial(_among_first, count))


def subset_accuracy() -> Derived:
    """Share of rows whose labels are all right: each that is there is predicted, and no other (Zhu et al. 2005)."""
    return Derived("subset_accuracy", ("labels", "predicted_labels"), proportion(), _all_right)


def _among_first(k: int, column: Column) -> Array:
    truth, scores = np.asarray(column["truth"], dtype=np.int64), np.asarray(column["scores"], dtype=np.float64)
    if k >= scores.shape[1]:
        raise not_defined("every_class_first", statistic="top_k_accuracy", k=k, classes=scores.shape[1])
    own = scores[np.arange(len(truth)), truth][:, None]
    before = (scores > own) | ((scores == own) & (np.arange(scores.shape[1]) > truth[:, None]))
    return np.asarray(before.sum(axis=1) < k, dtype=np.float64)


def _all_right(column: Column) -> Array:
    return np.asarray(np.all(column["labels"] == column["predicted_labels"], axis=1), dtype=np.float64)
