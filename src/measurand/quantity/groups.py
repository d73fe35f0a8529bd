"""What several groups give together: the worst of them, the gap between them, and each against one of them.

The smallest of several estimates is too small on average, since selection prefers unlucky groups. If g is the truly
worst group, its own lower limit is below its value with the probability asked for, and the smallest lower limit is not
above it: no adjustment (intersection-union, Berger 1982). Only the other side takes limits that hold for all groups
together (the largest of correlated normal deviations: Hothorn, Bretz & Westfall 2008).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.limits import Limits, Rule
from measurand.quantity.mover import UNBOUNDED, difference, ratio
from measurand.quantity.randomness import generator
from measurand.quantity.student import normal_tail

Array = NDArray[np.float64]
Pairs = Mapping[tuple[int, int], Limits]
DRAWS = 20_000
"""Joint normal draws, for the largest deviation and for the selection bias."""
RESOLVED = 50
"""Draws beyond a quantile, below which Bonferroni's tail is used."""


@dataclass(frozen=True, eq=False)
class Extreme:
    """A quantity that depends on which group is the smallest or the largest."""

    limits: Limits
    """Their value is ``raw - bias``, inside of the bounds; that of ``worst`` not beyond the mean of the groups."""
    raw: float
    """From the groups' values as they are."""
    bias: float
    """Selection bias of ``raw``, by parametric draws."""
    groups: tuple[int, ...]
    """Positions of the groups that give ``raw``: one, or the largest and the smallest."""


def worst(parts: Sequence[Limits], *, rho: ArrayLike | None = None, largest: bool = False) -> Extreme:
    """The smallest of the groups' values (``largest``: the largest, where small values are good).

    Lower limit ``min_g l_g(tail)``; upper limit ``min_g u_g(tail')``, with ``tail'`` for all groups together.
    ``rho`` (groups, groups): correlations of the values, absent: independent. Raises DesignError for fewer than two.
    """
    values, u, r = _read(parts, rho)
    pick: Callable[[Array], Array] = _largest if largest else _smallest
    together = _joint(_deviations(r).max(axis=1), tests=len(parts))

    def tails(tail: Array) -> tuple[Array, Array]:
        alone, joint = _tails(parts, tail), _tails(parts, together(tail))
        lower, upper = (joint if largest else alone)[0], (alone if largest else joint)[1]
        return np.clip(pick(lower.T).T, *parts[0].bounds), np.clip(pick(upper.T).T, *parts[0].bounds)

    at = int(np.argmax(values) if largest else np.argmin(values))
    limits = replace(parts[at], rule=say("coverage.rule.worst", rule=parts[at].rule), tails=tails, counts=None)
    # the smallest of the true values is not above their mean: there all groups would be equal
    mean = float(np.average(values, weights=u**-2.0 if np.all(u > 0.0) else None))
    ends = (mean, np.inf) if largest else (-np.inf, mean)
    return _corrected(limits, float(values[at]), _bias(values, u, r, pick), (at,), ends)


def gap(parts: Sequence[Limits], *, rho: ArrayLike | None = None) -> Extreme:
    """The largest less the smallest of the groups' values.

    Upper limit: the largest of the pairs' upper limits, one at a time. Lower limit: the largest of the pairs' lower
    limits that hold together, at least 0. Raises DesignError for fewer than two groups.
    """
    values, u, r = _read(parts, rho)
    low, high = parts[0].bounds
    held = [_held(p) for p in parts]
    # the difference the other way round has the limits (-upper, -lower)
    pairs = {(i, j): difference(held[i], held[j], rho=r[i, j]) for i, j in _ordered(len(parts)) if i < j}
    together = _joint(_largest_difference(_deviations(r) * u, pairs, absolute=True), tests=2 * len(pairs))

    def tails(tail: Array) -> tuple[Array, Array]:
        every = list(pairs.values())
        joint, alone = _tails(every, together(tail)), _tails(every, tail)
        lower, upper = np.maximum(joint[0], -joint[1]).max(axis=0), np.maximum(alone[1], -alone[0]).max(axis=0)
        return np.clip(lower, 0.0, high - low), np.clip(upper, 0.0, high - low)

    at = _two(int(np.argmax(values)), int(np.argmin(values)))
    one = difference(held[at[0]], held[at[1]], rho=r[at])
    limits = replace(one, rule=say("coverage.rule.gap", rule=one.rule), tails=tails, bounds=(0.0, high - low))
    return _corrected(limits, float(np.ptp(values)), _bias(values, u, r, lambda x: _largest(x) - _smallest(x)), at)


