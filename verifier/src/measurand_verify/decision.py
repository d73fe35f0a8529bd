"""Every decision from stored values: probability of conformity, acceptance limits, verdict, specific risks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from measurand_verify.check import Check, RefusedError, failed, passed, unchecked
from measurand_verify.distribution import Distribution
from measurand_verify.numbers import near, real
from measurand_verify.recompute import name_of

CLOSE = 1e-7
CONFORMING, NON_CONFORMING, INCONCLUSIVE, INVALID = "conforming", "non-conforming", "inconclusive", "invalid"
RULES = ("guarded", "guarded_acceptance", "guarded_rejection", "simple")
_LIMITS = ("lower_limit", "upper_limit")


@dataclass(frozen=True)
class Case:
    """One decision with what it decides on."""

    decision: dict[str, Any]
    result: dict[str, Any]
    distribution: Distribution
    low: float
    high: float
    """Tolerance limits."""

    @property
    def rule(self) -> dict[str, Any]:
        """The decision rule."""
        rule: dict[str, Any] = self.decision["rule"]
        return rule

    def limit(self, name: str, otherwise: float) -> float:
        """A field of the decision that may be absent."""
        return real(self.decision[name]) if name in self.decision else otherwise


def decision_checks(predicate: dict[str, Any], distributions: list[Distribution]) -> list[Check]:
    """The checks of all decisions, and whether each requirement of the procedure was decided. Raises RefusedError."""
    results = {name_of(result): (result, d) for result, d in zip(predicate["results"], distributions, strict=True)}
    valid = all(check["passed"] for check in predicate.get("conditions", []))
    checks = [_decided(predicate)] if "procedure" in predicate else []
    for decision in predicate["decisions"]:
        where = f"{decision['requirement']['id']} {name_of(decision)}".rstrip("|")
        if name_of(decision) not in results:
            checks.append(failed(f"decision {where}", "it decides on a result that is not there"))
            continue
        needed = decision["requirement"]
        result, distribution = results[name_of(decision)]
        low, high = _real(needed, "lower_limit", -math.inf), _real(needed, "upper_limit", math.inf)
        case = Case(decision, result, distribution, low, high)
        if case.rule["kind"] not in RULES or (math.isinf(case.low) and math.isinf(case.high)):
            raise RefusedError(f"{where}: unknown rule, or no limit")
        checks += _checks(where, case, valid)
    return checks


def _real(table: dict[str, Any], key: str, otherwise: float) -> float:
    return real(table[key]) if key in table else otherwise


def _decided(predicate: dict[str, Any]) -> Check:
    """Is each requirement of the procedure decided for each result that it names, with its limits, source and rule?"""
    name, wanted = "requirements", {}
    for one in predicate["procedure"].get("requirement", []):
        limits = {key: one[key]["value"] for key in _LIMITS if key in one}
        for result in predicate["results"]:
            if one["measurand"] == result["measurand"] and all(
                one[key] in ("each", result[key]) for key in ("system", "level")
            ):
                wanted[one["id"], name_of(result)] = (limits, one["decision_rule"], one.get("source", ""))
    found = {}
    for decision in predicate["decisions"]:
        needed = decision["requirement"]
        limits = {key: needed[key] for key in _LIMITS if key in needed}
        found[needed["id"], name_of(decision)] = (limits, decision["rule"], needed.get("source", ""))
        if why := _otherwise(decision, predicate):
            return failed(name, why)
    differing = [key for key in sorted({*found, *wanted}) if not _same(found.get(key), wanted.get(key))]
    if differing or len(found) != len(predicate["decisions"]):
        which = ", ".join(f"{key[0]} ({key[1]})".replace("|)", ")") for key in differing)
        return failed(name, f"not decided as the procedure requires: {which[:300] or 'one twice'}")
    return passed(name, f"{len(wanted)} requirements are decided as the procedure states them")


def _same(one: Any, other: Any) -> bool:
    """Whether limits and rules are the same: texts as they are, numbers as numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(_same(a, b) for a, b in zip(one, other, strict=True))
    return one == other or (_is_number(one) and _is_number(other) and near(real(one), real(other)))


def _is_number(text: Any) -> bool:
    try:
        real(text)
    except RefusedError:
        return False
    return True


def _otherwise(decision: dict[str, Any], predicate: dict[str, Any]) -> str:
    """How a decision names its requirement otherwise than the procedure has it; empty when it does not."""
    needed = decision["requirement"]
    if name_of(needed) != name_of(decision):
        return f"a decision about {name_of(decision)!a:.80} is of {name_of(needed)!a:.80}"
    several = [one for one in predicate["procedure"]["requirement"] if one["id"] == needed["id"]]
    written = [one[key]["text"] for one in several for key in _LIMITS if key in one]
    if not all(text in needed["text"] for text in written):
        return f"{needed['text']!a:.80} does not name the limits {', '.join(written)!a:.80}"
    return ""


def _checks(where: str, case: Case, valid: bool) -> list[Check]:
    p = real(case.decision["p_conformity"])
    least, most = _probability(case)
    exact = near(least, most, absolute=1e-12)
    name = f"p_conformity {where}"
    if not least - CLOSE <= p <= most + CLOSE:
        return [failed(name, f"{p:.6g} is stated; the limits give {least:.6g} to {most:.6g}")]
    if exact:
        checks = [passed(name, f"{p:.6g} recomputed")]
    else:
        text = f"{p:.6g} lies between {least:.6g} and {most:.6g} as the stored limits say"
        checks = [unchecked(name, text, needed=False)]
    checks += [_acceptance(where, case), _verdict(where, case, valid, p, (least, most), exact=exact)]
    if {"global_consumer", "global_producer"} & set(case.decision["risks"]):
        checks.append(unchecked(f"global risks {where}", "they are not recomputed here", needed=False))
    return checks


