"""Every requirement of a procedure against the results that it concerns, and the verdict that sets the exit code."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.document.decision import Decision, Decisions, Requirement, Verdict
from measurand.document.procedure import Procedure, RequirementRule
from measurand.document.result import Result, Results
from measurand.message import say
from measurand.quantity.distribution_of_result import DistributionOfResult
from measurand.quantity.limits import Limits
from measurand.study.conformity import decide

STRONGEST = (Verdict.INVALID, Verdict.NON_CONFORMING, Verdict.INCONCLUSIVE, Verdict.CONFORMING)
"""Precedence of the verdicts of one record."""


def decisions(procedure: Procedure, results: Results, limits: Sequence[Limits]) -> Decisions:
    """One decision for each requirement and each result that it names; INVALID where a condition of validity failed."""
    failed = tuple(check.text for check in results.validity if not check.passed)
    found: list[Decision] = []
    for rule in procedure.requirement:
        for one, its_limits in zip(results.results, limits, strict=True):
            if _concerns(rule, one):
                distribution = DistributionOfResult(its_limits)
                wanted = requirement(rule, one)
                found.append(
                    decide(
                        distribution, one, wanted, rule.decision_rule, valid=not failed, stated="before", failed=failed
                    )
                )
    verdicts = [d.verdict for d in found] or ([Verdict.INVALID] if failed else [])
    worst = next((v for v in STRONGEST if v in verdicts), None)
    return Decisions(decisions=tuple(found), verdict=worst)


def _concerns(rule: RequirementRule, result: Result) -> bool:
    return (
        rule.measurand == result.measurand
        and rule.system in ("each", result.system)
        and rule.level in ("each", result.level)
    )


def requirement(rule: RequirementRule, result: Result) -> Requirement:
    """The requirement in the unit of the measurand and in words."""
    lower, upper = rule.lower_limit, rule.upper_limit
    unit = "" if result.unit == "1" else f" {result.unit}"
    words = [say("requirement.at_least", limit=lower.value, unit=unit)] if lower else []
    words += [say("requirement.at_most", limit=upper.value, unit=unit)] if upper else []
    return Requirement(
        id=rule.id, measurand=rule.measurand, system=result.system, level=result.level,
        lower_limit=lower.value if lower else None, upper_limit=upper.value if upper else None,
        text=say("requirement.and").join(words), source=rule.source or "",
    )  # fmt: skip
