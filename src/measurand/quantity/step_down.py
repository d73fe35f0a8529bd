"""Adjusted p-values by steps: more power than one factor for all, with the same error of the family.

Free steps: with ``|t|`` falling, ``p_(k) = max(p_(k-1), P(max over those not yet passed >= |t_(k)|))`` (Westfall &
Young 1993, with the covariance known instead of resampled). Closed testing (Marcus, Peritz & Gabriel 1976; Westfall
1997) uses that differences of systems are tied: if A = B and B = C then A = C.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.directions import directions
from measurand.quantity.largest_deviation import MOST, SHIFTS, of_heights, unit_rows
from measurand.quantity.simultaneous import Pair, Simultaneous, Systems, contrast_of, deviation_of

Array = NDArray[np.float64]

MOST_CLOSED = 7
"""Systems up to which all their partitions (877) are looked at."""


def stepped_down(held: Systems, found: Simultaneous, *, rng: Generator) -> Array:
    """Step-down p-values of the differences of ``found``, two-sided or not as there, in its order, shape (pairs,).

    The p-values of single step are an upper bound; systems that are identical keep 1.
    """
    p = found.p.copy()
    varies = np.flatnonzero(found.u > 0.0)
    if found.largest is None or len(varies) < 2:
        return p
    two_sided = found.largest.two_sided
    t = np.zeros(len(found.pairs))
    t[varies] = found.value[varies] / found.u[varies]
    t = np.abs(t) if two_sided else t
    order = varies[np.argsort(-t[varies], kind="stable")]
    rows = unit_rows(held.covariance, contrast_of([found.pairs[k] for k in order], held.count))
    rank = rows.shape[1]
    towards = directions(rng.random((SHIFTS, rank)), 0, min(found.largest.points, MOST))
    height = np.full(towards.shape[:2], -np.inf)
    for left, k in enumerate(order[::-1], start=1):
        along = towards @ rows[len(order) - left]
        height = np.maximum(height, np.abs(along) if two_sided else along)
        among = of_heights(height, rank=rank, df=held.df, tests=left, two_sided=two_sided)
        p[k] = min(found.p[k], among.tail(float(t[k])))
    p[order] = np.maximum.accumulate(p[order])
    return p


def closed(held: Systems, found: Simultaneous, *, rng: Generator) -> Array:
    """p-values of all pairs by closed testing with the logic of equalities, in the order of ``found``, shape (pairs,).

    A hypothesis is a partition of the systems into groups that are equal; it is tested by the largest ``|t|`` of the
    pairs inside of its groups, and a pair has the largest p-value of the partitions that hold it together.
    Raises DesignError for more than 7 systems or differences that are not all pairs.
    """
    m = held.count
    if m > MOST_CLOSED or len(found.pairs) != m * (m - 1) // 2:
        raise DesignError(say("ranking.partitions", most=MOST_CLOSED, systems=m))
    at = {pair: k for k, pair in enumerate(found.pairs)}
    p = np.where(found.u > 0.0, 0.0, found.p)
    for groups in partitions(m):
        inside = [(i, j) for g in groups for n, i in enumerate(g) for j in g[n + 1 :]]
        varying = [pair for pair in inside if found.u[at[pair]] > 0.0]
        if not varying:
            continue
        k = np.array([at[pair] for pair in varying])
        largest = float(np.max(np.abs(found.value[k] / found.u[k])))
        of_group = _tail(held, varying, largest, rng)
        p[k] = np.maximum(p[k], of_group)
    return np.minimum(p, found.p)


def _tail(held: Systems, pairs: Sequence[Pair], t: float, rng: Generator) -> float:
    return deviation_of(held, pairs, rng=rng).tail(t)


def partitions(count: int) -> Iterator[list[list[int]]]:
    """All ways to put ``count`` things into groups (Bell's number of them).

    >>> len(list(partitions(4)))
    15
    """
    if count == 0:
        yield []
        return
    for groups in partitions(count - 1):
        for k in range(len(groups)):
            yield [[*g, count - 1] if n == k else list(g) for n, g in enumerate(groups)]
        yield [*(list(g) for g in groups), [count - 1]]
