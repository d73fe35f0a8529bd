"""Simultaneous intervals: published tables, other programs' digits, closed forms and laws."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from measurand.errors import DesignError
from measurand.quantity.largest_deviation import largest_deviation
from measurand.quantity.simultaneous import Systems, all_pairs, contrast_of, systems, to_control
from measurand.quantity.step_down import closed, partitions, stepped_down

Array = NDArray[np.float64]
V4 = np.array([[1, 0.5, 0.2, 0], [0.5, 1.5, 0.3, 0.1], [0.2, 0.3, 0.8, -0.2], [0, 0.1, -0.2, 2.0]])
"""Unequal variances and correlations."""


def rng() -> Generator:
    return np.random.default_rng(20)


# -- published tables ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("m", "df", "q95", "q99"),
    [
        (3, 5, 4.601725, 6.975727),
        (3, 20, 3.577935, 4.639220),
        (3, inf, 3.314493, 4.120303),
        (5, 5, 5.673125, 8.421495),
        (5, 20, 4.231857, 5.293253),
        (5, inf, 3.857656, 4.602821),
        (10, 5, 6.994698, 10.239281),
        (10, 20, 5.007883, 6.086476),
        (10, inf, 4.474124, 5.156635),
        (20, inf, 5.011689, None),
    ],
)
def test_studentized_range(m: int, df: float, q95: float, q99: float | None) -> None:
    """R 4.2.2, qtukey: the factor of all pairs is q over the root of 2."""
    found = all_pairs(systems(np.zeros(m), np.eye(m), df=df), rng=rng())
    assert found.factor == pytest.approx(q95 / sqrt(2), abs=0.01)
    assert abs(found.factor - q95 / sqrt(2)) < 5.0 * found.factor_u + 2e-6  # the u stated is that of the error made
    if q99 is not None and found.largest is not None:
        assert found.largest.factor(0.99) == pytest.approx(q99 / sqrt(2), abs=0.02)


ONE_SIDED = {
    5: (2.44, 2.68, 2.85, 2.98, 3.08, 3.16, 3.24, 3.30),
    20: (2.03, 2.19, 2.30, 2.39, 2.46, 2.51, 2.56, 2.60),
    inf: (1.92, 2.06, 2.16, 2.23, 2.29, 2.34, 2.38, 2.42),
}
"""Dunnett (1955), one-sided 0.05, 2 to 9 systems against a control."""
TWO_SIDED = {5: (3.03, 3.29, 3.48, 3.62), 20: (2.38, 2.54, 2.65, 2.73), inf: (2.21, 2.35, 2.44, 2.51)}
"""Dunnett (1964), two-sided 0.05, 2 to 5 systems against a control."""


@pytest.mark.parametrize("df", ONE_SIDED)
@pytest.mark.parametrize(("table", "two_sided"), [(ONE_SIDED, False), (TWO_SIDED, True)])
def test_dunnett_tables(df: float, table: dict[float, tuple[float, ...]], two_sided: bool) -> None:
    for k, d in enumerate(table[df], start=2):
        held = systems(np.zeros(k + 1), np.eye(k + 1), df=df)
        assert to_control(held, 0, rng=rng(), two_sided=two_sided).factor == pytest.approx(d, abs=0.0125)


@pytest.mark.parametrize("k", [3, 9])
def test_dunnett_by_one_integral(k: int) -> None:
    """``P(max |T| <= d) = int phi(z) (Phi(z + sqrt(2) d) - Phi(z - sqrt(2) d))^k dz``."""
    found = to_control(systems(np.zeros(k + 1), np.eye(k + 1)), 0, rng=rng())
    z = np.linspace(-9, 9, 4001)
    inside = (ndtr(z + sqrt(2) * found.factor) - ndtr(z - sqrt(2) * found.factor)) ** k
    held = float(np.sum(np.exp(-z * z / 2) / sqrt(2 * np.pi) * inside) * (z[1] - z[0]))
    assert held == pytest.approx(0.95, abs=1e-3)


# -- other programs --------------------------------------------------------------------------------------------------


def test_tukey_hsd_of_warpbreaks() -> None:
    """R 4.2.2: TukeyHSD(aov(breaks ~ wool + tension, warpbreaks), "tension"), 18 values each, 50 df."""
    held = systems([36.38888889, 26.38888889, 21.66666667], np.eye(3) * 6747.888889 / 50 / 18, df=50)
    found = all_pairs(held, rng=rng())
    assert found.value == pytest.approx([10.0, 14.72222222, 4.72222222])
    assert found.lower == pytest.approx([0.64657928, 5.36880150, -4.63119850], abs=1e-4)
    assert found.upper == pytest.approx([19.35342073, 24.07564295, 14.07564295], abs=1e-4)
    assert found.p == pytest.approx([0.033626218911, 0.001121787717, 0.447421021431], abs=1e-5)
    assert found.different.tolist() == [True, True, False]


def test_tukey_hsd_of_sprays() -> None:
    """R 4.2.2: TukeyHSD(aov(count ~ spray, InsectSprays)), 12 values each, 66 df; p from 4e-8 to 1."""
    means = [14.5, 15.33333333, 2.083333333, 4.916666667, 3.5, 16.66666667]
    found = all_pairs(systems(means, np.eye(6) * 15.38131313 / 12, df=66), rng=rng())
    p = dict(zip(found.pairs, found.p, strict=True))
    for pair, expected in {(0, 1): 0.9951810, (0, 5): 0.7542147, (2, 3): 0.4920707, (1, 5): 0.9603075}.items():
        assert p[pair] == pytest.approx(expected, abs=0.003)
    assert p[0, 4] == pytest.approx(4.086e-8, rel=0.6) and p[0, 3] == pytest.approx(1.442e-6, rel=0.6)
    assert found.upper[0] - found.value[0] == pytest.approx(4.699408515, abs=0.01)


def test_dunnett_of_blood_counts() -> None:
    """Dunnett's (1955) example as in SciPy 1.17, scipy.stats.dunnett (unequal numbers, 12 df)."""
    held = systems([8.25, 8.9, 10.878], np.diag(1.3805233333 / np.array([6, 4, 5])), df=12)
    found = to_control(held, 0, rng=rng())
    assert found.p == pytest.approx([0.62014, 0.005797], abs=1e-4)
    assert found.lower == pytest.approx([-1.25705, 0.83902], abs=0.01)
    assert found.upper == pytest.approx([2.55705, 4.41698], abs=0.01)
    one = to_control(held, 0, rng=rng(), two_sided=False)
    assert one.p == pytest.approx([0.32500, 0.0028947], abs=1e-4) and np.all(one.upper == inf)


