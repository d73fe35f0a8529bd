"""The report of a round in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.document.number import real
from measurand.document.round_report import (
    Participant,
    QuantityReport,
    RoundReport,
    YoudenData,
)
from measurand.document.rounding import rounded, significant
from measurand.export.plain import visible
from measurand.export.round_answers_text import answers_lines
from measurand.export.round_precision_text import precision_lines, relation_text
from measurand.export.round_scores_text import items_texts, performance_lines, score_lines
from measurand.export.terminal import INDENT, MOST_WORD, size, wrapped
from measurand.message import say


def render_round(report: RoundReport) -> str:
    """One block per measurand and material."""
    lines = [visible(report.title), ""]
    for q in report.quantities:
        lines += [*block(q, report), ""]
    for answered in report.answers:
        lines += [*answers_lines(answered, report.coverage_probability), ""]
    for measurand, several in report.relations.items():
        for r in several:
            lines += wrapped(relation_text(measurand, r))
    for y in report.youden:
        for text in youden_texts(y):
            lines += wrapped(text)
    lines += performance_lines(report)
    for text in report.remarks:
        lines += wrapped(text)
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def youden_texts(y: YoudenData) -> Iterator[str]:
    """Who lies outside of the ellipse of two materials, and the precision of the split level, as sentences."""
    outside = ", ".join(y.outside) or say("round.nobody")
    yield say("round.youden", measurand=y.measurand, first=y.first, second=y.second, outside=outside)
    if y.split is not None:
        yield say("round.split", s_r=size(y.split.s_r), s_R=size(y.split.s_R))


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
        yield from wrapped(say(f"round.reference.{q.reference_from}", name=name, text=q.reference.text))
        yield from wrapped(say("round.degrees", factor=f"{real(report.factor):g}"))
        yield ""
        yield f"{INDENT}{say('round.methods')}"
        for m in q.methods:
            tau = "" if m.tau is None else say("round.tau", tau=size(m.tau))
            yield f"{INDENT}  {say(f'round.method.{m.name}'):<26}{m.text:<34} {tau}"
        by_reason: dict[str, list[str]] = {}
        for gap in q.not_given:
            by_reason.setdefault(gap.reason, []).append(say(f"round.method.{gap.name}"))
        for reason, names in by_reason.items():
            yield from wrapped(say("round.not_given", name=", ".join(names), why=reason), INDENT + "  ")
    if q.agreement is not None:
        yield from wrapped(agreement_text(q))
    if q.correlated:
        yield from wrapped(say("round.correlated"))
    for text in items_texts(q):
        yield from wrapped(text)
    if q.scored is not None:
        yield ""
        yield from score_lines(q.scored)
    if q.precision is not None:
        yield ""
        yield from precision_lines(q, q.precision)
    for text in q.warnings:
        yield from wrapped(f"! {text}")


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
        yield from wrapped(text)


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


def agreement_text(q: QuantityReport) -> str:
    """How far the stated uncertainties explain the scatter, as a sentence."""
    a = q.agreement
    if a is None:
        return say("round.not_evaluated")
    low, high = map(size, (a.tau_lower, a.tau_upper))
    return say(
        "round.agreement", q=f"{real(a.q):.3g}", df=a.df, p=f"{real(a.p):.2g}", i2=f"{100 * real(a.i2):.0f} %",
        birge=f"{real(a.birge):.2f}", low=low, high=high,
    )  # fmt: skip
