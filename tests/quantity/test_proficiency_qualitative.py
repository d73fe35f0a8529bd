"""Qualitative and ordinal schemes: exact limits, agreement, distances, rates, the exact test of items."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from measurand.errors import DesignError
from measurand.quantity.qualitative import (
    detection_by_level,
    majority,
    ordinal_middle,
    ordinal_performance,
    rates,
    right_answers,
    share,
)
from measurand.quantity.qualitative_homogeneity import items_differ_p

SCALE = ("none", "weak", "clear", "strong")


def test_right_answers_of_each_laboratory() -> None:
    found = right_answers(["aab", "aaa", "bbb"], "aab")
    assert [(f.events, f.trials) for f in found] == [(3, 3), (2, 3), (1, 3)]
    assert found[0].limits == (pytest.approx(0.025 ** (1 / 3)), 1.0)  # all right: exact lower limit
    assert found[1].limits == (pytest.approx(0.0943, abs=5e-5), pytest.approx(0.9916, abs=5e-5))  # tables, 2 of 3


def test_majority() -> None:
    assert majority(["aab", "aab", "abb", "aab", "aba"], needed=0.8) == ["a", None, "b"]
    assert majority(["aab", "aab", "abb", "aab", "aba"], needed=0.6) == ["a", "a", "b"]
    with pytest.raises(DesignError):
        majority(["a"], needed=0.5)
    with pytest.raises(DesignError):
        majority([])


def test_ordinal_distances() -> None:
    found = ordinal_performance(("weak", "strong", "none", "clear"), ("weak", "weak", "weak", "strong"), scale=SCALE)
    assert found.distance.tolist() == [0, 2, -1, -1]
    assert (found.right.events, found.adjacent.events, found.higher, found.lower) == (1, 3, 1, 2)
    assert found.mean_size == 1.0
    assert ordinal_middle(["weak", "clear", "none"], scale=SCALE) == ("weak", "weak")
    with pytest.raises(DesignError, match="bright"):
        ordinal_performance(["bright"], ["weak"], scale=SCALE)
    with pytest.raises(DesignError, match="bright"):
        ordinal_middle(["bright"], scale=SCALE)


def test_rates_of_one_laboratory() -> None:
    found = rates([True, True, False, False, True], [True, True, True, False, False])
    assert (found.sensitivity.events, found.sensitivity.trials) == (2, 3)
    assert (found.specificity.events, found.specificity.trials) == (1, 2)
    by_level = detection_by_level([False, False, True, False, True, True], [0.0, 0.0, 1.0, 1.0, 5.0, 5.0])
    assert {v: (s.events, s.trials) for v, s in by_level.items()} == {0.0: (0, 2), 1.0: (1, 2), 5.0: (2, 2)}
    for wrong in ([True, True], [False, False]):
        with pytest.raises(DesignError, match="at least one item"):
            rates([True, False], wrong)


def test_refused_answers() -> None:
    with pytest.raises(DesignError, match="laboratory 2"):
        right_answers(["ab", "a"], "ab")
    with pytest.raises(DesignError):
        right_answers([], "ab")
    assert share(1, 1).limits == (pytest.approx(0.025), 1.0)
    for x, n in ((3, 2), (-1, 2), (0, 0)):
        with pytest.raises(DesignError):
            share(x, n)
    with pytest.raises(DesignError):
        rates([True], [True, False])
    with pytest.raises(DesignError):
        detection_by_level([True], [0.0, 1.0])


def naive(positive: tuple[int, ...], portions: tuple[int, ...]) -> float:
    """All tables with the same margins, one by one."""

    def weight(table: tuple[int, ...]) -> int:
        return math.prod(math.comb(n, x) for x, n in zip(table, portions, strict=True))

    tables = [t for t in itertools.product(*(range(n + 1) for n in portions)) if sum(t) == sum(positive)]
    return sum(weight(t) for t in tables if weight(t) <= weight(positive)) / sum(weight(t) for t in tables)


@pytest.mark.parametrize("seed", range(12))
def test_items_against_all_tables(seed: int) -> None:
    rng = np.random.default_rng(seed)
    portions = tuple(int(n) for n in rng.integers(1, 6, rng.integers(2, 6)))
    positive = tuple(int(rng.integers(0, n + 1)) for n in portions)
    assert items_differ_p(positive, portions) == pytest.approx(naive(positive, portions), rel=1e-12)


def test_items_of_two_kinds() -> None:
    assert items_differ_p([8, 1], [10, 6]) == pytest.approx(0.034965034965034975, rel=1e-12)  # page of scipy.stats
    assert items_differ_p([0, 0, 0], [5, 5, 5]) == 1.0
    assert items_differ_p([2] * 10, [2] * 10) == 1.0
    assert items_differ_p([2] * 5 + [0] * 5, [2] * 10) == pytest.approx(math.comb(10, 5) / math.comb(20, 10), rel=1e-12)
    assert 0.0 < items_differ_p([3, 5, 1, 0, 4] * 4, [5] * 20) < 0.05


def test_many_items_and_too_many() -> None:
    """With many portions the exact test comes near to chi-square; its 5 % point for 9 degrees of freedom is 16.92."""
    positive = [3, 5, 4, 6, 5, 7, 2, 8, 5, 9]
    chi_square = sum((x - 5.4) ** 2 for x in positive) / (5.4 * 0.46)
    assert 16.92 < chi_square < 17.2
    assert items_differ_p(positive, [10] * 10) == pytest.approx(0.048, abs=0.01)
    with pytest.raises(DesignError, match="fewer items"):
        items_differ_p(list(range(15, 27)), list(range(30, 42)))


@pytest.mark.parametrize(("positive", "portions"), [([1], [2]), ([3, 0], [2, 2]), ([1, 1], [2]), ([0, 0], [0, 1])])
def test_refused_items(positive: list[int], portions: list[int]) -> None:
    with pytest.raises(DesignError):
        items_differ_p(positive, portions)
