"""Systems against each other: differences with what they share, groups, ranks and claims."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from measurand.document import comparison as document
from measurand.document.comparison import Comparison, Discordant, Pair
from measurand.document.defined import differing
from measurand.document.number import number, real
from measurand.document.rounding import printed, rounded
from measurand.errors import Finding, RefusedError
from measurand.message import say
from measurand.quantity import paired_shares
from measurand.quantity.two_shares import PairCounts
from measurand.study.abilities import abilities_of
from measurand.study.comparison_claims import claims_of
from measurand.study.comparison_family import adjusted_p, floors_of, groups_of, together_of
from measurand.study.comparison_tests import p_of_limits
from measurand.study.contender import Contender, common, item_differences
from measurand.study.from_parts import reference_of, same_items
from measurand.study.pairing import Asked, Made, checked, discordant, made

LISTED = 50
"""Items on which two systems differ that are listed; how many there are is said."""


def compared(contenders: Sequence[Contender], asked: Asked) -> Comparison:
    """The comparison of systems in one measurand.

    Each pair's limits are composed from both results' own limits with the correlation that their parts show
    (INTERVALS R5). Intervals that hold together are taken at the tail of the largest of all standardised differences,
    jointly normal with the covariance of the results. Systems share a letter where they are not told apart.

    Raises DesignError: fewer than two systems, other definitions without a declared uncertainty, units that differ, a
    margin that is none. RefusedError: a ratio to a value that is not positive.
    """
    checked(contenders, asked)
    pairs = [
        made(first, second, asked)
        for first, second in combinations(contenders, 2)
        if asked.against in (None, first.name, second.name)
    ]
    if asked.against is not None:
        pairs = [p if p.first.name == asked.against else made(p.second, p.first, asked) for p in pairs]
    together = together_of(contenders, pairs, asked)
    p = np.array([p_of_limits(m.limits, 1.0 if asked.kind == "ratio" else 0.0) for m in pairs])
    held = adjusted_p(p, asked.adjustment, together)
    different = held <= 1.0 - asked.level
    claims = claims_of(pairs, asked)
    told = zip(pairs, p, held, different, claims, strict=True)
    found = tuple(
        _pair(m, asked, family=together.tail, p=float(x), held=float(h), different=bool(d), claim=claim)
        for m, x, h, d, claim in told
    )
    ordered = _ordered(contenders)
    letters, ranks = groups_of(contenders, found, together) if asked.against is None else ({}, {})
    one = contenders[0]
    differs = sorted({text for c in contenders[1:] for text in differing(one.defined, c.defined)})
    abilities, why = abilities_of(contenders, level=asked.level) if asked.abilities else (None, "")
    remarks = (*_remarks(contenders, asked), *([say("abilities.none", why=why)] if why else []))
    half, family_half = floors_of(pairs, asked.level, together.tail)
    return Comparison(
        title=one.result.title, quantity=one.result.quantity, unit=one.result.unit, direction=one.result.direction,
        definition_at=one.defined.address, definition_differs=tuple(differs),
        implementation=None if asked.implementation is None else number(asked.implementation),
        same_items=(alike := all(same_items(one.estimate, c.estimate) for c in contenders)), kind=asked.kind,
        reference=reference_of(one.estimate) if alike else "",
        coverage_probability=number(asked.level), adjustment=asked.adjustment,
        contenders=tuple(_contender(c, letters.get(c.name, ""), ranks.get(c.name)) for c in ordered),
        pairs=found, floor=number(half), family_floor=number(family_half), abilities=abilities,
        remarks=remarks,
    )  # fmt: skip


def _pair(
    m: Made, asked: Asked, *, family: float, p: float, held: float, different: bool, claim: document.Shown | None
) -> Pair:
    try:
        lower, upper = m.limits(asked.level)
    except RefusedError as error:
        text = f"{m.second.name} / {m.first.name}: {error.findings[0].message}"
        raise RefusedError(Finding("M0854", "", text)) from error
    family_lower, family_upper = m.limits.at_tail(family)
    finite = np.isfinite(family_lower) and np.isfinite(family_upper)
    slope = (1.0, 1.0) if asked.kind == "difference" else _slopes(m)
    shares = _shares(m, slope, asked)
    unit = m.first.result.unit if asked.kind == "difference" else "1"
    shown = printed(
        m.limits.value, m.limits.u, interval=(lower, upper), coverage_probability=asked.level, unit=unit,
        bounds=(None, None),
    )  # fmt: skip
    items = item_differences(m.first, m.second) if same_items(m.first.estimate, m.second.estimate) else []
    a, b = slope[0] * m.first.limits.u, slope[1] * m.second.limits.u
    return Pair(
        first=m.first.name, second=m.second.name, value=number(m.limits.value), u=number(m.limits.u),
        df=number(m.limits.df), lower=number(lower), upper=number(upper),
        family_lower=number(family_lower) if finite else None, family_upper=number(family_upper) if finite else None,
        text=shown.text, correlation=number(m.rho), u_if_independent=number(float(np.hypot(a, b))),
        shared=tuple(s.component for s in shares if real(s.covariance) != 0.0), p=number(p), p_adjusted=number(held),
        test=_test(m.counts), different=different, identical=m.counts is not None and not discordant(m.counts),
        counts=_counts(m.counts),
        discordant=tuple(
            Discordant(item=m.first.names.get(level, m.second.names.get(level, level)), contribution=number(z))
            for level, z in items[:LISTED]
        ),
        discordant_items=len(items) if items or same_items(m.first.estimate, m.second.estimate) else None,
        claim=claim, shares=shares,
    )  # fmt: skip


def _slopes(m: Made) -> tuple[float, float]:
    """Size of the sensitivities of ``second / first`` to both values."""
    a, b = m.first.limits.value, m.second.limits.value
    return abs(b) / a**2, 1.0 / abs(a)


def _shares(m: Made, slope: tuple[float, float], asked: Asked) -> tuple[document.Share, ...]:
    """What each component of the parts contributes to first order, and what was declared."""
    out = []
    for component, (a, b, c) in common(m.first, m.second).items():
        one, other, both = slope[0] ** 2 * a, slope[1] ** 2 * b, slope[0] * slope[1] * c
        out.append(
            document.Share(
                component=component, variance_first=number(one), variance_second=number(other), covariance=number(both),
                variance=number(one + other - 2.0 * both),
            )
        )  # fmt: skip
    if asked.implementation is not None:
        u = number(asked.implementation**2)
        declared = {"variance_first": "0", "variance_second": "0", "covariance": "0", "variance": u}
        out.append(document.Share(component="implementation", **declared))
    return tuple(out)


def _counts(counts: PairCounts | None) -> document.Counts | None:
    if counts is None:
        return None
    both, first, second, neither = (
        int(n) for n in (counts.both, counts.only_first, counts.only_second, counts.neither)
    )
    return document.Counts(both=both, first=first, second=second, neither=neither)


def _test(counts: PairCounts | None) -> str:
    if counts is None:
        return say("comparison.by_limits")
    exact, mid = paired_shares.exact(counts), paired_shares.mid_p(counts)
    return say("comparison.by_limits_and_pairs", discordant=discordant(counts), exact=f"{exact:.2g}", mid=f"{mid:.2g}")


def _ordered(contenders: Sequence[Contender]) -> list[Contender]:
    """The best first; by falling value where the quantity has no direction."""
    sign = 1.0 if contenders[0].result.direction == "lower" else -1.0
    return sorted(contenders, key=lambda c: (sign * c.limits.value, c.name))


def _contender(c: Contender, group: str, rank: tuple[int, int] | None) -> document.Contender:
    r = c.result
    return document.Contender(
        name=c.name, system=r.system, level=r.level, measurand=r.measurand, source=c.source, evidence=c.evidence,
        value=r.value, u=r.u, lower=r.lower, upper=r.upper, text=r.text, items=r.items, units=r.units, group=group,
        rank=rank,
    )  # fmt: skip


def _remarks(contenders: Sequence[Contender], asked: Asked) -> tuple[str, ...]:
    found = []
    if not all(same_items(contenders[0].estimate, c.estimate) for c in contenders):
        found.append(say("comparison.remark.unpaired"))
    if asked.implementation is not None:
        found.append(say("comparison.remark.implementation", u=rounded(asked.implementation, asked.implementation)))
    if contenders[0].result.direction == "target":
        found.append(say("comparison.remark.no_direction", quantity=contenders[0].result.quantity))
    return tuple(found)
