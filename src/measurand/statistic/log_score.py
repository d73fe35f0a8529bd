"""Proper scores of probabilities: the logarithmic score, and both scores over several classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers
from measurand.statistic.derived import Derived
from measurand.statistic.mean import Mean
from measurand.statistic.weighing import not_defined

Column = Mapping[str, NDArray[Any]]
SUM = 1e-3
"""How far from one the probabilities of the classes may sum, for rounding in a file."""


def log_score() -> Derived:
    """Mean of ``-y ln p - (1 - y) ln(1 - p)`` (Good 1952). Raises StatisticError where what happened had p = 0."""

    def score(column: Column) -> Array:
        p = np.where(column["truth"] == 1.0, column["score"], 1.0 - column["score"])
        return _surprise(p, "log_score")

    return Derived("log_score", ("truth", "score"), Mean(lower=0.0), score)


def multiclass_log_score() -> Derived:
    """Mean of ``-ln p`` of the class that is true. Probabilities of the classes must sum to one."""

    def score(column: Column) -> Array:
        return _surprise(_of_truth(column, "multiclass_log_score"), "multiclass_log_score")

    return Derived("multiclass_log_score", ("truth", "scores"), Mean(lower=0.0), score)


def multiclass_brier_score() -> Derived:
    """Mean of ``sum_c (p_c - [c is true])^2``, in [0, 2] (Brier 1950). Probabilities must sum to one."""

    def score(column: Column) -> Array:
        true = _of_truth(column, "multiclass_brier_score")
        return np.asarray(np.sum(np.square(column["scores"]), axis=1) - 2.0 * true + 1.0, float)

    return Derived("multiclass_brier_score", ("truth", "scores"), Mean(lower=0.0, upper=2.0), score)


def _surprise(p: Array, name: str) -> Array:
    impossible = int(np.sum(~(p > 0.0)))
    if impossible:
        raise not_defined("probability_zero", statistic=name, count=impossible)
    return np.asarray(-np.log(np.minimum(p, 1.0)), float)


def true_class(column: Column, name: str) -> Integers:
    """Position of the true class of each row, shape (rows,). Raises StatisticError where it has no score."""
    truth = column["truth"].astype(np.int64)
    absent = int(np.sum((truth < 0) | (truth >= column["scores"].shape[1])))
    if absent:
        raise not_defined("class_without_score", statistic=name, count=absent)
    return np.asarray(truth)


def _of_truth(column: Column, name: str) -> Array:
    """Probability of the true class of each row, shape (rows,)."""
    scores, truth = column["scores"], true_class(column, name)
    off = np.abs(scores.sum(axis=1) - 1.0) > SUM
    if np.any(off) or np.any(scores < 0.0):
        raise not_defined("sum_of_probabilities", statistic=name, count=int(np.sum(off | np.any(scores < 0, axis=1))))
    return np.asarray(scores[np.arange(len(truth)), truth], float)
