"""Laws of the interval rules, their reductions to known methods, refusals, and seeded simulations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.errors import RefusedError
from measurand.quantity.bell_mccaffrey import block_df, kurtosis_bound
from measurand.quantity.coverage import limits
from measurand.quantity.distribution_of_result import DistributionOfResult
from measurand.quantity.effective_count import effective_count
from measurand.quantity.exact import clopper_pearson, middle
from measurand.quantity.factor import coverage_factor
from measurand.quantity.imperfect import audited, rogan_gladen, share_part, symmetric_error
from measurand.quantity.limits import Limits
from measurand.quantity.mover import composition, difference, pair_phi, ratio, unit_correlation
from measurand.quantity.quantile import order_limits, woodruff
from measurand.quantity.sampling import Blocks, Sampling, Share
from measurand.quantity.student import normal_factor, student_factor
from measurand.quantity.two_shares import PairCounts

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
INFINITE = (-np.inf, np.inf)


def share(x: int, n: int, **more: object) -> Sampling:
    y = np.r_[np.ones(x), np.zeros(n - x)]
    given = {"plain": True, "counts": (x, n), "floor": n / max(x / n, 1 - x / n), **more}
    return Sampling(x / n, (0.0, 1.0), "binomial", (y - x / n) / n, **given)  # type: ignore[arg-type]


def clusters(x: np.ndarray, b: np.ndarray, rho: float = 0.1) -> Sampling:
    """A share of rows in clusters of ``b`` rows with ``x`` events."""
    total, b = float(b.sum()), b.astype(float)
    value = float(x.sum()) / total
    floor = total**2 / float(np.sum(b**2)) / max(value, 1.0 - value)
    c = (x - b * value) / total
    return Sampling(
        value, (0.0, 1.0), "binomial", c, share=b / total, rows=b, weight=b, rho=rho, floor=floor,
        counts=(float(x.sum()), total),
    )  # fmt: skip


def mean(y: np.ndarray, bounds: tuple[float, float] = INFINITE) -> Sampling:
    return Sampling(float(y.mean()), bounds, "continuous", (y - y.mean()) / len(y))


def strata(events: list[int], trials: list[int], weight: list[float]) -> Sampling:
    blocks = Blocks(np.array(events, float), np.array(trials, float), np.array(weight))
    value = float(blocks.weight @ (blocks.events / blocks.trials))
    return Sampling(value, (0.0, 1.0), "binomial", np.zeros(1), blocks=blocks)


def lawful(got: Limits, low: float = -np.inf, high: float = np.inf) -> None:
    """Inside the bounds, finite, never of zero width, holding the value, wider for higher levels."""
    pairs = [got(level) for level in LEVELS]
    for lower, upper in pairs:
        assert np.isfinite([lower, upper]).all()
        assert low <= lower < upper <= high
        assert lower - 1e-12 <= got.value <= upper + 1e-12
    for (a, b), (c, d) in pairwise(pairs):
        assert c <= a + 1e-12
        assert d >= b - 1e-12
    assert got.u > 0
    assert got.rule


# ---------------------------------------------------------------------------------------------------- laws


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 1.0]), st.booleans(), st.sampled_from([0.0, 1e-3]))
@settings(max_examples=60, deadline=None)
def test_rounding_does_not_choose_the_rule(seed: int, value: float, mixed: bool, spread: float):
    """The order of units and rounding of 1e-12 move no limit, with and without spread, at a bound and inside."""
    rng = np.random.default_rng(seed)
    exact = spread * rng.standard_normal(12)
    exact -= exact.mean()
    found = []
    for _ in range(4):
        order, noise = rng.permutation(12), 1e-12 * rng.standard_normal(12)
        near = value + 1e-12 * rng.uniform(-1, 1)
        sampling = Sampling(
            float(np.clip(near, 0.0, 1.0)), (0.0, 1.0), "bounded", (exact + noise)[order], rows=np.full(12, 3.0),
            floor=12.0, mixed=mixed,
        )  # fmt: skip
        found.append((*limits(sampling)(0.95), limits(sampling).u))
    np.testing.assert_allclose(found, np.broadcast_to(found[0], (4, 3)), rtol=0, atol=1e-9)


def test_rounding_does_not_choose_the_rule_of_scores() -> None:
    """Scores that are all 1 up to rounding have the limits of the end of the range; all 0.5 they are refused."""
    rng = np.random.default_rng(1)
    for noise in (0.0, 1e-17, 1e-12):
        c = noise * rng.standard_normal(12)
        at_end = Sampling(1.0 - noise, (0.0, 1.0), "continuous", c - c.mean(), floor=12.0)
        exact = Sampling(1.0, (0.0, 1.0), "continuous", np.zeros(12), floor=12.0)
        np.testing.assert_allclose(limits(at_end)(0.95), limits(exact)(0.95), rtol=0, atol=1e-9)
        with pytest.raises(RefusedError, match="all scores are equal"):
            limits(replace(at_end, value=0.5))


@pytest.mark.parametrize("unit", [1e-15, 1e-9, 1e12])
def test_limits_of_a_mean_scale_with_its_unit(unit: float) -> None:
    c = np.random.default_rng(2).standard_normal(20) / 20
    one = Sampling(3.0, (-np.inf, np.inf), "continuous", c - c.mean())
    other = replace(one, value=3.0 * unit, contribution=one.contribution * unit)
    np.testing.assert_allclose(np.array(limits(other)(0.95)) / unit, limits(one)(0.95), rtol=1e-12)


@given(n=st.integers(1, 2000), data=st.data(), part=st.booleans())
@settings(max_examples=60, deadline=None)
def test_plain_share(n: int, data: st.DataObject, part: bool) -> None:
    x = data.draw(st.integers(0, n))
    lawful(limits(share(x, n), part=part), 0.0, 1.0)


@given(
    m=st.integers(4, 60), seed=st.integers(0, 10**6), p=st.floats(0.0, 1.0), heavy=st.booleans(), rho=st.floats(0, 1)
)
@settings(max_examples=80, deadline=None)
def test_clustered_share(m: int, seed: int, p: float, heavy: bool, rho: float) -> None:
    rng = np.random.default_rng(seed)
    b = rng.integers(2, 30 if heavy else 4, m)
    x = rng.binomial(b, p)
    try:
        got = limits(clusters(x, b, rho))
    except RefusedError:
        assert b.sum() ** 2 / np.sum(b**2) < 3.0
        return
    lawful(got, 0.0, 1.0)
    lawful(limits(clusters(x, b, rho), [Share(1e-3, 4.0, "A", 5, "prompt"), Share(1e-4)]), 0.0, 1.0)


@given(n=st.integers(3, 200), seed=st.integers(0, 10**6), tail=st.floats(0.5, 6.0), bounded=st.booleans())
@settings(max_examples=80, deadline=None)
def test_mean_of_scores(n: int, seed: int, tail: float, bounded: bool) -> None:
    y = np.random.default_rng(seed).exponential(size=n) ** tail
    y = y / (1.0 + y) if bounded else y
    lawful(limits(mean(y, (0.0, 1.0) if bounded else INFINITE)), *((0.0, 1.0) if bounded else INFINITE))


@given(st.lists(st.tuples(st.integers(1, 40), st.floats(0, 1)), min_size=2, max_size=12), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_strata(sizes: list[tuple[int, float]], seed: int) -> None:
    trials = [n for n, _ in sizes]
    events = [round(n * p) for n, p in sizes]
    weight = np.random.default_rng(seed).dirichlet(np.ones(len(sizes)))
    lawful(limits(strata(events, trials, list(weight))), 0.0, 1.0)


@given(both=st.integers(0, 200), b=st.integers(0, 30), c=st.integers(0, 30), neither=st.integers(0, 100))
@settings(max_examples=80, deadline=None)
def test_paired_difference(both: int, b: int, c: int, neither: int) -> None:
    n = max(both + b + c + neither, 1)
    neither = n - both - b - c
    first, second = share_part(both + b, n), share_part(both + c, n)
    got = difference(first, second, rho=pair_phi(both, b, c, neither), bounds=(-1.0, 1.0))
    lawful(got, -1.0, 1.0)


@pytest.mark.parametrize(("events", "exposure"), [(0, 10.0), (1, 1.0), (30, 1000.0)])
def test_rate(events: int, exposure: float) -> None:
    plain = Sampling(events / exposure, (0.0, np.inf), "poisson", np.zeros(2), plain=True, counts=(events, exposure))
    lawful(limits(plain), 0.0)
    spread = Sampling(
        max(events, 1) / exposure, (0.0, np.inf), "poisson", np.array([0.3, -0.1, -0.2]) / exposure,
        counts=(max(events, 1), exposure),
    )  # fmt: skip
    lawful(limits(spread), 0.0)


@pytest.mark.parametrize("n", [6, 30])
def test_root_mean_square(n: int) -> None:
    y = np.random.default_rng(n).normal(size=n) ** 2
    value = float(np.sqrt(y.mean()))
    got = limits(Sampling(value, (0.0, np.inf), "continuous", (y - y.mean()) / (2 * value * n), scale="root"))
    lawful(got, 0.0)
    assert bool(got.warnings) == (n < 30)
    assert got(0.95) == pytest.approx(np.sqrt(np.maximum(limits(mean(y, (0.0, np.inf)))(0.95), 0.0)))


# ---------------------------------------------------------------------------------------------------- distribution


def kinds() -> list[Limits]:
    rng = np.random.default_rng(3)
    b = rng.integers(2, 20, 25)
    return [
        limits(share(15, 148)),
        limits(share(50, 50)),
        limits(share(7, 20, population=60)),
        limits(clusters(rng.binomial(b, 0.8), b)),
        limits(mean(rng.lognormal(size=25))),
        limits(clusters(rng.binomial(b, 0.8), b), [Share(4e-4)]),
        limits(strata([9, 10, 3], [10, 10, 20], [0.5, 0.3, 0.2])),
    ]


@pytest.mark.parametrize("index", range(7))
def test_probability_and_interval_are_one_distribution(index: int) -> None:
    """p_conformity reaches 0.975 exactly when the one-sided limit lies outside of the 95 % interval."""
    got = kinds()[index]
    d = DistributionOfResult(got)
    lower, upper = got(0.95)
    width = upper - lower
    steps = 0.2 if index == 2 else 1e-6
    assert d.cdf(lower - steps * width) <= 0.025
    assert d.cdf(lower + steps * width) >= 0.025
    if upper < got.bounds[1]:
        assert d.cdf(upper + steps * width) >= 0.975
        assert d.cdf(upper - steps * width) <= 0.975
    assert (d.quantile((1.0 - 0.95) / 2.0), d.quantile(1.0 - (1.0 - 0.95) / 2.0)) == pytest.approx((lower, upper))
    x = np.linspace(lower - width, upper + width, 60)
    assert np.all(np.diff([d.cdf(v) for v in x]) >= -1e-12)
    draws = d.draws(np.random.default_rng(1), 20000)
    assert np.isfinite(draws).all()
    assert got.bounds[0] <= draws.min() <= draws.max() <= got.bounds[1]
    assert 0.9 < np.mean((draws >= lower) & (draws <= upper)) <= 1.0


def test_distribution_of_a_normal_result_is_normal() -> None:
    d = DistributionOfResult(limits(Sampling(10.0, INFINITE, "continuous", np.zeros(2)), [Share(4.0)]))
    assert [d.cdf(v) for v in (10.0 - 1.959963984540054 * 2, 10.0, 12.0)] == pytest.approx([0.025, 0.5, 0.841344746])
    assert d.draws(np.random.default_rng(2), 100_000).std() == pytest.approx(2.0, rel=0.02)


# ---------------------------------------------------------------------------------------------------- reductions


def test_effective_count_without_clusters_is_close_to_exact() -> None:
    """Equal unclustered weights: n_e loses only n0's part; limits within 12 % of the exact ones in deviation."""
    n, x = 400, 340
    sampling = share(x, n, plain=False)
    exact, got = limits(share(x, n))(0.95), limits(sampling)(0.95)
    assert got == pytest.approx(exact, abs=0.12 * (exact[1] - exact[0]))


