"""Ranks of systems with their uncertainty: for each the ranks it can have, not one number.

A system's rank (1: the best) lies between 1 + the number that are significantly better and m - the number that are
significantly worse. With simultaneous limits of all pairs all ranks hold together (Al Mohamad, Goeman & van Zwet
2022); with those of one system against the others that system's rank alone (Mogstad, Romano, Shaikh & Wilhelm 2024).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.largest_deviation import GOOD
from measurand.quantity.simultaneous import Simultaneous, Systems, to_control

Array = NDArray[np.float64]
Ints = NDArray[np.int_]


@dataclass(frozen=True, eq=False)
class Ranks:
    """Ranks of the systems, 1 the best, shape (systems,) each.

    Systems that are equal share ranks: the true ranks of one are 1 + the number truly better to m - the number worse.
    """

    best: Ints
    """Smallest rank a system can have."""
    worst: Ints
    """Largest rank."""
    observed: Array
    """Rank of the value as measured; mean rank of equal values."""
    level: float
    simultaneous: bool
    """All intervals hold together at the level; False: each by itself."""

    def can_have(self, rank: int) -> NDArray[np.bool_]:
        """Systems that can have a rank."""
        return np.asarray((self.best <= rank) & (rank <= self.worst), bool)


def simultaneous_ranks(held: Systems, found: Simultaneous, *, larger_is_better: bool = True) -> Ranks:
    """Rank intervals that hold together, from simultaneous limits of all pairs.

    Raises DesignError where ``found`` are not all pairs.
    """
    m = held.count
    if len(found.pairs) != m * (m - 1) // 2:
        raise DesignError(say("ranking.pairs", pairs=len(found.pairs), systems=m))
    better, worse = np.zeros(m, int), np.zeros(m, int)
    for (i, j), lower, upper in zip(found.pairs, found.lower, found.upper, strict=True):
        first_above, second_above = lower > 0.0, upper < 0.0
        worse[i] += first_above
        better[j] += first_above
        worse[j] += second_above
        better[i] += second_above
    if not larger_is_better:
        better, worse = worse, better
    return Ranks(1 + better, m - worse, observed_ranks(held.value, larger_is_better), found.level, True)


def marginal_ranks(
    held: Systems, *, rng: Generator, level: float = 0.95, larger_is_better: bool = True, good: float = GOOD
) -> Ranks:
    """Rank intervals that hold each by itself: narrower, and not for a system chosen by its rank.

    From the limits of all others against one (Dunnett), once for each system. Raises DesignError.
    """
    m = held.count
    better, worse = np.zeros(m, int), np.zeros(m, int)
    for i in range(m):
        others = to_control(held, i, rng=rng, level=level, good=good)
        better[i], worse[i] = int(np.sum(others.lower > 0.0)), int(np.sum(others.upper < 0.0))
    if not larger_is_better:
        better, worse = worse, better
    return Ranks(1 + better, m - worse, observed_ranks(held.value, larger_is_better), level, False)


def observed_ranks(value: Array, larger_is_better: bool) -> Array:
    """Ranks of values, 1 the best, equal values with their mean rank."""
    x = -value if larger_is_better else value
    below = np.sum(x[None, :] < x[:, None], axis=1)
    equal = np.sum(x[None, :] == x[:, None], axis=1)
    return np.asarray(below + (equal + 1.0) / 2.0, float)


def share_of_draws_best(held: Systems, *, rng: Generator, draws: int = 100_000, larger_is_better: bool = True) -> Array:
    """Share of draws from the joint distribution of the values in which each system is best, shape (systems,).

    State with it: values are drawn around the estimates with their covariance (normal, or t with shared degrees of
    freedom). That is a posterior probability under a flat prior, not a probability of coverage, and it says "best" even
    of systems that cannot be told apart. Equal values share a draw. Raises DesignError for less than one draw.
    """
    if draws < 1:
        raise DesignError(say("ranking.draws", draws=draws))
    size, axes = np.linalg.eigh(held.covariance)
    root = axes * np.sqrt(np.where(size > 1e-12 * size[-1], size, 0.0))
    spread = rng.standard_normal((draws, held.count)) @ root.T
    if np.isfinite(held.df):
        spread *= np.sqrt(held.df / rng.chisquare(held.df, draws))[:, None]
    x = (held.value + spread) * (1.0 if larger_is_better else -1.0)
    slack = 1e-9 * float(np.sqrt(np.max(np.diag(held.covariance))))
    winners = x >= x.max(axis=1, keepdims=True) - slack
    return np.asarray(np.mean(winners / winners.sum(axis=1, keepdims=True), axis=0), float)
