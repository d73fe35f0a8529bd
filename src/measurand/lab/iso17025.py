"""What ISO/IEC 17025:2017 asks reports to state (7.8.2.1 and 7.8.6), letter by letter: where it stands, or is missing.

Only the content of the report is looked at. It says nothing of how the laboratory works.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from measurand.document.certificate import Predicate
from measurand.document.result import Result
from measurand.lab.laboratory import UNNAMED
from measurand.lab.opened import opened
from measurand.message import say

State = Literal["present", "missing", "not applicable"]
COMMON, CONFORMITY = "7.8.2.1", "7.8.6"


@dataclass(frozen=True)
class Row:
    """One thing that is asked for."""

    clause: str
    """``7.8.2.1 a``"""
    asks: str
    """What is asked for, in our own words."""
    state: State
    where: str = ""
    """Where the certificate states it: a place in what was signed, or the page."""
    needs: str = ""
    """What would supply it."""


def of_file(path: Path) -> tuple[Row, ...]:
    """The rows of a certificate's file. Raises StoreError or AuthenticityError: no certificate."""
    certificate = opened(path)
    return rows(certificate.statement.predicate, on_page=certificate.page is not None)


def rows(predicate: Predicate, *, on_page: bool) -> tuple[Row, ...]:
    """The rows of a certificate. ``on_page``: the file is the page, which states more than what was signed."""
    return (*_who(predicate, on_page=on_page), *_what(predicate, on_page=on_page), *_conformity(predicate))


def missing(several: Iterable[Row]) -> tuple[Row, ...]:
    """The rows that are missing."""
    return tuple(row for row in several if row.state == "missing")


def _row(letter: str, where: Iterable[str] = (), needs: Iterable[str] = ()) -> Row:
    """Missing as soon as something is needed; what is there is named all the same."""
    wanted = "; ".join(needs)
    return Row(
        clause=f"{COMMON} {letter}", asks=say(f"iso17025.{letter}"), where=", ".join(where), needs=wanted,
        state="missing" if wanted else "present",
    )  # fmt: skip


def _idle(letter: str, why: str) -> Row:
    return Row(f"{COMMON} {letter}", say(f"iso17025.{letter}"), "not applicable", where=say(f"iso17025.{why}"))


def _stated(letter: str, **texts: str | None) -> Row:
    """A row that needs every one of some keys of ``lab.toml``."""
    there = [f"laboratory.{key}" for key, text in texts.items() if text]
    return _row(letter, there, [say("iso17025.lab", key=key) for key, text in texts.items() if not text])


def _who(predicate: Predicate, *, on_page: bool) -> Iterator[Row]:
    who = predicate.laboratory
    yield _row("a", ["title"])
    yield _stated("b", name="" if who.name == UNNAMED else who.name, address=who.address)
    yield _stated("c", location=who.location)
    yield _row("d", [say("iso17025.page_end" if on_page else "iso17025.file_end")])
    there = [key for key, text in (("customer", predicate.customer), ("contact", who.customer_contact)) if text]
    needs = [] if predicate.customer else [say("iso17025.customer")]
    needs += [] if who.customer_contact else [say("iso17025.lab", key="customer_contact")]
    named = {"customer": "customer", "contact": "laboratory.customer_contact"}
    yield _row("e", [named[key] for key in there], needs)


