"""Limits widened by a bound: of labels whose errors may depend on the system's success, and of an upward bias."""

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


def lowered(limits: Limits, bias: float) -> Limits:
    """``[L - b, U]``, cut to the range, of a statistic whose expected value is too high by 0 to ``bias``.

    That of a sum of absolute values: ``0 <= E|S + e| - |S| <= E|e|`` for an error e of expected value 0, and the
    right side is the expected value where nothing is at fault (S = 0). The standard uncertainty is that of the
    spread alone.
    """

    def tails(tail: Array) -> tuple[Array, Array]:
        lower, upper = limits.tails(tail)
        return lower - bias, upper

    rule = say("coverage.rule.lowered", rule=limits.rule)
    return replace(limits, tails=clipped(tails, limits.bounds), rule=rule)
