"""Quantities of scores at the edges of their definitions, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name


def value(name, w=None, parameters=None, **column):
    column = {role: np.asarray(cells, float) for role, cells in column.items()}
    n = len(next(iter(column.values())))
    statistic = by_name(name, parameters)
    rows = statistic.arrange(Rows(np.arange(n), np.zeros(n, np.int64), column))
    return statistic.value(rows, np.ones(n) if w is None else np.asarray(w, float))[0]


def logit(p):
    return np.log(p / (1 - p))


@pytest.mark.parametrize(
    ("low", "high", "few", "many"),
    [
        (0.3, 0.6, 0.2, 0.7),
        (0.1, 0.9, 0.5, 0.5),  # without information: full steps would lead back and forth between slopes 1 and -1
        (0.01, 0.99, 0.6, 0.4),  # the wrong way round
        (0.001, 0.999, 0.45, 0.55),
        (0.4999, 0.5001, 0.1, 0.9),
        (1e-9, 1e-3, 0.1, 0.3),
    ],
)
def test_recalibration_of_two_probabilities_is_the_line_through_both_rates(low, high, few, many):
    """Two distinct probabilities: the model is saturated and the fit is the line through the observed logits."""
    column = {"truth": [1, 0, 1, 0], "score": [low, low, high, high]}
    w = [few, 1 - few, 3 * many, 3 * (1 - many)]
    slope = (logit(many) - logit(few)) / (logit(high) - logit(low))
    assert value("calibration_slope", w, **column) == pytest.approx(slope, rel=1e-9, abs=1e-10)
    intercept = logit(few) - slope * logit(low)
    assert value("calibration_intercept", w, **column) == pytest.approx(intercept, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", ["calibration_slope", "calibration_intercept"])
@pytest.mark.parametrize(
    ("truth", "score"),
    [
        ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
        ([0, 1, 0, 1, 1], [0.1, 0.2, 0.2, 0.2, 0.9]),
        ([0, 1, 0, 1], [0.4, 0.4, 0.4, 0.4]),
        ([1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4]),
    ],
    ids=["separated", "separated but for ties", "one probability", "one outcome"],
)
def test_recalibration_without_a_finite_maximum_is_refused(name, truth, score):
    with pytest.raises(StatisticError, match="separate the outcomes"):
        value(name, truth=truth, score=score)


@pytest.mark.parametrize("bins", [10, 50, 100])
def test_a_probability_on_an_edge_belongs_to_the_bin_above(bins):
    """0.29 * 100 is 28.999999999999996 in floating point: k/bins and the next number below lie in two bins."""
    edges = np.arange(1, bins) / bins
    for edge in edges:
        below = np.nextafter(edge, 0.0)
        column = {"truth": [1, 0], "score": [edge, below]}
        apart = ((1 - edge) + below) / 2
        got = value("expected_calibration_error", parameters={"bins": bins}, **column)
        assert got == pytest.approx(apart, rel=1e-12)


@pytest.mark.parametrize("binning", ["width", "mass"])
def test_null_value_is_the_mean_error_of_right_probabilities(binning):
    rng = np.random.default_rng(20261123)
    n = 400
    p, w = rng.uniform(0.1, 0.9, n), rng.uniform(0.5, 2.0, n)
    statistic = by_name("expected_calibration_error", {"binning": binning})

    def rows():
        return Rows(np.arange(n), np.zeros(n, np.int64), {"score": p, "truth": (rng.random(n) < p).astype(float)})

    mean = np.mean([statistic.value(rows(), w)[0] for _ in range(2000)])
    assert statistic.null_value(rows(), w) == pytest.approx(mean, rel=0.02)


SCORES = [[0.5, 0.5], [0.3, 0.7], [0.6, 0.4]]


@pytest.mark.parametrize("name", ["multiclass_log_score", "multiclass_brier_score", "multiclass_auc"])
@pytest.mark.parametrize("other", [-1, 2])
def test_a_true_class_without_a_score_is_refused(name, other):
    with pytest.raises(StatisticError, match="1 rows have a true class that has no score"):
        value(name, truth=[0, 1, other], scores=SCORES)


def test_several_classes_of_two_agree_with_one_positive_class():
    """Of two classes: the same logarithmic score, twice the Brier score, the same area."""
    column = {"truth": [0, 1, 1], "score": [0.5, 0.7, 0.4]}
    both = {"truth": [0, 1, 1], "scores": SCORES}
    assert value("multiclass_log_score", **both) == pytest.approx(value("log_score", **column), rel=1e-14)
    assert value("multiclass_brier_score", **both) == pytest.approx(2 * value("brier_score", **column), rel=1e-14)
    assert value("multiclass_auc", **both) == pytest.approx(value("auc", **column), rel=1e-14)


def test_an_impossible_outcome_and_other_sums_are_refused():
    with pytest.raises(StatisticError, match="2 outcomes had the probability 0"):
        value("log_score", truth=[1, 0, 1], score=[0.0, 1.0, 0.5])
    with pytest.raises(StatisticError, match="probabilities of 1 rows do not sum to one"):
        value("multiclass_brier_score", truth=[0, 1, 1], scores=[[0.5, 0.5], [0.3, 0.6], [0.6, 0.4]])


def test_rankings_of_a_textbook():
    """Relevant at places 1, 3 and 6 of 10: average precision (1 + 2/3 + 3/6)/3; at 2 and 5 of 10: (1/2 + 2/5)/2."""
    query, score = np.repeat([1, 2], 10), np.tile(np.arange(10, 0, -1), 2)
    relevant = np.zeros(20)
    relevant[[0, 2, 5, 11, 14]] = 1
    column = {"query": query, "score": score, "reference": relevant}
    first, second = (1 + 2 / 3 + 1 / 2) / 3, (1 / 2 + 2 / 5) / 2
    assert value("mean_average_precision", **column) == pytest.approx((first + second) / 2, rel=1e-14)
    assert value("mean_reciprocal_rank", **column) == pytest.approx((1 + 1 / 2) / 2, rel=1e-14)
    assert value("precision_at_k", parameters={"k": 5}, **column) == pytest.approx(0.4, rel=1e-14)
    assert value("recall_at_k", parameters={"k": 5}, **column) == pytest.approx((2 / 3 + 1) / 2, rel=1e-14)
    everything = {**column, "score": np.zeros(20)}  # no order at all: every item is relevant at each place alike
    assert value("precision_at_k", parameters={"k": 5}, **everything) == pytest.approx((0.3 + 0.2) / 2, rel=1e-14)