def test_boundary_is_clopper_pearson_of_the_clusters() -> None:
    """50 perfect clusters of 10 items give the lower limit 0.929 of 50 of 50, not of 500 of 500."""
    b = np.full(50, 10)
    got = limits(clusters(b, b))
    assert got(0.95) == pytest.approx([float(v) for v in clopper_pearson(50, 50, tail=0.025)])
    assert round(got(0.95)[0], 2) == 0.93


def test_mean_without_skewness_is_student() -> None:
    y = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    t = 2.7764451051977987
    assert limits(mean(y))(0.95) == pytest.approx((-t * np.sqrt(0.5), t * np.sqrt(0.5)))


def test_bell_mccaffrey_against_the_matrices() -> None:
    """The closed form of the traces is the definition, ``tr(M)^2 / tr(M^2)``; equal units give m - 1."""
    rng = np.random.default_rng(5)
    h = rng.dirichlet(np.ones(9))
    s = rng.random(9) + 0.1
    centre = np.eye(9) - np.outer(h, np.ones(9))
    m = centre.T @ np.diag(1.0 / (1.0 - h)) @ centre @ np.diag(s)
    assert block_df(h, s) == pytest.approx(np.trace(m) ** 2 / np.trace(m @ m))
    assert block_df(np.full(12, 1 / 12), np.ones(12)) == pytest.approx(11.0)


