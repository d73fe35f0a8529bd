"""Schemas are those of the documents, and every document ever written still loads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from measurand.document.canonical import canonical, plain
from measurand.document.keys import TABLES
from measurand.document.schema import DOCUMENTS, procedure_file, schemas
from measurand.document.values import READERS

ROOT = Path(__file__).parent.parent.parent
COMMITTED = ROOT / "src" / "measurand" / "schemas"
FORMATS = sorted((ROOT / "tests" / "formats").glob("*.json"))
PROCEDURES = ROOT / "tests" / "cases" / "procedures"


def test_committed_schemas_are_those_of_the_documents() -> None:
    written = {path.name: path.read_bytes() for path in COMMITTED.glob("*.json")}
    assert written == schemas(), "run: python tools/write_schemas.py"


@pytest.mark.parametrize("path", FORMATS, ids=lambda p: p.stem)
def test_stored_document_loads_and_keeps_its_bytes(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    model = DOCUMENTS[path.stem.rsplit("-", 1)[0]]
    document = model.model_validate(data)
    assert model.model_validate(plain(document)) == document
    assert model.model_validate_json(canonical(document)) == document


def test_every_kind_of_document_has_a_sample() -> None:
    assert {path.stem.rsplit("-", 1)[0] for path in FORMATS} == set(DOCUMENTS)


@pytest.mark.parametrize("path", FORMATS, ids=lambda p: p.stem)
def test_unknown_field_is_refused(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8")) | {"colour": "blue"}
    with pytest.raises(ValidationError):
        DOCUMENTS[path.stem.rsplit("-", 1)[0]].model_validate(data)


def test_every_kind_of_key_has_a_reader_and_a_schema() -> None:
    kinds = {entry.kind for table in TABLES.values() for entry in table.values() if not entry.later}
    assert kinds - {"table", "tables"} <= set(READERS)
    assert procedure_file()["properties"]["measurand"]["anyOf"][1]["type"] == "array"
