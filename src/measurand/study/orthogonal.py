"""Orthogonal fractions of the combinations of factors with equally many levels."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


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
