"""Hampel's estimator of location with a known scale, solved in finitely many steps (ISO 13528)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.robust import finite_results

Array = NDArray[np.float64]

_CORNERS = (1.5, 3.0, 4.5)
_NEAR = 1e-12


def hampel(values: ArrayLike, scale: float) -> float:
    """Location x* with ``sum psi((x_i - x*) / s) = 0``, the solution nearest to the median; the median where two are.

    ``psi(q)`` is q up to 1.5, 1.5 up to 3, ``4.5 - q`` up to 4.5 and 0 beyond, odd: results more than 4.5 s away do not
    count. The sum is straight between its 6 p corners ``x_i +- 1.5 s, 3 s, 4.5 s``, so that all solutions are found.
    Shape (laboratories,). Raises DesignError for a scale that is not above 0, or no finite results.

    >>> hampel([1.0, 2.0, 3.0, 50.0], 1.0)
    2.0
    """
    x = finite_results(values, least=1)
    if not (np.isfinite(scale) and scale > 0.0):
        raise DesignError(say("proficiency.scale", scale=scale))
    median = float(np.median(x))
    y = np.sort((x - median) / scale)
    corners = np.unique(np.concatenate([y + sign * c for c in _CORNERS for sign in (-1.0, 1.0)]))
    sums = _sum_of_psi(y, corners)
    sums[np.abs(sums) <= _NEAR * len(y)] = 0.0
    falls = np.flatnonzero(sums[:-1] * sums[1:] < 0.0)
    inner = corners[falls] - sums[falls] * (corners[falls + 1] - corners[falls]) / (sums[falls + 1] - sums[falls])
    found = np.sort(np.concatenate([inner, corners[sums == 0.0]]))
    nearest = float(np.min(np.abs(found)))
    near = found[np.abs(found) <= nearest + _NEAR]
    return median if near[-1] - near[0] > 4.0 * _NEAR else median + scale * float(near[0])


def _sum_of_psi(y: Array, at: Array) -> Array:
    """``sum psi(y_i - t)`` at each t, from sums over the ranges of the sorted y; shape of ``at``."""
    edges = [np.searchsorted(y, at + c) for c in (-4.5, -3.0, -1.5, 1.5, 3.0, 4.5)]
    sums = np.concatenate([[0.0], np.cumsum(y)])
    count = [b - a for a, b in pairwise(edges)]
    total = [sums[b] - sums[a] - (b - a) * at for a, b in pairwise(edges)]
    outer = -4.5 * count[0] - total[0] + 4.5 * count[4] - total[4]
    return np.asarray(outer - 1.5 * count[1] + total[2] + 1.5 * count[3], float)
