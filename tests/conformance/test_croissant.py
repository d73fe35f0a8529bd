"""The Croissant description read by mlcroissant; skipped by name where it is not installed."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from tests.export import sample

from measurand.document.certificate import Statement
from measurand.document.evidence import Evidence
from measurand.export.original import Original
from measurand.export.registry import by_name

COLUMNS = {
    "system": "text", "item": "text", "score": "float64", "reference": "text", "cluster": "text",
    "weight": "float64", "annotator:a/b %": "text", "annotator:<script>": "text", "annotator:被": "text",
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_reads_it(tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    data = sample.envelope(sample.predicate())
    statement = Statement.model_validate_json(base64.b64decode(json.loads(data)["payload"]))
    assert isinstance(statement.predicate.evidence, Evidence)
    evidence = statement.predicate.evidence.model_copy(update={"columns": COLUMNS})
    predicate = statement.predicate.model_copy(update={"evidence": evidence})
    original = Original(statement.model_copy(update={"predicate": predicate}), data)
    (tmp_path / "croissant.json").write_bytes(by_name("croissant").render(original))
    metadata = mlcroissant.Dataset(tmp_path / "croissant.json").metadata
    assert not list(metadata.ctx.issues.errors)
    (file,) = metadata.distribution
    assert (file.name, file.sha256) == ("evidence.parquet", evidence.table_sha256)
    (records,) = metadata.record_sets
    held = set(COLUMNS) - {"system", "score"}
    assert {field.source.extract.column for field in records.fields} == held
    assert original.sha256 in metadata.cite_as
