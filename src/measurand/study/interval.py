"""Limits of one arm: what the rules of ``quantity.coverage`` need to know, read from its margins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import real
from measurand.errors import DesignError, Finding, MeasurandError, RefusedError
from measurand.message import say
from measurand.quantity.bell_mccaffrey import degrees_of_freedom, variance_by_block
from measurand.quantity.coverage import limits
from measurand.quantity.gum import gum_limits
from measurand.quantity.imperfect import audited, known_rate
from measurand.quantity.limits import Limits, clipped
from measurand.quantity.quantile import order_limits, woodruff
from measurand.quantity.sampling import Blocks, Sampling, Share
from measurand.quantity.source import Source
from measurand.statistic.derived import Derived
from measurand.statistic.proportion import proportion
from measurand.statistic.quantile import Quantile
from measurand.study.arm import Arm, reevaluated
from measurand.study.bound import lowered
from measurand.study.crossing import UNIT
from measurand.study.margins import effect_variances
from measurand.study.roles import Observed
from measurand.study.shared_levels import AtLevels, df_of_margins, has_levels

Array = NDArray[np.float64]


def limits_of(arm: Arm, seen: Observed, *, part: bool = False, levels: bool = True) -> Limits:
    """Limits of the arm's value from its own sources. Raises RefusedError naming the measurand where no rule holds.

    ``levels=False``: at these levels of its random factors.
    """
    if seen.judge is not None and arm.aim.measurand.estimand == "benchmark" and _is_rounding(arm):
        # what is uncertain are the verdicts, which come with the correction
        return known_rate(float(arm.estimate.value[0]))
    if not any(key in arm.sampled.effect_of_key for key in arm.estimate.sources):
        return _without_spread(arm)
    if arm.aim.measurand.estimand == "benchmark" and _is_rounding(arm):
        raise nothing_varies(arm.aim.measurand.id)
    if isinstance(arm.aim.statistic, Quantile):
        found = _quantile(arm, arm.aim.statistic, seen)
        return found if part else _with_width(found, arm, seen)
    if arm.pairs is not None and arm.aim.measurand.estimand != "benchmark":
        return audited(*arm.pairs)
    try:
        found = limits(sampling_of(arm, seen), shares_of(arm, levels=levels), part=part)
    except RefusedError as error:
        raise named(error, arm.aim.measurand.id) from error
    low, high = arm.aim.statistic.bounds
    if np.isfinite(high - low) and found.u <= 1e-9 * (high - low):
        raise nothing_varies(arm.aim.measurand.id)
    return found if arm.evaluation.null_value is None else lowered(found, arm.evaluation.null_value * _together(arm))


def at_levels_of(arm: Arm, seen: Observed) -> AtLevels | None:
    """The arm at these levels of its random factors, as it enters a difference to another at the same levels.

    None where nothing else is left then (all units are equal at these levels), and where limits follow a rule for which
    this was not tried: designs with holes, quantiles, other scales, audits, values that are biased upwards.
    """
    aim = arm.aim
    plain = aim.definition.scale == "identity" and not isinstance(aim.statistic, Quantile) and arm.pairs is None
    whole = aim.measurand.estimand != "benchmark" and arm.layout.crossing.complete
    if not (plain and whole and arm.evaluation.null_value is None and has_levels(arm.estimate)):
        return None
    low, high = aim.statistic.bounds
    floor = arm.floor * (high - low) if np.isfinite(high - low) else np.inf
    try:
        found = limits_of(arm, seen, part=True, levels=False)
    except (DesignError, RefusedError):
        return None
    return AtLevels(arm.estimate, found, floor, df_of_margins(arm.estimate))


def _together(arm: Arm) -> float:
    """How much larger errors are than of independent rows, as rows of one unit go together: at least 1."""
    of_rows = float(np.sum(np.square(arm.evaluation.z[:, 0])))
    of_units = float(np.sum(np.square(arm.sampled.units.contribution[:, 0])))
    return float(np.sqrt(max(1.0, of_units / of_rows))) if of_rows > 0.0 else 1.0


def _quantile(arm: Arm, statistic: Quantile, seen: Observed) -> Limits:
    """Limits of a quantile: order statistics, or those of the share at or below it, inverted (Woodruff 1952)."""
    values = statistic.of(arm.weighed.rows.column)
    if arm.plain:
        return replace(order_limits(values, statistic.q), bounds=statistic.bounds)
    value = float(arm.estimate.value[0])
    below = _share(arm, statistic, seen, lambda x: x <= value)
    several = int(np.sum(values == value)) > 1
    before = _share(arm, statistic, seen, lambda x: x < value) if several else None
    inverted = woodruff(values, arm.weighed.w, below, probability=statistic.q, before=before)
    # where values are tied the inverse may lie beside the value, which stays what it is
    return replace(inverted, value=value, bounds=statistic.bounds)


def _with_width(found: Limits, arm: Arm, seen: Observed) -> Limits:
    """Limits of a quantile that do not fall on one value; on values that are tied they may."""
    lower, upper = at_level(found, real(seen.procedure.uncertainty.coverage_probability), arm.aim.measurand.id)
    if lower < upper and found.u > 0.0:
        return found
    text = say("M05.tied_quantile", measurand=arm.aim.measurand.id, value=f"{found.value:g}")
    path = f"measurand.{arm.aim.measurand.id}"
    raise RefusedError(Finding("M0550", path, text, say("M05.tied_quantile_hint")))


def _share(arm: Arm, statistic: Quantile, seen: Observed, inside: Callable[[Array], NDArray[np.bool_]]) -> Limits:
    """Limits of the share of the observations that lie inside."""

    def outcome(column: Mapping[str, NDArray[Any]]) -> Array:
        return np.asarray(inside(statistic.of(column)), float)

    share = Derived("share_below", statistic.roles, proportion(), outcome)
    definition = arm.aim.definition.model_copy(update={"scores": False, "scale": "identity"})
    return limits_of(reevaluated(arm, replace(arm.aim, statistic=share, definition=definition), seen), seen)


def _without_spread(arm: Arm) -> Limits:
    """Limits of a statement about these items in one repeat: only their labels are uncertain, if anything is."""
    if _is_rounding(arm):
        raise nothing_varies(arm.aim.measurand.id)
    found = gum_limits(arm.estimate)
    bounds = arm.aim.statistic.bounds
    return replace(found, tails=clipped(found.tails, bounds), bounds=bounds)


def _is_rounding(arm: Arm) -> bool:
    """Whether the uncertainty is nothing, or what rounding leaves of it."""
    return not arm.estimate.u[0] > 1e-12 * abs(arm.estimate.value[0])


def nothing_varies(measurand: str) -> DesignError:
    """The error of a statement about fixed items in which nothing is uncertain."""
    return DesignError(
        Finding("M0551", f"measurand.{measurand}", say("M05.nothing_varies"), say("M05.nothing_varies_hint"))
    )


def at_level(found: Limits, level: float, measurand: str) -> tuple[float, float]:
    """Limits at a level. Raises RefusedError naming the measurand where one of them does not exist."""
    try:
        return found(level)
    except RefusedError as error:
        raise named(error, measurand) from error


def named(error: MeasurandError, measurand: str) -> RefusedError:
    """The refusal with its measurand."""
    finding = error.findings[0]
    return RefusedError(
        type(finding)("M0550", f"measurand.{measurand}", f"{measurand}: {finding.message}", finding.hint)
    )


def shares_of(arm: Arm, *, levels: bool = True) -> list[Share]:
    """Variance of every source but the units: factors and their interactions (type A), inputs (type B).

    ``levels=False``: inputs only.
    """
    out = []
    effects = effect_variances(arm.estimate, arm.sampled.inner, arm.sampled.effect_of_key, arm.sampled.inside)
    main = _main_key(arm)
    for effect, variance in effects.items():
        key = next(k for k, e in arm.sampled.effect_of_key.items() if e == effect)
        source = arm.estimate.sources.get(key)
        if UNIT in effect or source is None or key == main or not levels:
            continue
        count = len(set(source.levels)) if len(effect) == 1 else 0
        out.append(Share(max(float(variance[0]), 0.0), source.df, "A", count, key=" × ".join(effect)))
    for key, source in arm.estimate.sources.items():
        if source.type == "B":
            c = float(np.linalg.norm(arm.estimate.total(key)[:, 0]))
            out.append(Share(float(c * c), source.df, "B", key=key))
    return out


def unit_df(arm: Arm, seen: Observed) -> float:
    """Degrees of freedom of the variance of the arm's independent units (INTERVALS R3)."""
    if not arm.sampled.effect_of_key:
        return float("inf")
    sampling = sampling_of(arm, seen)
    return degrees_of_freedom(sampling, variance_by_block(sampling))


