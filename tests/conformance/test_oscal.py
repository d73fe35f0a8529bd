"""Assessment results read by compliance-trestle, and against the schema of OSCAL where it lies (MEASURAND_SCHEMAS)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from measurand.document.decision import Verdict
from measurand.export import crosswalk_oscal
from measurand.export.original import Original
from measurand.export.oscal import render
from measurand.lab.crosswalk import crosswalk

SCHEMA = Path(os.environ.get("MEASURAND_SCHEMAS", "-")) / "oscal" / "oscal_assessment-results_schema.v1.0.6.json"


def of(original: Original) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(original))["assessment-results"]
    return found


def test_trestle_reads_every_certificate(originals: Mapping[str, Original], tmp_path: Path) -> None:
    pytest.importorskip("trestle", reason="compliance-trestle is in the conformance environment")
    from trestle.oscal.assessment_results import AssessmentResults

    for original in originals.values():
        path = tmp_path / "assessment-results.json"
        path.write_bytes(render(original))
        read = AssessmentResults.oscal_read(path)
        assert read is not None and len(read.results) == 1
        assert len(read.results[0].observations or ()) == len(list(original.pairs()))
        assert render(original) == path.read_bytes() and original.sha256.encode() in path.read_bytes()


def test_trestle_refuses_what_is_none(originals: Mapping[str, Original]) -> None:
    pytest.importorskip("trestle", reason="compliance-trestle is in the conformance environment")
    from pydantic import ValidationError
    from trestle.oscal.assessment_results import AssessmentResults

    found = of(originals["demo"])
    found["results"][0]["findings"][0]["target"]["status"]["state"] = "inconclusive"
    with pytest.raises(ValidationError, match="state"):
        AssessmentResults.model_validate(found)


def test_the_schema_of_oscal_holds(originals: Mapping[str, Original]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the conformance environment has it")
    if not SCHEMA.is_file():
        pytest.skip(f"{SCHEMA.name} is not here (name the folder above its own in MEASURAND_SCHEMAS)")
    text = SCHEMA.read_text(encoding="utf-8")
    validator = jsonschema.Draft7Validator(
        json.loads(text.replace("\\\\p{L}", "[a-zA-Z]").replace("\\\\p{N}", "[0-9]"))
    )
    for name, original in originals.items():
        data = json.loads(render(original))
        assert [f"{name} {e.json_path}: {e.message}"[:300] for e in validator.iter_errors(data)] == []


def test_only_conforming_is_satisfied(originals: Mapping[str, Original]) -> None:
    reasons = {Verdict.CONFORMING.value: "pass", Verdict.NON_CONFORMING.value: "fail"}
    for original in originals.values():
        stated = sorted(d.verdict.value for _, decisions in original.pairs() for d in decisions)
        said = []
        for finding in of(original)["results"][0].get("findings", ()):
            (verdict,) = (p["value"] for p in finding["props"] if p["name"] == "verdict")
            status = finding["target"]["status"]
            assert (status["state"] == "satisfied") == (verdict == Verdict.CONFORMING.value)
            assert status["reason"] == reasons.get(verdict, "other")
            assert status["remarks"] == verdict.upper()
            said.append(verdict)
        assert sorted(said) == stated


def test_numbers_are_those_that_were_signed(originals: Mapping[str, Original]) -> None:
    names = ("value", "standard-uncertainty", "coverage-lower", "coverage-upper")
    for original in originals.values():
        observations = of(original)["results"][0].get("observations", ())
        props = [{p["name"]: p["value"] for p in o["props"]} for o in observations]
        assert [tuple(p[n] for n in names) for p in props] == [
            (r.value, r.u, r.lower, r.upper) for r, _ in original.pairs()
        ]


def test_every_reference_leads_somewhere_and_every_id_is_one(originals: Mapping[str, Original]) -> None:
    for original in originals.values():
        whole = of(original)
        result = whole["results"][0]
        given = [whole["uuid"], result["uuid"], *(r["uuid"] for r in whole["back-matter"]["resources"])]
        given += [c["uuid"] for c in result.get("local-definitions", {}).get("components", ())]
        given += [e["uuid"] for name in ("observations", "findings") for e in result.get(name, ())]
        assert len(given) == len(set(given))
        observations = result.get("observations", ())
        named = [whole["import-ap"]["href"][1:]]
        named += [s["subject-uuid"] for o in observations for s in o.get("subjects", ())]
        named += [e["href"][1:] for o in observations for e in o["relevant-evidence"]]
        findings = result.get("findings", ())
        named += [o["observation-uuid"] for f in findings for o in f["related-observations"]]
        assert set(named) <= set(given)
        objectives = whole.get("local-definitions", {}).get("objectives-and-methods", ())
        assert {f["target"]["target-id"] for f in findings} == {o["parts"][0]["id"] for o in objectives}


def test_a_difference_is_about_both_systems(originals: Mapping[str, Original]) -> None:
    original = originals["contrast of systems"]
    observations = of(original)["results"][0]["observations"]
    counts = [len(o["subjects"]) for o in observations]
    assert counts == [2 if " - " in r.system else 1 for r, _ in original.pairs()]
    assert 2 in counts


def _for_requirements() -> bytes:
    """Every regime at once, of a record of the examples."""
    record = next((Path(__file__).parents[2] / "docs" / "examples" / "smollm").glob("SMOLLM2-*"))
    return crosswalk_oscal.render(crosswalk(record, regimes=(), day="2026-11-24", trusted={}))


def test_the_schema_of_oscal_holds_for_evidence_for_requirements() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the conformance environment has it")
    if not SCHEMA.is_file():
        pytest.skip(f"{SCHEMA.name} is not here (name the folder above its own in MEASURAND_SCHEMAS)")
    text = SCHEMA.read_text(encoding="utf-8")
    schema = json.loads(text.replace("\\\\p{L}", "[a-zA-Z]").replace("\\\\p{N}", "[0-9]"))
    errors = jsonschema.Draft7Validator(schema).iter_errors(json.loads(_for_requirements()))
    assert [f"{e.json_path}: {e.message}"[:300] for e in errors] == []


def test_trestle_reads_evidence_for_requirements(tmp_path: Path) -> None:
    pytest.importorskip("trestle", reason="compliance-trestle is in the conformance environment")
    from trestle.oscal.assessment_results import AssessmentResults

    path = tmp_path / "assessment-results.json"
    path.write_bytes(_for_requirements())
    read = AssessmentResults.oscal_read(path)
    assert read is not None and sum(len(r.observations or ()) for r in read.results) == 394
