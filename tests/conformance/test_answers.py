"""Quantities of answers against scipy, statsmodels and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

each = pytest.mark.parametrize("seed", [1, 2, 3])


def value(name, item, column, **parameters):
    rows, statistic = Rows(np.asarray(item), np.zeros(len(item), int), column), by_name(name, parameters)
    return statistic.value(statistic.arrange(rows), np.ones(len(item)))[0]


def answers(seed, items=60):
    """5 to 40 answers to each item, right or wrong."""
    rng = np.random.default_rng([20261123, seed])
    count = rng.integers(5, 41, items)
    item = np.repeat(np.arange(items), count)
    return item, count, (rng.random(len(item)) < rng.random(items)[item]).astype(float)


@each
@pytest.mark.parametrize("k", [1, 2, 5])
def test_subsets_of_answers_are_hypergeometric(seed, k):
    hypergeom = pytest.importorskip("scipy.stats").hypergeom
    item, n, right = answers(seed)
    c = np.bincount(item, weights=right).astype(int)
    at_least_one = hypergeom.sf(0, n, c, k).mean()
    assert value("pass_at_k", item, {"outcome": right}, k=k) == pytest.approx(at_least_one, rel=1e-11)
    every = hypergeom.pmf(k, n, c, k).mean()
    assert value("pass_hat_k", item, {"outcome": right}, k=k) == pytest.approx(every, rel=1e-11)


@each
def test_agreement_of_answers(seed):
    """The agreement in Fleiss' kappa, got back from it with its chance agreement; the mode of scipy."""
    inter_rater, stats = (pytest.importorskip(name) for name in ("statsmodels.stats.inter_rater", "scipy.stats"))
    rng = np.random.default_rng([20261123, seed, 2])
    table = rng.integers(0, 4, (50, 7))
    counts = np.stack([(table == a).sum(axis=1) for a in range(4)], axis=1)
    chance = np.square(counts.mean(axis=0) / 7).sum()
    expected = chance + inter_rater.fleiss_kappa(counts) * (1 - chance)
    item, column = np.repeat(np.arange(50), 7), {"answer": table.ravel().astype(float)}
    assert value("consistency", item, column) == pytest.approx(expected, rel=1e-11)
    assert value("modal_agreement", item, column) == pytest.approx(
        stats.mode(table, axis=1).count.mean() / 7, rel=1e-12
    )


@each
def test_risk_is_what_precision_lacks(seed):
    """Precision above a threshold of confidence, of the class "right"."""
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng([20261123, seed, 3])
    score = np.round(rng.random(200), 2)
    right = (rng.random(200) < 0.2 + 0.7 * score).astype(float)
    precision, _, threshold = metrics.precision_recall_curve(right, score)
    risk, column = dict(zip(threshold, 1 - precision[:-1], strict=True)), {"outcome": right, "score": score}
    area = np.mean([risk[s] for s in score])
    assert value("risk_coverage_area", np.arange(200), column) == pytest.approx(area, rel=1e-11)
    cut = float(np.quantile(score, 0.3))
    covered = float(np.mean(score >= cut))
    got = value("selective_risk", np.arange(200), column, coverage=covered)
    assert got == pytest.approx(1 - metrics.precision_score(right, score >= cut), rel=1e-11)


@each
def test_claims_are_weights(seed):
    stats = pytest.importorskip("statsmodels.stats.weightstats")
    rng = np.random.default_rng([20261123, seed, 4])
    whole = rng.integers(1, 12, 80)
    part = rng.binomial(whole, 0.2)
    got = value("share_of_parts", np.arange(80), {"part": part.astype(float), "whole": whole.astype(float)})
    assert got == pytest.approx(stats.DescrStatsW(part / whole, weights=whole).mean, rel=1e-12)


@each
def test_wins_and_half_the_ties_are_the_rank_probability(seed):
    """Every answer of one system compared with every answer of the other, by grades that tie."""
    nonparametric = pytest.importorskip("statsmodels.stats.nonparametric")
    rng = np.random.default_rng([20261123, seed, 5])
    one, other = rng.integers(1, 6, 30), rng.integers(1, 6, 25)
    sign = np.sign(one[:, None] - other).ravel()
    got = value("win_rate", np.arange(len(sign)), {"result": np.array(["tie", "win", "loss"])[sign]})
    assert got == pytest.approx(nonparametric.rank_compare_2indep(one, other).prob1, rel=1e-12)
