"""The one variance routine against published survey and cluster-robust results."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from measurand.errors import DesignError
from measurand.quantity.estimate import Estimate, covariance, input_estimate, propagate, stack
from measurand.quantity.source import gram, margin
from measurand.quantity.student import student_factor

CASES = Path(__file__).parent.parent / "cases"


def table(name: str) -> dict[str, list[str]]:
    with (CASES / "data" / name).open() as file:
        rows = list(csv.DictReader(file))
    return {key: [r[key] for r in rows] for key in rows[0]}


def expected(name: str) -> dict[str, dict[str, float]]:
    return {e["name"]: e for e in json.loads((CASES / f"{name}.json").read_text())["expected"]}


def agrees(got: float, wanted: dict[str, float]) -> bool:
    tolerance = max(wanted.get("tol_abs") or 0.0, (wanted.get("tol_rel") or 0.0) * abs(wanted["value"]))
    return abs(got - wanted["value"]) <= tolerance


def cluster_estimate(
    numerator: np.ndarray, denominator: np.ndarray, w: np.ndarray, cluster: list[str], fraction: float
) -> Estimate:
    """A ratio ``sum w y / sum w x`` with its contributions summed by cluster."""
    value = float(w @ numerator / (w @ denominator))
    z = w * (numerator - value * denominator) / (w @ denominator)
    names, at = np.unique(cluster, return_inverse=True)
    part = np.bincount(at, weights=z)[:, None]
    source = margin("items", "sampling", list(names), fraction=np.full(len(names), fraction))
    return Estimate(("y",), np.array([value]), {"items": source}, {("items", "spread"): part})


@pytest.fixture(scope="module")
def api() -> dict[str, list[str]]:
    return table("apiclus1.csv")


@pytest.mark.parametrize(
    ("case", "y", "x", "with_fpc"),
    [
        ("api00", "api00", None, True), ("enroll", "enroll", None, True), ("nofpc.api00", "api00", None, False),
        ("ratio_api.stu_enroll", "api.stu", "enroll", True),
    ],
)  # fmt: skip
def test_cluster_sample_of_schools(api: dict[str, list[str]], case: str, y: str, x: str | None, with_fpc: bool) -> None:
    """Taylor linearisation of the R package survey on apiclus1, with and without finite population correction."""
    want = expected("survey-cluster-api")
    w, ones = np.array(api["pw"], float), np.ones(len(api["pw"]))
    fraction = len(set(api["dnum"])) / float(api["fpc"][0]) if with_fpc else 0.0
    bottom = ones if x is None else np.array(api[x], float)
    e = cluster_estimate(np.array(api[y], float), bottom, w, api["dnum"], fraction)
    assert agrees(e.value[0], want[f"{case}.est"] if f"{case}.est" in want else want[f"{case}.mean"])
    assert agrees(e.u[0], want[f"{case}.se"])
    if f"{case}.ci95_t_lower" in want:
        half = float(student_factor(0.025, e.sources["items"].df)) * e.u[0]
        assert agrees(e.value[0] - half, want[f"{case}.ci95_t_lower"])
        assert agrees(e.value[0] + half, want[f"{case}.ci95_t_upper"])


def test_share_of_schools(api: dict[str, list[str]]) -> None:
    want = expected("survey-cluster-api")
    w, hit = np.array(api["pw"], float), np.array([c == "Yes" for c in api["sch.wide"]], float)
    fraction = len(set(api["dnum"])) / float(api["fpc"][0])
    e = cluster_estimate(hit, np.ones(len(w)), w, api["dnum"], fraction)
    assert agrees(e.value[0], want["sch.wide.sch.wideYes.est"]) and agrees(e.u[0], want["sch.wide.sch.wideYes.se"])


def test_total_of_schools(api: dict[str, list[str]]) -> None:
    """A total: contributions are the weighted cluster totals themselves, centred by the routine."""
    want = expected("survey-cluster-api")
    names, at = np.unique(api["dnum"], return_inverse=True)
    totals = np.bincount(at, weights=np.array(api["pw"], float) * np.array(api["enroll"], float))[:, None]
    fraction = np.full(len(names), len(names) / float(api["fpc"][0]))
    source = margin("items", "sampling", list(names), fraction=fraction)
    assert agrees(totals.sum(), want["total_enroll.est"])
    assert agrees(float(np.sqrt(gram(source, totals, source, totals)[0, 0])), want["total_enroll.se"])


def test_cluster_robust_mean_of_firms() -> None:
    """Petersen's data: independent rows, and firms with the factor G/(G-1)."""
    data, want = table("petersen.csv"), expected("clustered-mean-petersen")
    y = np.array(data["y"], float)
    rows = cluster_estimate(y, np.ones(len(y)), np.ones(len(y)), [f"{i:05d}" for i in range(len(y))], 0.0)
    firms = cluster_estimate(y, np.ones(len(y)), np.ones(len(y)), data["firm"], 0.0)
    assert agrees(rows.value[0], want["mean"]) and agrees(rows.u[0], want["se_iid"])
    assert agrees(firms.u[0], want["se_cluster_G_over_Gminus1"])
    g = len(set(data["firm"]))
    assert agrees(firms.u[0] * np.sqrt((g - 1) / g), want["se_cluster_CR0"])


