"""Precision of a result from run to run, and the variance components that make it (after ISO 5725).

The margins of the design give one variance for each effect of items, random factors and repeats (``study.margins``);
each is a sum and difference of independent mean squares. A component is its effect's contribution times the number of
levels that it was averaged over: as many of equal share in the average as leave as much of its variance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.document.number import number, real
from measurand.document.precision import Absent, Precision, Spread
from measurand.document.procedure import Procedure
from measurand.message import say
from measurand.quantity.pivotal import pivotal
from measurand.quantity.source import gram
from measurand.study.allocation import Design, plans
from measurand.study.compose import Outcome
from measurand.study.crossing import UNIT, distinct
from measurand.study.holes import effective
from measurand.study.lines import dropped
from measurand.study.margins import SPREAD
from measurand.study.nesting import REPEAT, Effect
from measurand.study.writing import title

Array = NDArray[np.float64]
IMPLEMENTATION = "implementation"
"""Component of the factors that stand for laboratories: other harnesses, back-ends, implementations."""
ITEMS: Effect = ("(items)",)
Groups = list[dict[Effect, float]]
"""Groups of effects with their weights: the sum of a group is a variance, and counts as 0 where it is negative."""


@dataclass(frozen=True, eq=False)
class Squares:
    """Mean squares of a result, and how its effects are made of them."""

    effect: tuple[Effect, ...]
    coefficient: Array
    """(effects, mean squares): contribution of each effect to the variance of the result."""
    variance: Array
    df: Array

    @property
    def contribution(self) -> Array:
        """(effects,); may be negative."""
        return np.asarray(self.coefficient @ self.variance)

    def row(self, weights: Mapping[Effect, float]) -> Array:
        """Coefficients of a weighted sum of effects, shape (mean squares,)."""
        w = np.array([weights.get(e, 0.0) for e in self.effect])
        return np.asarray(w @ self.coefficient)


def squares(outcome: Outcome) -> Squares:
    """The mean squares of a result of one arm."""
    effect_of = outcome.effect_of_key
    outer = [k for k in outcome.estimate.sources if k in effect_of]
    inner = list(outcome.inner.sources)
    effects = list(dict.fromkeys([effect_of[k] for k in (*outer, *inner)]))
    table = np.zeros((len(effects), len(outer) + len(inner)))
    variance, df = np.zeros(table.shape[1]), np.zeros(table.shape[1])
    for q, key in enumerate(outer):
        source, part = outcome.estimate.sources[key], outcome.estimate.parts[key, SPREAD]
        variance[q], df[q] = abs(float(gram(source, part, source, part)[0, 0])), source.df
        of = set(effect_of[key])
        for e, effect in enumerate(effects):
            if set(effect) <= of:
                table[e, q] = (-1.0) ** (len(of) - len(effect))
    for q, key in enumerate(inner, start=len(outer)):
        source, part = outcome.inner.sources[key], outcome.inner.parts[key, SPREAD]
        variance[q], df[q] = float(gram(source, part, source, part)[0, 0]), source.df
        for effect, times in {effect_of[key]: 1, **outcome.inside[key]}.items():
            table[effects.index(effect), q] += times
    return Squares(tuple(effects), table, variance, df)


def precision(
    outcome: Outcome, procedure: Procedure, definition: Definition, *, u: float, calls: int, item_cost: float, key: str
) -> Precision:
    """Precision of one result of one arm; ``u`` is its combined standard uncertainty, ``item_cost`` what a further item
    costs in calls beside them, ``key`` names the random stream."""
    arm, p = outcome.arms[0], real(procedure.uncertainty.coverage_probability)
    found = squares(outcome)
    design, over = _design(outcome, procedure), _averaged_over(outcome, found.effect)
    counted = "/".join(procedure.sampling.cluster or ("items",))
    rows = [*_runs(found, over, procedure), *((_name(e, counted), [{e: over[e]}]) for e in found.effect)]
    known = [(name, groups) for name, groups in rows if groups is not None]
    drawn = np.stack([found.row({e: w for group in groups for e, w in group.items()}) for _, groups in known])
    limits = pivotal(drawn, found.variance, found.df, key=key, p=p)
    total = u * u
    named = {name: _spread(name, found, groups, limit) for (name, groups), limit in zip(known, limits, strict=True)}
    spread = [named.get(name) or Absent(name=name, needs=say(f"study.needs.{name}")) for name in RUNS]
    share = {e: max(float(c), 0.0) / total for e, c in zip(found.effect, found.contribution, strict=True)}
    component = [
        named[_name(e, counted)].model_copy(update={"levels": _levels(outcome, e, design), "share": number(share[e])})
        for e in found.effect
    ]
    plan, why = plans(
        dict(zip(found.effect, found.contribution, strict=True)), design, rest=max(total - _positive(found), 0.0),
        calls=calls, item_cost=item_cost,
    )  # fmt: skip
    return Precision(
        measurand=outcome.measurand.id, system=outcome.system, level=outcome.level,
        title=title(outcome.measurand, definition), unit=outcome.measurand.unit or "1",
        value=number(float(outcome.limits.value)), u=number(u), coverage_probability=number(p),
        items=len(np.unique(arm.weighed.rows.item)), counted=counted,
        runs=len(arm.evaluation.cell_weight), spread=tuple(spread), component=tuple(component), plan=plan, no_plan=why,
    )  # fmt: skip


RUNS = ("repeatability", "intermediate", "reproducibility")


def _positive(found: Squares) -> float:
    """What the effects bring to the variance as it is printed: factors that were estimated as negative count as 0."""
    effects = {e: np.array([c]) for e, c in zip(found.effect, found.contribution, strict=True)}
    return float(found.contribution.sum()) - sum(dropped(effects).values())


def _design(outcome: Outcome, procedure: Procedure) -> Design:
    arm = outcome.arms[0]
    layout, entered = arm.layout, arm.evaluation.active & (arm.weighed.base != 0)
    units = len(np.unique(layout.dimension[UNIT][entered]))
    levels = {d: len(np.unique(x[entered])) for d, x in layout.dimension.items() if d != UNIT}
    runs = distinct([layout.condition[entered], layout.repeat[entered]])[0].shape[1]
    conditions = len(np.unique(layout.condition[entered]))
    rows = distinct([arm.weighed.rows.item[entered], layout.condition[entered], layout.repeat[entered]])[0].shape[1]
    balanced = layout.crossing.complete and not layout.crossing.nested
    return Design(
        units=units, levels=levels, repeats=max(1, round(runs / conditions)), conditions=conditions, rows=rows,
        crossed=balanced, generalised=outcome.measurand.estimand == "generalised",
    )  # fmt: skip


def _averaged_over(outcome: Outcome, effects: Sequence[Effect]) -> dict[Effect, float]:
    """Levels that each effect is averaged over, and the items, as ``ITEMS``."""
    arm = outcome.arms[0]
    layout, item = arm.layout, arm.weighed.rows.item
    dimension = {**layout.dimension, ITEMS[0]: item}
    axes = {effect: [dimension[d] for d in effect] for effect in (*effects, ITEMS) if effect != REPEAT}
    axes[REPEAT] = [item, layout.condition, layout.repeat]
    return {effect: effective(positions, arm.evaluation.share) for effect, positions in axes.items()}


def _levels(outcome: Outcome, effect: Effect, design: Design) -> int:
    """Levels of an effect that were observed."""
    if effect == REPEAT:
        return design.rows
    arm = outcome.arms[0]
    entered = arm.evaluation.active & (arm.weighed.base != 0)
    return int(distinct([arm.layout.dimension[d][entered] for d in effect])[0].shape[1])


def _runs(found: Squares, over: Mapping[Effect, float], procedure: Procedure) -> list[tuple[str, Groups | None]]:
    """Effects in the variance of the result of one run on these items; None: the data do not show it.

    What a factor does to all items and to each of them is one group, since the items are the same in every run.
    """
    component = {f.id: f.component for f in procedure.factor}
    repeat = [{REPEAT: over[REPEAT] / over[ITEMS]}] if REPEAT in found.effect else []
    group: dict[Effect, dict[Effect, float]] = {}
    for effect in found.effect:
        factors = tuple(d for d in effect if d != UNIT)
        if effect != REPEAT and factors:
            group.setdefault(factors, {})[effect] = over[effect] / (over[UNIT,] if UNIT in effect else 1.0)
    apart = {f for f in group if any(component[d] == IMPLEMENTATION for d in f)}
    within = [g for f, g in group.items() if f not in apart]
    between = [group[f] for f in apart]
    return [
        ("repeatability", repeat or None),
        ("intermediate", [*repeat, *within] if within else None),
        ("reproducibility", [*repeat, *within, *between] if between else None),
    ]


def _name(effect: Effect, counted: str) -> str:
    """``items`` (or what they come in), a factor, ``items x prompt``, ``observation`` (what is left of one)."""
    if effect == REPEAT:
        return "observation"
    return " x ".join(counted if d == UNIT else d for d in effect)


def _spread(name: str, found: Squares, groups: Groups, limits: Array) -> Spread:
    """The root of the sum of the groups; one that is negative counts as 0 (ISO 5725-2)."""
    rows = [found.row(group) for group in groups]
    kept = [row for row in rows if float(row @ found.variance) > 0.0]
    row = np.sum(kept, axis=0) if kept else np.zeros_like(found.variance)
    variance = float(row @ found.variance)
    spread = float(np.sum((row * found.variance) ** 2 / found.df))
    lower, upper = np.sqrt(limits)
    s = float(np.sqrt(variance))
    return Spread(
        name=name, s=number(s), lower=number(min(float(lower), s)), upper=number(max(float(upper), s)),
        df=number(variance**2 / spread) if spread > 0.0 else None, negative=len(kept) < len(rows),
    )  # fmt: skip


def precisions(
    outcomes: Sequence[tuple[Outcome, Definition, float]],
    procedure: Procedure,
    *,
    calls: int,
    item_cost: float,
    key: str,
) -> tuple[Precision, ...]:
    """Precision of each result of one arm, with its definition and combined standard uncertainty."""
    return tuple(
        precision(o, procedure, d, u=u, calls=calls, item_cost=item_cost, key=f"{key}/precision/{o.name}")
        for o, d, u in outcomes
        if len(o.arms) == 1 and o.measurand.model is None and any(k in o.effect_of_key for k in o.estimate.sources)
    )
