"""The planner of further labels: its uncertainty at the evidence at hand, and what a simulation gives afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand import api
from measurand.document.result import Result
from measurand.errors import RefusedError
from measurand.study.labelling_plan import Labels, _counts, equal_cost, expected_u, labelling

NAMES = ("a", "b", "c")


def drawn(rng: np.random.Generator, labels: dict[int, int], *, rate: float, p: float) -> dict[str, np.ndarray]:
    """Items with ``labels[m]`` items of m labels each."""
    m = np.repeat(list(labels), list(labels.values()))
    n = len(m)
    truth = rng.random(n) < 0.5
    value = np.where(rng.random(n) < p, truth, ~truth).astype(int)
    votes: dict[str, Any] = {}
    for j, name in enumerate(NAMES):
        vote = (truth ^ (rng.random(n) < rate)).astype(int).astype(str)
        votes[f"annotator__{name}"] = np.where(j < m, vote, "")
    return columns(item=[f"{i:05d}" for i in range(n)], value=value, **votes)


def result(table: dict[str, np.ndarray], quantity: str = "accuracy") -> Result:
    m = measurand("m", quantity, positive=None if quantity == "accuracy" else "1")
    return measured(procedure([m], reference={"value": None, "annotators": NAMES}), table).results.results[0]


@pytest.mark.parametrize("quantity", ["accuracy", "sensitivity", "f_score"])
@pytest.mark.parametrize("labels", [{2: 400}, {3: 400}, {1: 300, 2: 300}, {1: 500, 3: 200}])
def test_nothing_more_is_the_uncertainty_at_hand(quantity: str, labels: dict[int, int]) -> None:
    found = result(drawn(np.random.default_rng(1), labels, rate=0.08, p=0.9), quantity)
    assert found.labelling is not None
    assert expected_u(found.labelling, _counts(found.labelling)) == pytest.approx(float(found.u), rel=0.1)


@pytest.mark.parametrize(
    ("labels", "more"),
    [
        ({2: 300}, Labels(600)),
        ({2: 300}, Labels(300, 2)),
        ({2: 300}, Labels(200, 3)),
        ({1: 300, 2: 300}, Labels(300, 1, True)),
    ],
)
def test_predicted_uncertainty_is_that_of_a_simulation(labels: dict[int, int], more: Labels) -> None:
    """Evidence at hand predicts; then the spread of values of fresh evidence with all the labels, 300 times."""
    rng = np.random.default_rng(2)
    states = [result(drawn(rng, labels, rate=0.08, p=0.9)).labelling for _ in range(8)]
    predicted = np.sqrt(np.mean([labelling(s, [more])[0].u ** 2 for s in states if s is not None]))
    after = dict(labels)
    if more.again:
        after = {2: labels[1] + labels[2]}
    else:
        after[more.each] = after.get(more.each, 0) + more.items
    values = []
    for _ in range(300):
        t = drawn(rng, after, rate=0.08, p=0.9)
        values.append(value_of(t))
    assert predicted == pytest.approx(float(np.std(values, ddof=1)), rel=0.10)


def value_of(t: dict[str, np.ndarray]) -> float:
    """Corrected accuracy from the definition: majorities by number of labels, one error rate from all pairs."""
    votes = np.stack([t[f"annotator:{a}"] for a in NAMES], axis=1)
    given = votes != ""
    ones = (votes == "1").sum(axis=1)
    m = given.sum(axis=1)
    d = float(np.sum(ones * (m - ones)) / np.sum(m * (m - 1) / 2))
    e = (1 - np.sqrt(1 - 2 * d)) / 2
    right = {1: 1 - e, 2: 1 - e, 3: (1 - e) ** 3 + 3 * (1 - e) ** 2 * e}
    y = np.where(2 * ones > m, 1.0, np.where(2 * ones == m, 0.5, 0.0))
    delta = np.array([2 * right[int(k)] - 1 for k in m])
    g1 = (y - (1 - delta) / 2) / delta
    return float(np.mean(np.where(t["value"] == "1", g1, 1 - g1)))


def test_more_labels_are_never_worse_and_equal_cost_is_equal() -> None:
    state = result(drawn(np.random.default_rng(4), {2: 300}, rate=0.1, p=0.9)).labelling
    assert state is not None
    now = expected_u(state, _counts(state))
    ways = equal_cost(state, 300)
    assert {w.count for w in ways} == {300}
    found = labelling(state, ways)
    assert [e.u for e in found] == sorted(e.u for e in found)
    assert all(e.u < now for e in found)
    with pytest.raises(RefusedError, match="only 300"):
        labelling(state, [Labels(301, 1, True)])


def test_advice_and_the_python_interface_say_it(tmp_path: Path) -> None:
    t = drawn(np.random.default_rng(5), {2: 200}, rate=0.08, p=0.9)
    rows = zip(t["item"], t["value"], t["annotator:a"], t["annotator:b"], strict=True)
    text = "item,value,a,b\n" + "".join(",".join(row) + "\n" for row in rows)
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    file = str(tmp_path / "x.csv")
    seen = api.read(file, item="item", value="value")
    held = api.reference(file, item="item", annotators=["a", "b"])
    found = api.measure(api.quantity("accuracy")("acc"), seen, held, population="the population")
    ways = api.labelling(found, api.Labels(200, 2), api.Labels(2000))
    assert {w.labels.items for w in ways} == {200, 2000}
    decided = found.decide(api.at_least(found.value - 0.8 * found.u))
    assert "400 further labels would give: u = " in decided.what_now
    assert "new items labelled by 2" in decided.what_now
