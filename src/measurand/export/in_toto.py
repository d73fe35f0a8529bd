"""Statements of in-toto that policy engines read: test result v0.1, and summary verification result (SVR) v0.1."""

from __future__ import annotations

import re
from typing import Any

from measurand.document.canonical import canonical
from measurand.document.decision import Verdict
from measurand.document.statement import STATEMENT_TYPE
from measurand.export.original import Original

TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
SVR = "https://in-toto.io/attestation/svr/v0.1"
RESULT = {Verdict.CONFORMING: "PASSED", Verdict.INCONCLUSIVE: "WARNED"}
"""Of all decisions together; what is neither (non-conforming, invalid) is FAILED."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def render_test_result(original: Original) -> bytes:
    """An unsigned test-result statement: each requirement is one test; INCONCLUSIVE is a warning, no pass."""
    decisions = original.statement.predicate.decisions
    by: dict[str, list[str]] = {"PASSED": [], "WARNED": [], "FAILED": []}
    for decision in decisions:
        name = "|".join(filter(None, (decision.requirement.id, decision.system, decision.level)))
        by[RESULT.get(decision.verdict, "FAILED")].append(name)
    worst = next((state for state in ("FAILED", "WARNED", "PASSED") if by[state]), "WARNED")
    predicate = {
        "result": worst,
        "configuration": [_described(original, "procedure.json"), _described(original, "procedure.toml")],
        "passedTests": by["PASSED"],
        "warnedTests": by["WARNED"],
        "failedTests": by["FAILED"],
    }
    return _statement(original, TEST_RESULT, predicate)


def render_svr(original: Original) -> bytes:
    """An unsigned summary of what was decided: one property per requirement that was found conforming wherever it was
    decided. A property is said of every subject, so of several systems none is one: the certificate alone is."""
    predicate = original.statement.predicate
    by: dict[str, set[Verdict]] = {}
    for decision in predicate.decisions:
        name = f"MEASURAND_{decision.requirement.id}".upper().replace("-", "_")
        by.setdefault(name, set()).add(decision.verdict)
    stated = {
        "verifier": {"id": f"https://measurand.dev/program/{predicate.program.get('measurand', '')}"},
        "timeCreated": predicate.issued,
        "properties": sorted(name for name, verdicts in by.items() if verdicts == {Verdict.CONFORMING}),
    }
    return _statement(original, SVR, stated, systems=len(predicate.systems) == 1)


def _statement(original: Original, kind: str, predicate: dict[str, Any], *, systems: bool = True) -> bytes:
    """The subjects are the systems that were measured, as far as their digest is known, and the signed certificate."""
    subjects: list[dict[str, Any]] = [
        {
            "name": system.get("name") or system.get("id", ""),
            "digest": {"sha256": system["digest"].removeprefix("sha256:")},
        }
        for system in original.statement.predicate.systems
        if systems and _DIGEST.fullmatch(system.get("digest", ""))
    ]
    subjects.append({"name": "certificate.json", "digest": {"sha256": original.sha256}})
    whole = {"_type": STATEMENT_TYPE, "subject": subjects, "predicateType": kind, "predicate": predicate}
    return canonical(whole)


def _described(original: Original, name: str) -> dict[str, Any]:
    digest = next(dict(s.digest) for s in original.statement.subject if s.name == name)
    return {"name": name, "digest": digest}
