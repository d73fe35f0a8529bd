"""Repeatability and reproducibility of a level: the creosote trial of ISO 5725-5 by R, laws, refusals.

The creosote cells (9 laboratories, 2 results) are printed as means and ranges in the documentation of the R package
metRology (algA, algS); values with "R" come from R 4.2.2 (lm, anova, qchisq, qf), run for this test.
"""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from measurand.errors import DesignError, StatisticError
from measurand.quantity.anova import one_way
from measurand.quantity.cochran import cochran, cochran_limit
from measurand.quantity.collaborative import (
    astm_e691,
    between_laboratories,
    cells,
    precision,
    repeatability,
    reproducibility,
)
from measurand.quantity.grubbs import grubbs, grubbs_limit
from measurand.quantity.mandel import mandel
from measurand.quantity.mean_squares import f_factor, f_tail, variance_limits

MEANS = np.array([24.140, 20.155, 19.500, 20.300, 20.705, 17.570, 20.100, 20.940, 21.185])
RANGES = np.array([0.28, 0.49, 0.40, 0.00, 0.35, 1.98, 0.80, 0.32, 0.95])
CREOSOTE = [[m - r / 2, m + r / 2] for m, r in zip(MEANS, RANGES, strict=True)]
UNEQUAL = [[10.1, 10.3, 9.8], [11.2, 11.0], [9.9, 10.4, 10.0, 10.6], [10.8]]


