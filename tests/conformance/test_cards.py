"""Model cards and crates read by the programs they are made for; skipped by name where those are not installed."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from tests.export import sample

from measurand.document.certificate import Statement
from measurand.document.number import real
from measurand.export.original import Original
from measurand.export.registry import by_name


@pytest.fixture(scope="module")
def original() -> Original:
    data = sample.envelope(sample.predicate())
    return Original(Statement.model_validate_json(base64.b64decode(json.loads(data)["payload"])), data)


def test_the_hub_reads_the_model_card(original: Original) -> None:
    hub = pytest.importorskip("huggingface_hub.repocard_data")
    yaml = pytest.importorskip("yaml")
    text = by_name("model-card").render(original).decode()
    index = yaml.safe_load(text.strip().strip("-"))["model-index"]
    found = [r for entry in index for r in entry["results"]]
    stated = original.statement.predicate.results
    assert sorted(r["metrics"][0]["value"] for r in found) == sorted(real(r.value) for r in stated)
    for entry in index:  # the Hub's own reader takes one model at a time
        assert hub.model_index_to_eval_results([entry])[1]


def test_rocrate_reads_the_crate(original: Original, tmp_path: Path) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    (tmp_path / "ro-crate-metadata.json").write_bytes(by_name("ro-crate").render(original))
    for subject in original.statement.subject:
        (tmp_path / subject.name).write_bytes(b"")
    (tmp_path / "certificate.json").write_bytes(original.data)
    crate = rocrate.ROCrate(tmp_path)
    assert {entity.id for entity in crate.get_entities() if entity.type == "File"} >= {"certificate.json"}
