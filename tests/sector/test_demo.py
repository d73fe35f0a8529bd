"""The demonstration's material: what its attribution says is what is shipped, and the callable keeps its promises."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import tomllib
from collections import Counter
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

DEMO = Path(str(resources.files("measurand"))) / "sector" / "medical" / "demo"


@pytest.fixture(scope="module")
def classifier() -> ModuleType:
    """The callable's module, loaded from its file as the instrument's process does."""
    spec = importlib.util.spec_from_file_location("demo_classifier", DEMO / "classifier.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def procedure() -> dict[str, Any]:
    return tomllib.loads((DEMO / "demo.measure.toml").read_text(encoding="utf-8"))


def items() -> list[dict[str, str]]:
    with (DEMO / "items.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tasks(units: list[str], repeats: int) -> list[dict[str, Any]]:
    return [
        {"item": row["item"], "condition": {"unit": unit}, "repeat": repeat, "seed": 1000 * number + repeat}
        for number, row in enumerate(items())
        for unit in units
        for repeat in range(1, repeats + 1)
    ]


def test_material_is_what_the_attribution_says() -> None:
    assert Counter(row["finding"] for row in items()) == {"normal": 234, "pneumonia": 234}
    with np.load(DEMO / "chest_xray_test.npz", allow_pickle=False) as data:
        assert set(data.files) == {"items", "images"}  # the labels are not where the callable could read them
        assert data["images"].shape == (468, 28, 28) and data["images"].dtype == np.uint8
        assert data["items"].tolist() == [row["item"] for row in items()]
    text = (DEMO / "ATTRIBUTION.md").read_text(encoding="utf-8")
    for fact in ("CC BY 4.0", "not the official split", "Kermany", "Yang", "5df79ab2ac7bf898a8c7bf39830053619defa2f7"):
        assert fact in text


def test_the_procedure_names_the_arrays_that_are_shipped() -> None:
    digest = hashlib.sha256((DEMO / "classifier.npz").read_bytes()).hexdigest()
    assert procedure()["system"]["digest"] == f"sha256:{digest}"


def test_the_procedure_asks_for_units_that_exist_and_enough_of_them(classifier: ModuleType) -> None:
    (factor,) = procedure()["factor"]
    assert factor["levels"] == list(classifier.UNITS) and len(factor["levels"]) >= 5  # honest as a random factor
    assert len(items()) * len(factor["levels"]) * procedure()["design"]["repeats"] <= 468 * 18


def test_a_score_does_not_depend_on_what_was_asked_together(classifier: ModuleType) -> None:
    asked = tasks(["unit-1", "unit-6"], 1)[:40]
    together = classifier.observe(asked)
    assert together == [classifier.observe([task])[0] for task in asked]
    assert together[::-1] == classifier.observe(asked[::-1])


def test_repeats_and_units_really_differ(classifier: ModuleType) -> None:
    scores = np.array([o["score"] for o in classifier.observe(tasks(["unit-2", "unit-5"], 2))]).reshape(468, 2, 2)
    assert np.all((scores >= 0) & (scores <= 1))
    assert np.mean(scores[:, :, 0] != scores[:, :, 1]) > 0.9
    assert np.mean(scores[:, 0, 0] != scores[:, 1, 0]) > 0.9


def test_the_classifier_is_neither_perfect_nor_guessing(classifier: ModuleType) -> None:
    """Sensitivity and specificity at 0.5 leave something to measure: both errors occur, and it is far from chance."""
    positive = np.array([row["finding"] == "pneumonia" for row in items()])
    called = np.array([o["score"] >= 0.5 for o in classifier.observe(tasks(["unit-1"], 1))])
    assert 0.85 < np.mean(called[positive]) < 1
    assert 0.65 < np.mean(~called[~positive]) < 1
