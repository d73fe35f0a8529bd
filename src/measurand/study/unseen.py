"""The spread that observations did not show, as a source: u and the limits rest on one distribution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from measurand.message import say
from measurand.quantity.estimate import Estimate
from measurand.quantity.limits import Limits
from measurand.quantity.source import one_input
from measurand.study.arm import Arm
from measurand.study.compose import Outcome
from measurand.study.crossing import UNIT
from measurand.study.lines import UNSEEN, dropped
from measurand.study.margins import effect_variances
from measurand.study.shared_levels import at_levels

Array = NDArray[np.float64]
MATTERS = 0.02
"""Share of the variance below which the first order stands: 1 % of u."""


def with_unseen(outcome: Outcome) -> Outcome:
    """Add, as a source of its own, what the variance of a result lacks beside its limits.

    One arm: where its sample shows no spread, the variance of the limits less that of first order. A contrast:
    ``sum_ij a_i a_j rho_ij u_i u_j`` less the variance of first order: u_i is that which part i has alone, rho_ij is
    cut at ``1 - 1/n0`` and phi has 1/2 in each discordant cell, as in the limits (INTERVALS R5). Where all observations
    agree, or a part is at the end of its range, the first order sees next to nothing of it. The source is of type B,
    of the component whose spread it completes; only models of the result share it.
    """
    more = _of_contrast(outcome) if outcome.parts else _of_arm(outcome)
    if not more > 0.0:
        return outcome
    estimate = outcome.estimate
    of_units = [k for k in estimate.sources if outcome.effect_of_key.get(k) == (UNIT,)]
    component = estimate.sources[(of_units or list(estimate.sources))[0]].component
    key = f"{UNSEEN}{outcome.arms[0].keys.record}:{outcome.name}"
    sources = {**estimate.sources, key: one_input(key, component)}
    parts = {**estimate.parts, (key, say("budget.unseen_spread")): np.array([[np.sqrt(more)]])}
    return replace(outcome, estimate=replace(estimate, sources=sources, parts=parts))


def unseen_variance(estimate: Estimate) -> float:
    """Variance that an estimate of one output has from sources of spread that observations did not show."""
    own = [p for (key, _), p in estimate.parts.items() if key.startswith(UNSEEN)]
    return float(sum(np.sum(p**2) for p in own))


def _of_arm(outcome: Outcome) -> float:
    first = _first(outcome)
    spreadless = is_spreadless(outcome.limits, outcome.bounds, first)
    observed = any(k in outcome.effect_of_key for k in outcome.estimate.sources)
    return outcome.limits.u**2 - first if spreadless and observed else 0.0


def _of_contrast(outcome: Outcome) -> float:
    if not outcome.estimate.sources:
        return 0.0
    first = _first_of if outcome.levels is None else _first_at_levels
    au = outcome.coefficients * [_alone(p, first(a)) for p, a in zip(outcome.parts, outcome.arms, strict=True)]
    variance = float(au @ outcome.rho @ au) + (outcome.levels or 0.0)
    more = variance - _first(outcome)
    return more if more > MATTERS * variance else 0.0


def _first(outcome: Outcome) -> float:
    """Variance of first order; negative components of factors count as 0."""
    effects = effect_variances(outcome.estimate, outcome.inner, outcome.effect_of_key, outcome.inside)
    return float(outcome.estimate.variance[0]) - sum(dropped(effects).values())


def _first_of(arm: Arm) -> float:
    """Variance of first order of an arm; negative components of factors count as 0."""
    s = arm.sampled
    effects = effect_variances(arm.estimate, s.inner, s.effect_of_key, s.inside)
    return max(float(arm.estimate.variance[0]) - sum(dropped(effects).values()), 0.0)


def _first_at_levels(arm: Arm) -> float:
    """Variance of first order of an arm at these levels of its random factors."""
    return max(float(at_levels(arm.estimate).variance[0]), 0.0)


def _alone(part: Limits, first: float) -> float:
    """The standard uncertainty of an arm as a result of its own, from its variance of first order."""
    return max(part.u, float(np.sqrt(first))) if is_spreadless(part, part.bounds, first) else float(np.sqrt(first))


def is_spreadless(limits: Limits, bounds: tuple[float, float], first: float) -> bool:
    """Whether the sample shows no spread, of which ``first`` is the variance: u is then that of the limits."""
    return at_bound(limits, bounds) or first <= 1e-12 * limits.u**2


def at_bound(limits: Limits, bounds: tuple[float, float]) -> bool:
    """Whether the value is at an end of the range up to rounding, over the range or, where it has one end, over u."""
    low, high = bounds
    size = high - low if np.isfinite(high - low) else limits.u
    return any(abs(limits.value - b) <= 1e-10 * max(size, abs(b)) for b in bounds if np.isfinite(b))
