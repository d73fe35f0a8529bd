"""Croissant: what it describes, and what it does not claim."""

from __future__ import annotations

import base64
import json

import pytest
from tests.export import sample

from measurand.document.certificate import Predicate, Statement
from measurand.document.disclosure import Disclosure
from measurand.errors import MeasurandError
from measurand.export.original import Original
from measurand.export.registry import by_name


def _original(**update: object) -> Original:
    predicate: Predicate = sample.predicate()
    data = sample.envelope(predicate)
    statement = Statement.model_validate_json(base64.b64decode(json.loads(data)["payload"]))
    changed = statement.predicate.model_copy(update=update)
    return Original(statement.model_copy(update={"predicate": changed}), data)


def test_a_plain_budget_has_no_reference_data() -> None:
    with pytest.raises(MeasurandError, match="no observations"):
        by_name("croissant").render(_original(evidence=None))


def test_a_digest_of_contents_is_not_given_as_one_of_bytes() -> None:
    made = json.loads(by_name("croissant").render(_original()))
    assert [file["name"] for file in made["distribution"]] == ["evidence.parquet"]
    assert "predictions.csv (digest of its contents, not of its bytes" in made["description"]
    assert [field["name"] for field in made["recordSet"][0]["field"]] == ["item"]


def test_private_evidence_is_said_to_be_kept() -> None:
    made = json.loads(by_name("croissant").render(_original(disclosure=Disclosure(kind="digest", items=3))))
    assert "not handed out" in made["description"]