def _main_key(arm: Arm) -> str:
    """The source whose levels are the independent units: the units' margin, else the first random margin."""
    everything = {**arm.estimate.sources, **arm.sampled.inner.sources}
    for key, effect in arm.sampled.effect_of_key.items():
        if effect == (UNIT,) and key in everything:
            return key
    return next(iter(arm.sampled.effect_of_key))


def sampling_of(arm: Arm, seen: Observed) -> Sampling:
    """The arm's independent units with their contributions, as the interval rules need them."""
    key = _main_key(arm)
    scale = arm.aim.definition.scale
    source = arm.estimate.sources.get(key) or arm.sampled.inner.sources[key]
    holder = arm.estimate if key in arm.estimate.sources else arm.sampled.inner
    contribution = _centred(source, holder.total(key))[:, 0]
    low, high = arm.aim.statistic.bounds
    bounded = bool(np.isfinite(low) and np.isfinite(high))
    width = high - low if bounded else 1.0 if scale == "logit" else np.inf
    units = arm.sampled.units
    is_unit = arm.sampled.effect_of_key[key] == (UNIT,)
    value = float(np.clip(arm.estimate.value[0], low, high))
    same = is_unit and len(units.rows) == len(source.levels)
    population = _population(arm, seen)
    # a share of a subset of a finite population: how many of the population are in the subset is not known
    finite = source.fraction is not None and bool(np.any(source.fraction > 0))
    return Sampling(
        value=value,
        bounds=(low, high),
        kind=_kind(arm) if is_unit else "continuous",
        contribution=contribution,
        block=source.block,
        share=source.share[0],
        fraction=source.fraction,
        rows=units.rows if same else None,
        weight=units.weight if same else None,
        rho=_icc(arm) if same and not arm.plain else 0.0,
        floor=width * arm.floor if is_unit else np.inf,
        mixed=same and _mixed(arm),
        scale=scale,
        # events are seldom Poisson over drives or sites: their spread decides, not the exact limits of one count
        plain=arm.plain and is_unit and arm.aim.statistic.exact != "poisson" and (population is not None or not finite),
        counts=_counts(arm, seen) if is_unit else None,
        blocks=_blocks(arm, seen) if is_unit else None,
        population=population,
    )  # fmt: skip


