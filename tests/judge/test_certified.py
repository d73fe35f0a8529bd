"""A certificate of a judged result: both verifiers find the judge's figures in it, and a changed one."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.judge.test_asked import PLAIN, measured, write

from measurand.cli import main

VERIFIER = Path(__file__).parents[2] / "verifier" / "src"


def _independent(file: Path, folder: Path, key: Path) -> int:
    command = [sys.executable, "-m", "measurand_verify", str(file), "--key", str(key), "--folder", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(VERIFIER)}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def test_the_figures_are_signed(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, PLAIN)
    path.write_text(path.read_text().replace("[judge]", 'system = { name = "adder", version = "1" }\n[judge]'))
    _, _, record = measured(tmp_path, capsys)
    assert record is not None
    assert main(["key", "new", "lab", "--dir", str(tmp_path)]) == 0
    assert main(["certify", str(record), "--key", str(tmp_path / "lab.pem")]) == 0
    key, original = tmp_path / "lab.pub.pem", record / "certificate.json"
    assert main(["verify", str(record / "certificate.html"), "--key", str(key)]) == 0
    assert "every number follows from the evidence" in capsys.readouterr().out
    assert _independent(original, record, key) == 0
    main(["trace", str(original)])
    assert "calibration of the judge: people.csv" in capsys.readouterr().out
    envelope = json.loads(original.read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert {f["name"] for f in statement["predicate"]["judge"]} >= {"sensitivity", "specificity", "kappa"}
    statement["predicate"]["judge"][0]["count"] += 1
    envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    changed = record / "changed.json"
    changed.write_text(json.dumps(envelope))
    assert main(["verify", str(changed), "--key", str(key)]) != 0
    assert _independent(changed, record, key) != 0
