"""Kernel density and Youden's picture: printed values, laws, and laboratories that lie outside."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from tests.quantity.annex_e import E6, E12_A, E12_B

from measurand.errors import DesignError
from measurand.quantity.kernel_density import bandwidth_of_data, bandwidth_of_sigma, kernel_density, modes
from measurand.quantity.robust import algorithm_a
from measurand.quantity.youden import youden


def robust(values: np.ndarray) -> tuple[float, float]:
    return algorithm_a(values).pair


def test_the_printed_mode() -> None:
    found = modes(E6, bandwidth=bandwidth_of_sigma(0.25))
    assert max(found, key=lambda m: m.height).place == pytest.approx(3.79, abs=5e-3)  # ISO 13528, E.6


@pytest.mark.parametrize("seed", range(6))
def test_modes_are_the_maxima_on_a_fine_grid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.normal(0, 1, 30), rng.normal(6, 1, 10 + seed), rng.uniform(-20, 60, seed)])
    h = 0.3 + 0.2 * seed
    grid = np.linspace(x.min() - 3 * h, x.max() + 3 * h, 200_001)
    f = np.zeros(len(grid))
    for v in x:  # the definition
        f += np.exp(-0.5 * ((grid - v) / h) ** 2) / (len(x) * h * math.sqrt(2 * math.pi))
    peaks = grid[1:-1][(f[1:-1] > f[:-2]) & (f[1:-1] >= f[2:]) & (f[1:-1] > 1e-14)]
    found = modes(x, bandwidth=h)
    assert [m.place for m in found] == pytest.approx(list(peaks), abs=2 * (grid[1] - grid[0]))
    assert sum(m.share for m in found) == pytest.approx(1.0, rel=1e-12)
    assert kernel_density(x, grid[::1000], bandwidth=h) == pytest.approx(f[::1000], rel=1e-9, abs=1e-300)
    assert float(np.sum(f)) * (grid[1] - grid[0]) == pytest.approx(1.0, rel=1e-2)


def test_two_results_are_one_mode_until_two_bandwidths_apart() -> None:
    """A sum of two equal normal densities has one maximum up to a distance of two standard deviations."""
    assert len(modes([0.0, 1.99], bandwidth=1.0)) == 1
    assert len(modes([0.0, 2.05], bandwidth=1.0)) == 2
    (one,) = modes([0.0, 1.5], bandwidth=1.0)
    assert one.place == pytest.approx(0.75, abs=1e-12) and one.share == 1.0


def test_equal_results_one_result_and_far_results() -> None:
    (one,) = modes([4.0, 4.0, 4.0], bandwidth=0.1)
    assert (one.place, one.height) == (pytest.approx(4.0), pytest.approx(1.0 / (0.1 * math.sqrt(2 * math.pi))))
    assert len(modes([1.0], bandwidth=2.0)) == 1
    began = time.perf_counter()
    far = modes([0.0, 0.1, 1e9, -1e9], bandwidth=0.2)
    assert time.perf_counter() - began < 1.0
    assert [round(m.share, 12) for m in far] == [0.25, 0.5, 0.25]


def test_ten_thousand_results() -> None:
    x = np.random.default_rng(1).normal(0.0, 1.0, 10_000)
    began = time.perf_counter()
    h = bandwidth_of_data(1.0, len(x))
    found = max(modes(x, bandwidth=h), key=lambda m: m.height)
    assert time.perf_counter() - began < 20.0
    assert abs(found.place) < 0.5 and found.height == pytest.approx(1 / math.sqrt(2 * math.pi), rel=0.05)


def test_bandwidths() -> None:
    assert bandwidth_of_sigma(0.25) == 0.1875
    assert bandwidth_of_data(2.0, 243) == pytest.approx(0.6)  # 243^0.2 = 3
    for wrong in (0.0, math.inf):
        with pytest.raises(DesignError):
            modes([1.0, 2.0], bandwidth=wrong)
    with pytest.raises(DesignError):
        modes([], bandwidth=1.0)


def test_the_printed_correlation_and_scores_of_two_allergens() -> None:
    found = youden(E12_A, E12_B)
    assert found.correlation == pytest.approx(0.706, abs=5e-4)  # ISO 13528, E.12
    assert found.ellipse.centre == (pytest.approx(11.54, abs=5e-3), pytest.approx(7.66, abs=5e-3))
    # by the formula, with z scores printed there for allergens A and B of participants 5, 8 and 23
    za, zb = np.array([2.228, 1.942, 2.710]), np.array([2.023, 0.770, 2.762])
    squared = (za**2 - 2 * 0.706 * za * zb + zb**2) / (1 - 0.706**2)
    assert found.t_squared[[4, 7, 22]] == pytest.approx(squared, rel=3e-3)
    assert found.medians == (11.36, 6.97)  # the 15th of 29 in order


@pytest.mark.parametrize("of", [None, robust])
def test_the_ellipse_is_where_t_squared_is_its_limit(of) -> None:  # type: ignore[no-untyped-def]
    found = youden(E12_A, E12_B, robust_mean=of)
    e = found.ellipse
    turn = np.linspace(0.0, 2 * math.pi, 9)
    along, across = e.half_axes[0] * np.cos(turn), e.half_axes[1] * np.sin(turn)
    x = e.centre[0] + along * math.cos(e.angle) - across * math.sin(e.angle)
    y = e.centre[1] + along * math.sin(e.angle) + across * math.cos(e.angle)
    (ca, sa), (cb, sb) = ((v.mean(), v.std(ddof=1)) if of is None else of(v) for v in map(np.array, (E12_A, E12_B)))
    za, zb, r = (x - ca) / sa, (y - cb) / sb, found.correlation
    assert (za**2 - 2 * r * za * zb + zb**2) / (1 - r**2) == pytest.approx(found.t_squared_limit, rel=1e-9)


def test_five_percent_of_normal_laboratories_lie_outside() -> None:
    rng = np.random.default_rng(8)
    bias, n = rng.normal(0.0, 2.0, 40_000), 40_000
    a, b = 10.0 + bias + rng.normal(0, 0.5, n), 11.0 + bias + rng.normal(0, 0.5, n)
    found = youden(a, b)
    assert float(found.is_outside_ellipse.mean()) == pytest.approx(0.05, abs=0.005)
    assert found.precision.s_r == pytest.approx(0.5, rel=0.02) and found.precision.s_L == pytest.approx(2.0, rel=0.02)
    assert found.radius == pytest.approx(2.4477 * found.precision.s_r, rel=1e-4)  # Youden: 2.448
    free = youden(a - bias, b - bias)
    assert float(free.is_outside_circle.mean()) == pytest.approx(0.05, abs=0.005)
    assert float(np.std(found.scatter)) == pytest.approx(0.5, rel=0.02)


def test_parts_of_a_deviation_are_turned_by_45_degrees() -> None:
    a, b = np.array([1.0, 2.0, 3.0, 9.0, 2.0]), np.array([2.0, 1.0, 3.0, 8.0, 2.0])
    found = youden(a, b)
    assert found.medians == (2.0, 2.0)
    assert found.bias == pytest.approx(np.array([-1, -1, 2, 13, 0]) / math.sqrt(2.0))
    assert found.scatter == pytest.approx(np.array([-1, 1, 0, 1, 0]) / math.sqrt(2.0))
    assert found.distance == pytest.approx(np.hypot(a - 2.0, b - 2.0))
    assert list(found.is_outside_circle) == [False, False, False, True, False]
    assert found.t_squared_limit == pytest.approx(8.0 / 3.0 * 9.55, rel=5e-4)  # F tables: 9.55 for 2 and 3


def test_a_far_laboratory_does_not_hide_behind_itself() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(0, 1, 20), rng.normal(0, 1, 20)
    a[:3], b[:3] = 30.0, -30.0
    assert list(youden(a, b, robust_mean=robust).is_outside_ellipse[:3]) == [True] * 3
    assert not youden(a, b).is_outside_ellipse[:3].any()


def test_refused_pairs() -> None:
    for a, b in (([1.0, 2.0], [1.0, 2.0]), ([1.0, 2.0, 3.0], [1.0, 2.0]), ([1.0, 2.0, math.nan], [1.0, 2.0, 3.0])):
        with pytest.raises(DesignError):
            youden(a, b)
    with pytest.raises(DesignError, match="one line"):
        youden([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
    with pytest.raises(DesignError, match="one line"):
        youden([1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    with pytest.raises(DesignError, match="level"):
        youden(E12_A, E12_B, level=1.0)
