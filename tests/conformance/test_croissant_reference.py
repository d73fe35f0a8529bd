"""Certified reference data described for mlcroissant: it reads every record of the worked example."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from measurand import cli

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "lidc"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "value"), [("lidc", b"suspicious"), ("volume", 6989.7)])
def test_mlcroissant_reads_the_worked_example(name: str, value: object, tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    folder = tmp_path / "lidc"
    shutil.copytree(EXAMPLE, folder)
    assert cli.main(["key", "new", str(folder / "lab")]) == 0
    assert cli.main(["reference", "certify", str(folder / f"{name}.toml"), "--key", str(folder / "lab.pem")]) == 0
    certificate = folder / f"{name}.reference.json"
    assert cli.main(["export", str(certificate), "--to", "croissant"]) == 0
    made = folder / f"{name}.reference.croissant.json"
    data = mlcroissant.Dataset(made)
    assert not list(data.metadata.ctx.issues.errors)
    assert all("schema.org/version" in one for one in data.metadata.ctx.issues.warnings)  # a certificate has none
    count = {record.id: sum(1 for _ in data.records(record.id)) for record in data.metadata.record_sets}
    assert count == {"items-0": 1386, "votes-0": 5056, "evaluated": 1386}  # of the README of the example
    assert next(iter(data.records("evaluated")))["evaluated/1"] == value
    whole = json.loads(made.read_bytes())
    for file in whole["distribution"]:
        assert hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    assert hashlib.sha256(certificate.read_bytes()).hexdigest() in whole["description"]
