"""Groups of systems that cannot be told apart, as letters, and the ranks that are compatible with the results."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say

Bools = NDArray[np.bool_]


def tie_groups(different: ArrayLike, order: Sequence[int]) -> tuple[str, ...]:
    """Letters of each system: two have one in common exactly where they are not ``different``.

    Insert and absorb (Piepho 2004, J. Comput. Graph. Stat. 13, 456), then letters without which all pairs stay joined
    are taken out. ``different``: symmetric, shape (systems, systems); ``order``: positions, the best first: its letter
    is "a". Raises DesignError for a matrix that is not symmetric.

    >>> tie_groups([[0, 0, 1], [0, 0, 0], [1, 0, 0]], [0, 1, 2])
    ('a', 'ab', 'b')
    """
    d = np.asarray(different, bool)
    m = len(d)
    if d.shape != (m, m) or not np.array_equal(d, d.T) or sorted(order) != list(range(m)) or d.diagonal().any():
        raise DesignError(say("comparison.groups"))
    columns: list[frozenset[int]] = [frozenset(range(m))]
    for i in range(m):
        for j in range(i + 1, m):
            if d[i, j]:
                columns = _absorbed([part for c in columns for part in _split(c, i, j)])
    columns = _needed(columns, d)
    place = {system: k for k, system in enumerate(order)}
    columns.sort(key=lambda c: sorted(place[i] for i in c))
    return tuple("".join(_letter(k) for k, c in enumerate(columns) if i in c) for i in range(m))


def rank_intervals(better: ArrayLike) -> tuple[tuple[int, int], ...]:
    """Ranks that each system can have: 1 + those surely better, to m - those surely worse.

    ``better[i, j]``: i was shown to be better than j. Where all pairs hold together with a probability, so do the rank
    intervals (Al Mohamad, Goeman & van Zwet 2022; Mogstad, Romano, Shaikh & Wilhelm 2024).

    >>> rank_intervals([[0, 0, 1], [0, 0, 0], [0, 0, 0]])
    ((1, 2), (1, 3), (2, 3))
    """
    b = np.asarray(better, bool)
    m = len(b)
    if b.shape != (m, m) or np.any(b & b.T):
        raise DesignError(say("comparison.groups"))
    return tuple((1 + int(b[:, i].sum()), m - int(b[i].sum())) for i in range(m))


def _split(column: frozenset[int], i: int, j: int) -> tuple[frozenset[int], ...]:
    return (column - {i}, column - {j}) if i in column and j in column else (column,)


def _absorbed(columns: list[frozenset[int]]) -> list[frozenset[int]]:
    distinct = list(dict.fromkeys(columns))
    return [c for c in distinct if not any(c < other for other in distinct)]


def _needed(columns: list[frozenset[int]], different: Bools) -> list[frozenset[int]]:
    """Without the letters that other letters make superfluous, the smallest first."""
    kept = list(columns)
    for column in sorted(columns, key=lambda c: (len(c), sorted(c))):
        rest = [c for c in kept if c != column]
        joined = all(any(i in c and j in c for c in rest) for i in column for j in column if i <= j)
        if joined:
            kept = rest
    return kept


def _letter(k: int) -> str:
    return ascii_lowercase[k] if k < 26 else f"{ascii_lowercase[k % 26]}{k // 26}"
