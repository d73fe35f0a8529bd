"""Two results that were measured at the same levels of crossed random factors: what is left of these in a difference.

Limits of a difference are composed from those of both results (INTERVALS R5). A result's limits hold the spread of the
levels of its factors with Student's factor of few degrees of freedom, also where most of that spread is common and
leaves the difference. So both results enter with their limits *at these levels*, and the levels enter once, with the
mean squares of the difference (decision record 0021).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.coverage import rounding
from measurand.quantity.crossed_levels import Effect, MeanSquare, levels_part, with_levels
from measurand.quantity.estimate import Estimate, covariance
from measurand.quantity.limits import Limits
from measurand.quantity.mover import difference, ratio
from measurand.quantity.source import gram
from measurand.study.crossing import UNIT
from measurand.study.lines import UNSEEN

Array = NDArray[np.float64]
ITEMS, FACTOR, CROSS = "items:", "factor:", "cross:"


@dataclass(frozen=True, eq=False)
class AtLevels:
    """One result at these levels of its crossed random factors."""

    estimate: Estimate
    """With all of its sources."""
    limits: Limits
    """Without what the levels add."""
    floor: float
    """n0 of INTERVALS R2: correlations are cut at ``1 - 1/n0``."""
    df: Mapping[str, float]
    """Degrees of freedom of each mean square of the factors, by the name of its margin ("(unit)*prompt"). The sources
    of a record's parts hold the fewest of all of its results."""


@dataclass(frozen=True, eq=False)
class Composed:
    """Limits of a difference or a ratio, and what they were composed of."""

    limits: Limits
    parts: tuple[Limits, Limits]
    rho: float
    """Correlation of both parts."""
    levels: float
    """Variance of the difference that the levels add; of a ratio on the logarithm."""


def margins_of(estimate: Estimate) -> dict[Effect, str]:
    """Crossed dimensions -> key of their source, of the margins of type A."""
    found = {}
    for key, source in estimate.sources.items():
        if key.startswith(ITEMS):
            found[frozenset({UNIT})] = key
        elif key.startswith((FACTOR, CROSS)) and source.type == "A":
            found[frozenset(_name(key).split("*"))] = key
    return found


def df_of_margins(estimate: Estimate) -> dict[str, float]:
    """Degrees of freedom of each margin of the factors, by name."""
    return {_name(k): s.df for k, s in estimate.sources.items() if k.startswith((FACTOR, CROSS)) and s.type == "A"}


def _name(key: str) -> str:
    return key.rpartition(":")[2]


def has_levels(estimate: Estimate) -> bool:
    """Whether units and at least one factor are random and crossed."""
    margins = margins_of(estimate)
    return frozenset({UNIT}) in margins and any(UNIT not in effect for effect in margins)


def share_levels(first: AtLevels, second: AtLevels) -> bool:
    """Whether both were measured at the same levels of the same crossed factors, all of them."""
    one, other = first.estimate, second.estimate
    a, b = margins_of(one), margins_of(other)
    factors = {_name(key): key for effect, key in a.items() if UNIT not in effect}
    return (
        a.keys() == b.keys()
        and set(factors.values()) <= set(b.values())
        and all(set(one.sources[key].levels) == set(other.sources[key].levels) for key in factors.values())
        and all(first.df[name] == second.df[name] for name in factors)
    )


def at_levels(estimate: Estimate) -> Estimate:
    """The estimate without the margins of factors, and without spread that was not observed."""
    kept = {key: s for key, s in estimate.sources.items() if not key.startswith((FACTOR, CROSS, UNSEEN))}
    return Estimate(
        estimate.outputs, estimate.value, kept, {place: p for place, p in estimate.parts.items() if place[0] in kept}
    )


def composed(
    first: AtLevels | None, second: AtLevels | None, *, log: bool, bounds: tuple[float, float] = (-np.inf, np.inf)
) -> Composed | None:  # fmt: skip
    """Limits of ``second - first`` (``log``: ``second / first``); None where the two do not share all of their levels,
    and for a ratio of 0, which has no logarithm.

    Raises RefusedError as ``ratio`` does.
    """
    if first is None or second is None or not share_levels(first, second) or (log and second.limits.value <= 0.0):
        return None
    rho = _correlation(first, second)
    if log:
        base = ratio(second.limits, first.limits, rho=rho)
        slopes = (-1.0 / first.limits.value, 1.0 / second.limits.value)
    else:
        base = difference(second.limits, first.limits, rho=rho, bounds=bounds)
        slopes = (-1.0, 1.0)
    part = levels_part(_mean_squares(first, second, slopes), units=UNIT)
    return Composed(with_levels(base, part, log=log), (first.limits, second.limits), rho, part.u**2)


def _correlation(first: AtLevels, second: AtLevels) -> float:
    a, b = at_levels(first.estimate), at_levels(second.estimate)
    # what rounding leaves of a variance that is zero correlates with nothing
    if any(float(e.variance[0]) <= rounding(r.limits.value, r.limits.bounds) for e, r in ((a, first), (b, second))):
        return 0.0
    n0 = min(first.floor, second.floor)
    most = 1.0 - 1.0 / n0 if n0 > 1.0 else 0.0
    return float(np.clip(covariance(a, b)[0, 0] / np.sqrt(a.variance[0] * b.variance[0]), -most, most))


def _mean_squares(first: AtLevels, second: AtLevels, slopes: tuple[float, float]) -> Mapping[Effect, MeanSquare]:
    """Mean squares of the difference in every margin but that of the units alone."""
    a, b = margins_of(first.estimate), margins_of(second.estimate)
    found = {}
    for effect in a:
        if effect == frozenset({UNIT}):
            continue
        one, other = first.estimate.sources[a[effect]], second.estimate.sources[b[effect]]
        x, y = first.estimate.total(a[effect]), second.estimate.total(b[effect])
        variance = slopes[0] ** 2 * gram(one, x, one, x) + slopes[1] ** 2 * gram(other, y, other, y)
        if a[effect] == b[effect]:
            variance = variance + 2.0 * slopes[0] * slopes[1] * gram(one, x, other, y)
        found[effect] = MeanSquare(
            abs(float(variance[0, 0])), min(first.df[_name(a[effect])], second.df[_name(b[effect])])
        )
    return found
