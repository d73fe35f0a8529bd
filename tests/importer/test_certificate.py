"""The certificate shows where the rows came from, and both verifiers accept it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

from measurand.cli import main
from measurand.document.canonical import canonical
from measurand.lab import envelope, keys

ROOT = Path(__file__).resolve().parent.parent.parent
SMALL = LOGS / "lm-eval" / "adder-small"


@pytest.fixture
def record(tmp_path: Path, imported: Callable[..., Ended], capsys: pytest.CaptureFixture[str]) -> Path:
    """The folder of a certified measurement of an imported log with two filters."""
    done = imported("lm-eval", next(SMALL.glob("samples_sums_gen*")), options=("--filter", "strict-match"))
    assert main(["measure", str(done.procedure), "--quiet", "--out", str(tmp_path / "out")]) == 0
    assert "80 records of lm-evaluation-harness 0.4.13 read, 40 kept" in capsys.readouterr().out
    assert main(["key", "new", "lab", "--dir", str(tmp_path)]) == 0
    folder = next((tmp_path / "out").glob("table-*"))
    assert main(["certify", str(folder), "--key", str(tmp_path / "lab.pem")]) == 0
    return folder


def test_the_certificate_shows_counts_and_digests(record: Path) -> None:
    page = html.unescape(re.sub(r"<[^>]*>", "", (record / "certificate.html").read_text(encoding="utf-8")))
    for log in (next(SMALL.glob("samples_sums_gen*")), next(SMALL.glob("results_*"))):
        digest = hashlib.sha256(log.read_bytes()).hexdigest()
        assert f"{log.name} sha256:{digest}" in page
    assert "80 records read, 40 kept" in page and "dropped: filter flexible-extract 40" in page
    evidence = json.loads((record / "evidence.json").read_text(encoding="utf-8"))
    assert evidence["imported"]["table_at"] == evidence["sources"]["table.csv"]


def test_both_verifiers_accept_it(record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = str(tmp_path / "lab.pub.pem")
    assert main(["verify", str(record / "certificate.html"), "--key", key]) == 0, capsys.readouterr().out
    assert independently(record / "certificate.json", "--key", key) == (0, "passed")


def independently(certificate: Path, *options: str) -> tuple[int, str]:
    """Exit code of the other verifier, and the state of its check ``import``."""
    command = [sys.executable, "-m", "measurand_verify", str(certificate), *options, "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "verifier" / "src")}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    found: dict[str, Any] = json.loads(ended.stdout)
    (state,) = [check["state"] for check in found["checks"] if check["name"] == "import"]
    return ended.returncode, state


def told(evidence: dict[str, Any], field: str, value: object) -> None:
    """Change a field of the import, or one of its counts (``dropped:REASON``)."""
    name, _, part = field.partition(":")
    if part:
        evidence["imported"][name][part] = value
    else:
        evidence["imported"][name] = value


def signed(record: Path, key: Path, field: str, value: object) -> Path:
    """The certificate again with other evidence and its digests, as a dishonest laboratory would sign it."""
    first = json.loads((record / "certificate.json").read_text(encoding="utf-8"))
    statement = json.loads(base64.b64decode(first["payload"]))
    evidence = statement["predicate"]["evidence"]
    if field == "imported":
        del evidence["imported"]
    else:
        told(evidence, field, value)
    (record / "evidence.json").write_bytes(canonical(evidence))
    for subject in statement["subject"]:
        if subject["name"] == "evidence.json":
            subject["digest"]["sha256"] = hashlib.sha256(canonical(evidence)).hexdigest()
    (record / "certificate.json").write_bytes(envelope.signed(canonical(statement), keys.private_key(key)))
    return record / "certificate.json"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kept", 39), ("kept", 41), ("read", 81), ("read", 79), ("dropped:filter flexible-extract", 39), ("absent", 1),
        ("counts:ok", 39), ("counts:failed", 1), ("table_at", "sha256:" + "0" * 64), ("imported", None),
    ],
)  # fmt: skip
def test_both_verifiers_refuse_one_changed_count(
    field: str, value: object, record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = signed(record, tmp_path / "lab.pem", field, value)
    options = ("--key", str(tmp_path / "lab.pub.pem"))
    capsys.readouterr()
    assert main(["verify", str(certificate), *options, "--json"]) == 1
    states = {check["name"]: check["state"] for check in json.loads(capsys.readouterr().out)["checks"]}
    assert states["import"] == "failed" and states["signature"] == "passed" and states["evidence"] == "passed"
    assert independently(certificate, *options) == (1, "failed")


def test_rows_that_both_changed_are_still_not_those_of_the_evidence(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counts that agree with each other, of one row less than were measured."""
    for field, value in (("kept", 39), ("counts:ok", 39), ("read", 79)):
        certificate = signed(record, tmp_path / "lab.pem", field, value)
    capsys.readouterr()
    options = ("--key", str(tmp_path / "lab.pub.pem"))
    assert main(["verify", str(certificate), *options]) == 1 and "39 rows kept" in capsys.readouterr().out
    assert independently(certificate, *options) == (1, "failed")
