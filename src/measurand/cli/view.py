"""The view of ``--json``: one record or several as plain data with JSON numbers (docs/json.md, measure.schema.json).

Signed documents hold decimal strings; here the same numbers are JSON numbers. What is absent has no key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from measurand.document.canonical import address_of, canonical
from measurand.document.decision import EXIT_CODE, Decision, Decisions, Verdict
from measurand.document.number import real
from measurand.document.record import Record
from measurand.document.result import Check, Line, NotEvaluated, Result

SCHEMA = "measurand/measure/1"
PRECEDENCE = (0, 3, 1, 4, 2, 5, 130)
"""Exit codes from the weakest to the strongest, when several procedures are measured."""

View = dict[str, Any]


def view(record: Record, *, folder: str, code: int, at: str | None = None) -> View:
    """A record as data. ``folder`` is where it lies, ``code`` the exit code of the command, ``at``
    the record's address where it is known already."""
    p = record.procedure
    found: View = {
        "schema": SCHEMA,
        "exit": code,
        "procedure": {"id": p.id, "title": p.title, "procedure_at": address_of(canonical(p))},
        "systems": [present(id=s.id, name=s.name, version=s.version, digest=s.digest) for s in p.system],
        "results": [_result(result, record.decisions) for result in record.results.results],
        "correlation": [[_number(r) for r in row] for row in record.results.correlation],
        "validity": [_check(check) for check in record.results.validity],
        "remarks": list(record.results.remarks),
        "measured": record.measured,
        "record": folder,
        "record_at": at or record_at(record),
    }
    if record.evidence is not None:
        e = record.evidence
        found["evidence"] = {
            "items": e.items,
            "rows": e.rows,
            "counts": dict(e.counts),
            "excluded": dict(e.excluded),
            "partial": e.partial,
            "evidence_at": e.table_at,
        }
    if record.decisions.verdict is not None:
        found["verdict"] = record.decisions.verdict.value
    return found


def record_at(record: Record) -> str:
    """Address of a record: of the addresses of its documents, by name."""
    documents = {
        "procedure.toml": address_of(record.procedure_text),
        "procedure.json": address_of(canonical(record.procedure)),
        "results.json": address_of(canonical(record.results)),
        "decisions.json": address_of(canonical(record.decisions)),
        "parts.json": address_of(canonical(record.parts)),
    }
    if record.evidence is not None:
        documents["evidence.json"] = address_of(canonical(record.evidence))
    return address_of(canonical(documents))


def exit_code(verdict: Verdict | None) -> int:
    """Exit code of a record's verdict; nothing to decide is 0."""
    return 0 if verdict is None else EXIT_CODE[verdict]


def strongest(codes: Sequence[int]) -> int:
    """The exit code that stands for several.

    >>> strongest([0, 3, 1]), strongest([1, 4, 3]), strongest([])
    (1, 4, 0)
    """
    return max(codes, key=PRECEDENCE.index, default=0)


def printed(document: object) -> str:
    """The text of one JSON document."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def present(**fields: object) -> View:
    """The fields that have a value."""
    return {key: value for key, value in fields.items() if value is not None and value != ""}


def numeric(data: Any, names: frozenset[str]) -> Any:
    """Plain data with the decimal strings of the named fields as JSON numbers."""
    if isinstance(data, Mapping):
        return {
            key: _number(value) if key in names and isinstance(value, str) else numeric(value, names)
            for key, value in data.items()
        }
    return [numeric(one, names) for one in data] if isinstance(data, list) else data


def _result(result: Result, decisions: Decisions) -> View:
    key = (result.measurand, result.system, result.level)
    found = present(
        id=result.measurand,
        system=result.system,
        level=result.level,
        quantity=result.quantity,
        title=result.title,
        value=_number(result.value),
        u=_number(result.u),
        U=_optional(result.U),
        k=_optional(result.k),
        coverage=_number(result.coverage_probability),
        dof=_number(result.df),
        unit=result.unit,
        text=result.text,
        words=result.words,
        method=result.method,
        rule=result.distribution.rule,
        estimand=result.estimand,
        items=result.items,
        units=result.units,
        floor=_optional(result.floor),
        null_value=_optional(result.null_value),
    )
    found["interval"] = [_number(result.lower), _number(result.upper)]
    found["budget"] = [_line(line) for line in result.budget]
    found["checks"] = [_check(check) for check in result.checks]
    found["warnings"] = list(result.warnings)
    found["decisions"] = [_decision(d) for d in decisions.decisions if (d.measurand, d.system, d.level) == key]
    return found


def _decision(decision: Decision) -> View:
    requirement, rule, risks = decision.requirement, decision.rule, decision.risks
    return {
        "requirement": present(
            id=requirement.id,
            text=requirement.text,
            lower_limit=_optional(requirement.lower_limit),
            upper_limit=_optional(requirement.upper_limit),
            source=requirement.source,
        ),
        "rule": present(
            kind=rule.kind,
            max_false_accept_risk=_number(rule.max_false_accept_risk),
            max_false_reject_risk=_number(rule.max_false_reject_risk),
            guard_band=_optional(rule.guard_band),
        ),
        "verdict": decision.verdict.value,
        "stated": decision.stated,
        "p_conformity": _number(decision.p_conformity),
        **present(
            acceptance_lower=_optional(decision.acceptance_lower),
            acceptance_upper=_optional(decision.acceptance_upper),
            what_now=decision.what_now,
        ),
        "risks": present(**{name: _optional(getattr(risks, name)) for name in type(risks).model_fields}),
        "reasons": list(decision.reasons),
    }


def _line(line: Line | NotEvaluated) -> View:
    if isinstance(line, NotEvaluated):
        return {"component": line.component, "state": line.state, "needs": line.needs}
    numbers = ("u", "coefficient", "contribution", "variance", "share", "df")
    texts = ("component", "line", "type", "distribution", "source", "note")
    return present(
        **{name: getattr(line, name) for name in texts}, **{name: _number(getattr(line, name)) for name in numbers}
    )


def _check(check: Check) -> Mapping[str, Any]:
    return {"name": check.name, "passed": check.passed, "text": check.text}


def _number(text: str) -> float | int | str:
    """A decimal string as a JSON number; ``"infinite"`` stays a word, since JSON has no number for it."""
    if text == "infinite":
        return text
    x = real(text)
    return int(x) if x.is_integer() and abs(x) < 2**53 else x


def _optional(text: str | None) -> float | int | str | None:
    return None if text is None else _number(text)
