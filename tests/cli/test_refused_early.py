"""A file that is no certificate is refused before anything is loaded that evaluates or draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LOADED = """
import sys
from measurand.cli import main
code = main(["verify", sys.argv[1]])
print(code, *sorted(name for name in sys.modules if name.startswith(("measurand.", "duckdb", "scipy", "jinja2"))))
"""
EVALUATES = ("measurand.study", "measurand.statistic", "measurand.quantity", "measurand.export", "measurand.lab.job")


@pytest.mark.parametrize("content", [b'{"value":1}', b"<!doctype html><p>a page</p>", b"\x00" * 1000, b"[" * 100_000])
def test_no_certificate(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "given.json"
    file.write_bytes(content)
    ended = subprocess.run([sys.executable, "-c", LOADED, str(file)], capture_output=True, text=True, check=True)
    code, *loaded = ended.stdout.split()
    assert code == "2"
    assert "M0713" in ended.stderr
    assert "measurand.lab.opened" in loaded
    assert [name for name in loaded if name.startswith((*EVALUATES, "duckdb", "scipy", "jinja2"))] == []
