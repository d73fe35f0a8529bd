"""Intervals of sums and differences of mean squares by generalised pivotal quantities.

Each mean square ``V`` with df degrees of freedom is replaced by ``V df / chi^2`` (Weerahandi 1993; Burdick, Borror and
Montgomery 2005 for measurement systems); the draws are those of a named random stream.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.randomness import generator

Array = NDArray[np.float64]
DRAWS = 100_000


def pivotal(coefficient: Array, variance: Array, df: Array, *, key: str, p: float, draws: int = DRAWS) -> Array:
    """Limits at probability ``p`` of each combination ``sum_q a_q V_q``, cut at 0; shape (combinations, 2).

    ``coefficient`` has shape (combinations, mean squares); ``variance`` and ``df`` (mean squares,) hold values that are
    not negative, with independent chi-square distributions. Infinite df: known.

    >>> limits = pivotal(np.array([[1.0]]), np.array([4.0]), np.array([10.0]), key="doc", p=0.95)
    >>> bool(abs(limits[0, 0] - 40 / 20.483) < 0.02 and abs(limits[0, 1] - 40 / 3.247) < 0.1)
    True
    """
    random = generator(key)
    known = ~np.isfinite(df)
    finite = np.where(known, 1.0, df)
    scale = np.stack([finite[q] / random.chisquare(finite[q], draws) for q in range(len(df))])
    scale[known] = 1.0
    drawn = coefficient @ (variance[:, None] * scale)
    tail = (1.0 - p) / 2.0
    limits = np.quantile(np.maximum(drawn, 0.0), [tail, 1.0 - tail], axis=1)
    return np.asarray(limits.T, np.float64)
