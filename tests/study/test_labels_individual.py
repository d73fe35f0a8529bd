"""Annotators of different reliability: rates recovered from exact frequencies, weights without bias, refusals."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand.errors import DesignError
from measurand.study.labels_individual import _fitted, _weights, rates

NAMES = ("a", "b", "c")
SHARE = np.array([0.6, 0.4])
RIGHT = np.array([[0.98, 0.9], [0.85, 0.95], [0.9, 0.7]])


def exact_frequencies(share: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every pattern of votes with its probability, from the definition."""
    k = len(share)
    patterns = np.array(list(product(range(k), repeat=len(right))))
    p = np.zeros(len(patterns))
    for t in range(k):
        for i, pattern in enumerate(patterns):
            one = share[t]
            for j, vote in enumerate(pattern):
                one *= right[j, t] if vote == t else (1 - right[j, t]) / (k - 1)
            p[i] += one
    return patterns, p


def test_three_annotators_of_two_classes_are_determined_by_the_frequencies() -> None:
    """Eight frequencies, seven parameters (Walter and Irwig 1988): the likelihood is greatest at the true ones."""
    patterns, p = exact_frequencies(SHARE, RIGHT)
    share, right = _fitted(patterns, 2, 1e7 * p, tied=False)
    assert right == pytest.approx(RIGHT, abs=1e-5)
    assert share == pytest.approx(SHARE, abs=1e-5)


def test_more_classes_have_one_rate_per_annotator() -> None:
    right = np.repeat([[0.9], [0.8], [0.7]], 4, axis=1)
    patterns, p = exact_frequencies(np.array([0.4, 0.3, 0.2, 0.1]), right)
    assert _fitted(patterns, 4, 1e7 * p, tied=True)[1] == pytest.approx(right, abs=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_weights_are_the_truth_on_average(classes: int) -> None:
    rng = np.random.default_rng(classes)
    right, share = rng.uniform(0.6, 0.95, (3, classes)), rng.dirichlet(np.ones(classes))
    for t in range(classes):
        patterns, p = exact_frequencies(np.eye(classes)[t], right)
        g, _ = _weights(patterns, share, right)
        assert p @ g == pytest.approx(np.eye(classes)[t], abs=1e-12)


def test_influence_is_the_change_when_an_item_weighs_more() -> None:
    rng = np.random.default_rng(8)
    truth = (rng.random(150) < 0.4).astype(int)
    vote = np.stack([np.where(rng.random(150) < RIGHT[j, truth], truth, 1 - truth) for j in range(3)], axis=1)
    weight = np.ones(150)
    found = rates(vote, 2, weight, annotators=NAMES)
    for i in (0, 17, 90):
        more = weight.copy()
        more[i] += 1e-3
        change = (rates(vote, 2, more, annotators=NAMES).right - found.right) / 1e-3
        assert found.influence[i] == pytest.approx(change, abs=2e-5)


def votes(n: int, seed: int, right: np.ndarray = RIGHT) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < 0.4).astype(int)
    given = {
        f"annotator__{a}": np.where(rng.random(n) < right[j, truth], truth, 1 - truth) for j, a in enumerate(NAMES)
    }
    value = np.where(rng.random(n) < 0.9, truth, 1 - truth)
    return {"item": [f"{i:05d}" for i in range(n)], "value": value, **given}


def own(**more: Any) -> Any:
    return procedure(
        [measurand("m", "accuracy")],
        reference={"value": None, "annotators": NAMES, "annotator_model": "individual", **more},
    )


def test_result_names_each_annotator_and_its_budget_adds_up() -> None:
    found = measured(own(), columns(**votes(1000, 1))).results
    assert sum("probability of a right label" in r for r in found.remarks) == 3
    r = found.results[0]
    lines = [line for line in r.budget if hasattr(line, "variance")]
    assert sum(float(line.variance) for line in lines) == pytest.approx(float(r.u) ** 2, rel=1e-9)
    assert abs(float(r.value) - 0.9) < 3 * float(r.u)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t | {"annotator__c": np.zeros(200, int)}, "one label only was given by: c"),
        (lambda t: t | {"annotator__c": np.arange(200) % 2}, "not shown to be better than chance: c"),
        (
            lambda t: t | {"annotator__c": ["" if i > 9 else v for i, v in enumerate(t["annotator__c"])]},
            "there are 2 labels per item",
        ),
    ],
)
def test_refused(change: Any, said: str) -> None:
    with pytest.raises(DesignError, match=said):
        measured(own(), columns(**change(votes(200, 2))))


@pytest.mark.parametrize("model", ["common", "individual"])
def test_errors_not_independent_widen_the_interval(model: str) -> None:
    t = columns(**votes(400, 3))
    wide = measured(own(annotator_model=model, independent=False), t).results
    majority = np.array([sum(t[f"annotator:{a}"][i] == "1" for a in NAMES) >= 2 for i in range(400)]).astype(int)
    agreed = float(np.mean(t["value"] == majority.astype(str)))
    if model == "common":
        assert float(wide.results[0].value) == pytest.approx(agreed, rel=1e-12)
    assert any("not declared independent" in r for r in wide.remarks)
    corrected = measured(own(annotator_model=model), t).results.results[0]
    assert float(wide.results[0].upper) - float(wide.results[0].lower) > 0.02
    assert float(corrected.value) > float(wide.results[0].value)
