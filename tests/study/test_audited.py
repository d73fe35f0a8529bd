"""An audited random subset: equal to the published form for a mean, right for any dependence, refused where empty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.study.build import columns, measurand, measured, procedure

from measurand.errors import DesignError, RefusedError
from measurand.quantity.imperfect import powered_mean
from measurand.study.audit_check import chi_square, rank_sum, spread_of_clusters

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
    plain = measured(
        procedure([measurand("m", "accuracy")], reference={}), {k: v for k, v in t.items() if k != "audit"}
    )
    assert abs(float(audited.value) - float(plain.results.results[0].value)) < 0.02
    assert float(audited.u) > float(plain.results.results[0].u)


@pytest.mark.parametrize(("m", "said"), [(1, "at least 2 are needed"), (60, "at least 2 must be left")])
def test_too_few_or_all_are_refused(m: int, said: str) -> None:
    with pytest.raises(DesignError, match=said):
        measured(procedure([measurand("m", "accuracy")], reference=AUDIT), marked(np.random.default_rng(1), 60, m))


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        (lambda t, n: np.argsort(-t["score"]) < 90, None),
        (lambda t, n: t["score"] > np.sort(t["score"])[-91], "scores"),
        (lambda t, n: np.cumsum(t["reference"] == "1") * (t["reference"] == "1") <= 90, "reference values"),
        (lambda t, n: np.arange(n) // 6 < 15, "clusters"),
    ],
)
def test_an_audit_that_is_no_random_subset_is_warned_about(chosen: Any, named: str | None) -> None:
    rng = np.random.default_rng(11)
    n = 600
    t = marked(rng, n, 0, cluster=np.arange(n) // 6)
    where = chosen(t, n) if named else rng.permutation(n) < 90
    t["audit"] = np.where(where, t["reference"], "")
    remarks = measured(procedure([measurand("m", "accuracy")], reference=AUDIT, cluster=True), t).results.remarks
    warned = [r for r in remarks if "random subset" in r]
    assert [named in r for r in warned] == [True] if named else not warned


def test_checks_of_randomness_against_tables() -> None:
    """Chi-square without the factor (n - 1)/n, and the rank-sum test, as scipy.stats gives them."""
    rng = np.random.default_rng(5)
    code, audited, values = rng.integers(0, 3, 200), rng.random(200) < 0.3, rng.integers(0, 90, 200).astype(float)
    table = np.stack([np.bincount(code[audited], minlength=3), np.bincount(code[~audited], minlength=3)])
    statistic = stats.chi2_contingency(table, correction=False).statistic
    assert chi_square(code, audited) == pytest.approx(stats.chi2.sf(statistic * 199 / 200, 2), rel=1e-9)
    wilcoxon = stats.mannwhitneyu(values[audited], values[~audited], use_continuity=False, method="asymptotic")
    assert rank_sum(values, audited) == pytest.approx(wilcoxon.pvalue, rel=1e-9)


def test_clusters_of_random_audits_are_rarely_called_packed() -> None:
    rng = np.random.default_rng(2)
    unit = np.repeat(np.arange(60), 8)
    p = [spread_of_clusters(unit, rng.permutation(480) < 40) for _ in range(400)]
    assert np.mean(np.array(p) < 0.05) < 0.10


@pytest.mark.parametrize("quantity", ["multiclass_auc", "auc", "balanced_accuracy", "mean_absolute_error"])
@pytest.mark.parametrize("right", [1.0, 0.97])
def test_order_of_rows_is_irrelevant(quantity: str, right: float) -> None:
    """Audited, in clusters, perfect or nearly so: what rounding leaves of zero influences chooses nothing."""
    rng = np.random.default_rng(4)
    n, several = 120, quantity == "multiclass_auc"
    truth = np.arange(n) % (3 if several else 2)
    said = np.where(rng.random(n) < right, truth, (truth + 1) % (3 if several else 2))
    t = columns(
        item=[f"{i:03d}" for i in range(n)], value=said, reference=truth, score=0.9 * said + 0.1 * rng.random(n),
        audit=np.where(rng.permutation(n) < 30, truth, -1).astype(str), cluster=np.arange(n) // 5,
    )  # fmt: skip
    t["audit"][t["audit"] == "-1"] = ""
    t |= {f"score:{k}": 0.9 * (said == k) + 0.1 * rng.random(n) for k in range(3) if several}
    p = procedure(
        [measurand("m", quantity, positive="1" if quantity == "auc" else None)], reference=AUDIT, cluster=True
    )
    if quantity == "mean_absolute_error" and right == 1.0:
        with pytest.raises(RefusedError, match="all scores are equal"):
            measured(p, t)
        return
    found = []
    for order in (np.arange(n), *(rng.permutation(n) for _ in range(5))):
        (one,) = measured(p, {k: v[order] for k, v in t.items()}).results.results
        found.append([float(x) for x in (one.value, one.u, one.lower, one.upper)])
    np.testing.assert_allclose(found, np.broadcast_to(found[0], (6, 4)), rtol=0, atol=1e-9)
