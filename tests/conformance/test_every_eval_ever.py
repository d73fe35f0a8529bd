"""Records of Every Eval Ever against its own JSON schema (0.3.0, MIT licence; see the attribution beside it)."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests.export import sample

from measurand.document.certificate import Statement
from measurand.export.original import Original
from measurand.export.registry import by_name

SCHEMA = Path(__file__).parents[1] / "cases" / "data" / "every-eval-ever-0.3.0.schema.json"
VECTORS = Path(__file__).parents[1] / "vectors"


def records(data: bytes, **fields: Any) -> list[Any]:
    """The records of a certificate, whose statement is changed."""
    statement = Statement.model_validate_json(base64.b64decode(json.loads(data)["payload"]))
    predicate = statement.predicate.model_copy(update=fields)
    original = Original(statement.model_copy(update={"predicate": predicate}), data)
    made = json.loads(by_name("every-eval-ever").render(original))
    return made if isinstance(made, list) else [made]


def several() -> list[Any]:
    """Of the invented certificate: as it is; several systems with a difference; values and limits without end."""
    data, stated = sample.envelope(sample.predicate()), sample.predicate()
    first = stated.results[0]
    systems = ({"id": "a", "name": "A", "maker": "M"}, {"id": "b", "digest": "sha256:" + "0" * 64})
    of_each = tuple(first.model_copy(update={"system": system}) for system in ("a", "b", "b - a"))
    endless = (
        first.model_copy(update={"value": "infinite", "upper": "infinite", "u": "infinite"}),
        first.model_copy(update={"upper": "infinite", "bounds": ("0", None)}),
    )
    return [
        *records(data),
        *records(data, systems=systems, results=of_each, decisions=()),
        *records(data, results=endless, decisions=(), systems=stated.systems[:1]),
        *(record for file in sorted(VECTORS.glob("valid*.json")) for record in records(file.read_bytes())),
    ]


def test_the_schema_accepts_every_record() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the conformance environment has it")
    schema = json.loads(SCHEMA.read_bytes())
    validator = jsonschema.Draft7Validator(schema)
    made = several()
    assert len(made) > 8 and {record["schema_version"] for record in made} == {schema["version"]}
    assert [error.message for record in made for error in validator.iter_errors(record)] == []
    del made[0]["model_info"]["additional_details"]["deployment_type"]  # the schema does demand something
    assert list(validator.iter_errors(made[0]))
