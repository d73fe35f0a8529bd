"""What ``init --from`` writes for numbers, several classes and raters passes ``check`` as it is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from .conftest import Rows, Run, write


def numbers(draw: random.Random) -> Rows:
    made = []
    for n in range(60):
        truth = draw.gauss(10, 2)
        value = truth + draw.gauss(0, 0.5)
        ends = {"lower": f"{value - 1:.2f}", "upper": f"{value + draw.uniform(1, 2):.2f}"}
        made.append({"id": str(n), "target": f"{truth:.2f}", "prediction": f"{value:.2f}", **ends})
    return made


def classes(draw: random.Random) -> Rows:
    made = []
    for n in range(60):
        a, b = draw.randrange(1, 50), draw.randrange(1, 50)
        shares = {"p_a": f"{a / 100}", "p_b": f"{b / 100}", "p_c": f"{(100 - a - b) / 100}"}
        made.append({"id": str(n), "label": draw.choice("abc"), "prediction": draw.choice("abc"), **shares})
    return made


def ratings(draw: random.Random) -> Rows:
    kind = [draw.choice("abc") for _ in range(40)]
    return [
        {"item": str(n), "rater": f"r{r}", "rating": kind[n] if draw.random() < 0.8 else draw.choice("abc")}
        for n in range(40)
        for r in range(3)
    ]


@pytest.mark.parametrize(
    ("made", "quantities"),
    [
        (numbers, ("bias", "interval_coverage")),
        (classes, ("accuracy", "multiclass_log_score", "multiclass_auc")),
        (ratings, ("krippendorff_alpha",)),
    ],
)
def test_sketch_passes_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, made: object, quantities: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert callable(made)
    write(tmp_path / "table.csv", made(random.Random(5)))
    begun = run("init", "--from", "table.csv")
    assert begun.code == 0, begun
    (procedure,) = tmp_path.glob("*.measure.toml")
    text = procedure.read_text(encoding="utf-8")
    assert not [name for name in quantities if f'"{name}"' not in text], text
    checked = run("check", procedure.name)
    assert checked.code == 0, checked
    assert run("measure", procedure.name).code == 0
