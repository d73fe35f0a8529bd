"""Shares of subsets: how much of the weight of all subsets of k rows lies on those inside of a chosen set."""

from __future__ import annotations

import numpy as np

from measurand.statistic.contract import Array, Integers

_ENTRIES = 4_000_000
"""Numbers held at once (32 MB); more items are taken in parts."""


def inside(w: Array, chosen: Array, count: Integers, k: int) -> tuple[Array, Array]:
    """``e_k(w * chosen) / e_k(w)`` of each line, and its derivative by each weight.

    ``e_k`` is the sum over subsets of k of the product of their weights (elementary symmetric polynomial); with equal
    weights this is ``C(c, k) / C(n, k)``. ``w`` and ``chosen`` (0 or 1) have the shape (items, slots), of which the
    first ``count`` of a line are rows. 0 where fewer than k rows have weight. Returns (items,) and (items, slots).
    """
    x, slope = np.zeros(len(w)), np.zeros_like(w)
    step = max(1, _ENTRIES // (max(w.shape[1], 1) * (k + 1)))
    for start in range(0, len(w), step):
        at = slice(start, start + step)
        x[at], slope[at] = _inside(w[at], chosen[at], count[at], k)
    return x, slope


def _inside(w: Array, chosen: Array, count: Integers, k: int) -> tuple[Array, Array]:
    largest = w.max(axis=1, initial=0.0)
    scale = np.where(largest > 0.0, largest, 1.0)[:, None]
    every, by_every = _mean_product(w / scale, count, k)
    some, by_some = _mean_product(w / scale * chosen, count, k)
    there = every > 0.0
    safe = np.where(there, every, 1.0)
    x = np.where(there, some / safe, 0.0)
    slope = (by_some * chosen - x[:, None] * by_every) / safe[:, None] / scale
    return x, np.where(there[:, None], slope, 0.0)


def _mean_product(w: Array, count: Integers, k: int) -> tuple[Array, Array]:
    """``e_k / C(n, k)`` of each line and its derivatives.

    The recursion ``M_a(n) = (n-a)/n M_a(n-1) + a/n w_n M_(a-1)(n-1)`` keeps every number between 0 and the largest
    product, where sums of products leave the range of a double; derivatives run it backwards.
    """
    items, slots = w.shape
    a = np.arange(k + 1.0)
    held = np.zeros((slots + 1, items, k + 1))
    held[0, :, 0] = 1.0
    for j in range(slots):
        before, n = held[j], j + 1.0
        after = np.maximum(n - a, 0.0) / n * before
        after[:, 1:] += a[1:] / n * w[:, j, None] * before[:, :-1]
        held[j + 1] = np.where((j < count)[:, None], after, before)
    back, slope = np.zeros((items, k + 1)), np.zeros_like(w)
    back[:, k] = 1.0
    for j in range(slots - 1, -1, -1):
        before, n, there = held[j], j + 1.0, (j < count)
        slope[:, j] = np.where(there, np.sum(back[:, 1:] * a[1:] / n * before[:, :-1], axis=1), 0.0)
        earlier = np.maximum(n - a, 0.0) / n * back
        earlier[:, :-1] += a[1:] / n * w[:, j, None] * back[:, 1:]
        back = np.where(there[:, None], earlier, back)
    return held[slots, :, k].copy(), slope
