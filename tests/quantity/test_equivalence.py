"""Equivalence, non-inferiority and resolution: other programs' digits, closed forms and laws."""

from __future__ import annotations

from math import inf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from measurand.errors import DesignError, RefusedError
from measurand.quantity.equivalence import (
    Margin,
    equivalence,
    equivalence_of_means,
    margin_of_difference,
    margin_of_ratio,
)
from measurand.quantity.exact import clopper_pearson
from measurand.quantity.resolution import detectable, planned, power_of, resolution
from measurand.quantity.simultaneous import systems

D = np.array([24, -7, -7, 5, 8, 13, 5, 22, 8, 12, 3, 3])
MEAN, U = float(D.mean()), float(D.std(ddof=1)) / sqrt(12)


def test_two_one_sided_tests() -> None:
    """statsmodels 0.14, ttost_paired(low=-15, upp=20) and tconfint_mean(alpha=0.1) of the same differences."""
    e = equivalence_of_means(MEAN, U, df=11, margin=Margin(-15, 20))
    assert e.p_equivalent == pytest.approx(0.0004109905250567847, rel=1e-9)
    assert e.p_non_inferior == pytest.approx(2.846343116746378e-06, rel=1e-9)
    assert e.p_superior == pytest.approx(0.01060251085357937, rel=1e-9)
    assert (e.lower, e.upper) == pytest.approx((2.456591267703172, 12.376742065630161), rel=1e-9)
    assert e.word("superiority") == "superior" and e.word("equivalence") == "equivalent"


def test_symmetric_margin() -> None:
    """pingouin 0.7, tost(bound=15, paired=True): p = 0.009519."""
    e = equivalence_of_means(MEAN, U, df=11, margin=margin_of_difference(15))
    assert e.p_equivalent == pytest.approx(0.009519, abs=5e-7)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, ("not shown", "non-inferior", "equivalent")),
        (-0.5, ("not shown", "not shown", "not shown")),
        (2.5, ("superior", "non-inferior", "not shown")),
        (-3.0, ("not shown", "not shown", "not shown")),
    ],
)
def test_words(value: float, words: tuple[str, str, str]) -> None:
    """u = 1, margin 2: limits are 1.645 away."""
    e = equivalence_of_means(value, 1.0, margin=margin_of_difference(2.0))
    assert tuple(e.word(aim) for aim in ("superiority", "non-inferiority", "equivalence")) == words
    other = equivalence_of_means(-value, 1.0, margin=margin_of_difference(2.0), larger_is_better=False)
    assert tuple(other.word(aim) for aim in ("superiority", "non-inferiority", "equivalence")) == words


@given(st.floats(-5, 5), st.floats(0.1, 3), st.floats(1, 60), st.floats(0.5, 4), st.booleans())
def test_a_rule_of_limits_gives_the_same_p_values(value: float, u: float, df: float, size: float, up: bool) -> None:
    from measurand.quantity.student import student_factor

    def at_tail(tail: float) -> tuple[float, float]:
        step = float(student_factor(tail, df)) * u
        return value - step, value + step

    margin = margin_of_difference(size)
    one = equivalence_of_means(value, u, df=df, margin=margin, larger_is_better=up)
    other = equivalence(at_tail, margin=margin, larger_is_better=up)
    for a, b in (
        (one.p_superior, other.p_superior),
        (one.p_non_inferior, other.p_non_inferior),
        (one.p_equivalent, other.p_equivalent),
    ):
        assert b == pytest.approx(a, rel=1e-6, abs=1e-15) if a < 0.499 else b == 1.0 or a < 0.501
    for aim in ("superiority", "non-inferiority", "equivalence"):
        assert one.shown(aim) == other.shown(aim)


@given(st.floats(-3, 3), st.floats(0.2, 2))
def test_equivalent_exactly_when_the_interval_is_inside(value: float, u: float) -> None:
    e = equivalence_of_means(value, u, df=9, margin=Margin(-1.5, 2.0))
    assert e.shown("equivalence") == (e.lower >= -1.5 and e.upper <= 2.0)
    assert e.shown("non-inferiority") == (e.lower >= -1.5) and e.shown("superiority") == (e.lower >= 0.0)


