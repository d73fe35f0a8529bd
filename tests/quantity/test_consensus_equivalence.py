"""Degrees of equivalence, consistent subsets, influence and procedure B: formulas, exhaustive search, laws."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from measurand.errors import DesignError
from measurand.quantity.consensus import consensus_of
from measurand.quantity.consensus_draws import procedure_b
from measurand.quantity.consensus_influence import influence
from measurand.quantity.consistent_subset import largest_consistent_subset, subset
from measurand.quantity.equivalence_degrees import (
    degrees_against,
    degrees_left_out,
    degrees_of_pairs,
    degrees_within,
)
from measurand.quantity.laboratories import laboratories

# PCB 28 in sediment: example of the NIST Consensus Builder (Koepke et al. 2017)
PCB28 = laboratories([34.3, 32.9, 34.53, 32.42, 31.9, 35.8], [1.03, 0.69, 0.83, 0.29, 0.4, 0.38])
CORRELATED = laboratories(
    [1.0, 2.0, 4.0], [1.0, 2.0, 3.0], covariance=[[1.0, 0.5, 0.3], [0.5, 4.0, -1.0], [0.3, -1.0, 9.0]]
)


def test_weighted_mean() -> None:
    """``u^2(d) = u_i^2 - u_ref^2`` (Cox 2002)."""
    fixed = consensus_of(PCB28, method="fixed")
    assert fixed.weights is not None
    found = degrees_within(PCB28, weights=fixed.weights)
    assert found.d == pytest.approx(PCB28.y - fixed.value)
    assert found.u**2 == pytest.approx(PCB28.u**2 - fixed.u**2)
    assert found.e_n == pytest.approx(found.d / (2.0 * found.u))
    from_elsewhere = degrees_against(PCB28, fixed.value, fixed.u)
    assert from_elsewhere.u**2 == pytest.approx(PCB28.u**2 + fixed.u**2)
    with_its_share = degrees_against(PCB28, fixed.value, fixed.u, covariance=fixed.weights * PCB28.u**2)
    assert with_its_share.u == pytest.approx(found.u)


def test_general_weights_and_tau() -> None:
    w, tau = np.array([0.1, 0.3, 0.2, 0.0, 0.25, 0.15]), 1.4
    found = degrees_within(PCB28, weights=w, tau=tau, factor=1.96)
    delta = np.eye(6) - w
    assert found.u**2 == pytest.approx(np.sum(delta**2 * (PCB28.u**2 + tau**2), axis=1))
    assert found.u[3] ** 2 == pytest.approx(PCB28.u[3] ** 2 + tau**2 + np.sum(w**2 * (PCB28.u**2 + tau**2)))
    assert found.expanded == pytest.approx(1.96 * found.u)
    assert degrees_within(PCB28, weights=7.0 * w, tau=tau).u == pytest.approx(found.u)


def test_covariances() -> None:
    w = np.array([0.5, 0.3, 0.2])
    c = CORRELATED.covariance
    by_hand = [c[i, i] - 2.0 * c[i] @ w + w @ c @ w for i in range(3)]
    assert degrees_within(CORRELATED, weights=w).u ** 2 == pytest.approx(by_hand)
    pairs = degrees_of_pairs(CORRELATED)
    assert pairs.u[0, 1] ** 2 == pytest.approx(1.0 + 4.0 - 2.0 * 0.5)
    assert pairs.u[2, 1] ** 2 == pytest.approx(9.0 + 4.0 + 2.0)
    assert pairs.d[0, 2] == -3.0 and pairs.d[2, 0] == 3.0
    assert pairs.e_n[0, 1] == pytest.approx(-1.0 / (2.0 * 2.0)) and np.all(np.diag(pairs.e_n) == 0.0)
    assert degrees_of_pairs(PCB28, tau=2.0).u[0, 1] ** 2 == pytest.approx(1.03**2 + 0.69**2 + 8.0)


def test_left_out_linear_pool_of_nist() -> None:
    """Differences of the NIST Consensus Builder's example (10^5 draws; option B), without their degrees of freedom."""
    found = degrees_left_out(PCB28, method="linear-pool", with_tau=False)
    assert found.d == pytest.approx([0.7909, -0.8905, 1.0664, -1.4651, -2.0899, 2.5901], abs=2e-3)
    within = degrees_within(PCB28, weights=np.ones(6))
    assert within.d == pytest.approx([0.6600, -0.7400, 0.8900, -1.2200, -1.7400, 2.1600], abs=3e-3)


def test_left_out() -> None:
    found = degrees_left_out(PCB28, method="mandel-paule")
    others = consensus_of(PCB28.without(2), method="mandel-paule")
    assert others.tau is not None
    assert found.d[2] == pytest.approx(34.53 - others.value)
    assert found.u[2] ** 2 == pytest.approx(0.83**2 + others.u**2 + others.tau**2)
    plain = degrees_left_out(PCB28, method="mandel-paule", with_tau=False)
    assert plain.u[2] ** 2 == pytest.approx(0.83**2 + others.u**2)
    fixed = consensus_of(CORRELATED.without(0), method="fixed")
    assert fixed.weights is not None
    joint = np.concatenate([[1.0], -fixed.weights])
    assert degrees_left_out(CORRELATED, method="fixed").u[0] ** 2 == pytest.approx(
        joint @ CORRELATED.covariance @ joint
    )


