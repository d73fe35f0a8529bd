"""Labels whose errors may depend on the system's success: the bounds that their error rate implies (INTERVALS R8)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from measurand.message import say
from measurand.quantity.limits import Limits, clipped

Array = NDArray[np.float64]


def widened(limits: Limits, error: float) -> Limits:
    """``[L - e, U + e]``, cut to the range: valid whatever the errors depend on, for a share of items."""

    def tails(tail: Array) -> tuple[Array, Array]:
        lower, upper = limits.tails(tail)
        return lower - error, upper + error

    rule = say("coverage.rule.bound", rule=limits.rule)
    u = float(np.hypot(limits.u, error / np.sqrt(3)))
    return replace(limits, tails=clipped(tails, limits.bounds), rule=rule, u=u)
