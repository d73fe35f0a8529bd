from __future__ import annotations

import numpy as np
import pytest

from measurand.quantity.level_names import LevelNames

UNIT, FIRST, SECOND = np.array([1, 0, 1]), np.array([3, 4, 5]), np.array([6, 7, 8])
EXPECTED = ("b\x1f3\x1f6", "a\x1f4\x1f7", "b\x1f5\x1f8")


def test_names_are_those_of_a_tuple_made_at_once() -> None:
    names = LevelNames(("a", "b"), UNIT, [FIRST, SECOND])
    assert tuple(names) == EXPECTED and names == EXPECTED and len(names) == 3
    assert [names[i] for i in (-3, -2, -1, 0, 1, 2)] == [*EXPECTED, *EXPECTED]
    assert tuple(names[1:]) == EXPECTED[1:]
    for beyond in (3, -4):
        with pytest.raises(IndexError):
            names[beyond]


def test_names_that_differ_are_not_equal() -> None:
    names = LevelNames(("a", "b"), UNIT, [FIRST, SECOND])
    assert names == LevelNames(("a", "b"), UNIT.copy(), [FIRST, SECOND])
    assert names != LevelNames(("a", "c"), UNIT, [FIRST, SECOND]) and names != EXPECTED[:2] and names != 1
