"""Precision of a measurement: published analyses of variance, laws of the plan, and the intervals' coverage."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.cli import main
from measurand.quantity.pivotal import pivotal
from measurand.quantity.randomness import generator

CASES = Path(__file__).parent.parent / "cases"
AIAG = """\
schema = "measurand/procedure/1"
observations = { file = "t.csv", item = "part", value = "y", repeat = "trial" }
factor = [ { id = "op", effect = "random" } ]
sampling = { population = "parts" }
measurand = [ { id = "m", quantity = "mean" } ]
"""
GLUCOSE = """\
schema = "measurand/procedure/1"
observations = { file = "t.csv", item = "material", value = "glucose", repeat = "replicate" }
factor = [ { id = "lab", effect = "random", component = "implementation" } ]
measurand = [ { id = "m", quantity = "mean", estimand = "benchmark" } ]
"""
LLM = """\
schema = "measurand/procedure/1"
observations = { file = "t.csv", item = "item", value = "right", repeat = "repeat" }
factor = [ { id = "prompt", effect = "random" } ]
sampling = { population = "questions" }
measurand = [ { id = "m", quantity = "QUANTITY" } ]
"""


def studied(folder: Path, capsys: Any, procedure: str, rows: list[dict[str, Any]], *more: str) -> dict[str, Any]:
    with (folder / "t.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    (folder / "p.measure.toml").write_text(procedure)
    command = ["study", str(folder / "p.measure.toml"), "--out", str(folder / "out"), "--json", *more]
    assert main(command) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["result"][0]
    return found


def by_name(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in found}


def expected(case: str) -> dict[str, float]:
    data = json.loads((CASES / f"{case}.json").read_text(encoding="utf-8"))
    return {e["name"]: float(e["value"]) for e in data["expected"]}


def table(name: str) -> list[dict[str, Any]]:
    with (CASES / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_components_of_a_gauge_study(tmp_path: Path, capsys: Any) -> None:
    """AIAG: 10 parts, 3 operators, 3 trials; components from the published sums of squares."""
    found = by_name(studied(tmp_path, capsys, AIAG, table("gauge-rr-aiag.csv"))["component"])
    full = expected("gauge-rr-aiag")
    parts, operators = full["full.ss_part"] / 9, full["full.ss_operator"] / 2
    both, error = full["full.ss_interaction"] / 18, full["full.ss_equipment"] / 60
    assert float(found["observation"]["s"]) ** 2 == pytest.approx(error, rel=1e-9)
    assert float(found["op"]["s"]) ** 2 == pytest.approx((operators - both) / 30, rel=1e-9)
    assert float(found["items"]["s"]) ** 2 == pytest.approx((parts - both) / 9, rel=1e-9)
    assert both < error and found["items x op"]["negative"] and float(found["items x op"]["s"]) == 0.0
    assert [found[n]["levels"] for n in ("items", "op", "items x op", "observation")] == [10, 3, 30, 90]
    # chi-square limits of the standard deviation of one observation, 60 degrees of freedom (tables: 40.482, 83.298)
    assert float(found["observation"]["lower"]) == pytest.approx(sqrt(error * 60 / 83.298), rel=5e-3)
    assert float(found["observation"]["upper"]) == pytest.approx(sqrt(error * 60 / 40.482), rel=5e-3)


@pytest.mark.parametrize("material", ["A", "B", "C", "D", "E"])
def test_repeatability_and_reproducibility_of_laboratories(tmp_path: Path, capsys: Any, material: str) -> None:
    """ASTM E691, glucose: one material, eight laboratories, three replicates each."""
    rows = [r for r in table("glucose-e691.csv") if r["material"] == material]
    found = studied(tmp_path, capsys, GLUCOSE, rows)
    spread, wanted = by_name(found["spread"]), expected("interlab-glucose-e691")
    assert float(spread["repeatability"]["s"]) == pytest.approx(wanted[f"{material}.s_r"], rel=1e-9)
    assert float(spread["reproducibility"]["s"]) == pytest.approx(wanted[f"{material}.s_R"], rel=1e-9)
    assert "needs" in spread["intermediate"]
    assert found["plan"] == [] and "these items" in found["no_plan"]


def simulated(items: int, prompts: int, repeats: int, sigma: Mapping[str, float], key: str) -> list[dict[str, Any]]:
    """A crossed design with known components (simulated)."""
    g = generator(key)
    a, b = sigma["item"] * g.standard_normal(items), sigma["prompt"] * g.standard_normal(prompts)
    ab = sigma["both"] * g.standard_normal((items, prompts))
    e = sigma["rest"] * g.standard_normal((items, prompts, repeats))
    return [
        {"item": f"i{i}", "prompt": f"p{p}", "repeat": r + 1, "right": f"{a[i] + b[p] + ab[i, p] + e[i, p, r]:.9f}"}
        for i in range(items)
        for p in range(prompts)
        for r in range(repeats)
    ]


def test_the_plan_follows_from_the_components(tmp_path: Path, capsys: Any) -> None:
    """``u^2 = s_i^2 / n + s_p^2 / P + s_ip^2 / (n P) + s^2 / (n P R)`` at every design, and no design is better."""
    rows = simulated(30, 4, 2, {"item": 1.0, "prompt": 0.5, "both": 0.6, "rest": 1.0}, "plan")
    found = studied(tmp_path, capsys, LLM.replace("QUANTITY", "mean"), rows, "--calls", "500")
    s = {n: float(c["s"]) ** 2 for n, c in by_name(found["component"]).items()}

    def u(n: int, p: int, r: int) -> float:
        whole = s["items"] / n + s["prompt"] / p + s["items x prompt"] / (n * p) + s["observation"] / (n * p * r)
        return sqrt(whole)

    plans = {plan["way"]: plan for plan in found["plan"]}
    assert float(plans["present"]["u"]) == pytest.approx(float(found["u"]), rel=1e-9)
    for plan in plans.values():
        n, p, r = plan["units"], plan["levels"]["prompt"], plan["repeats"]
        assert float(plan["u"]) == pytest.approx(u(n, p, r), rel=1e-9)
        assert plan["calls"] == n * p * r <= (500 if plan["way"] == "anew" else 740)
    more = [u(740 // (p * r), p, r) for p in range(4, 60) for r in range(2, 20) if 740 // (p * r) >= 30]
    assert float(plans["best"]["u"]) == pytest.approx(min(more), rel=1e-9)
    anew = [u(500 // (p * r), p, r) for p in range(2, 120) for r in range(2, 60) if 500 // (p * r) >= 2]
    assert float(plans["anew"]["u"]) <= 1.005 * min(anew)


def test_an_item_that_costs_labels_moves_the_plan_to_fewer_items(tmp_path: Path, capsys: Any) -> None:
    rows = simulated(30, 4, 2, {"item": 1.0, "prompt": 0.5, "both": 0.6, "rest": 1.0}, "plan")
    free = studied(tmp_path, capsys, LLM.replace("QUANTITY", "mean"), rows)
    dear = studied(tmp_path, capsys, LLM.replace("QUANTITY", "mean"), rows, "--item-cost", "50")
    items = [next(p["units"] for p in one["plan"] if p["way"] == "items") for one in (free, dear)]
    assert items == [30 + 1000 // 8, 30 + 1000 // 58]


def test_outcomes_of_a_language_model(tmp_path: Path, capsys: Any) -> None:
    """Shares of right answers: the run-to-run spread is that of the runs' values, by hand."""
    g = generator("llm")
    hard, shift = g.standard_normal(60), [0.0, 0.8, -0.6]
    rows = [
        {
            "item": f"i{i}",
            "prompt": f"p{p}",
            "repeat": r,
            "right": int(g.random() < 1 / (1 + np.exp(-hard[i] - shift[p]))),
        }
        for i in range(60)
        for p in range(3)
        for r in (1, 2, 3)
    ]
    found = studied(tmp_path, capsys, LLM.replace("QUANTITY", "proportion"), rows)
    value = np.array(
        [[np.mean([x["right"] for x in rows if x["prompt"] == f"p{p}" and x["repeat"] == r]) for r in (1, 2, 3)]
         for p in range(3)]
    )  # fmt: skip
    spread = by_name(found["spread"])
    within = np.array([[[x["right"] for x in rows if (x["item"], x["prompt"]) == (f"i{i}", f"p{p}")] for p in range(3)]
                       for i in range(60)])  # fmt: skip
    repeat = within.var(axis=2, ddof=1).mean() / 60
    assert float(spread["repeatability"]["s"]) == pytest.approx(sqrt(repeat), rel=1e-9)
    between = value.mean(axis=1).var(ddof=1)
    assert float(spread["intermediate"]["s"]) ** 2 == pytest.approx(between + repeat * (1 - 1 / 3), rel=1e-9)


