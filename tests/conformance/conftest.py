"""Certificates that exports are tried with: invented ones with every oddity, and real ones of the program."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.export import sample

from measurand import cli
from measurand.document.certificate import Statement
from measurand.export.original import Original

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "a\n\u202eb\x00 <&>\"' {0} \U0001f600 \ud800"
REAL = {
    "plain budget": "tests/cases/procedures/6-gum-h2.measure.toml",
    "contrast of groups": "docs/examples/credit/credit.measure.toml",
    "contrast of systems": "docs/examples/mammography/mammography.measure.toml",
}


def opened(data: bytes) -> Original:
    return Original(Statement.model_validate_json(base64.b64decode(json.loads(data)["payload"])), data)


def changed(original: Original, **update: object) -> Original:
    """The certificate with other contents (its bytes stay: exports only take their digest)."""
    predicate = original.statement.predicate.model_copy(update=update)
    return Original(original.statement.model_copy(update={"predicate": predicate}), original.data)


def invented() -> Mapping[str, Original]:
    """All verdicts; none; nothing measured; text that attacks, in every place."""
    whole = opened(sample.envelope(sample.predicate()))
    stated = whole.statement.predicate
    results = tuple(r.model_copy(update={"title": HOSTILE, "level": HOSTILE}) for r in stated.results)
    decisions = tuple(d.model_copy(update={"level": HOSTILE}) for d in stated.decisions)
    systems = ({"id": HOSTILE, "name": "\n", "version": HOSTILE * 99, "maker": HOSTILE}, *stated.systems)
    return {
        "invented": whole,
        "without decisions": changed(whole, decisions=()),
        "without systems": changed(whole, systems=()),
        "without results": changed(whole, results=(), decisions=()),
        "hostile": changed(whole, title=HOSTILE, number=HOSTILE, systems=systems, results=results,
                           decisions=decisions, valid_for=HOSTILE, not_valid_for=HOSTILE),
    }  # fmt: skip


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Original]:
    """By name, the invented and the real ones."""
    folder = tmp_path_factory.mktemp("certificates")
    assert cli.main(["demo", "--out", str(folder / "demo"), "-q"]) == 0
    assert cli.main(["key", "new", "lab", "--dir", str(folder)]) == 0
    for name, procedure in REAL.items():
        assert cli.main(["measure", str(ROOT / procedure), "--out", str(folder / name), "-q"]) in (0, 1, 3)
        (record,) = (path for path in (folder / name).iterdir() if path.is_dir())
        assert cli.main(["certify", str(record), "--key", str(folder / "lab")]) == 0
    real = {path.parent.parent.name: opened(path.read_bytes()) for path in sorted(folder.rglob("certificate.json"))}
    assert {"demo", *REAL} <= set(real)
    return {**invented(), **real}
