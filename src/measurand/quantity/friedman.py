"""Several systems on several tasks by their ranks within each task (Friedman 1937; Demsar 2006).

Ranks need no common scale of the tasks. The tasks are the sample: a statement is about tasks like these.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial, sqrt

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.studentized_range import range_factor

Array = NDArray[np.float64]

MOST_STATES = 200_000
"""Rank sums (times orders of one task) up to which all orders are counted."""
CHUNK = 1_000_000
"""Ranks drawn at a time."""


@dataclass(frozen=True, eq=False)
class Friedman:
    """Ranks and the test that all systems are alike."""

    ranks: Array
    """Shape (tasks, systems), 1 the best; equal values share their mean rank."""
    average: Array
    """Mean rank of each system, shape (systems,)."""
    chi_square: float
    """Corrected for equal values."""
    chi_square_uncorrected: float
    p: float
    """By the chi-square distribution with ``systems - 1`` degrees of freedom."""
    f: float
    """Iman & Davenport's (1980) F, less conservative; infinite where all tasks agree."""
    f_df: tuple[float, float]
    p_f: float
    f_uncorrected: float
    """From the chi-square without correction, as in Demsar (2006)."""


def friedman(values: ArrayLike, *, larger_is_better: bool = True) -> Friedman:
    """Friedman's test of a table (tasks, systems), without gaps.

    ``chi^2 = 12 N / (k (k + 1)) (sum R_j^2 - k (k + 1)^2 / 4)`` for N tasks and k systems, divided by
    ``1 - sum (t^3 - t) / (N (k^3 - k))`` for t equal values in a task; ``F = (N - 1) chi^2 / (N (k - 1) - chi^2)`` with
    ``k - 1`` and ``(k - 1)(N - 1)`` degrees of freedom. Raises DesignError for a table with gaps, fewer than two
    tasks or systems, or only equal values.
    """
    from scipy.special import chdtrc, fdtrc

    r = ranks(values, larger_is_better=larger_is_better)
    n, k = r.shape
    average = r.mean(axis=0)
    plain = 12.0 * n / (k * (k + 1.0)) * float(np.sum((average - (k + 1.0) / 2.0) ** 2))
    spread = float(np.sum((r - (k + 1.0) / 2.0) ** 2)) / (n * k * (k * k - 1.0) / 12.0)
    if not spread > 0.0:
        raise DesignError(say("ranking.no_ranks"))
    chi_square = plain / spread
    df = (k - 1.0, (k - 1.0) * (n - 1.0))
    f = _iman_davenport(chi_square, n, k)
    p_f = float(fdtrc(*df, f)) if np.isfinite(f) else 0.0
    p = float(chdtrc(k - 1.0, chi_square))
    return Friedman(r, average, chi_square, plain, p, f, df, p_f, _iman_davenport(plain, n, k))


def ranks(values: ArrayLike, *, larger_is_better: bool = True) -> Array:
    """Ranks within each task, 1 the best, equal values with their mean; shape (tasks, systems). Raises DesignError."""
    x = np.asarray(values, float)
    if x.ndim != 2 or min(x.shape) < 2 or not np.all(np.isfinite(x)):
        raise DesignError(say("ranking.table", tasks=2, systems=2))
    x = -x if larger_is_better else x
    below = np.sum(x[:, None, :] < x[:, :, None], axis=2)
    equal = np.sum(x[:, None, :] == x[:, :, None], axis=2)
    return np.asarray(below + (equal + 1.0) / 2.0, float)


def critical_difference(systems: int, tasks: int, *, level: float = 0.95) -> float:
    """Nemenyi's (1963): mean ranks further apart differ, ``q / sqrt(2) sqrt(k (k + 1) / (6 N))``. Raises DesignError.

    >>> round(critical_difference(4, 14), 2), round(critical_difference(4, 14, level=0.9), 2)  # Demsar (2006), 3.2.5
    (1.25, 1.12)
    """
    if tasks < 2:
        raise DesignError(say("ranking.table", tasks=2, systems=2))
    return range_factor(1.0 - level, systems) / sqrt(2.0) * sqrt(systems * (systems + 1.0) / (6.0 * tasks))


@dataclass(frozen=True)
class Permuted:
    """p-value of Friedman's test over the orders that were equally likely."""

    p: float
    u: float
    """Standard uncertainty from the draws; 0 where all orders were counted."""
    draws: int
    """Draws; 0 where all were counted."""


def permutation(ranks_of_tasks: ArrayLike, *, rng: Generator, draws: int = 99_999) -> Permuted:
    """Share of all orders within the tasks whose sum of squared rank sums is at least the one seen.

    Counted exactly, rank sum by rank sum, as long as at most 200,000 of them are held; else ``draws`` are drawn and
    ``p = (1 + count) / (1 + draws)`` (Phipson & Smyth 2010). ``ranks_of_tasks`` (tasks, systems) as in ``Friedman``.
    Raises DesignError for less than one draw.

    >>> round(permutation([[1, 2, 3]] * 3, rng=np.random.default_rng(1)).p, 4)  # 6 orders of 216
    0.0278
    """
    if draws < 1:
        raise DesignError(say("ranking.draws", draws=draws))
    doubled = np.rint(2.0 * np.asarray(ranks_of_tasks, float)).astype(np.int64)
    seen = int(np.sum(doubled.sum(axis=0) ** 2))
    counted = _counted(doubled, seen)
    if counted is not None:
        return Permuted(counted, 0.0, 0)
    count, done = 0, 0
    while done < draws:
        step = min(max(1, CHUNK // doubled.size), draws - done)
        drawn = rng.permuted(np.broadcast_to(doubled, (step, *doubled.shape)), axis=2)
        count += int(np.sum(np.sum(drawn.sum(axis=1) ** 2, axis=1) >= seen))
        done += step
    p = (1.0 + count) / (1.0 + draws)
    return Permuted(p, sqrt(p * (1.0 - p) / draws), draws)


def _counted(doubled: NDArray[np.int64], seen: int) -> float | None:
    """Exact share, or None where too many rank sums would be held. Sums are sorted: all orders of a task are alike."""
    k = doubled.shape[1]
    if factorial(k) > 5040:
        return None
    sums: NDArray[np.int64] = np.zeros((1, k), np.int64)
    weight: Array = np.ones(1)
    for task in doubled:
        orders, share = _orders(task)
        if len(sums) * len(orders) > 20 * MOST_STATES:
            return None
        reached = np.sort((sums[:, None, :] + orders[None, :, :]).reshape(-1, k), axis=1)
        sums, at = np.unique(reached, axis=0, return_inverse=True)
        weight = np.asarray(np.bincount(at.ravel(), np.outer(weight, share).ravel(), minlength=len(sums)), float)
        if len(sums) > MOST_STATES:
            return None
    return float(np.sum(weight[np.sum(sums**2, axis=1) >= seen]))


def _orders(task: NDArray[np.int64]) -> tuple[NDArray[np.int64], Array]:
    """All different orders of a task's ranks, each equally likely."""
    found: set[tuple[int, ...]] = {()}
    values, counts = np.unique(task, return_counts=True)
    pool = dict(zip(values.tolist(), counts.tolist(), strict=True))
    for _ in task:
        found = {(*o, v) for o in found for v in pool if o.count(v) < pool[v]}
    return np.array(sorted(found), np.int64), np.full(len(found), 1.0 / len(found))


def _iman_davenport(chi_square: float, n: int, k: int) -> float:
    left = n * (k - 1.0) - chi_square
    return (n - 1.0) * chi_square / left if left > 1e-9 * n * k else float("inf")
