"""Kernel density of the results of laboratories, and its modes: is there one group of laboratories, or several?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.quantity.assigned_value import positive
from measurand.quantity.robust import finite_results

Array = NDArray[np.float64]

_REACH = 9.0
"""Bandwidths beyond which a result adds nothing to a maximum that double precision holds."""
_NOTHING = 39.0
"""Bandwidths beyond which the normal density is 0 in double precision."""
_STEPS = 16
"""Steps of the search in one bandwidth."""
_BLOCK = 1 << 20
_HALVINGS = 60


@dataclass(frozen=True)
class Mode:
    """A maximum of the density, and the share of the area between the minima beside it."""

    place: float
    height: float
    share: float


def bandwidth_of_data(scale: float, count: int) -> float:
    """``h = 0.9 s* / p^0.2`` for a look at the results, s* a robust standard deviation (ISO 13528; Silverman 1986).

    >>> round(bandwidth_of_data(1.0, 32), 3)
    0.45
    """
    return 0.9 * positive("robust standard deviation", scale) / math.pow(positive("number of results", count), 0.2)


def bandwidth_of_sigma(sigma_pt: float) -> float:
    """``h = 0.75 sigma_pt``, that is ``0.25 delta_E``, to look for groups that matter for the scheme (ISO 13528)."""
    return 0.75 * positive("sigma_pt", sigma_pt)


def kernel_density(values: ArrayLike, at: ArrayLike, *, bandwidth: float) -> Array:
    """``f(t) = 1/(p h) sum phi((t - x_i) / h)``, phi the normal density; shape of ``at``. One result is enough.

    >>> round(float(kernel_density([0.0], [0.0], bandwidth=1.0)[0]), 6)  # 1 / sqrt(2 pi)
    0.398942
    """
    x, h = np.sort(finite_results(values, least=1)), positive("bandwidth", bandwidth)
    t = np.asarray(at, float)
    return _density(x, t.ravel(), h)[0].reshape(t.shape)


def modes(values: ArrayLike, *, bandwidth: float) -> list[Mode]:
    """All maxima of the density in rising order of place; the shares sum to 1.

    Each result far from all others is a mode of its own: look at the share. The slope is followed in steps of 1/16 of
    the bandwidth, so that two maxima nearer than that are one.

    >>> [round(m.share, 3) for m in modes([1.0, 1.1, 1.2, 9.0], bandwidth=0.5)]
    [0.75, 0.25]
    """
    x, h = np.sort(finite_results(values, least=1)), positive("bandwidth", bandwidth)
    parts = np.split(x, np.flatnonzero(np.diff(x) > 2.0 * _REACH * h) + 1)
    grid = np.concatenate([_around(part, h) for part in parts])
    slope = np.sign(_density(x, grid, h)[1])
    left, right, before, after = _turns(grid, slope)
    falling = (before > 0) & (after < 0)
    places = _halved(x, left[falling], right[falling], h, rising=1.0)
    minima = _halved(x, left[~falling], right[~falling], h, rising=-1.0)
    heights = _density(x, places, h)[0]
    return [Mode(float(p), float(f), s) for p, f, s in zip(places, heights, _shares(x, minima, h), strict=True)]


def _around(part: Array, h: float) -> Array:
    """Places from below to above a group of results. All maxima and minima near it lie between them."""
    low, high = float(part[0]) - _REACH * h / 2.0, float(part[-1]) + _REACH * h / 2.0
    return np.linspace(low, high, math.ceil((high - low) / h * _STEPS) + 1)


def _turns(grid: Array, slope: Array) -> tuple[Array, Array, Array, Array]:
    """Places on both sides of each change of sign of the slope, and the signs there; zeros are passed over."""
    known = np.flatnonzero(slope)
    turn = np.flatnonzero(np.diff(slope[known]) != 0)
    first, second = known[turn], known[turn + 1]
    return grid[first], grid[second], slope[first], slope[second]


def _halved(x: Array, left: Array, right: Array, h: float, *, rising: float) -> Array:
    """Where the slope, of the sign ``rising`` on the left, is 0."""
    for _ in range(_HALVINGS if len(left) else 0):
        middle = 0.5 * (left + right)
        before = rising * _density(x, middle, h)[1] > 0.0
        left, right = np.where(before, middle, left), np.where(before, right, middle)
    return 0.5 * (left + right)


def _density(x: Array, at: Array, h: float) -> tuple[Array, Array]:
    """Density and a multiple of its slope above 0; ``x`` is sorted."""
    f, slope = np.empty(len(at)), np.empty(len(at))
    rows = max(1, _BLOCK // len(x))
    for start in range(0, len(at), rows):
        t = at[start : start + rows]
        near = slice(*np.searchsorted(x, [t.min() - _NOTHING * h, t.max() + _NOTHING * h]))
        q = (x[near] - t[:, None]) / h
        phi = np.exp(-0.5 * q * q)
        f[start : start + rows] = phi.sum(axis=1)
        slope[start : start + rows] = (q * phi).sum(axis=1)
    return f / (len(x) * h * math.sqrt(2.0 * math.pi)), slope


def _shares(x: Array, minima: Array, h: float) -> list[float]:
    """Area of the density between the minima."""
    from scipy.special import ndtr

    below = [0.0, *(float(np.mean(ndtr((m - x) / h))) for m in minima), 1.0]
    return [high - low for low, high in pairwise(below)]