@pytest.mark.parametrize(
    ("t", "normal", "student7"), [(2.0, 0.0944469, 0.1597329), (2.4, 0.0364487, 0.0915488), (3.0, 0.0065415, 0.0398553)]
)
def test_unequal_correlations(t: float, normal: float, student7: float) -> None:
    """SciPy 1.17, multivariate_normal.cdf and multivariate_t.cdf of three differences to the fourth system."""
    contrast = contrast_of([(0, 3), (1, 3), (2, 3)], 4)
    for df, expected in ((inf, normal), (7.0, student7)):
        found = largest_deviation(V4, contrast, df=df, rng=rng())
        assert found.tail(t) == pytest.approx(expected, abs=4.0 * found.tail_u(t) + 2e-5)
        assert found.tail(t) == pytest.approx(expected, rel=0.02)


# -- closed forms and laws -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("df", [3.0, 20.5, inf])
def test_two_systems_are_a_t_test(df: float) -> None:
    found = all_pairs(systems([0.9, 0.8], [[0.0004, 0.0001], [0.0001, 0.0009]], df=df), rng=rng())
    t = 1.959963984540054 if df == inf else float(stdtrit(df, 0.975))
    assert found.factor == pytest.approx(t, rel=1e-9) and found.factor_u == 0.0
    assert found.u == pytest.approx([sqrt(0.0011)]) and found.tail == pytest.approx(0.025)
    assert found.p == pytest.approx([2 * (1 - float(ndtr(0.1 / sqrt(0.0011))))]) if df == inf else found.p[0] > 0.002