def _what(predicate: Predicate, *, on_page: bool) -> Iterator[Row]:
    who = predicate.laboratory
    own = ["laboratory.method"] if who.method else []
    yield _row("f", [*own, "procedure_id", "procedure_sha256", "procedure_text"])
    if predicate.evidence is None:  # a budget: what was measured is what its results name
        yield _row("g", ["results.title"])
    else:
        bare = [system.get("name", system.get("id", "?")) for system in predicate.systems if not system.get("digest")]
        yield _row("g", ["systems"], [say("iso17025.digest", systems=", ".join(bare))] if bare else [])
    received = bool(predicate.received)
    yield _row("h", ["received"] if received else [], [] if received else [say("iso17025.received")])
    yield _row("i", ["measured"])
    yield _row("j", ["issued"])
    yield _sampling(predicate)
    if who.relates_only:
        yield _row("l", ["laboratory.relates_only"])
    else:
        yield _row("l", [say("iso17025.page")] if on_page else [], [] if on_page else [say("iso17025.relates")])
    units = bool(predicate.results) and all(result.unit for result in predicate.results)
    yield _row("m", ["results.text", "results.unit"] if units else [], [] if units else [say("iso17025.no_results")])
    yield _deviations(predicate)
    yield _stated("o", authorised_by=who.authorised_by)
    yield _providers(predicate)


def _sampling(predicate: Predicate) -> Row:
    plan = predicate.laboratory.sampling_plan
    if plan:
        return _row("k", ["laboratory.sampling_plan", "procedure.sampling"])
    if predicate.evidence is None or all(result.estimand == "benchmark" for result in predicate.results):
        return _idle("k", "benchmark")
    return _row("k", ["procedure.sampling"], [say("iso17025.lab", key="sampling_plan")])


def _deviations(predicate: Predicate) -> Row:
    if predicate.laboratory.deviations:
        return _row("n", ["laboratory.deviations"])
    if predicate.seal is None:
        return _row("n", [], [say("iso17025.deviations")])
    return _row("n", [say("iso17025.differs" if predicate.seal.differences else "iso17025.as_sealed")])


def _providers(predicate: Predicate) -> Row:
    """Outputs that were recorded elsewhere, and inputs of a budget, come from others unless it is said."""
    if predicate.laboratory.providers:
        return _row("p", ["laboratory.providers"])
    inputs = predicate.procedure.input if predicate.procedure is not None else ()
    bare = [one.id for one in inputs if not one.source]
    needs = [say("iso17025.inputs", inputs=", ".join(bare))] if bare else []
    recorded = predicate.evidence is not None and predicate.evidence.instrument.get("access") == "recorded"
    needs += [say("iso17025.providers")] if recorded else []
    if needs or inputs:
        return _row("p", ["procedure.input.source"] if inputs and not bare else [], needs)
    return _idle("p", "own_run")


def _conformity(predicate: Predicate) -> Iterator[Row]:
    """Statements of conformity: 7.8.6.1, and letters a to c of 7.8.6.2."""
    clauses = ((".1", "rule"), (".2 a", "which"), (".2 b", "specification"), (".2 c", "applied"))
    decisions = predicate.decisions
    for number, key in clauses:
        clause, asks = f"{CONFORMITY}{number}", say(f"iso17025.{key}")
        if not decisions:
            yield Row(clause, asks, "not applicable", where=say("iso17025.no_statement"))
        elif key == "specification":
            bare = [d.requirement.id for d in decisions if not d.requirement.source]
            named = ", ".join(dict.fromkeys(bare))
            needs = say("iso17025.source", requirements=named) if bare else ""
            place = "decisions.requirement.text" if bare else "decisions.requirement.text, decisions.requirement.source"
            yield Row(clause, asks, "missing" if bare else "present", where=place, needs=needs)
        elif key == "which" and not _all_named(predicate):
            yield Row(clause, asks, "missing", needs=say("iso17025.no_results"))
        else:
            places = {"which": "measurand, system, level", "rule": "rule, risks", "applied": "rule, reasons"}
            yield Row(clause, asks, "present", where=", ".join(f"decisions.{p}" for p in places[key].split(", ")))


def _all_named(predicate: Predicate) -> bool:
    """Whether every decision names a result that the certificate holds."""
    known = {_identity(result) for result in predicate.results}
    return all((d.measurand, d.system, d.level) in known for d in predicate.decisions)


def _identity(result: Result) -> tuple[str, str, str]:
    return result.measurand, result.system, result.level
