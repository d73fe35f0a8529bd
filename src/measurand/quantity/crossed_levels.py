"""What the levels of crossed random factors add to limits: each mean square with its own factor.

The variance of a mean over units and crossed random factors is a signed sum of mean squares,
``V = V_units + V_factor - V_units.factor``. With few levels the sum has no distribution of its own: every mean square
keeps Student's factor of its degrees of freedom, with its sign (Howe 1974 for a difference of mean squares; Banerjee
1960 for sums). To subtract a mean square with the factor of another one covers too little (decision record 0021).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from measurand.message import say
from measurand.quantity.budget import welch_satterthwaite
from measurand.quantity.limits import Limits, clipped
from measurand.quantity.student import student_factor

Array = NDArray[np.float64]
Effect = frozenset[str]
"""The crossed dimensions of a margin."""


@dataclass(frozen=True)
class MeanSquare:
    """The mean square of one margin, as a variance of the value (never negative)."""

    variance: float
    df: float


def effect_sum(values: Mapping[Effect, Array], units: str) -> Array:
    """``sum over effects without the units of max(sum over margins that contain it of -+ value, 0)``.

    >>> v = {frozenset("u"): np.array(5.0), frozenset("p"): np.array(3.0), frozenset("up"): np.array(1.0)}
    >>> float(effect_sum(v, "u"))
    2.0
    """
    total = np.zeros(())
    for effect in values:
        if units not in effect:
            own = sum((-1.0) ** (len(m) - len(effect)) * v for m, v in values.items() if effect <= m)
            total = total + np.maximum(np.asarray(own), 0.0)
    return np.asarray(total)


def levels_part(margins: Mapping[Effect, MeanSquare], *, units: str) -> Limits:
    """A part of value 0: the deviation that the levels of the crossed factors cause, beside that of the ``units``.

    ``margins``: all crossed margins but that of the units alone, unsigned. The squared deviation at a tail is
    ``effect_sum`` of ``t(nu_m)^2 V_m``, its ``u^2`` that of ``V_m``.
    """
    u2 = float(effect_sum({e: np.array(m.variance) for e, m in margins.items()}, units))
    factors = [m for e, m in margins.items() if units not in e]

    def limits(tail: Array) -> tuple[Array, Array]:
        tail = np.asarray(tail, float)
        squares = {e: student_factor(tail, m.df) ** 2 * m.variance for e, m in margins.items()}
        deviation = np.sqrt(effect_sum(squares, units)) + np.zeros_like(tail)
        return -deviation, deviation

    df = welch_satterthwaite([m.variance for m in factors], [m.df for m in factors])
    return Limits(0.0, float(np.sqrt(u2)), df, say("coverage.rule.levels"), limits)


def with_levels(base: Limits, levels: Limits, *, log: bool) -> Limits:
    """Limits of a difference (``log``: of a ratio, whose ``levels`` are on the logarithm) with its levels' part added.

    Squared deviations add up. ``base`` holds at these levels of the factors.
    """
    scale = base.value if log else 1.0
    u = float(np.hypot(base.u, scale * levels.u))

    def limits(tail: Array) -> tuple[Array, Array]:
        (lower, upper), (_, more) = base.tails(tail), levels.tails(tail)
        if not log:
            return base.value - np.hypot(base.value - lower, more), base.value + np.hypot(upper - base.value, more)
        with np.errstate(divide="ignore", over="ignore"):  # infinite where no limit exists
            down, up = np.log(base.value) - np.log(lower), np.log(upper) - np.log(base.value)
            return base.value * np.exp(-np.hypot(down, more)), base.value * np.exp(np.hypot(up, more))

    variances, df = [base.u**2, (scale * levels.u) ** 2], [base.df, levels.df]
    rule = say("coverage.rule.with_levels", rule=base.rule)
    return replace(
        base, u=u, df=welch_satterthwaite(variances, df), rule=rule, tails=clipped(limits, base.bounds), counts=None
    )
