"""Directions spread evenly over a sphere: the points of integrals over correlated normal variables."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def directions(shift: Array, first: int, last: int) -> Array:
    """Points number ``first`` to ``last`` of each shift, as unit vectors (shifts, points, rank).

    A lattice with the generators sqrt(prime) (Richtmyer 1951) in the cube, moved by ``shift`` (shifts, rank) and
    mapped to normal variables. In two dimensions all shifts together are equal angles.
    """
    from scipy.special import ndtri

    shifts, rank = shift.shape
    if rank == 1:
        return np.ones((shifts, last - first, 1))
    if rank == 2:
        angle = 2.0 * np.pi * (np.arange(first * shifts, last * shifts) + 0.5) / ((last - first) * shifts)
        return np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(-1, shifts, 2).swapaxes(0, 1)
    lattice = np.outer(np.arange(first + 1.0, last + 1.0), np.sqrt(_primes(rank)))
    x = (lattice[None] + shift[:, None, :]) % 1.0
    z = ndtri(np.clip(x, 1e-15, 1.0 - 1e-15))
    return np.asarray(z / np.linalg.norm(z, axis=-1, keepdims=True), float)


@cache
def _primes(count: int) -> Array:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % p for p in found):
            found.append(candidate)
        candidate += 1
    return np.array(found, float)
