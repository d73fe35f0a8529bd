"""Item response models against the Python packages mirt 1.2 and girth 0.8, where these are installed."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from measurand.quantity.item_response_ability import abilities
from measurand.quantity.item_response_conditional import conditional_rasch
from measurand.quantity.item_response_fit import s_x2
from measurand.quantity.item_response_marginal import two_parameter

each = pytest.mark.parametrize("seed", [1, 2])
B, A = np.linspace(-1.5, 1.5, 9), np.tile([0.8, 1.2, 1.8], 3)


def drawn(seed, a):
    rng = np.random.default_rng([20261124, seed])
    p = 1 / (1 + np.exp(-a * (rng.standard_normal((600, 1)) - B)))
    return (rng.random(p.shape) < p).astype(int)


@each
def test_mirt(seed):
    """Two parameters, log-likelihood, EAP and S-X2 (with a table of pandas)."""
    mirt = pytest.importorskip("mirt")
    pytest.importorskip("pandas")
    x = drawn(seed, A)
    ours = two_parameter(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = mirt.fit_mirt(x, "2PL", n_quadpts=81, tol=1e-10, max_iter=5000)
        scores = mirt.fscores(theirs, x, method="EAP", n_quadpts=81)
        fit = mirt.itemfit(theirs, x, statistics=["S_X2"], n_quadpts=81)
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood, abs=1e-4)
    assert ours.discrimination == pytest.approx(np.ravel(theirs.model.parameters["discrimination"]), rel=2e-3)
    assert ours.difficulty == pytest.approx(np.ravel(theirs.model.parameters["difficulty"]), abs=2e-3)
    found = abilities(ours, x)
    assert found.value == pytest.approx(np.ravel(scores.theta), abs=2e-3)
    assert found.u == pytest.approx(np.ravel(scores.standard_error), abs=2e-3)
    tested, names = s_x2(ours, x), [f"Item_{i}" for i in range(1, 10)]
    assert tested.items == tuple(str(i) for i in range(1, 10))
    same = tested.df == fit.loc[names, "df"].to_numpy()
    # where few persons have a total, the two merge totals otherwise
    assert same.sum() >= 5
    assert tested.statistic[same] == pytest.approx(fit.loc[names, "S_X2"].to_numpy()[same], rel=5e-3)


@each
def test_girth(seed):
    """Conditional Rasch (girth's marginal one fits the shares of each item alone, no maximum of likelihood)."""
    girth = pytest.importorskip("girth")
    x = drawn(seed, 1.0)
    theirs = girth.rasch_conditional(x.T)["Difficulty"]
    assert conditional_rasch(x).difficulty == pytest.approx(theirs - theirs.mean(), abs=2e-3)