def ratio_gap(parts: Sequence[Limits], *, rho: ArrayLike | None = None) -> Extreme:
    """The smallest over the largest of the groups' values, at most 1 (the "four-fifths" ratio of selection rates).

    Lower limit: the smallest of the pairs' lower limits, one at a time. Upper limit: the smallest of their upper
    limits that hold together. Raises DesignError for fewer than two groups, RefusedError for a value that is not
    positive.
    """
    values, u, r = _read(parts, rho)
    held = [_held(p) for p in parts]
    pairs = {(i, j): ratio(held[i], held[j], rho=r[i, j]) for i, j in _ordered(len(parts))}
    together = _joint(_largest_difference(_deviations(r) * (u / values), pairs), tests=len(pairs))

    def tails(tail: Array) -> tuple[Array, Array]:
        every = list(pairs.values())
        lower, upper = _tails(every, tail)[0].min(axis=0), _tails(every, together(tail))[1].min(axis=0)
        return np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0)

    at = _two(int(np.argmin(values)), int(np.argmax(values)))
    one = pairs[at]
    limits = replace(one, rule=say("coverage.rule.ratio_gap", rule=one.rule), tails=tails, bounds=(0.0, 1.0))
    raw = float(values[at[0]] / values[at[1]])
    # on the log, where the draws cannot cross 0 and groups far apart have no bias
    bias = _bias(np.log(values), u / values, r, lambda x: _smallest(x) - _largest(x))
    return _corrected(limits, raw, raw * (1.0 - float(np.exp(-bias))), at)


def against(
    parts: Sequence[Limits], reference: int, *, rho: ArrayLike | None = None, kind: str = "difference",
    pairs: Mapping[int, Limits] | None = None,
) -> dict[int, Limits]:  # fmt: skip
    """Each other group less the one at position ``reference`` (``kind="ratio"``: over it), limits that hold together.

    Dunnett's comparison for any limits and correlations: the tail of one limit is that of the largest absolute
    deviation. ``pairs``: limits of each alone, where they are not composed of the ``parts``. Raises DesignError for
    fewer than two groups, RefusedError as ``ratio`` does.
    """
    values, u, r = _read(parts, rho)
    combine = difference if kind == "difference" else ratio
    given = pairs or {i: combine(p, parts[reference], rho=r[i, reference]) for i, p in enumerate(parts)
                      if i != reference}  # fmt: skip
    several = {(i, reference): one for i, one in given.items()}
    scale = u if kind == "difference" else u / np.where(values > 0, values, 1.0)
    largest = _largest_difference(_deviations(r) * scale, several, absolute=True)
    together = _joint(largest, tests=len(several), sides=2)
    return {i: _together(one, together, len(several)) for i, one in given.items()}


def _together(one: Limits, together: Callable[[Array], Array], count: int) -> Limits:
    if count == 1:
        return one
    rule = say("coverage.rule.together", rule=one.rule, count=count)
    return replace(one, rule=rule, tails=lambda tail: one.tails(together(tail)), counts=None)


def _read(parts: Sequence[Limits], rho: ArrayLike | None) -> tuple[Array, Array, Array]:
    if len(parts) < 2:
        raise DesignError(say("coverage.groups", count=len(parts)))
    r = np.eye(len(parts)) if rho is None else np.asarray(rho, float)
    return np.array([p.value for p in parts]), np.array([p.u for p in parts]), r


def _ordered(count: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(count) for j in range(count) if i != j]


def _two(i: int, j: int) -> tuple[int, int]:
    """Two groups, also where all values are equal."""
    return (i, j) if i != j else (0, 1)


