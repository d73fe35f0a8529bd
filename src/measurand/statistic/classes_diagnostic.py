"""Quantities of a diagnostic two-by-two table: likelihood ratios, odds ratio, Youden's index, predictive values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from measurand.statistic.classes_table import FunctionOfTable, OfTable
from measurand.statistic.contract import Array
from measurand.statistic.proportion import Share
from measurand.statistic.weighing import not_defined, positive_sum

UNBOUNDED = (0.0, float("inf"))
FALSE_POSITIVES = "negatives that are predicted positive"
FALSE_NEGATIVES = "positives that are predicted negative"
TRUE_NEGATIVES = "negatives that are predicted negative"


@dataclass(frozen=True)
class Rates:
    """Rates of both classes, each a quotient of its own: 1 - x would lose the digits of a small one."""

    sens: float
    miss: float
    spec: float
    false: float


Slope = tuple[float, float, float]
"""A value, and its derivatives by sensitivity and by specificity."""


def positive_likelihood_ratio() -> FunctionOfTable:
    """``LR+ = sensitivity / (1 - specificity)`` (Altman & Bland 1994, BMJ 309:102; Simel et al. 1991).

    Raises StatisticError where no negative is predicted positive: the ratio is infinite.

    >>> from measurand.statistic.contract import Rows
    >>> column = {"truth": np.repeat([1.0, 0.0], [744, 842]), "predicted": np.repeat([1.0, 0.0, 1.0, 0.0], [670, 74, 202, 640])}
    >>> positive_likelihood_ratio().value(Rows(np.arange(1586), np.zeros(1586, int), column), np.ones(1586)).round(6).tolist()
    [3.753726]
    """  # noqa: E501
    return _of_rates("positive_likelihood_ratio", _positive_ratio, UNBOUNDED)


def negative_likelihood_ratio() -> FunctionOfTable:
    """``LR- = (1 - sensitivity) / specificity``. Raises StatisticError where no negative is predicted negative."""
    return _of_rates("negative_likelihood_ratio", _negative_ratio, UNBOUNDED)


def diagnostic_odds_ratio() -> FunctionOfTable:
    """``DOR = TP TN / (FN FP) = LR+ / LR-`` (Glas et al. 2003). Raises StatisticError without errors of each kind."""
    return _of_rates("diagnostic_odds_ratio", _odds_ratio, UNBOUNDED)


def informedness() -> FunctionOfTable:
    """``J = sensitivity + specificity - 1`` (Youden 1950)."""
    return _of_rates("informedness", lambda r: (r.sens - r.false, 1.0, 1.0), (-1.0, 1.0))


def positive_predictive_value(prevalence: float) -> FunctionOfTable:
    """``PPV = sens p / (sens p + (1 - spec)(1 - p))`` at the prevalence p (Altman & Bland 1994, BMJ 309:102).

    Raises StatisticError unless 0 < p < 1, and where nothing is predicted positive.
    """
    name = "positive_predictive_value"
    return _of_rates(name, partial(_predictive, name, _checked(name, prevalence)), (0.0, 1.0))


def negative_predictive_value(prevalence: float) -> FunctionOfTable:
    """``NPV = spec (1 - p) / (spec (1 - p) + (1 - sens) p)`` at the prevalence p.

    Raises StatisticError unless 0 < p < 1, and where nothing is predicted negative.
    """
    name = "negative_predictive_value"
    return _of_rates(name, partial(_negative_predictive, name, _checked(name, prevalence)), (0.0, 1.0))


def false_positive_rate() -> Share:
    """``FP / (FP + TN)``: share predicted positive among those that are negative; 1 - specificity."""
    return Share("false_positive_rate", ("predicted", 1.0), ("truth", 0.0), "rows with negative reference")


def false_negative_rate() -> Share:
    """``FN / (FN + TP)``: share predicted negative among those that are positive; 1 - sensitivity."""
    return Share("false_negative_rate", ("predicted", 0.0), ("truth", 1.0), "rows with positive reference")


def false_discovery_rate() -> Share:
    """``FP / (FP + TP)``: share that are negative among those predicted positive; 1 - precision."""
    return Share("false_discovery_rate", ("truth", 0.0), ("predicted", 1.0), "rows predicted positive")


def false_omission_rate() -> Share:
    """``FN / (FN + TN)``: share that are positive among those predicted negative."""
    return Share("false_omission_rate", ("truth", 1.0), ("predicted", 0.0), "rows predicted negative")


def _of_rates(name: str, of: Callable[[Rates], Slope], bounds: tuple[float, float]) -> FunctionOfTable:
    return FunctionOfTable(name, partial(_table, name, of), bounds=bounds, per_class=True, binary=True)


def _table(name: str, of: Callable[[Rates], Slope], table: Array) -> OfTable:
    """A function of sensitivity and specificity as one of the table; what is not class 1 is predicted negative."""
    negatives = positive_sum(table[0], statistic=name, rows="rows with negative reference")
    positives = positive_sum(table[1], statistic=name, rows="rows with positive reference")
    found, false = float(table[1, 1]), float(table[0, 1])
    r = Rates(found / positives, (positives - found) / positives, (negatives - false) / negatives, false / negatives)
    value, by_sens, by_spec = of(r)
    gradient = np.zeros(table.shape)
    gradient[1] = -by_sens * r.sens / positives
    gradient[1, 1] = by_sens * r.miss / positives
    gradient[0] = by_spec * r.false / negatives
    gradient[0, 1] = -by_spec * r.spec / negatives
    return OfTable(value, gradient, np.ones(len(table) + 1, dtype=np.bool_))


def _positive_ratio(r: Rates) -> Slope:
    if not r.false > 0.0:
        raise not_defined("infinite", statistic="positive_likelihood_ratio", rows=FALSE_POSITIVES)
    return r.sens / r.false, 1.0 / r.false, r.sens / r.false**2


def _negative_ratio(r: Rates) -> Slope:
    if not r.spec > 0.0:
        raise not_defined("infinite", statistic="negative_likelihood_ratio", rows=TRUE_NEGATIVES)
    return r.miss / r.spec, -1.0 / r.spec, -r.miss / r.spec**2


def _odds_ratio(r: Rates) -> Slope:
    for share, rows in ((r.miss, FALSE_NEGATIVES), (r.false, FALSE_POSITIVES)):
        if not share > 0.0:
            raise not_defined("infinite", statistic="diagnostic_odds_ratio", rows=rows)
    odds, against = r.sens / r.miss, r.spec / r.false
    return odds * against, against / r.miss**2, odds / r.false**2


def _predictive(name: str, p: float, r: Rates) -> Slope:
    true, false = r.sens * p, r.false * (1.0 - p)
    if not true + false > 0.0:
        raise not_defined("no_weight", statistic=name, rows="rows predicted positive")
    square = (true + false) ** 2
    return true / (true + false), p * false / square, true * (1.0 - p) / square


def _negative_predictive(name: str, p: float, r: Rates) -> Slope:
    true, false = r.spec * (1.0 - p), r.miss * p
    if not true + false > 0.0:
        raise not_defined("no_weight", statistic=name, rows="rows predicted negative")
    square = (true + false) ** 2
    return true / (true + false), true * p / square, (1.0 - p) * false / square


def _checked(name: str, prevalence: float) -> float:
    if not 0.0 < prevalence < 1.0:
        allowed = "a number between 0 and 1, both excluded"
        raise not_defined("parameter_value", name=name, parameter="prevalence", value=prevalence, allowed=allowed)
    return float(prevalence)
