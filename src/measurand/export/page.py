"""What the certificate's page shows, made from the signed statement alone."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from measurand.document.certificate import Envelope, Predicate, Statement, Subject
from measurand.document.decision import Decision, Verdict
from measurand.document.number import real
from measurand.document.result import Line, NotEvaluated, Result
from measurand.document.seal import SealStatement
from measurand.document.statement import SignedStatement
from measurand.errors import AuthenticityError, Finding
from measurand.export.bound import span, together, told
from measurand.export.figures import covered, figures
from measurand.export.naming import distinction, heading, named, rule_in_words
from measurand.export.plain import aligned, freedom, percent, probability, risk
from measurand.export.plan import plan
from measurand.export.svg.interval import Row, interval
from measurand.export.svg.items import items
from measurand.export.svg.mark import badge
from measurand.export.svg.pareto import pareto
from measurand.export.svg.runs import runs
from measurand.export.svg.writer import Markup, Picture
from measurand.message import say

_S = TypeVar("_S", bound=SignedStatement)
NO_BREAK = "\u00a0"
PICTURES = 12
"""Budgets, item maps and runs are drawn for so many results at most; the tables are complete."""


@dataclass(frozen=True)
class Outcome:
    """One result with one decision on it, or none."""

    name: str
    """System and level: what tells it from its neighbours."""
    result: Result
    decision: Decision | None
    at: str
    """Place of the result in the predicate."""
    decided_at: str
    """Place of the decision; empty without one."""
    badge: Markup
    second_badge: Markup
    """The same mark once more, for the statement of conformity (ids are unique in a page)."""
    third_badge: Markup
    """And for what to do now."""

    @property
    def complaints(self) -> tuple[str, ...]:
        """Reasons of every verdict but CONFORMING."""
        return self.decision.reasons if self.decision and not self.decision.conforms else ()

    @property
    def word(self) -> str:
        """The verdict in capitals; empty without a requirement."""
        return say(f"verdict.{self.decision.verdict.value}") if self.decision else ""

    @property
    def p(self) -> str:
        """Probability of conformity as printed; empty when the measurement is invalid."""
        if self.decision is None or self.decision.verdict is Verdict.INVALID:
            return ""
        return probability(real(self.decision.p_conformity))

    @property
    def risks(self) -> tuple[Markup, ...]:
        """The risks of this decision, each a sentence."""
        if self.decision is None or self.decision.verdict is Verdict.INVALID:
            return ()
        r = self.decision.risks
        given = (
            ("accept", "specific_false_accept", r.specific_false_accept),
            ("reject", "specific_false_reject", r.specific_false_reject),
            ("consumer", "global_consumer", r.global_consumer),
            ("producer", "global_producer", r.global_producer),
        )
        return tuple(
            told(
                f"risk.{key}",
                risk=span(risk(real(p)).replace(" ", NO_BREAK), f"{self.decided_at}/risks/{name}", "risk"),
            )
            for key, name, p in given
            if p is not None
        )


@dataclass(frozen=True)
class Card:
    """All results of one measurand on one scale."""

    title: str
    outcomes: tuple[Outcome, ...]
    picture: Picture


@dataclass(frozen=True)
class Budget:
    """The uncertainty budget of one result: picture and table."""

    heading: str
    result: Result
    picture: Picture | None
    at: str
    """Place of the result in the predicate."""
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    """Lines that were evaluated, each with its place."""
    gaps: tuple[tuple[str, NotEvaluated], ...]
    combined: str
    floor: str


@dataclass(frozen=True)
class Page:
    """Everything that the template prints."""

    predicate: Predicate
    subjects: tuple[Subject, ...]
    keys: tuple[str, ...]
    sealed: str
    """When the procedure was sealed; empty without a seal."""
    tally: tuple[tuple[Markup, Verdict, str], ...]
    cards: tuple[Card, ...]
    budgets: tuple[Budget, ...]
    repeats: tuple[tuple[str, str, Picture], ...]
    """Title, place of the result, drawing; so with the others."""
    maps: tuple[tuple[str, str, Picture], ...]
    figures: tuple[tuple[str, str, Picture], ...]
    """Curves, scores and distributions, the first of each result with its title."""
    covered: tuple[tuple[str, Picture], ...]
    """The map of the population, if there is one."""
    plan: tuple[tuple[str, Markup], ...]
    """Sampling, reference and design, from the resolved procedure."""
    rules: tuple[tuple[Markup, Markup], ...]
    """Each decision rule in words, with the requirements for which it holds."""


def signed(envelope: bytes) -> tuple[Envelope, Statement]:
    """The envelope and the statement that it carries. Raises AuthenticityError when the bytes are neither."""
    return _carried(envelope, Statement)


def _carried(envelope: bytes, kind: type[_S]) -> tuple[Envelope, _S]:
    try:
        outer = Envelope.model_validate_json(envelope)
        return outer, kind.model_validate_json(base64.b64decode(outer.payload, validate=True))
    except (ValidationError, ValueError) as fault:
        finding = Finding(code="M08", path="certificate.json", message=say("M08.not_certificate", why=str(fault)))
        raise AuthenticityError(finding) from fault


def page_of(envelope: Envelope, statement: Statement) -> Page:
    """The page of a signed statement."""
    predicate = statement.predicate
    outcomes = tuple(_outcomes(predicate))
    drawn = predicate.results[:PICTURES]
    return Page(
        predicate=predicate,
        subjects=statement.subject,
        keys=tuple(s.keyid for s in envelope.signatures),
        sealed=""
        if predicate.seal is None
        else _carried(predicate.seal.envelope.encode(), SealStatement)[1].predicate.sealed,
        tally=_tally(outcomes),
        cards=tuple(_cards(outcomes)),
        budgets=tuple(_budget(r, i, predicate) for i, r in enumerate(predicate.results)),
        repeats=tuple(_repeats(drawn, predicate)),
        maps=tuple(_maps(drawn, predicate)),
        figures=tuple(_figures(drawn, predicate)),
        covered=tuple((f"results/{i}/curves/{j}", picture) for i, j, picture in covered(drawn)),
        plan=plan(predicate.procedure) if predicate.procedure else (),
        rules=_rules(predicate),
    )


def _outcomes(predicate: Predicate) -> Iterable[Outcome]:
    count = 0
    for place, result in enumerate(predicate.results):
        key = (result.measurand, result.system, result.level)
        found = [(j, d) for j, d in enumerate(predicate.decisions) if (d.measurand, d.system, d.level) == key]
        name = ", ".join(distinction(result, predicate))
        for decided, decision in (*found, *(() if found else ((0, None),))):
            count += 1
            shapes = [badge(decision.verdict if decision else None, f"{which}{count}") for which in "bsn"]
            yield Outcome(
                name=name,
                result=result,
                decision=decision,
                at=f"results/{place}",
                decided_at=f"decisions/{decided}" if decision else "",
                badge=shapes[0],
                second_badge=shapes[1],
                third_badge=shapes[2],
            )


def _tally(outcomes: tuple[Outcome, ...]) -> tuple[tuple[Markup, Verdict, str], ...]:
    """How many of each verdict, as badge and words, worst last."""
    counts = [(v, sum(o.decision is not None and o.decision.verdict is v for o in outcomes)) for v in Verdict]
    return tuple(
        (badge(v, f"t{i}"), v, f"{n} {say(f'verdict.{v.value}').lower()}") for i, (v, n) in enumerate(counts) if n
    )


def _cards(outcomes: tuple[Outcome, ...]) -> Iterable[Card]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.result.measurand, []).append(outcome)
    for i, group in enumerate(groups.values()):
        first = group[0].result
        rows = [
            Row(
                name=o.name or (named(o.result) if len(group) == 1 else say("page.overall")),
                result=o.result,
                decision=o.decision,
                text=o.result.text,
                at=o.at,
                decided_at=o.decided_at,
            )
            for o in group
        ]
        unit = "" if first.unit == "1" else first.unit
        yield Card(title=named(first), outcomes=tuple(group), picture=interval(rows, f"v{i}", unit=unit))


def _budget(result: Result, index: int, predicate: Predicate) -> Budget:
    u = real(result.u)
    places = [(f"results/{index}/budget/{i}", b) for i, b in enumerate(result.budget)]
    lines = [(place, b) for place, b in places if isinstance(b, Line)]
    return Budget(
        heading=heading(result, predicate),
        result=result,
        picture=pareto(result, f"p{index}", at=f"results/{index}") if index < PICTURES and lines else None,
        at=f"results/{index}",
        rows=tuple((place, _budget_row(line, u)) for place, line in lines),
        gaps=tuple((place, b) for place, b in places if isinstance(b, NotEvaluated)),
        combined=aligned(u, u),
        floor="" if result.floor is None else aligned(real(result.floor), u),
    )


def _budget_row(line: Line, combined: float) -> tuple[str, ...]:
    u = real(line.u)
    coefficient = real(line.coefficient)
    counts = real(line.variance) > 0
    own = aligned(u, u if line.type == "B" else combined) if counts else "–"
    return (
        say(f"component.{line.component}"),
        line.line + (f" ({line.note})" if line.note else "") + (f"; {line.source}" if line.source else ""),
        line.type,
        line.distribution,
        own,
        "1" if coefficient == 1 else aligned(coefficient, abs(coefficient)),
        aligned(real(line.contribution), combined) if counts else "–",
        percent(real(line.share)),
        freedom(line.df),
    )


def _repeats(results: tuple[Result, ...], predicate: Predicate) -> Iterable[tuple[str, str, Picture]]:
    for i, result in enumerate(results):
        for j, curve in enumerate(result.curves):
            if curve.name == "repeatability" and curve.columns["value"]:
                yield (
                    heading(result, predicate),
                    f"results/{i}/curves/{j}",
                    runs(curve, result, f"r{i}", text=result.text),
                )


def _maps(results: tuple[Result, ...], predicate: Predicate) -> Iterable[tuple[str, str, Picture]]:
    """Each different item map once, under the title of the first result that has it."""
    seen = []
    for i, result in enumerate(results):
        if result.item_map is not None and result.item_map.items and result.item_map not in seen:
            seen.append(result.item_map)
            yield heading(result, predicate), f"results/{i}/item_map", items(result.item_map, f"m{i}")


def _figures(results: tuple[Result, ...], predicate: Predicate) -> Iterable[tuple[str, str, Picture]]:
    above = ""
    for i, j, picture in figures(results):
        title = heading(results[i], predicate)
        yield "" if title == above else title, f"results/{i}/curves/{j}", picture
        above = title


def _rules(predicate: Predicate) -> tuple[tuple[Markup, Markup], ...]:
    rules: dict[str, list[int]] = {}
    for j, decision in enumerate(predicate.decisions):
        rules.setdefault(rule_in_words(decision.rule), []).append(j)
    return tuple(
        (span(words, f"decisions/{places[0]}/rule", "rule"), together(list(_ids(predicate, places).values()), ", "))
        for words, places in rules.items()
    )


def _ids(predicate: Predicate, places: list[int]) -> dict[str, Markup]:
    """Requirements of these decisions, each once."""
    found: dict[str, Markup] = {}
    for j in places:
        one = predicate.decisions[j].requirement.id
        found.setdefault(one, span(one, f"decisions/{j}/requirement/id"))
    return found
