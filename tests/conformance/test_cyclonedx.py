"""Model cards against the CycloneDX 1.6 schema, read where it lies (MEASURAND_SCHEMAS names the folder)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from measurand.document.decision import Verdict
from measurand.export.cyclonedx import render
from measurand.export.original import Original

FOLDER = Path(os.environ.get("MEASURAND_SCHEMAS", "-")) / "cyclonedx"
NAMES = ("bom-1.6.schema.json", "spdx.schema.json", "jsf-0.82.schema.json")


@pytest.fixture(scope="module")
def validator() -> Any:
    """The schema of CycloneDX with the two that it refers to, formats checked."""
    jsonschema = pytest.importorskip("jsonschema", reason="the conformance environment has it")
    referencing = pytest.importorskip("referencing", reason="the conformance environment has it")
    if not (FOLDER / NAMES[0]).is_file():
        pytest.skip(f"{NAMES[0]} is not here (name the folder above its own in MEASURAND_SCHEMAS)")
    schemas = [json.loads((FOLDER / name).read_text(encoding="utf-8")) for name in NAMES]
    resources = [(s["$id"], referencing.Resource.from_contents(s)) for s in schemas]
    registry = referencing.Registry().with_resources(resources)
    kind = jsonschema.Draft7Validator
    return kind(schemas[0], registry=registry, format_checker=kind.FORMAT_CHECKER)


def test_every_certificate_is_a_valid_bom(validator: Any, originals: Mapping[str, Original]) -> None:
    for name, original in originals.items():
        made = render(original)
        found = [
            f"{name}: {error.json_path}: {error.message}"[:300] for error in validator.iter_errors(json.loads(made))
        ]
        assert found == []
        assert made == render(original) and original.sha256.encode() in made


def test_the_schema_does_refuse(validator: Any, originals: Mapping[str, Original]) -> None:
    bom = json.loads(render(originals["demo"]))
    bom["components"][0]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"][0]["value"] = 0.9
    assert not validator.is_valid(bom)


def test_each_result_stands_once_digit_for_digit(originals: Mapping[str, Original]) -> None:
    for original in originals.values():
        bom = json.loads(render(original))
        metrics = [
            (m["value"], m["confidenceInterval"]["lowerBound"], m["confidenceInterval"]["upperBound"])
            for c in bom["components"]
            for m in c["modelCard"].get("quantitativeAnalysis", {}).get("performanceMetrics", ())
        ]
        left = {p["name"]: p["value"] for p in bom["properties"]}
        count = sum(name.endswith(":value") for name in left)
        names = ("value", "lower", "upper")
        metrics += [tuple(left[f"measurand:metric:{n}:{name}"] for name in names) for n in range(count)]
        assert sorted(metrics) == sorted((r.value, r.lower, r.upper) for r, _ in original.pairs())


def test_a_verdict_that_is_no_pass_is_a_limitation(originals: Mapping[str, Original]) -> None:
    (card,) = (c["modelCard"] for c in json.loads(render(originals["demo"]))["components"])
    verdicts = [p["value"] for p in card["properties"] if p["name"].endswith(":verdict")]
    assert verdicts == [Verdict.CONFORMING.value, Verdict.INCONCLUSIVE.value, Verdict.CONFORMING.value]
    limits = card["considerations"]["technicalLimitations"]
    assert sum(text.endswith("INCONCLUSIVE") for text in limits) == 1
    assert any("not evaluated" in text for text in limits)


def test_a_difference_of_systems_stands_with_the_second(originals: Mapping[str, Original]) -> None:
    original = originals["contrast of systems"]
    models = json.loads(render(original))["components"]
    assert len(models) == len(original.statement.predicate.systems) > 1
    differences = [r for r, _ in original.pairs() if " - " in r.system]
    assert differences
    for result in differences:
        second = result.system.split(" - ")[0]
        (system,) = (i for i, s in enumerate(original.statement.predicate.systems) if s["id"] == second)
        metrics = models[system]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
        assert any(m["value"] == result.value and result.system in m["slice"] for m in metrics)


def test_a_plain_budget_is_about_no_model(originals: Mapping[str, Original]) -> None:
    bom = json.loads(render(originals["plain budget"]))
    assert bom["components"] == []
    left = {p["name"]: p["value"] for p in bom["properties"]}
    assert [left[f"measurand:metric:{n}:unit"] for n in range(3)] == ["ohm"] * 3
