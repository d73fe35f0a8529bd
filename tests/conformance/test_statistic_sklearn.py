"""The statistics against scikit-learn, on random weighted rows with ties; skipped where it is not installed."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

metrics = pytest.importorskip("sklearn.metrics")

SEEDS = (1, 2, 3)
SIZES = (5, 40, 1000)


def drawn(seed: int, n: int, classes: int = 2):
    """Truth, prediction, score of one digit (ties) and weight of each row; every class occurs on both sides."""
    rng = np.random.default_rng([20261122, seed, n])
    truth = np.concatenate([np.arange(classes), rng.integers(classes, size=n - classes)])
    right = (rng.random(n) < 0.7) | (np.arange(n) < classes)
    predicted = np.where(right, truth, rng.integers(classes, size=n))
    score = np.clip(np.round(0.3 * truth / (classes - 1) + rng.normal(0.35, 0.25, n), 1), 0, 1)
    return truth, predicted, score, rng.uniform(0.3, 3.0, n)


def ours(name, w, parameters=None, **column):
    statistic = by_name(name, parameters)
    rows = Rows(np.arange(len(w)), np.zeros(len(w), np.int64), column)
    return statistic.value(statistic.arrange(rows), w)[0]


def same(got, expected):
    assert got == pytest.approx(expected, rel=1e-12, abs=1e-13)


each = pytest.mark.parametrize(("seed", "n"), [(seed, n) for seed in SEEDS for n in SIZES])


@each
@pytest.mark.parametrize("classes", [2, 4])
def test_accuracy(seed, n, classes):
    truth, predicted, _, w = drawn(seed, n, classes)
    same(
        ours("accuracy", w, truth=truth, predicted=predicted),
        metrics.accuracy_score(truth, predicted, sample_weight=w),
    )


@each
def test_shares_of_two_classes(seed, n):
    truth, predicted, _, w = drawn(seed, n)
    columns = {"truth": truth.astype(float), "predicted": predicted.astype(float)}
    same(ours("precision", w, **columns), metrics.precision_score(truth, predicted, sample_weight=w))
    same(ours("sensitivity", w, **columns), metrics.recall_score(truth, predicted, sample_weight=w))
    same(ours("specificity", w, **columns), metrics.recall_score(truth, predicted, sample_weight=w, pos_label=0))
    found = metrics.confusion_matrix(truth, predicted, sample_weight=w)
    of_truth, of_predicted = found / found.sum(axis=1, keepdims=True), found / found.sum(axis=0)
    same(ours("false_positive_rate", w, **columns), of_truth[0, 1])
    same(ours("false_negative_rate", w, **columns), of_truth[1, 0])
    same(ours("false_discovery_rate", w, **columns), of_predicted[0, 1])
    same(ours("positive_rate", w, predicted=columns["predicted"]), found[:, 1].sum() / found.sum())
    same(ours("proportion", w, outcome=columns["predicted"]), found[:, 1].sum() / found.sum())


@each
@pytest.mark.parametrize("average", ["binary", "macro", "micro", "weighted"])
@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_f_score(seed, n, average, beta):
    truth, predicted, _, w = drawn(seed, n, 2 if average == "binary" else 4)
    same(
        ours("f_score", w, {"beta": beta, "average": average}, truth=truth, predicted=predicted),
        metrics.fbeta_score(truth, predicted, beta=beta, average=average, sample_weight=w),
    )


@each
def test_auc(seed, n):
    truth, _, score, w = drawn(seed, n)
    same(ours("auc", w, truth=truth.astype(float), score=score), metrics.roc_auc_score(truth, score, sample_weight=w))


@each
def test_brier_score(seed, n):
    truth, _, score, w = drawn(seed, n)
    expected = metrics.brier_score_loss(truth, score, sample_weight=w)
    same(ours("brier_score", w, truth=truth.astype(float), score=score), expected)


@each
def test_average_precision_of_one_class_where_every_box_is_matched_or_false(seed, n):
    """Ranked detections with every reference box found: the area of scikit-learn's ``average_precision_score``.

    One image per detection; a positive one lies on its reference box, a negative one on nothing.
    """
    truth, _, score, w = drawn(seed, n)
    found = np.flatnonzero(truth == 1)
    item = np.concatenate([np.arange(n), found])
    size = len(item)
    columns = {
        "detection": np.concatenate([np.ones(n), np.zeros(len(found))]),
        "class": np.zeros(size),
        "score": np.concatenate([score, np.zeros(len(found))]),
        "left": np.zeros(size),
        "top": np.zeros(size),
        "width": np.ones(size),
        "height": np.ones(size),
        "crowd": np.zeros(size),
    }
    statistic = by_name("average_precision", {"thresholds": (0.5,), "interpolated": False})
    rows = statistic.arrange(Rows(item, np.zeros(size, np.int64), columns))
    same(statistic.value(rows, w[item])[0], metrics.average_precision_score(truth, score, sample_weight=w))
