"""Quantities of scores and rankings against scikit-learn and statsmodels, on random weighted rows with ties."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

metrics = pytest.importorskip("sklearn.metrics")
api = pytest.importorskip("statsmodels.api")

each = pytest.mark.parametrize(("seed", "n"), [(seed, n) for seed in (1, 2, 3) for n in (20, 60, 1000)])


def drawn(seed: int, n: int):
    """Truth, probabilities of one digit and two (ties), weights."""
    rng = np.random.default_rng([20261123, seed, n])
    p = np.round(rng.uniform(0.04, 0.96, n), 2 - seed % 2).clip(0.05, 0.95)
    truth = (rng.random(n) < 0.2 + 0.6 * p).astype(float)
    truth[:2] = 0.0, 1.0
    return truth, p, rng.uniform(0.3, 3.0, n)


def of_classes(seed: int, n: int):
    rng = np.random.default_rng([20261123, seed, n])
    truth = np.concatenate([np.arange(4), rng.integers(0, 4, n - 4)])
    raw = np.round(rng.gamma(1.0, 1.0, (n, 4)) + 1.5 * (np.arange(4) == truth[:, None]) + 0.2, 1)
    return truth, raw / raw.sum(axis=1, keepdims=True), rng.uniform(0.3, 3.0, n)


def ours(name, w, parameters=None, **column):
    statistic = by_name(name, parameters)
    rows = Rows(np.arange(len(w)), np.zeros(len(w), np.int64), column)
    return statistic.value(statistic.arrange(rows), w)[0]


def same(got, expected, rel=1e-12):
    assert got == pytest.approx(expected, rel=rel, abs=1e-13)


@each
def test_log_score_and_average_precision(seed, n):
    truth, p, w = drawn(seed, n)
    same(ours("log_score", w, truth=truth, score=p), metrics.log_loss(truth, p, sample_weight=w))
    same(
        ours("precision_recall_area", w, truth=truth, score=p),
        metrics.average_precision_score(truth, p, sample_weight=w),
    )


@each
@pytest.mark.parametrize("fpr", [0.05, 0.2, 1.0])
def test_partial_area(seed, n, fpr):
    """scikit-learn standardises (McClish 1989) below 1."""
    truth, p, w = drawn(seed, n)
    parameters = {"fpr": fpr, "standardised": fpr < 1.0}
    got = ours("partial_auc", w, parameters, truth=truth, score=p)
    same(got, metrics.roc_auc_score(truth, p, sample_weight=w, max_fpr=fpr))


@each
def test_recalibration(seed, n):
    truth, p, w = drawn(seed, n)
    x = api.add_constant(np.log(p / (1 - p)))
    fit = api.GLM(truth, x, family=api.families.Binomial(), freq_weights=w).fit(tol=1e-14, maxiter=200)
    same(ours("calibration_intercept", w, truth=truth, score=p), fit.params[0])
    same(ours("calibration_slope", w, truth=truth, score=p), fit.params[1])


@each
def test_calibration_of_bins(seed, n):
    """Expected calibration error from the bins of scikit-learn's curve, equal weights, no probability on an edge."""
    truth, p, _ = drawn(seed, n)
    p = np.clip(p + 0.003, 0.0, 1.0)
    observed, predicted = metrics_curve(truth, p)
    count = np.bincount(np.minimum((p * 10).astype(int), 9), minlength=10)
    expected = np.sum(count[count > 0] * np.abs(observed - predicted)) / n
    same(ours("expected_calibration_error", np.ones(n), truth=truth, score=p), expected)


@each
@pytest.mark.parametrize("bins", [1, 4, 10])
def test_calibration_of_bins_of_equal_mass(seed, n, bins):
    """Bins of equally many items, no ties: observed and predicted frequencies of scikit-learn's curve."""
    truth, p, _ = drawn(seed, n)
    p = p + np.linspace(0.0, 0.004, n)
    calibration = pytest.importorskip("sklearn.calibration")
    observed, predicted = calibration.calibration_curve(truth, p, n_bins=bins, strategy="quantile")
    got = ours("expected_calibration_error", np.ones(n), {"bins": bins, "binning": "mass"}, truth=truth, score=p)
    same(got, float(np.mean(np.abs(observed - predicted))))


@each
def test_recalibration_of_probabilities_without_information(seed, n):
    _, p, w = drawn(seed, n)
    truth = (np.arange(n) % 3 == 0).astype(float)
    x = api.add_constant(np.log(p / (1 - p)))
    fit = api.GLM(truth, x, family=api.families.Binomial(), freq_weights=w).fit(tol=1e-14, maxiter=200)
    assert ours("calibration_slope", w, truth=truth, score=p) == pytest.approx(fit.params[1], rel=1e-12, abs=1e-12)


def metrics_curve(truth, p):
    calibration = pytest.importorskip("sklearn.calibration")
    return calibration.calibration_curve(truth, p, n_bins=10)


