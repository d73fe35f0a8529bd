"""Data of pictures: rates against plain loops, bands on simulated data, and cases with nothing to draw."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np
import pytest
from tests.study.build import columns, known, measurand, measured, procedure

from measurand.document.number import real
from measurand.document.result import Curve, Result
from measurand.study.reliability import consistency, reliability
from measurand.study.roc import band, rates
from measurand.study.scored import Scored

Array = np.ndarray


def curve(result: Result, name: str) -> Curve | None:
    return next((c for c in result.curves if c.name == name), None)


def numbers(found: Curve | None, name: str) -> Array:
    assert found is not None
    return np.array([real(x) for x in found.columns[name]])


def results(quantity: str, truth: Array, score: Array, **more: object) -> Result:
    n = len(truth)
    at = {k: more.pop(k) for k in ("unit", "stratum") if k in more}
    p = procedure(
        [measurand("m", quantity, positive="1", **more)], reference={"classes": ("0", "1")}, cluster="unit" in at,
        stratum="stratum" in at,
    )  # fmt: skip
    if "unit" in at:
        at["cluster"] = at.pop("unit")
    cells = {"item": [f"i{i:05d}" for i in range(n)], "reference": truth.astype(int), "value": [0] * n, "score": score}
    return measured(p, columns(**cells, **at)).results.results[0]


def plain(truth: Array, score: Array, unit: Array | None = None) -> Scored:
    n, positive = len(truth), truth == 1
    unit = np.arange(n) if unit is None else unit
    units = len(np.unique(unit))
    seen = (len(np.unique(unit[positive])), len(np.unique(unit[~positive])))
    return Scored(
        positive, score, np.full(n, 1 / n), unit, seen, np.zeros(units, int), np.zeros(units), units == n, True
    )


def phi(x: Array) -> Array:
    return np.array([0.5 * (1 + erf(v / sqrt(2))) for v in x])


def test_roc_and_precision_are_those_of_plain_counting() -> None:
    rng = np.random.default_rng(3)
    truth = (rng.random(150) < 0.4).astype(float)
    score = np.round(rng.normal(size=150) + truth, 1)  # many ties
    r = results("auc", truth, score)
    roc, pr = curve(r, "roc"), curve(r, "precision_recall")
    for i, t in enumerate(numbers(roc, "threshold")):
        called = score >= t
        tp, fp = int(np.sum(called & (truth == 1))), int(np.sum(called & (truth == 0)))
        assert numbers(roc, "true_positive_rate")[i] == pytest.approx(tp / np.sum(truth == 1), rel=1e-5)
        assert numbers(roc, "false_positive_rate")[i] == pytest.approx(fp / np.sum(truth == 0), rel=1e-5)
        assert numbers(pr, "precision")[i] == pytest.approx(tp / (tp + fp), rel=1e-5)
    x, y = (np.concatenate([[0.0], numbers(roc, f"{k}_positive_rate")]) for k in ("false", "true"))
    assert float(np.trapezoid(y, x)) == pytest.approx(real(r.value), rel=1e-4)
    for c in (roc, pr):
        value = numbers(c, "true_positive_rate" if c is roc else "precision")
        assert np.all(numbers(c, "lower") <= value + 1e-6) and np.all(value <= numbers(c, "upper") + 1e-6)


def test_number_of_points_is_bounded_and_the_area_is_kept() -> None:
    rng = np.random.default_rng(5)
    truth = (rng.random(5000) < 0.3).astype(float)
    r = results("auc", truth, rng.normal(size=5000) + 1.5 * truth)
    roc = curve(r, "roc")
    assert 50 < len(numbers(roc, "threshold")) <= 110
    x, y = (np.concatenate([[0.0], numbers(roc, f"{k}_positive_rate")]) for k in ("false", "true"))
    assert float(np.trapezoid(y, x)) == pytest.approx(real(r.value), abs=2e-4)


def test_operating_points_of_other_measurands_are_named() -> None:
    rng = np.random.default_rng(7)
    truth = (rng.random(80) < 0.5).astype(int)
    score = np.round(np.clip(rng.normal(0.4, 0.2, 80) + 0.2 * truth, 0, 1), 3)
    ms = [
        measurand("area", "auc", positive="1"),
        measurand("sens", "sensitivity", positive="1", at={"score": "0.5"}),
        measurand("none", "specificity", positive="1", at={"score": "< 0.5"}),
    ]
    cells = {"item": [f"i{i:02d}" for i in range(80)], "reference": truth, "value": [0] * 80, "score": score}
    found = measured(procedure(ms, reference={}), columns(**cells)).results.results
    roc = curve(found[0], "roc")
    assert roc is not None
    at = [i for i, name in enumerate(roc.columns["point"]) if name]
    assert [roc.columns["point"][i] for i in at] == ["0.5"]
    assert numbers(roc, "true_positive_rate")[at[0]] == pytest.approx(real(found[1].value), rel=1e-5)


@pytest.mark.parametrize(("positives", "negatives", "cluster"), [(30, 60, 1), (100, 100, 1), (80, 80, 4)])
def test_the_band_holds_the_whole_curve_of_the_population(positives: int, negatives: int, cluster: int) -> None:
    """Scores normal around 1 and 0, so that the curve is Phi(1 + Phi^-1(x)); clusters share part of their score."""
    rng, kept, runs = np.random.default_rng(11), 0, 60
    cut = np.linspace(-2.5, 3.5, 121)
    true_x, true_y = 1 - phi(cut), 1 - phi(cut - 1)
    for run in range(runs):
        truth = np.repeat([1.0, 0.0], [positives, negatives])
        unit = np.arange(positives + negatives) // cluster
        shared = rng.normal(size=unit.max() + 1)[unit] if cluster > 1 else 0.0
        spread = sqrt(0.5) if cluster > 1 else 1.0
        score = truth + spread * rng.normal(size=len(truth)) + sqrt(1 - spread**2) * shared
        s = plain(truth, score, unit)
        r = rates(s, points=100, operating={}, key=str(run))
        assert r is not None
        lower, upper = band(s, r, p=0.95)
        x = r.false_positive + 1e-12 * np.arange(len(lower))
        inside = (true_x >= x[0]) & (true_x <= x[-1])
        low, high = np.interp(true_x[inside], x, lower), np.interp(true_x[inside], x, upper)
        # between two points of the data table the band is drawn straight; half a step of the curve is allowed
        kept += bool(np.all((true_y[inside] >= low - 0.01) & (true_y[inside] <= high + 0.01)))
    assert kept >= 55


@pytest.mark.parametrize(
    ("truth", "score"),
    [
        ([1, 0], [0.9, 0.1]),
        ([1, 0, 1, 0], [1.0, 0.0, 1.0, 0.0]),
        ([1, 1, 1, 0], [0.5, 0.5, 0.5, 0.4]),
    ],
)
def test_a_perfect_ranking_has_a_band_of_its_own(truth: list[int], score: list[float]) -> None:
    """Two points and ties: nothing in the bootstrap moves, and the band is still not of zero width."""
    s = plain(np.array(truth, float), np.array(score))
    r = rates(s, points=100, operating={}, key="k")
    assert r is not None
    lower, upper = band(s, r, p=0.95)
    assert np.all(lower >= 0) and np.all(upper <= 1) and float(np.min(lower)) < 0.5


def test_one_class_has_no_curve() -> None:
    s = plain(np.ones(6), np.arange(6.0))
    assert rates(s, points=10, operating={}, key="k") is None


@pytest.mark.parametrize(
    ("mean", "trials", "expected"),
    [(0.5, 10, (0.2, 0.8)), (0.5, 20, (0.3, 0.7)), (0.1, 20, (0.0, 0.25)), (0.0, 9, (0.0, 0.0)), (1.0, 9, (1.0, 1.0))],
)
def test_consistency_is_that_of_binomial_tables(mean: float, trials: int, expected: tuple[float, float]) -> None:
    """Limits with P(below) < 0.025 and P(above) < 0.025 of the binomial distribution, from its printed tables."""
    assert consistency(mean, trials, p=0.95) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("cluster", [1, 5])
def test_a_calibrated_system_lies_in_its_bars(cluster: int) -> None:
    """Probabilities uniform; outcomes drawn from them, in clusters through a shared uniform number for half of them."""
    rng, inside, bins = np.random.default_rng(13), 0, 0
    for _ in range(60):
        n = 300
        unit = np.arange(n) // cluster
        p = rng.random(unit.max() + 1)[unit] if cluster > 1 else rng.random(n)
        own, shared = rng.random(n), rng.random(unit.max() + 1)[unit]
        same = (rng.random(unit.max() + 1) < 0.5)[unit] & (cluster > 1)
        truth = (np.where(same, shared, own) < p).astype(float)
        found = reliability(plain(truth, p, unit), p=0.95)
        observed, low, high = (numbers(found, k) for k in ("observed", "lower", "upper"))
        inside += int(np.sum((observed >= low - 1e-6) & (observed <= high + 1e-6)))
        bins += len(observed)
    assert 0.93 <= inside / bins <= 0.995


def test_bins_of_a_reliability_diagram_are_those_of_plain_loops() -> None:
    truth = np.array([0, 0, 1, 0, 1, 1, 0, 1, 1, 1] * 3, float)
    score = np.array([0.1, 0.1, 0.2, 0.2, 0.6, 0.6, 0.7, 0.8, 0.9, 0.9] * 3)
    r = results("brier_score", truth, score)
    found = curve(r, "reliability")
    low, high = numbers(found, "from"), numbers(found, "to")
    assert sum(numbers(found, "rows")) == 30 and len(low) <= 3
    for i, (a, b) in enumerate(zip(low, high, strict=True)):
        mine = (score >= a) & (score <= b)
        assert numbers(found, "observed")[i] == pytest.approx(truth[mine].mean(), rel=1e-5)
        assert numbers(found, "predicted")[i] == pytest.approx(score[mine].mean(), rel=1e-5)
        assert numbers(found, "rows")[i] == mine.sum()
    scores = curve(r, "scores")
    assert numbers(scores, "positive_rows").sum() == 18 and numbers(scores, "negative_rows").sum() == 12
    assert numbers(scores, "positive").sum() == pytest.approx(1, abs=1e-5)


def test_bins_of_the_calibration_error_are_those_of_its_picture() -> None:
    rng = np.random.default_rng(19)
    score = rng.random(200) ** 2
    score[:3] = 0.25, 0.5, 0.75  # an edge belongs to the bin above
    truth = (rng.random(200) < score).astype(float)
    r = results("expected_calibration_error", truth, score, at={"bins": "4"})
    found = curve(r, "reliability")
    assert numbers(found, "rows").tolist() == np.histogram(score, bins=4, range=(0, 1))[0].tolist()
    gap = np.abs(numbers(found, "observed") - numbers(found, "predicted"))
    assert float(gap @ numbers(found, "rows")) / 200 == pytest.approx(real(r.value), rel=1e-4)


def test_of_several_classes_the_confidence_is_drawn() -> None:
    scores = np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.2, 0.2, 0.6], [0.5, 0.4, 0.1]] * 10)
    truth = ["a", "a", "c", "b"] * 10
    table = columns(item=list(range(40)), reference=truth, value=truth)
    table |= {f"score:{c}": scores[:, k] for k, c in enumerate("abc")}
    r = measured(procedure([measurand("m", "multiclass_brier_score")], reference={}), table).results.results[0]
    found, bars = curve(r, "reliability"), curve(r, "scores")
    assert numbers(found, "from").tolist() == [0.5, 0.6, 0.7]
    assert numbers(found, "observed").tolist() == [0.0, 0.5, 1.0]
    assert numbers(bars, "right_rows").sum() == 20 and numbers(bars, "wrong_rows").sum() == 20


def test_two_systems_are_counted_in_pairs() -> None:
    first = [1, 1, 1, 1, 0, 0, 0, 1, 1, 0]
    second = [1, 1, 0, 0, 1, 0, 0, 1, 1, 1]
    m = measurand("d", "accuracy", contrast={"over": "system", "first": "a", "second": "b"})
    p = procedure([m], reference={}, systems=("a", "b"))
    cells = {"item": list(range(10)) * 2, "system": ["a"] * 10 + ["b"] * 10, "reference": [1] * 10 * 2}
    table = columns(**cells, value=first + second, score=[0.5] * 20)
    found = curve(measured(p, table).results.results[0], "discordance")
    assert found is not None
    assert found.columns["observations"] == ("4", "2", "2", "2")
    assert found.columns["system"] == ("", "a", "b", "")
    assert found.columns["share"] == ("0.4", "0.2", "0.2", "0.2")


def test_the_map_of_the_population_counts_units_and_keeps_empty_parts() -> None:
    item = [f"i{i:02d}" for i in range(24)]
    site = ["A"] * 12 + ["B"] * 12
    stratum = (["old", "young"] * 6) + ["young"] * 12
    cluster = [f"u{i // 2}{s}" for i, s in enumerate(stratum)]
    p = procedure([measurand("m", "accuracy", by="site")], reference={}, cluster=True, stratum=True)
    cells = {"item": item, "cluster": cluster, "stratum": stratum, "column__site": site}
    table = columns(**cells, reference=[1, 0] * 12, value=[1, 0, 0, 1] * 6, score=[0.5] * 24)
    found = curve(measured(p, table).results.results[0], "population")
    assert found is not None
    lines = list(zip(*(found.columns[k] for k in ("row", "column", "units", "observations")), strict=True))
    assert lines == [
        ("A", "old", "6", "6"),
        ("A", "young", "6", "6"),
        ("B", "old", "0", "0"),
        ("B", "young", "6", "12"),
    ]


def test_the_wanted_share_is_that_of_the_strata() -> None:
    p = procedure([measurand("m", "accuracy")], reference={}, stratum=True, population_size={"old": 300, "young": 900})
    cells = {"item": list(range(8)), "stratum": ["old"] * 4 + ["young"] * 4, "reference": [1, 0] * 4}
    table = columns(**cells, value=[1, 0, 0, 1] * 2, score=[0.5] * 8)
    found = curve(measured(p, table).results.results[0], "population")
    assert found is not None
    assert found.columns["wanted"] == ("0.25", "0.75") and found.columns["share"] == ("0.5", "0.5")


def test_monte_carlo_stands_beside_the_first_order() -> None:
    """A sum of two normal inputs is normal: both distributions are, with the same u = 5."""
    inputs = (known("a", value=1, standard_uncertainty=3), known("b", value=2, standard_uncertainty=4))
    r = measured(procedure([measurand("y", model="a + b")], input=inputs), None).results.results[0]
    shape, pair = curve(r, "monte_carlo"), curve(r, "monte_carlo_intervals")
    edges = np.append(numbers(shape, "from"), numbers(shape, "to")[-1])
    expected = np.diff(phi((edges - 3) / 5))
    assert numbers(shape, "first_order") == pytest.approx(expected, abs=2e-4)
    assert numbers(shape, "monte_carlo") == pytest.approx(expected, abs=2e-3)
    assert numbers(pair, "u") == pytest.approx([5, 5], rel=5e-3)
    assert numbers(pair, "lower") == pytest.approx([3 - 1.959964 * 5] * 2, rel=1e-2)


def test_the_same_record_has_the_same_data() -> None:
    rng = np.random.default_rng(17)
    truth = (rng.random(90) < 0.5).astype(float)
    score = np.clip(rng.normal(0.4, 0.2, 90) + 0.2 * truth, 0, 1)
    one, other = (results("auc", truth, score).model_dump_json() for _ in range(2))
    assert one == other
