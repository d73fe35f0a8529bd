"""What now: the dominant component of the uncertainty, and how much more evidence would settle a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass

from measurand.document.decision import Rule, Verdict
from measurand.document.number import real
from measurand.document.result import Line, Result
from measurand.document.rounding import rounded, significant
from measurand.message import say
from measurand.quantity.distribution import Distribution
from measurand.quantity.risk import Placed, Tolerance, largest_narrowing, p_conformity
from measurand.study.labelling_plan import equal_cost, labelling

COUNTED = ("sampling", "repeatability", "conditions", "implementation", "reference", "judge")
"""Components whose variance of type A falls as one over the number of what was observed."""


@dataclass(frozen=True)
class Case:
    """A decided result: all that the advice is made of."""

    distribution: Distribution
    result: Result
    rule: Rule
    tolerance: Tolerance
    acceptance: Tolerance | None
    verdict: Verdict
    failed: tuple[str, ...] = ()


def percent(p: float) -> str:
    """A probability in per cent with two significant digits of the rarer side; never 0 % or 100 %.

    >>> percent(0.83), percent(0.99996), percent(0.0000001)
    ('83 %', '> 99.99 %', '< 0.01 %')
    """
    if p > 0.9999:
        return "> 99.99 %"
    if p < 0.0001:
        return "< 0.01 %"
    digits = max(0, 1 - math.floor(math.log10(100.0 * min(p, 1.0 - p))))
    return f"{100.0 * p:.{digits}f}".rstrip("0").rstrip(".") + " %" if digits else f"{100.0 * p:.0f} %"


def what_now(case: Case) -> str:
    """The "what now" line of every verdict but CONFORMING, as sentences; empty after CONFORMING."""
    if case.verdict is Verdict.CONFORMING:
        return ""
    if case.verdict is Verdict.INVALID:
        return say("advice.invalid", reasons="; ".join(case.failed) or say("conformity.invalid"))
    value, u = real(case.result.value), real(case.result.u)
    lines = _lines(case.result)
    if case.verdict is Verdict.NON_CONFORMING and not case.tolerance.holds(value):
        return " ".join([_missed(case, value, u), *_dominant(lines)])
    return " ".join(
        [*_gap(case, value, u), *_settling(case, value, u, lines), *_labels(case.result), *_floor(case.result)]
    )


def _lines(result: Result) -> list[Line]:
    """Evaluated lines with a positive variance, the largest first."""
    evaluated = [line for line in result.budget if isinstance(line, Line) and real(line.variance) > 0]
    return sorted(evaluated, key=lambda line: -real(line.variance))


def _share(line: Line) -> str:
    return f"{100.0 * real(line.share):.0f}"


def _shortfall(case: Case, value: float) -> tuple[float, float] | None:
    """The nearer acceptance limit and how far the value is short of it."""
    if case.acceptance is None:
        return None
    if value < case.acceptance.lower:
        return case.acceptance.lower, case.acceptance.lower - value
    if value > case.acceptance.upper:
        return case.acceptance.upper, value - case.acceptance.upper
    return None


def _gap(case: Case, value: float, u: float) -> list[str]:
    if case.acceptance is None:
        return [say("advice.no_acceptance")]
    short = _shortfall(case, value)
    return [say("advice.short", gap=significant(short[1]), limit=rounded(short[0], u))] if short and u > 0 else []


def _missed(case: Case, value: float, u: float) -> str:
    below = value < case.tolerance.lower
    limit = case.tolerance.lower if below else case.tolerance.upper
    short = _shortfall(case, value)
    key = "advice.failed" if short else "advice.failed_simple"
    improve = significant(short[1]) if short else ""
    return say(key, limit=f"{limit:.6g}", gap=significant(abs(value - limit)), improve=improve)


def _dominant(lines: list[Line]) -> list[str]:
    return [say("advice.failed_dominant", percent=_share(lines[0]), line=lines[0].line)] if lines else []


def _floor(result: Result) -> list[str]:
    if result.floor is None:
        return []
    return [say("advice.floor", component=say("advice.better_reference"), noun=_noun(result, "sampling"),
                floor=significant(result.floor))]  # fmt: skip


def _labels(result: Result) -> list[str]:
    """What as many labels again would give: new items once, twice, three times, or the same items once more."""
    state = result.labelling
    if state is None:
        return []
    count = sum(int(m) * n for m, n in state.items.items())
    ways = [
        say("advice.labels_again" if e.labels.again else "advice.labels_new", items=e.labels.items, each=e.labels.each,
            u=significant(e.u))
        for e in labelling(state, equal_cost(state, count))
    ]  # fmt: skip
    return [say("advice.labels", count=count, ways="; ".join(ways))]


def _noun(result: Result, component: str) -> str:
    if component == "sampling":
        return say("advice.noun.items" if result.units == result.items else "advice.noun.clusters")
    return say(f"advice.noun.{component}") if component in COUNTED else ""


def _settling(case: Case, value: float, u: float, lines: list[Line]) -> list[str]:
    """What the dominant line would need for a verdict at the same value, the other lines as they are."""
    narrowing = largest_narrowing(lambda r: _settles(case, value, r))
    if narrowing is None:
        return [say("advice.on_the_limit")]
    if not lines:
        return []
    first, needed_variance = lines[0], (narrowing * u) ** 2
    own = real(first.variance)
    rest = max(u * u - own, 0.0)
    left = needed_variance - rest
    noun = _noun(case.result, first.component)
    if left <= 0:
        said = [say("advice.never", percent=_share(first), line=first.line, noun=noun or say("advice.noun.other"),
                    rest=significant(math.sqrt(rest)), u_needed=significant(narrowing * u))]  # fmt: skip
        if len(lines) > 1:
            said.append(say("advice.second", percent=_share(lines[1]), line=lines[1].line))
        return said
    factor = own / left
    have = case.result.units if first.count is None and first.component == "sampling" else first.count
    if have is not None and noun:
        return [say("advice.settled_by", percent=_share(first), line=first.line,
                    needed=_about(have * factor), noun=noun, have=have)]  # fmt: skip
    if first.type == "A" and noun:
        return [say("advice.settled_by_factor", percent=_share(first), line=first.line, noun=noun,
                    factor=significant(factor))]  # fmt: skip
    fall = significant(100.0 * math.sqrt(left / own)) + " %"
    return [say("advice.settled_by_u", percent=_share(first), line=first.line, factor=fall)]


def _settles(case: Case, value: float, narrowing: float) -> bool:
    """With the distribution narrowed about the same value the rule by risk accepts, or rejects."""
    p = p_conformity(Placed(case.distribution, value, value, narrowing).cdf, case.tolerance)
    if case.tolerance.holds(value):
        return p >= 1.0 - real(case.rule.max_false_accept_risk)
    return 1.0 - p >= 1.0 - real(case.rule.max_false_reject_risk)


def _about(n: float) -> str:
    """A number of items rounded up to two significant digits."""
    step = 10 ** max(0, math.floor(math.log10(max(n, 1.0))) - 1)
    return str(math.ceil(n / step) * step)
