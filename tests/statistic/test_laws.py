"""The laws of a statistic, for every registered one: ARCHITECTURE 7 and CONTRACTS 8 of the design."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.statistic.registry import names

from .case import Case, take, with_copy, with_item
from .cases import CASES

each = pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)
SEEDS = (1, 2, 3)


def drawn(case: Case, seed: int, items: int | None = None):
    rng = np.random.default_rng([20261122, seed])
    rows = case.draw(rng, items or case.items)
    per_item = rng.uniform(0.3, 3.0, rows.item.max() + 1)
    return rng, rows, per_item[rows.item]


def with_negative(case: Case, rng, w):
    """A few small negative weights, as label correction gives them."""
    if not case.negative:
        return w
    w = w.copy()
    w[rng.choice(len(w), size=max(1, len(w) // 20), replace=False)] *= -0.05
    return w


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_value_is_the_naive_definition(case, seed):
    rng, rows, w = drawn(case, seed)
    for weights in (np.ones(len(w)), w, with_negative(case, rng, w)):
        got = case.statistic.value(case.statistic.arrange(rows), weights)
        assert got.shape == (len(case.statistic.outputs),)
        np.testing.assert_allclose(got, case.naive(rows, weights), rtol=1e-9, atol=1e-12)


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_scale_of_weights_is_irrelevant(case, seed):
    rng, rows, w = drawn(case, seed)
    arranged, w = case.statistic.arrange(rows), with_negative(case, rng, w)
    # A power of two, because a step-like definition may count a rounding of any other factor as a step.
    for c in (4.0, 2.0**-7) if not case.statistic.smooth else (4.0, 0.37, 1e6):
        np.testing.assert_allclose(
            case.statistic.value(arranged, c * w), case.statistic.value(arranged, w), rtol=1e-11, atol=1e-12
        )


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_sensitivity_is_the_central_difference(case, seed):
    rng, rows, w = drawn(case, seed)
    statistic, w = case.statistic, with_negative(case, rng, w)
    rows = statistic.arrange(rows)
    s = statistic.sensitivity(rows, w)
    assert s.shape == (len(rows), len(statistic.outputs))
    evaluated = getattr(statistic, "twin", statistic)
    rows = evaluated.arrange(rows)
    h = 1e-5
    for i in rng.choice(len(rows), size=min(40, len(rows)), replace=False):
        step = np.zeros(len(w))
        step[i] = h
        difference = (evaluated.value(rows, w + step) - evaluated.value(rows, w - step)) / (2 * h)
        np.testing.assert_allclose(s[i], difference, rtol=1e-6, atol=1e-8)


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_sensitivities_balance(case, seed):
    rng, rows, w = drawn(case, seed)
    w = with_negative(case, rng, w)
    s = case.statistic.sensitivity(case.statistic.arrange(rows), w)
    np.testing.assert_allclose(w @ s, 0.0, atol=1e-11 * max(1.0, np.abs(s).max() * len(s)))


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_duplicate_is_weight_two(case, seed):
    if case.counts_rows:
        pytest.skip("it depends on how many rows there are")
    rng, rows, w = drawn(case, seed)
    statistic = case.statistic
    item = int(rng.choice(np.unique(rows.item)))
    doubled, chosen = with_copy(rows, item)
    w2 = w.copy()
    w2[chosen] *= 2
    w_doubled = np.concatenate([w, w[chosen]])
    rows, doubled = statistic.arrange(rows), statistic.arrange(doubled)
    np.testing.assert_allclose(statistic.value(doubled, w_doubled), statistic.value(rows, w2), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(
        statistic.sensitivity(doubled, w_doubled)[: len(w)], statistic.sensitivity(rows, w2), rtol=1e-8, atol=1e-11
    )


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_row_order_is_irrelevant(case, seed):
    rng, rows, w = drawn(case, seed)
    order = rng.permutation(len(rows))
    statistic = case.statistic
    plain, shuffled = statistic.arrange(rows), statistic.arrange(take(rows, order))
    np.testing.assert_allclose(statistic.value(shuffled, w[order]), statistic.value(plain, w), rtol=1e-11)
    np.testing.assert_allclose(
        statistic.sensitivity(shuffled, w[order]), statistic.sensitivity(plain, w)[order], rtol=1e-8, atol=1e-12
    )


@each
def test_arrange_twice_is_arrange_once(case):
    _, rows, w = drawn(case, 1)
    statistic = case.statistic
    once = statistic.arrange(rows)
    twice = statistic.arrange(once)
    assert once.note.keys() == twice.note.keys()
    np.testing.assert_array_equal(once.item, twice.item)
    np.testing.assert_array_equal(statistic.value(once, w), statistic.value(twice, w))
    np.testing.assert_array_equal(statistic.sensitivity(once, w), statistic.sensitivity(twice, w))
    np.testing.assert_array_equal(statistic.value(rows, w), statistic.value(once, w))


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_zero_weight_is_absence(case, seed):
    rng, rows, w = drawn(case, seed)
    statistic = case.statistic
    gone = rng.choice(np.unique(rows.item), size=4, replace=False)
    keep = np.flatnonzero(~np.isin(rows.item, gone))
    w0 = np.where(np.isin(rows.item, gone), 0.0, w)
    full, less = statistic.arrange(rows), statistic.arrange(take(rows, keep))
    np.testing.assert_allclose(statistic.value(full, w0), statistic.value(less, w[keep]), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(
        statistic.sensitivity(full, w0)[keep], statistic.sensitivity(less, w[keep]), rtol=1e-8, atol=1e-11
    )
    np.testing.assert_allclose(statistic.extremes(full, w0), statistic.extremes(less, w[keep]), rtol=1e-8, atol=1e-11)


@each
def test_no_weight_is_refused(case):
    _, rows, w = drawn(case, 1)
    with pytest.raises(StatisticError):
        case.statistic.value(case.statistic.arrange(rows), 0.0 * w)


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_extremes_are_derivatives_for_unseen_rows(case, seed):
    _, rows, w = drawn(case, seed)
    evaluated = getattr(case.statistic, "twin", case.statistic)
    kinds = case.kinds(rows)
    got = case.statistic.extremes(case.statistic.arrange(rows), w)
    assert got.shape == (len(kinds), len(case.statistic.outputs))
    before = evaluated.value(evaluated.arrange(rows), w)

    def derivative(extra):
        more = evaluated.arrange(with_item(rows, extra))
        one, two = (evaluated.value(more, np.concatenate([w, np.full(len(extra), h)])) for h in (1e-5, 2e-5))
        # One-sided, of second order: the weight of an unseen row cannot fall below zero.
        return (4 * one - two - 3 * before) / 2e-5 / case.rows_per_item

    for kind, candidates in enumerate(kinds):
        differences = np.array([derivative(extra) for extra in candidates])
        furthest = differences.min(axis=0) if got[kind].sum() < 0 else differences.max(axis=0)
        np.testing.assert_allclose(got[kind], furthest, rtol=1e-5, atol=1e-7)


@each
def test_extremes_pull_furthest(case):
    """No row that is there pulls further than the furthest extreme kind of the same direction."""
    _, rows, w = drawn(case, 2)
    arranged = case.statistic.arrange(rows)
    extremes = case.statistic.extremes(arranged, w)
    if not len(extremes):
        assert case.unlimited or not all(np.isfinite(case.statistic.bounds))
        return
    s = case.statistic.sensitivity(arranged, w)
    if case.rows_per_item > 1:  # what counts is the unseen item
        total = np.bincount(rows.item, weights=w)
        s = (np.bincount(rows.item, weights=w * s[:, 0]) / total)[:, None]
    low, high = np.isfinite(case.statistic.bounds)
    assert not low or np.all(s.min(axis=0) >= extremes.min(axis=0) - 1e-12)
    if high and all(len(extra) == 1 for kind in case.kinds(rows) for extra in kind):  # an unseen item is one row
        assert np.all(s.max(axis=0) <= extremes.max(axis=0) + 1e-12)


@each
def test_classes_match_extreme_classes(case):
    _, rows, w = drawn(case, 1)
    statistic = case.statistic
    rows = statistic.arrange(rows)
    classes, kinds = statistic.classes(rows), statistic.extreme_classes(rows)
    assert classes.shape == (len(rows),)
    assert kinds.shape == (len(statistic.extremes(rows, w)),)
    assert set(kinds.tolist()) <= set(classes.tolist()) | {-1}
    if len(set(classes.tolist())) == 1:
        assert set(kinds.tolist()) <= {-1}


@each
def test_value_is_within_bounds_and_counts_agree(case):
    _, rows, w = drawn(case, 3)
    statistic = case.statistic
    rows = statistic.arrange(rows)
    value = statistic.value(rows, w)
    assert np.all(value >= statistic.bounds[0]) and np.all(value <= statistic.bounds[1])
    if statistic.exact == "no":
        with pytest.raises(StatisticError):
            statistic.counts(rows, w)
        return
    events, trials = statistic.counts(rows, np.ones(len(w))).T
    assert np.all(events == np.round(events))
    if statistic.exact == "binomial":
        assert np.all(trials == np.round(trials)) and np.all(events <= trials)
    np.testing.assert_allclose(events / trials, statistic.value(rows, np.ones(len(w))))


@each
def test_first_order_agrees_with_the_cluster_bootstrap(case):
    """``u`` of sensitivities summed by item against resampled items, within 10 % + 3 Monte Carlo errors."""
    statistic = case.statistic
    if not statistic.smooth:
        pytest.skip("declared not smooth: replicates are its method")
    rng, rows, w = drawn(case, 4, case.bootstrap_items)
    rows = statistic.arrange(rows)
    n = int(rows.item.max()) + 1
    parts = np.zeros((n, len(statistic.outputs)))
    np.add.at(parts, rows.item, w[:, None] * statistic.sensitivity(rows, w))
    first_order = np.sqrt(n / (n - 1) * ((parts - parts.mean(axis=0)) ** 2).sum(axis=0))
    draws = [
        statistic.value(rows, w * rng.multinomial(n, np.full(n, 1 / n))[rows.item]) for _ in range(case.replicates)
    ]
    ratio = first_order / np.std(draws, axis=0, ddof=1)
    assert np.all(np.abs(ratio - 1) <= 0.10 + 3 / np.sqrt(2 * case.replicates)), ratio


def test_every_registered_statistic_is_under_the_laws():
    assert {c.statistic.name for c in CASES} >= set(names())
