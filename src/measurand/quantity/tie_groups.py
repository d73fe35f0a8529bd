"""Groups of systems that cannot be told apart, as letters: a compact letter display (Piepho 2004).

Insert and absorb: start with one group of all; for each pair that differs significantly, split every group with both of
them into one without the first and one without the second, and drop groups that lie inside of another. What remains
are all the largest groups without a significant difference; the fewest of them that join every pair that they must
join are kept (Gramm et al. 2007: the reduction by groups that alone join a pair, then a search that branches).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from string import ascii_letters

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError
from measurand.message import say

Group = frozenset[int]
Ties = frozenset[tuple[int, int]]

MOST_GROUPS = 5000
"""Largest groups beyond which a display would say nothing."""
MOST_EXACT = 30
"""Groups left after the reduction up to which the fewest are found by branching; else greedily."""


@dataclass(frozen=True)
class TieGroups:
    """Letters of the systems: two share one exactly when their difference is not significant."""

    groups: tuple[tuple[int, ...], ...]
    """Positions of each group's systems, the best first; groups from the best down."""
    letters: tuple[str, ...]
    """Letters of each system, in the order of the systems given."""
    order: tuple[int, ...]
    """Positions of the systems, the best first."""
    fewest: bool
    """Shown to be the fewest letters possible; False where the search was cut short."""


def tie_groups(different: ArrayLike, *, value: ArrayLike, larger_is_better: bool = True) -> TieGroups:
    """Letters from a symmetric matrix (systems, systems) that is true where two systems differ significantly.

    ``value`` (systems,) sorts them: "a" holds the best. Raises DesignError for a matrix that is not symmetric, or true
    on its diagonal; RefusedError for more than 5,000 groups.

    >>> differ = np.zeros((3, 3), bool)
    >>> differ[1, 2] = differ[2, 1] = True  # R multcompView: A "ab", B "a", C "b"
    >>> tie_groups(differ, value=[3, 2, 1]).letters
    ('ab', 'a', 'b')
    """
    x, differ = np.asarray(value, float), np.asarray(different)
    if differ.dtype != bool or x.ndim != 1 or differ.shape != (len(x), len(x)) or not len(x):
        raise DesignError(say("ranking.letters.matrix"))
    if np.any(differ != differ.T) or np.any(np.diag(differ)):
        raise DesignError(say("ranking.letters.matrix"))
    order = tuple(int(i) for i in np.argsort(-x if larger_is_better else x, kind="stable"))
    place = {system: k for k, system in enumerate(order)}
    kept, fewest = _fewest(largest_groups(differ), differ)
    listed = sorted(tuple(sorted(g, key=place.__getitem__)) for g in kept)
    groups = tuple(sorted(listed, key=lambda g: [place[i] for i in g]))
    letters = tuple("".join(_letter(k) for k, g in enumerate(groups) if i in g) for i in range(len(x)))
    return TieGroups(groups, letters, order, fewest)


def largest_groups(differ: NDArray[np.bool_]) -> list[Group]:
    """All largest groups without a significant difference, by insert and absorb. Raises RefusedError for too many."""
    groups: list[Group] = [frozenset(range(len(differ)))]
    for i, j in np.argwhere(np.triu(differ)):
        split = [g for g in groups if i in g and j in g]
        kept = [g for g in groups if not (i in g and j in g)]
        for new in sorted({g - {int(k)} for g in split for k in (i, j)}, key=lambda g: (-len(g), sorted(g))):
            if not any(new <= old for old in kept):
                kept.append(new)
        if len(kept) > MOST_GROUPS:
            raise RefusedError(say("ranking.letters.many", most=MOST_GROUPS))
        groups = kept
    return groups


def _fewest(groups: list[Group], differ: NDArray[np.bool_]) -> tuple[list[Group], bool]:
    """The fewest groups that join every pair not told apart and hold every system, and whether that is shown."""
    joins = {g: frozenset(_ties(g)) for g in groups}
    holders: dict[tuple[int, int], list[Group]] = {}
    for g in groups:
        for tie in joins[g]:
            holders.setdefault(tie, []).append(g)
    chosen = {held[0] for held in holders.values() if len(held) == 1}
    open_ties = frozenset(holders) - frozenset().union(*(joins[g] for g in chosen))
    left = [g for g in groups if g not in chosen and joins[g] & open_ties]
    if not open_ties:
        return list(chosen), True
    greedy = _greedy(open_ties, left, joins)
    if len(left) > MOST_EXACT:
        return [*chosen, *greedy], False
    for size in range(1, len(greedy)):
        some = _cover(open_ties, left, joins, size)
        if some is not None:
            return [*chosen, *some], True
    return [*chosen, *greedy], True


def _cover(open_ties: Ties, left: Sequence[Group], joins: Mapping[Group, Ties], size: int) -> list[Group] | None:
    """At most ``size`` groups that join all ties left open, or None: branches on the tie with the fewest groups."""
    if not open_ties:
        return []
    if size == 0:
        return None
    branches = min(([g for g in left if tie in joins[g]] for tie in sorted(open_ties)), key=len)
    for g in branches:
        rest = _cover(open_ties - joins[g], left, joins, size - 1)
        if rest is not None:
            return [g, *rest]
    return None


def _greedy(open_ties: Ties, left: Sequence[Group], joins: Mapping[Group, Ties]) -> list[Group]:
    found: list[Group] = []
    while open_ties:
        best = max(left, key=lambda g: (len(joins[g] & open_ties), -min(g)))
        found.append(best)
        open_ties = open_ties - joins[best]
    return found


def _ties(group: Group) -> Iterator[tuple[int, int]]:
    """Pairs that a group joins; a system by itself is joined with itself."""
    held = sorted(group)
    yield from ((i, i) for i in held)
    yield from combinations(held, 2)


def _letter(k: int) -> str:
    return ascii_letters[k] if k < len(ascii_letters) else f"({k + 1})"
