"""What results, systems, rules and acceptance limits are called on a page."""

from __future__ import annotations

from collections.abc import Mapping

from measurand.document.certificate import Predicate
from measurand.document.decision import Decision, Rule
from measurand.document.result import Result
from measurand.document.rounding import percent
from measurand.export.plain import beside, limit
from measurand.export.svg.writer import shortened
from measurand.message import say


def heading(result: Result, predicate: Predicate) -> str:
    """Title of a result with what tells it from the others of its measurand.

    The system is named only when the certificate is about several.
    """
    parts = [named(result), *distinction(result, predicate)]
    return ", ".join(parts)


def named(result: Result) -> str:
    """The title of a result after the id that its requirement names, unless the title says it already."""
    said = result.measurand.replace("_", " ").lower() in result.title.lower()
    return result.title if said else f"{result.measurand}: {result.title}"


def distinction(result: Result, predicate: Predicate) -> list[str]:
    """System and level, as far as they tell a result from its neighbours."""
    systems = {r.system for r in predicate.results if r.measurand == result.measurand}
    several = len(systems) > 1 or len(predicate.systems) > 1
    return [text for text in (result.system if several else "", result.level) if text]


def brief(system: Mapping[str, str]) -> str:
    """Name and version of a system, cut where it would fill the head of the page; the whole stands further down."""
    name = " ".join(text for text in (system.get("name") or system.get("id", ""), system.get("version", "")) if text)
    return shortened(name, 60)


def rule_in_words(rule: Rule) -> str:
    """The decision rule as a sentence with its risks or its guard band."""
    if rule.kind == "simple":
        return say("rule.simple")
    if rule.guard_band is not None:
        return say(f"rule.{rule.kind}_band", band=rule.guard_band_text or limit(rule.guard_band))
    accept, reject = map(percent, (rule.max_false_accept_risk, rule.max_false_reject_risk))
    return say(f"rule.{rule.kind}", accept=accept, reject=reject)


def acceptance_in_words(decision: Decision, u: str) -> str:
    """The acceptance limits of a decision, to the place of the third digit of u; empty when there is none."""
    sides = (("page.at_least", decision.acceptance_lower), ("page.at_most", decision.acceptance_upper))
    return ", ".join(say(key, value=beside(x, u)) for key, x in sides if x is not None)
