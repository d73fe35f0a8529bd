"""Variance from independent units of unequal size and its degrees of freedom (INTERVALS R3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.errors import RefusedError
from measurand.message import say
from measurand.quantity.sampling import Sampling

Array = NDArray[np.float64]


def variance_by_block(sampling: Sampling) -> Array:
    """``V = (1 - f) sum c_j^2 / (1 - h_j)`` of each block (CR2, Bell & McCaffrey 2002), shape (blocks,).

    With equal units this is ``m/(m-1) sum c_j^2``. Raises RefusedError where a block holds one unit.
    """
    group, h = sampling.group(), sampling.shares()
    if np.any(np.bincount(group) < 2) or np.any(h >= 1.0):
        raise RefusedError(say("coverage.one_unit"))
    squares = sampling.remaining() * sampling.contribution**2 / (1.0 - h)
    return np.asarray(np.bincount(group, weights=squares), float)


def degrees_of_freedom(sampling: Sampling, variances: Array, *, kurtosis: bool = False) -> float:
    """Degrees of freedom of the summed variance: Bell-McCaffrey inside blocks, Satterthwaite (1946) over blocks.

    ``kurtosis``: each block has at most what the spread of its squares leaves (``kurtosis_bound``).
    """
    group = sampling.group()
    size = np.bincount(group)
    if sampling.is_equal():
        df = size - 1.0
    else:
        h, spread = sampling.shares(), _working_variance(sampling)
        df = np.array([block_df(h[group == g], spread[group == g]) for g in range(len(size))])
    if kurtosis:
        bound = [kurtosis_bound(sampling.contribution[group == g]) for g in range(len(size))]
        df = np.minimum(df, bound)
    total = variances.sum()
    if total <= 0.0:
        return float(df.sum())
    return float(total**2 / np.sum(variances**2 / df))


def _working_variance(sampling: Sampling) -> Array:
    """``S_j = k_j^2 (rho + (1 - rho) / b_j)``: variance of a unit's contribution if rows are exchangeable in it."""
    k, b = sampling.weights(), sampling.row_counts()
    return np.asarray(k**2 * (sampling.rho + (1.0 - sampling.rho) / b), float)


def block_df(share: Array, working: Array) -> float:
    """``tr(M)^2 / tr(M^2)`` with ``M = A' diag(1/(1-h)) A S``, ``A = I - h 1'``, in closed form, O(units) memory.

    ``A' D A = D - g 1' - 1 g' + a 1 1'`` with ``g = D h`` and ``a = h' D h``. Shapes (units,).
    """
    d = 1.0 / (1.0 - share)
    s = working / working.max()
    g = d * share
    a = float(np.sum(g * share))
    trace = float(np.sum(s * (d - 2.0 * g + a)))
    s0, s1, s2 = float(np.sum(s)), float(np.sum(s * g)), float(np.sum(s * g * g))
    squares = a * a * s0 * s0 + 2.0 * s2 * s0 + 2.0 * s1 * s1 - 4.0 * a * s1 * s0
    squares += float(np.sum(s * s * d * (d + 2.0 * (a - 2.0 * g))))
    return trace**2 / squares


def kurtosis_bound(contribution: Array) -> float:
    """``2 K2^2 / (K4 - K2^2 / m)``: degrees of freedom that the spread of the squares itself leaves (INTERVALS R3)."""
    squares = contribution**2
    k2, k4 = float(squares.sum()), float((squares**2).sum())
    excess = k4 - k2**2 / len(contribution)
    return 2.0 * k2**2 / excess if excess > 1e-12 * k4 else np.inf


def effective_units(sampling: Sampling) -> float:
    """``(sum k)^2 / sum k^2``, the smallest over the blocks: the number of equal units that would say as much."""
    group, k = sampling.group(), sampling.weights()
    return float(np.min(np.bincount(group, weights=k) ** 2 / np.bincount(group, weights=k**2)))
