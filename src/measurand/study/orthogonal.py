"""Orthogonal fractions of the combinations of the levels of several factors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
SCHEME = ("000000", "001122", "010212", "012021", "021201", "022110")
"""Difference scheme of six columns over the numbers mod 3: in the difference of two columns each is there twice."""


def fraction_of(levels: Sequence[int]) -> Integers:
    """Combinations of strength 2 for factors with so many levels each, shape (combinations, factors).

    All equal, a prime number: the smallest linear array. One of two levels and at most seven of three: 18 combinations
    (Taguchi's L18; Bose and Bush 1952), each difference with all three numbers added.

    >>> fraction_of([3, 2, 3]).shape
    (18, 3)
    """
    if len(set(levels)) == 1:
        return orthogonal_array(levels[0], len(levels))
    row, added = np.divmod(np.arange(18), 3)
    scheme = np.array([[int(digit) for digit in text] for text in SCHEME])
    three = np.column_stack([row % 3, (scheme[row] + added[:, None]) % 3])
    of_three = iter(three.T)
    return np.column_stack([row // 3 if n == 2 else next(of_three) for n in levels]).astype(np.int64)


def orthogonal_array(levels: int, factors: int) -> Integers:
    """Combinations of strength 2, shape (combinations, factors): two factors show each pair of levels equally often.

    The smallest linear array (Rao 1947) of a prime number s of ``levels``: s^k rows are all vectors x of k digits, and
    a column is ``a . x mod s`` for one of the ``(s^k - 1)/(s - 1)`` vectors a whose first digit other than 0 is 1. Main
    effects are not aliased with each other; they are with interactions.

    >>> orthogonal_array(2, 3).tolist()
    [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]
    """
    k = 2
    while (levels**k - 1) // (levels - 1) < factors:
        k += 1
    rows = np.array(list(product(range(levels), repeat=k)), dtype=np.int64)
    columns = [a for a in product(range(levels), repeat=k) if next((d for d in a if d), 0) == 1]
    columns.sort(key=lambda a: (sum(d != 0 for d in a), [-d for d in a]))  # single digits first
    return np.asarray((rows @ np.array(columns[:factors], dtype=np.int64).T) % levels)
