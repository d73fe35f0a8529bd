"""Cox's procedure B: the median of a key comparison and the degrees of equivalence to it, by Monte Carlo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.laboratories import Laboratories

Array = NDArray[np.float64]

LEAST = 1_000
"""Fewest draws: fewer say nothing about a 95 % interval."""


@dataclass(frozen=True, eq=False)
class ProcedureB:
    """The reference value and the differences to it, with shortest coverage intervals."""

    value: float
    """Mean of the drawn medians."""
    u: float
    lower: float
    upper: float
    d: Array
    """``y_i - value``, shape (k,)."""
    d_u: Array
    """Standard deviation of the drawn ``y_i - median``, shape (k,)."""
    d_lower: Array
    d_upper: Array


def procedure_b(labs: Laboratories, generator: Generator, *, draws: int = 1_000_000, level: float = 0.95) -> ProcedureB:
    """The median of the laboratories where their values do not agree (Cox 2002, procedure B).

    Each draw takes a value of every laboratory from its distribution (normal with the covariance matrix; Student's t
    scaled by u_i where degrees of freedom are finite, joined by the same correlations) and their median. The
    intervals are the shortest that hold ``level`` of the draws (JCGM 101). The stated uncertainties alone
    are drawn: what the laboratories do not explain enters only through the choice of the median. Raises DesignError
    for fewer than 1,000 draws, a level that is none and fewer than two laboratories.
    """
    if draws < LEAST:
        raise DesignError(say("equivalence.draws", least=LEAST, draws=draws))
    if not 0.0 < level < 1.0:
        raise DesignError(say("consensus.level", level=level))
    root = np.linalg.cholesky(labs.covariance)
    drawn = np.empty((draws, labs.count))
    for start in range(0, draws, 100_000):
        n = min(100_000, draws - start)
        noise = generator.standard_normal((n, labs.count)) @ root.T
        for i in np.flatnonzero(np.isfinite(labs.df)):
            noise[:, i] *= np.sqrt(labs.df[i] / generator.chisquare(labs.df[i], n))
        drawn[start : start + n] = labs.y + noise
    median = np.median(drawn, axis=1)
    value = float(median.mean())
    apart = np.sort(drawn - median[:, None], axis=0)
    lower, upper = _shortest(np.sort(median)[:, None], level)
    d_lower, d_upper = _shortest(apart, level)
    return ProcedureB(
        value, float(median.std(ddof=1)), float(lower[0]), float(upper[0]), labs.y - value, apart.std(axis=0, ddof=1),
        d_lower, d_upper,
    )  # fmt: skip


def _shortest(values: Array, level: float) -> tuple[Array, Array]:
    """Shortest interval of each sorted column, shape (draws, columns), with ``level`` of its values."""
    n = len(values)
    inside = min(max(int(np.ceil(level * n)), 1), n - 1)
    first = np.argmin(values[inside:] - values[:-inside], axis=0)
    column = np.arange(values.shape[1])
    return values[first, column], values[first + inside, column]
