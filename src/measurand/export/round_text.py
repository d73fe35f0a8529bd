"""The report of a round in a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from measurand.document.number import real
from measurand.document.round_report import (
    Participant,
    Precision,
    QuantityReport,
    Relation,
    RoundReport,
    Scored,
    YoudenData,
)
from measurand.document.rounding import rounded, significant
from measurand.export.plain import visible
from measurand.message import say

WIDTH, INDENT = 80, "      "
MOST_WORD = 18
PRIME = "z'"


def render_round(report: RoundReport) -> str:
    """One block per measurand and material."""
    lines = [visible(report.title), ""]
    for q in report.quantities:
        lines += [*block(q, report), ""]
    for measurand, several in report.relations.items():
        for r in several:
            lines += _wrapped(relation_text(measurand, r))
    for y in report.youden:
        lines += _wrapped(youden_text(y))
    for text in report.remarks:
        lines += _wrapped(text)
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def youden_text(y: YoudenData) -> str:
    """Who lies outside of the ellipse of two materials, as a sentence."""
    outside = ", ".join(y.outside) or say("round.nobody")
    return say("round.youden", measurand=y.measurand, first=y.first, second=y.second, outside=outside)


def heading(q: QuantityReport) -> str:
    """Measurand, material and unit."""
    unit = "" if q.unit == "1" else f" ({q.unit})"
    return f"{q.measurand}  {q.material}".rstrip() + unit


def block(q: QuantityReport, report: RoundReport) -> Iterator[str]:
    """Participants and degrees of equivalence, the methods, agreement, precision."""
    yield visible(heading(q))
    yield ""
    yield from _participants(q)
    yield ""
    if q.reference is not None:
        name = say(f"round.method.{q.reference.name}")
        yield from _wrapped(say(f"round.reference.{q.reference_from}", name=name, text=q.reference.text))
        yield from _wrapped(say("round.degrees", factor=f"{real(report.factor):g}"))
        yield ""
        yield f"{INDENT}{say('round.methods')}"
        for m in q.methods:
            tau = "" if m.tau is None else say("round.tau", tau=significant(m.tau) if real(m.tau) else "0")
            yield f"{INDENT}  {say(f'round.method.{m.name}'):<26}{m.text:<34}{tau}"
        by_reason: dict[str, list[str]] = {}
        for gap in q.not_given:
            by_reason.setdefault(gap.reason, []).append(say(f"round.method.{gap.name}"))
        for reason, names in by_reason.items():
            yield from _wrapped(say("round.not_given", name=", ".join(names), why=reason), INDENT + "  ")
    if q.agreement is not None:
        yield from _wrapped(agreement_text(q))
    if q.correlated:
        yield from _wrapped(say("round.correlated"))
    if q.scored is not None:
        yield ""
        yield from _scores(q.scored)
    if q.precision is not None:
        yield ""
        yield from _precision(q, q.precision)
    for text in q.warnings:
        yield from _wrapped(f"! {text}")


def _participants(q: QuantityReport) -> Iterator[str]:
    degree = {d.laboratory: d for d in q.degrees}
    name = min(max(*(len(visible(p.laboratory)) for p in q.participants), 10), MOST_WORD)
    head = f"{INDENT}{say('round.laboratory'):<{name}} {say('round.result'):<20}"
    yield f"{head}{'d':>11}{'U(d)':>10}{'E_n':>8}{say('round.others'):>9}" if degree else head
    for p in q.participants:
        d = degree.get(p.laboratory)
        line = f"{INDENT}{visible(p.laboratory)[:name]:<{name}} {value_text(p):<20}"
        if d is None:
            yield line + ("" if not degree else f"  {say('round.left_out')}")
            continue
        mark = "!" if abs(real(d.e_n)) > 1.0 else " "
        others = "" if d.others is None else f"{real(d.others):.2f}"
        outside = "" if p.consistent in (True, None) else " *"
        difference = f"{rounded(d.d, d.expanded):>11}{significant(d.expanded):>10}{real(d.e_n):>7.2f}"
        yield f"{line}{difference}{mark}{others:>9}{outside}"
    if any(p.consistent is False for p in q.participants):
        yield f"{INDENT}{say('round.outside')}"
    for text in left_out_texts(q):
        yield from _wrapped(text)


def value_text(p: Participant) -> str:
    """A result with its standard uncertainty; a value without one is marked by the words beside it."""
    return f"{rounded(p.value, p.u)} (u {significant(p.u)})" if p.u is not None else f"{real(p.value):.6g}"


def left_out_texts(q: QuantityReport) -> tuple[str, ...]:
    """Who does not enter the consensus, by reason."""
    by_reason: dict[str, list[str]] = {}
    for p in q.participants:
        if p.left_out:
            by_reason.setdefault(p.left_out, []).append(p.laboratory)
    everyone = len(q.participants)
    return tuple(
        say("round.out_all", reason=reason)
        if len(names) == everyone
        else say("round.out", count=len(names), laboratories=", ".join(names), reason=reason)
        for reason, names in by_reason.items()
    )


def _scores(found: Scored) -> Iterator[str]:
    yield from _wrapped(scored_text(found))
    name = min(max(*(len(visible(r.laboratory)) for r in found.rows), 10), MOST_WORD)
    head = f"{INDENT}  {say('round.laboratory'):<{name}}{'D %':>9}{'P_A %':>9}{'z':>8}"
    yield head + f"{PRIME:>8}{'zeta':>8}  {say('round.signal')}"
    for r in found.rows:
        numbers = "".join(
            f"{score_text(x):>{w}}"
            for x, w in ((r.percent, 9), (r.p_a, 9), (r.z, 8), (r.z_prime, 8), (r.zeta, 8))
        )  # fmt: skip
        yield f"{INDENT}  {visible(r.laboratory)[:name]:<{name}}{numbers}  {say(f'round.signal.{r.signal}')}"


def score_text(x: str | None) -> str:
    """A score as printed; a dash where it was not evaluated."""
    return "-" if x is None else f"{real(x):.2f}"


def scored_text(found: Scored) -> str:
    """Assigned value and criterion, as a sentence."""
    criterion = [
        f"{name} = {value}" for name, value in (("sigma_pt", found.sigma_pt), ("delta_E", found.delta_e)) if value
    ]
    key = "round.scored" if found.negligible else "round.scored_prime"
    method = say(f"round.assigned.{found.method}")
    return say(key, text=found.text, method=method, criterion=", ".join(criterion))


def agreement_text(q: QuantityReport) -> str:
    """How far the stated uncertainties explain the scatter, as a sentence."""
    a = q.agreement
    if a is None:
        return say("round.not_evaluated")
    low, high = (significant(x) if real(x) else "0" for x in (a.tau_lower, a.tau_upper))
    return say(
        "round.agreement", q=f"{real(a.q):.3g}", df=a.df, p=f"{real(a.p):.2g}", i2=f"{100 * real(a.i2):.0f} %",
        birge=f"{real(a.birge):.2f}", low=low, high=high,
    )  # fmt: skip


def precision_rows(p: Precision) -> tuple[tuple[str, str, str], ...]:
    """Symbol, value and limits of the standard deviations."""
    found = []
    for symbol, value, limits in (("s_r", p.s_r, p.s_r_limits), ("s_R", p.s_R, p.s_R_limits)):
        low, high = (significant(x) if real(x) else "0" for x in limits)
        found.append((symbol, significant(value) if real(value) else "0", f"[{low}, {high}]"))
    return tuple(found)


def _precision(q: QuantityReport, p: Precision) -> Iterator[str]:
    yield from _wrapped(say("round.precision", laboratories=p.laboratories, results=p.results, singles=p.singles))
    for symbol, value, limits in precision_rows(p):
        yield f"{INDENT}  {symbol:<6}{value:<12}{limits}"
    if p.s_L_negative:
        yield from _wrapped(say("round.negative"), INDENT + "  ")
    for text in flags(q):
        yield from _wrapped(text, INDENT + "  ")
    if p.without is not None:
        (_, s_r, within), (_, s_R, total) = precision_rows(p.without)
        yield from _wrapped(say("round.without", s_r=f"{s_r} {within}", s_R=f"{s_R} {total}"), INDENT + "  ")


def flags(q: QuantityReport) -> tuple[str, ...]:
    """What the tests of outliers found, and who lies beyond Mandel's limits."""
    found = [
        say(
            f"round.verdict.{f.verdict}", laboratories=", ".join(f.laboratories), test=say(f"round.test.{f.test}"),
            statistic=f"{real(f.statistic):.3f}", critical=f"{real(f.five if f.verdict == 'straggler' else f.one):.3f}",
        )
        for f in q.findings
    ]  # fmt: skip
    if q.precision is not None:
        held = (("h", q.precision.h, q.precision.h_limits), ("k", q.precision.k, q.precision.k_limits))
        for symbol, values, limits in held:
            if limits is None:
                continue
            far = [f"{name} ({real(x):.2f})" for name, x in values.items() if abs(real(x)) > real(limits[1])]
            if far:
                found.append(
                    say("round.mandel", symbol=symbol, limit=f"{real(limits[1]):.2f}", laboratories=", ".join(far))
                )
    return tuple(found)


def relation_text(measurand: str, r: Relation) -> str:
    """How a standard deviation depends on the level, as a sentence."""
    of, c = r.of, tuple(map(real, r.coefficients))
    formula = {
        "s = b m": f"{of} = {c[0]:.3g} m",
        "s = a + b m": f"{of} = {c[0]:.3g} + {c[-1]:.3g} m",
        "lg s = c + d lg m": f"lg {of} = {c[0]:.3g} + {c[-1]:.3g} lg m",
    }[r.form]
    key = f"round.relation.{'fits' if r.fits else 'none'}"
    return say(key, measurand=measurand, formula=formula, p=f"{real(r.p):.2g}")


def _wrapped(text: str, indent: str = INDENT) -> list[str]:
    return textwrap.wrap(visible(text), WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
