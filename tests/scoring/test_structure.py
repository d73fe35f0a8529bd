"""JSON of a stated shape: the test cases of the schema's own draft that are short, hostile input, and a measurement."""

from __future__ import annotations

import time
from typing import Any

import pytest

from measurand.document.live import Scoring
from measurand.errors import RunError
from measurand.instrument.scoring.registry import check, scorer

pytest.importorskip("jsonschema", reason="jsonschema is not installed")
SHAPE = {
    "type": "object",
    "required": ["answer"],
    "properties": {"answer": {"type": "number", "minimum": 0}, "why": {"type": "string"}},
    "additionalProperties": False,
}


def scored(schema: dict[str, Any], text: str, **more: Any) -> Any:
    one, close = scorer(Scoring.model_validate({"kind": "json", "schema": schema, **more}), ())
    try:
        assert check(one, kind="json") >= 3
        return one.score(text, "")
    finally:
        close()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"answer": 3}', "1"),
        ('{"answer": 3, "why": "so"}', "1"),
        ('{"answer": -1}', "0"),
        ('{"answer": "3"}', "0"),
        ("{}", "0"),
        ('{"answer": 1, "other": 2}', "0"),
        ("the answer is 3", "0"),
        ("[" * 100_000, "0"),
        ('{"answer": Infinity}', "0"),
    ],
)
def test_what_the_schema_allows(text: str, value: str) -> None:
    assert scored(SHAPE, text).value == value


def test_the_json_in_a_fence() -> None:
    fence = r"```json\s*(.*?)```"
    assert scored(SHAPE, 'Here:\n```json {"answer": 4} ```', extract=fence).value == "1"


def test_nothing_is_fetched() -> None:
    """A reference to elsewhere cannot be resolved: the check ends and the run stops, and no address is asked."""
    with pytest.raises(RunError):
        scored({"$ref": "https://example.org/schema.json"}, "{}")


def test_a_pattern_without_end_is_ended() -> None:
    slow = {"type": "string", "pattern": "^(a+)+$"}
    began = time.monotonic()
    found = scored(slow, '"' + "a" * 40 + '!"')
    assert found.value == "" and "5 s" in found.reason
    assert time.monotonic() - began < 30


def test_no_schema() -> None:
    with pytest.raises(RunError, match="is none"):
        scored({"type": "nothing"}, "{}")
