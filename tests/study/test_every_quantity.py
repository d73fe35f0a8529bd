"""Every quantity that is defined, from cells to a result with limits, inside its range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from measurand.document.definition import Definition
from measurand.document.number import real
from measurand.document.procedure import Observations, Reference, Sampling, System
from measurand.document.procedure import Procedure as Whole
from measurand.lab.pack import definitions

from .build import measurand, measured

DEFINITIONS = sorted(definitions().values(), key=lambda d: d.id)
AT = {
    "prevalence": "0.1", "q": "0.5", "k": "2", "fpr": "0.2", "level": "0.9", "bins": "8", "beta": "1", "tolerance": "1",
    "coverage": "0.7", "system": "A", "baseline": "B", "opponent": "B",
}  # fmt: skip
"""What a procedure sets for a parameter that must be set."""
CLASSES = ("a", "b", "c")
ITEMS, UNITS = 240, 40


def members(definition: Definition, rng: np.random.Generator, level: np.ndarray) -> np.ndarray:
    """An ensemble of five; of texts matched 1- to 4-grams, all of them, length, and length of the reference."""
    n = len(level)
    if definition.id != "corpus_bleu":
        return level[:, None] + rng.normal(0, 1, (n, 5))
    length = rng.integers(6, 15, n)
    total = length[:, None] - np.arange(4)
    return np.column_stack([rng.binomial(total, [0.8, 0.6, 0.5, 0.4]), total, length, rng.integers(6, 16, n)]) * 1.0


def table(definition: Definition, rng: np.random.Generator, *, raters: int) -> dict[str, np.ndarray]:
    """Observations that are better than chance, in clusters of six items; ``raters`` rows per item."""
    item = np.repeat(np.arange(ITEMS), raters)
    n = len(item)
    classes = CLASSES if many(definition) else ("0", "1")
    truth_of_item = rng.integers(0, len(classes), ITEMS)
    truth, guess = truth_of_item[item], rng.integers(0, len(classes), n)
    hit = rng.random(n) < 0.75
    predicted = np.where(hit, truth, guess)
    level = rng.normal(0, 2, ITEMS)[item]
    columns: dict[str, Any] = {
        "system": ["s"] * n, "status": ["ok"] * n, "reason": [""] * n, "item": [f"{i:04d}" for i in item],
        "repeat": [f"{i % raters + 1}" for i in range(n)], "cluster": [f"u{i % UNITS:02d}" for i in item],
    }  # fmt: skip
    columns["score"] = 1.0 / (1.0 + np.exp(-(1.6 * (truth > 0) - 0.8 + rng.normal(0, 1, n))))
    strength = rng.gamma(1.0, 1.0, (n, len(classes))) + 3.0 * (np.arange(len(classes)) == predicted[:, None])
    for k, name in enumerate(classes):
        columns[f"score:{name}"] = strength[:, k] / strength.sum(axis=1)
    columns["lower"], columns["upper"] = level - 1.0 + rng.normal(0, 0.6, n), level + 3.0 + rng.normal(0, 0.6, n)
    columns["spread"] = rng.uniform(0.5, 2.0, n)
    columns |= {f"member:{k:04d}": cells for k, cells in enumerate(members(definition, rng, level).T)}
    columns["exposure"] = rng.uniform(1.0, 3.0, n)
    columns["set"] = ["|".join(sorted({classes[a], classes[b]})) for a, b in zip(predicted, guess, strict=True)]
    columns["query"] = [f"u{i % UNITS:02d}" for i in item]
    columns["event"] = [str(int(x)) for x in (rng.random(ITEMS) < 0.7)[item]]
    number = level + rng.normal(0, 1, n)
    if definition.pooled and "reference" not in definition.roles.values():
        number = np.abs(np.round(number))  # ratings
    if definition.kind == "labels":
        sets = rng.random((ITEMS, 3)) < 0.5
        columns["reference"] = ["|".join(np.array(CLASSES)[sets[i]]) for i in item]
        columns["value"] = ["|".join(np.array(CLASSES)[s ^ (rng.random(3) < 0.2)]) for s in sets[item]]
        return ready(columns)
    held = np.abs(level) if positive_reference(definition) else level
    if "truth" in definition.roles:
        columns["reference"] = [classes[k] for k in truth]
    elif "query" in definition.roles:  # relevance grades
        columns["reference"] = [str(int(min(3.0, abs(x)))) for x in level]
    else:
        columns["reference"] = [f"{x:.6f}" for x in held]
    if "whole" in definition.roles:
        columns["exposure"] = rng.integers(1, 9, n).astype(float)
        columns["value"] = [str(k) for k in rng.binomial(columns["exposure"].astype(int), 0.2)]
    elif "first" in definition.roles:
        columns["first"], columns["second"] = np.where(guess == 0, "A", "C"), np.full(n, "B")
        columns["value"] = np.where(hit, columns["first"], np.where(guess == 0, "tie", "second"))
    elif "result" in definition.roles:
        columns["value"] = ["win" if h else "tie" if g else "loss" for h, g in zip(hit, guess, strict=True)]
    elif "exposure" in definition.roles:
        columns["value"] = [str(k) for k in rng.poisson(2.0 * columns["exposure"])]
    elif definition.kind == "number":
        columns["value"] = [f"{x:.6f}" for x in number]
    elif definition.kind == "outcome":
        columns["value"] = [str(int(h)) for h in hit]
    else:
        columns["value"] = [classes[k] for k in predicted]
    return ready(columns)


def many(definition: Definition) -> bool:
    """Whether the quantity is of several classes here."""
    named = {"truth", "labels", "set", "scores"} & set(definition.roles)
    return not definition.needs_positive and (bool(named) or definition.pooled)


def positive_reference(definition: Definition) -> bool:
    return "event" in definition.roles


def ready(columns: dict[str, Any]) -> dict[str, np.ndarray]:
    return {
        name: cells if isinstance(cells, np.ndarray) and cells.dtype.kind == "f" else np.array(cells, object)
        for name, cells in columns.items()
    }


def asked(definition: Definition) -> Whole:
    file = {"file": ("x.csv",), "format": "csv", "item": ("item",)}
    seen = {"value": "v", "score": "s", "lower": "l", "upper": "u", "spread": "d", "exposure": "e", "set": "c"}
    needs_reference = any(s.rstrip("?") in ("reference", "event") for s in definition.roles.values())
    at = {name: AT[name] for name in definition.required}
    if "score" in definition.at and "score" not in at and "predicted" in definition.roles and definition.needs_positive:
        at["score"] = "0.5"
    more: dict[str, Any] = {"average": "macro"} if definition.needs_average and many(definition) else {}
    if definition.needs_positive:
        more["positive"] = "1"
    return Whole(
        id="T", title="test", system=(System(id="s", name="s"),),
        observations=Observations.model_validate({**file, **seen, "query": "q", "first": "f", "second": "g"}),
        reference=Reference.model_validate({**file, "value": "y", "event": "t"}) if needs_reference else None,
        sampling=Sampling(population="the population", cluster=("unit",)),
        measurand=(measurand("m", definition.id, at=at, **more),),
    )  # fmt: skip


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_from_cells_to_a_result(definition: Definition) -> None:
    rng = np.random.default_rng([20261123, len(definition.id)])
    found = measured(asked(definition), table(definition, rng, raters=3 if definition.pooled else 1))
    (result,) = found.results.results
    value, u, lower, upper = (real(x) for x in (result.value, result.u, result.lower, result.upper))
    assert np.isfinite([value, u, lower, upper]).all()
    assert u > 0
    assert lower < upper
    assert lower <= value <= upper
    low, high = (
        -np.inf if b is None and i == 0 else np.inf if b is None else real(b) for i, b in enumerate(result.bounds)
    )
    assert low <= lower
    assert upper <= high
    assert result.words
    assert UNITS - 3 <= result.units <= UNITS  # a unit may hold none of the class that is measured
    assert found.estimate.u[0] == pytest.approx(u, rel=0.25)  # first order, or what replaced it
