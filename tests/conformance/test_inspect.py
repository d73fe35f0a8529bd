"""Logs that Inspect (inspect-ai) writes here and now, with its mock model: imported numbers beside its own."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main

if importlib.util.find_spec("inspect_ai") is None:
    pytest.skip("inspect-ai is not installed", allow_module_level=True)

SCRIPT = Path(__file__).parent / "inspect_logs.py"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of the logs: ten sums in three epochs, of which one sample fails; and what Inspect says of them."""
    folder = tmp_path_factory.mktemp("logs")
    command = [sys.executable, str(SCRIPT), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[Path], dict[str, Any]]:
    """The record of an import, as ``--json`` prints it; what was said where there is an error."""

    def run(path: Path) -> dict[str, Any]:
        code = main(["import", "inspect", str(path), "--to", str(tmp_path / "table.csv"), "--json"])
        told = capsys.readouterr()
        return dict(json.loads(told.out)["import"]) if code == 0 else {"error": told.err}

    return run


@pytest.mark.parametrize("kind", ["eval", "json"])
def test_accuracy_and_counts_are_those_of_inspect(
    kind: str, logs: tuple[Path, dict[str, Any]], record: Callable[[Path], dict[str, Any]]
) -> None:
    own = logs[1][kind]
    found = record(Path(own["file"]))
    (stated,) = found["stated"]
    assert float(stated["stated"]) == pytest.approx(own["accuracy"]) == pytest.approx(float(stated["found"]))
    assert found["read"] == own["total"] == 30
    assert found["counts"] == {"ok": own["completed"], "failed": 1}
    assert found["tool"] == f"Inspect {own['version']}"


@pytest.mark.parametrize("method", ["stored", "deflate", "bzip2", "lzma", "zstandard"])
def test_every_method_of_compression_gives_the_same_table(
    method: str, logs: tuple[Path, dict[str, Any]], record: Callable[[Path], dict[str, Any]], tmp_path: Path
) -> None:
    found = record(logs[0] / f"{method}.eval")
    (tmp_path / "table.csv").unlink()
    (tmp_path / "table.import.json").unlink()
    (tmp_path / "table.measure.toml").unlink()
    assert found["table_at"] == record(Path(logs[1]["eval"]["file"]))["table_at"]


def test_deflate64_is_refused_with_its_number(
    logs: tuple[Path, dict[str, Any]], record: Callable[[Path], dict[str, Any]]
) -> None:
    """Method 9, which neither Python nor DuckDB decompresses."""
    error = record(logs[0] / "deflate64.eval")["error"]
    assert "M0472" in error and "method 9" in error
