"""Each system against the best of the others: multiple comparisons with the best (Hsu 1984; Hsu 1996, chapter 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.largest_deviation import GOOD
from measurand.quantity.simultaneous import Systems, deviation_of

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WithBest:
    """Simultaneous limits of "value minus the best of the others", positive for the one that is best."""

    lower: Array
    """Shape (systems,); not above 0 unless all others are shown not to be the best."""
    upper: Array
    """Not below 0; 0: not the best."""
    can_be_best: NDArray[np.bool_]
    """Systems that are not shown to be worse than another; the best is among them with the stated probability."""
    factor: Array
    """Factor of u with each system as the control; 0 where no difference to it varies."""


def with_best(
    held: Systems, *, rng: Generator, level: float = 0.95, larger_is_better: bool = True, good: float = GOOD
) -> WithBest:
    """Limits of each system's value minus the best of the others (constrained: Hsu's), at ``level`` together.

    With ``k_i`` the one-sided Dunnett factor with system i as the control, ``upper_i = max(0, min_j (v_i - v_j + k_i
    u_ij))``; ``lower_i = min(0, min_j (v_i - v_j - k_j u_ij))`` over the j that can be best, 0 if i alone can. Only the
    factor of the truly best system enters the proof, so unequal correlations need no further allowance. Systems
    identical to i are left out of its "others". In simulations the limits of 95 % held in 93.4 to 94.7 %
    (docs/ranking-coverage.md). Where smaller is better, signs are those of "better by".
    Raises DesignError.
    """
    if not 0.0 < level < 1.0:
        raise DesignError(say("ranking.level", level=level))
    m = held.count
    sign = 1.0 if larger_is_better else -1.0
    d, u = held.difference([(i, j) for i in range(m) for j in range(m)])
    gap, u = sign * d.reshape(m, m), u.reshape(m, m)
    same = (gap == 0.0) & (u == 0.0)
    factor = np.zeros(m)
    for i in range(m):
        pairs = [(i, j) for j in range(m) if u[i, j] > 0.0]
        if pairs:
            factor[i] = deviation_of(held, pairs, rng=rng, two_sided=False, good=good).factor(level)
    above = np.where(same, np.inf, gap + factor[:, None] * u).min(axis=1)
    can = above > 0.0
    below = np.where(same | ~can[None, :], np.inf, gap - factor[None, :] * u).min(axis=1)
    lower = np.where(np.isinf(below), 0.0, np.minimum(0.0, below))
    upper = np.where(np.isinf(above), 0.0, np.maximum(0.0, above))
    return WithBest(lower, upper, can, factor)
