"""The variance routine on its hardest customer: readers and cases random (the Van Dyke study), and its limits."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from measurand.quantity.estimate import Estimate, covariance, propagate, stack, variance_by_source
from measurand.quantity.reml import reml
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name
from measurand.study.crossing import UNIT, crossing
from measurand.study.evaluation import cells, evaluate
from measurand.study.margins import REPEAT, Layout, Sampled, effect_variances, estimate_of

CASES = Path(__file__).parent.parent / "cases"
KEYS = {(UNIT,): "items", ("reader",): "factor:reader", (UNIT, "reader"): "cross", REPEAT: "repeat"}


def rows_of(name: str) -> dict[str, np.ndarray]:
    with (CASES / "data" / name).open() as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(r[key]) for r in rows]) for key in rows[0]}


def code(x: np.ndarray) -> np.ndarray:
    return np.unique(x, return_inverse=True)[1].reshape(-1)


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, float]]:
    case = json.loads((CASES / "mrmc-vandyke.json").read_text())
    return {e["name"]: e for e in case["expected"]}


def sampled(treatment: int, random: tuple[str, ...], *, only: np.ndarray | None = None) -> Sampled:
    data = rows_of("mrmc-vandyke.csv")
    at = data["treatment"] == treatment
    if only is not None:
        at &= np.isin(code(data["case"]), only)
    item, reader, truth = code(data["case"])[at], code(data["reader"])[at], data["truth"][at]
    rows = Rows(item, np.zeros(at.sum(), int), {"truth": truth, "score": data["rating"][at]})
    w = np.ones(at.sum())
    cell, weight = cells(reader, np.zeros(at.sum(), int), np.ones(5) / 5, within=True)
    found = evaluate(by_name("auc"), rows, w, cell=cell, cell_weight=weight, names={})
    dimension = {UNIT: item, "reader": reader}
    names = {UNIT: tuple(f"c{i:03d}" for i in range(114)), "reader": tuple("abcde")}
    nothing = np.zeros(at.sum(), int)
    layout = Layout(
        dimension, names, crossing(dimension), nothing, truth.astype(int), w, reader, nothing, np.zeros(at.sum())
    )
    components = {UNIT: "sampling", "reader": "conditions"}
    return estimate_of(("auc",), found.value, found.z, layout, keys=KEYS, components=components, random=random)


def difference(random: tuple[str, ...]) -> Estimate:
    both = stack([sampled(1, random).estimate, sampled(2, random).estimate])
    return propagate(["d"], np.array([both.value[0] - both.value[1]]), np.array([[1.0, -1.0]]), both)


@pytest.mark.parametrize(("random", "prefix"), [((UNIT, "reader"), "rrrc"), ((UNIT,), "frrc"), (("reader",), "rrfc")])
def test_van_dyke_in_every_digit(random: tuple[str, ...], prefix: str, expected: dict[str, dict[str, float]]) -> None:
    """Obuchowski-Rockette values come from the ANOVA of AUC sensitivities, without any reader-study code."""
    for name, got in {
        "mean_treatment1": sampled(1, random).estimate.value[0],
        "mean_treatment1_se": sampled(1, random).estimate.u[0],
        "mean_treatment2": sampled(2, random).estimate.value[0],
        "mean_treatment2_se": sampled(2, random).estimate.u[0],
        "diff_1_2": difference(random).value[0],
        "diff_se": difference(random).u[0],
    }.items():
        wanted = expected[f"{prefix}.{name}"]
        assert abs(got - wanted["value"]) <= max(
            wanted.get("tol_abs", 0.0), wanted.get("tol_rel", 0.0) * abs(wanted["value"])
        )


def test_effects_add_up_to_the_total() -> None:
    s = sampled(1, (UNIT, "reader"))
    effects = effect_variances(s.estimate, s.inner, s.effect_of_key, s.inside)
    assert set(effects) == {(UNIT,), ("reader",), (UNIT, "reader")}
    assert sum(float(v[0]) for v in effects.values()) == pytest.approx(float(s.estimate.variance[0]), rel=1e-12)
    assert sum(float(v[0]) for v in variance_by_source(s.estimate).values()) == pytest.approx(s.estimate.u[0] ** 2)


def test_covariance_of_an_estimate_with_itself_is_its_variance() -> None:
    e = sampled(2, (UNIT, "reader")).estimate
    assert covariance(e, e)[0, 0] == e.variance[0]
    assert covariance(e, stack([e]))[0, 0] == pytest.approx(e.variance[0], rel=1e-14)


def test_shared_cases_covary_and_others_do_not() -> None:
    """Two halves of the cases share readers, not cases: only the readers' margin is left in the covariance."""
    first, second = (sampled(1, (UNIT,), only=np.arange(i, 114, 2)).estimate for i in (0, 1))
    assert covariance(first, second)[0, 0] == 0.0
    a, b = sampled(1, (UNIT,)).estimate, sampled(2, (UNIT,)).estimate
    paired = propagate(["d"], np.zeros(1), np.array([[1.0, -1.0]]), stack([a, b]))
    assert paired.u[0] < np.hypot(a.u[0], b.u[0])