def test_kurtosis_bound() -> None:
    """No bound where all squares are equal; one failing unit of m leaves about two degrees of freedom."""
    assert np.isinf(kurtosis_bound(np.array([1.0, -1.0] * 5)))
    c = np.full(100, 0.01)
    c[0] = -0.99
    assert 2.0 <= kurtosis_bound(c) < 2.1


def test_own_t_of_every_source() -> None:
    """Banerjee (1960): ``k^2 = sum t^2 V / sum V``; one source alone keeps its t; type B alone is normal."""
    tail = np.asarray(0.025)
    own, effective = coverage_factor([Share(3.0, 9.0, "A"), Share(1.0, 2.0, "A", 3)])
    t9, t2 = 2.2621571628540993, 4.302652729911275
    assert float(own(tail)) == pytest.approx(np.sqrt((3 * t9**2 + t2**2) / 4))
    assert effective == pytest.approx(16.0 / (9.0 / 9.0 + 1.0 / 2.0))
    assert float(coverage_factor([Share(1.0, 9.0, "A")])[0](tail)) == pytest.approx(t9)
    assert float(coverage_factor([Share(1.0)])[0](tail)) == pytest.approx(1.959963984540054)


def test_student_factor_for_degrees_of_freedom_that_are_not_whole() -> None:
    """Infinite: normal. One and two: closed forms ``tan`` and ``a sqrt(2 / (1 - a^2))``; in between, in between."""
    tail = 0.005
    assert float(student_factor(tail, np.inf)) == pytest.approx(float(normal_factor(tail)))
    assert float(student_factor(tail, 1.0)) == pytest.approx(np.tan(np.pi * (0.5 - tail)))
    a = 1.0 - 2.0 * tail
    assert float(student_factor(tail, 2.0)) == pytest.approx(a * np.sqrt(2.0 / (1.0 - a * a)))
    assert float(student_factor(tail, 1.0)) > float(student_factor(tail, 1.5)) > float(student_factor(tail, 2.0))