def test_refused() -> None:
    with pytest.raises(DesignError, match="weights"):
        degrees_within(PCB28, weights=[1.0, 2.0])
    with pytest.raises(DesignError, match="tau"):
        degrees_of_pairs(PCB28, tau=-1.0)
    with pytest.raises(DesignError, match="factor"):
        degrees_of_pairs(PCB28, factor=0.0)
    with pytest.raises(DesignError, match="reference"):
        degrees_against(PCB28, math.nan, 1.0)
    with pytest.raises(DesignError, match="reference"):
        degrees_against(PCB28, 1.0, 0.0, covariance=5.0)
    with pytest.raises(DesignError, match="at least 3"):
        degrees_left_out(laboratories([1.0, 2.0], [1.0, 1.0]), method="fixed")
    with pytest.raises(DesignError, match="laboratory 4"):
        _ = degrees_within(PCB28, weights=[0, 0, 0, 1, 0, 0]).e_n


def exhaustive(y: np.ndarray, u: np.ndarray) -> tuple[int, float]:
    """Size and chi-square of the largest consistent subset, over all subsets."""
    from scipy.stats import chi2

    for m in range(len(y), 1, -1):
        best = math.inf
        for chosen in itertools.combinations(range(len(y)), m):
            held, w = y[list(chosen)], u[list(chosen)] ** -2.0
            best = min(best, float(np.sum(w * (held - np.sum(w * held) / w.sum()) ** 2)))
        if best < chi2.ppf(0.95, m - 1):
            return m, best
    return 1, 0.0


def test_largest_consistent_subset_is_that_of_all_subsets() -> None:
    rng = np.random.default_rng(0)
    stepwise_is_shorter = 0
    for trial in range(150):
        k = int(rng.integers(2, 9))
        u = 10.0 ** rng.uniform(-1.0, 1.0, k)
        y = u * rng.normal(size=k) + rng.choice([0.0, 1.0, 5.0]) * rng.normal(size=k)
        if trial % 5 == 0:
            y, u = np.round(y), np.ones(k)  # ties
        labs = laboratories(y, u)
        found = largest_consistent_subset(labs)
        size, chi_square = exhaustive(y, u)
        assert len(found.members) == size
        assert found.chi_square == pytest.approx(chi_square, abs=1e-9)
        left = list(range(k))
        while (seen := subset(labs, np.array(left))).p <= 0.05:
            left.remove(max(left, key=lambda i: abs(y[i] - seen.value) / u[i]))
        stepwise_is_shorter += len(left) < size
    assert stepwise_is_shorter > 0  # so that taking away the farthest is no substitute


def test_subset_of_consistent_and_of_extreme_laboratories() -> None:
    labs = laboratories([1.0, 1.1, 0.9], [0.1, 0.1, 0.1])
    whole, fixed = largest_consistent_subset(labs), consensus_of(labs, method="fixed")
    assert whole.members == (0, 1, 2)
    assert (whole.value, whole.u) == pytest.approx((fixed.value, fixed.u))
    assert (whole.chi_square, whole.p) == pytest.approx((2.0, math.exp(-1.0)))  # chi-square with 2 df
    apart = largest_consistent_subset(laboratories([0.0, 10.0, 30.0], [1.0, 0.5, 1.0]))
    assert apart.members == (1,) and apart.p == 1.0
    wide = largest_consistent_subset(laboratories([0.0, 1.0, 1e-7, 0.5], [1e-6, 1e-6, 1e-6, 1e6]))
    assert wide.members == (0, 2, 3)
    with pytest.raises(DesignError, match="independent"):
        largest_consistent_subset(CORRELATED)
    with pytest.raises(DesignError, match="level"):
        largest_consistent_subset(labs, alpha=5.0)


def test_influence() -> None:
    found = influence(PCB28, method="fixed")
    assert [i.position for i in found] == list(range(6))
    for i in found:  # the weighted mean without one, by hand
        w = np.delete(PCB28.u, i.position) ** -2.0
        mean = np.sum(w * np.delete(PCB28.y, i.position)) / w.sum()
        assert i.shift == pytest.approx(consensus_of(PCB28, method="fixed").value - mean)
        assert i.shift_over_u == pytest.approx(i.shift * math.sqrt(w.sum()))
        assert i.u_ratio == pytest.approx(math.sqrt(w.sum() / np.sum(PCB28.u**-2.0)))
    with pytest.raises(DesignError, match="at least 3"):
        influence(laboratories([1.0, 2.0], [1.0, 1.0]), method="fixed")


def test_procedure_b() -> None:
    """Three equal normal laboratories: the median has variance 0.4487 u^2 (Harter 1961); equal seeds, equal digits."""
    labs = laboratories([5.0, 5.0, 5.0], [2.0, 2.0, 2.0])
    b = procedure_b(labs, np.random.default_rng(3), draws=200_000)
    assert b.u == pytest.approx(2.0 * math.sqrt(0.448671), rel=0.01)
    assert b.value == pytest.approx(5.0, abs=0.02)
    assert b.upper - b.lower == pytest.approx(2.0 * 1.96 * b.u, rel=0.03)
    assert b.d == pytest.approx(labs.y - b.value)
    # cov(y_i, median) = var/3 by symmetry and Basu, so that var(d) = u^2 (1 - 2/3 + 0.4487)
    assert b.d_u == pytest.approx(np.full(3, 2.0 * math.sqrt(1.0 / 3.0 + 0.448671)), rel=0.01)
    assert np.all(b.d_lower < 0.0) and np.all(b.d_upper > 0.0)
    again = procedure_b(labs, np.random.default_rng(3), draws=200_000)
    assert (again.value, again.u, again.lower) == (b.value, b.u, b.lower)
    wider = procedure_b(laboratories(labs.y, labs.u, df=3.0), np.random.default_rng(3), draws=50_000)
    assert wider.u > b.u
    with pytest.raises(DesignError, match="draws"):
        procedure_b(labs, np.random.default_rng(3), draws=10)
    with pytest.raises(DesignError, match="level"):
        procedure_b(labs, np.random.default_rng(3), draws=2000, level=2.0)
