"""OSCAL assessment results (1.1) as JSON: results are observations, requirements objectives, decisions findings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from measurand.document.canonical import canonical
from measurand.document.decision import Decision, Verdict
from measurand.document.result import Result
from measurand.export.identity import identity, one_line, systems_of
from measurand.export.naming import rule_in_words
from measurand.export.original import Original
from measurand.export.summary import summary
from measurand.message import say

VERSION = "1.1.2"
NAMESPACE = "https://measurand.dev/ns/oscal"
REASON = {Verdict.CONFORMING: "pass", Verdict.NON_CONFORMING: "fail"}
"""Why an objective has its state; "other" for what is neither (inconclusive, invalid)."""
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_MARK = re.compile(r"([\\`*_\[\]<>&~^{}|$#!])|^(?=[-+=])")
"""Characters that Markdown gives a meaning: OSCAL takes titles, descriptions and remarks for Markdown."""


def render(original: Original) -> bytes:
    """Assessment results with one result. Only CONFORMING is ``satisfied``; the verdict is a property and in words.

    The procedure stands for the assessment plan. OSCAL asks when the assessment began: a certificate states when
    observing ended, so that time is given and the remark says so.
    """
    predicate = original.statement.predicate
    requirements = _requirements(original)
    whole: dict[str, Any] = {
        "uuid": identity(original, "oscal"),
        "metadata": _metadata(original),
        "import-ap": {"href": f"#{identity(original, 'file', 'procedure.toml')}", "remarks": say("export.oscal.plan")},
        "results": [_result(original, requirements)],
        "back-matter": {"resources": _resources(original)},
    }
    if requirements:
        whole["local-definitions"] = {
            "objectives-and-methods": [
                {"control-id": token, "description": words(text), "parts": [_objective(token, text)]}
                for token, text in requirements.items()
            ],
            "remarks": say("export.oscal.requirements", procedure=words(predicate.procedure_id)),
        }
    return canonical({"assessment-results": whole})


def _metadata(original: Original) -> dict[str, Any]:
    predicate = original.statement.predicate
    party = {"uuid": identity(original, "laboratory"), "type": "organization", "name": line(predicate.laboratory.name)}
    facts = {
        "certificate-number": original.number,
        "certificate-sha256": original.sha256,
        "demonstration": str(predicate.demonstration).lower(),
        "program": " ".join(("measurand", predicate.program.get("measurand", ""))),
    }
    return {
        "title": words(predicate.title),
        "last-modified": predicate.issued,
        "version": line(original.number),
        "oscal-version": VERSION,
        "props": props(facts),
        "parties": [party],
        "remarks": words(say("export.copy", number=original.number, sha256=original.sha256)),
    }


def _result(original: Original, requirements: Mapping[str, str]) -> dict[str, Any]:
    predicate = original.statement.predicate
    pairs = list(enumerate(original.pairs()))
    limits = {"valid-for": predicate.valid_for, "not-valid-for": predicate.not_valid_for}
    found: dict[str, Any] = {
        "uuid": identity(original, "result"),
        "title": words(predicate.title),
        "description": words(say("export.copy", number=original.number, sha256=original.sha256)),
        "start": predicate.measured,
        "end": predicate.measured,
        "props": props({"procedure-sha256": predicate.procedure_sha256, "procedure": predicate.procedure_id, **limits}),
        "reviewed-controls": {"control-selections": [_reviewed(requirements)]},
        "remarks": " ".join((say("export.oscal.time"), *map(words, predicate.remarks))),
    }
    lists = {
        "observations": [_observation(original, n, result) for n, (result, _) in pairs],
        "findings": [
            _finding(original, n, i, decision) for n, (_, decisions) in pairs for i, decision in enumerate(decisions)
        ],
    }
    if predicate.systems:
        found["local-definitions"] = {
            "components": [_component(original, i, system) for i, system in enumerate(predicate.systems)]
        }
    return {**found, **{name: entries for name, entries in lists.items() if entries}}


def _component(original: Original, i: int, system: Mapping[str, str]) -> dict[str, Any]:
    """A system that was measured; whether it is in use is not known to a certificate."""
    facts = {name: system.get(name, "") for name in ("id", "version", "maker", "digest")}
    given = props(facts)
    return {
        "uuid": identity(original, "system", i),
        "type": "software",
        "title": words(system.get("name") or system.get("id", "")),
        "description": words(system.get("intended_use", "")),
        **({"props": given} if given else {}),
        "status": {"state": "other", "remarks": say("export.not_stated")},
    }


def _observation(original: Original, n: int, result: Result) -> dict[str, Any]:
    """A result: in words, and its numbers as properties, digit for digit as signed."""
    facts = {
        "measurand": result.measurand,
        "quantity": result.quantity,
        "system": result.system,
        "level": result.level,
        "unit": result.unit,
        "value": result.value,
        "standard-uncertainty": result.u,
        "degrees-of-freedom": result.df,
        "coverage-lower": result.lower,
        "coverage-upper": result.upper,
        "coverage-probability": result.coverage_probability,
        "expanded-uncertainty": result.U or "",
        "coverage-factor": result.k or "",
        "items": str(result.items),
        "independent-units": str(result.units),
    }
    ids = [system.get("id", "") for system in original.statement.predicate.systems]
    subjects = [
        {"subject-uuid": identity(original, "system", ids.index(system)), "type": "component"}
        for system in systems_of(result.system, ids)
    ]
    href = f"#{identity(original, 'file', 'certificate.json')}"
    return {
        "uuid": identity(original, "observation", n),
        "title": words(result.title),
        "description": words(summary(result)),
        "props": props(facts),
        "methods": ["TEST"],
        **({"subjects": subjects} if subjects else {}),
        "relevant-evidence": [{"href": href, "description": say("export.oscal.evidence")}],
        "collected": original.statement.predicate.measured,
    }


def _finding(original: Original, n: int, i: int, decision: Decision) -> dict[str, Any]:
    """A decision: ``not-satisfied`` is whatever is not CONFORMING, so the reason and the words tell which."""
    token = _token(original, decision.requirement.id)
    verdict = say(f"verdict.{decision.verdict.value}")
    status = {
        "state": "satisfied" if decision.conforms else "not-satisfied",
        "reason": REASON.get(decision.verdict, "other"),
        "remarks": verdict,
    }
    facts = {
        "verdict": decision.verdict.value,
        "probability-of-conformity": "" if decision.verdict is Verdict.INVALID else decision.p_conformity,
        "decision-rule": rule_in_words(decision.rule),
        "lower-limit": decision.requirement.lower_limit or "",
        "upper-limit": decision.requirement.upper_limit or "",
        "stated": decision.stated,
        "system": decision.system,
        "level": decision.level,
    }
    limits = decision.requirement.text
    return {
        "uuid": identity(original, "finding", n, i),
        "title": words(say("export.unmet", requirement=limits, verdict=verdict, title=decision.measurand)),
        "description": words(" ".join((verdict, *decision.reasons, decision.what_now))),
        "props": props(facts),
        "target": {"type": "objective-id", "target-id": f"{token}_obj", "title": words(limits), "status": status},
        "related-observations": [{"observation-uuid": identity(original, "observation", n)}],
    }


def _requirements(original: Original) -> dict[str, str]:
    """Token of each requirement that was decided -> its text."""
    given = (decision.requirement for decision in original.statement.predicate.decisions)
    return {_token(original, requirement.id): requirement.text for requirement in given}


def _token(original: Original, name: str) -> str:
    """The id of a requirement as OSCAL allows ids; one that it does not allow is replaced by a UUID."""
    return name if _TOKEN.fullmatch(name) else f"requirement-{identity(original, 'requirement', name)}"


def _objective(token: str, text: str) -> dict[str, str]:
    return {"id": f"{token}_obj", "name": "assessment-objective", "prose": words(text)}


def _reviewed(requirements: Mapping[str, str]) -> dict[str, Any]:
    """Which controls were assessed. Without a requirement: all that the procedure states, which is none."""
    if not requirements:
        return {"description": say("export.oscal.nothing_required"), "include-all": {}}
    return {"include-controls": [{"control-id": token} for token in requirements]}


def _resources(original: Original) -> list[dict[str, Any]]:
    """The signed original, and the files that it is about, with their digests."""
    files = [("certificate.json", original.sha256)]
    files += [(s.name, s.digest["sha256"]) for s in original.statement.subject if "sha256" in s.digest]
    return [
        {
            "uuid": identity(original, "file", name),
            "title": words(name),
            "rlinks": [{"href": quote(name, errors="replace"), "hashes": [{"algorithm": "SHA-256", "value": digest}]}],
        }
        for name, digest in files
    ]


def props(facts: Mapping[str, str]) -> list[dict[str, str]]:
    """Properties in our name space; what is empty has none."""
    lines = {name: one_line(value) for name, value in facts.items()}
    return [{"name": name, "ns": NAMESPACE, "value": value} for name, value in lines.items() if value]


def line(text: str) -> str:
    """OSCAL wants words where nothing was stated."""
    return one_line(text) or say("export.not_stated")


def words(text: str) -> str:
    """Text of a field that is taken for Markdown: every character stands for itself.

    >>> words("- a <b> [c]")
    '\\\\- a \\\\<b\\\\> \\\\[c\\\\]'
    """
    return _MARK.sub(lambda found: "\\" + found[0], line(text))
