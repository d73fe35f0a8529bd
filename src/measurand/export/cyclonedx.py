"""CycloneDX 1.6: a bill of materials with a model card for each system that was measured."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from measurand.document.canonical import canonical
from measurand.document.decision import Decision, Verdict
from measurand.document.result import Result
from measurand.export.identity import identity, one_line, systems_of
from measurand.export.original import Original
from measurand.export.summary import missing
from measurand.message import say

NAMESPACE = "measurand"
LONGEST_VERSION = 1024
_SHA256 = re.compile(r"sha256:([0-9a-fA-F]{64})")
Pair = tuple[Result, tuple[Decision, ...]]


def render(original: Original) -> bytes:
    """A BOM: the certificate is what it describes; a system is a machine-learning-model, its results are its metrics.

    A difference of two systems stands in the card of the second. What belongs to no system (a plain budget) is kept
    as properties of the BOM: only a model may have a card.
    """
    predicate = original.statement.predicate
    ids = [system.get("id", "") for system in predicate.systems]
    pairs = [(_owner(result.system, ids), (result, decisions)) for result, decisions in original.pairs()]
    cards = []
    for i, system in enumerate(predicate.systems):
        own = [pair for owner, pair in pairs if owner and owner == system.get("id", "")]
        if own or predicate.evidence is not None:
            cards.append(_model(original, i, system, own))
    left = [pair for owner, pair in pairs if owner == ""]
    bom = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity(original, 'cyclonedx')}",
        "version": 1,
        "metadata": _metadata(original),
        "components": cards,
        "externalReferences": [_reference(original)],
        "properties": _properties((("copy", say("export.copy", number=original.number, sha256=original.sha256)),
                                   *(fact for i, pair in enumerate(left) for fact in _facts(i, *pair, whole=True)))),
    }  # fmt: skip
    return canonical(bom)


def _owner(system: str, ids: list[str]) -> str:
    """The system in whose card a result stands: itself, or the second of a difference; "" for none."""
    return next(iter(systems_of(system, ids)), "")


def _metadata(original: Original) -> dict[str, Any]:
    predicate = original.statement.predicate
    version = one_line(predicate.program.get("measurand", ""))[:LONGEST_VERSION]
    tool = {"type": "application", "name": "measurand", "version": version}
    certificate = {
        "type": "file",
        "bom-ref": identity(original, "certificate"),
        "name": "certificate.json",
        "version": one_line(original.number)[:LONGEST_VERSION],
        "description": one_line(predicate.title),
        "hashes": _hashes(original.sha256),
    }
    facts = (
        ("certificate:number", original.number),
        ("certificate:sha256", original.sha256),
        ("certificate:measured", predicate.measured),
        ("certificate:demonstration", str(predicate.demonstration).lower()),
        ("procedure:id", predicate.procedure_id),
        ("procedure:sha256", predicate.procedure_sha256),
    )
    return {
        "timestamp": predicate.issued,
        "tools": {"components": [tool]},
        "manufacturer": {"name": one_line(predicate.laboratory.name)},
        "component": certificate,
        "properties": _properties(facts),
    }


def _model(original: Original, i: int, system: Mapping[str, str], pairs: list[Pair]) -> dict[str, Any]:
    model: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": identity(original, "system", i),
        "name": one_line(system.get("name", "")) or one_line(system.get("id", "")) or say("export.not_stated"),
    }
    if system.get("version"):
        model["version"] = one_line(system["version"])[:LONGEST_VERSION]
    if system.get("maker"):
        model["manufacturer"] = {"name": one_line(system["maker"])}
    if digest := _SHA256.fullmatch(system.get("digest", "")):
        model["hashes"] = _hashes(digest[1])
    card: dict[str, Any] = {"bom-ref": identity(original, "card", i)}
    if pairs:
        metrics = [_metric(result, system.get("id", "")) for result, _ in pairs]
        card["quantitativeAnalysis"] = {"performanceMetrics": metrics}
    card["considerations"] = _considerations(original, system, pairs)
    card["properties"] = _properties(fact for n, pair in enumerate(pairs) for fact in _facts(n, *pair))
    return {**model, "modelCard": card, "externalReferences": [_reference(original)]}


def _metric(result: Result, system: str) -> dict[str, Any]:
    """Value and coverage interval, digit for digit as signed; the unit and the rest are properties of the card."""
    against = "" if result.system == system else say("export.cyclonedx.against", difference=result.system)
    part = ", ".join(one_line(text) for text in (result.level, against) if text)
    return {
        "type": one_line(result.title),
        "value": result.value,
        **({"slice": part} if part else {}),
        "confidenceInterval": {"lowerBound": result.lower, "upperBound": result.upper},
    }


def _facts(n: int, result: Result, decisions: tuple[Decision, ...], whole: bool = False) -> Iterator[tuple[str, str]]:
    """What a metric has no field for. ``n`` is its position; ``whole``: there is no metric, so its numbers too."""
    place = f"metric:{n}"
    yield f"{place}:measurand", result.measurand
    yield f"{place}:quantity", result.quantity
    yield f"{place}:unit", result.unit
    if whole:
        yield f"{place}:title", result.title
        yield f"{place}:value", result.value
        yield f"{place}:lower", result.lower
        yield f"{place}:upper", result.upper
    yield f"{place}:standardUncertainty", result.u
    yield f"{place}:degreesOfFreedom", result.df
    yield f"{place}:coverageProbability", result.coverage_probability
    yield f"{place}:items", str(result.items)
    for d in decisions:
        yield f"{place}:requirement", f"{d.requirement.id}: {d.requirement.text}"
        yield f"{place}:verdict", d.verdict.value
        if d.verdict is not Verdict.INVALID:
            yield f"{place}:probabilityOfConformity", d.p_conformity


def _considerations(original: Original, system: Mapping[str, str], pairs: list[Pair]) -> dict[str, Any]:
    """What the system is for, and what limits the statement: range of validity, missing components, verdicts."""
    predicate = original.statement.predicate
    uses = [text for text in (system.get("intended_use", ""), predicate.valid_for) if text]
    limits = [predicate.not_valid_for, *predicate.remarks]
    for result, decisions in pairs:
        if gaps := missing(result):
            limits.append(say("export.gaps", title=result.title, components=", ".join(gaps)))
        limits += [
            say("export.unmet", requirement=d.requirement.text, verdict=say(f"verdict.{d.verdict.value}"),
                title=result.title)
            for d in decisions if not d.conforms
        ]  # fmt: skip
    given = {"useCases": uses, "technicalLimitations": limits}
    return {name: [one_line(text) for text in texts if text] for name, texts in given.items() if any(texts)}


def _reference(original: Original) -> dict[str, Any]:
    comment = say("export.copy", number=original.number, sha256=original.sha256)
    hashes = _hashes(original.sha256)
    return {"type": "quality-metrics", "url": "certificate.json", "comment": one_line(comment), "hashes": hashes}


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]


def _properties(facts: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": f"{NAMESPACE}:{name}", "value": one_line(value)} for name, value in facts]
