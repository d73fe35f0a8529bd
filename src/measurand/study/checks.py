"""The two checks of every evaluation: sampling against the bootstrap, propagation against Monte Carlo (JCGM 101)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.document.expression import parse
from measurand.document.result import Check, Curve
from measurand.document.rounding import significant
from measurand.errors import RefusedError, StatisticError
from measurand.message import say
from measurand.quantity.estimate import Estimate, covariance, stack
from measurand.quantity.expression import evaluate, names
from measurand.quantity.limits import Limits, clipped
from measurand.quantity.montecarlo import Trials, adaptive, run, validation
from measurand.quantity.randomness import generator
from measurand.quantity.resample import agreement, bootstrap
from measurand.quantity.student import normal_tail
from measurand.study.arm import Arm
from measurand.study.compose import Known, Outcome
from measurand.study.crossing import UNIT
from measurand.study.densities import densities
from measurand.study.interval import at_level
from measurand.study.margins import SPREAD

Array = NDArray[np.float64]
ROW_REPLICATES = 6_000_000
"""Rows times replicates that the bootstrap may take."""


@dataclass(frozen=True, eq=False)
class Checked:
    """An arm after its check: its own parts, or parts scaled to the bootstrap's spread."""

    arm: Arm
    check: Check | None
    resampled: bool


def bootstrap_check(arm: Arm, *, key: str, always: bool = False) -> Checked:
    """Compare the spread of the units' contributions with the cluster bootstrap of the value itself.

    Agreement within 10 % + 3 Monte Carlo errors is recorded; otherwise (or if ``always``) the contributions are scaled
    to the bootstrap's standard error. Linear values are equal by construction and checked all the same.
    """
    units = arm.sampled.units
    c = units.contribution[:, 0]
    count = np.bincount(units.block)[units.block]
    if UNIT not in arm.layout.dimension or np.any(count < 2):
        return Checked(arm, None, False)
    centred = c - (np.bincount(units.block, weights=c) / np.bincount(units.block))[units.block]
    first = float(np.sqrt(np.sum((1 - units.fraction) * count / (count - 1) * centred**2)))
    replicates = int(np.clip(ROW_REPLICATES / max(len(arm.weighed.w), 1), 60, 200))
    try:
        found = bootstrap(
            lambda w: np.array([arm.replicate(w)]), generator(key), units=len(c), replicates=replicates,
            block=units.block, fraction=units.fraction,
        )  # fmt: skip
    except StatisticError as error:
        text = say("check.bootstrap_undefined", why=error.findings[0].message)
        return Checked(arm, Check(name="bootstrap", passed=True, text=text), False)
    u, error_of_u = float(found.u[0]), float(found.u_error[0])
    agreed = agreement(first, u, error_of_u)
    text = say("check.bootstrap", ratio=f"{agreed.ratio:.2f}", allowed=f"{agreed.allowed:.2f}", replicates=replicates)
    scale = u / first if (always or not agreed.agrees) and first > 0 else 1.0
    check = Check(name="bootstrap", passed=agreed.agrees, text=text)
    return Checked(_scaled(arm, scale) if scale != 1.0 else arm, check, scale != 1.0)


def _scaled(arm: Arm, factor: float) -> Arm:
    keys = {k for k, e in arm.sampled.effect_of_key.items() if e == (UNIT,)}

    def wider(e: Estimate) -> Estimate:
        parts = {k: p * factor if k[0] in keys and k[1] == SPREAD else p for k, p in e.parts.items()}
        return replace(e, parts=parts)

    units = replace(arm.sampled.units, contribution=arm.sampled.units.contribution * factor)
    sampled = replace(arm.sampled, estimate=wider(arm.sampled.estimate), inner=wider(arm.sampled.inner), units=units)
    plain = arm.plain and not arm.aim.statistic.smooth  # order statistics are exact and take no spread from it
    return replace(arm, estimate=wider(arm.estimate), sampled=sampled, plain=plain)


@dataclass(frozen=True, eq=False)
class Propagated:
    """A result of a model after its check."""

    limits: Limits
    check: Check
    monte_carlo: bool
    variance: float
    """Variance of the limits' distribution: that of Monte Carlo where it is the result."""
    curves: tuple[Curve, ...] = ()
    """Both distributions, for their picture."""


