"""Rows in levels of their score: the order in which areas and concordances go through them, ties sharing a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows, noted

_RISING, _FALLING = "score.rising", "score.falling"


@dataclass(frozen=True, eq=False)
class Levels:
    """The distinct numbers of a column in their order, and the level of each row, counted from 0."""

    distinct: NDArray[Any]
    of_row: Integers

    def __len__(self) -> int:
        return len(self.distinct)

    def sums(self, w: Array) -> Array:
        """Sum of the weights of the rows of each level, shape (levels,)."""
        return np.bincount(self.of_row, weights=w, minlength=len(self)).astype(float)


def levels_of(numbers: NDArray[Any]) -> Levels:
    """The levels of a column, the lowest first.

    >>> levels_of(np.array([0.9, 0.4, 0.4, 0.1])).of_row.tolist()
    [2, 1, 1, 0]
    """
    distinct, of_row = np.unique(numbers, return_inverse=True)
    return Levels(distinct, of_row.reshape(-1))


def arranged(rows: Rows, *, falling: bool = False) -> Rows:
    """The rows with the levels of their ``score`` as a note: the lowest first, or the highest (``falling``)."""
    if falling:
        return noted(rows, _FALLING, lambda r: levels_of(-r.column["score"]))
    return noted(rows, _RISING, lambda r: levels_of(r.column["score"]))


def score_levels(rows: Rows, *, falling: bool = False) -> Levels:
    """The levels of the ``score``, as noted if the rows are arranged; ``distinct`` of falling levels are negatives."""
    levels: Levels = arranged(rows, falling=falling).note[_FALLING if falling else _RISING]
    return levels
