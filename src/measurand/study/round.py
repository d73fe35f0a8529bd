"""The report of a round: for each measurand and material the consensus by several methods, and who agrees with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.document import round_report as document
from measurand.document.number import number, real
from measurand.document.round_data import LeftOut, Quantity, RoundData, Submitted
from measurand.document.rounding import printed, rounded
from measurand.errors import DesignError, Finding, RefusedError
from measurand.message import say
from measurand.quantity.consensus import METHODS, WEIGHTED, consensus_of
from measurand.quantity.consensus_influence import influence
from measurand.quantity.consensus_result import Consensus, Limits
from measurand.quantity.consistent_subset import largest_consistent_subset
from measurand.quantity.correlation import agreeing
from measurand.quantity.equivalence_degrees import (
    Degrees,
    degrees_against,
    degrees_left_out,
    degrees_of_pairs,
    degrees_within,
)
from measurand.quantity.laboratories import Laboratories, laboratories
from measurand.study.round_answers import answers_reported
from measurand.study.round_assigned import judging_of
from measurand.study.round_precision import precision_of, relations_of
from measurand.study.round_scores import density_of, performance_of, scored, youdens

Array = NDArray[np.float64]
METHOD = "mandel-paule"
"""Of the reference value, where nothing was fixed: its limits hold best (docs/consensus.md)."""
LEAST = 2
"""Laboratories with an uncertainty, for a consensus."""
DISAGREE = 0.05
"""Probability of a larger chi-square below which laboratories are said to disagree."""
MOST_PAIRS = 60
"""Laboratories up to which every pair is stated."""
ROUNDING = 1e-14
"""Of a value: what rounding leaves of no difference."""
FEW = 5
"""Laboratories below which limits of normal theory are too short (docs/consensus.md)."""
LEAST_DF = 1.0
"""Degrees of freedom below which an interval means nothing."""
LEAST_EIGENVALUE = 1e-6
"""Of a correlation matrix: systems that are equal on every item are not quite the same."""


@dataclass(frozen=True)
class Excluded:
    """A result that the coordinator leaves out, with the reason; an empty ``material`` means all."""

    laboratory: str
    reason: str
    material: str = ""


@dataclass(frozen=True)
class Asked:
    """How a round is evaluated."""

    method: str = ""
    """Of the reference value; empty: that of the protocol, else ``METHOD``."""
    level: float = 0.95
    factor: float = 2.0
    """Coverage factor of the degrees of equivalence."""
    reference: tuple[float, float] | None = None
    """A reference value from outside and its standard uncertainty."""
    excluded: tuple[Excluded, ...] = ()
    sigma_pt: float | None = None
    """Standard deviation for proficiency assessment: asks for z scores."""
    delta_e: float | None = None
    """Largest permitted deviation: asks for P_A."""
    assigned: str = ""
    """Robust consensus of the scores; empty: what the protocol says, else Algorithm A."""


def reported(data: RoundData, asked: Asked) -> document.RoundReport:
    """The report of every measurand and material.

    Raises RefusedError for an unknown method, DesignError for one laboratory, and for an exclusion without a reason or
    of nobody.
    """
    fixed = data.method or METHOD
    remarks = list(data.remarks)
    if asked.method and data.method and asked.method != data.method:
        remarks.append(say("round.other_method", method=asked.method, protocol=data.method))
    asked = replace(asked, method=asked.method or fixed)
    if asked.method not in WEIGHTED:
        raise RefusedError(Finding("M0894", "", say("M0894.method", name=asked.method, names=", ".join(WEIGHTED))))
    known = {(s.laboratory, q.material) for q in data.quantities for s in q.submitted}
    for one in asked.excluded:
        if not any(one.laboratory == lab and one.material in ("", material) for lab, material in known):
            raise DesignError(Finding("M0895", "", say("M0895.unknown", laboratory=one.laboratory)))
        if not one.reason.strip():
            raise DesignError(Finding("M0895", "", say("M0895.reason", laboratory=one.laboratory)))
    several = tuple(_quantity(q, _of_quantity(q, asked)) for q in data.quantities)
    without = {(q.measurand, q.material): {o.laboratory for o in _excluded(q, asked)} for q in data.quantities}
    answers = tuple(answers_reported(one, level=asked.level) for one in data.answered)
    drawn, gaps = youdens(data.quantities, without, level=asked.level)
    return document.RoundReport(
        title=data.title, coverage_probability=number(asked.level), factor=number(asked.factor), method=asked.method,
        quantities=several, answers=answers, relations=relations_of(several), youden=drawn,
        performance=performance_of(several), remarks=(*remarks, *gaps),
    )  # fmt: skip


def _of_quantity(q: Quantity, asked: Asked) -> Asked:
    """What is asked of one quantity: where nothing else is said, what the protocol states of it."""
    stated = None if q.reference is None or q.reference_u is None else (real(q.reference), real(q.reference_u))
    return replace(
        asked, reference=asked.reference or stated,
        sigma_pt=asked.sigma_pt or (None if q.sigma_pt is None else real(q.sigma_pt)),
        delta_e=asked.delta_e or (None if q.delta_e is None else real(q.delta_e)),
    )  # fmt: skip


def _excluded(q: Quantity, asked: Asked) -> list[LeftOut]:
    """Whom the coordinator leaves out here, with the reason."""
    return [
        LeftOut(laboratory=e.laboratory, reason=e.reason)
        for e in asked.excluded
        if e.material in ("", q.material) and any(s.laboratory == e.laboratory for s in q.submitted)
    ]


def _quantity(q: Quantity, asked: Asked) -> document.QuantityReport:
    if len(q.submitted) < LEAST:
        named = " ".join((q.measurand, q.material)).strip()
        text = say("M0896.one", measurand=named, laboratory=q.submitted[0].laboratory)
        raise DesignError(Finding("M0896", "", text))
    chosen = _excluded(q, asked)
    out = {o.laboratory: o.reason for o in (*q.left_out, *chosen)}
    entered = [s for s in q.submitted if s.laboratory not in out and s.u is not None]
    without = {e.laboratory for e in chosen}
    held = [real(s.value) for s in q.submitted if s.laboratory not in without]
    judging = judging_of(
        q, held, reference=asked.reference, sigma_pt=asked.sigma_pt, method=asked.assigned
    )  # fmt: skip
    asked = replace(asked, reference=judging.outside)
    precision, findings, gaps = precision_of(q, without, level=asked.level, reference=judging.outside)
    scores, why = scored(q, held, judging, delta_e=asked.delta_e, factor=asked.factor)
    wanted = asked.delta_e is not None or judging.sigma_pt is not None
    warnings = (*gaps, *judging.gaps_where(scores=wanted), *([why] if why else []))
    base = document.QuantityReport(
        measurand=q.measurand, material=q.material, unit=q.unit, precision=precision, findings=findings,
        density=density_of(q, without), scored=scores, warnings=warnings, homogeneity=judging.items.homogeneity,
        stability=judging.items.stability,
        left_out=tuple(LeftOut(laboratory=name, reason=reason) for name, reason in out.items()),
        participants=tuple(_participant(s, out.get(s.laboratory, "")) for s in q.submitted),
    )  # fmt: skip
    if len(entered) < LEAST:
        return base.model_copy(update={"warnings": (say("round.too_few", count=len(entered)), *warnings)})
    found = _agreed(q, entered, out, asked, judging.source)
    return base.model_copy(update={**found, "warnings": (*found["warnings"], *warnings)})


def _agreed(
    q: Quantity, entered: Sequence[Submitted], out: Mapping[str, str], asked: Asked, source: str
) -> dict[str, Any]:
    """What a report says where there is a consensus."""
    labs = laboratories(
        [real(s.value) for s in entered], [real(s.u or "") for s in entered], covariance=_covariance(q, entered),
        df=[np.inf if s.df is None else real(s.df) for s in entered],
    )  # fmt: skip
    methods, missing = _methods(labs, asked.level, q.unit)
    chosen = consensus_of(labs, method=asked.method, level=asked.level)
    reference, degrees = _reference(labs, chosen, asked, q.unit, source)
    subset = set(largest_consistent_subset(labs).members) if labs.independent else None
    moved = influence(labs, method=asked.method, level=asked.level) if labs.count > LEAST else ()
    place = {s.laboratory: i for i, s in enumerate(entered)}
    participants = []
    for s in q.submitted:
        i = place.get(s.laboratory)
        if i is None:
            participants.append(_participant(s, out.get(s.laboratory, "")))
            continue
        weight = None if asked.reference or chosen.weights is None else number(float(chosen.weights[i]))
        shift = None if asked.reference or not moved else number(-moved[i].shift)
        participants.append(
            _participant(s, "", weight=weight, consistent=None if subset is None else i in subset, shift=shift)
        )
    h = chosen.heterogeneity
    low, high = h.tau_limits
    others = degrees_left_out(labs, method=asked.method, factor=asked.factor) if labs.count > LEAST else None
    pairs = degrees_of_pairs(labs, factor=asked.factor).e_n if labs.count <= MOST_PAIRS else np.empty((0, 0))
    return {
        "participants": tuple(participants),
        "reference": reference,
        "reference_from": "outside" if asked.reference else "consensus",
        "methods": methods,
        "not_given": missing,
        "agreement": document.Agreement(
            q=number(h.q), df=h.df, p=number(h.p), i2=number(h.i2), birge=number(h.birge), tau_lower=number(low),
            tau_upper=number(high),
        ),
        "degrees": _degrees(entered, degrees, others),
        "bilateral": tuple(tuple(number(float(x)) for x in row) for row in pairs),
        "correlated": not labs.independent,
        "warnings": _warnings(h.p, methods, labs, None if subset is None else len(entered) - len(subset)),
    }  # fmt: skip


def _covariance(q: Quantity, entered: Sequence[Submitted]) -> Array | None:
    """``u_i u_j r_ij`` of those who enter; None where nothing is known of correlations."""
    if not q.correlation:
        return None
    at = [i for i, s in enumerate(q.submitted) if s in entered]
    r = agreeing([[real(q.correlation[i][j]) for j in at] for i in at], least=LEAST_EIGENVALUE)
    u = np.array([real(s.u or "") for s in entered])
    return np.asarray(r * u[:, None] * u)


def _methods(
    labs: Laboratories, level: float, unit: str
) -> tuple[tuple[document.Method, ...], tuple[document.NotGiven, ...]]:
    found, missing = [], []
    for name in METHODS:
        try:
            found.append(_method(consensus_of(labs, method=name, level=level), unit))
        except (DesignError, RefusedError, ValueError) as error:
            correlated = not labs.independent and isinstance(error, RefusedError | DesignError)
            reason = say("round.independent_only") if correlated else str(error)
            missing.append(document.NotGiven(name=name, reason=reason))
    return tuple(found), tuple(missing)


def _method(one: Consensus, unit: str, own: Limits | None = None) -> document.Method:
    """``own``: limits in place of those of the method. Raises ValueError for a consensus without a finite uncertainty
    (two laboratories, Bayesian)."""
    if one.df < LEAST_DF:
        raise ValueError(say("round.no_df", df=f"{one.df:.2g}"))
    u, lower, upper = (one.u, one.lower, one.upper) if own is None else (own.u, own.lower, own.upper)
    shown = printed(one.value, u, interval=(lower, upper), coverage_probability=one.level, unit=unit)
    knapp = None
    if one.knapp is not None:
        knapp = (number(one.knapp.at_least.lower), number(one.knapp.at_least.upper))
    return document.Method(
        name=one.method, value=number(one.value), u=number(u), lower=number(lower), upper=number(upper),
        tau=None if one.tau is None else number(one.tau), text=shown.text, knapp=knapp,
    )  # fmt: skip


def _reference(
    labs: Laboratories, chosen: Consensus, asked: Asked, unit: str, source: str
) -> tuple[document.Method, Degrees]:
    """The reference value with limits of Hartung and Knapp, not shorter than the method's own; and who differs.

    ``source``: where a value from outside comes from. Raises RefusedError where the method gives no value with an
    uncertainty here.
    """
    if asked.reference is None and chosen.weights is not None and chosen.knapp is not None:
        try:
            reference = _method(chosen, unit, chosen.knapp.at_least)
        except ValueError as error:
            text = say("M0894.no_value", name=asked.method, why=str(error))
            raise RefusedError(Finding("M0894", "", text, say("M0894.hint"))) from error
        return reference, degrees_within(labs, weights=chosen.weights, factor=asked.factor)
    if asked.reference is None:
        raise RefusedError(Finding("M0894", "", say("M0894.method", name=asked.method, names=", ".join(WEIGHTED))))
    value, u = asked.reference
    low, high = value - asked.factor * u, value + asked.factor * u
    shown = printed(value, u, interval=(low, high), unit=unit)
    stated = document.Method(
        name=source, value=number(value), u=number(u), lower=number(low), upper=number(high), text=shown.text
    )
    return stated, degrees_against(labs, value, u, factor=asked.factor)


def _degrees(entered: Sequence[Submitted], found: Degrees, others: Degrees | None) -> tuple[document.Degree, ...]:
    out = []
    for i, s in enumerate(entered):
        u = float(found.u[i])
        if u <= 0.0:
            continue  # it is the whole reference: it cannot differ from itself
        expanded = found.factor * u
        d = float(found.d[i])
        d = 0.0 if abs(d) <= ROUNDING * abs(real(s.value)) else d  # what rounding leaves of no difference
        other = None if others is None else number(float(others.d[i] / (others.factor * others.u[i])))
        out.append(
            document.Degree(
                laboratory=s.laboratory, d=number(d), u=number(u), expanded=number(expanded),
                e_n=number(d / expanded), others=other,
            )
        )  # fmt: skip
    return tuple(out)


def _participant(
    s: Submitted, left_out: str, *, weight: str | None = None, consistent: bool | None = None, shift: str | None = None
) -> document.Participant:
    return document.Participant(
        laboratory=s.laboratory, value=s.value, u=s.u, df=s.df, weight=weight, consistent=consistent, left_out=left_out,
        shift=shift, certificate=s.certificate,
    )  # fmt: skip


def _warnings(p: float, methods: Sequence[document.Method], labs: Laboratories, outside: int | None) -> tuple[str, ...]:
    found = []
    if p < DISAGREE:
        more = "" if outside is None else say("round.disagree_outside", outside=outside)
        found.append(say("round.disagree", p=f"{p:.2g}") + more)
    values = [real(m.value) for m in methods]
    least = min(real(m.u) for m in methods)
    if max(values) - min(values) > least:
        low, high = min(methods, key=lambda m: real(m.value)), max(methods, key=lambda m: real(m.value))
        names = {"low": say(f"round.method.{low.name}"), "high": say(f"round.method.{high.name}")}
        found.append(say("round.methods_differ", a=rounded(low.value, low.u), b=rounded(high.value, high.u), **names))
    if labs.count < FEW:
        found.append(say("round.few", count=labs.count))
    return tuple(found)
