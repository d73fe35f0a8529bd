"""Every Eval Ever (schema 0.3.0 of the EvalEval coalition): results as records that studies of evaluations collect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import isinf
from typing import Any

from measurand.document.canonical import canonical
from measurand.document.decision import Decision, Verdict
from measurand.document.number import Number, real
from measurand.document.result import Line, Result
from measurand.export.identity import one_line, systems_of
from measurand.export.original import Original
from measurand.message import say

SCHEMA = "0.3.0"
UNKNOWN = "unknown"
"""What the schema's users ask for and the certificate does not state."""
Details = dict[str, str]


def render(original: Original) -> bytes:
    """A record for each system; of several systems an array of records, since the schema knows one model for a record.

    A difference of two systems stands in the record of the second. Numbers are those that were signed. A result whose
    value is not finite has no form there: the record names it. The schema has no field for a verdict, a budget or
    an expanded uncertainty: they are details of the score.
    """
    predicate = original.statement.predicate
    ids = [system.get("id", "") for system in predicate.systems]
    systems = predicate.systems or ({"id": predicate.procedure_id},)
    records = []
    for system in systems:
        own = [
            (result, decisions)
            for result, decisions in original.pairs()
            if not ids or next(iter(systems_of(result.system, ids)), ids[0]) == system.get("id", "")
        ]
        records.append(_record(original, system, own))
    return canonical(records[0] if len(records) == 1 else records)


def _record(
    original: Original, system: Mapping[str, str], pairs: list[tuple[Result, tuple[Decision, ...]]]
) -> dict[str, Any]:
    predicate = original.statement.predicate
    issued = str(int(datetime.fromisoformat(predicate.issued).timestamp()))
    model = one_line(system.get("name", "")) or one_line(system.get("id", "")) or say("export.not_stated")
    finite = [pair for pair in pairs if not isinf(real(pair[0].value))]
    left = [one_line(f"{result.title}: {result.text}") for result, _ in pairs if isinf(real(result.value))]
    details = {
        "copy": say("export.copy", number=original.number, sha256=original.sha256),
        "certificate": one_line(original.number),
        "certificate_sha256": original.sha256,
        "procedure": one_line(predicate.procedure_id),
        "procedure_sha256": predicate.procedure_sha256,
        "demonstration": str(predicate.demonstration).lower(),
        "valid_for": one_line(predicate.valid_for) or say("export.not_stated"),
        "not_valid_for": one_line(predicate.not_valid_for) or say("export.not_stated"),
        **({"results_without_a_finite_value": "; ".join(left)} if left else {}),
    }
    return {
        "schema_version": SCHEMA,
        "evaluation_id": "/".join((one_line(predicate.procedure_id), one_line(system.get("id", "")), issued)),
        "evaluation_timestamp": predicate.measured,
        "retrieved_timestamp": issued,
        "source_metadata": {
            "source_name": one_line(predicate.title),
            "source_type": "evaluation_run",
            "source_organization_name": one_line(predicate.laboratory.name) or say("export.not_stated"),
            "evaluator_relationship": "other",
            "additional_details": details,
        },
        "eval_library": {
            "name": "measurand",
            "version": one_line(predicate.program.get("measurand", "")) or UNKNOWN,
            "additional_details": {name: one_line(text) for name, text in predicate.program.items()},
        },
        "model_info": _model(system, model),
        "evaluation_results": [_result(original, result, decisions) for result, decisions in finite],
    }


def _model(system: Mapping[str, str], name: str) -> dict[str, Any]:
    stated = {key: one_line(system[key]) for key in ("version", "digest", "intended_use") if system.get(key)}
    return {
        "name": name,
        "id": one_line(system.get("id", "")) or name,
        **({"developer": one_line(system["maker"])} if system.get("maker") else {}),
        "additional_details": {**stated, "deployment_type": UNKNOWN, "model_availability": UNKNOWN},
    }


def _result(original: Original, result: Result, decisions: tuple[Decision, ...]) -> dict[str, Any]:
    procedure = original.statement.predicate.procedure
    at = next((m.at for m in procedure.measurand if m.id == result.measurand), {}) if procedure else {}
    unit = {"1": "proportion" if result.bounds == ("0", "1") else "1"}.get(result.unit, one_line(result.unit))
    low, high = result.bounds
    return {
        "evaluation_result_id": "/".join(one_line(t) for t in (result.measurand, result.system, result.level) if t),
        "evaluation_name": one_line(f"{result.title} {result.level}"),
        "source_data": _data(original),
        "metric_config": {
            "evaluation_description": one_line(result.words or result.title),
            "metric_id": one_line(result.quantity),
            "metric_name": one_line(result.title),
            "metric_unit": unit,
            "lower_is_better": result.direction == "lower",
            **({"metric_parameters": {name: one_line(text) for name, text in at.items()}} if at else {}),
            **_range(low, high),
            "additional_details": {"direction": result.direction, "estimand": result.estimand},
        },
        "score_details": {
            "score": _json(result.value),
            "details": _details(result, decisions),
            "uncertainty": _uncertainty(result),
        },
    }


def _range(low: Number | None, high: Number | None) -> dict[str, Any]:
    """The kind of score; the schema has continuous ones between two limits only."""
    if low is None or high is None:
        return {}
    return {"score_type": "continuous", "min_score": _json(low), "max_score": _json(high)}


def _data(original: Original) -> dict[str, Any]:
    """The reference data, by the digests of their contents; nothing says where they may be had."""
    predicate = original.statement.predicate
    sources = predicate.evidence.sources if predicate.evidence else {}
    population = predicate.procedure.sampling.population if predicate.procedure else None
    return {
        "dataset_name": one_line(population or ", ".join(sources) or predicate.procedure_id),
        "source_type": "other",
        "additional_details": {one_line(name): digest for name, digest in sources.items()},
    }


def _uncertainty(result: Result) -> dict[str, Any]:
    """The combined standard uncertainty and the coverage interval: more than the sampling of items."""
    interval: dict[str, Any] = {}
    if not isinf(real(result.upper)):
        interval["confidence_interval"] = {
            "lower": _json(result.lower),
            "upper": _json(result.upper),
            "confidence_level": _json(result.coverage_probability),
            "method": f"coverage interval (GUM), {result.method}",
        }
    error: dict[str, Any] = {}
    if not isinf(real(result.u)):
        error["standard_error"] = {"value": _json(result.u), "method": "combined standard uncertainty (GUM)"}
    return {**error, **interval, "num_samples": result.items}


def _details(result: Result, decisions: tuple[Decision, ...]) -> Details:
    found = {"result": one_line(result.text), "degrees_of_freedom": result.df, "independent_units": str(result.units)}
    found |= {name: number for name, number in (("k", result.k), ("U", result.U)) if number is not None}
    for i, line in enumerate(result.budget):
        if isinstance(line, Line):
            found[f"budget_{i}_{line.component}"] = one_line(f"{line.line}: contribution {line.contribution}")
        else:
            found[f"budget_{i}_{line.component}"] = line.state
    for decision in decisions:
        word = say(f"verdict.{decision.verdict.value}")
        p = "" if decision.verdict is Verdict.INVALID else f"; p_conformity {decision.p_conformity}"
        found[one_line(f"verdict_{decision.requirement.id}")] = one_line(f"{word}: {decision.requirement.text}{p}")
    return found


def _json(number: Number) -> float:
    """The double that was signed, as a number of JSON."""
    return real(number)