def test_independent_differences_have_sidaks_factor() -> None:
    """A control that is known: the differences are independent."""
    held = systems([0.0, 1.0, 2.0, 3.0], np.diag([0.0, 1, 1, 1]))
    found = to_control(held, 0, rng=rng())
    assert found.tail == pytest.approx((1 - 0.95 ** (1 / 3)) / 2, abs=2e-4)
    alone = 2 * ndtr(-np.array([1.0, 2, 3]))
    assert found.p == pytest.approx(1 - (1 - alone) ** 3, rel=0.02)


def test_identical_systems_are_identical() -> None:
    """The same answers to every item: difference 0 with u 0, and nothing changes for the others."""
    right = np.array([[1, 0, 1, 1, 0, 1, 1, 0], [1, 0, 1, 1, 0, 1, 1, 0], [0, 0, 1, 0, 0, 1, 1, 1]], float)
    cov = np.cov(right) / 8
    found = all_pairs(systems(right.mean(axis=1), cov, df=7), rng=rng())
    alone = all_pairs(systems(right[1:].mean(axis=1), cov[1:, 1:], df=7), rng=rng())
    assert found.identical.tolist() == [True, False, False] and not found.different[0]
    assert found.p[0] == 1.0 and found.lower[0] == found.upper[0] == 0.0
    assert found.factor == pytest.approx(alone.factor) and found.p[1:] == pytest.approx([alone.p[0]] * 2)


def test_all_identical() -> None:
    found = all_pairs(systems([0.5, 0.5, 0.5], np.full((3, 3), 0.01)), rng=rng())
    assert found.identical.all() and found.largest is None and found.p.tolist() == [1.0, 1.0, 1.0]


def test_no_doubt_needs_to_be_said() -> None:
    with pytest.raises(DesignError, match="whole = True"):
        all_pairs(systems([0.5, 0.6, 0.7], np.zeros((3, 3))), rng=rng())
    found = all_pairs(systems([0.5, 0.6, 0.7], np.zeros((3, 3)), whole=True), rng=rng())
    assert found.different.all() and found.p.tolist() == [0.0, 0.0, 0.0]


@given(st.permutations(range(4)), st.floats(1e-3, 1e3), st.floats(-5, 5))
@settings(max_examples=15, deadline=None)
def test_relabelling_scale_and_shift(order: list[int], scale: float, shift: float) -> None:
    value = np.array([0.1, 1.4, -0.8, 3.0])
    one = all_pairs(systems(value, V4), rng=rng())
    other = all_pairs(systems(scale * (value[order] + shift), scale**2 * V4[np.ix_(order, order)]), rng=rng())
    p = dict(zip(one.pairs, one.p, strict=True))
    for (i, j), q in zip(other.pairs, other.p, strict=True):
        a, b = order[i], order[j]
        assert q == pytest.approx(p[min(a, b), max(a, b)], abs=0.005)
    assert other.factor == pytest.approx(one.factor, abs=0.01)


def test_intervals_and_p_values_say_the_same() -> None:
    random = rng()
    for _ in range(10):
        found = all_pairs(systems(random.normal(0, 2, 4), V4, df=9), rng=random)
        assert ((found.p < 0.05) == found.different).all()


# -- steps -----------------------------------------------------------------------------------------------------------


