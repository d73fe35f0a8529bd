"""Quantities of numbers against scikit-learn, statsmodels and numpy, on random weighted rows with ties."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

metrics = pytest.importorskip("sklearn.metrics")
weightstats = pytest.importorskip("statsmodels.stats.weightstats")

each = pytest.mark.parametrize(("seed", "n"), [(seed, n) for seed in (1, 2, 3) for n in (5, 40, 1000)])


def drawn(seed: int, n: int):
    """Reference and value of one digit (ties), and weights."""
    rng = np.random.default_rng([20261123, seed, n])
    r = np.round(rng.uniform(1.0, 9.0, n), 1)
    return r, np.round(r + rng.normal(0.2, 1.0, n), 1), rng.uniform(0.3, 3.0, n)


def ours(name, w, parameters=None, **column):
    statistic = by_name(name, parameters)
    rows = Rows(np.arange(len(w)), np.zeros(len(w), np.int64), column)
    return statistic.value(statistic.arrange(rows), w)[0]


def same(got, expected):
    assert got == pytest.approx(expected, rel=1e-12, abs=1e-13)


@each
@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("mean_absolute_error", "mean_absolute_error"),
        ("mean_squared_error", "mean_squared_error"),
        ("mean_absolute_percentage_error", "mean_absolute_percentage_error"),
        ("root_mean_square_error", "root_mean_squared_error"),
        ("r_squared", "r2_score"),
    ],
)
def test_errors(seed, n, name, other):
    r, x, w = drawn(seed, n)
    same(ours(name, w, value=x, reference=r), getattr(metrics, other)(r, x, sample_weight=w))


@each
@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
def test_pinball(seed, n, q):
    r, x, w = drawn(seed, n)
    same(ours("pinball", w, {"q": q}, value=x, reference=r), metrics.mean_pinball_loss(r, x, sample_weight=w, alpha=q))


@each
def test_bias_and_correlation(seed, n):
    r, x, w = drawn(seed, n)
    described = weightstats.DescrStatsW(np.stack([x, r], axis=1), weights=w)
    same(ours("correlation", w, value=x, reference=r), described.corrcoef[0, 1])
    same(ours("bias", w, value=x, reference=r), described.mean[0] - described.mean[1])
    same(ours("mean", w, value=x), described.mean[0])


@each
def test_concordance_correlation_and_rate(seed, n):
    """From moments of statsmodels; a rate is the mean of events per exposure, weighted by exposure."""
    r, x, w = drawn(seed, n)
    described = weightstats.DescrStatsW(np.stack([x, r], axis=1), weights=w)
    spread, shift = described.cov, described.mean[0] - described.mean[1]
    expected = 2.0 * spread[0, 1] / (np.trace(spread) + shift**2)
    same(ours("concordance_correlation", w, value=x, reference=r), expected)
    events, exposure = np.floor(x.clip(0.0)), r
    expected = weightstats.DescrStatsW(events / exposure, weights=w * exposure).mean
    same(ours("rate", w, value=events, exposure=exposure), expected)


@each
@pytest.mark.parametrize("q", [0.05, 0.25, 0.5, 0.9])
def test_quantile(seed, n, q):
    r, _, w = drawn(seed, n)
    same(ours("quantile", w, {"q": q}, value=r), np.quantile(r, q, weights=w, method="inverted_cdf"))


@each
@pytest.mark.parametrize("weighted", [False, True])
def test_median_absolute_error(seed, n, weighted):
    """Of odd and even numbers; whole weights, so that half of the weight may lie exactly at a value."""
    r, x, w = drawn(seed, n)
    w = np.ceil(w) if weighted else np.ones(n)
    same(ours("median_absolute_error", w, value=x, reference=r), metrics.median_absolute_error(r, x, sample_weight=w))