def _probability(case: Case) -> tuple[float, float]:
    """Bounds on the probability of conformity: P(Y <= upper) - P(Y <= lower)."""
    above = case.distribution.probability(case.high) if math.isfinite(case.high) else (1.0, 1.0)
    below = case.distribution.probability(case.low) if math.isfinite(case.low) else (0.0, 0.0)
    return max(above[0] - below[1], 0.0), max(above[1] - below[0], 0.0)


def _guard(case: Case) -> tuple[float, float] | None:
    """Guard bands at the lower and the upper limit; None when the rule goes by risk."""
    if case.rule["kind"] == "simple":
        return 0.0, 0.0
    text = str(case.rule.get("guard_band_text", "")).strip()
    if text.endswith("U"):
        factor, value = real(text[:-1].strip() or "1"), real(case.result["value"])
        return factor * (value - real(case.result["lower"])), factor * (real(case.result["upper"]) - value)
    if "guard_band" in case.rule:
        return real(case.rule["guard_band"]), real(case.rule["guard_band"])
    return None


def _interval(case: Case) -> tuple[float, float] | None:
    """The acceptance interval; None where it needs more than the stored limits."""
    guard, kind = _guard(case), case.rule["kind"]
    if guard is not None:
        side = -1.0 if kind == "guarded_rejection" else 1.0
        return case.low + side * guard[0], case.high - side * guard[1]
    if math.isfinite(case.low) and math.isfinite(case.high):
        return None
    risk = real(case.rule["max_false_accept_risk"])
    if kind == "guarded_rejection":
        risk = 1.0 - real(case.rule["max_false_reject_risk"])
    level, value = abs(1.0 - 2.0 * risk), real(case.result["value"])
    lower = risk < 0.5 if math.isfinite(case.low) else risk > 0.5
    at = case.distribution.lower(level) if lower else case.distribution.upper(level)
    if at is None:
        return None
    return (case.low + value - at, math.inf) if math.isfinite(case.low) else (-math.inf, case.high + value - at)


def _acceptance(where: str, case: Case) -> Check:
    name, found = f"acceptance limits {where}", _interval(case)
    if found is None:
        return unchecked(name, "they need more than the stored limits", needed=False)
    low, high = (None if b is None else real(b) for b in case.result["bounds"])
    beyond = (high is not None and found[0] > high) or (low is not None and found[1] < low) or found[0] > found[1]
    wanted = (-math.inf, math.inf) if beyond else found
    stated = case.limit("acceptance_lower", -math.inf), case.limit("acceptance_upper", math.inf)
    scale = max(real(case.result["u"]), 1e-300)
    for one, other in zip(stated, wanted, strict=True):
        if not near(one, other, relative=CLOSE, absolute=1e-6 * scale):
            return failed(name, f"{one:.9g} is stated; the limits give {other:.9g}")
    return passed(name, "recomputed")


def _verdict(
    where: str, case: Case, valid: bool, p: float, bounds: tuple[float, float], *, exact: bool
) -> Check:  # fmt: skip
    name, stated = f"decision {where}", case.decision["verdict"]
    if not valid:
        wanted = {INVALID}
    elif (guard := _guard(case)) is not None:
        wanted = {_by_guard(case, guard)}
    else:
        wanted = {_by_risk(case.rule, p)}
        if not exact:
            wanted |= {_by_risk(case.rule, bound) for bound in bounds}
    if stated not in wanted or (exact and wanted != {stated}):
        return failed(name, f"{stated!a} is stated; the rule gives {', '.join(sorted(wanted))}")
    if len(wanted) > 1:
        return unchecked(name, f"{stated}: the stored limits do not settle it")
    risks = case.decision["risks"]
    for key, verdict, risk in (
        ("specific_false_accept", CONFORMING, 1.0 - p),
        ("specific_false_reject", NON_CONFORMING, p),
    ):
        if (key in risks) != (stated == verdict) or (key in risks and not near(real(risks[key]), risk, absolute=1e-9)):
            return failed(name, f"{key} is not that of the probability of conformity")
    return passed(name, f"{stated}: follows from the stored values by the rule {case.rule['kind']}")


def _by_guard(case: Case, guard: tuple[float, float]) -> str:
    value, kind = real(case.result["value"]), case.rule["kind"]
    inner = case.low + guard[0] <= value <= case.high - guard[1]
    outer = case.low - guard[0] <= value <= case.high + guard[1]
    if outer if kind == "guarded_rejection" else inner:
        return CONFORMING
    return INCONCLUSIVE if kind == "guarded" and outer else NON_CONFORMING


def _by_risk(rule: dict[str, Any], p: float) -> str:
    accepted = p >= 1.0 - real(rule["max_false_accept_risk"])
    rejected = 1.0 - p >= 1.0 - real(rule["max_false_reject_risk"])
    if rule["kind"] == "guarded_rejection":
        accepted = not rejected
    if accepted:
        return CONFORMING
    return INCONCLUSIVE if rule["kind"] == "guarded" and not rejected else NON_CONFORMING