def test_steps_of_independent_differences_are_holms_with_sidak() -> None:
    """A control that is known; p sorted: ``max_{j<=k} 1 - (1 - p_(j))^(m - j + 1)`` (Holland & Copenhaver 1987)."""
    held = systems([0.0, 1.0, 3.0, 2.0], np.diag([0.0, 1, 1, 1]))
    found = to_control(held, 0, rng=rng())
    alone = 2 * ndtr(-np.array([1.0, 3, 2]))
    expected = [alone[0], 1 - (1 - alone[1]) ** 3, 1 - (1 - alone[2]) ** 2]
    assert stepped_down(held, found, rng=rng()) == pytest.approx(expected, rel=0.02)
    one = to_control(held, 0, rng=rng(), two_sided=False)
    half = [alone[0] / 2, 1 - (1 - alone[1] / 2) ** 3, 1 - (1 - alone[2] / 2) ** 2]
    assert stepped_down(held, one, rng=rng()) == pytest.approx(half, rel=0.02)


def test_steps_keep_the_order_and_lie_below_one_step() -> None:
    held = systems([0.0, 1.0, 5.0, 2.0], V4, df=12)
    found = all_pairs(held, rng=rng())
    p = stepped_down(held, found, rng=rng())
    order = np.argsort(-np.abs(found.value / found.u))
    assert np.all(np.diff(p[order]) >= 0) and np.all(p <= found.p)
    assert p[order[0]] == pytest.approx(found.p[order[0]], rel=0.05)


def test_closed_testing_of_three() -> None:
    """All three equal, or one pair: a pair has the larger of its own p and that of the largest of all (hand)."""
    held = systems([0.0, 2.2, 3.6], np.eye(3))
    found = all_pairs(held, rng=rng())
    own = 2 * ndtr(-np.abs(found.value) / sqrt(2))
    expected = np.maximum(own, found.p.min())
    assert closed(held, found, rng=rng()) == pytest.approx(expected, rel=1e-3)


def test_closed_testing_has_more_power_than_steps() -> None:
    """Once the first and the last differ, at most three of four can be equal."""
    held = systems([0.0, 2.0, 4.0, 6.0], np.eye(4) * 0.8)
    found = all_pairs(held, rng=rng())
    free, logical = stepped_down(held, found, rng=rng()), closed(held, found, rng=rng())
    assert np.all(logical <= free + 0.01) and np.any(logical < 0.9 * free)


@pytest.mark.parametrize(("count", "bell"), [(1, 1), (3, 5), (5, 52), (7, 877)])
def test_bell_numbers(count: int, bell: int) -> None:
    assert len({tuple(sorted(map(tuple, p))) for p in partitions(count)}) == bell


# -- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "covariance", "df", "said"),
    [
        ([0.5], [[0.01]], inf, "at least 2"),
        ([0.5, 0.6], [[0.01, 0], [0, -0.01]], inf, "negative variance"),
        ([0.5, 0.6], [[0.01, 0.02], [0.02, 0.01]], inf, "positive semi-definite"),
        ([0.5, 0.6], [[0.01, 0.005], [0, 0.01]], inf, "symmetric"),
        ([0.5, np.nan], [[0.01, 0], [0, 0.01]], inf, "finite"),
        ([0.5, 0.6], [[0.01]], inf, "shape"),
        ([0.5, 0.6], [[0.01, 0], [0, 0.01]], 0.0, "degrees of freedom"),
    ],
)
def test_refused(value: list[float], covariance: list[list[float]], df: float, said: str) -> None:
    with pytest.raises(DesignError, match=said):
        systems(value, covariance, df=df)


def test_refused_questions() -> None:
    held: Systems = systems([0.5, 0.6], np.eye(2))
    with pytest.raises(DesignError, match="position"):
        to_control(held, 2, rng=rng())
    with pytest.raises(DesignError, match="level"):
        all_pairs(held, rng=rng(), level=1.0)
    eight = systems(np.arange(8.0), np.eye(8))
    with pytest.raises(DesignError, match="partitions"):
        closed(eight, all_pairs(eight, rng=rng()), rng=rng())
    with pytest.raises(DesignError, match="variance"):
        largest_deviation([[1.0, 0.0], [0.0, 0.0]], df=inf, rng=rng())
