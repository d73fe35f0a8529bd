"""From arms to results: one arm, a contrast of two, or a model of other results and inputs known from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from measurand.document.expression import parse
from measurand.document.number import real
from measurand.document.procedure import Correlation, Input, Measurand
from measurand.errors import DesignError, Finding, RefusedError, StatisticError
from measurand.message import say
from measurand.quantity.coverage import rounding
from measurand.quantity.distribution import Distribution, first_order
from measurand.quantity.estimate import Estimate, correlated_inputs, covariance, input_estimate, propagate, stack
from measurand.quantity.expression import Tree, evaluate, gradient, names
from measurand.quantity.gum import gum_limits
from measurand.quantity.knowledge import by_name
from measurand.quantity.limits import Limits
from measurand.quantity.mover import UNBOUNDED, composition, difference, pair_phi, ratio
from measurand.study.arm import Arm
from measurand.study.interval import at_levels_of, limits_of, named
from measurand.study.lines import InputLine
from measurand.study.nesting import Effect
from measurand.study.roles import Observed
from measurand.study.shared_levels import AtLevels, composed

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """One result before it is written (one output)."""

    measurand: Measurand
    system: str
    level: str
    arms: tuple[Arm, ...]
    coefficients: Array
    """Sensitivity of the value to each arm's value, shape (arms,)."""
    estimate: Estimate
    inner: Estimate
    effect_of_key: Mapping[str, Effect]
    inside: Mapping[str, Mapping[Effect, int]]
    limits: Limits
    bounds: tuple[float, float]
    words: str = ""
    """The result in words, where they are not those of the quantity."""
    alone: Limits | None = None
    """Limits of this result alone, where ``limits`` hold together with those of others."""
    parts: tuple[Limits, ...] = ()
    """Limits of each arm, of which those of a contrast are composed."""
    rho: Array = field(default_factory=lambda: np.eye(0))
    """Their correlations there, shape (arms, arms)."""
    levels: float | None = None
    """Variance that levels shared by both arms add, where ``parts`` are those at these levels."""
    at_levels: AtLevels | None = None
    """The one arm at these levels of its random factors, where it has any."""
    uncorrected: Limits | None = None
    """Limits before what is known of the judge was taken into account."""

    @property
    def name(self) -> str:
        """``measurand|system|level``."""
        return f"{self.measurand.id}|{self.system}|{self.level}"


@dataclass(frozen=True, eq=False)
class Known:
    """Inputs of type B: their distributions, estimates (correlated ones share sources) and budget lines."""

    distribution: Mapping[str, Distribution]
    estimate: Mapping[str, Estimate]
    line: Mapping[str, InputLine]
    correlation: Array
    """(inputs, inputs), in the order of ``distribution``."""


def known_inputs(inputs: Sequence[Input], correlations: Sequence[Correlation]) -> Known:
    """Read the inputs and correlations of a procedure. Raises ProcedureError for a width that is missing or twice."""
    distribution = {i.id: by_name(i.distribution, _parameters(i)) for i in inputs}
    order = {name: k for k, name in enumerate(distribution)}
    r = np.eye(len(order))
    for c in correlations:
        a, b = (order[name] for name in c.inputs)
        r[a, b] = r[b, a] = real(c.r)
    estimate, line = {}, {}
    for i in inputs:
        d = distribution[i.id]
        u, df = first_order(d)
        df = real(i.degrees_of_freedom) if i.degrees_of_freedom else df
        key = f"input:{i.shared_as}" if i.shared_as else f"input:{i.id}"
        estimate[i.id] = input_estimate(i.id, d.mean(), u, df=df, component=i.component, key=key)
        line[i.id] = InputLine(i.id, i.component, i.distribution, u, df, i.source or "")
    linked = [name for name, k in order.items() if np.any(r[k, :k] != 0) or np.any(r[k, k + 1 :] != 0)]
    if linked:
        estimate |= _linked(linked, distribution, order, r)
    return Known(distribution, estimate, line, r)


def _parameters(one: Input) -> dict[str, float]:
    amounts = {k: getattr(one, k) for k in ("value", "standard_uncertainty", "half_width", "lower", "upper")}
    out = {k: real(a.value) for k, a in amounts.items() if a is not None}
    out |= {k: real(v) for k in ("shape", "degrees_of_freedom") if (v := getattr(one, k)) is not None}
    return out


def _linked(
    linked: Sequence[str], distribution: Mapping[str, Distribution], order: Mapping[str, int], r: Array
) -> dict[str, Estimate]:
    at = [order[name] for name in linked]
    u = np.array([first_order(distribution[name])[0] for name in linked])
    values = np.array([distribution[name].mean() for name in linked])
    try:
        whole = correlated_inputs(linked, values, r[np.ix_(at, at)] * u[:, None] * u[None, :])
    except np.linalg.LinAlgError as error:
        raise DesignError(Finding("M0305", "correlation", str(error))) from error
    eye = np.eye(len(linked))
    return {name: propagate([name], whole.value[i : i + 1], eye[i : i + 1], whole) for i, name in enumerate(linked)}


