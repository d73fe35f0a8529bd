"""Import the stored logs through the command line, as a user does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

from measurand.cli import main


@pytest.fixture
def imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """``measurand import`` with paths below ``logs/`` or anywhere, to ``table.csv`` in the test's folder."""

    def run(kind: str, *files: str | Path, options: tuple[str, ...] = (), to: str = "table.csv") -> Ended:
        paths = [str(LOGS / file) for file in files]
        capsys.readouterr()
        code = main(["import", kind, *paths, "--to", str(tmp_path / to), *options])
        told = capsys.readouterr()
        return Ended(code, told.out, told.err, tmp_path / to)

    return run


@pytest.fixture
def measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """``measurand measure --json`` of a procedure."""

    def run(procedure: Path) -> dict[str, Any]:
        capsys.readouterr()
        main(["measure", str(procedure), "--json", "--quiet", "--out", str(tmp_path / "out")])
        return dict(json.loads(capsys.readouterr().out))

    return run
