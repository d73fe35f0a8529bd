"""Acceptance rules by counts: their verdict, what they risk, and what a guarded decision says."""

from __future__ import annotations

from typing import Literal

import numpy as np

from measurand.document.acceptance import AcceptanceRule, Judged, Point, RuleReport
from measurand.document.number import number, real
from measurand.errors import Finding, RefusedError
from measurand.message import say
from measurand.quantity.acceptance import at_least, fewest, most, share_where
from measurand.quantity.exact import clopper_pearson

RISK, LEVEL, POINTS = 0.05, 0.95, 41


def ruled(rule: AcceptanceRule, *, trials: int | None = None, events: int | None = None) -> RuleReport:
    """A rule at its own number of trials or another, and of a count.

    Raises RefusedError: fewer trials than the rule asks for, another number than its zones are for, more events than
    trials, no trials.
    """
    n = rule.trials if trials is None else trials
    _check(rule, n, events)
    low = rule.sense in ("at most", "zones")
    count = _count(rule, n)
    # few events pass: as many non-events or more
    passing = n - count if low else count

    def passed(share: np.ndarray) -> np.ndarray:
        return at_least(passing, n, 1.0 - share if low else share)

    ends = (share_where(passing, n, 1.0 - RISK), share_where(passing, n, RISK))
    producer, consumer = (1.0 - x if low else x for x in ends)
    limit = real(rule.limit)
    reach = 2.0 * max(abs(producer - limit), abs(consumer - limit))
    shares = np.unique(np.clip([*np.linspace(limit - reach, limit + reach, POINTS), limit], 0.0, 1.0))
    curve = tuple(Point(share=number(s), passed=number(p)) for s, p in zip(shares, passed(shares), strict=True))
    remarks = [say("acceptance.independent")]
    if rule.read != "text":
        remarks.append(say(f"acceptance.read.{rule.read}"))
    if rule.note:
        remarks.append(rule.note)
    return RuleReport(
        rule=rule, trials=n, needed=_needed(rule, count, n), producer=number(producer), consumer=number(consumer),
        at_limit=number(float(passed(np.array(limit)))), curve=curve,
        judged=None if events is None else _judged(rule, events, n, count), remarks=tuple(remarks),
    )  # fmt: skip


def _check(rule: AcceptanceRule, trials: int, events: int | None) -> None:
    if rule.sense == "zones" and trials != rule.trials:
        raise _refused(say("M0914.zones", rule=rule.id, trials=trials, asked=rule.trials))
    if rule.asked and trials < rule.trials:
        raise _refused(say("M0914.few", rule=rule.id, trials=trials, asked=rule.trials))
    if trials < 1 or (events is not None and not 0 <= events <= trials):
        raise _refused(say("M0914.events", rule=rule.id, trials=trials, events=events))


def _refused(text: str) -> RefusedError:
    return RefusedError(Finding("M0914", "", text))


def _count(rule: AcceptanceRule, n: int) -> int:
    """Of ``at most`` and zones the largest number of events that passes, else the smallest."""
    limit = real(rule.limit)
    if rule.sense == "zones":
        return rule.zones[0].most or 0
    if rule.sense == "at most":
        return most(limit, n)
    return fewest(limit, n, above=rule.sense == "more than")


def _needed(rule: AcceptanceRule, count: int, n: int) -> str:
    key = "most" if rule.sense in ("at most", "zones") else "least"
    name = rule.zones[0].name if rule.zones else say("acceptance.passed")
    return say(f"acceptance.{key}", name=name, count=count, trials=n)


def _judged(rule: AcceptanceRule, events: int, n: int, count: int) -> Judged:
    low = rule.sense in ("at most", "zones")
    if rule.zones:
        verdict = next(z.name for z in rule.zones if z.most is None or events <= z.most)
    else:
        verdict = say("acceptance.passed" if (events <= count if low else events >= count) else "acceptance.failed")
    lower, upper = (float(x) for x in clopper_pearson(events, n, tail=(1.0 - LEVEL) / 2.0))
    below, above = (float(x) for x in clopper_pearson(events, n, tail=RISK))
    limit = real(rule.limit)
    good, bad = (above <= limit, below > limit) if low else (below >= limit, above < limit)
    guarded: Literal["conforming", "non-conforming", "inconclusive"] = (
        "conforming" if good else "non-conforming" if bad else "inconclusive"
    )
    return Judged(
        events=events, share=number(events / n), verdict=verdict, lower=number(lower), upper=number(upper),
        guarded=guarded,
    )  # fmt: skip