def test_composition_of_normal_parts_is_propagation() -> None:
    parts = [
        limits(Sampling(v, INFINITE, "continuous", np.zeros(2)), [Share(u * u)]) for v, u in ((5.0, 3.0), (1.0, 4.0))
    ]
    z = 1.959963984540054
    assert difference(*parts)(0.95) == pytest.approx((4 - 5 * z, 4 + 5 * z))
    correlated = composition(parts, [1.0, -1.0], rho=[[1.0, 0.5], [0.5, 1.0]])
    assert correlated.u == pytest.approx(np.sqrt(13.0))
    assert correlated(0.95) == pytest.approx((4 - np.sqrt(13) * z, 4 + np.sqrt(13) * z))


def test_phi_of_published_table() -> None:
    """Plain phi of (20.., 11.5, 1.5, 16): halves taken off both discordant cells beforehand give the textbook's phi."""
    wanted = (20 * 16 - 12 * 2) / np.sqrt(32 * 18 * 22 * 28)
    assert pair_phi(20, 11.5, 1.5, 16) == pytest.approx(wanted)
    assert -0.1 < pair_phi(50, 0, 0, 0) < 0


def test_unit_correlation_is_cut() -> None:
    c = np.array([1.0, -1.0, 0.5, -0.5])
    assert unit_correlation(c, c, n0=20.0) == pytest.approx(0.95)
    assert unit_correlation(c, np.zeros(4), n0=20.0) == 0.0