def trial(seed: int, *, counts: tuple[int, ...], s_L: float = 1.0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [5.0 + s_L * rng.normal() + rng.normal(size=n) for n in counts]


def test_creosote_is_what_r_finds() -> None:
    found = precision(cells(CREOSOTE))
    assert found.mean == pytest.approx(MEANS.mean(), rel=1e-12)
    assert found.between == pytest.approx(5.96434305555557, rel=1e-12)  # R
    assert found.within == pytest.approx(0.34257222222222, rel=1e-12)  # R; by hand sum d^2 / 18
    assert found.s_R**2 == pytest.approx((5.96434305555557 + 0.34257222222222) / 2, rel=1e-12)
    assert (found.repeatability_limit, found.reproducibility_limit) == (2.8 * found.s_r, 2.8 * found.s_R)
    r = reproducibility(found)
    assert r.value == pytest.approx(1.7757977471798, rel=1e-12)  # R, modified large-sample limits
    assert r.limits == pytest.approx((1.2366766898978, 3.3356267923976), rel=1e-11)
    assert r.df == pytest.approx(8.9192241746551, rel=1e-12)
    assert between_laboratories(found) == pytest.approx((1.0198201180426, 3.2864605729437), rel=1e-10)  # R, F and chi^2


def test_creosote_outlier_tests_are_what_r_finds() -> None:
    held = cells(CREOSOTE)
    assert cochran(held.variance) == pytest.approx(0.63577834357719, rel=1e-12)
    assert (cochran_limit(9, 2, 0.05), cochran_limit(9, 2, 0.01)) == pytest.approx(
        (0.63845024573258, 0.75438711172382), rel=1e-11
    )
    assert grubbs(held.mean) == pytest.approx(2.1017150945372, rel=1e-12)
    assert grubbs(held.mean, largest=False) == pytest.approx(1.7027977950995, rel=1e-12)
    assert (grubbs_limit(9, 0.05), grubbs_limit(9, 0.01)) == pytest.approx(
        (2.2150042233255, 2.3868098750709), rel=1e-11
    )


def test_unequal_numbers_are_what_r_finds() -> None:
    found = precision(cells(UNEQUAL))
    assert (found.between, found.within) == pytest.approx((0.53161111111111, 0.079027777777778), rel=1e-12)
    assert found.n_mean == pytest.approx(7 / 3, rel=1e-14)  # (10 - 30/10) / 3
    assert found.s_L2_estimated == pytest.approx(0.19396428571429, rel=1e-12)
    assert found.mean == pytest.approx(10.41, rel=1e-14)
    assert (found.singles, found.df_within) == (1, 6)
    limits = repeatability(found).limits
    assert limits == pytest.approx((0.18115109934735, 0.61904217557582), rel=1e-11)
    assert repeatability(found).u == pytest.approx(found.s_r / math.sqrt(12), rel=1e-14)


def test_a_single_result_enters_s_l_and_not_s_r() -> None:
    with_one, without = precision(cells(UNEQUAL)), precision(cells(UNEQUAL[:3]))
    assert with_one.within == without.within
    assert with_one.df_between == without.df_between + 1
    assert cells(UNEQUAL).repeated.tolist() == [True, True, True, False]
    assert mandel(cells(UNEQUAL)).k_of.tolist() == [0, 1, 2]


@pytest.mark.parametrize("counts", [(2, 2, 2, 2, 2), (3, 1, 4, 2, 2, 5), (2, 40, 3)])
def test_equal_to_the_analysis_of_variance(counts: tuple[int, ...]) -> None:
    y = trial(len(counts), counts=counts)
    found = precision(cells(y))
    table = one_way(np.concatenate(y), np.repeat(np.arange(len(counts)), counts).tolist())
    between, within = table.components
    assert (found.s_L2_estimated, found.within) == pytest.approx((between, within), rel=1e-10)
    assert found.mean == pytest.approx(table.mean, rel=1e-12)


def test_equal_to_a_naive_loop() -> None:
    y = trial(4, counts=(3,) * 7)
    found = astm_e691(cells(y))
    means = [sum(v) / 3 for v in y]
    grand = sum(means) / 7
    s_x2 = sum((m - grand) ** 2 for m in means) / 6
    s_r2 = sum(sum((v - m) ** 2 for v in values) / 2 for values, m in zip(y, means, strict=True)) / 7
    assert (found.mean, found.s_x, found.s_r) == pytest.approx((grand, math.sqrt(s_x2), math.sqrt(s_r2)), rel=1e-12)
    assert found.s_R == pytest.approx(math.sqrt(max(s_r2, s_x2 + s_r2 * 2 / 3)), rel=1e-12)
    assert precision(cells(y)).s_R == pytest.approx(found.s_R, rel=1e-12)  # both rules agree for equal numbers


@pytest.mark.parametrize("scale, shift", [(1000.0, 0.0), (-0.01, 1e6)])
def test_unit_origin_and_names_do_not_matter(scale: float, shift: float) -> None:
    y = trial(8, counts=(3, 1, 4, 2, 2))
    a, b = precision(cells(y)), precision(cells([scale * v[::-1] + shift for v in reversed(y)]))
    assert b.s_r == pytest.approx(abs(scale) * a.s_r, rel=1e-6)
    assert b.s_L == pytest.approx(abs(scale) * a.s_L, rel=1e-6)
    assert b.mean == pytest.approx(scale * a.mean + shift, rel=1e-9)
    assert reproducibility(b).limits == pytest.approx([abs(scale) * x for x in reproducibility(a).limits], rel=1e-6)


def test_a_negative_variance_is_said_and_kept() -> None:
    found = precision(cells([[1.0, -1.0], [1.0, -1.0], [1.1, -1.1]]))
    assert found.is_negative and found.s_L2_estimated == pytest.approx(-(2 + 2 + 2.42) / 3 / 2, rel=1e-12)
    assert found.s_L == 0.0 and found.s_R == found.s_r
    r = reproducibility(found)
    assert r.limits[0] <= r.value <= r.limits[1]
    assert between_laboratories(found)[0] == 0.0


def test_limits_of_one_mean_square_are_the_chi_square_ones_and_grow() -> None:
    narrow, wide = variance_limits([2.0], [3.0], [7], level=0.9), variance_limits([2.0], [3.0], [7], level=0.99)
    assert narrow == pytest.approx((2 * 21 / 14.0671404493402, 2 * 21 / 2.16734990929806), rel=1e-12)  # R, qchisq
    assert wide[0] < narrow[0] < 6.0 < narrow[1] < wide[1]
    assert float(f_tail(f_factor(1e-12, 3, 20), 3, 20)) == pytest.approx(1e-12, rel=1e-9)


def test_refused() -> None:
    with pytest.raises(DesignError):
        cells([[1.0, 2.0]])
    with pytest.raises(DesignError):
        cells([[1.0, 2.0], []])
    with pytest.raises(DesignError):
        cells([[1.0, math.nan], [1.0, 2.0]])
    with pytest.raises(DesignError):
        precision(cells([[1.0], [2.0]]))
    with pytest.raises(DesignError):
        astm_e691(cells(UNEQUAL))
    with pytest.raises(StatisticError):
        repeatability(precision(cells([[1.0, 1.0], [2.0, 2.0]])))
    with pytest.raises(DesignError):
        mandel(cells([[1.0, 1.0], [2.0, 2.0]]))


def test_fifty_laboratories_at_five_levels_are_fast() -> None:
    levels = [trial(k, counts=(3,) * 50) for k in range(5)]
    start = time.perf_counter()
    for y in levels:
        held = cells(y)
        found = precision(held)
        reproducibility(found), repeatability(found), between_laboratories(found), mandel(held)
    assert time.perf_counter() - start < 0.5


def test_tests_reject_as_often_as_they_say() -> None:
    """Simulated size under the null, 8 laboratories of 3 results; four standard errors of 20,000 trials."""
    rng = np.random.default_rng(20)
    y = rng.normal(size=(20_000, 8, 3))
    variance, mean = y.var(axis=2, ddof=1), y.mean(axis=2)
    c = variance.max(axis=1) / variance.sum(axis=1)
    z = (mean - mean.mean(axis=1, keepdims=True)) / mean.std(axis=1, ddof=1, keepdims=True)
    g = np.abs(z).max(axis=1)
    for alpha in (0.05, 0.01):
        room = 4.0 * math.sqrt(alpha / 20_000)
        assert abs(float(np.mean(c > cochran_limit(8, 3, alpha))) - alpha) < room
        assert abs(float(np.mean(g > grubbs_limit(8, alpha))) - alpha) < room