def test_crossing_is_read_from_the_data() -> None:
    unit = np.array([0, 0, 1, 1, 2, 2])
    assert crossing({UNIT: unit, "site": np.array([0, 1, 0, 1, 0, 1])}).complete
    nested = crossing({UNIT: unit, "site": np.array([0, 0, 0, 0, 1, 1])})
    assert nested.nested == {UNIT: "site"} and nested.crossed == ("site",)
    holes = crossing({UNIT: unit, "site": np.array([0, 1, 1, 2, 0, 2])})
    assert not holes.complete and (holes.present, holes.possible) == (6, 9)


def test_split_plot_is_crossed_in_blocks() -> None:
    """Readers 0, 1 see cases 0, 1 and readers 2, 3 see cases 2, 3: two blocks, complete."""
    unit, reader = np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 0, 1, 2, 3, 2, 3])
    found = crossing({UNIT: unit, "reader": reader})
    assert found.complete and found.block.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_holes_give_the_true_variance_as_restricted_likelihood_does() -> None:
    """Mean of 20 units x 5 levels, one in five missing (record 0005): V over its true value, by margins and by REML."""
    rng, units, levels, sd = np.random.default_rng(5), 20, 5, (1.0, 0.3, 0.7)
    grid = [x.ravel() for x in np.meshgrid(np.arange(units), np.arange(levels), indexing="ij")]
    ratios = []
    for _ in range(100):
        kept = rng.random(units * levels) >= 0.2
        unit, level = (g[kept] for g in grid)
        a, b = rng.normal(0, sd[0], units), rng.normal(0, sd[1], levels)
        y = a[unit] + b[level] + rng.normal(0, sd[2], len(unit))
        count = np.bincount(level)
        w = 1.0 / count[level] / levels  # averaged in each level, then over levels
        share = [float(np.sum(np.bincount(unit, w) ** 2)), 1.0 / levels, float(np.sum(w**2))]
        mean = np.bincount(level, y) / count
        z = w * (y - mean[level]) + (mean[level] - mean.mean()) / levels / count[level]
        dimension, nothing = {UNIT: unit, "reader": level}, np.zeros(len(unit), int)
        names = {UNIT: tuple(f"{i:02d}" for i in range(units)), "reader": tuple("abcde")}
        layout = Layout(
            dimension,
            names,
            crossing(dimension),
            nothing,
            nothing,
            np.ones(len(unit)),
            level,
            nothing,
            np.zeros(len(unit)),
        )
        components = {UNIT: "sampling", "reader": "conditions"}
        s = estimate_of(
            ("mean",),
            np.array([mean.mean()]),
            z[:, None],
            layout,
            keys=KEYS,
            components=components,
            random=(UNIT, "reader"),
        )
        truth = float(np.dot(np.square(sd), share))
        fitted = float(np.dot(reml(y, [unit.tolist(), level.tolist()]).components, share))
        ratios.append((float(s.estimate.variance[0]) / truth, fitted / truth))
    average, error = np.mean(ratios, axis=0), np.std(ratios, axis=0) / 10
    assert abs(average[1] - 1.0) < 3 * error[1]
    assert -3 * error[0] < average[0] - 1.0 < 3 * error[0] + 0.05  # to the wide side where levels see different units
    assert abs(float(np.mean([a - b for a, b in ratios]))) < 0.1
