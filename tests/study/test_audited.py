"""An audited random subset: equal to the published form for a mean, right for any dependence, refused where empty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand.errors import DesignError
from measurand.quantity.imperfect import powered_mean

CASE = json.loads((Path(__file__).resolve().parent.parent / "cases" / "ppi-a.json").read_text(encoding="utf-8"))
AUDIT = {"audit": {"file": ("a.csv",), "format": "csv", "item": ("item",), "value": "better"}}


def marked(rng: np.random.Generator, n: int, m: int, **more: Any) -> dict[str, np.ndarray]:
    truth = rng.random(n) < 0.5
    right = rng.random(n) < 0.9
    label = truth ^ (rng.random(n) < np.where(right, 0.03, 0.23))
    audit = np.where(rng.permutation(n) < m, truth.astype(int).astype(str), "")
    return columns(
        item=[f"{i:04d}" for i in range(n)], value=np.where(right, truth, ~truth).astype(int),
        reference=label.astype(int), audit=audit, score=truth + rng.normal(size=n), **more,
    )  # fmt: skip


def test_a_mean_is_that_of_the_published_form() -> None:
    """The bias of a system that always says 0 is minus the mean of the reference."""
    given = CASE["inputs"]
    right, imperfect, others = (given[k] for k in ("Y", "Yhat", "Yhat_unlabeled"))
    n = len(imperfect) + len(others)
    t = columns(
        item=[f"{i:04d}" for i in range(n)], value=[0] * n, reference=[*imperfect, *others],
        audit=[*map(repr, right), *[""] * len(others)],
    )  # fmt: skip
    found = measured(procedure([measurand("b", "bias")], reference=AUDIT), t).results.results[0]
    value, u = powered_mean(np.array(right), np.array(imperfect), np.array(others))
    assert -float(found.value) == pytest.approx(value, rel=1e-12)
    published = {e["name"]: e["value"] for e in CASE["expected"]}
    assert -float(found.value) == pytest.approx(published["ppi_tuned_mean"], abs=2e-4)
    assert float(found.u) == pytest.approx(u, rel=0.02)  # n - 1 for n


@pytest.mark.parametrize("quantity", ["accuracy", "sensitivity", "f_score", "auc"])
@pytest.mark.parametrize("estimand", ["generalised", "benchmark"])
@pytest.mark.parametrize("clusters", [False, True])
def test_budget_adds_up_and_names_the_reference(quantity: str, estimand: str, clusters: bool) -> None:
    rng = np.random.default_rng(7)
    more = {"cluster": rng.permutation(600) // 6} if clusters else {}
    m = measurand("m", quantity, positive=None if quantity == "accuracy" else "1", estimand=estimand)
    found = measured(procedure([m], reference=AUDIT, cluster=clusters), marked(rng, 600, 90, **more)).results.results[0]
    lines = [line for line in found.budget if hasattr(line, "variance")]
    assert sum(float(line.variance) for line in lines) == pytest.approx(float(found.u) ** 2, rel=1e-9)
    assert "reference" in {line.component for line in lines}
    assert float(found.lower) < float(found.value) < float(found.upper)


def test_an_audit_that_changes_nothing_leaves_the_value() -> None:
    """All audited labels were right: the value stays near that of all labels, and is not surer than a full set."""
    rng = np.random.default_rng(3)
    t = marked(rng, 500, 100)
    t["audit"] = np.where(t["audit"] == "", "", t["reference"])
    audited = measured(procedure([measurand("m", "accuracy")], reference=AUDIT), t).results.results[0]
    plain = measured(procedure([measurand("m", "accuracy")], reference={}), {k: v for k, v in t.items() if k != "audit"})
    assert abs(float(audited.value) - float(plain.results.results[0].value)) < 0.02
    assert float(audited.u) > float(plain.results.results[0].u)


@pytest.mark.parametrize(("m", "said"), [(1, "at least 2 are needed"), (60, "at least 2 must be left")])
def test_too_few_or_all_are_refused(m: int, said: str) -> None:
    with pytest.raises(DesignError, match=said):
        measured(procedure([measurand("m", "accuracy")], reference=AUDIT), marked(np.random.default_rng(1), 60, m))