def propagation_check(
    outcome: Outcome, own: Outcome | None, others: Mapping[str, Outcome], known: Known, *, key: str, p: float,
    always: bool,
) -> Propagated:  # fmt: skip
    """Propagate the distributions of the parts through the model and compare the intervals (JCGM 101, clause 8).

    Results of other measurands are drawn from the distributions of their own limits, joined by a normal copula with
    the correlations of their parts; inputs from the distributions that the procedure states.
    """
    tree = parse(outcome.measurand.model or "value")
    used: dict[str, Outcome] = {n: others[n] for n in names(tree) if n in others}
    if own is not None:
        used["value"] = own
    order = list(names(tree))
    estimates = [used[n].estimate if n in used else known.estimate[n] for n in order]
    root = _root(stack(estimates))
    alone = [n not in used and not np.any(np.delete(root[i], i)) for i, n in enumerate(order)]

    tables = {name: _marginal(outcome.limits) for name, outcome in used.items()}

    def value_of(name: str, at: int, z: Array, rng: Generator) -> Array:
        if name in tables:
            return tables[name](z[at])
        distribution = known.distribution[name]
        return distribution.draws(rng, z.shape[1]) if alone[at] else _known_marginal(distribution.quantile, z[at])

    def draw(rng: Generator, n: int) -> Array:
        z = root @ rng.standard_normal((len(order), n))
        values = {name: value_of(name, i, z, rng) for i, name in enumerate(order)}
        return np.asarray(evaluate(tree, values), float).reshape(1, -1)

    observed = bool(used)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        trials = run(draw, key, trials=100_000)[0] if observed else adaptive(draw, key, p=p, stricter=5.0)[0]
    if not np.all(np.isfinite(trials.values)):
        share = float(np.mean(~np.isfinite(trials.values)))
        text = say("check.propagation_undefined", percent=f"{100 * share:.2g}")
        return Propagated(
            outcome.limits, Check(name="propagation", passed=False, text=text), False, outcome.limits.u**2
        )
    interval = at_level(outcome.limits, p, outcome.measurand.id)
    seen = validation(trials, interval, u=outcome.limits.u, p=p, digits=1 if observed else 2)
    difference = max(seen.difference_lower, seen.difference_upper)
    text = say(
        "check.propagation", difference=significant(difference), tolerance=significant(seen.tolerance),
        trials=len(trials.values), u=significant(trials.u()),
    )  # fmt: skip
    check = Check(name="propagation", passed=seen.validated, text=text)
    both = densities(outcome.limits, trials, p=p)
    if seen.validated and not always:
        return Propagated(outcome.limits, check, False, outcome.limits.u**2, both)
    limits = _monte_carlo_limits(outcome, trials)
    if abs(limits.u - outcome.limits.u) <= 0.01 * limits.u:
        # within the numerical error of the trials: the first order has no error of its own
        limits = replace(limits, u=outcome.limits.u)
    return Propagated(limits, check, True, limits.u**2, both)


def _root(joint: Estimate) -> Array:
    c = covariance(joint, joint)
    u = np.sqrt(np.maximum(np.diagonal(c), 0.0))
    safe = np.where(u > 0, u, 1.0)
    r = c / safe[:, None] / safe[None, :]
    np.fill_diagonal(r, 1.0)
    eigenvalue, vector = np.linalg.eigh(r)
    # the symmetric root does not depend on the signs that a machine gives to eigenvectors
    return np.asarray((vector * np.sqrt(np.maximum(eigenvalue, 0.0))) @ vector.T)


def _marginal(limits: Limits) -> Callable[[Array], Array]:
    """Values at normal scores from the limits of a result, interpolated in a table of 551 scores on each side."""
    grid = np.linspace(0.0, 5.5, 551)
    lower, upper = limits.tails(normal_tail(grid))
    seen = np.isfinite(lower) & np.isfinite(upper)
    if not seen.any():
        raise RefusedError(say("coverage.no_limit", level="1 %", needs=limits.needs))

    def values(z: Array) -> Array:
        below, above = np.interp(-z, grid[seen], lower[seen]), np.interp(z, grid[seen], upper[seen])
        return np.where(z < 0, below, above)

    return values


def _known_marginal(quantile: Callable[[float], float], z: Array) -> Array:
    """Values at normal scores of an input that is correlated with another."""
    from scipy.special import ndtr

    return _quantiles(quantile, ndtr(z))


def _quantiles(quantile: Callable[[float], float], p: Array) -> Array:
    """Quantiles of a distribution at many probabilities, from a table of 4,001 (linear between; exact in the tails)."""
    if len(p) <= 4001:
        return np.array([quantile(float(x)) for x in p])
    grid = np.linspace(0.0005, 0.9995, 4001)
    table = np.array([quantile(float(x)) for x in grid])
    out = np.interp(p, grid, table)
    for i in np.flatnonzero((p < grid[0]) | (p > grid[-1])):
        out[i] = quantile(float(p[i]))
    return np.asarray(out)


def _monte_carlo_limits(outcome: Outcome, trials: Trials) -> Limits:
    values = trials.values
    last = len(values) - 1

    def tails(tail: Array) -> tuple[Array, Array]:
        t = np.asarray(tail, float) * last
        at = np.arange(len(values), dtype=float)
        return np.interp(t, at, values), np.interp(last - t, at, values)

    value, u = float(outcome.estimate.value[0]), trials.u()
    lower, upper = tails(np.array(0.1587))
    half = float(upper - lower) / 2
    warnings = outcome.limits.warnings
    if u > 2 * half > 0:
        # a ratio whose denominator may be zero has no standard deviation: that of the draws would mean nothing
        u, warnings = half, (*warnings, say("warning.no_deviation"))
    rule = say("coverage.rule.monte_carlo", trials=len(values))
    return Limits(value, u, np.inf, rule, clipped(tails, outcome.bounds), outcome.bounds, warnings)