def _kind(arm: Arm) -> Literal["binomial", "poisson", "bounded", "continuous"]:
    if arm.aim.statistic.exact == "poisson":
        return "poisson"
    if arm.aim.definition.scores:
        return "continuous"
    return "binomial" if arm.aim.statistic.exact == "binomial" else "bounded"


def _centred(source: Source, part: Array) -> Array:
    """Contributions centred in their blocks, not yet multiplied."""
    factor = np.ones(len(source.levels)) if source.fraction is None else 1.0 - source.fraction
    for h in source.share:
        factor = factor / np.where(h < 1.0, 1.0 - h, 1.0)
    scaled = source.scaled(part)
    return np.asarray(scaled / np.sqrt(np.where(factor > 0, factor, 1.0))[:, None])


def _mixed(arm: Arm) -> bool:
    """Whether every unit holds rows that raise the value and rows that lower it."""
    s, level = arm.evaluation.sensitivity[:, 0], arm.sampled.units.of_row
    use = arm.evaluation.active & (arm.weighed.base != 0)
    n = len(arm.sampled.units.rows)
    of_units = np.bincount(level[use], minlength=n) > 0
    up = np.bincount(level[use], weights=(s[use] > 0).astype(float), minlength=n) > 0
    down = np.bincount(level[use], weights=(s[use] < 0).astype(float), minlength=n) > 0
    return bool(np.all((up & down)[of_units]))