def test_ratio_of_shares() -> None:
    """Log-scale composition: the limits of 1/R are the reciprocals; no upper limit where the denominator reaches 0."""
    a, b = share_part(40, 50), share_part(20, 50)
    lower, upper = ratio(a, b)(0.95)
    assert ratio(b, a)(0.95) == pytest.approx((1 / upper, 1 / lower))
    assert ratio(share_part(0, 50), b)(0.95)[0] == 0.0
    with pytest.raises(RefusedError):
        ratio(a, share_part(0, 50))


def test_one_block_is_one_share() -> None:
    """Strata with one stratum: the middle limits of its share."""
    got = limits(strata([30], [40], [1.0]))(0.95)
    assert got == pytest.approx([float(v) for v in middle(30, 40, tail=0.025)], abs=1e-9)


def test_order_limits_and_woodruff_agree() -> None:
    """Woodruff's inversion of the exact limits of F lies within one rank of the order statistics."""
    y = np.arange(1.0, 201.0)
    direct = order_limits(y, 0.5)(0.95)
    inverted = woodruff(y, np.ones(200), limits(share(100, 200)), probability=0.5)(0.95)
    assert direct == (86.0, 115.0)
    assert inverted == pytest.approx(direct, abs=1.0)


# ---------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("sampling", "others"),
    [
        pytest.param(clusters(np.array([3]), np.array([5])), [], id="one cluster"),
        pytest.param(clusters(np.array([1, 2, 90]), np.array([2, 3, 100])), [], id="one cluster holds most rows"),
        pytest.param(share(5, 10, plain=False, block=np.array([0] * 9 + [1])), [], id="one unit in a block"),
        pytest.param(share(5, 10), [Share(1e-3, 0.0, "A", 1, "prompt")], id="one level"),
        pytest.param(share(5, 10), [Share(1e-3, 1.0, "A", 2, "prompt")], id="two levels"),
        pytest.param(mean(np.full(8, 0.5), (0.0, 1.0)), [], id="equal scores inside"),
        pytest.param(
            Sampling(1.0, (0.0, np.inf), "continuous", np.array([0.1, -0.1, 0.0]), scale="root"), [], id="RMSE of three"
        ),
    ],
)
def test_refused(sampling: Sampling, others: list[Share]) -> None:
    with pytest.raises(RefusedError) as error:
        limits(sampling, others)
    assert len(str(error.value)) > 20


def test_two_levels_by_name_and_warnings() -> None:
    lawful(limits(share(5, 10), [Share(1e-3, 1.0, "A", 2, "prompt")], two_levels=True), 0.0, 1.0)
    assert limits(share(5, 10), [Share(1e-3, 2.0, "A", 3, "prompt")]).warnings
    assert not limits(share(5, 10), [Share(1e-3, 4.0, "A", 5, "prompt")]).warnings
    assert limits(clusters(np.array([3, 4, 5, 2, 4]), np.full(5, 5))).warnings
    assert limits(mean(np.array([0.0, 0.1, 0.0, 0.2, 0.1, 0.0, 9.0]))).warnings


def test_quantile_out_of_reach_names_the_items_needed() -> None:
    y = np.arange(60.0)
    with pytest.raises(RefusedError, match="72"):
        order_limits(y, 0.95)(0.95)
    assert order_limits(y, 0.95).one_sided_upper(0.95) == 59.0
    assert order_limits(np.arange(72.0), 0.95)(0.95)[1] == 71.0


def test_weak_judge_is_refused() -> None:
    with pytest.raises(RefusedError, match="chance"):
        rogan_gladen(share_part(50, 100), share_part(11, 20), share_part(11, 20))
    with pytest.raises(RefusedError):
        symmetric_error(share_part(50, 100), share_part(8, 20))


def test_all_scores_at_the_bound() -> None:
    got = limits(mean(np.ones(20), (0.0, 1.0)))
    assert got(0.95) == pytest.approx([float(v) for v in clopper_pearson(20, 20, tail=0.025)])


def test_whole_population_measured() -> None:
    got = limits(share(7, 10, plain=False, fraction=np.ones(10)))
    assert got(0.95) == (0.7, 0.7)


# ---------------------------------------------------------------------------------------------------- simulations


def covered(
    draw: Callable[[np.random.Generator], Limits], truth: float, replicates: int = 400, seed: int = 11
) -> float:
    """Share of seeded replicates whose 95 % interval holds the truth."""
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(replicates):
        lower, upper = draw(rng)(0.95)
        hits += lower <= truth <= upper
    return hits / replicates


