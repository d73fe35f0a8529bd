"""A folder with a sound table and procedure, and the command line as a function."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from measurand.cli import main

PROCEDURE = """\
schema = "measurand/procedure/1"
id     = "TRY-01"
system = { name = "try", version = "1" }
observations = { file = "table.csv", item = "case", value = "predicted", score = "score" }
reference    = { file = "table.csv", item = "case", value = "truth" }
sampling     = { population = "drawn cases", cluster = "patient" }
measurand = [
  { id = "acc", quantity = "accuracy" },
  { id = "sens", quantity = "sensitivity", positive = "yes", at = { score = 0.5 } },
]
requirement = [ { measurand = "acc", lower_limit = 0.5 } ]
"""
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Ended:
    """What a command left."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """``run("measure", path)``: exit code, stdout and stderr."""

    def ended(*words: object) -> Ended:
        code = main([str(word) for word in words])
        seen = capsys.readouterr()
        return Ended(code, seen.out, seen.err)

    return ended


@pytest.fixture
def rows() -> Rows:
    """120 cases of 60 patients; a prediction is right in about 85 of 100."""
    draw = random.Random(1)
    made = []
    for n in range(120):
        truth = draw.random() < 0.5
        score = min(0.99, max(0.01, draw.gauss(0.7 if truth else 0.3, 0.2)))
        made.append(
            {
                "case": f"c{n:03d}",
                "patient": f"p{n // 2:02d}",
                "truth": "yes" if truth else "no",
                "predicted": "yes" if score >= 0.5 else "no",
                "score": f"{score:.3f}",
            }
        )
    return made


def write(path: Path, rows: Rows) -> None:
    """A table as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(rows[0]))
        table.writeheader()
        table.writerows(rows)


@pytest.fixture
def folder(tmp_path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with ``table.csv`` and ``try.measure.toml``; keys are looked for inside of it only."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    write(tmp_path / "table.csv", rows)
    (tmp_path / "try.measure.toml").write_text(PROCEDURE, encoding="utf-8")
    return tmp_path
