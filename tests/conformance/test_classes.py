"""Quantities of classes and labels against scikit-learn and statsmodels on random weighted rows; else skipped."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

metrics = pytest.importorskip("sklearn.metrics")

SEEDS = (1, 2, 3)
SIZES = (6, 40, 1000)
each = pytest.mark.parametrize(("seed", "n"), [(seed, n) for seed in SEEDS for n in SIZES])


def drawn(seed: int, n: int, classes: int = 2):
    """Truth, prediction and weight of each row; every class occurs on both sides, and not all rows are right."""
    rng = np.random.default_rng([20261123, seed, n, classes])
    truth = np.concatenate([np.arange(classes), rng.integers(classes, size=n - classes)])
    right = (rng.random(n) < 0.7) | (np.arange(n) < classes)
    right[-1] = False
    predicted = np.where(right, truth, (truth + 1 + rng.integers(classes - 1, size=n)) % classes)
    return truth, predicted, rng.uniform(0.3, 3.0, n)


def ours(name, w, parameters=None, **column):
    statistic = by_name(name, parameters)
    rows = Rows(np.arange(len(w)), np.zeros(len(w), np.int64), column)
    return statistic.value(statistic.arrange(rows), w)[0]


def same(got, expected):
    assert got == pytest.approx(expected, rel=1e-12, abs=1e-13)


@each
@pytest.mark.parametrize("average", ["binary", "macro", "micro", "weighted"])
def test_averages(seed, n, average):
    truth, predicted, w = drawn(seed, n, 2 if average == "binary" else 4)
    of = {
        "recall": metrics.recall_score, "precision": metrics.precision_score, "jaccard": metrics.jaccard_score,
        "f_score": metrics.f1_score,
    }  # fmt: skip
    for name, score in of.items():
        same(
            ours(name, w, {"average": average}, truth=truth, predicted=predicted),
            score(truth, predicted, average=average, sample_weight=w),
        )


@each
@pytest.mark.parametrize("classes", [2, 4])
def test_balanced_accuracy_and_correlation(seed, n, classes):
    truth, predicted, w = drawn(seed, n, classes)
    column = {"truth": truth, "predicted": predicted}
    same(ours("balanced_accuracy", w, **column), metrics.balanced_accuracy_score(truth, predicted, sample_weight=w))
    same(ours("mcc", w, **column), metrics.matthews_corrcoef(truth, predicted, sample_weight=w))
    informedness = metrics.balanced_accuracy_score(truth, predicted, sample_weight=w, adjusted=True)
    if classes == 2:
        same(ours("informedness", w, **column), informedness)


@each
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@pytest.mark.parametrize("classes", [2, 5])
def test_kappa(seed, n, classes, weights):
    truth, predicted, w = drawn(seed, n, classes)
    name, parameters = ("kappa", {}) if weights is None else ("weighted_kappa", {"weights": weights})
    same(
        ours(name, w, parameters, truth=truth, predicted=predicted),
        metrics.cohen_kappa_score(truth, predicted, weights=weights, sample_weight=w),
    )


@each
@pytest.mark.parametrize("classes", [2, 5])
def test_scott_pi_is_fleiss_kappa_of_two_raters(seed, n, classes):
    """Equal weights: statsmodels' ``fleiss_kappa`` of a table of two ratings per item."""
    raters = pytest.importorskip("statsmodels.stats.inter_rater")
    truth, predicted, _ = drawn(seed, n, classes)
    table = np.eye(classes)[truth] + np.eye(classes)[predicted]
    got = ours("scott_pi", np.ones(n), truth=truth, predicted=predicted)
    same(got, raters.fleiss_kappa(table, method="fleiss"))
    uniform = ours("brennan_prediger", np.ones(n), {"categories": classes}, truth=truth, predicted=predicted)
    same(uniform, raters.fleiss_kappa(table, method="uniform"))


