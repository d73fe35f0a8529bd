"""The certificate shows where the rows came from, and both verifiers accept it."""

from __future__ import annotations

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
    command = [sys.executable, "-m", "measurand_verify", str(record / "certificate.json"), "--key", key, "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "verifier" / "src")}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    found: dict[str, Any] = json.loads(ended.stdout)
    assert ended.returncode == 0, found
