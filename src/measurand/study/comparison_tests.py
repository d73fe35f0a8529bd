"""Tests of the contrasts of a procedure, as remarks: p-values, and adjusted for how many contrasts were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from measurand.message import say
from measurand.quantity import paired_shares
from measurand.quantity.limits import Limits
from measurand.quantity.multiplicity import adjusted
from measurand.quantity.restricted import score_of_difference
from measurand.quantity.student import normal_tail
from measurand.quantity.two_shares import PairCounts
from measurand.study.compose import Outcome, outcome_by_item

LEAST_TAIL = 1e-12
"""No smaller probability is looked for: the limits of a rule mean little there."""


@dataclass(frozen=True)
class Tested:
    """The test of one contrast."""

    name: str
    test: str
    p: float


def comparison_remarks(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """One sentence for each contrast: its test, its p-value, and that adjusted for all contrasts (Holm 1979).

    Two plain shares of the same items: McNemar's mid-p beside the exact p-value; of different items: the score test
    (Miettinen & Nurminen 1985); anything else: the level at which the limits of the result meet the null value.
    """
    tested = [_tested(o) for o in outcomes if o.measurand.contrast is not None and not o.measurand.contrast.of_all]
    if not tested:
        return ()
    family = adjusted([t.p for t in tested])
    several = "comparison.remark_adjusted" if len(tested) > 1 else "comparison.remark"
    return tuple(
        say(
            several,
            measurand=t.name,
            test=t.test,
            p=_printed(t.p),
            adjusted=_printed(float(a), times=len(tested)),
            count=len(tested),
        )
        for t, a in zip(tested, family, strict=True)
    )


def _printed(p: float, *, times: int = 1) -> str:
    """``p = 0.039``; below what limits are asked for, that it is less. ``times``: of how many p was made."""
    least = 2.0 * LEAST_TAIL * times
    return f"p < {least:.1g}" if p <= least else f"p = {p:.2g}"


def _tested(outcome: Outcome) -> Tested:
    name = " ".join(filter(None, (outcome.measurand.id, outcome.system, outcome.level)))
    if _is_plain(outcome):
        a, b = (outcome_by_item(arm) for arm in outcome.arms)
        if a.keys() == b.keys():
            x, y = (np.array([held[i] for i in sorted(a)], bool) for held in (a, b))
            return _paired(name, x, y)
        if not a.keys() & b.keys():
            return _independent(name, outcome)
    contrast = outcome.measurand.contrast
    null = 1.0 if contrast is not None and contrast.kind == "ratio" else 0.0
    return Tested(
        name, say("comparison.test.limits", null=f"{null:g}"), p_of_limits(outcome.alone or outcome.limits, null)
    )


def _is_plain(outcome: Outcome) -> bool:
    """Whether the contrast is of two plain shares of a population without end, and nothing else entered."""
    m, arms = outcome.measurand, outcome.arms
    bare = m.model is None and m.estimand == "generalised" and len(arms) == 2 and "label-bound" not in _keys(outcome)
    return bare and all(a.plain and a.counts is not None and not np.any(a.layout.fraction > 0) for a in arms)


def _keys(outcome: Outcome) -> frozenset[str]:
    return frozenset(outcome.estimate.sources)


def _paired(name: str, x: np.ndarray, y: np.ndarray) -> Tested:
    c = PairCounts(*(float(np.sum(v)) for v in (x & y, x & ~y, ~x & y, ~x & ~y)))
    discordant, exact = f"{c.only_first + c.only_second:.0f}", _printed(paired_shares.exact(c))
    text = say("comparison.test.pairs", discordant=discordant, exact=exact)
    return Tested(name, text, paired_shares.mid_p(c))


def _independent(name: str, outcome: Outcome) -> Tested:
    (x1, n1), (x2, n2) = (a.counts or (0.0, 1.0) for a in outcome.arms)
    factor = np.sqrt((n1 + n2 - 1.0) / (n1 + n2))
    z = abs(float(score_of_difference(x1, n1, x2, n2, 0.0))) * factor
    return Tested(name, say("comparison.test.independent"), 2.0 * float(normal_tail(z)))


def p_of_limits(limits: Limits, null: float) -> float:
    """Twice the probability left out on each side at which a limit meets the null value; 1 at the value itself."""

    def holds(tail: float) -> bool:
        lower, upper = limits.at_tail(tail)
        return lower <= null <= upper

    if null == limits.value or holds(0.5):
        return 1.0
    low, high = LEAST_TAIL, 0.5
    if not holds(low):
        return 2.0 * low
    for _ in range(40):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if holds(middle) else (low, middle)
    return 2.0 * low