@each
def test_likelihood_ratios(seed, n):
    truth, predicted, w = drawn(seed, n)
    predicted[:4], truth[:4] = [0, 1, 0, 1], [0, 0, 1, 1]
    column = {"truth": truth, "predicted": predicted}
    positive, negative = metrics.class_likelihood_ratios(truth, predicted, sample_weight=w)
    same(ours("positive_likelihood_ratio", w, **column), positive)
    same(ours("negative_likelihood_ratio", w, **column), negative)
    same(ours("diagnostic_odds_ratio", w, **column), positive / negative)


@each
def test_predictive_values_at_the_prevalence_of_the_rows(seed, n):
    truth, predicted, w = drawn(seed, n)
    column = {"truth": truth, "predicted": predicted}
    at = {"prevalence": float(w[truth == 1].sum() / w.sum())}
    same(ours("positive_predictive_value", w, at, **column), metrics.precision_score(truth, predicted, sample_weight=w))
    of_negatives = metrics.precision_score(truth, predicted, pos_label=0, sample_weight=w)
    same(ours("negative_predictive_value", w, at, **column), of_negatives)
    same(ours("false_omission_rate", w, **column), 1 - of_negatives)


@each
@pytest.mark.parametrize("k", [1, 2, 3])
def test_top_k_accuracy_with_ties(seed, n, k):
    rng = np.random.default_rng([20261123, seed, n])
    truth, w = np.concatenate([np.arange(4), rng.integers(4, size=n - 4)]), rng.uniform(0.3, 3.0, n)
    scores = np.round(rng.random((n, 4)), 1)
    expected = metrics.top_k_accuracy_score(truth, scores, k=k, sample_weight=w)
    same(ours("top_k_accuracy", w, {"k": k}, truth=truth, scores=scores), expected)


@each
def test_labels(seed, n):
    rng = np.random.default_rng([20261123, seed, n])
    held, w = rng.random((n, 3)) < 0.4, rng.uniform(0.3, 3.0, n)
    given = held ^ (rng.random((n, 3)) < 0.2)
    held[:3], given[:3] = np.eye(3, dtype=bool), np.eye(3, dtype=bool)
    column = {"labels": held.astype(float), "predicted_labels": given.astype(float)}
    same(ours("subset_accuracy", w, **column), metrics.accuracy_score(held, given, sample_weight=w))
    same(ours("hamming_loss", w, **column), metrics.hamming_loss(held, given, sample_weight=w))
    for average in ("micro", "macro", "weighted", "samples"):
        expected = metrics.f1_score(held, given, average=average, sample_weight=w, zero_division=1.0)
        same(ours("label_f_score", w, {"average": average}, **column), expected)


def test_every_small_table():
    """All tables of two classes with counts 0 to 2: equal where the value exists, refused where scikit-learn warns."""
    of = {
        "mcc": metrics.matthews_corrcoef, "kappa": metrics.cohen_kappa_score,
        "balanced_accuracy": metrics.balanced_accuracy_score, "jaccard": metrics.jaccard_score,
        "f_score": metrics.f1_score,
    }  # fmt: skip
    for counts in itertools.product(range(3), repeat=4):
        if not sum(counts):
            continue
        truth, predicted = np.repeat([0, 0, 1, 1], counts), np.repeat([0, 1, 0, 1], counts)
        one_of_each = len(set(truth)) == 1, len(set(predicted)) == 1
        refused = {
            "mcc": any(one_of_each), "kappa": all(one_of_each) and truth[0] == predicted[0],
            "balanced_accuracy": False, "jaccard": not sum(counts[1:]), "f_score": not sum(counts[1:]),
        }  # fmt: skip
        for name, score in of.items():
            column = {"truth": truth, "predicted": predicted}
            if refused[name]:
                with pytest.raises(StatisticError):
                    ours(name, np.ones(len(truth)), **column)
            elif name != "balanced_accuracy" or not one_of_each[0]:  # else scikit-learn warns and leaves classes out
                same(ours(name, np.ones(len(truth)), **column), score(truth, predicted))