def equal_clusters(rng: np.random.Generator, m: int, size: int, p: float, icc: float) -> Limits:
    q = rng.beta(p * (1 / icc - 1), (1 - p) * (1 / icc - 1), m)
    return limits(clusters(rng.binomial(size, q), np.full(m, size), icc))


def unequal_clusters(rng: np.random.Generator) -> Limits:
    b = np.maximum(np.round(rng.lognormal(2.5, 1.0, 40)), 2).astype(int)
    return limits(clusters(rng.binomial(b, rng.beta(8.1, 0.9, 40)), b, 0.1))


def pairs(rng: np.random.Generator) -> Limits:
    both, b, c, neither = rng.multinomial(40, [0.75, 0.12, 0.03, 0.10])
    parts = share_part(both + b, 40), share_part(both + c, 40)
    return difference(*parts, rho=pair_phi(both, b, c, neither), bounds=(-1, 1))


def many_strata(rng: np.random.Generator) -> Limits:
    events = [int(rng.binomial(5, 0.9)) for _ in range(20)]
    return limits(strata(events, [5] * 20, [0.05] * 20))


def judged(rng: np.random.Generator) -> Limits:
    """An audit of 60 of 1,060 verdicts whose errors depend on the truth: 3 % where right, 23 % where wrong."""
    right = rng.random(1060) < 0.8
    verdict = np.where(rng.random(1060) < np.where(right, 0.03, 0.23), ~right, right)
    h, j = right[:60], verdict[:60]
    table = PairCounts(np.sum(h & j), np.sum(h & ~j), np.sum(~h & j), np.sum(~h & ~j))
    return audited((float(verdict[60:].sum()), 1000.0), table)


def calibrated(rng: np.random.Generator) -> Limits:
    p = 0.8 * 0.9 + 0.2 * 0.15
    return rogan_gladen(
        share_part(rng.binomial(200, p), 200),
        share_part(rng.binomial(60, 0.9), 60),
        share_part(rng.binomial(60, 0.85), 60),
    )


@pytest.mark.parametrize(
    ("draw", "truth", "at_least"),
    [
        pytest.param(lambda r: limits(share(int(r.binomial(50, 0.9)), 50)), 0.9, 0.94, id="share"),
        pytest.param(lambda r: equal_clusters(r, 10, 10, 0.9, 0.2), 0.9, 0.94, id="10 equal clusters"),
        pytest.param(lambda r: equal_clusters(r, 30, 10, 0.97, 0.3), 0.97, 0.94, id="30 clusters at 0.97"),
        pytest.param(unequal_clusters, 0.9, 0.94, id="unequal clusters"),
        pytest.param(pairs, 0.09, 0.93, id="pairs"),
        pytest.param(many_strata, 0.9, 0.95, id="20 strata of 5"),
        pytest.param(judged, 0.8, 0.93, id="audited subset"),
        pytest.param(calibrated, 0.8, 0.93, id="separate calibration"),
        pytest.param(lambda r: limits(mean(r.normal(size=5))), 0.0, 0.93, id="normal mean"),
        pytest.param(lambda r: limits(mean(r.lognormal(size=20))), float(np.exp(0.5)), 0.90, id="log-normal mean"),
        pytest.param(
            lambda r: limits(mean(np.where(r.random(40) < 0.95, 1.0, r.random(40)), (0.0, 1.0))), 0.975, 0.95,
            id="mostly perfect scores",
        ),
    ],
)  # fmt: skip
def test_simulated_coverage(draw: Callable[[np.random.Generator], Limits], truth: float, at_least: float) -> None:
    """Seeded; the bar is below the figure of a long study by about two Monte Carlo errors of 400 replicates."""
    assert covered(draw, truth) >= at_least


def test_effective_count_never_leaves_its_bounds_or_collapses() -> None:
    for variance in (1e-12, 1e-4, 1e-1, 10.0):
        rule = effective_count(0.98, variance, bounds=(-1.0, 1.0), floor=12.0, factor=lambda t: student_factor(t, 2.0))
        lower, upper = (float(v) for v in rule(np.asarray(0.025)))
        assert -1.0 <= lower < 0.98 < upper <= 1.0
