"""Outputs of models read as value and scores, cells as features, shapes: tables of cases."""

from __future__ import annotations

import math
from typing import Any

import pytest

from measurand.instrument.feature import Feature, FeatureError, Kind, Layout, feature, layout
from measurand.instrument.prediction import Reading, Tensor, UnclearError, answer

AB = Reading(classes=("a", "b"))
LABEL, ONE, TWO = Tensor("label", ("b",), False), Tensor("p", (0.25,), True), Tensor("p", (0.75, 0.25), True)
NAMED = Tensor("p", (0.75, 0.25), True, ("a", "b"))
SCORES = {"a": 0.75, "b": 0.25}


@pytest.mark.parametrize(
    ("tensors", "reading", "expected"),
    [
        ([LABEL], Reading(), {"value": "b"}),
        ([ONE], Reading(), {"value": 0.25}),
        ([ONE], AB, {"value": "a", "scores": SCORES}),
        ([LABEL, ONE], AB, {"value": "b", "scores": SCORES}),
        ([TWO], AB, {"value": "a", "scores": SCORES}),
        ([LABEL, TWO], AB, {"value": "b", "scores": SCORES}),  # the label is the model's own
        ([LABEL, NAMED], Reading(), {"value": "b", "scores": SCORES}),
        ([NAMED], Reading(positive="b"), {"value": "a", "scores": SCORES, "score": 0.25}),
        ([ONE], Reading(positive="b"), {"value": 0.25, "score": 0.25}),  # a number that is the score
        ([Tensor("p", (0.5, 0.5), True)], AB, {"value": "a", "scores": {"a": 0.5, "b": 0.5}}),
    ],
)
def test_value_and_scores(tensors: list[Tensor], reading: Reading, expected: dict[str, Any]) -> None:
    assert answer(tensors, reading) == expected


@pytest.mark.parametrize("far", [0.0, 1000.0, -1000.0])
def test_logits(far: float) -> None:
    """Odds of 3 to 1 are logits ln 3 apart; large ones overflow nothing."""
    of_two = Reading(classes=("a", "b"), softmax=True)
    found = answer([Tensor("z", (math.log(3) + far, far), True)], of_two)["scores"]
    assert found["a"] == pytest.approx(0.75, abs=1e-12) and found["b"] == pytest.approx(0.25, abs=1e-12)
    found = answer([Tensor("z", (-math.log(3),), True)], of_two)["scores"]
    assert found["b"] == pytest.approx(0.25, abs=1e-15)
    found = answer([Tensor("z", (far,), True)], of_two)["scores"]
    assert found["b"] == {0.0: 0.5, 1000.0: 1.0, -1000.0: 0.0}[far]


@pytest.mark.parametrize(
    ("tensors", "reading", "key"),
    [
        ([TWO], Reading(), "M0632.classes"),
        ([LABEL, TWO], Reading(), "M0632.classes"),
        ([TWO], Reading(classes=("a", "b", "c")), "M0632.class_count"),
        ([NAMED], Reading(positive="c"), "M0632.positive"),
        ([LABEL], Reading(positive="b"), "M0632.no_scores"),
        ([LABEL, LABEL], Reading(), "M0632.outputs"),
        ([LABEL, ONE], Reading(), "M0632.outputs"),
        ([TWO, NAMED], AB, "M0632.outputs"),
        ([ONE, TWO], AB, "M0632.outputs"),
        ([], AB, "M0632.outputs"),
        ([Tensor("labels", ("a", "b"), False)], AB, "M0632.labels"),
        ([Tensor("p", (), True)], AB, "M0632.labels"),
    ],
)
def test_what_cannot_be_told(tensors: list[Tensor], reading: Reading, key: str) -> None:
    with pytest.raises(UnclearError, match=key):
        answer(tensors, reading)


@pytest.mark.parametrize(
    ("cell", "kind", "expected"),
    [
        ("0.1", "number", 0.1), (" 5 ", "number", 5.0), ("-1e3", "integer", -1000), ("7.0", "integer", 7),
        ("9007199254740993", "integer", 9007199254740993), ("TRUE", "truth", True), ("0", "truth", False),
        ("", "text", ""), ("007", "text", "007"),
    ],
)  # fmt: skip
def test_cells(cell: str, kind: Kind, expected: Feature) -> None:
    found = feature("x", cell, kind)
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("", "number"), ("1,5", "number"), ("nan", "number"), ("inf", "number"), ("1_000", "number"),
        ("1.5", "integer"), ("x", "integer"), ("2", "truth"), ("", "truth"),
    ],
)  # fmt: skip
def test_cells_that_are_not_what_the_model_takes(cell: str, kind: Kind) -> None:
    with pytest.raises(FeatureError, match="x: "):
        feature("x", cell, kind)


def test_a_missing_cell() -> None:
    found = feature("x", " ", "number", missing=True)
    assert isinstance(found, float) and math.isnan(found)
    with pytest.raises(FeatureError):
        feature("x", "", "integer", missing=True)


@pytest.mark.parametrize(
    ("shape", "columns", "expected"),
    [
        ([-1, 4], 4, Layout(-1, (4,))), ([-1, -1], 4, Layout(-1, (4,))), ([-1], 1, Layout(-1, ())),
        ([-1, 1], 1, Layout(-1, (1,))), ([1, 4], 4, Layout(1, (4,))), ([4], 4, Layout(0, (4,))),
        ([-1, 2, -1], 6, Layout(-1, (2, 3))), ([], 3, Layout(-1, (3,))), ([2, 2], 4, Layout(0, (2, 2))),
        ([-1, 4], 3, None), ([-1], 2, None), ([-1, 2, -1], 5, None), ([2, 4], 4, None), ([-1, -1, -1], 4, None),
    ],
)  # fmt: skip
def test_shapes(shape: list[int], columns: int, expected: Layout | None) -> None:
    assert layout(shape, columns) == expected
