"""Agreement of raters against statsmodels, and intraclass correlations against its analysis of variance."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.quantity.raters import intraclass
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("items", "raters"), [(8, 3), (200, 6)])
def test_fleiss_kappa(seed, items, raters):
    rng = np.random.default_rng([20261123, seed])
    level = rng.integers(0, 4, items)[:, None]
    code = np.where(rng.random((items, raters)) < 0.6, level, rng.integers(0, 4, (items, raters)))
    counts = np.stack([(code == c).sum(axis=1) for c in range(4)], axis=1)
    rows = Rows(
        np.repeat(np.arange(items), raters), np.zeros(items * raters, int), {"predicted": code.ravel().astype(float)}
    )
    statistic, w = by_name("fleiss_kappa"), np.ones(items * raters)
    got = statistic.value(statistic.arrange(rows), w)[0]
    assert got == pytest.approx(inter_rater.fleiss_kappa(counts), rel=1e-12)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_intraclass_correlation(seed):
    """From mean squares by comparing ordinary least squares fits with and without items, and raters."""
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng([20261123, seed])
    n, k = 12, 4
    x = rng.normal(size=(n, 1)) + 0.3 * np.arange(k) + rng.normal(0, 0.5, (n, k))
    item, rater = (at.ravel() for at in np.indices(x.shape))
    items, raters = np.eye(n)[item], np.eye(k)[rater]

    def left(*design):
        return api.OLS(x.ravel(), np.hstack(design)).fit().ssr

    ems = left(items, raters[:, 1:]) / ((n - 1) * (k - 1))
    bms = (left(raters) - left(items, raters[:, 1:])) / (n - 1)
    jms = (left(items) - left(items, raters[:, 1:])) / (k - 1)
    got = intraclass(x)
    assert got["ICC(2,1)"].value == pytest.approx((bms - ems) / (bms + 3 * ems + 4 * (jms - ems) / n), rel=1e-10)
    assert got["ICC(3,1)"].value == pytest.approx((bms - ems) / (bms + 3 * ems), rel=1e-10)
