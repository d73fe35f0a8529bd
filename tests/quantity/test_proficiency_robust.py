"""Robust statistics of proficiency tests: printed values, naive definitions, laws, data with ties."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.quantity.annex_e import E1_DELETED, E1_HALF, E1_IGNORED, E3, E4_VALUES, E13_MEANS

from measurand.errors import DesignError, RefusedError, StatisticError
from measurand.quantity.assigned_value import ROBUST
from measurand.quantity.censored_results import algorithm_a_of_treatments, censored
from measurand.quantity.hampel import hampel
from measurand.quantity.q_method import q_hampel, q_method
from measurand.quantity.robust import Robust, algorithm_a, mad_e, median_iqr, median_mad, niqr

Array = NDArray[np.float64]
NAMES = tuple(ROBUST)

PRINTED = [  # ISO 13528: method, data, location, scale, u and the decimals of each
    (algorithm_a, E1_IGNORED, (26.01, 2), None, None),  # its 7.23 is that of an early stop
    (algorithm_a, E1_DELETED, (26.81, 2), (5.29, 2), None),
    (algorithm_a, E3, (0.2570, 4), (0.0395, 4), (0.0085, 4)),
    (lambda x: q_hampel(list(x)), E3, (0.2600, 4), (0.0426, 4), (0.0091, 4)),
    (median_iqr, E3, (0.2620, 4), (0.0402, 4), (0.0086, 4)),
    (median_mad, E3, (0.2620, 4), (0.0386, 4), None),
    (algorithm_a, E4_VALUES, (0.03161, 5), (0.0164, 4), (0.0045, 4)),
    (algorithm_a, E13_MEANS, (1.57, 2), None, None),
]


@pytest.mark.parametrize(("method", "data", "location", "scale", "u"), PRINTED)
def test_printed_values(
    method: Callable[[list[float]], Robust],
    data: list[float],
    location: tuple[float, int],
    scale: tuple[float, int] | None,
    u: tuple[float, int] | None,
) -> None:
    found = method(data)
    for got, printed in ((found.location, location), (found.scale, scale), (found.u, u)):
        if printed is not None:
            assert abs(got - printed[0]) <= 0.5 * 10.0 ** -printed[1] + 1e-12


def iterated(x: Array) -> tuple[float, float]:
    """Algorithm A as it is written, many steps."""
    centre, scale = float(np.median(x)), 1.483 * float(np.median(np.abs(x - np.median(x))))
    scale = scale or float(np.std(x, ddof=1))
    for _ in range(1500):
        cut = np.clip(x, centre - 1.5 * scale, centre + 1.5 * scale)
        centre, scale = float(cut.mean()), 1.134 * float(np.std(cut, ddof=1))
    return centre, scale


def naive_q(laboratories: list[list[float]]) -> float:
    """The Q method by its definition: all pairs of laboratories, each step of H, on values in whole units."""
    p = len(laboratories)
    places: dict[float, float] = {}
    for i in range(p):
        for j in range(i):
            for a in laboratories[i]:
                for b in laboratories[j]:
                    share = 2.0 / (p * (p - 1) * len(laboratories[i]) * len(laboratories[j]))
                    places[abs(a - b)] = places.get(abs(a - b), 0.0) + share
    x, g, h = [0.0], [0.0], places.get(0.0, 0.0)
    zero = h
    for d in sorted(places):
        if d > 0.0:
            x.append(d)
            g.append(h + 0.5 * places[d])
            h += places[d]
    wanted = 0.25 + 0.75 * zero
    k = next(k for k in range(1, len(x)) if g[k] >= wanted)
    inverse = x[k - 1] + (wanted - g[k - 1]) / (g[k] - g[k - 1]) * (x[k] - x[k - 1])
    return inverse / (math.sqrt(2.0) * quantile(0.625 + 0.375 * zero))


def quantile(p: float) -> float:
    return NormalDist().inv_cdf(p)


def naive_hampel(x: Array, s: float) -> list[float]:
    """All zeros of the sum of psi on a fine grid around the data."""
    grid = np.linspace(x.min() - 2 * s, x.max() + 2 * s, 40_001)
    q = (x[:, None] - grid) / s
    a = np.abs(q)
    psi = np.sign(q) * np.where(a <= 1.5, a, np.where(a <= 3.0, 1.5, np.maximum(4.5 - a, 0.0)))
    total = psi.sum(axis=0)
    return [float(grid[i]) for i in np.flatnonzero(total[:-1] * total[1:] <= 0.0)]


SMALL = st.lists(st.integers(-30, 30), min_size=2, max_size=25)


@given(SMALL)
@settings(max_examples=50, deadline=None)
def test_algorithm_a_is_where_the_iteration_ends(whole: list[int]) -> None:
    x = np.array(whole, float)
    centre, scale = iterated(x)
    if scale > 1e-6:
        found = algorithm_a(x)
        assert found.location == pytest.approx(centre, abs=1e-7 * scale)
        assert found.scale == pytest.approx(scale, rel=1e-7)
    else:
        with pytest.raises(StatisticError):
            algorithm_a(x)


@given(st.lists(st.lists(st.integers(-8, 8), min_size=1, max_size=4), min_size=2, max_size=9))
@settings(max_examples=200, deadline=None)
def test_q_method_is_its_definition(laboratories: list[list[int]]) -> None:
    values = [[float(v) for v in results] for results in laboratories]
    if len({v for results in values for v in results}) > 1:
        apart = any(a != b for i, one in enumerate(values) for other in values[:i] for a in one for b in other)
        if apart:
            assert q_method(values) == pytest.approx(naive_q(values), rel=1e-12)


def test_q_method_counts_equal_differences_as_one_step() -> None:
    tenths = [0.1, 0.2, 0.3, 0.6, 0.7, 1.1]
    whole = [[10.0 * v] for v in (0.1, 0.2, 0.3, 0.6, 0.7, 1.1)]
    assert q_method(tenths) == pytest.approx(naive_q([[round(v[0])] for v in whole]) / 10.0, rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_hampel_is_the_zero_nearest_to_the_median(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.normal(0.0, 1.0, 12), rng.normal(rng.uniform(3.0, 9.0), 1.0, rng.integers(0, 10))])
    s = float(rng.uniform(0.3, 2.0))
    zeros = naive_hampel(x, s)
    nearest = min(zeros, key=lambda z: abs(z - np.median(x)))
    assert hampel(x, s) == pytest.approx(nearest, abs=2 * (np.ptp(x) + 4 * s) / 40_000)


def test_hampel_with_two_solutions_equally_near_is_the_median() -> None:
    assert hampel([-5.0, -5.0, 5.0, 5.0], 1.0) == 0.0
    assert hampel([7.0], 1.0) == 7.0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(4))
def test_moves_and_stretches_with_the_results_and_does_not_see_their_order(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_t(2.0, 7 + 5 * seed)
    found, moved = ROBUST[name](x), ROBUST[name](rng.permutation(-3.0 * x + 1000.0))
    assert moved.location == pytest.approx(1000.0 - 3.0 * found.location, abs=1e-9)
    assert moved.scale == pytest.approx(3.0 * found.scale, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "share"), [("algorithm-a", 0.2), ("q-hampel", 0.4), ("median-niqr", 0.2), ("median-made", 0.4)]
)
def test_far_results_do_not_carry_it_away(name: str, share: float) -> None:
    x = np.random.default_rng(5).normal(size=50)
    spoiled = x.copy()
    spoiled[: int(share * 50)] = 1e9
    found = ROBUST[name](spoiled)
    assert abs(found.location) < 3.0 and 0.3 < found.scale < 8.0


def test_hampel_does_not_count_what_is_far_away_at_all() -> None:
    near = [1.0, 2.0, 3.0, 4.0, 5.0]
    assert hampel([*near, 100.0], 2.0) == hampel([*near, 1e12], 2.0)


@pytest.mark.parametrize("name", NAMES)
def test_many_normal_results_have_mean_and_standard_deviation(name: str) -> None:
    x = np.random.default_rng(11).normal(20.0, 2.0, 10_000)
    began = time.perf_counter()
    found = ROBUST[name](x)
    assert time.perf_counter() - began < 10.0
    assert found.location == pytest.approx(20.0, abs=4 * 1.26 * 2.0 / 100.0)
    assert found.scale == pytest.approx(2.0, rel=0.04)


def test_algorithm_a_at_normal_quantiles_is_the_standard_deviation() -> None:
    """The correction is that of normal values, up to its rounding (exact: 1.13339)."""
    x = [NormalDist().inv_cdf((i + 0.5) / 5000) for i in range(5000)]
    found = algorithm_a(x)
    assert found.location == pytest.approx(0.0, abs=1e-12)
    assert found.scale == pytest.approx(1.0, rel=5e-3)
    assert found.scale == pytest.approx(1.134 * math.sqrt(mean_of_cut_squares(1.5 * found.scale)), rel=1e-3)


def mean_of_cut_squares(c: float) -> float:
    """``E[min(z^2, c^2)]`` of a normal z."""
    normal = NormalDist()
    return 2 * normal.cdf(c) - 1 - 2 * c * normal.pdf(c) + 2 * c * c * (1 - normal.cdf(c))


def test_two_laboratories() -> None:
    assert algorithm_a([1.0, 2.0]).scale == pytest.approx(1.134 / math.sqrt(2.0), rel=1e-12)
    assert mad_e([1.0, 2.0]) == pytest.approx(0.7415, rel=1e-12)
    assert niqr([1.0, 2.0]) == pytest.approx(0.37065, rel=1e-12)
    assert q_method([1.0, 2.0]) == pytest.approx(0.5 / (math.sqrt(2.0) * quantile(0.625)), rel=1e-12)
    assert q_hampel([1.0, 2.0]).location == pytest.approx(1.5)


def test_q_method_of_500_laboratories_is_quick_and_many_replicates_are_those_of_all_pairs() -> None:
    rng = np.random.default_rng(2)
    began = time.perf_counter()
    q_method(list(rng.normal(size=500)))
    assert time.perf_counter() - began < 1.0
    labs = [np.round(rng.normal(rng.normal(), 0.3, 2), 3) for _ in range(1500)]  # more pairs than are sorted at once
    means = np.array([v[0] for v in labs]), np.array([v[1] for v in labs])
    d = np.sort(np.concatenate([np.abs(a[:, None] - b)[~np.eye(1500, dtype=bool)] for a in means for b in means]))
    assert q_method(labs) == pytest.approx(float(np.quantile(d, 0.25)) / (math.sqrt(2.0) * quantile(0.625)), rel=2e-3)


@pytest.mark.parametrize("copies", [1, 400])
def test_q_method_of_many_tied_results_is_its_definition(copies: int) -> None:
    """H, and with it s*, can be counted by hand for values 0 (half), 1 and 3 (a quarter each)."""
    n = 4 * copies
    x = [0.0] * (2 * copies) + [1.0] * copies + [3.0] * copies
    pairs = n * (n - 1) / 2
    equal = (copies * (2 * copies - 1) + copies * (copies - 1)) / pairs
    one, two = 2 * copies**2 / pairs, copies**2 / pairs
    wanted = 0.25 + 0.75 * equal
    first = equal + one / 2
    second = equal + one + two / 2
    inverse = wanted / first if wanted <= first else 1.0 + (wanted - first) / (second - first)
    assert q_method(x) == pytest.approx(inverse / (math.sqrt(2.0) * quantile(0.625 + 0.375 * equal)), rel=1e-12)


HALF_EQUAL = [5.0] * 6 + [5.1, 5.2, 4.9, 7.0]


def test_equal_results_are_never_a_spread_of_zero() -> None:
    for refused in (mad_e, median_mad):
        with pytest.raises(StatisticError, match="Q method"):
            refused(HALF_EQUAL)
    with pytest.raises(StatisticError, match="Q method"):
        niqr([5.0] * 8 + [4.0, 6.0])
    with pytest.raises(StatisticError, match="Q method"):
        algorithm_a([5.0] * 18 + [4.0, 6.0])
    assert q_method(HALF_EQUAL) > 0.0 and algorithm_a(HALF_EQUAL).scale > 0.0
    with pytest.raises(StatisticError, match="equal"):
        q_method([1e9, 1e9 + 1e-7, 1e9])  # nothing but rounding
    for method in ROBUST.values():
        with pytest.raises(StatisticError, match="equal"):
            method([3.0, 3.0, 3.0])


@pytest.mark.parametrize("name", NAMES)
def test_refused(name: str) -> None:
    with pytest.raises(DesignError, match="at least 2"):
        ROBUST[name]([1.0])
    with pytest.raises(DesignError, match="result 2 is nan"):
        ROBUST[name]([1.0, math.nan, 3.0])


def test_refused_scale_laboratory_and_treatment() -> None:
    with pytest.raises(DesignError):
        hampel([1.0, 2.0], 0.0)
    with pytest.raises(DesignError, match="laboratory 2"):
        q_method([[1.0], [], [2.0]])
    with pytest.raises(StatisticError):
        q_method([[1.0, 1.0], [1.0]])
    with pytest.raises(RefusedError, match="half"):
        censored([1.0, 2.0], [False, False], treatment="guess")
    with pytest.raises(DesignError, match="more than half"):
        censored([1.0, 2.0, 3.0], [True, True, False], treatment="half")
    with pytest.raises(DesignError, match="2 results"):
        censored([1.0, 2.0], [True], treatment="half")


def test_treatments_of_results_below_a_limit() -> None:
    below = [whole != half for whole, half in zip(E1_IGNORED, E1_HALF, strict=True)]
    found = algorithm_a_of_treatments(E1_IGNORED, below)
    assert found["deleted"].location == pytest.approx(26.81, abs=0.005)
    assert found["ignored"].location == pytest.approx(26.01, abs=0.005)
    assert found["half"].location == pytest.approx(23.95, abs=0.01)  # one unit: printed 23.95, converges to 23.96
    assert found["half"].scale == pytest.approx(8.60, abs=0.005)
