"""Rates at thresholds against scikit-learn: ROC, precision against recall, and bins of equal width."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.study.reliability import reliability
from measurand.study.roc import _precision, rates
from measurand.study.scored import Scored

metrics = pytest.importorskip("sklearn.metrics")
calibration = pytest.importorskip("sklearn.calibration")


def scored(rng: np.random.Generator, n: int, digits: int) -> Scored:
    positive = rng.random(n) < 0.4
    positive[:2] = True, False
    score = np.round(np.clip(rng.normal(0.4, 0.2, n) + 0.2 * positive, 0.0, 1.0), digits)
    w = rng.random(n) + 0.1
    zero = np.zeros(n)
    return Scored(positive, score, w / w.sum(), np.arange(n), (2, 2), zero.astype(int), zero, True, False)


@pytest.mark.parametrize(("n", "digits"), [(2, 3), (50, 1), (200, 2), (200, 9)])
def test_rates_are_those_of_scikit_learn(n: int, digits: int) -> None:
    s = scored(np.random.default_rng(n + digits), n, digits)
    r = rates(s, points=100_000, operating={}, key="k")
    assert r is not None
    fpr, tpr, threshold = metrics.roc_curve(s.positive, s.score, sample_weight=s.w, drop_intermediate=False)
    np.testing.assert_allclose(r.threshold, threshold[1:], rtol=1e-12)
    np.testing.assert_allclose(r.false_positive, fpr[1:], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(r.true_positive, tpr[1:], rtol=1e-12, atol=1e-12)
    precision, recall, at = metrics.precision_recall_curve(s.positive, s.score, sample_weight=s.w)
    mine = _precision(r.true_positive, r.false_positive, r.prevalence[0])
    np.testing.assert_array_equal(np.sort(r.threshold), at)
    np.testing.assert_allclose(mine[::-1], precision[:-1], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(r.true_positive[::-1], recall[:-1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("bins", [1, 4, 10])
def test_bins_of_equal_width_are_those_of_scikit_learn(bins: int) -> None:
    """Equal weights (scikit-learn takes none here); scores are not at edges, where it counts them below."""
    s = scored(np.random.default_rng(bins), 300, 9)
    equal = np.full(300, 1 / 300)
    s = Scored(s.positive, s.score, equal, s.unit, s.units, s.block, s.fraction, True, False)
    observed, predicted = calibration.calibration_curve(s.positive, np.minimum(s.score, 1 - 1e-12), n_bins=bins)
    found = reliability(s, p=0.95, bins=bins)
    assert found is not None
    for name, expected in (("observed", observed), ("predicted", predicted)):
        values = [float(x) for x in found.columns[name]]
        np.testing.assert_allclose(values, expected, rtol=1e-5)  # the data of a picture have six digits