def _counts(arm: Arm, seen: Observed) -> tuple[float, float] | None:
    """Events and trials where all rows weigh the same and no label is uncertain."""
    if arm.counts is not None:
        return arm.counts
    if arm.aim.statistic.exact == "no" or seen.frame.weighted or arm.weighed.uncertain:
        return None
    events, trials = arm.aim.statistic.counts(arm.weighed.rows, arm.weighed.w)[0]
    return float(events), float(trials)


def _population(arm: Arm, seen: Observed) -> int | None:
    sizes = seen.frame.population
    return int(sizes[""]) if arm.plain and "" in sizes and not np.any(arm.layout.label_class) else None


def _blocks(arm: Arm, seen: Observed) -> Blocks | None:
    """Independent 0/1 observations in strata of known weight: events and trials of each stratum."""
    frame, statistic = seen.frame, arm.aim.statistic
    simple = (
        not (frame.clustered or seen.procedure.factor or arm.weighed.uncertain) and len(arm.evaluation.cell_weight) == 1
    )
    if statistic.exact != "binomial" or len(frame.strata) < 2 or not simple:
        return None
    events, trials, weight = [], [], []
    rows, w = arm.weighed.rows, arm.weighed.w
    for stratum in np.unique(arm.layout.stratum):
        inside = arm.layout.stratum == stratum
        if np.ptp(w[inside]) > 0 or len(np.unique(rows.item[inside])) < inside.sum():
            return None
        x, n = statistic.counts(rows, np.where(inside, 1.0, 0.0))[0] if inside.any() else (0.0, 0.0)
        if n != inside.sum():
            return None
        events.append(x)
        trials.append(n)
        weight.append(w[inside].sum() / w.sum())
    fraction = np.array([arm.layout.fraction[arm.layout.stratum == s][0] for s in np.unique(arm.layout.stratum)])
    return Blocks(np.array(events), np.array(trials), np.array(weight), fraction if fraction.any() else None)


def _icc(arm: Arm) -> float:
    """Intraclass correlation of the sensitivities inside units, from one-way mean squares, cut to [0, 1]."""
    entered = arm.weighed.base != 0
    level = arm.sampled.units.of_row[entered]
    cell = arm.cell[entered]
    a = arm.evaluation.cell_weight[cell]
    x = arm.evaluation.sensitivity[entered, 0] / np.where(a > 0, a, 1.0)
    x = x - np.bincount(cell, weights=x)[cell] / np.bincount(cell)[cell]
    n = np.bincount(level).astype(float)
    n = n[n > 0]
    total, groups = float(n.sum()), len(n)
    if groups < 2 or total <= groups:
        return 0.0
    sums = np.bincount(level, weights=x)
    size = np.maximum(np.bincount(level), 1)
    between = float(np.sum(sums**2 / size)) / (groups - 1)
    within = float(np.sum((x - (sums / size)[level]) ** 2)) / (total - groups)
    typical = (total - float(np.sum(n**2)) / total) / (groups - 1)
    denominator = between + (typical - 1) * within
    return float(np.clip((between - within) / denominator, 0.0, 1.0)) if denominator > 0 else 0.0
