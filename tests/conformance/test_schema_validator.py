"""The published schema of the procedure file, read by an independent validator."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

jsonschema = pytest.importorskip("jsonschema", reason="the conformance environment has it")
ROOT = Path(__file__).parent.parent.parent
PROCEDURES = ROOT / "tests" / "cases" / "procedures"
COMMITTED = ROOT / "src" / "measurand" / "schemas"


@pytest.mark.parametrize("name", ["1-classifier", "5-robot", "6-gum-h2", "7-python", "8-shortest"])
def test_schema_of_the_file_accepts_the_examples(name: str) -> None:
    data = tomllib.loads((PROCEDURES / f"{name}.measure.toml").read_text(encoding="utf-8"))
    schema = json.loads((COMMITTED / "procedure-file.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)
    data["desing"] = {}
    assert not jsonschema.Draft202012Validator(schema).is_valid(data)
