"""Homogeneity of items with yes-or-no answers: the exact test of Fisher, Freeman and Halton."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import comb

from measurand.errors import DesignError
from measurand.message import say

_MOST = 1_000_000
"""Kinds of tables, those with equal sums and equal weights being one, at any item."""


def items_differ_p(positive: Sequence[int], portions: Sequence[int]) -> float:
    """Probability of answers as unequal between the items as these, or more, were the items all alike.

    Of the tables with the same numbers of portions and of positive answers: those that are at most as probable,
    ``P = prod C(n_i, x_i) / C(N, X)``, counted in whole numbers. For two items Fisher's test, for more that of
    Freeman & Halton (1951). A large p is no proof of homogeneity: few portions find only large differences.
    Raises DesignError for impossible counts, fewer than two items, or too many tables.

    >>> round(items_differ_p([3, 1], [4, 4]), 4)  # Fisher (1935), the lady tasting tea: 34/70
    0.4857
    """
    if len(positive) != len(portions) or len(portions) < 2:
        raise DesignError(say("proficiency.items", shape=f"{len(portions)}x1"))
    for x, n in zip(positive, portions, strict=True):
        if n < 1 or not 0 <= x <= n:
            raise DesignError(say("proficiency.counts", x=x, n=n))
    total = sum(positive)
    ways: dict[tuple[int, int], int] = {(0, 1): 1}
    room = sum(portions)
    for n in portions:
        room -= n
        longer: dict[tuple[int, int], int] = defaultdict(int)
        for (found, product), count in ways.items():
            for x in range(max(0, total - found - room), min(n, total - found) + 1):
                longer[found + x, product * comb(n, x)] += count
            if len(longer) > _MOST:
                raise DesignError(say("proficiency.tables", most=_MOST))
        ways = longer
    seen = 1
    for x, n in zip(positive, portions, strict=True):
        seen *= comb(n, x)
    extreme = sum(product * count for (_, product), count in ways.items() if product <= seen)
    return float(Fraction(extreme, comb(sum(portions), total)))
