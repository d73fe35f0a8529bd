"""A certificate of reference data in lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from measurand.document.number import real
from measurand.document.reference_certificate import ClassLabels, Found, Likeness, ReferencePredicate, Uncertain
from measurand.document.rounding import significant
from measurand.message import say

MOST_LEVELS = 12
DOUBTFUL = 0.01
SMALL = 1e6
"""A value that its uncertainty exceeds so many times is printed as 0."""


def shown(stated: ReferencePredicate) -> list[str]:
    """What a certificate states, in lines."""
    return list(_lines(stated))


def _lines(stated: ReferencePredicate) -> Iterator[str]:
    found = stated.found
    yield say("cli.reference.head", id=stated.id, title=stated.title, tier=stated.tier, expires=stated.expires,
              licence=stated.licence, items=found.items, votes=found.votes)  # fmt: skip
    for column, levels in found.composition.items():
        named = [f"{level or '-'} {count}" for level, count in levels.items()]
        more = [f"... ({len(named) - MOST_LEVELS} more)"] if len(named) > MOST_LEVELS else []
        yield say("cli.reference.levels", column=column, levels=", ".join(named[:MOST_LEVELS] + more))
    yield from _labels(stated)
    yield from _tests(found)
    yield from map(_like, found.likeness)
    if stated.not_evaluated:
        yield say("cli.reference.absent", parts=", ".join(stated.not_evaluated))


def _labels(stated: ReferencePredicate) -> Iterator[str]:
    labels = stated.found.labels
    if isinstance(labels, ClassLabels):
        agreement = labels.agreement
        yield say("cli.reference.class", observed=_with(agreement.observed, agreement.u_observed),
                  pairs=agreement.pairs, kappa=_with(agreement.kappa, agreement.u_kappa),
                  vote=_with(labels.vote.value, labels.vote.u))  # fmt: skip
        for name, value in agreement.specific.items():
            yield say("cli.reference.specific", name=name, agreeing=_with(value, agreement.u_specific.get(name)))
        if labels.fit is not None and real(labels.fit.p) < DOUBTFUL:
            yield say("cli.reference.doubtful", chi=_of(labels.fit.chi_squared), df=labels.fit.df, p=_p(labels.fit.p))
        for name, part in labels.by_stratum.items():
            own = {"observed": _with(part.agreement, part.u_agreement), "error": _with(part.error, part.u_error)}
            yield say("cli.reference.part", name=name, **own)
    elif labels is not None:
        yield say("cli.reference.number", sd=_with(labels.sd.value, labels.sd.u), u=_freely(labels.u, labels.u_df))
        for name, those in labels.by_stratum.items():
            spread = {"sd": _with(those.sd, those.u_sd), "u": _freely(those.u, those.df)}
            yield say("cli.reference.number_part", name=name, **spread)
    if stated.uncertainty is not None and (table := stated.uncertainty.confusion) is not None:
        for name, cells in zip(table.classes, table.rows, strict=True):
            shares = [f"{c} {_with(x.value, x.u)}" for c, x in zip(table.classes, cells, strict=True)]
            yield say("cli.reference.row", name=name, shares=", ".join(shares))
    if stated.stated is not None:
        said = stated.stated.error.value if stated.stated.error else stated.stated.u
        yield say("cli.reference.stated", what=said, source=stated.stated.source)
    yield from _uncertainty(stated)


def _uncertainty(stated: ReferencePredicate) -> Iterator[str]:
    one = stated.uncertainty
    if one is None:
        return
    share = one.kind == "error"
    chain = ""
    if one.higher is not None and stated.higher is not None:
        parts = {"assignment": _both(one.assignment, share=share), "above": _both(one.higher, share=share)}
        chain = say("cli.reference.chain", higher=stated.higher.id, tier=stated.higher.tier, **parts)
    key = "cli.reference.uncertainty" if share else "cli.reference.uncertainty_number"
    yield say(key, combined=_both(one.combined, share=share), chain=chain)


def _both(one: Uncertain, *, share: bool) -> str:
    """A share with its uncertainty; of numbers the uncertainty alone."""
    return _with(one.value, one.u) if share else _of(one.u)


def _tests(found: Found) -> Iterator[str]:
    if (one := found.homogeneity) is not None:
        yield say("cli.reference.homogeneity", of=one.of, units=one.units, between=one.between,
                  s=_with(one.s_between, one.u_s_between), floor=_of(one.u_floor), p=_p(one.p),
                  verdict=_verdict(one.adequate))  # fmt: skip
    if (other := found.stability) is not None:
        yield say("cli.reference.stability", of=other.of, dates=len(other.dates), slope=_of(other.slope.value),
                  u=_of(other.slope.u), change=_with(other.change, other.u_change), p=_p(other.p),
                  verdict=_verdict(other.adequate))  # fmt: skip


def _like(one: Likeness) -> str:
    against = say("cli.reference.against", name=one.against) if one.against else ""
    near = "?" if one.near is None else str(one.near)
    line = say("cli.reference.like", content=one.content, against=against, exact=one.exact, near=near,
               compared=one.compared, conflicting=one.conflicting)  # fmt: skip
    return f"{line} ({one.not_evaluated})" if one.not_evaluated else line


def _verdict(adequate: bool) -> str:
    return say("cli.reference.adequate" if adequate else "cli.reference.not_adequate")


def _with(value: str | None, u: str | None) -> str:
    """A result with its standard uncertainty; one without is not printed."""
    if value is None or u is None:
        return say("cli.reference.no_result")
    nothing = abs(real(value)) < real(u) / SMALL
    return f"{'0' if nothing else _of(value)} (u {_of(u)})"


def _freely(u: str | None, df: str | None) -> str:
    """A standard uncertainty with its degrees of freedom; that of values without any spread has none."""
    if u is None or (df is None and real(u) > 0.0):
        return say("cli.reference.no_result")
    return _of(u) if df is None else say("cli.reference.freely", u=_of(u), df=_of(df))


def _p(number: str) -> str:
    return "< 0.0001" if real(number) < 1e-4 else _of(number)


def _of(number: str) -> str:
    if real(number) == inf:
        return number
    return significant(real(number), 3)
