"""``--json``: one document of a stable shape, accepted by the schema that the package ships."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

SCHEMA = json.loads((files("measurand") / "cli" / "measure.schema.json").read_text(encoding="utf-8"))
TYPES = {"object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "boolean": bool}


def faults(data: Any, schema: dict[str, Any], path: str = "$") -> list[str]:
    """Where data are not what a schema says (the words of JSON Schema that ours uses)."""
    if "anyOf" in schema:
        return [] if any(not faults(data, one, path) for one in schema["anyOf"]) else [f"{path}: none of anyOf"]
    if "const" in schema or "enum" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return [] if data in allowed else [f"{path}: {data!r} is not in {allowed}"]
    found = []
    if "type" in schema:
        kind = TYPES[schema["type"]]
        if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
            return [f"{path}: {data!r} is not of type {schema['type']}"]
    if "pattern" in schema and not re.search(schema["pattern"], data):
        found.append(f"{path}: {data!r}")
    if isinstance(data, dict):
        found += [f"{path}: no {name}" for name in schema.get("required", ()) if name not in data]
        for name, value in data.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            found += [f"{path}: {name} is unknown"] if inner is False else faults(value, inner, f"{path}.{name}")
    if isinstance(data, list):
        if not schema.get("minItems", 0) <= len(data) <= schema.get("maxItems", len(data)):
            found.append(f"{path}: {len(data)} entries")
        found += [fault for n, entry in enumerate(data) for fault in faults(entry, schema["items"], f"{path}[{n}]")]
    return found


def test_measure_evaluate_and_show_print_the_same_document(folder: Path, run: Any) -> None:
    measured = run("measure", "try.measure.toml", "--json")
    document = json.loads(measured.out)
    assert faults(document, SCHEMA) == []
    assert document["exit"] == measured.code
    assert document["verdict"] == {0: "conforming", 3: "inconclusive"}[measured.code]
    record = document["record"]
    for verb in ("evaluate", "show"):
        again = json.loads(run(verb, record, "--json").out)
        assert again == document


def test_absent_is_absent_and_numbers_are_numbers(folder: Path, run: Any) -> None:
    document = json.loads(run("measure", "try.measure.toml", "--json").out)
    assert "null" not in json.dumps(document)
    for result in document["results"]:
        lower, upper = result["interval"]
        assert lower < result["value"] < upper
        assert ("U" in result) == ("±" in result["text"])
        assert ("k" in result) == ("U" in result)


def test_several_procedures_are_a_list_and_an_error_is_in_its_place(folder: Path, run: Any) -> None:
    ended = run("measure", "try.measure.toml", "absent.measure.toml", "--json")
    first, second = json.loads(ended.out)
    assert (first["schema"], second["exit"], ended.code) == ("measurand/measure/1", 2, 2)


def test_an_error_is_a_document_too(folder: Path, run: Any) -> None:
    (folder / "try.measure.toml").write_text('schema = "measurand/procedure/1"\nmetric = 1\n', encoding="utf-8")
    ended = run("measure", "try.measure.toml", "--json")
    document = json.loads(ended.out)
    assert document["schema"] == "measurand/error/1"
    assert document["exit"] == ended.code == 2
    assert {"code", "message", "file", "line"} <= set(document["findings"][0])


@pytest.mark.parametrize("words", [("check", "try.measure.toml"), ("doctor",), ("key", "list"), ("explain", "3")])
def test_other_verbs_print_one_document(folder: Path, run: Any, words: tuple[str, ...]) -> None:
    assert json.loads(run(*words, "--json").out)["schema"].startswith("measurand/")


def test_a_certificate_far_from_its_record_shows_the_same(folder: Path, run: Any) -> None:
    document = json.loads(run("measure", "try.measure.toml", "--json").out)
    run("key", "new", "lab")
    run("certify", document["record"], "--key", "lab.pem")
    for name in ("certificate.html", "certificate.json"):
        away = folder / "mail" / name
        away.parent.mkdir(exist_ok=True)
        away.write_bytes((folder / document["record"] / name).read_bytes())
        shown = json.loads(run("show", away, "--json").out)
        assert faults(shown, SCHEMA) == []
        assert shown | {"record": document["record"]} == document
        assert run("show", away, "--budget").code == 0
