"""Every requirement of a procedure against the results that it concerns, and the verdict that sets the exit code."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.document.amount import Amount
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
    words = [say("requirement.at_least", limit=_as_written(lower, result.unit))] if lower else []
    words += [say("requirement.at_most", limit=_as_written(upper, result.unit))] if upper else []
    return Requirement(
        id=rule.id, measurand=rule.measurand, system=result.system, level=result.level,
        lower_limit=lower.value if lower else None, upper_limit=upper.value if upper else None,
        text=say("requirement.and").join(words), source=rule.source or "",
    )  # fmt: skip


def _as_written(limit: Amount, unit: str) -> str:
    """The limit with the digits that it was given, and the unit unless it has one."""
    plain = unit == "1" or limit.text.strip().lstrip("+-.0123456789eE") != ""
    return limit.text if plain else f"{limit.text} {unit}"
