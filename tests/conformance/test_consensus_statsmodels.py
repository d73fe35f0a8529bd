"""The consensus against statsmodels and PyMARE, where they are installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from measurand.quantity.consensus import consensus


def invented(count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(count)
    u = rng.uniform(0.2, 3.0, count)
    return 10.0 + 1.5 * rng.normal(size=count) + u * rng.normal(size=count), u


@pytest.mark.parametrize("count", [3, 6, 12, 40])
@pytest.mark.parametrize(("method", "name"), [("mandel-paule", "pm"), ("dersimonian-laird", "dl")])
def test_statsmodels(count: int, method: str, name: str) -> None:
    meta = pytest.importorskip("statsmodels.stats.meta_analysis")
    y, u = invented(count)
    settings: dict[str, Any] = {"atol": 1e-10, "maxiter": 500} if name == "pm" else {}
    with np.errstate(invalid="ignore"):  # roots of negative variances, with a negative tau^2
        theirs = meta.combine_effects(y, u**2, method_re=name, **settings)
    own = consensus(y, u, method=method)
    assert own.tau is not None and own.knapp is not None
    assert own.tau**2 == pytest.approx(max(theirs.tau2, 0.0), abs=1e-8)
    if theirs.tau2 > 0.0:  # theirs goes on with a negative one
        assert (own.value, own.u) == pytest.approx((theirs.mean_effect_re, theirs.sd_eff_w_re), rel=1e-8)
        assert own.knapp.plain.u == pytest.approx(theirs.sd_eff_w_re_hksj, rel=1e-8)
    fixed = consensus(y, u, method="fixed")
    assert (fixed.value, fixed.u) == pytest.approx((theirs.mean_effect_fe, theirs.sd_eff_w_fe), rel=1e-12)
    assert fixed.heterogeneity.q == pytest.approx(theirs.q, rel=1e-10)
    assert fixed.heterogeneity.i2 == pytest.approx(max(theirs.i2, 0.0), abs=1e-10)
    assert fixed.knapp is not None and fixed.knapp.plain.u == pytest.approx(theirs.sd_eff_w_fe_hksj, rel=1e-10)


@pytest.mark.parametrize("count", [3, 6, 12, 40])
@pytest.mark.parametrize("method", ["ml", "reml"])
def test_pymare(count: int, method: str) -> None:
    estimators = pytest.importorskip("pymare.estimators")
    stats = pytest.importorskip("pymare.stats")
    y, u = invented(count)
    design = np.ones((count, 1))
    model = estimators.VarianceBasedLikelihoodEstimator(method=method.upper())
    summary = model.fit(y=y[:, None], v=(u**2)[:, None], X=design).summary()
    own = consensus(y, u, method=method)
    assert own.tau is not None and own.dark is not None
    assert own.tau**2 == pytest.approx(float(np.ravel(summary.tau2)[0]), rel=1e-3, abs=1e-5)
    assert own.value == pytest.approx(float(np.ravel(summary.fe_params)[0]), rel=1e-5)
    limits = stats.q_profile(y, u**2, design)
    squares = [t**2 for t in own.dark.limits]
    assert squares == pytest.approx([float(np.ravel(limits[k])[0]) for k in ("ci_l", "ci_u")], rel=1e-8, abs=1e-10)