@each
def test_scores_over_classes(seed, n):
    truth, scores, w = of_classes(seed, n)
    same(
        ours("multiclass_log_score", w, truth=truth, scores=scores),
        metrics.log_loss(truth, scores, sample_weight=w),
    )
    hot = np.eye(4)[truth]
    expected = np.sum(w * np.sum((hot - scores) ** 2, axis=1)) / w.sum()
    same(ours("multiclass_brier_score", w, truth=truth, scores=scores), expected)
    same(
        ours("multiclass_auc", w, truth=truth, scores=scores),
        metrics.roc_auc_score(truth, scores, multi_class="ovr", average="macro", sample_weight=w),
    )
    got = ours("multiclass_auc", np.ones(n), {"pairs": "pairs"}, truth=truth, scores=scores)
    same(got, metrics.roc_auc_score(truth, scores, multi_class="ovo", average="macro"))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("k", "gain"), [(None, "linear"), (3, "linear"), (5, "exponential")])
def test_discounted_gain(seed, k, gain):
    """Queries of ten documents with tied scores; a query weighs the mean of its rows' weights."""
    rng = np.random.default_rng([20261123, seed])
    grade = rng.choice([0.0, 0.0, 1.0, 2.0, 3.0], (30, 10))
    score = np.round(grade + rng.normal(0, 1.5, (30, 10)), 0)
    w = np.repeat(rng.uniform(0.3, 3.0, 30), 10)
    query = np.repeat(np.arange(30), 10)
    parameters = {"gain": gain} | ({"k": k} if k else {})
    gains = 2.0**grade - 1 if gain == "exponential" else grade
    expected = metrics.ndcg_score(gains, score, k=k, sample_weight=w[::10])
    same(ours("ndcg", w, parameters, query=query, score=score.ravel(), reference=grade.ravel()), expected)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_reciprocal_rank(seed):
    """One relevant document per query and no ties: scikit-learn's label ranking average precision."""
    rng = np.random.default_rng([20261123, seed])
    relevant = np.eye(8)[rng.integers(0, 8, 40)]
    score = rng.normal(size=(40, 8))
    w = np.repeat(rng.uniform(0.3, 3.0, 40), 8)
    expected = metrics.label_ranking_average_precision_score(relevant, score, sample_weight=w[::8])
    query = np.repeat(np.arange(40), 8)
    same(ours("mean_reciprocal_rank", w, query=query, score=score.ravel(), reference=relevant.ravel()), expected)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_mean_average_precision(seed):
    """Several relevant documents per query, no ties; queries without one do not enter."""
    rng = np.random.default_rng([20261123, seed])
    relevant = (rng.random((40, 8)) < 0.2).astype(float)
    score, weight = rng.normal(size=(40, 8)), rng.uniform(0.3, 3.0, 40)
    some = relevant.any(axis=1)
    expected = metrics.label_ranking_average_precision_score(relevant[some], score[some], sample_weight=weight[some])
    query, w = np.repeat(np.arange(40), 8), np.repeat(weight, 8)
    same(ours("mean_average_precision", w, query=query, score=score.ravel(), reference=relevant.ravel()), expected)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("k", [1, 3, 8])
def test_recall_and_precision_at_k(seed, k):
    """Of the samples of several labels: the labels of the k highest scores are the predicted ones."""
    rng = np.random.default_rng([20261123, seed, k])
    relevant = rng.random((40, 8)) < 0.3
    relevant[:, 0] |= ~relevant.any(axis=1)
    score, weight = rng.permuted(np.tile(np.arange(8.0), (40, 1)), axis=1), rng.uniform(0.3, 3.0, 40)
    query, w = np.repeat(np.arange(40), 8), np.repeat(weight, 8)
    column = {"query": query, "score": score.ravel(), "reference": relevant.ravel().astype(float)}
    for name, other in (("recall_at_k", metrics.recall_score), ("precision_at_k", metrics.precision_score)):
        same(
            ours(name, w, {"k": k}, **column), other(relevant, score >= 8 - k, average="samples", sample_weight=weight)
        )


@each
def test_means_of_calibration(seed, n):
    truth, p, w = drawn(seed, n)
    observed, expected = api.stats.DescrStatsW(np.stack([truth, p], axis=1), weights=w).mean
    same(ours("calibration_in_the_large", w, truth=truth, score=p), observed - expected)
    same(ours("observed_to_expected", w, truth=truth, score=p), observed / expected)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_concordance_without_censoring_is_kendall(seed):
    """All events, no equal times: ``C = (tau_a' + 1) / 2`` with ties of the score halved (scipy's Somers' D)."""
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng([20261123, seed])
    score, time = np.round(rng.normal(size=300), 1), rng.permutation(300).astype(float)
    expected = (stats.somersd(-time, score).statistic + 1.0) / 2.0
    same(ours("concordance", np.ones(300), score=score, time=time, event=np.ones(300)), expected)