def test_ratio_on_its_own_scale() -> None:
    """The logarithm is normal: p is ``Phi((log r - log 1.25) / u)``."""
    margin = margin_of_ratio(1.25)
    assert (margin.lower, margin.upper, margin.neutral) == (0.8, 1.25, 1.0)

    def at_tail(tail: float) -> tuple[float, float]:
        from measurand.quantity.student import normal_factor

        step = 0.08 * float(normal_factor(tail))
        return float(np.exp(log(1.05) - step)), float(np.exp(log(1.05) + step))

    e = equivalence(at_tail, margin=margin)
    assert e.p_equivalent == pytest.approx(float(ndtr((log(1.05) - log(1.25)) / 0.08)), rel=1e-6)
    assert e.p_superior == pytest.approx(float(ndtr(-log(1.05) / 0.08)), rel=1e-6)


def test_exact_limits_of_a_share() -> None:
    """0 of 59: the exact 95 % one-sided limit is 0.0495 (the rule of three), so below 0.05, and p = 0.95^59."""

    def at_tail(tail: float) -> tuple[float, float]:
        lower, upper = clopper_pearson(0, 59, tail=tail)
        return float(lower) - 0.01, float(upper) - 0.01

    e = equivalence(at_tail, margin=Margin(-0.02, 0.04), larger_is_better=False)
    assert e.p_non_inferior == pytest.approx(0.95**59, rel=1e-6) and e.word("non-inferiority") == "non-inferior"


@pytest.mark.parametrize("margin", [(0.0, 1.0, 0.0), (0.1, 1.0, 0.0), (-1.0, 0.0, 0.0), (1.1, 1.25, 1.0), (-inf, 1, 0)])
def test_margin_on_both_sides(margin: tuple[float, float, float]) -> None:
    with pytest.raises(DesignError, match="stated beforehand"):
        Margin(*margin)


def test_refused() -> None:
    for size in (0.0, -1.0):
        with pytest.raises(DesignError, match="margin"):
            margin_of_difference(size)
        with pytest.raises(DesignError, match="margin"):
            margin_of_ratio(size)
    margin = margin_of_difference(1.0)
    for u in (0.0, -1.0, inf):
        with pytest.raises(DesignError, match="standard uncertainty"):
            equivalence_of_means(0.0, u, margin=margin)
    with pytest.raises(DesignError, match="alpha"):
        equivalence_of_means(0.0, 1.0, margin=margin, alpha=0.5)
    with pytest.raises(DesignError, match="degrees of freedom"):
        equivalence_of_means(0.0, 1.0, df=-1.0, margin=margin)
    with pytest.raises(RefusedError, match="superiority, non-inferiority, equivalence"):
        equivalence_of_means(0.0, 1.0, margin=margin).shown("victory")


# -- resolution ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("df", "effect"), [(10, 3.10997026), (3, 4.25584421), (inf, 2.801585)])
def test_planned_difference(df: float, effect: float) -> None:
    """R 4.2.2: power.t.test(n = df + 1, sd = 1, power = 0.8, type = "paired"), its delta times sqrt(n)."""
    assert planned(0.5, df=df) == pytest.approx(0.5 * effect, rel=3e-5)
    assert power_of(0.5 * effect, 0.5, df=df) == pytest.approx(0.8, abs=2e-5)  # R's root is good to 1e-4


def test_smallest_difference_of_a_data_set() -> None:
    """Ten equal, independent systems, u = 0.01 each: 1.960, and 4.474 / sqrt(2) with all pairs (R: qtukey)."""
    found = resolution(systems(np.zeros(10), np.eye(10) * 1e-4), rng=np.random.default_rng(3))
    u = 0.01 * sqrt(2)
    assert found.u == pytest.approx((u, u, u))
    assert found.alone == pytest.approx([1.959964 * u] * 3) and found.alone[0] == pytest.approx(detectable(u))
    assert found.together == pytest.approx([0.04474124] * 3, rel=0.002)
    assert found.planned == pytest.approx([2.801585 * u] * 3)
    assert found.planned_together == pytest.approx([0.04474124 + 0.8416212 * u] * 3, rel=0.002)


def test_resolution_of_pairs_that_differ_in_precision() -> None:
    """Identical systems do not count; the smallest, middle and largest u of the others do."""
    cov = np.array([[1.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0.5], [0, 0, 0.5, 3]])
    found = resolution(systems(np.zeros(4), cov, df=30), rng=np.random.default_rng(3))
    assert found.u == pytest.approx((sqrt(3.0), sqrt(2.0), 2.0))
    assert found.together[0] > found.alone[0]


def test_resolution_refused() -> None:
    with pytest.raises(DesignError, match="standard uncertainty"):
        resolution(systems([0.5, 0.5], np.ones((2, 2))), rng=np.random.default_rng(3))
    with pytest.raises(DesignError, match="power"):
        planned(1.0, power=0.01)
    with pytest.raises(DesignError, match="level"):
        detectable(1.0, level=0.0)