def _held(part: Limits) -> Limits:
    """The same limits, evaluated once at each tail: every group enters many pairs."""
    seen: dict[bytes, tuple[Array, Array]] = {}

    def tails(tail: Array) -> tuple[Array, Array]:
        key = np.asarray(tail, float).tobytes()
        if key not in seen:
            seen[key] = part.tails(tail)
        return seen[key]

    return replace(part, tails=tails)


def _tails(parts: Sequence[Limits], tail: Array) -> tuple[Array, Array]:
    """Limits of each part, shape (parts, ...)."""
    both = [p.tails(np.asarray(tail, float)) for p in parts]
    return np.stack([low for low, _ in both]), np.stack([high for _, high in both])


def _deviations(r: Array) -> Array:
    """Joint normal deviations of variance 1, shape (draws, groups); the same for the same number of groups."""
    eigenvalue, vector = np.linalg.eigh(r)
    # the symmetric root: the signs of eigenvectors, which differ from machine to machine, drop out
    root = (vector * np.sqrt(np.maximum(eigenvalue, 0.0))) @ vector.T
    return np.asarray(_independent(len(r)) @ root)


@lru_cache(maxsize=8)
def _independent(count: int) -> Array:
    drawn = generator(f"groups/{count}").standard_normal((DRAWS, count))
    drawn.flags.writeable = False
    return drawn


def _largest_difference(deviation: Array, pairs: Pairs, *, absolute: bool = False) -> Array:
    """The largest of the pairs' differences, each over its standard deviation, shape (draws,)."""
    covariance = np.cov(deviation, rowvar=False)
    out = np.full(len(deviation), -np.inf)
    for i, j in pairs:  # one pair at a time: all of them would not fit in memory for many groups
        variance = covariance[i, i] + covariance[j, j] - 2.0 * covariance[i, j]
        if variance > 0.0:
            one = (deviation[:, i] - deviation[:, j]) / np.sqrt(variance)
            np.maximum(out, np.abs(one) if absolute else one, out=out)
    return out


def _joint(largest: Array, *, tests: int, sides: int = 1) -> Callable[[Array], Array]:
    """The tail of one limit with which ``tests`` of them hold together: of the largest deviation, never below
    Bonferroni's."""
    ordered = np.sort(largest)
    probability = np.linspace(0.0, 1.0, len(ordered))

    def together(tail: Array) -> Array:
        tail = np.asarray(tail, float)
        bonferroni, outside = tail / tests, sides * tail
        exact = normal_tail(np.interp(1.0 - outside, probability, ordered))
        return np.where(outside * len(ordered) < RESOLVED, bonferroni, np.clip(exact, bonferroni, tail))

    return together


def _bias(values: Array, u: Array, r: Array, function: Callable[[Array], Array]) -> float:
    """``E[f(x + e)] - f(x)`` with ``e`` the groups' errors, at values drawn together as far as their spread is error.

    The values spread more than the truths. They are drawn to their mean until their variance is that which the
    errors do not explain (constrained empirical Bayes, Louis 1984), so that equal groups have their full bias.
    """
    centre, m = float(values.mean()), len(values)
    spread = float(values.var(ddof=1))
    error = float(np.mean(u**2) - ((u[:, None] * u * r).sum() - np.sum(u**2)) / (m * (m - 1)))
    shrink = np.sqrt(max(0.0, 1.0 - error / spread)) if spread > 0.0 else 0.0
    x = centre + shrink * (values - centre)
    return float(np.mean(function(x + _deviations(r) * u)) - function(x))


def _smallest(x: Array) -> Array:
    return np.asarray(np.min(x, axis=-1))


def _largest(x: Array) -> Array:
    return np.asarray(np.max(x, axis=-1))


def _corrected(
    limits: Limits, raw: float, bias: float, groups: tuple[int, ...], ends: tuple[float, float] = UNBOUNDED
) -> Extreme:
    value = float(np.clip(np.clip(raw - bias, *ends), *limits.bounds))
    return Extreme(replace(limits, value=value, tails=_around(limits.tails, value)), raw, bias, groups)


def _around(tails: Rule, value: float) -> Rule:
    """The limits, and the value inside of them at every level."""

    def limits(tail: Array) -> tuple[Array, Array]:
        lower, upper = tails(tail)
        return np.minimum(lower, value), np.maximum(upper, value)

    return limits
