"""Rows that compare two systems each: who is named, who won, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers
from measurand.statistic.pairwise import Tallies
from measurand.statistic.weighing import not_defined

MOST_NAMES = 12
"""Systems that an error names."""


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Each comparison as positions in ``names``; ``points`` of the first: 1 won, 0 lost, 1/2 tied. (rows,) each."""

    names: tuple[str, ...]
    first: Integers
    second: Integers
    points: Array

    def tallies(self, w: Array, *, davidson: bool) -> Tallies:
        """Weights of wins and ties; without ``davidson`` a tie is half a win each way."""
        size = len(self.names)

        def table(weights: Array) -> Array:
            cell = self.first * size + self.second
            return np.bincount(cell, weights=weights, minlength=size * size).reshape(size, size).astype(np.float64)

        tied = self.points == 0.5
        if not davidson:
            return Tallies(table(w * self.points) + table(w * (1.0 - self.points)).T, np.zeros((size, size)))
        ties = table(np.where(tied, w, 0.0))
        decided = np.where(tied, 0.0, w)
        return Tallies(table(decided * self.points) + table(decided * (1.0 - self.points)).T, ties + ties.T)


def read(column: Mapping[str, NDArray[Any]], worth: Mapping[str, float], *, statistic: str) -> Comparisons:
    """The comparisons of the columns ``first``, ``second`` and ``result``.

    The result names its winner, or is a text of ``worth``. Raises StatisticError for a row without two different
    names, and for a result that says nothing or two things.
    """
    sides = [np.asarray(column[role], str) for role in ("first", "second")]
    names, code = np.unique(np.concatenate(sides), return_inverse=True)
    first, second = np.split(np.asarray(code.reshape(-1), np.int64), 2)
    nameless = (sides[0] == "") | (sides[1] == "")
    for key, wrong in (("nameless", nameless), ("self_compared", first == second)):
        if np.any(wrong):
            raise not_defined(key, statistic=statistic, count=int(wrong.sum()))
    known = tuple(str(name) for name in names)
    both = [name for name in known if name in worth]
    if both:
        raise not_defined("result_or_system", statistic=statistic, text=both[0])
    result = np.asarray(column["result"], str)
    found, code = np.unique(result, return_inverse=True)
    points = np.array([worth.get(str(cell), np.nan) for cell in found])[code.reshape(-1)]
    points = np.where(result == sides[0], 1.0, np.where(result == sides[1], 0.0, points))
    strange = sorted({repr(str(cell)) for cell in result[np.isnan(points)]})
    if strange:
        raise not_defined("no_winner", statistic=statistic, found=some(strange), known=", ".join(worth))
    return Comparisons(known, first, second, points)


def named(names: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    """The chosen ones in words."""
    return some([name for name, inside in zip(names, chosen, strict=True) if inside])


def some(names: Sequence[str]) -> str:
    """The names, or the first dozen of them."""
    return ", ".join(names[:MOST_NAMES]) + (", ..." if len(names) > MOST_NAMES else "")
