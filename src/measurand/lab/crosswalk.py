"""Which fields of a certificate or record are evidence for which requirement.

A field is evidence of a kind by what it is, never by how good it is: whether a requirement is met is for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand.document.crosswalk import Applies, Asked, Crosswalk, Entry, Found, OfRegime
from measurand.document.decision import Decision
from measurand.document.procedure import Measurand, Procedure
from measurand.document.result import Line, Result
from measurand.document.rounding import significant
from measurand.errors import AuthenticityError, Finding, StoreError
from measurand.lab.crosswalk_data import Requirements, requirements
from measurand.lab.opened import opened
from measurand.lab.pack import definitions
from measurand.lab.standing import standing
from measurand.lab.store import load
from measurand.lab.trust import Trusted
from measurand.message import say

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Facts:
    """What a certificate or record holds."""

    source: str
    title: str
    procedure: Procedure
    results: tuple[Result, ...]
    decisions: tuple[Decision, ...]
    signed: bool
    sealed: bool
    evidence: bool


def crosswalk(file: Path, *, regimes: Sequence[str], day: str, trusted: Mapping[str, Trusted]) -> Crosswalk:
    """The evidence of a file for the requirements of regimes (none: all of them) on a day (``2026-11-24``).

    Raises StoreError for a file that is neither certificate nor record, or an unknown regime; AuthenticityError for a
    certificate that is not what was signed, or was withdrawn.
    """
    asked = requirements()
    for name in regimes:
        if name not in asked.regimes:
            known = ", ".join(asked.regimes)
            raise StoreError(Finding("M0913", "", say("M0913.regime", name=name), say("M0913.hint", known=known)))
    facts = _facts(file, trusted)
    found = tuple(_found(facts, asked))
    present = {f.kind for f in found}
    several = tuple(_of_regime(name, asked, present, day) for name in regimes or asked.regimes)
    remarks = [say("crosswalk.paraphrased"), say("crosswalk.evidence_only")]
    if not facts.signed:
        remarks.append(say("crosswalk.unsigned"))
    return Crosswalk(
        source=facts.source, title=facts.title, day=day, data=asked.digest, found=found, regimes=several,
        remarks=tuple(remarks),
    )  # fmt: skip


def _facts(file: Path, trusted: Mapping[str, Trusted]) -> Facts:
    if file.is_dir():
        record = load(file)
        return Facts(
            file.name, record.procedure.title or record.procedure.id, record.procedure, record.results.results,
            record.decisions.decisions, signed=False, sealed=False, evidence=record.evidence is not None,
        )  # fmt: skip
    certificate = opened(file)
    for check in standing(certificate, given=None, trusted=trusted).checks:
        if check.state == "failed":
            raise AuthenticityError(Finding("M0913", "", say("M0913.failed", why=check.text), file=str(file)))
    predicate = certificate.statement.predicate
    if predicate.procedure is None:
        raise StoreError(Finding("M0913", "", say("M0913.procedure"), file=str(file)))
    return Facts(
        predicate.number, predicate.title, predicate.procedure, predicate.results, predicate.decisions, signed=True,
        sealed=predicate.seal is not None, evidence=predicate.evidence is not None,
    )  # fmt: skip


def _of_regime(name: str, asked: Requirements, present: set[str], day: str) -> OfRegime:
    rows = tuple(_asked(e, present, day) for e in asked.of(name))
    whole = sum(not row.absent for row in rows)
    none = sum(not row.present for row in rows)
    title = asked.regimes[name].title
    return OfRegime(
        regime=name, title=title, all_kinds=whole, some_kinds=len(rows) - whole - none, none=none, asked=rows
    )  # fmt: skip


def _asked(e: Entry, present: set[str], day: str) -> Asked:
    return Asked(
        id=e.id, instrument=e.instrument, clause=e.clause, requirement=e.requirement, limits=e.limits,
        binding=e.binding, applies_from=e.applies_from, applies=applies(e, day), reading=e.reading, kinds=e.evidence,
        present=tuple(k for k in e.evidence if k in present),
        absent=tuple(k for k in e.evidence if k not in present),
    )  # fmt: skip


def applies(e: Entry, day: str) -> Applies:
    """Whether a requirement applies on a day, by the first date from which it does.

    A year or month that is not over counts as later.
    """
    first = _DAY.search(e.applies_from)
    if first is None:
        return "later" if e.binding == "binding_future" else "not stated"
    return "now" if first.group() <= day else "later"


def _found(facts: Facts, asked: Requirements) -> Iterator[Found]:
    """Every field that is evidence, kind by kind."""
    by_id = {m.id: m for m in facts.procedure.measurand}
    for i, r in enumerate(facts.results):
        m = by_id[r.measurand]
        value, text = f"results[{i}].value", _result(r)
        for kind in _kinds_of(r, m, facts.procedure, asked):
            yield Found(kind=kind, where=value, text=text)
        yield Found(kind="uncertainty", where=f"results[{i}].budget", text=_budget(r))
        yield Found(kind="sample_size", where=f"results[{i}].units", text=_sample(r))
        for line in (b for b in r.budget if isinstance(b, Line)):
            for of in asked.kinds.values():
                if line.component in of.components:
                    u = significant(line.contribution)
                    words = say("crosswalk.component", title=r.title, line=line.line, u=u)
                    yield Found(kind=of.id, where=f"results[{i}].budget.{line.component}", text=words)
        if (d := definitions().get(m.quantity or "")) is not None:
            words = say("crosswalk.definition", title=d.title, formula=d.formula, assumptions=d.assumptions)
            yield Found(kind="metric_validity", where=f"procedure.measurand[{m.id}].quantity", text=words)
    for i, decision in enumerate(facts.decisions):
        yield Found(kind="conformity_decision", where=f"decisions[{i}]", text=_decision(decision))
    if facts.procedure.sampling.population:
        words = say("crosswalk.population", population=facts.procedure.sampling.population)
        yield Found(kind="sample_size", where="procedure.sampling.population", text=words)
    key = "signed" if facts.signed else "record"
    yield Found(kind="traceability", where="subject" if facts.signed else "record", text=say(f"crosswalk.{key}"))
    if facts.sealed:
        yield Found(kind="traceability", where="seal", text=say("crosswalk.sealed"))


def _kinds_of(r: Result, m: Measurand, procedure: Procedure, asked: Requirements) -> Iterator[str]:
    """Kinds of evidence that a value is of."""
    if m.of is not None:
        yield "resource_use"
        return
    named = [k.id for k in asked.kinds.values() if m.quantity in k.quantities]
    yield from named
    if "safety_rate" not in named:
        yield "accuracy"
    factors = {name for f in procedure.factor for name in (f.id, f.column)}
    over = m.contrast.over if m.contrast is not None else m.by
    if over in factors and "robustness" not in named:
        yield "robustness"
    elif over is not None and over != "system" and over not in factors:
        yield "subgroup"


def _result(r: Result) -> str:
    return " ".join(say("crosswalk.result", title=r.title, system=r.system, level=r.level, text=r.text).split())


def _budget(r: Result) -> str:
    lines = [b for b in r.budget if isinstance(b, Line)]
    lacking = [b.component for b in r.budget if not isinstance(b, Line) and b.state == "not evaluated"]
    words = say("crosswalk.budget", title=r.title, u=significant(r.u), lines=len(lines))
    return f"{words}; {say('crosswalk.lacking', names=', '.join(lacking))}" if lacking else words


def _sample(r: Result) -> str:
    return say("crosswalk.sample", title=r.title, items=r.items, units=r.units)


def _decision(d: Decision) -> str:
    return say("crosswalk.decision", requirement=d.requirement.text, verdict=d.verdict.value, rule=d.rule.kind)
