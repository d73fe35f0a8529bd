"""Rank intervals and comparisons with the best: hand calculations and laws."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from scipy.special import ndtr, ndtri

from measurand.errors import DesignError
from measurand.quantity.ranks import marginal_ranks, share_of_draws_best, simultaneous_ranks
from measurand.quantity.simultaneous import all_pairs, systems, to_control
from measurand.quantity.with_best import with_best


def rng() -> Generator:
    return np.random.default_rng(4)


@pytest.mark.parametrize(
    ("value", "best", "worst"),
    [
        ([10.0, 5.0, 0.0], [1, 2, 3], [1, 2, 3]),  # all differ
        ([0.2, 0.1, 0.0], [1, 1, 1], [3, 3, 3]),  # none
        ([4.0, 0.1, 0.0], [1, 2, 2], [1, 3, 3]),  # the first alone
        ([4.0, 2.0, 0.0], [1, 1, 2], [2, 3, 3]),  # only the ends, 4 > 3.31 > 2 (q(0.05; 3, inf) = 3.314, u = 1)
    ],
)
def test_ranks_from_the_differences_shown(value: list[float], best: list[int], worst: list[int]) -> None:
    held = systems(value, np.eye(3))
    found = all_pairs(held, rng=rng())
    ranks = simultaneous_ranks(held, found)
    assert ranks.best.tolist() == best and ranks.worst.tolist() == worst and ranks.simultaneous
    other = simultaneous_ranks(held, found, larger_is_better=False)
    assert other.best.tolist() == [4 - w for w in worst] and other.worst.tolist() == [4 - b for b in best]


def test_marginal_is_dunnetts() -> None:
    """u = 1 each: against one of three the factor is 2.21 (Dunnett 1964), 3.13 for a difference; 3.31 for all pairs."""
    held = systems([6.4, 3.2, 0.0], np.eye(3))
    assert simultaneous_ranks(held, all_pairs(held, rng=rng())).best.tolist() == [1, 1, 2]
    one = marginal_ranks(held, rng=rng())
    assert one.best.tolist() == [1, 2, 3] and one.worst.tolist() == [1, 2, 3] and not one.simultaneous
    assert marginal_ranks(held, rng=rng(), larger_is_better=False).best.tolist() == [3, 2, 1]


def test_equal_values_share_the_observed_rank() -> None:
    held = systems([0.7, 0.9, 0.7, 0.1], np.eye(4))
    ranks = simultaneous_ranks(held, all_pairs(held, rng=rng()))
    assert ranks.observed.tolist() == [2.5, 1.0, 2.5, 4.0]
    assert ranks.can_have(1).all()


@given(st.lists(st.floats(-6, 6), min_size=2, max_size=4), st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_marginal_lies_inside_of_simultaneous_and_both_hold_the_observed(value: list[float], seed: int) -> None:
    held = systems(value, np.diag(np.random.default_rng(seed).uniform(0.5, 2, len(value))))
    ranks, one = simultaneous_ranks(held, all_pairs(held, rng=rng())), marginal_ranks(held, rng=rng())
    assert np.all(ranks.best <= one.best) and np.all(one.worst <= ranks.worst)
    assert np.all(one.best <= one.observed) and np.all(one.observed <= one.worst)


def test_identical_systems_have_the_same_ranks() -> None:
    cov = np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])
    held = systems([5.0, 5.0, 0.0], cov)
    ranks = simultaneous_ranks(held, all_pairs(held, rng=rng()))
    assert ranks.best.tolist() == [1, 1, 3] and ranks.worst.tolist() == [2, 2, 3]


def test_ranks_need_all_pairs() -> None:
    held = systems([1.0, 2.0, 3.0], np.eye(3))
    with pytest.raises(DesignError, match="all their pairs"):
        simultaneous_ranks(held, to_control(held, 0, rng=rng()))


# -- with the best ---------------------------------------------------------------------------------------------------


def test_with_the_best_of_two() -> None:
    """One-sided normal limits: 1.645 u above and below the difference, cut at 0."""
    found = with_best(systems([1.0, 0.0], np.eye(2) / 2), rng=rng())
    k = float(ndtri(0.95))
    assert found.upper == pytest.approx([1 + k, -1 + k]) and found.lower == pytest.approx([1 - k, -1 - k])
    assert found.can_be_best.all()


def test_with_the_best_of_three() -> None:
    """u = 1, d = 1.92 sqrt(2) = 2.71 (Dunnett 1955): 5 and 3.5 can be best, 0 cannot; limits by hand."""
    found = with_best(systems([5.0, 3.5, 0.0], np.eye(3)), rng=rng())
    d = 1.9163 * sqrt(2)
    assert found.can_be_best.tolist() == [True, True, False]
    assert found.upper == pytest.approx([1.5 + d, -1.5 + d, 0.0], abs=0.01)
    assert found.lower == pytest.approx([1.5 - d, -1.5 - d, -5.0 - d], abs=0.01)


def test_one_that_is_best_without_doubt() -> None:
    found = with_best(systems([0.0, 9.0, 1.0], np.eye(3)), rng=rng(), larger_is_better=False)
    assert found.can_be_best.tolist() == [True, False, True]
    alone = with_best(systems([-9.0, 9.0, 1.0], np.eye(3)), rng=rng(), larger_is_better=False)
    assert alone.can_be_best.tolist() == [True, False, False]
    assert alone.lower[0] == 0.0 and alone.upper[1] == alone.upper[2] == 0.0


def test_two_that_are_identical_can_both_be_best() -> None:
    cov = np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])
    found = with_best(systems([5.0, 5.0, 0.0], cov), rng=rng())
    assert found.can_be_best.tolist() == [True, True, False]
    all_same = with_best(systems([0.5, 0.5], np.full((2, 2), 0.1)), rng=rng())
    assert all_same.can_be_best.all() and all_same.lower.tolist() == all_same.upper.tolist() == [0.0, 0.0]


# -- draws -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("df", [inf, 5.0])
def test_share_of_draws_of_two(df: float) -> None:
    """``Phi(d / u)``, and Student's t for finite degrees of freedom (R: pt(1, 5) = 0.8183913)."""
    share = share_of_draws_best(systems([1.0, 0.0], np.eye(2) / 2, df=df), rng=rng())
    assert share[0] == pytest.approx(float(ndtr(1.0)) if df == inf else 0.8183913, abs=0.005)
    assert share.sum() == pytest.approx(1.0)


def test_identical_systems_share_a_draw() -> None:
    cov = np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])
    assert share_of_draws_best(systems([0.0, 0, 0], cov), rng=rng()) == pytest.approx([0.25, 0.25, 0.5], abs=0.01)
    with pytest.raises(DesignError, match="draw"):
        share_of_draws_best(systems([0.0, 0, 0], cov), rng=rng(), draws=0)
