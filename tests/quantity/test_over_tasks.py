"""Mean differences over tasks: metafor's digits of the BCG trials, closed forms and laws."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.errors import DesignError, RefusedError
from measurand.quantity.over_tasks import over_tasks, pairs_over_tasks

BCG = json.loads((Path(__file__).parents[1] / "cases/consensus-bcg.json").read_text(encoding="utf-8"))
"""13 trials as in R's metafor (dat.bcg): log risk ratios and their variances."""


@pytest.mark.parametrize(("method", "short"), [("reml", "REML"), ("dersimonian-laird", "DL")])
def test_bcg(method: str, short: str) -> None:
    """R metafor, rma(yi, vi, method = "REML" or "DL", test = "knha")."""
    expected = {e["name"]: e["value"] for e in BCG["expected"]}
    found = over_tasks(BCG["inputs"]["y"], np.sqrt(BCG["inputs"]["v"]), scale="log risk ratio", method=method)
    assert found.value == pytest.approx(expected[f"{short}.estimate"], abs=1e-6)
    assert found.u_model == pytest.approx(expected[f"{short}.se"], abs=1e-6)
    assert found.tau**2 == pytest.approx(expected[f"{short}.tau2"], abs=1e-6)
    assert found.u_observed == pytest.approx(expected[f"HK_{short}.se"], abs=1e-6)
    assert found.q == pytest.approx(expected["Q"], rel=1e-9) and found.df == 12
    if short == "REML":
        assert found.limits(0.95) == pytest.approx((expected["HK_REML.lower"], expected["HK_REML.upper"]), abs=1e-5)
        assert found.p == pytest.approx(0.0019, abs=5e-5)


def test_equal_uncertainties_are_a_t_test() -> None:
    """Any u below the spread: mean, ``s / sqrt(n)``, and ``tau^2 = s^2 - u^2``."""
    d = np.array([0.3, 0.1, 0.4, 0.1, 0.5, 0.9])
    found = over_tasks(d, np.full(6, 0.05), scale="accuracy")
    assert (found.value, found.u) == pytest.approx((d.mean(), d.std(ddof=1) / sqrt(6)), rel=1e-9)
    assert found.tau == pytest.approx(sqrt(d.var(ddof=1) - 0.0025), rel=1e-6)
    lower, upper = found.of_new_task(0.95)
    step = 2.570581836 * sqrt(found.u**2 + found.tau**2)  # t(0.975; 5)
    assert (lower, upper) == pytest.approx((found.value - step, found.value + step))


def test_no_more_spread_than_known() -> None:
    """Tasks closer together than their u: tau 0, the weighted mean, and u not below what is known."""
    found = over_tasks([0.10, 0.11, 0.10], [0.1, 0.2, 0.1], scale="accuracy")
    w = np.array([100.0, 25.0, 100.0])
    assert found.tau == 0.0 and found.value == pytest.approx(w @ [0.10, 0.11, 0.10] / w.sum())
    assert found.u == found.u_model == pytest.approx(1 / sqrt(w.sum())) and found.u_observed < found.u_model


@given(st.integers(0, 200), st.floats(1e-3, 1e3), st.floats(-10, 10))
@settings(max_examples=40, deadline=None)
def test_scale_sign_and_order(seed: int, scale: float, shift: float) -> None:
    random = np.random.default_rng(seed)
    u = random.uniform(0.2, 2, 8)
    d = random.normal(0, 1, 8) + random.normal(0, u)
    order = random.permutation(8)
    for method in ("reml", "dersimonian-laird"):
        one = over_tasks(d, u, scale="points", method=method)
        other = over_tasks(-scale * (d + shift)[order], scale * u[order], scale="points", method=method)
        assert other.value == pytest.approx(-scale * (one.value + shift), rel=1e-7, abs=1e-7 * scale)
        assert other.tau == pytest.approx(scale * one.tau, rel=1e-6, abs=1e-6 * scale)
        assert other.u == pytest.approx(scale * one.u, rel=1e-6)


def test_pairs() -> None:
    """The u of a difference takes the shared items of each task; p-values are Holm's."""
    random = np.random.default_rng(8)
    x = random.normal(0.7, 0.1, (6, 3)) + np.array([0.2, 0.0, 0.0])
    cov = np.tile(np.array([[4.0, 3, 1], [3, 4, 1], [1, 1, 4]]) * 1e-4, (6, 1, 1))
    found = pairs_over_tasks(x, cov, scale="accuracy")
    alone = over_tasks(x[:, 0] - x[:, 1], np.full(6, sqrt(2e-4)), scale="accuracy")
    assert set(found) == {(0, 1), (0, 2), (1, 2)}
    assert (found[0, 1].value, found[0, 1].u) == (alone.value, alone.u)
    assert min(f.p for f in found.values()) == pytest.approx(
        3 * min(over_tasks(x[:, 0] - x[:, j], np.full(6, sqrt(s)), scale="a").p for j, s in ((1, 2e-4), (2, 6e-4)))
    )


def test_refused() -> None:
    with pytest.raises(DesignError, match="common scale"):
        over_tasks([0.1, 0.2], [0.1, 0.1], scale=" ")
    with pytest.raises(DesignError, match="positive"):
        over_tasks([0.1, 0.2], [0.1, 0.0], scale="accuracy")
    with pytest.raises(DesignError, match="at least 2 tasks"):
        over_tasks([0.1], [0.1], scale="accuracy")
    with pytest.raises(RefusedError, match="reml"):
        over_tasks([0.1, 0.2], [0.1, 0.1], scale="accuracy", method="guess")
    with pytest.raises(DesignError, match="positive"):
        pairs_over_tasks(np.ones((2, 2)), np.ones((2, 2, 2)), scale="accuracy")
    with pytest.raises(DesignError, match="table"):
        pairs_over_tasks(np.ones((2, 2)), np.ones((2, 2)), scale="accuracy")
