"""Two verifiers that share no line say the same of every vector: valid, broken, hostile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main

HERE = Path(__file__).parent.parent / "vectors"
OTHER = HERE.parent.parent / "verifier" / "src"
INDEX = json.loads((HERE / "index.json").read_text())
VECTORS: list[dict[str, Any]] = INDEX["vectors"]


@pytest.fixture(autouse=True)
def no_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of a vector trusts the key that the index names, and no other."""
    monkeypatch.setenv("MEASURAND_TRUST", str(tmp_path / "trusted"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def laid_out(vector: dict[str, Any], folder: Path) -> list[str]:
    """The vector with its record beside it, as arguments of either command."""
    without = vector.get("without", [])
    for file in (HERE / INDEX["record"]).iterdir():
        if file.name not in without:
            shutil.copy(file, folder / file.name)
    for name, other in vector.get("replaced", {}).items():
        shutil.copy(HERE / other, folder / name)
    shutil.copy(HERE / vector["file"], folder / "certificate.json")
    given = {**({"--key": vector["key"]} if "key" in vector else {}), **vector.get("given", {})}
    options = [word for option, name in given.items() for word in (option, str(HERE / name))]
    return [str(folder / "certificate.json"), *options]


def independently(arguments: list[str], folder: Path) -> tuple[int, dict[str, str], str]:
    """Exit code, states of the checks, and what was printed as an error; measurand cannot be imported there."""
    (folder / "measurand.py").write_text("raise ImportError('the second verifier stands alone')\n")
    environment = {**os.environ, "PYTHONPATH": f"{OTHER}{os.pathsep}{folder}"}
    command = [sys.executable, "-m", "measurand_verify", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    checks = json.loads(done.stdout).get("checks", []) if done.stdout.strip().startswith("{") else []
    return done.returncode, {check["name"]: check["state"] for check in checks}, done.stderr


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.get("name", v["file"].removesuffix(".json")))
def test_the_independent_verifier(vector: dict[str, Any], tmp_path: Path) -> None:
    code, states, errors = independently(laid_out(vector, tmp_path), tmp_path)
    assert code == vector["exit"]["measurand-verify"], states
    assert "Traceback" not in errors
    if states:
        assert {name: states.get(name) for name in vector["states"]} == vector["states"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.get("name", v["file"].removesuffix(".json")))
def test_the_program_itself(vector: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", *laid_out(vector, tmp_path), "--json"])
    printed = capsys.readouterr().out
    states = {c["name"]: c["state"] for c in json.loads(printed).get("checks", [])} if printed.strip() else {}
    assert code == vector["exit"]["measurand"], printed
    if states:
        assert {name: states.get(name) for name in vector["states"]} == vector["states"]


def test_both_refuse_the_same_vectors() -> None:
    refused = [[vector["exit"][name] in (1, 2) for vector in VECTORS] for name in ("measurand", "measurand-verify")]
    assert refused[0] == refused[1]
    assert sum(refused[0]) > 30
