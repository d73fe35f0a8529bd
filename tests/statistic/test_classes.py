"""Quantities of classes: published digits, and where they are refused."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.statistic.registry import by_name

from .case import rows_of

ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
"""Gwet, Handbook of Inter-Rater Reliability (2014): two abstractors, three classes."""
LIVER_SCANS = [[54, 32], [27, 231]]
"""Altman & Bland, BMJ 1994 308:1552 and 309:102; lines: normal and abnormal pathology."""


def rows_of_table(table):
    table = np.array(table)
    truth, predicted = (np.repeat(at.reshape(-1), table.reshape(-1)) for at in np.indices(table.shape))
    return rows_of(np.arange(len(truth)), truth=truth, predicted=predicted)


def value(name, table, **parameters):
    rows = rows_of_table(table)
    return by_name(name, parameters).value(rows, np.ones(len(rows)))[0]


@pytest.mark.parametrize(
    ("name", "parameters", "published"),
    [
        ("weighted_kappa", {"weights": "linear"}, 0.842902027992),
        ("weighted_kappa", {"weights": "quadratic"}, 0.892156862745),
        ("gwet_ac2", {"weights": "linear"}, 0.900022722109),
        ("gwet_ac2", {"weights": "quadratic"}, 0.940236879278),
        ("gwet_ac1", {}, 0.849330548231),
    ],
)
def test_weighted_coefficients(name, parameters, published):
    """Digits of irrCAC 0.4.4 (Python) for the table."""
    assert value(name, ABSTRACTORS, **parameters) == pytest.approx(published, abs=1e-12)


def test_standard_error_of_weighted_kappa():
    """irrCAC 0.4.4: 0.035351507576 and, for Gwet's AC2, 0.01792019."""
    rows = rows_of_table(ABSTRACTORS)
    for name, published, digits in (("weighted_kappa", 0.035351507576, 1e-12), ("gwet_ac2", 0.01792019, 1e-8)):
        s = by_name(name, {"weights": "quadratic"}).sensitivity(rows, np.ones(len(rows)))
        assert np.sqrt(np.sum(s**2)) == pytest.approx(published, abs=digits)


@pytest.mark.parametrize(
    ("name", "parameters", "published"),
    [
        ("recall", {}, 0.90),
        ("positive_predictive_value", {"prevalence": 258 / 344}, 0.88),
        ("negative_predictive_value", {"prevalence": 258 / 344}, 0.67),
        ("positive_predictive_value", {"prevalence": 0.25}, 0.45),
        ("negative_predictive_value", {"prevalence": 0.25}, 0.95),
    ],
)
def test_liver_scans(name, parameters, published):
    assert value(name, LIVER_SCANS, **parameters) == pytest.approx(published, abs=0.0051)


def test_top_k_of_the_manual():
    """Example of scikit-learn's ``top_k_accuracy_score``."""
    scores = np.array([[0.5, 0.2, 0.2], [0.3, 0.4, 0.2], [0.2, 0.4, 0.3], [0.7, 0.2, 0.1]])
    rows = rows_of(np.arange(4), truth=[0, 1, 2, 2], scores=scores)
    assert by_name("top_k_accuracy", {"k": 2}).value(rows, np.ones(4))[0] == 0.75


@pytest.mark.parametrize("k", [3, 4])
def test_top_k_of_all_classes_is_refused(k):
    rows = rows_of(np.arange(2), truth=[0, 1], scores=np.array([[0.5, 0.2, 0.3], [0.3, 0.4, 0.3]]))
    with pytest.raises(StatisticError, match="always 1: there are 3 classes"):
        by_name("top_k_accuracy", {"k": k}).value(rows, np.ones(2))


@pytest.mark.parametrize(
    ("name", "parameters", "table", "message"),
    [
        ("positive_likelihood_ratio", {}, [[9, 0], [1, 9]], "infinite"),
        ("negative_likelihood_ratio", {}, [[0, 9], [1, 9]], "infinite"),
        ("diagnostic_odds_ratio", {}, [[9, 1], [0, 9]], "infinite"),
        ("positive_predictive_value", {"prevalence": 0.1}, [[9, 0], [9, 0]], "predicted positive"),
        ("negative_predictive_value", {"prevalence": 0.1}, [[0, 9], [0, 9]], "predicted negative"),
        ("informedness", {}, [[5, 5], [0, 0]], "positive reference"),
        ("precision", {"average": "macro"}, [[9, 0, 1], [1, 0, 1], [0, 0, 5]], "class number 1 is never predicted"),
        ("recall", {"average": "macro", "number_of_classes": 3}, [[5, 1], [1, 5]], "class number 2"),
        ("mcc", {}, [[5, 0], [5, 0]], "one predicted class"),
        ("mcc", {}, [[5, 5], [0, 0]], "one reference class"),
        ("kappa", {}, [[5, 0], [0, 0]], "one"),
        ("gwet_ac1", {}, [[5, 0], [0, 0]], "not defined"),
    ],
)
def test_what_does_not_exist_is_refused(name, parameters, table, message):
    with pytest.raises(StatisticError, match=message):
        value(name, table, **parameters)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("positive_predictive_value", {"prevalence": 0.0}),
        ("negative_predictive_value", {"prevalence": 1.0}),
        ("positive_predictive_value", {"prevalence": float("nan")}),
        ("top_k_accuracy", {"k": 0}),
        ("top_k_accuracy", {"k": 1.5}),
        ("recall", {"average": "mean"}),
        ("precision", {"average": "samples"}),
        ("label_f_score", {"average": "binary"}),
        ("weighted_kappa", {"weights": "cubic"}),
        ("gwet_ac1", {"categories": -1}),
        ("jaccard", {"number_of_classes": 2.5}),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(name, parameters):
    with pytest.raises(StatisticError, match="not allowed"):
        by_name(name, parameters)


def test_a_prediction_that_is_no_class_is_wrong_for_its_class_alone():
    rows = rows_of(np.arange(4), truth=[0, 0, 1, 1], predicted=[0, -1, 1, 1])
    assert by_name("f_score", {"average": "macro"}).value(rows, np.ones(4))[0] == pytest.approx((2 / 3 + 1) / 2)
    with pytest.raises(StatisticError, match="in order"):
        by_name("weighted_kappa").value(rows, np.ones(4))


def test_labels_that_never_occur_leave_the_mean():
    labels = np.array([[1.0, 0.0], [1.0, 0.0]])
    rows = rows_of(np.arange(2), labels=labels, predicted_labels=labels)
    assert by_name("label_f_score", {"average": "macro"}).value(rows, np.ones(2))[0] == 1.0
    empty = rows_of(np.arange(2), labels=0 * labels, predicted_labels=0 * labels)
    with pytest.raises(StatisticError, match="no label"):
        by_name("label_f_score").value(empty, np.ones(2))
    assert by_name("label_f_score", {"average": "samples"}).value(empty, np.ones(2))[0] == 1.0
