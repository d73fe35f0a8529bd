"""Limits at any level from a ladder of stored ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.limits import Limits, clipped
from measurand.quantity.student import normal_factor

Array = NDArray[np.float64]


def from_ladder(
    value: float, u: float, df: float, *, rule: str, level: Sequence[float], lower: Sequence[float],
    upper: Sequence[float], bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Limits:  # fmt: skip
    """Limits whose deviations from ``value`` are linear in the normal factor of the level between stored levels.

    At a stored level they are the stored ones; beyond the highest the last slope goes on; at level 0 they are the value
    itself. Raises DesignError for levels that do not rise or limits that do not enclose each other.
    """
    p = np.asarray(level, float)
    a, b = np.asarray(lower, float), np.asarray(upper, float)
    if len(p) < 2 or np.any(np.diff(p) <= 0.0) or np.any(np.diff(a) > 0.0) or np.any(np.diff(b) < 0.0):
        raise DesignError(say("comparison.ladder"))
    z = np.concatenate([[0.0], normal_factor((1.0 - p) / 2.0)])
    below, above = np.concatenate([[0.0], value - a]), np.concatenate([[0.0], b - value])

    def tails(tail: Array) -> tuple[Array, Array]:
        at = normal_factor(np.minimum(np.asarray(tail, float), 0.5))
        return value - _along(z, below, at), value + _along(z, above, at)

    return Limits(value, u, df, rule, clipped(tails, bounds), bounds)


def _along(z: Array, deviation: Array, at: Array) -> Array:
    slope = (deviation[-1] - deviation[-2]) / (z[-1] - z[-2])
    inside = np.interp(at, z, deviation)
    return np.asarray(np.where(at > z[-1], deviation[-1] + slope * (at - z[-1]), inside))
