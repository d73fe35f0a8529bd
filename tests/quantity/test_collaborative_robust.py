"""Algorithm S on the creosote ranges by R, robust precision of a level, the split level."""

from __future__ import annotations

import math

import numpy as np
import pytest

from measurand.errors import DesignError, StatisticError
from measurand.quantity.collaborative import cells, precision
from measurand.quantity.robust_precision import algorithm_s, robust_precision, split_level

RANGES = np.array([0.28, 0.49, 0.40, 0.00, 0.35, 1.98, 0.80, 0.32, 0.95])


def usual(values: np.ndarray) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values, ddof=1))


def median_and_mad(values: np.ndarray) -> tuple[float, float]:
    centre = float(np.median(values))
    return centre, 1.482602218505602 * float(np.median(np.abs(values - centre)))


def test_creosote_ranges_are_what_r_finds() -> None:
    """Algorithm S as in the R package metRology, iterated to the end in R 4.2.2."""
    s_r = algorithm_s(RANGES, df=1) / math.sqrt(2)
    assert s_r == pytest.approx(0.484901929737, rel=1e-10)
    assert algorithm_s(RANGES / math.sqrt(2), df=1) == pytest.approx(s_r, rel=1e-12)


def test_a_wild_laboratory_moves_it_little_and_a_scale_moves_it_in_proportion() -> None:
    s = algorithm_s(RANGES, df=1)
    assert algorithm_s([*RANGES[:5], 1e6, *RANGES[6:]], df=1) == pytest.approx(s, rel=1e-9)  # it was cut already
    assert algorithm_s(1000 * RANGES[::-1], df=1) == pytest.approx(1000 * s, rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 5])
def test_it_finds_the_standard_deviation_of_normal_values(df: int) -> None:
    s = np.sqrt(np.random.default_rng(df).chisquare(df, 100_000) / df)
    assert algorithm_s(s, df=df) == pytest.approx(1.0, abs=4 * 1.3 / math.sqrt(2 * df * 100_000))


def test_robust_precision_of_a_level_takes_the_callers_mean() -> None:
    rng = np.random.default_rng(7)
    y = [rng.normal() + 0.5 * rng.normal(size=2) for _ in range(400)]
    held = cells(y)
    got, found = robust_precision(held, robust_mean=usual), precision(held)
    assert got.s_L2_estimated == pytest.approx(np.var(held.mean, ddof=1) - got.s_r**2 / 2, rel=1e-12)
    assert got.s_r == pytest.approx(found.s_r, rel=0.1) and got.s_R == pytest.approx(found.s_R, rel=0.05)
    spoilt = cells([*y[:-20], *([v[0] + 50.0, v[1] + 90.0] for v in y[-20:])])
    robust = robust_precision(spoilt, robust_mean=median_and_mad)
    assert robust.s_R == pytest.approx(math.sqrt(1.25), rel=0.2) and precision(spoilt).s_R > 10.0


def test_split_level_by_hand() -> None:
    """Differences 1, 3, 2: s_D = 1; means 10.5, 12.5, 14: s_y^2 = 37/12."""
    got = split_level([11.0, 14.0, 15.0], [10.0, 11.0, 13.0])
    assert got.s_r == pytest.approx(1 / math.sqrt(2), rel=1e-14)
    assert got.s_L2_estimated == pytest.approx(37 / 12 - 1 / 4, rel=1e-12)
    assert got.mean == pytest.approx(37 / 3) and not got.is_negative


def test_split_level_of_one_material_is_the_ordinary_level_but_for_the_mean_difference() -> None:
    rng = np.random.default_rng(9)
    pairs = rng.normal(size=(300, 1)) + 0.4 * rng.normal(size=(300, 2))
    got = split_level(pairs[:, 0], pairs[:, 1] + 2.0)  # materials 2 apart
    found = precision(cells(list(pairs)))
    assert (got.s_r, got.s_L) == pytest.approx((found.s_r, found.s_L), rel=0.01)
    assert split_level(pairs[:, 0], pairs[:, 1], robust_mean=median_and_mad).s_R == pytest.approx(found.s_R, rel=0.15)


def test_a_negative_variance_is_said() -> None:
    got = split_level([1.0, 2.0, 3.0], [3.0, 2.0, 1.1])
    assert got.is_negative and got.s_L == 0.0 and got.s_R == got.s_r


def test_refused() -> None:
    with pytest.raises(StatisticError):
        algorithm_s([0.0, 0.0, 0.0, 1.0], df=1)
    with pytest.raises(DesignError):
        algorithm_s([1.0, -1.0], df=1)
    with pytest.raises(DesignError):
        algorithm_s([1.0], df=0)
    with pytest.raises(DesignError):
        robust_precision(cells([[1.0, 2.0], [1.0, 2.0, 3.0]]), robust_mean=usual)
    with pytest.raises(DesignError):
        split_level([1.0, 2.0], [1.0])