def test_unequal_shares_are_the_bias_reduced_form() -> None:
    """CR2 of a weighted mean: ``sum w^2 (y - T)^2 / (1 - h)`` (Bell & McCaffrey 2002), by hand."""
    y, w = np.array([1.0, 2.0, 4.0, 8.0]), np.array([1.0, 2.0, 3.0, 4.0])
    h = w / w.sum()
    z = h * (y - h @ y)
    source = margin("items", "sampling", list("abcd"), share=[h])
    assert gram(source, z[:, None], source, z[:, None])[0, 0] == pytest.approx(np.sum(z**2 / (1 - h)), rel=1e-14)


def test_levels_are_matched_by_id() -> None:
    a, b = margin("items", "sampling", ["a", "b", "c"]), margin("items", "sampling", ["c", "b", "d"])
    x, y = np.array([[1.0], [2.0], [-3.0]]), np.array([[5.0], [1.0], [-6.0]])
    assert gram(a, x, b, y)[0, 0] == pytest.approx(1.5 * (-3.0 * 5.0 + 2.0 * 1.0))


def test_stacked_estimates_keep_their_covariances() -> None:
    source = margin("items", "sampling", ["a", "b", "c"])
    other = margin("items", "sampling", ["b", "c", "d"])
    p = Estimate(("p",), np.ones(1), {"items": source}, {("items", "s"): np.array([[1.0], [2.0], [-3.0]])})
    q = Estimate(("q",), np.ones(1), {"items": other}, {("items", "s"): np.array([[5.0], [1.0], [-6.0]])})
    joint = stack([p, q, input_estimate("x", 0.0, 0.1)])
    c = covariance(joint, joint)
    assert c[0, 0] == pytest.approx(p.variance[0]) and c[1, 1] == pytest.approx(q.variance[0])
    assert c[0, 1] == pytest.approx(covariance(p, q)[0, 0]) and c[0, 2] == 0.0


def test_gum_h2_correlated_inputs() -> None:
    """GUM H.2: resistance, reactance, impedance from five sets of readings; published r(R, X) = -0.588."""
    V = [5.007, 4.994, 5.005, 4.990, 4.999]
    I = np.array([19.663, 19.639, 19.640, 19.685, 19.678]) / 1000  # noqa: E741
    phi = [1.0456, 1.0438, 1.0468, 1.0428, 1.0433]
    readings = np.array([V, I, phi]).T
    mean = readings.mean(axis=0)
    source = margin("readings", "repeatability", [str(i) for i in range(5)])
    inputs = Estimate(("V", "I", "phi"), mean, {"readings": source}, {("readings", "s"): (readings - mean) / 5})
    v, i, p = mean
    value = np.array([v / i * np.cos(p), v / i * np.sin(p), v / i])
    jacobian = np.array(
        [
            [np.cos(p) / i, -v / i**2 * np.cos(p), -v / i * np.sin(p)],
            [np.sin(p) / i, -v / i**2 * np.sin(p), v / i * np.cos(p)],
            [1 / i, -v / i**2, 0.0],
        ]
    )
    e = propagate(["R", "X", "Z"], value, jacobian, inputs)
    assert e.value == pytest.approx([127.732, 219.847, 254.260], abs=6e-4)
    assert e.u == pytest.approx([0.071, 0.295, 0.236], abs=6e-4)
    c = covariance(e, e)
    r = c / np.outer(e.u, e.u)
    assert [r[0, 1], r[0, 2], r[1, 2]] == pytest.approx([-0.588, -0.485, 0.993], abs=6e-4)


def test_one_unit_in_a_block_is_refused() -> None:
    with pytest.raises(DesignError, match="one unit"):
        margin("items", "sampling", ["a", "b", "c"], block=np.array([0, 0, 1]))
