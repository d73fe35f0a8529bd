"""Results in a terminal: 80 columns, shapes and words before colours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

from measurand.document.decision import EXIT_CODE, Decision, Decisions, Verdict
from measurand.document.number import real
from measurand.document.record import Record
from measurand.document.result import Line, NotEvaluated, Result
from measurand.document.rounding import percent as coverage
from measurand.document.rounding import rounded
from measurand.export.columns import broken, cut, fit, to_ascii
from measurand.export.drawing import ASCII, UNICODE, Alphabet, line_drawing
from measurand.export.plain import aligned, columns_of, percent, probability, risk, visible
from measurand.message import say

WIDTH = 80
INDENT = "      "
COLOUR = {
    Verdict.CONFORMING: "\x1b[34m",
    Verdict.NON_CONFORMING: "\x1b[31m",
    Verdict.INCONCLUSIVE: "\x1b[33m",
    Verdict.INVALID: "\x1b[35m",
}
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def render_results(record: Record, *, colour: bool = False, ascii_only: bool = False, closing: bool = True) -> str:
    """The record as a terminal shows it: head, one block per result, and a line that counts the verdicts.

    ``colour`` is False where ``NO_COLOR`` is set or the output is no terminal, ``ascii_only`` where it cannot show
    Unicode. No line is longer than 80 columns unless a single word is.
    """
    alphabet = ASCII if ascii_only else UNICODE
    lines = list(_head(record))
    for result in record.results.results:
        key = (result.measurand, result.system, result.level)
        decisions = [d for d in record.decisions.decisions if (d.measurand, d.system, d.level) == key]
        lines += ["", *_block(result, decisions, record, alphabet, colour=colour)]
    for check in record.results.validity:
        if not check.passed:
            lines += ["", *_wrapped(say("text.invalid"), f"{check.name}: {check.text}")]
    for remark in record.results.remarks:
        lines += ["", *_wrapped(say("text.remark"), remark)]
    needs = list(_needs(record))
    lines += ["", *needs] if needs else []
    if closing:
        lines += ["", *_close(record)]
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    return to_ascii(text) if ascii_only else text


def _head(record: Record) -> Iterable[str]:
    p = record.procedure
    yield cut(f"{visible(p.id)}  {visible(p.title)}", WIDTH)
    for system in p.system:
        name = " ".join(t for t in (system.name or system.id, system.version or "") if t)
        digest = f"  {system.digest[:15]}…" if system.digest else ""
        yield cut(f"{say('text.system'):<9}{visible(name)}{visible(digest)}", WIDTH)
    e = record.evidence
    if e is not None:
        missing = sum(n for status, n in e.counts.items() if status != "ok")
        observed = say("text.observed", items=_grouped(e.items), rows=_grouped(e.rows), missing=_grouped(missing))
        yield f"{'':<9}{observed}"
        if (i := e.imported) is not None:
            told = say("text.imported", tool=visible(i.tool), read=_grouped(i.read), kept=_grouped(i.kept))
            yield cut(f"{'':<9}{told}", WIDTH)


def _block(
    result: Result, decisions: list[Decision], record: Record, alphabet: Alphabet, *, colour: bool
) -> Iterable[str]:
    """One result: its value, its budget, and for each decision the drawing and the verdict."""
    level = " ".join(t for t in (f"[{result.level}]" if result.level else "", _system(result, record)) if t)
    head = f"{visible(result.measurand):<4}  {visible(result.title)}"
    yield cut(f"{head}  {visible(level)}" if level else head, WIDTH)
    text = result.text
    if result.k is not None:
        text = text.removesuffix(")") + f", {coverage(result.coverage_probability)})"
    wanted = "; ".join(d.requirement.text for d in decisions)
    value = f"{INDENT}{text}"
    strong = f"{INDENT}{BOLD}{text}{PLAIN}" if colour else value
    if wanted:
        side = f"{say('text.requirement')}: {visible(wanted)}"
        gap = max(3, 50 - columns_of(value))
        if columns_of(value) + gap + columns_of(side) < WIDTH:
            yield strong + " " * gap + side
        else:
            yield strong
            yield from _wrapped("", side)
    else:
        yield strong
    if result.null_value is not None:
        yield from _wrapped("", say("text.null_value", value=rounded(real(result.null_value), real(result.u))))
    yield ""
    yield from _budget(result, alphabet)
    for decision in decisions or [None]:  # type: ignore[list-item]
        yield ""
        yield from _drawing(result, decision, alphabet)
        if decision is not None:
            yield from _verdict(decision, alphabet, colour=colour)
    for warning in result.warnings:
        yield from _wrapped(say("text.warning"), warning)
    for check in result.checks:
        if not check.passed:
            yield from _wrapped(say("text.check"), f"{check.name}: {check.text}")


def _system(result: Result, record: Record) -> str:
    several = len({r.system for r in record.results.results}) > 1
    return result.system if several else ""


def _budget(result: Result, alphabet: Alphabet) -> Iterable[str]:
    """Component, type, distribution, u and share as a bar; what was not evaluated, by name."""
    columns = [say(f"column.{key}") for key in ("component", "type", "distribution", "u")] + [say("text.share")]
    yield f"{INDENT}{columns[0]:<31}{columns[1]:<5}{columns[2]:<13}{columns[3]:<9}{columns[4]}"
    combined = real(result.u)
    for line in result.budget:
        if isinstance(line, Line):
            negative = real(line.variance) <= 0
            u = "–" if negative else aligned(real(line.contribution), combined)
            share = percent(real(line.share))
            bar = alphabet.full * round(8 * max(0.0, min(1.0, real(line.share))))
            kind = fit(line.distribution, 12)
            yield f"{INDENT}{fit(line.line, 30)} {line.type:^4} {kind} {u:<8} {bar:<8} {share:>7}"
            if negative and line.note:
                yield f"{INDENT}  {fit(line.note, WIDTH - 8)}"
    yield f"{INDENT}{fit(say('text.combined'), 30)} {'':<18}{aligned(combined, combined)}"
    for state in ("not evaluated", "not applicable"):
        names = [say(f"component.{b.component}") for b in result.budget if _is_gap(b) and b.state == state]
        if names:
            yield f"{INDENT}{state}: {', '.join(names)}"


def _is_gap(entry: Line | NotEvaluated) -> TypeGuard[NotEvaluated]:
    return isinstance(entry, NotEvaluated)


def _needs(record: Record) -> Iterable[str]:
    """What each component that was not evaluated needs: once for all results."""
    told: dict[tuple[str, str], None] = {}
    for result in record.results.results:
        for gap in result.budget:
            if isinstance(gap, NotEvaluated) and gap.state == "not evaluated":
                told[gap.component, gap.needs] = None
    if told:
        yield say("text.needs")
    for component, needs in told:
        yield from _wrapped(say(f"component.{component}"), needs, indent=17)


def _drawing(result: Result, decision: Decision | None, alphabet: Alphabet) -> Iterable[str]:
    limits: tuple[tuple[float, float | None], ...] = ()
    if decision is not None:
        r = decision.requirement
        pairs = ((r.lower_limit, decision.acceptance_lower), (r.upper_limit, decision.acceptance_upper))
        limits = tuple((real(t), None if a is None else real(a)) for t, a in pairs if t is not None)
    low, high = result.bounds
    drawn = line_drawing(
        real(result.value), (real(result.lower), real(result.upper)), u=real(result.u), limits=limits,
        bounds=(float("-inf") if low is None else real(low), float("inf") if high is None else real(high)),
        width=WIDTH - len(INDENT) - 4, alphabet=alphabet, mark=alphabet.verdict[decision.verdict if decision else None],
    )  # fmt: skip
    for line in drawn:
        yield INDENT + line


def _verdict(decision: Decision, alphabet: Alphabet, *, colour: bool) -> Iterable[str]:
    word = f"{alphabet.verdict[decision.verdict]} {say(f'verdict.{decision.verdict.value}')}"
    shown = f"{COLOUR[decision.verdict]}{BOLD}{word}{PLAIN}" if colour else word
    facts = []
    if decision.verdict is not Verdict.INVALID:
        facts.append(say("picture.p", p=probability(real(decision.p_conformity))))
    r = decision.risks
    given = (("risk.accept", r.specific_false_accept), ("risk.reject", r.specific_false_reject),
             ("risk.consumer", r.global_consumer), ("risk.producer", r.global_producer))  # fmt: skip
    facts += [say(key, risk=risk(real(p))) for key, p in given if p is not None]
    first, *rest = facts or [""]
    yield f"{INDENT}{shown}{' ' * max(2, 19 - len(word))}{first}"
    for fact in rest:
        yield f"{INDENT}{'':<19}{fact}"
    if not decision.conforms:
        for reason in decision.reasons:
            yield from _wrapped(say("text.why"), reason)
    if decision.what_now:
        yield from _wrapped(say("text.what_now"), decision.what_now)


def _close(record: Record) -> Iterable[str]:
    decisions = record.decisions
    if decisions.decisions:
        yield from _counted(decisions)
    else:
        yield say("text.nothing_required")


def _counted(decisions: Decisions) -> Iterable[str]:
    """How many requirements, how many of each verdict, and the exit code."""
    found = [(v, sum(d.verdict is v for d in decisions.decisions)) for v in Verdict]
    parts = ", ".join(f"{n} {say(f'verdict.{v.value}').lower()}" for v, n in found if n)
    left = say("text.requirements" if len(decisions.decisions) != 1 else "text.requirement_one",
               count=len(decisions.decisions), parts=parts)  # fmt: skip
    code = 0 if decisions.verdict is None else EXIT_CODE[decisions.verdict]
    right = say("text.exit", code=code)
    if columns_of(left) + 2 + len(right) <= WIDTH:
        yield left + " " * (WIDTH - columns_of(left) - len(right)) + right
    else:
        yield left
        yield right


def _wrapped(label: str, text: str, indent: int = 11) -> Iterable[str]:
    """A paragraph with its label in the margin."""
    margin = f"{INDENT}{label:<{indent}}" if label else INDENT
    lines = broken(visible(text).replace("\n", " "), WIDTH - len(margin))
    for i, line in enumerate(lines):
        yield (margin if i == 0 else " " * len(margin)) + line


def _grouped(n: int) -> str:
    """1234567 as ``1 234 567``."""
    return f"{n:,}".replace(",", " ")
