"""Do the votes look as the model of one error rate has them? Where items differ in difficulty, they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import comb, factorial, prod

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.reference_certificate import Fit

Array = NDArray[np.float64]
LEAST = 5.0
"""Cells that are expected to hold fewer items are taken together."""
MOST = 20_000
"""Patterns of votes for one number of votes, from which on nothing is tested."""


def fit(count: Array, rate: float, prior: Array) -> Fit | None:
    """Chi-squared of the patterns of votes (how many for each class), items with equally many votes together.

    Expected: ``n_m m! / prod n_c! sum_c prior_c (1-e)^n_c (e/(K-1))^(m-n_c)``. Degrees of freedom: cells, less one for
    each number of votes, less one for the rate and K - 1 for the shares. ``count`` has shape (items, classes). None
    where no degree of freedom is left.
    """
    votes = count.sum(axis=1).astype(int)
    statistic, cells, numbers = 0.0, 0, 0
    classes = count.shape[1]
    for m in sorted({int(v) for v in votes if v > 1}):
        if comb(m + classes - 1, m) > MOST:
            return None
        mine = count[votes == m].astype(int)
        seen = Counter(map(tuple, mine.tolist()))
        rare, rare_expected = 0, 0.0
        for pattern in _patterns(m, classes):
            expected = len(mine) * _probability(pattern, rate, prior)
            if expected < LEAST:
                rare, rare_expected = rare + seen[pattern], rare_expected + expected
            else:
                statistic, cells = statistic + (seen[pattern] - expected) ** 2 / expected, cells + 1
        if rare_expected >= LEAST:
            statistic, cells = statistic + (rare - rare_expected) ** 2 / rare_expected, cells + 1
        numbers += 1
    df = cells - numbers - classes
    return Fit(chi_squared=number(statistic), df=df, p=number(_tail(statistic, df))) if df > 0 else None


def _patterns(m: int, classes: int) -> Iterator[tuple[int, ...]]:
    """All ways to share m votes among classes."""
    if classes == 1:
        yield (m,)
        return
    for first in range(m + 1):
        for rest in _patterns(m - first, classes - 1):
            yield (first, *rest)


def _probability(pattern: tuple[int, ...], rate: float, prior: Array) -> float:
    m, other = sum(pattern), rate / (len(pattern) - 1)
    ways = factorial(m) / prod(map(factorial, pattern))
    return float(ways * sum(p * (1 - rate) ** n * other ** (m - n) for p, n in zip(prior, pattern, strict=True)))


def _tail(statistic: float, df: int) -> float:
    """Probability that chi-squared exceeds a value."""
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))