def single(measurand: Measurand, system: str, level: str, arm: Arm, seen: Observed) -> Outcome:
    """The result of one arm."""
    bounds = arm.aim.statistic.bounds
    return Outcome(
        measurand, system, level, (arm,), np.ones(1), arm.estimate, arm.sampled.inner, arm.sampled.effect_of_key,
        arm.sampled.inside, limits_of(arm, seen), bounds, at_levels=at_levels_of(arm, seen),
    )  # fmt: skip


def contrast(measurand: Measurand, system: str, level: str, pair: tuple[Arm, Arm], seen: Observed) -> Outcome:
    """Second against first: their difference or ratio; paired as far as they share units, found from the data.

    What random factors add to it is of the difference itself where both arms were measured at the same levels.
    """
    if measurand.contrast is None:
        raise DesignError(Finding("M0560", f"measurand.{measurand.id}", say("M05.no_contrast")))
    first, second = pair
    parts = [limits_of(a, seen, part=True) for a in pair]
    a, b = float(first.estimate.value[0]), float(second.estimate.value[0])
    rho, log = correlation(first, second), measurand.contrast.kind == "ratio"
    (low_a, high_a), (low_b, high_b) = first.aim.statistic.bounds, second.aim.statistic.bounds
    if not log:
        value, slope, bounds = b - a, np.array([-1.0, 1.0]), (low_b - high_a, high_b - low_a)
        limits = difference(parts[1], parts[0], rho=rho, bounds=bounds)
    else:
        try:
            limits = ratio(parts[1], parts[0], rho=rho)
        except RefusedError as error:
            raise named(error, measurand.id) from error
        value, slope, bounds = b / a, np.array([-b / a**2, 1 / a]), (0.0, np.inf)
    shared = composed(at_levels_of(first, seen), at_levels_of(second, seen), log=log, bounds=bounds)
    levels = None
    if shared is not None:
        limits = shared.limits.with_warnings(*limits.warnings)
        parts, rho, levels = list(shared.parts), shared.rho, shared.levels * (value**2 if log else 1.0)
    if not limits.u > 1e-7 * max(p.u for p in parts):
        path = f"measurand.{measurand.id}"
        raise RefusedError(
            Finding("M0553", path, say("M05.identical", measurand=measurand.id), say("M05.identical_hint"))
        )
    joint, inner = stack([first.estimate, second.estimate]), stack([first.sampled.inner, second.sampled.inner])
    return Outcome(
        measurand, system, level, pair, slope,
        propagate([measurand.id], np.array([value]), slope[None, :], joint),
        propagate([measurand.id], np.array([value]), slope[None, :], inner),
        {**first.sampled.effect_of_key, **second.sampled.effect_of_key},
        {**first.sampled.inside, **second.sampled.inside}, limits, bounds,
        parts=tuple(parts), rho=np.array([[1.0, rho], [rho, 1.0]]), levels=levels,
    )  # fmt: skip


def correlation(first: Arm, second: Arm) -> float:
    """Correlation of two arms (INTERVALS R5): phi of the 2 x 2 table of plain 0/1 pairs, else of the parts."""
    if first.plain and second.plain and first.counts and second.counts and _share_items(first, second):
        a, b = outcome_by_item(first), outcome_by_item(second)
        shared = sorted(set(a) & set(b))
        if len(shared) == len(a) == len(b):
            x, y = np.array([a[u] for u in shared]), np.array([b[u] for u in shared])
            return pair_phi(float(np.sum(x & y)), float(np.sum(x & ~y)), float(np.sum(~x & y)), float(np.sum(~x & ~y)))
    v1, v2 = float(first.estimate.variance[0]), float(second.estimate.variance[0])
    low, high = first.aim.statistic.bounds
    # what rounding leaves of a variance that is zero correlates with nothing
    if any(v <= rounding(float(a.estimate.value[0]), (low, high)) for a, v in ((first, v1), (second, v2))):
        return 0.0
    n0 = min(first.floor, second.floor) * (high - low) if np.isfinite(high - low) else np.inf
    most = 1 - 1 / n0 if n0 > 1 else 0.0
    return float(np.clip(covariance(first.estimate, second.estimate)[0, 0] / np.sqrt(v1 * v2), -most, most))


def _share_items(first: Arm, second: Arm) -> bool:
    return bool(np.isin(first.weighed.rows.item, second.weighed.rows.item).any())


