"""Statement of conformity of one result with one requirement, by a decision rule (JCGM 106:2012)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from measurand.document.decision import Decision, Requirement, Risks, Rule, Verdict
from measurand.document.number import number, real
from measurand.document.result import Result
from measurand.document.rounding import rounded, significant
from measurand.message import say
from measurand.quantity.distribution import Distribution
from measurand.quantity.knowledge import by_name
from measurand.quantity.risk import Tolerance, acceptance_limits, global_risks, p_conformity
from measurand.study.advice import Case, percent, what_now


@dataclass(frozen=True)
class Limits:
    """What a rule makes of tolerance limits and a result: where it accepts, and from where on it rejects."""

    acceptance: Tolerance | None
    """Values that are accepted; None: no possible value."""
    verdict: Verdict


def decide(
    distribution: Distribution,
    result: Result,
    requirement: Requirement,
    rule: Rule,
    *,
    valid: bool,
    stated: Literal["before", "after"],
    failed: Sequence[str] = (),
) -> Decision:
    """Verdict, risks, acceptance limits and the "what now" line of one result.

    ``distribution`` is the result's own, from which its interval was made, so that interval and verdict agree.
    ``valid`` is False when a condition of validity failed (``failed``: which ones): then the verdict is INVALID.
    """
    value, u = real(result.value), real(result.u)
    tolerance = Tolerance(
        real(requirement.lower_limit) if requirement.lower_limit is not None else -math.inf,
        real(requirement.upper_limit) if requirement.upper_limit is not None else math.inf,
    )
    p = p_conformity(distribution.cdf, tolerance)
    guard = _guard(rule, result)
    limits = _by_guard(rule, value, tolerance, guard) if guard else _by_risk(rule, distribution, value, tolerance, p)
    acceptance = _possible(limits.acceptance, result)
    verdict = limits.verdict if valid else Verdict.INVALID
    risks = _risks(rule, distribution, value, tolerance, acceptance, p, verdict)
    reasons = [say("conformity.invalid"), *failed] if not valid else _reasons(rule, p, guard, verdict, u)
    reasons += _position(value, u, tolerance, acceptance)
    if risks.global_consumer is not None and risks.global_producer is not None:
        reasons.append(say("conformity.global", consumer=percent(real(risks.global_consumer)),
                           producer=percent(real(risks.global_producer))))  # fmt: skip
    if stated == "after":
        reasons.append(say("conformity.after"))
    return Decision(
        requirement=requirement,
        rule=rule,
        measurand=result.measurand,
        system=result.system,
        level=result.level,
        stated=stated,
        p_conformity=number(p),
        acceptance_lower=_written(acceptance.lower) if acceptance else None,
        acceptance_upper=_written(acceptance.upper) if acceptance else None,
        risks=risks,
        verdict=verdict,
        reasons=tuple(reasons),
        what_now=what_now(Case(distribution, result, rule, tolerance, acceptance, verdict, tuple(failed))),
    )


def _written(x: float) -> str | None:
    return number(x) if math.isfinite(x) else None


def _guard(rule: Rule, result: Result) -> tuple[float, float] | None:
    """Guard bands at the lower and at the upper limit; None when the rule goes by risk.

    ``"r U"`` means r times the part of the coverage interval on the side of the limit.
    """
    if rule.kind == "simple":
        return 0.0, 0.0
    text = rule.guard_band_text.strip()
    if text.endswith("U"):
        factor = real(text[:-1].strip() or "1")
        value = real(result.value)
        return factor * (value - real(result.lower)), factor * (real(result.upper) - value)
    if rule.guard_band is not None:
        return real(rule.guard_band), real(rule.guard_band)
    return None


def _by_guard(rule: Rule, value: float, tolerance: Tolerance, guard: tuple[float, float]) -> Limits:
    """Acceptance interval inside, rejection outside of the tolerance limits, each by the guard band."""
    inner = Tolerance(tolerance.lower + guard[0], tolerance.upper - guard[1])
    outer = Tolerance(tolerance.lower - guard[0], tolerance.upper + guard[1])
    acceptance = outer if rule.kind == "guarded_rejection" else inner
    if acceptance.holds(value):
        verdict = Verdict.CONFORMING
    elif rule.kind == "guarded" and outer.holds(value):
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.NON_CONFORMING
    return Limits(acceptance if acceptance.lower <= acceptance.upper else None, verdict)


def _by_risk(rule: Rule, distribution: Distribution, value: float, tolerance: Tolerance, p: float) -> Limits:
    """Verdict by the specific risks: P(conforms) >= 1 - alpha accepts, P(does not conform) >= 1 - beta rejects."""
    accept, reject = 1.0 - real(rule.max_false_accept_risk), 1.0 - real(rule.max_false_reject_risk)
    accepted, rejected = p >= accept, 1.0 - p >= reject
    if rule.kind == "guarded_rejection":
        accepted = not rejected
    if accepted:
        verdict = Verdict.CONFORMING
    else:
        verdict = Verdict.INCONCLUSIVE if rule.kind == "guarded" and not rejected else Verdict.NON_CONFORMING
    wanted = 1.0 - reject if rule.kind == "guarded_rejection" else accept
    ends = acceptance_limits(distribution, value, tolerance, p=wanted)
    return Limits(Tolerance(*ends) if ends else None, verdict)


def _possible(acceptance: Tolerance | None, result: Result) -> Tolerance | None:
    """The acceptance limits, or None if no value that the measurand can have lies between them."""
    if acceptance is None:
        return None
    low, high = (None if b is None else real(b) for b in result.bounds)
    beyond = (high is not None and acceptance.lower > high) or (low is not None and acceptance.upper < low)
    never = math.isinf(acceptance.lower) and math.isinf(acceptance.upper)
    return None if beyond or never or acceptance.lower == math.inf or acceptance.upper == -math.inf else acceptance


def _risks(
    rule: Rule,
    distribution: Distribution,
    value: float,
    tolerance: Tolerance,
    acceptance: Tolerance | None,
    p: float,
    verdict: Verdict,
) -> Risks:
    consumer = producer = None
    if rule.prior is not None and acceptance is not None:
        given = {key: real(str(v)) for key, v in rule.prior.items() if key != "distribution"}
        prior = by_name(str(rule.prior["distribution"]), given)
        found = global_risks(prior, distribution, tolerance, acceptance=acceptance, at=value)
        consumer, producer = number(found.consumer), number(found.producer)
    return Risks(
        specific_false_accept=number(1.0 - p) if verdict is Verdict.CONFORMING else None,
        specific_false_reject=number(p) if verdict is Verdict.NON_CONFORMING else None,
        global_consumer=consumer,
        global_producer=producer,
    )


def _reasons(rule: Rule, p: float, guard: tuple[float, float] | None, verdict: Verdict, u: float) -> list[str]:
    """Why, in words: the probability against what the rule allows."""
    if rule.kind == "simple":
        return [say("conformity.p_simple", p=percent(p))]
    if guard is not None:
        width = rule.guard_band_text or significant(max(guard))
        reasons = [say("conformity.p_guard", guard=width, p=percent(p))]
    elif verdict is Verdict.NON_CONFORMING and rule.kind != "guarded_acceptance":
        allowed = percent(real(rule.max_false_reject_risk))
        reasons = [say("conformity.p_rejected", p=percent(p), allowed=allowed, actual=percent(p))]
    else:
        allowed = percent(real(rule.max_false_accept_risk))
        reasons = [say("conformity.p_guarded", p=percent(p), allowed=allowed, actual=percent(1.0 - p))]
    if rule.kind == "guarded_acceptance" and verdict is Verdict.NON_CONFORMING:
        reasons.append(say("conformity.middle_counts"))
    if rule.kind == "guarded_rejection" and verdict is Verdict.CONFORMING:
        reasons.append(say("conformity.middle_accepted"))
    return reasons


def _position(value: float, u: float, tolerance: Tolerance, acceptance: Tolerance | None) -> list[str]:
    """Where the value lies against the tolerance limits and the acceptance limits."""
    scale = u if u > 0 else max(abs(value), 1e-300)
    shown = rounded(value, scale)
    reasons = []
    if not tolerance.holds(value):
        reasons.append(say("conformity.violated", value=shown, limits=_range(tolerance)))
    if acceptance is None:
        return [*reasons, say("conformity.no_acceptance")]
    if value < acceptance.lower:
        gap, limit = acceptance.lower - value, rounded(acceptance.lower, scale)
        reasons.append(say("conformity.short_lower", value=shown, gap=significant(gap), limit=limit))
    elif value > acceptance.upper:
        gap, limit = value - acceptance.upper, rounded(acceptance.upper, scale)
        reasons.append(say("conformity.short_upper", value=shown, gap=significant(gap), limit=limit))
    else:
        inside = Tolerance(*(float(rounded(x, scale)) if math.isfinite(x) else x
                             for x in (acceptance.lower, acceptance.upper)))  # fmt: skip
        reasons.append(say("conformity.inside", value=shown, limits=_range(inside)))
    return reasons


def _range(tolerance: Tolerance) -> str:
    lower = number(tolerance.lower) if math.isfinite(tolerance.lower) else ""
    upper = number(tolerance.upper) if math.isfinite(tolerance.upper) else ""
    if lower and upper:
        return say("conformity.between", lower=lower, upper=upper)
    return say("conformity.at_least", limit=lower) if lower else say("conformity.at_most", limit=upper)
