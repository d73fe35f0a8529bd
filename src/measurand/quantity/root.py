"""The root of a function that falls, inside known limits; many points at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ROUNDS = 2200
"""More than halving needs to reach any two neighbouring numbers."""
_NEAR = 4e-16
"""Relative width at which the limits count as one number."""


def falling_root(f: Callable[[Array], Array], lower: float, upper: float, *, parts: int = 16) -> float:
    """``x`` between ``lower`` and ``upper`` where ``f`` goes from above 0 to at most 0.

    ``f`` takes and gives shape (points,). Each round cuts the limits into ``parts``; nothing can diverge. Where ``f``
    is not above 0 at ``lower`` the answer is ``lower``, where it is above 0 at ``upper`` it is ``upper``.
    """
    at_lower, at_upper = (float(v) for v in f(np.array([lower, upper])))
    if at_lower <= 0.0 or at_upper > 0.0:
        return lower if at_lower <= 0.0 else upper
    for _ in range(_ROUNDS):
        points = np.linspace(lower, upper, parts + 1)
        first = 1 + int(np.argmin(np.append(f(points[1:-1]) > 0.0, False)))  # the first point not above 0
        narrower = float(points[first - 1]), float(points[first])
        if narrower == (lower, upper) or upper - lower <= _NEAR * max(abs(lower), abs(upper)):
            break
        lower, upper = narrower
    return 0.5 * (lower + upper)
