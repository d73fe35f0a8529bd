"""A result and its decisions as one short paragraph, from fixed templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.document.decision import Decision, Verdict
from measurand.document.number import real
from measurand.document.result import Line, NotEvaluated, Result
from measurand.document.rounding import percent as coverage
from measurand.document.rounding import rounded
from measurand.export.plain import percent, probability, visible
from measurand.message import say


def summary(result: Result, decisions: Sequence[Decision] = ()) -> str:
    """One paragraph: the value, what it says of the population, what it rests on, what was not evaluated, the verdicts.

    It speaks of the share or mean of the population: the interval says nothing about single cases to come.
    """
    sentences = [*_value(result), *_ground(result)]
    for decision in decisions:
        sentences += _verdict(decision)
    sentences += [say("summary.warning", text=_ended(text)) for text in result.warnings]
    return visible(" ".join(sentences)).replace("\n", " ")


def of_result(result: Result, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions on one result, of all of a record."""
    key = (result.measurand, result.system, result.level)
    return tuple(d for d in decisions if (d.measurand, d.system, d.level) == key)


def _value(result: Result) -> Iterator[str]:
    place = ", ".join(text for text in (result.system, result.level) if text)
    title = say("summary.of", title=result.title, place=place) if place else result.title
    yield say("summary.value", title=title[:1].upper() + title[1:], text=result.text)
    if result.words:
        yield result.words
    elif result.null_value is not None:
        yield say("summary.null_value", value=rounded(real(result.null_value), real(result.u)))
    yield say("summary.coverage", coverage=coverage(result.coverage_probability))
    if result.estimand == "benchmark" and result.items:
        yield say("summary.benchmark")


def _ground(result: Result) -> Iterator[str]:
    if not result.items:
        yield say("summary.rests_inputs")
    else:
        key = "summary.rests" if result.units in (0, result.items) else "summary.rests_units"
        yield say(key, items=result.items, units=result.units)
    lines = [line for line in result.budget if isinstance(line, Line)]
    if lines:
        largest = max(lines, key=lambda line: real(line.share))
        yield say("summary.most", line=largest.line, share=percent(real(largest.share)))
    gaps = missing(result)
    yield say("summary.not_evaluated", components=", ".join(gaps)) if gaps else say("summary.everything")


def missing(result: Result) -> list[str]:
    """The components that were not evaluated, in words."""
    gaps = [g for g in result.budget if isinstance(g, NotEvaluated) and g.state == "not evaluated"]
    return [say(f"component.{gap.component}") for gap in gaps]


def _verdict(decision: Decision) -> Iterator[str]:
    p = probability(real(decision.p_conformity))
    yield say(f"summary.{decision.verdict.value}", requirement=decision.requirement.text, p=p)
    if decision.verdict is Verdict.INVALID:
        yield from map(_ended, decision.reasons)
    if decision.stated == "after":
        yield say("summary.after")
    if decision.what_now:
        yield say("summary.what_now", text=_ended(decision.what_now))


def _ended(text: str) -> str:
    """A sentence with its full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
