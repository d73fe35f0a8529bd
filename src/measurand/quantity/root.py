"""The root of a function that falls, inside known limits; many points at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_PARTS = 16
_ROUNDS = 200
_NEAR = 4e-16
"""Relative width at which the limits count as one number."""


def falling_root(f: Callable[[Array], Array], lower: float, upper: float) -> float:
    """``x`` between ``lower`` and ``upper`` where ``f`` goes from above 0 to at most 0.

    ``f`` takes and gives shape (points,). Each round cuts the limits into 16 parts; nothing can diverge. Where ``f``
    is nowhere above 0 the answer is ``lower``, where it is everywhere above 0 it is ``upper``.
    """
    for _ in range(_ROUNDS):
        if upper - lower <= _NEAR * max(abs(lower), abs(upper)):
            break
        points = np.linspace(lower, upper, _PARTS + 1)
        above = f(points) > 0.0
        first = int(np.argmin(above)) if not above.all() else _PARTS + 1  # the first point not above 0
        if first in (0, _PARTS + 1):
            return lower if first == 0 else upper
        narrower = float(points[first - 1]), float(points[first])
        if narrower == (lower, upper):
            break
        lower, upper = narrower
    return 0.5 * (lower + upper)