def outcome_by_item(arm: Arm) -> dict[int, np.bool_]:
    """Whether each trial of a share was an event, by item: its sensitivity is positive (or all are, or none is)."""
    s = arm.evaluation.sensitivity[:, 0]
    trial = s != 0
    if not trial.any():
        classes = arm.aim.statistic.extreme_classes(arm.weighed.rows)
        trial = arm.layout.label_class == classes[0] if classes[0] >= 0 else np.ones(len(s), bool)
    event = s > 0 if np.any(s != 0) else np.full(len(s), arm.estimate.value[0] > 0.5)
    return {int(i): e for i, e, t in zip(arm.weighed.rows.item, event, trial, strict=True) if t}


def model(
    measurand: Measurand, system: str, level: str, own: Outcome | None, others: Mapping[str, Outcome], known: Known
) -> Outcome:  # fmt: skip
    """A result from a model of other results and inputs, by the law of propagation (JCGM 100, JCGM 102)."""
    tree = parse(measurand.model or "value")
    outcomes: dict[str, Outcome] = {n: others[n] for n in names(tree) if n in others}
    if own is not None:
        outcomes["value"] = own
    estimates = {n: outcomes[n].estimate if n in outcomes else known.estimate[n] for n in names(tree)}
    # where a correction for wrong labels leaves the range, the model is linearised at the end of the range
    values = {n: outcomes[n].limits.value if n in outcomes else float(e.value[0]) for n, e in estimates.items()}
    try:
        value, slope = gradient(tree, values)
    except StatisticError as error:
        text = say("M05.model", measurand=measurand.id, why=error.findings[0].message)
        raise DesignError(Finding("M0561", f"measurand.{measurand.id}.model", text)) from error
    order = list(estimates)
    jacobian = np.array([[slope[n] for n in order]])
    joint = propagate([measurand.id], np.array([value]), jacobian, stack([estimates[n] for n in order]))
    inners = [(outcomes[n].inner, slope[n]) for n in order if n in outcomes and outcomes[n].inner.sources]
    inner = Estimate((measurand.id,), np.array([value]), {}, {})
    if inners:
        slopes = np.array([[c for _, c in inners]])
        inner = propagate([measurand.id], np.array([value]), slopes, stack([i for i, _ in inners]))
    bounds = _range(tree, values, own) if own is not None and len(outcomes) == 1 else UNBOUNDED
    limits = _model_limits(order, estimates, outcomes, known, slope, value, bounds)
    used = [(outcomes[n], slope[n]) for n in order if n in outcomes]
    arms = [(a, s * c) for o, s in used for a, c in zip(o.arms, o.coefficients, strict=True)]
    return Outcome(
        measurand, system, level, tuple(a for a, _ in arms), np.array([c for _, c in arms]), joint, inner,
        {k: e for o in outcomes.values() for k, e in o.effect_of_key.items()},
        {k: e for o in outcomes.values() for k, e in o.inside.items()}, limits, bounds,
    )  # fmt: skip


def _range(tree: Tree, values: Mapping[str, float], own: Outcome) -> tuple[float, float]:
    """Range of a model of the quantity's own value, inputs at their estimates: from end to end where it is monotone.

    With a correction added the range stays that of the quantity: no correction makes a share more than all of it.
    """
    if not np.all(np.isfinite(own.bounds)):
        return UNBOUNDED
    grid = np.linspace(*own.bounds, 65)
    with np.errstate(all="ignore"):
        along = np.broadcast_to(np.asarray(evaluate(tree, {**values, "value": grid}), float), grid.shape)
    steps = np.diff(along)
    if not np.all(np.isfinite(along)) or not (np.all(steps > 0) or np.all(steps < 0)):
        return UNBOUNDED
    if np.allclose(steps, np.diff(grid), rtol=1e-9, atol=0.0):  # a correction that is added
        return own.bounds
    low, high = sorted((float(along[0]), float(along[-1])))
    return low, high


def _model_limits(
    order: Sequence[str], estimates: Mapping[str, Estimate], outcomes: Mapping[str, Outcome], known: Known,
    slope: Mapping[str, float], value: float, bounds: tuple[float, float],
) -> Limits:  # fmt: skip
    """Limits of a model: those of the GUM where only inputs enter, else composed from each part's own limits (R5)."""
    joint = stack([estimates[n] for n in order])
    if not outcomes:
        return gum_limits(propagate(["y"], np.array([value]), np.array([[slope[n] for n in order]]), joint))
    parts = [outcomes[n].limits if n in outcomes else gum_limits(known.estimate[n]) for n in order]
    c = covariance(joint, joint)
    u = np.sqrt(np.maximum(np.diagonal(c), 0.0))
    safe = np.where(u > 0, u, 1.0)
    rho = np.clip(c / safe[:, None] / safe[None, :], -1.0, 1.0)
    np.fill_diagonal(rho, 1.0)
    return composition(parts, [slope[n] for n in order], rho=rho, value=value, bounds=bounds)
