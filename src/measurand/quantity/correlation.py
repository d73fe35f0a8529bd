"""Correlation matrices whose coefficients were estimated pair by pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say

Array = NDArray[np.float64]


def agreeing(r: ArrayLike, *, least: float = 0.0) -> Array:
    """The matrix, or where its coefficients contradict each other one near it that they do not.

    Eigenvalues below ``least`` are raised to it, and the diagonal is brought back to 1 (Rebonato & Jaeckel 1999,
    spectral decomposition). A matrix without contradiction is returned as it is. Shape (k, k). Raises DesignError for
    what is no correlation matrix.

    >>> agreeing([[1.0, 0.5], [0.5, 1.0]]).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    m = np.asarray(r, float)
    square = m.ndim == 2 and m.shape[0] == m.shape[1]
    if not square or not np.allclose(m, m.T, atol=1e-9) or not np.allclose(np.diag(m), 1.0) or np.any(np.abs(m) > 1.0):
        raise DesignError(say("correlation.matrix"))
    eigenvalue, vector = np.linalg.eigh(0.5 * (m + m.T))
    if eigenvalue[0] >= least:
        return m
    raised = (vector * np.maximum(eigenvalue, least)) @ vector.T
    scale = np.sqrt(np.diagonal(raised))
    out = raised / scale[:, None] / scale
    np.fill_diagonal(out, 1.0)
    return np.asarray(0.5 * (out + out.T))
