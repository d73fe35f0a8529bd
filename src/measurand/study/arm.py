"""One statistic of one system on one selection of observations: value, parts, and what its interval needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from measurand.document.procedure import Factor, Procedure
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.estimate import Estimate
from measurand.quantity.source import Source, margin
from measurand.quantity.two_shares import PairCounts
from measurand.statistic.contract import Rows
from measurand.study.audited import audit_parts, centred, is_audited, pairs, renormalised, with_audit
from measurand.study.crossing import UNIT, crossing, distinct
from measurand.study.evaluation import Evaluation, cells, evaluate, take
from measurand.study.fixed_levels import set_aside
from measurand.study.labels import Votes
from measurand.study.labels_noise import labels_that_may_be_wrong, noise_of
from measurand.study.margins import Layout, Sampled, estimate_of
from measurand.study.nesting import REPEAT, Effect
from measurand.study.of_subsets import jackknifed
from measurand.study.reference_value import deviations, source, uncertainty
from measurand.study.roles import Aim, Observed, Weighed, weighed

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Keys:
    """Global names of the sources of a record: equal keys are the same source in any laboratory."""

    reference: str
    """Address of the reference data: names the items."""
    record: str
    """Address of the evidence table: names factor levels and repeats, which no other record shares."""

    def of(self, effect: Effect, system: str) -> str:
        if effect == (UNIT,):
            return f"items:{self.reference}"
        if effect == REPEAT:
            return f"repeat:{self.record}:{system}"
        if len(effect) == 1:
            return f"factor:{self.record}:{effect[0]}"
        return f"cross:{self.record}:{'*'.join(effect)}"


@dataclass(frozen=True, eq=False)
class Arm:
    """What one evaluation gave. The statistic has one output."""

    aim: Aim
    system: str
    weighed: Weighed
    evaluation: Evaluation
    sampled: Sampled
    estimate: Estimate
    """Margins, and the parts of the label error."""
    label_noise: float
    """Variance that wrong labels of these items cause; inside the margin of the units."""
    floor: float
    """n0 of INTERVALS R2: reciprocal of the largest change that one unseen independent unit could cause."""
    layout: Layout
    cell: Integers
    replicate: Callable[[Array], float]
    """The value with the units weighted anew: weights (units of ``sampled.units``,) -> value."""
    reference_draws: Array | None
    """Changes of the value by errors of numeric reference values, one per draw; None where they are not stated."""
    at: Integers
    """Observations of the frame that entered."""
    keys: Keys
    plain: bool
    """Independent observations, one per item, equal weights, no strata, no factors, labels taken as true."""
    counts: tuple[float, float] | None
    pairs: tuple[tuple[float, float], PairCounts] | None = None
    """Of a plain share with an audit: events and trials outside of it, and the pairs inside."""


def conditions(procedure: Procedure, seen: Observed) -> tuple[Integers, Array, tuple[str, ...]]:
    """Condition of each row of the frame, the share of each condition in the average, and its name."""
    frame = seen.frame
    if not procedure.factor:
        return np.zeros(len(frame.item), np.int64), np.ones(1), ("",)
    combination, of_row = distinct([frame.level[f.id] for f in procedure.factor])
    share = np.ones(combination.shape[1])
    names = []
    for column in combination.T:
        names.append(
            ", ".join(f"{f.id} {frame.levels[f.id][p]}" for f, p in zip(procedure.factor, column, strict=True))
        )
    at = {f.id: column for f, column in zip(procedure.factor, combination, strict=True)}
    for f in procedure.factor:
        share = share * _level_weights(f, frame.levels[f.id])[at[f.id]]
        if f.within is not None and isinstance(f.weights, str):
            share = share / _levels_inside(f.id, at[f.id], f.within, at[f.within])
    return of_row, share, tuple(names)


def _levels_inside(name: str, inner: Integers, within: str, outer: Integers) -> Array:
    """How many levels lie in the outer level of each condition. Raises DesignError for one that lies in two."""
    pairs = distinct([outer, inner])[0]
    if pairs.shape[1] > len(np.unique(inner)):
        text = say("M05.not_nested", factor=name, within=within)
        raise DesignError(Finding("M0556", f"factor.{name}.within", text, say("M05.not_nested_hint")))
    return np.bincount(pairs[0]).astype(float)[outer]


def _level_weights(factor: Factor, levels: tuple[str, ...]) -> Array:
    if isinstance(factor.weights, str):
        return np.ones(len(levels))
    absent = [v for v in levels if v not in factor.weights]
    if absent:
        raise DesignError(Finding("M0530", f"factor.{factor.id}.weights", say("M05.level_weight", level=absent[0])))
    return np.array([float(factor.weights[v]) for v in levels])


def arm(aim: Aim, seen: Observed, at: Integers, *, system: str, keys: Keys, votes: Votes | None) -> Arm:
    """Evaluate the aim on the observations ``at``. Raises DesignError where the data cannot support it."""
    procedure, frame = seen.procedure, seen.frame
    if not len(at):
        raise DesignError(
            Finding("M0531", f"measurand.{aim.measurand.id}", say("M05.no_rows", measurand=aim.measurand.id))
        )
    of_row, share, names = conditions(procedure, seen)
    condition, repeat = of_row[at], frame.repeat[at]
    within = aim.measurand.pooling == "within" and not aim.definition.pooled
    cell_of_observation, cell_weight = cells(condition, repeat, share, within=within)
    numbers, first = np.unique(cell_of_observation, return_index=True)
    name_of_cell = {int(c): names[condition[i]] for c, i in zip(numbers, first, strict=True)} if within else {}
    if is_audited(aim, seen):
        data = with_audit(aim, seen, at, cell=cell_of_observation, cell_weight=cell_weight, names=name_of_cell)
    else:
        data = weighed(aim, seen, at)
    cell = cell_of_observation[data.origin]
    rows = replace(data.rows, cell=cell)
    evaluation = evaluate(aim.statistic, rows, data.w, cell=cell, cell_weight=cell_weight, names=name_of_cell)
    if data.audit is not None:
        evaluation = replace(evaluation, z=centred(evaluation.z, data, cell))
    evaluation = jackknifed(evaluation, aim, rows, data.w)
    layout = _layout(aim, seen, at, data, condition[data.origin], repeat[data.origin])
    random = _random(aim, seen)
    fixed = [frame.level[f.id][at[data.origin]] for f in procedure.factor if f.id not in layout.dimension]
    if within and fixed and UNIT in random:
        evaluation, lost = set_aside(evaluation, layout.dimension[UNIT], distinct(fixed)[1])
        layout = replace(layout, lost=lost)
    effects = {REPEAT, (UNIT,), *(_subsets(tuple(layout.dimension)))}
    sampled = estimate_of(
        aim.statistic.outputs, evaluation.value, evaluation.z, layout,
        keys={effect: keys.of(effect, system) for effect in effects},
        components={UNIT: "sampling", **{f.id: f.component for f in procedure.factor}}, random=random,
        share=evaluation.share,
    )  # fmt: skip
    if UNIT in random and len(random) == 1 and np.all(layout.fraction >= 1):
        path = f"measurand.{aim.measurand.id}.estimand"
        raise DesignError(Finding("M0533", path, say("M05.whole_population"), say("M05.whole_population_hint")))
    estimate, noise = _with_labels(aim, sampled, evaluation, data, seen, votes, keys, system)
    draws = _reference_draws(aim, seen, rows, data.w, cell, cell_weight, keys)
    if draws is not None and aim.measurand.estimand == "benchmark":
        key = f"reference-values:{keys.reference}"
        one, part = source(key, draws)
        added = {**estimate.sources, key: one}, {**estimate.parts, (key, "reference values"): part}
        estimate = Estimate(estimate.outputs, estimate.value, *added)
    simple = not (frame.clustered or frame.weighted or procedure.factor or len(frame.strata) > 1)
    simple = simple and len(np.unique(data.rows.item)) == len(at)
    plain = simple and not data.uncertain
    counts = None
    if plain and aim.statistic.exact == "binomial":
        events, trials = aim.statistic.counts(rows, data.w)[0]
        counts = (float(events), float(trials))
    return Arm(
        aim, system, data, evaluation, sampled, estimate, noise, _floor(evaluation, layout, cell, data), layout, cell,
        _replicate(aim, rows, data, cell, cell_weight, sampled.units.of_row), draws, at, keys, plain, counts,
        pairs(aim, data) if simple and data.audit is not None else None,
    )  # fmt: skip


def _reference_draws(
    aim: Aim, seen: Observed, rows: Rows, w: Array, cell: Integers, cell_weight: Array, keys: Keys
) -> Array | None:  # fmt: skip
    u = uncertainty(aim, seen)
    if u is None or not np.any(u > 0.0):
        return None
    members = [np.flatnonzero(cell == c) for c in range(len(cell_weight))]

    def value(moved: Rows) -> float:
        parts = [(aim.statistic.arrange(take(moved, at)), w[at]) for at in members]
        return float(cell_weight @ np.array([aim.statistic.value(part, weights)[0] for part, weights in parts]))

    return deviations(rows, u, value, key=f"reference-values/{keys.reference}")


def reevaluated(arm_of: Arm, aim: Aim, seen: Observed) -> Arm:
    """The same observations with another statistic of the same roles, labels taken as true."""
    return arm(aim, seen, arm_of.at, system=arm_of.system, keys=arm_of.keys, votes=None)


def _random(aim: Aim, seen: Observed) -> tuple[str, ...]:
    """The random dimensions of the estimand: the items are fixed where the statement is about these items."""
    factors = tuple(f.id for f in _random_factors(aim, seen))
    return factors if aim.measurand.estimand == "benchmark" else (UNIT, *factors)


def _random_factors(aim: Aim, seen: Observed) -> list[Factor]:
    """Without those whose levels the measurand tells apart: a statement about each level, or the worst, is of these."""
    contrast = aim.measurand.contrast
    told_apart = {aim.measurand.by, contrast.over if contrast is not None else None} - {None}
    return [f for f in seen.procedure.factor if f.effect == "random" and not told_apart & {f.id, f.column}]


def _subsets(names: tuple[str, ...]) -> list[Effect]:
    out: list[Effect] = [()]
    for name in names:
        out += [(*s, name) for s in out]
    return [s for s in out if s]


def _layout(
    aim: Aim, seen: Observed, at: Integers, data: Weighed, condition: Integers, repeat: Integers
) -> Layout:  # fmt: skip
    frame = seen.frame
    here = at[data.origin]
    dimension = {UNIT: frame.unit[frame.item[here]]}
    name = {UNIT: frame.units}
    for f in _random_factors(aim, seen):
        dimension[f.id], name[f.id] = frame.level[f.id][here], frame.levels[f.id]
    random = {d: p for d, p in dimension.items() if d in _random(aim, seen)}
    label_class = _blocks_of_class(data, dimension[UNIT])
    outer = {
        f.id: frame.level[f.within][here]
        for f in _random_factors(aim, seen)
        if f.within is not None and _is_inside_fixed(f, seen)
    }
    return Layout(
        dimension=dimension, name=name, crossing=crossing(random) if random else crossing(dimension),
        stratum=frame.stratum[frame.item[here]], label_class=label_class, base=data.base, condition=condition,
        repeat=repeat, fraction=frame.fraction(dimension[UNIT]), outer=outer,
    )  # fmt: skip


def _is_inside_fixed(factor: Factor, seen: Observed) -> bool:
    """Whether the levels of a random factor lie inside of levels that are fixed: they are drawn inside of each."""
    return any(f.id == factor.within and f.effect == "fixed" for f in seen.procedure.factor)


def _blocks_of_class(data: Weighed, unit: Integers) -> Integers:
    """The class of each row where no unit spans classes; else all rows are one class."""
    entered = data.base != 0
    pairs, _ = distinct([unit[entered], data.label_class[entered]])
    return data.label_class if len(np.unique(pairs[0])) == pairs.shape[1] else np.zeros_like(data.label_class)


def _with_labels(
    aim: Aim,
    sampled: Sampled,
    evaluation: Evaluation,
    data: Weighed,
    seen: Observed,
    votes: Votes | None,
    keys: Keys,
    system: str,
) -> tuple[Estimate, float]:
    """Add the parts of the label error: estimated from the same items (votes), or known from elsewhere (type B)."""
    estimate = sampled.estimate
    if data.audit is not None:
        known = f"labels:{keys.reference}" if aim.measurand.estimand == "benchmark" else None
        # each level and each side of a contrast has errors of its own that an audit did not show
        rows_of = f"{int(data.rows.item.min())}-{len(data.rows)}"
        key = f"audit:{keys.record}:{system}:{aim.measurand.id}:{rows_of}"
        return audit_parts(estimate, evaluation, data, key=key, known=known, items=seen.frame.items)
    if not data.slope:
        return estimate, 0.0
    s = evaluation.sensitivity[:, 0]
    slopes = {p: float(s @ values) for p, values in data.slope.items()}
    sources, parts = dict(estimate.sources), dict(estimate.parts)
    items = keys.of((UNIT,), "")
    if votes is not None:
        frame = seen.frame
        moved = sum(slopes[p] * contribution for p, contribution in votes.contribution.items())
        per_unit = np.bincount(frame.unit, weights=moved)
        if items not in sources:
            sources[items] = margin(items, "sampling", frame.units)
        of_unit = dict(zip(frame.units, per_unit, strict=True))
        values = np.zeros((len(sources[items].levels), 1))
        for i, name in enumerate(sources[items].levels):
            # a unit with rows of two classes has two levels; its label part stands on the first
            values[i, 0] = of_unit.pop(name.split("\x1f")[0], 0.0)
        parts[items, "reference"] = values
    noise = noise_of(s, data)
    if aim.measurand.estimand == "benchmark":
        key = f"labels:{keys.reference}"
        which, contribution = labels_that_may_be_wrong(s, data)
        sources[key] = Source(key, "reference", "B", tuple(seen.frame.items[i] for i in which))
        parts[key, "wrong labels"] = contribution[:, None]
    if votes is None and seen.labels is not None:
        _known_errors(seen.labels.known, slopes, sources, parts)
    return Estimate(estimate.outputs, estimate.value, sources, parts), noise


def _known_errors(
    known: Mapping[str, float], slopes: Mapping[str, float], sources: dict[str, Source],
    parts: dict[tuple[str, str], Array],
) -> None:  # fmt: skip
    """Add the label errors that are known from elsewhere: one source of type B per kind of parameter."""
    for kind in dict.fromkeys(p.split(":")[0] for p in slopes):
        names = [p for p in slopes if p.split(":")[0] == kind]
        key = f"label:{kind}"
        levels = tuple(f"label:{p}" for p in names)
        sources[key] = Source(key, "reference", "B", levels)
        parts[key, kind] = np.array([[slopes[p] * known[p]] for p in names])


def _floor(evaluation: Evaluation, layout: Layout, cell: Integers, data: Weighed) -> float:
    """``n0 / R``: reciprocal of the largest change of the value that one unseen unit of the usual size could cause.

    With an audit that is an audited unit, since it stands for several.
    """
    unit, largest, base = layout.dimension[UNIT], 0.0, layout.base
    if data.audit is not None:
        base = np.where(data.audit.mine, data.audit.ratio * base, 0.0)
    total = np.bincount(unit, weights=np.abs(base))
    classes = layout.label_class
    for kind in range(evaluation.extreme.shape[1]):
        of_kind = int(evaluation.extreme_class[kind])
        of_class = data.audit is None and of_kind >= 0 and bool(np.any(classes == of_kind))
        mine = base * (classes == of_kind if of_class else 1.0)
        k = np.bincount(unit, weights=mine, minlength=len(total))
        pull = np.bincount(unit, weights=mine * np.abs(evaluation.extreme[:, kind, 0])[cell], minlength=len(total))
        if k.sum() > 0:
            largest = max(largest, float(pull @ k / k.sum()))
    return np.inf if largest == 0 else 1.0 / largest


def _replicate(
    aim: Aim, rows: Rows, data: Weighed, cell: Integers, cell_weight: Array, level: Integers
) -> Callable[[Array], float]:  # fmt: skip
    """The value as a function of new weights of the units (cluster bootstrap, jackknife)."""
    one = len(cell_weight) == 1
    members = [np.arange(len(rows))] if one else [np.flatnonzero(cell == c) for c in range(len(cell_weight))]
    parts = [aim.statistic.arrange(rows if one else take(rows, at)) for at in members]

    def value(weights: Array) -> float:
        again = data.w * weights[level] if data.audit is None else renormalised(data, weights[level])
        values = [aim.statistic.value(part, again[at])[0] for part, at in zip(parts, members, strict=True)]
        return float(cell_weight @ np.array(values))

    return value
