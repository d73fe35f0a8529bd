"""Worst group, gap, ratio and each against one: published factors, laws, and coverage."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import DesignError, RefusedError
from measurand.quantity.groups import against, gap, ratio_gap, worst
from measurand.quantity.limits import Limits
from measurand.quantity.student import normal_factor

TAIL = 0.025


def normal(value, u, bounds=(-np.inf, np.inf)):
    def tails(tail):
        return value - normal_factor(tail) * u, value + normal_factor(tail) * u

    return Limits(value, u, np.inf, "normal", tails, bounds)


def equal(count, u=1.0):
    return [normal(0.0, u) for _ in range(count)]


def test_selection_bias_is_the_expected_smallest_of_normal_values():
    """Harter (1961), expected values of normal order statistics: 5 values, 1.16296; 10 values, 1.53875."""
    for count, expected in ((5, 1.16296), (10, 1.53875)):
        assert worst(equal(count)).bias == pytest.approx(-expected, abs=0.02)
        assert worst(equal(count), largest=True).bias == pytest.approx(expected, abs=0.02)
        assert gap(equal(count)).bias == pytest.approx(2 * expected, abs=0.04)


def test_worst_has_one_plain_limit_and_one_of_all_together():
    lower, upper = worst(equal(5)).limits.at_tail(TAIL)
    assert lower == pytest.approx(-1.959964, abs=1e-6)
    assert upper == pytest.approx(normal_factor(1 - (1 - TAIL) ** 0.2), abs=0.03)  # Sidak, for independent groups


def test_joint_limits_of_a_gap_are_tukeys():
    """Studentised range, 5 %: 3.314 for 3 values, 3.858 for 5 (infinite degrees of freedom)."""
    for count, q in ((3, 3.314), (5, 3.858)):
        far = [normal(100.0, 1.0), *equal(count - 1)]
        lower = gap(far).limits.at_tail(0.05)[0]
        assert (100.0 - lower) / np.sqrt(2) == pytest.approx(q / np.sqrt(2), abs=0.03)


def test_limits_against_one_group_are_dunnetts():
    """Dunnett (1964), two-sided 5 %, infinite degrees of freedom: 2.21 for 2 comparisons, 2.44 for 4, 2.51 for 5."""
    for count, d in ((2, 2.21), (4, 2.44), (5, 2.51)):
        limits = against(equal(count + 1), 0)
        assert set(limits) == set(range(1, count + 1))
        for one in limits.values():
            assert one.at_tail(TAIL)[1] / np.sqrt(2) == pytest.approx(d, abs=0.03)


def test_groups_far_apart_have_no_selection_bias_and_equal_correlated_ones_no_gap():
    found = worst([normal(0.0, 0.01), normal(1.0, 0.01), normal(2.0, 0.01)])
    assert found.groups == (0,) and abs(found.bias) < 1e-3
    assert found.limits.value == pytest.approx(0.0, abs=1e-3)
    tied = worst(equal(4), rho=np.full((4, 4), 0.999999) + 0.000001 * np.eye(4))
    assert abs(tied.bias) < 0.01


def test_scale_and_order():
    parts = [normal(v, u, (0.0, 10.0)) for v, u in ((2.0, 0.3), (2.5, 0.2), (3.1, 0.4))]
    ten = [normal(10 * v, 10 * u, (0.0, 100.0)) for v, u in ((2.0, 0.3), (2.5, 0.2), (3.1, 0.4))]
    assert gap(ten).limits.value == pytest.approx(10 * gap(parts).limits.value)
    assert ratio_gap(ten).limits.value == pytest.approx(ratio_gap(parts).limits.value)
    assert gap(parts).groups == (2, 0) and ratio_gap(parts).groups == (0, 2)
    assert gap(parts[::-1]).limits.at_tail(TAIL) == pytest.approx(gap(parts).limits.at_tail(TAIL), abs=0.02)


@pytest.mark.parametrize("function", [worst, gap, ratio_gap])
def test_value_inside_and_limits_nested(function):
    found = function([normal(v, 0.05, (0.0, 1.0)) for v in (0.8, 0.82, 0.9, 0.79)]).limits
    before = (found.value, found.value)
    for tail in (0.3, 0.1, 0.05, 0.025, 0.005, 1e-4, 1e-6):
        lower, upper = found.at_tail(tail)
        assert found.bounds[0] <= lower <= before[0] <= before[1] <= upper <= found.bounds[1]
        before = (lower, upper)
    one, two = found.tails(np.array([0.025, 0.05]))
    assert (one[0], two[0]) == found.at_tail(0.025)


def test_one_group_and_a_zero_are_refused():
    for function in (worst, gap, ratio_gap):
        with pytest.raises(DesignError):
            function(equal(1))
    with pytest.raises(RefusedError):
        ratio_gap([normal(0.0, 0.1), normal(0.0, 0.1)])


@pytest.mark.parametrize("truth", [(0.0,) * 5, (0.0, 1.0, 2.0, 3.0), (0.0, 3.0, 3.0, 3.0)])
def test_coverage(truth):
    """At least 95 % less three Monte Carlo errors, whether the groups are equal, spread, or one is apart."""
    rng = np.random.default_rng(20261123)
    count, inside = 100, np.zeros(3)
    for _ in range(count):
        parts = [normal(t + rng.normal(), 1.0) for t in truth]
        for k, (limits, true) in enumerate(
            ((worst(parts).limits, min(truth)), (worst(parts, largest=True).limits, max(truth)),
             (gap(parts).limits, max(truth) - min(truth)))
        ):  # fmt: skip
            lower, upper = limits.at_tail(TAIL)
            inside[k] += lower <= true <= upper
    assert np.all(inside / count >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / count))
