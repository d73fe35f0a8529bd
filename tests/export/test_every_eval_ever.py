"""Records of Every Eval Ever: what its schema demands, the signed numbers, and nothing that was not stated.

What the schema (0.3.0, of the package ``every-eval-ever``) demands stands here as a table, for an environment without
jsonschema; the conformance tests read the schema itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from measurand.document.certificate import Statement
from measurand.export.identity import one_line
from measurand.export.original import Original
from measurand.export.registry import by_name

Kind = type | tuple[type, ...]
TEXTS = {"*": str}
DEMANDED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "": (
        {"schema_version": str, "evaluation_id": str, "retrieved_timestamp": str, "source_metadata": "source",
         "model_info": "model", "eval_library": "library", "evaluation_results": ["result"]},
        {"evaluation_timestamp": str},
    ),
    "source": (
        {"source_type": {"documentation", "evaluation_run"}, "source_organization_name": str,
         "evaluator_relationship": {"first_party", "third_party", "collaborative", "other"}},
        {"source_name": str, "additional_details": TEXTS},
    ),
    "library": ({"name": str, "version": str}, {"additional_details": TEXTS}),
    "model": ({"name": str, "id": str, "additional_details": TEXTS}, {"developer": str}),
    "result": (
        {"evaluation_name": str, "source_data": "data", "metric_config": "metric", "score_details": "score"},
        {"evaluation_result_id": str},
    ),
    "data": ({"dataset_name": str, "source_type": {"other"}}, {"additional_details": TEXTS}),
    "metric": (
        {"lower_is_better": bool},
        {"evaluation_description": str, "metric_id": str, "metric_name": str, "metric_unit": str,
         "metric_parameters": TEXTS, "score_type": {"continuous"}, "min_score": float, "max_score": float,
         "additional_details": TEXTS},
    ),
    "score": ({"score": float}, {"details": TEXTS, "uncertainty": "uncertainty"}),
    "uncertainty": ({}, {"standard_error": "error", "confidence_interval": "interval", "num_samples": int}),
    "error": ({"value": float}, {"method": str}),
    "interval": ({"lower": float, "upper": float}, {"confidence_level": float, "method": str}),
}  # fmt: skip


def faults(found: Any, name: str = "", path: str = "") -> Iterator[str]:
    """Where a document is not as the table has it."""
    needed, allowed = DEMANDED[name]
    yield from (f"{path}: {key} is missing" for key in needed.keys() - found.keys())
    for key, value in found.items():
        kind = (needed | allowed).get(key)
        here = f"{path}/{key}"
        if kind is None:
            yield f"{here} is not known"
        elif isinstance(kind, str):
            yield from faults(value, kind, here)
        elif isinstance(kind, list):
            for i, one in enumerate(value):
                yield from faults(one, kind[0], f"{here}/{i}")
        elif isinstance(kind, set):
            yield from [] if value in kind else [f"{here}: {value}"]
        elif isinstance(kind, dict):
            yield from (f"{here}/{k}: {v!r}" for k, v in value.items() if not isinstance(v, str))
        elif not isinstance(value, (int, float) if kind is float else kind):
            yield f"{here}: {value!r}"


@pytest.fixture(scope="session")
def original(envelope: bytes) -> Original:
    payload = base64.b64decode(json.loads(envelope)["payload"])
    return Original(Statement.model_validate_json(payload), envelope)


def changed(original: Original, **fields: Any) -> list[Any]:
    other = original.statement.predicate.model_copy(update=fields)
    statement = original.statement.model_copy(update={"predicate": other})
    made = json.loads(by_name("every-eval-ever").render(Original(statement, original.data)))
    return made if isinstance(made, list) else [made]


def test_what_the_schema_demands(original: Original) -> None:
    assert [fault for record in changed(original) for fault in faults(record)] == []
    (alone,) = changed(original, systems=original.statement.predicate.systems[:1])
    assert len(alone["evaluation_results"]) == len(original.statement.predicate.results)


def test_the_signed_numbers(original: Original) -> None:
    made = [one for record in changed(original) for one in record["evaluation_results"]]
    stated = {
        "/".join(t for t in (r.measurand, r.system, r.level) if t): r for r in original.statement.predicate.results
    }
    assert len(made) == len(stated)
    for record in made:
        result = next(r for name, r in stated.items() if one_line(name) == record["evaluation_result_id"])
        score = record["score_details"]
        assert score["score"] == float(result.value)
        assert score["uncertainty"]["standard_error"]["value"] == float(result.u)
        interval = score["uncertainty"]["confidence_interval"]
        assert (interval["lower"], interval["upper"]) == (float(result.lower), float(result.upper))
        assert score["details"]["result"] == one_line(result.text)
    words = {text.split(":")[0] for r in made for k, text in r["score_details"]["details"].items() if "verdict" in k}
    assert words <= {"CONFORMING", "NON-CONFORMING", "INCONCLUSIVE", "INVALID"} and words


def test_a_record_for_each_system(original: Original) -> None:
    first = original.statement.predicate.results[0]
    systems = ({"id": "a", "name": "A"}, {"id": "b"})
    results = tuple(first.model_copy(update={"system": system}) for system in ("a", "b", "b - a"))
    made = changed(original, systems=systems, results=results, decisions=())
    assert [record["model_info"]["id"] for record in made] == ["a", "b"]
    assert [len(record["evaluation_results"]) for record in made] == [1, 2]
    assert [fault for record in made for fault in faults(record)] == []


def test_what_is_not_finite_or_not_stated(original: Original) -> None:
    first = original.statement.predicate.results[0]
    endless = first.model_copy(update={"value": "infinite", "upper": "infinite", "u": "infinite"})
    open_above = first.model_copy(update={"upper": "infinite", "bounds": ("0", None)})
    systems = original.statement.predicate.systems[:1]
    (made,) = changed(original, systems=systems, results=(endless, open_above), decisions=())
    assert list(faults(made)) == []
    (record,) = made["evaluation_results"]
    assert "confidence_interval" not in record["score_details"]["uncertainty"]
    assert "score_type" not in record["metric_config"]
    assert one_line(first.title) in made["source_metadata"]["additional_details"]["results_without_a_finite_value"]
    assert made["model_info"]["additional_details"]["deployment_type"] == "unknown"
    assert made["source_metadata"]["evaluator_relationship"] == "other"