def test_clusters_are_counted_where_items_come_in_them(tmp_path: Path, capsys: Any) -> None:
    g = generator("clusters")
    rows = [
        {"item": f"d{d}q{q}", "document": f"d{d}", "prompt": f"p{p}", "repeat": 1, "right": f"{x:.6f}"}
        for d in range(12)
        for q in range(3)
        for p, x in enumerate(g.standard_normal(3) + d % 4)
    ]
    clustered = LLM.replace("QUANTITY", "mean").replace('"questions"', '"questions", cluster = "document"')
    found = studied(tmp_path, capsys, clustered, rows)
    assert (found["items"], found["counted"]) == (36, "document")
    component = by_name(found["component"])
    assert component["document"]["levels"] == 12 and component["document x prompt"]["levels"] == 36
    present = found["plan"][0]
    assert (present["units"], present["calls"]) == (12, 108)


def test_what_is_not_observed_is_said(tmp_path: Path, capsys: Any) -> None:
    rows = [{"item": f"i{i}", "right": i % 3 % 2} for i in range(40)]
    plain = LLM.replace("QUANTITY", "proportion").replace(', repeat = "repeat"', "").replace(
        'factor = [ { id = "prompt", effect = "random" } ]\n', ""
    )  # fmt: skip
    found = studied(tmp_path, capsys, plain, rows)
    assert all("needs" in one for one in found["spread"])
    assert [c["name"] for c in found["component"]] == ["items"]
    assert main(["study", str(tmp_path / "none")]) == 2


def test_limits_of_a_component_cover_it() -> None:
    """2,000 simulated tables of two mean squares: the limits of their difference hold it in 94 % at least."""
    g, inside, true = generator("coverage of a component"), 0, 1.0
    expected_squares, df = np.array([4.0 + 3 * true, 4.0]), np.array([5.0, 24.0])
    combination = np.array([[1 / 3, -1 / 3]])
    for k in range(2000):
        seen = expected_squares * g.chisquare(df) / df
        lower, upper = pivotal(combination, seen, df, key=f"c{k}", p=0.95, draws=2000)[0]
        inside += lower <= true <= upper
    assert inside >= 0.94 * 2000
