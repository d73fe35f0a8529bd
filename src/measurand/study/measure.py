"""The main job: from a resolved procedure and an evidence table to results, their covariance and their parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.document.expression import names, parse
from measurand.document.judge import Calibrated
from measurand.document.number import number, real
from measurand.document.parts import Parts
from measurand.document.procedure import Measurand, Procedure
from measurand.document.result import Check, Curve, LabelState, Result, Results
from measurand.document.rounding import significant
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.estimate import Estimate, covariance, stack
from measurand.quantity.limits import Limits
from measurand.study.arm import Keys
from measurand.study.checks import bootstrap_check, propagation_check
from measurand.study.comparison_tests import comparison_remarks
from measurand.study.compose import Known, Outcome, known_inputs, model
from measurand.study.crossing import UNIT
from measurand.study.curves import MOST_RESULTS, curves
from measurand.study.frame import Columns
from measurand.study.interval import unit_df
from measurand.study.judge_figures import figures
from measurand.study.judge_rates import rates
from measurand.study.judged import judge_checks, judge_remarks, judged
from measurand.study.labelling_plan import state_of
from measurand.study.lines import Composed, Names, budget, dropped, floor_of
from measurand.study.margins import effect_variances
from measurand.study.nesting import REPEAT
from measurand.study.observed import Labelled, observed
from measurand.study.outcome import arms, outcomes, reference_draws
from measurand.study.parts_of import parts_of
from measurand.study.population import population
from measurand.study.targets import Target, targets
from measurand.study.unseen import at_bound, unseen_variance
from measurand.study.validity import required, validity
from measurand.study.writing import result

Array = NDArray[np.float64]
Method = Literal["first-order", "exact", "resampling", "monte-carlo"]
Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Measured:
    """What a measurement gives: documents, and in memory the joint estimate and the limits of every result."""

    results: Results
    parts: Parts
    """Contributions of every source to every result; levels are not hashed yet."""
    estimate: Estimate
    """All results as one estimate with its parts, outputs named ``measurand|system|level``."""
    limits: tuple[Limits, ...]
    """Limits of each result, in the order of ``results``."""
    outcomes: tuple[Outcome, ...] = ()
    """Each result before it was written, in the same order."""


@dataclass(frozen=True, eq=False)
class _Finished:
    outcome: Outcome
    definition: Definition | None
    checks: tuple[Check, ...]
    method: Method
    curves: tuple[Curve, ...] = ()


def measure(
    procedure: Procedure,
    definitions: Mapping[str, Definition],
    columns: Columns | None,
    *,
    procedure_at: str,
    reference_at: str = "",
    evidence_at: str = "",
    progress: Progress | None = None,
    conditions: tuple[Check, ...] = (),
    judge: Calibrated | None = None,
) -> Measured:
    """Evaluate every measurand of a resolved procedure (ARCHITECTURE section 5, steps 4 to 7).

    ``columns`` is the evidence table (``document.evidence``), None for a plain budget of inputs. Pure: the same
    arguments give the same bytes; ``conditions`` of validity that were checked elsewhere are added; ``judge`` is what
    the calibration of the judge showed. Raises DesignError
    and RefusedError where the data cannot support the procedure.
    """
    known = known_inputs(procedure.input, procedure.correlation)
    labelled = observed(procedure, definitions, columns) if columns is not None else None
    if labelled is not None and judge is not None:
        labelled = replace(labelled, seen=replace(labelled.seen, judge=rates(judge)))
    keys = Keys(reference_at, evidence_at)
    finished: list[_Finished] = []
    if labelled is not None:
        wanted = targets(procedure, labelled.seen)
        for i, target in enumerate(wanted):
            if progress:
                progress(target.measurand.id, i / len(wanted))
            finished.extend(_observed_results(target, definitions, labelled, keys, procedure_at))
    done = _models(procedure, finished, known, procedure_at)
    written = _write(procedure, done, known, labelled, columns, evidence_at, procedure_at)
    properties = figures(judge, real(procedure.uncertainty.coverage_probability)) if judge is not None else ()
    update = {
        "validity": (*written.results.validity, *judge_checks(procedure, properties), *conditions),
        "judge": properties or None,
        "remarks": (*written.results.remarks, *judge_remarks(written.results.results, properties)),
    }
    return replace(written, results=written.results.model_copy(update=update))


def _observed_results(
    target: Target, definitions: Mapping[str, Definition], labelled: Labelled, keys: Keys, procedure_at: str
) -> list[_Finished]:  # fmt: skip
    measurand, resampled = target.measurand, False
    checks: list[Check] = []
    asked = labelled.seen.procedure.uncertainty.method
    evaluated = arms(target, definitions, labelled, keys)
    if measurand.estimand == "generalised" and asked != "exact":
        for i, (selection, one) in enumerate(zip(target.selections, evaluated, strict=True)):
            key = f"{procedure_at}/bootstrap/{measurand.id}/{selection.system}/{target.level}/{i}"
            step = not one.aim.statistic.smooth and not hasattr(one.aim.statistic, "twin")
            checked = bootstrap_check(one, key=key, always=asked == "resampling" or step)
            use = checked.resampled and asked in ("auto", "resampling")
            evaluated[i], resampled = (checked.arm if use else one), resampled or use
            checks += [checked.check] if checked.check else []
    exact = len(evaluated) == 1 and evaluated[0].plain and evaluated[0].counts is not None
    method: Method = "resampling" if resampled else "exact" if exact else "first-order"
    definition = definitions[measurand.quantity or ""]
    return [
        # exact limits that were corrected for a judge's errors are composed to first order
        _Finished(o, definition, tuple(checks), "first-order" if exact and o.uncorrected is not None else method)
        for o in outcomes(target, evaluated, labelled)
    ]


def _models(
    procedure: Procedure, finished: Sequence[_Finished], known: Known, procedure_at: str
) -> list[_Finished]:  # fmt: skip
    """Apply the models in the order in which they need each other, for every system and level."""
    done: dict[tuple[str, str, str], _Finished] = {}
    for f in finished:
        done[f.outcome.measurand.id, f.outcome.system, f.outcome.level] = f
    places = list(dict.fromkeys((f.outcome.system, f.outcome.level) for f in finished)) or [("", "")]
    waiting = [m for m in procedure.measurand if m.model is not None]
    modelled: set[str] = set()
    while waiting:
        ready = [m for m in waiting if not _needs(m, {w.id for w in waiting}) - modelled]
        if not ready:
            raise DesignError(Finding("M0562", "measurand", say("M05.cycle")))
        for m in ready:
            for system, level in places:
                one = _model_result(m, system, level, done, known, procedure, procedure_at)
                if one is not None:
                    done[m.id, system, level] = one
            modelled.add(m.id)
        waiting = [m for m in waiting if m.id not in modelled]
    order = {m.id: i for i, m in enumerate(procedure.measurand)}
    return sorted(done.values(), key=lambda f: (order[f.outcome.measurand.id], places.index(_place(f))))


def _place(f: _Finished) -> tuple[str, str]:
    return (f.outcome.system, f.outcome.level)


def _needs(measurand: Measurand, models: set[str]) -> set[str]:
    return (set(_names(measurand)) & models) - {measurand.id}


def _model_result(
    measurand: Measurand, system: str, level: str, done: Mapping[tuple[str, str, str], _Finished], known: Known,
    procedure: Procedure, procedure_at: str,
) -> _Finished | None:  # fmt: skip
    """One model at one system and level; None where another measurand that it uses has no result there."""
    own = done.get((measurand.id, system, level))
    if measurand.quantity is not None and own is None:
        return None
    others = {i: f.outcome for (i, s, v), f in done.items() if (s, v) == (system, level) and i != measurand.id}
    missing = [n for n in _names(measurand) if n != "value" and n not in others and n not in known.estimate]
    if missing:
        return None
    mine = own.outcome if own else None
    outcome = model(measurand, system, level, mine, others, known)
    asked = procedure.uncertainty.method
    key, p = f"{procedure_at}/montecarlo/{outcome.name}", real(procedure.uncertainty.coverage_probability)
    seen = propagation_check(outcome, mine, others, known, key=key, p=p, always=asked == "monte-carlo")
    use = seen.monte_carlo and asked in ("auto", "monte-carlo")
    checks = (*(own.checks if own else ()), seen.check)
    if not use:
        return _Finished(outcome, own.definition if own else None, checks, "first-order", seen.curves)
    definition = own.definition if own else None
    return _Finished(replace(outcome, limits=seen.limits), definition, checks, "monte-carlo", seen.curves)


def _names(measurand: Measurand) -> tuple[str, ...]:
    return names(parse(measurand.model or "value"))


def _write(
    procedure: Procedure, done: Sequence[_Finished], known: Known, labelled: Labelled | None, columns: Columns | None,
    evidence_at: str, procedure_at: str,
) -> Measured:  # fmt: skip
    seen = population(labelled.seen) if labelled else None
    drawn = [_drawn(f, procedure, labelled, len(done), key=procedure_at) for f in done[:MOST_RESULTS]]
    drawn = [(*d, *((seen,) if seen else ())) for d in drawn] + [()] * (len(done) - len(drawn))
    written = [_one(f, procedure, done, known, labelled, evidence_at, c) for f, c in zip(done, drawn, strict=True)]
    joint = stack([replace(f.outcome.estimate, outputs=(f.outcome.name,)) for f in done])
    c = covariance(joint, joint)
    u = np.sqrt(np.maximum(np.diagonal(c), 0.0))
    safe = np.where(u > 0, u, 1.0)
    r = np.clip(c / safe[:, None] / safe[None, :], -1.0, 1.0)
    np.fill_diagonal(r, 1.0)
    checks: tuple[Check, ...] = ()
    if labelled is not None and columns is not None:
        checks = validity(procedure, columns, labelled, _repeatabilities(done))
    checks = (*checks, *required(procedure, written))
    matrix = tuple(tuple(number(float(x)) for x in row) for row in r)
    remarks = (*_remarks(labelled), *comparison_remarks([f.outcome for f in done]))
    results = Results(results=tuple(written), correlation=matrix, validity=checks, remarks=remarks)
    return Measured(
        results, parts_of(joint), joint, tuple(f.outcome.limits for f in done), tuple(f.outcome for f in done)
    )


def _repeatabilities(done: Sequence[_Finished]) -> dict[str, float]:
    out = {}
    for f in done:
        o = f.outcome
        v = effect_variances(o.estimate, o.inner, o.effect_of_key, o.inside).get(REPEAT)
        if v is not None:
            out[o.name] = float(np.sqrt(max(float(v[0]), 0.0)))
    return out


def _remarks(labelled: Labelled | None) -> tuple[str, ...]:
    if labelled is None:
        return ()
    out: list[str] = []
    if labelled.votes is not None:
        v = labelled.votes
        out.extend(v.each)
        out.append(say("remark.annotators", rate=f"{v.rate:.3g}", wrong=f"{v.wrong:.2g}", kappa=f"{v.agreement:.3f}"))
    if labelled.uncorrected:
        out.append(say("remark.uncorrected", rate=f"{labelled.uncorrected:g}"))
    out.extend(labelled.warnings)
    return tuple(out)


def _one(
    f: _Finished, procedure: Procedure, done: Sequence[_Finished], known: Known, labelled: Labelled | None,
    evidence_at: str, drawn: tuple[Curve, ...],
) -> Result:  # fmt: skip
    o = f.outcome
    effects = effect_variances(o.estimate, o.inner, o.effect_of_key, o.inside)
    first = float(o.estimate.variance[0]) - sum(dropped(effects).values())
    monte_carlo = f.method == "monte-carlo"
    more = o.limits.u**2 - first
    nonlinear = more if monte_carlo and abs(more) > 0.02 * o.limits.u**2 else 0.0
    total = first + nonlinear
    # what no unit showed belongs to the line of the units where that is one of this result's own
    unseen = unseen_variance(o.estimate) if len(o.arms) == 1 and o.measurand.model is None else 0.0
    repeats = len(labelled.seen.frame.repeats) if labelled else 0
    entered = [(a, a.evaluation.active & (a.weighed.base != 0)) for a in o.arms]
    items = len(np.unique(np.concatenate([a.weighed.rows.item[e] for a, e in entered]))) if entered else 0
    units = len(np.unique(np.concatenate([a.layout.dimension[UNIT][e] for a, e in entered]))) if entered else 0
    called = Names(
        items=items, units=units, cluster=_cluster(procedure), repeats=repeats, inputs=known.line,
        levels=_levels(o), together=any(a.aim.definition.pooled for a in o.arms),
    )  # fmt: skip
    composed = Composed(
        o.estimate, o.inner, o.effect_of_key, o.inside,
        _label_noise(o),
        of_numbers=any(a.reference_draws is not None for a in o.arms),
        audited=max((a.weighed.audit.count for a in o.arms if a.weighed.audit is not None), default=0),
        unit_df=min((unit_df(a, labelled.seen) for a in o.arms), default=np.inf) if labelled else np.inf,
        repeats_differ=REPEAT in effects and float(effects[REPEAT][0]) > 0,
        unseen=unseen, nonlinear=nonlinear,
    )  # fmt: skip
    together = 1
    if o.measurand.by is not None:
        together = sum(g.outcome.measurand.id == o.measurand.id and g.outcome.system == o.system for g in done)
    warnings = list(o.limits.warnings)
    if together > 1:
        warnings.append(say("warning.simultaneous", count=together))
    if _unequal(o.limits):
        warnings.append(say("warning.tails_unequal"))
    return result(
        o, f.definition, procedure,
        budget=budget(composed, procedure, called, benchmark=o.measurand.estimand == "benchmark"),
        u=float(np.sqrt(total)), df=o.limits.df, items=items, units=units,
        checks=(*f.checks, *_target(o.measurand, float(np.sqrt(total)))), warnings=warnings,
        simultaneous=together, seen=labelled.seen if labelled else None, evidence_at=evidence_at or None,
        method=f.method, floor=floor_of(o.estimate, effects), drawn=drawn,
        labelling=_label_state(o, labelled), judged=judged(o, real(procedure.uncertainty.coverage_probability)),
    )  # fmt: skip


def _label_state(o: Outcome, labelled: Labelled | None) -> LabelState | None:
    """What the labels say about further ones, of the value of one arm that no model changes."""
    if labelled is None or labelled.votes is None or len(o.arms) != 1 or o.measurand.model is not None:
        return None
    return state_of(o.arms[0], labelled.votes)


def _drawn(
    f: _Finished, procedure: Procedure, labelled: Labelled | None, results: int, *, key: str
) -> tuple[Curve, ...]:  # fmt: skip
    """Data of the pictures of one result."""
    if labelled is None:
        return f.curves
    p = real(procedure.uncertainty.coverage_probability)
    key = f"{key}/curves/{f.outcome.name}"
    return (*curves(f.outcome, labelled.seen, results=results, key=key, p=p), *f.curves)


def _label_noise(o: Outcome) -> float:
    """Variance that wrong labels, or errors of numeric reference values, cause inside of the margin of the units."""
    labels = float(sum(c * c * a.label_noise for a, c in zip(o.arms, o.coefficients, strict=True)))
    moved = reference_draws(o.arms, o.coefficients)
    inside = moved is not None and o.measurand.estimand == "generalised"
    return labels + (float(moved.var(ddof=1)) if inside and moved is not None else 0.0)


def _levels(outcome: Outcome) -> dict[str, int]:
    """Number of levels of each random factor that entered."""
    names = {d for a in outcome.arms for d in a.layout.dimension}
    return {
        n: len(np.unique(np.concatenate([a.layout.dimension[n] for a in outcome.arms if n in a.layout.dimension])))
        for n in sorted(names)
    }


def _target(measurand: Measurand, u: float) -> tuple[Check, ...]:
    """Whether the target uncertainty was reached, where one was stated."""
    target = measurand.target_uncertainty
    if target is None:
        return ()
    text = say("check.target", u=significant(u), target=target.text)
    return (Check(name="target_uncertainty", passed=u <= real(target.value), text=text),)


def _unequal(limits: Limits) -> bool:
    """Whether one side of the 95 % interval is more than twice the other, away from the ends of the range."""
    lower, upper = limits.at_tail(0.025)
    below, above = limits.value - lower, upper - limits.value
    inside = not at_bound(limits, limits.bounds)
    return inside and min(below, above) * 2.0 < max(below, above) < float("inf")


def _cluster(procedure: Procedure) -> str:
    return "/".join(procedure.sampling.cluster) if procedure.sampling.cluster else ""
