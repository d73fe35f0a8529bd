"""Homogeneity and stability of items: printed values, the table of factors, the size of the checks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.quantity.annex_e import B1

from measurand.errors import DesignError, StatisticError
from measurand.quantity.proficiency_homogeneity import (
    check_homogeneity,
    check_stability,
    cochran_of_portions,
    expanded_factors,
    homogeneity,
    stability,
)

POINT_LOAD = [
    (1.5220, 1.4640), (1.4550, 1.4940), (1.4620, 1.4950), (1.4830, 1.4800), (1.5110, 1.4610), (1.4800, 1.5040),
    (1.4500, 1.4650), (1.4710, 1.4520), (1.4910, 1.5040), (1.4720, 1.4830),
]  # fmt: skip


def test_a_report_on_point_load_strength() -> None:
    """Printed: s_w 0.0223, s_s 0, limit 0.0284, F 0.69 below 3.02 (kanunimurat/pt13528, tests/test_real_round.py)."""
    found = homogeneity(POINT_LOAD)
    check = check_homogeneity(found, 0.0948)
    assert found.s_w == pytest.approx(0.0223, abs=5e-5) and check.limit == pytest.approx(0.0284, abs=5e-5)
    assert found.is_negative and found.s_s == 0.0 and check.is_adequate and check.is_adequate_expanded
    assert 2.0 * found.s_x**2 / found.s_w**2 == pytest.approx(0.69, abs=5e-3) and 0.05 < found.p < 1.0


@pytest.mark.parametrize("items", B1)
def test_factors_are_those_of_the_table(items: int) -> None:
    assert [round(f, 2) for f in expanded_factors(items)] == list(B1[items])


@pytest.mark.parametrize(("g", "m"), [(2, 2), (7, 2), (10, 3), (5, 6)])
def test_standard_deviations_are_their_definitions(g: int, m: int) -> None:
    x = np.random.default_rng(g * m).normal(1e6, 1.0, (g, 1)) + np.random.default_rng(m).normal(0.0, 0.3, (g, m))
    found = homogeneity(x)
    assert found.s_x == pytest.approx(float(np.std(x.mean(axis=1), ddof=1)), rel=1e-8)
    assert found.s_w**2 == pytest.approx(float(np.mean(np.var(x, axis=1, ddof=1))), rel=1e-8)
    assert found.s_s2_estimated == pytest.approx(found.s_x**2 - found.s_w**2 / m, rel=1e-7)
    if m == 2:
        assert found.s_w**2 == pytest.approx(float(np.sum((x[:, 0] - x[:, 1]) ** 2)) / (2 * g), rel=1e-8)


def test_the_expanded_check_fails_items_at_the_limit_in_one_case_of_twenty() -> None:
    """F1 and F2 are made so that s_s at 0.3 sigma_pt is passed in about 95 % (Fearn & Thompson 2001)."""
    rng = np.random.default_rng(3)
    sigma_pt, s_w, passed, runs = 1.0, 0.3, 0, 1500
    for _ in range(runs):
        x = rng.normal(0.0, 0.3 * sigma_pt, (10, 1)) + rng.normal(0.0, s_w, (10, 2))
        passed += check_homogeneity(homogeneity(x), sigma_pt).is_adequate_expanded
    assert 0.92 < passed / runs < 0.99


def test_a_large_difference_of_duplicates_is_found() -> None:
    x = np.array(POINT_LOAD)
    x[4, 0] += 0.4
    found = cochran_of_portions(x)
    assert found.item == 4 and found.p < 0.01
    assert cochran_of_portions(POINT_LOAD).p > 0.05
    # by hand: the largest of the squared differences over their sum
    d = np.array(POINT_LOAD)[:, 0] - np.array(POINT_LOAD)[:, 1]
    assert cochran_of_portions(POINT_LOAD).statistic == pytest.approx(float((d**2).max() / (d**2).sum()), rel=1e-9)


def test_items_that_differ_add_their_standard_deviation() -> None:
    x = [[1.0, 1.1], [2.0, 2.1], [3.0, 3.1], [4.0, 4.1]]
    found = homogeneity(x)  # by hand: s_x^2 = 5/3, s_w^2 = 0.005
    check = check_homogeneity(found, 1.0)
    assert check.u_added == pytest.approx(math.sqrt(5.0 / 3.0 - 0.0025), rel=1e-9)
    assert not check.is_adequate and not check.is_adequate_expanded and found.p < 1e-4
    assert homogeneity([[1.0, 1.0], [2.0, 2.0]]).p == 0.0


def test_stability() -> None:
    before = [[1.0, 1.2], [1.1, 1.3], [1.0, 1.0]]
    found = stability(before, [[1.4, 1.6], [1.5, 1.5]])
    assert found.before == pytest.approx(1.1) and found.after == pytest.approx(1.5)
    assert found.u_before == pytest.approx(0.1 / math.sqrt(3.0)) and found.u_after == pytest.approx(0.0, abs=1e-12)
    check = check_stability(found, 1.0)
    assert check.found == pytest.approx(0.4) and check.limit == 0.3 and not check.is_adequate
    assert check.expanded_limit == pytest.approx(0.3 + 0.2 / math.sqrt(3.0)) and check.is_adequate_expanded
    assert check.u_added == pytest.approx(0.4 / math.sqrt(3.0))
    assert stability(before, [[1.5]], u_after=0.02).u_after == 0.02


def test_refused() -> None:
    for wrong in ([[1.0, 2.0]], [[1.0], [2.0]], [[1.0, math.nan], [1.0, 2.0]], [1.0, 2.0, 3.0]):
        with pytest.raises(DesignError):
            homogeneity(wrong)
    with pytest.raises(StatisticError, match="resolution"):
        homogeneity([[1.0, 1.0], [1.0, 1.0]])
    with pytest.raises(DesignError):
        cochran_of_portions([[1.0, 1.0], [2.0, 2.0]])
    with pytest.raises(DesignError):
        check_homogeneity(homogeneity(POINT_LOAD), 0.0)
    with pytest.raises(DesignError):
        stability([[1.0], [2.0]], [[1.0]])
    with pytest.raises(DesignError):
        expanded_factors(1)
