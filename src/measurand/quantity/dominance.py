"""Pairs of a positive and a negative item on which two scores agree, counted without looking at every pair."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]


def products(x: Array, y: Array, positive: Booleans) -> float:
    """``sum_ij psi(x_i, x_j) psi(y_i, y_j)`` over positive i and negative j; psi is 1, 1/2 (tie) or 0.

    ``psi = ([x_j < x_i] + [x_j <= x_i]) / 2``, so this is a quarter of four counts of pairs that both scores order;
    with four times the rank as key, a positive's moved by 0 or 2 and a negative's by 1, each is a strict count.

    >>> products(np.array([2.0, 1.0, 0.0]), np.array([1.0, 1.0, 0.0]), np.array([True, False, False]))  # 1/2 + 1
    1.5
    """
    ranks = [4 * np.unique(column, return_inverse=True)[1].reshape(-1) for column in (x, y)]
    tied = any(np.isin(r[positive], r[~positive]).any() for r in ranks)
    shifts = (0, 2) if tied else (0,)
    keys = [[np.where(positive, r + shift, r + 1) for shift in shifts] for r in ranks]
    return sum(_ordered(a, b, ~positive) for a, b in product(*keys)) / len(shifts) ** 2


def _ordered(a: Integers, b: Integers, negative: Booleans) -> int:
    """Pairs whose negative lies before the positive in both orders: O(n log n), by bits of the place in the first.

    In the second order the elements are split by the highest bit of their place in the first, both halves keeping the
    second order, and so on: places that share their higher bits stand together. A positive with the bit counts the
    negatives without it that stand before it among these.
    """
    size = len(a)
    place = np.empty(size, dtype=np.int64)
    place[np.argsort(a, kind="stable")] = np.arange(size)
    order = np.argsort(b, kind="stable")
    t, is_negative, found = place[order], negative[order], 0
    index = np.arange(size)
    for bit in range((size - 1).bit_length() - 1, -1, -1):
        start = (t >> (bit + 1)) << (bit + 1)
        low = (t >> bit) & 1 == 0
        below = np.cumsum(low & is_negative)
        before_start = (below - (low & is_negative))[start]
        found += int(np.sum((below - before_start)[~low & ~is_negative]))
        lows = np.cumsum(low) - low
        lows -= lows[start]
        to = np.where(low, start + lows, start + (1 << bit) + index - start - lows)
        t_next, negative_next = np.empty_like(t), np.empty_like(is_negative)
        t_next[to], negative_next[to] = t, is_negative
        t, is_negative = t_next, negative_next
    return found
