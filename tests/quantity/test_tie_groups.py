"""Letters: examples of R's multcompView, and every law against all graphs or a brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from measurand.errors import DesignError, RefusedError
from measurand.quantity.tie_groups import largest_groups, tie_groups

Bools = NDArray[np.bool_]


def differing(m: int, pairs: list[tuple[int, int]]) -> Bools:
    table = np.zeros((m, m), bool)
    for i, j in pairs:
        table[i, j] = table[j, i] = True
    return table


@st.composite
def graphs(draw: st.DrawFn, most: int = 6) -> Bools:
    m = draw(st.integers(1, most))
    pairs = list(combinations(range(m), 2))
    return differing(m, [p for p in pairs if draw(st.booleans())])


def fewest(differ: Bools) -> int:
    """Brute force: the fewest sets without a significant difference that hold every tie and every system."""
    m = len(differ)
    sets = [s for size in range(1, m + 1) for s in combinations(range(m), size)]
    allowed = [set(s) for s in sets if not any(differ[i, j] for i, j in combinations(s, 2))]
    ties = [{i} for i in range(m)] + [{i, j} for i, j in combinations(range(m), 2) if not differ[i, j]]
    joined = [sum(1 << k for k, tie in enumerate(ties) if tie <= s) for s in allowed]
    reached, count = {0}, 0
    while (1 << len(ties)) - 1 not in reached:
        reached, count = {r | j for r in reached for j in joined}, count + 1
    return count


@pytest.mark.parametrize(
    ("m", "pairs", "groups"),
    [
        (3, [(1, 2)], {(0, 1), (0, 2)}),  # dif3: A-B and A-C not different, B-C different
        (4, [(0, 1), (0, 2), (1, 3)], {(0, 3), (1, 2), (2, 3)}),  # dif4: p = 0.01, 0.02, 0.03 of a-b, a-c, b-d
        (3, [(0, 1), (0, 2)], {(0,), (1, 2)}),  # warpbreaks, Tukey: L "a", M "b", H "b"
        (3, [], {(0, 1, 2)}),
        (3, [(0, 1), (0, 2), (1, 2)], {(0,), (1,), (2,)}),
        (1, [], {(0,)}),
    ],
)
def test_multcompview(m: int, pairs: list[tuple[int, int]], groups: set[tuple[int, ...]]) -> None:
    """Help page of multcompLetters in R's multcompView, which follows Piepho (2004)."""
    assert set(tie_groups(differing(m, pairs), value=-np.arange(m)).groups) == groups


def test_letters_from_the_best_down() -> None:
    found = tie_groups(differing(3, [(0, 1), (1, 2)]), value=[1.0, 3.0, 2.0])
    assert found.letters == ("b", "a", "b") and found.order == (1, 2, 0)
    found = tie_groups(differing(3, [(0, 1), (1, 2)]), value=[1.0, 3.0, 2.0], larger_is_better=False)
    assert found.letters == ("a", "b", "a") and found.order == (0, 2, 1)


def test_fewer_letters_than_largest_groups() -> None:
    """The ties of a triangle are each in a triangle outside of it too: its own letter says nothing more."""
    ties = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (1, 4), (2, 4), (0, 5), (2, 5)]
    differ = differing(6, [p for p in combinations(range(6), 2) if p not in ties])
    assert len(largest_groups(differ)) == 4
    found = tie_groups(differ, value=np.arange(6.0))
    assert len(found.groups) == 3 and found.fewest


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_a_shared_letter_is_a_tie(differ: Bools) -> None:
    found = tie_groups(differ, value=np.arange(float(len(differ))))
    for i, j in combinations(range(len(differ)), 2):
        assert bool(set(found.letters[i]) & set(found.letters[j])) == (not differ[i, j])
    assert all(found.letters)


@given(graphs(5))
@settings(max_examples=100, deadline=None)
def test_no_display_has_fewer_letters(differ: Bools) -> None:
    found = tie_groups(differ, value=np.arange(float(len(differ))))
    assert found.fewest and len(found.groups) == fewest(differ)


def test_no_display_of_six_has_fewer_letters() -> None:
    random = np.random.default_rng(7)
    for _ in range(25):
        table = np.triu(random.random((6, 6)) < random.random(), 1)
        differ = table | table.T
        assert len(tie_groups(differ, value=np.arange(6.0)).groups) == fewest(differ)


@given(graphs(), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_relabelling(differ: Bools, seed: int) -> None:
    m = len(differ)
    order = np.random.default_rng(seed).permutation(m)
    value = np.arange(float(m))
    one, other = tie_groups(differ, value=value), tie_groups(differ[np.ix_(order, order)], value=value[order])
    assert len(one.groups) == len(other.groups)
    largest = {frozenset(int(order[i]) for i in g) for g in largest_groups(differ[np.ix_(order, order)])}
    assert largest == set(largest_groups(differ))
    assert [order[i] for i in other.order] == list(one.order)


def test_intervals_on_a_line_need_one_letter_per_largest_run() -> None:
    """60 systems, told apart from 5 places on: 56 runs of 5; letters after the alphabets are numbered."""
    place = np.arange(60)
    found = tie_groups(np.abs(place[:, None] - place[None, :]) >= 5, value=-place)
    assert len(found.groups) == 56 and found.letters[0] == "a" and found.letters[59] == "(56)"


@pytest.mark.parametrize(
    ("differ", "value"),
    [
        (np.array([[False, True], [False, False]]), [1.0, 2.0]),
        (np.array([[True, False], [False, False]]), [1.0, 2.0]),
        (np.array([[0, 1], [1, 0]]), [1.0, 2.0]),
        (np.zeros((2, 2), bool), [1.0, 2.0, 3.0]),
        (np.zeros((0, 0), bool), []),
    ],
)
def test_refused(differ: Bools, value: list[float]) -> None:
    with pytest.raises(DesignError, match="symmetric matrix"):
        tie_groups(differ, value=value)


def test_too_many_groups_are_refused() -> None:
    """Twelve threes, different only inside of a three: 3^12 largest groups."""
    three = np.arange(36) // 3
    differ = (three[:, None] == three[None, :]) & ~np.eye(36, dtype=bool)
    with pytest.raises(RefusedError, match="5000"):
        tie_groups(differ, value=np.arange(36.0))
