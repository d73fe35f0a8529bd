"""Components of nested designs and of designs with holes: a published analysis, and analyses written out here."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.live.test_designs import PROMPTS, written

from measurand.cli import main

Array = NDArray[np.float64]
CASES = Path(__file__).parent.parent / "cases"
ONE = """\
schema = "measurand/procedure/1"
observations = { file = "t.csv", item = "item", value = "y", repeat = "repeat" }
factor = [ FACTORS ]
MORE
measurand = [ { id = "m", quantity = "mean", estimand = "ESTIMAND" } ]
"""


def components(folder: Path, capsys: Any, factors: list[str], rows: list[dict[str, Any]], estimand: str) -> Any:
    with (folder / "t.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    shown = ", ".join(f'{{ id = "{name}", effect = "random" }}' for name in factors)
    sampling = 'sampling = { population = "items" }' if estimand == "generalised" else ""
    text = ONE.replace("FACTORS", shown).replace("MORE", sampling).replace("ESTIMAND", estimand)
    (folder / "p.measure.toml").write_text(text)
    return studied(folder, capsys, str(folder / "p.measure.toml"))


def studied(folder: Path, capsys: Any, path: str) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert main(["study", path, "--out", str(folder / "out"), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["result"]
    return {one["name"]: one for one in found["component"]}


def variance(found: dict[str, dict[str, Any]], name: str) -> float:
    return float(found[name]["s"]) ** 2


def test_runs_inside_of_days_as_published(tmp_path: Path, capsys: Any) -> None:
    """20 days x 2 runs x 2 replicates: components of the R package VCA."""
    with (CASES / "data" / "ep05_1.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    rows: list[dict[str, Any]] = []
    for r in read:
        run, before = f"{r['day']}-{r['run']}", sum(x["run"] == f"{r['day']}-{r['run']}" for x in rows)
        rows.append({"item": "sample", "day": r["day"], "run": run, "repeat": before + 1, "y": r["y"]})
    found = components(tmp_path, capsys, ["day", "run"], rows, "benchmark")
    case = json.loads((CASES / "nested-anova-ep05-a.json").read_text(encoding="utf-8"))
    wanted = {e["name"]: float(e["value"]) for e in case["expected"]}
    for name, line in {"day": "day.var", "run": "day_run.var", "observation": "error.var"}.items():
        assert variance(found, name) == pytest.approx(wanted[line], rel=1e-7)
    assert [found[name]["levels"] for name in ("day", "run", "observation")] == [20, 40, 80]


def test_items_crossed_with_prompts_inside_of_languages(tmp_path: Path, capsys: Any) -> None:
    """All random: mean squares and their expectations as in a textbook, written out."""
    n, languages, prompts, repeats = 12, 3, 4, 2
    rng = np.random.default_rng(20)
    y = rng.normal(0, 1, (n, 1, 1, 1)) + rng.normal(0, 0.9, (1, languages, 1, 1))
    y = y + rng.normal(0, 0.7, (n, languages, 1, 1)) + rng.normal(0, 0.8, (1, languages, prompts, 1))
    y = y + rng.normal(0, 0.6, (n, languages, prompts, 1)) + rng.normal(0, 0.4, (n, languages, prompts, repeats))
    rows = [
        {"item": f"i{a}", "language": f"l{b}", "prompt": f"l{b}p{c}", "repeat": d + 1, "y": repr(float(v))}
        for (a, b, c, d), v in np.ndenumerate(y)
    ]
    found = components(tmp_path, capsys, ["language", "prompt"], rows, "generalised")

    def mean(*over: int) -> Array:
        return np.asarray(y.mean(axis=over, keepdims=True))

    whole, of_i, of_l, of_il, of_lp = mean(0, 1, 2, 3), mean(1, 2, 3), mean(0, 2, 3), mean(2, 3), mean(0, 3)
    ms_e = np.sum((y - mean(3)) ** 2) / (n * languages * prompts * (repeats - 1))
    ms_ip = repeats * np.sum((mean(3) - of_il - of_lp + of_l) ** 2) / ((n - 1) * languages * (prompts - 1))
    ms_p = n * repeats * np.sum((of_lp - of_l) ** 2) / (languages * (prompts - 1))
    ms_il = prompts * repeats * np.sum((of_il - of_i - of_l + whole) ** 2) / ((n - 1) * (languages - 1))
    ms_l = n * prompts * repeats * np.sum((of_l - whole) ** 2) / (languages - 1)
    ms_i = languages * prompts * repeats * np.sum((of_i - whole) ** 2) / (n - 1)
    wanted = {
        "observation": ms_e,
        "items x prompt": (ms_ip - ms_e) / repeats,
        "prompt": (ms_p - ms_ip) / (n * repeats),
        "items x language": (ms_il - ms_ip) / (prompts * repeats),
        "language": (ms_l - ms_p - ms_il + ms_ip) / (n * prompts * repeats),
        "items": (ms_i - ms_il) / (languages * prompts * repeats),
    }
    assert all(v > 0 for v in wanted.values()) and set(found) == set(wanted)
    for name, v in wanted.items():
        assert variance(found, name) == pytest.approx(v, rel=1e-9)
    assert [found[name]["levels"] for name in ("prompt", "items x prompt", "items x language")] == [12, 144, 36]


def test_three_factors_inside_of_one_another(tmp_path: Path, capsys: Any) -> None:
    """Laboratories, machines of each, seeds of each machine: the line in the middle is not passed over."""
    rng, shape = np.random.default_rng(8), (4, 3, 5)
    y = sum(rng.normal(0, s, size) for s, size in ((0.9, (4, 1, 1)), (0.7, (4, 3, 1)), (0.5, shape)))
    y = np.asarray(y)[..., None] + rng.normal(0, 0.3, (*shape, 2))
    rows = [
        {"item": "x", "laboratory": a, "machine": f"{a}{b}", "seed": f"{a}{b}{c}", "repeat": d, "y": repr(float(v))}
        for (a, b, c, d), v in np.ndenumerate(y)
    ]
    found = components(tmp_path, capsys, ["laboratory", "machine", "seed"], rows, "benchmark")
    m = [y.mean(axis=tuple(range(k, 4))) for k in range(5)]
    ms = [np.sum((m[k + 1] - m[k][..., None]) ** 2) * y.size / m[k + 1].size for k in range(4)]
    ms = [x / free for x, free in zip(ms, (3, 4 * 2, 12 * 4, 60), strict=True)]
    wanted = {
        "observation": ms[3], "seed": (ms[2] - ms[3]) / 2, "machine": (ms[1] - ms[2]) / 10,
        "laboratory": (ms[0] - ms[1]) / 30,
    }  # fmt: skip
    for name, v in wanted.items():
        assert variance(found, name) == pytest.approx(max(v, 0.0), rel=1e-9)


def test_each_item_under_some_of_the_prompts(tmp_path: Path, capsys: Any) -> None:
    """Margins of the design as it was drawn, their expectations by dense matrices, and the three equations solved."""
    path = written(tmp_path, PROMPTS, "each = 2, repeats = 2")
    found = studied(tmp_path, capsys, path)
    table = next((tmp_path / "out").glob("DESIGN-*")) / "evidence.parquet"
    cells = 'item, "factor:prompt", avg(value::double), var_samp(value::double)'
    rows = duckdb.sql(f"select {cells} from '{table}' group by all order by all").fetchall()
    item, prompt = (np.unique([row[k] for row in rows], return_inverse=True)[1] for k in (0, 1))
    y, n = np.array([row[2] for row in rows]), len(rows)
    assert n == 60 and set(np.bincount(prompt)) == {12}
    of = {"items": np.eye(30)[item], "prompt": np.eye(5)[prompt]}
    design = np.hstack(list(of.values()))
    residual = np.eye(n) - design @ np.linalg.pinv(design)
    free = round(float(np.trace(residual)))
    assert free == n - 30 - 5 + 1
    form = {"both": residual * n / free / n**2}
    for name, z in of.items():
        m = z.shape[1]
        form[name] = z @ (np.eye(m) - 1.0 / m) @ z.T * m / (m - 1) / n**2
    covariance = {**{name: z @ z.T for name, z in of.items()}, "both": np.eye(n)}
    names = ("items", "prompt", "both")
    expected = np.array([[np.trace(form[a] @ covariance[b]) for b in names] for a in names])
    s = dict(zip(names, np.linalg.solve(expected, [y @ form[a] @ y for a in names]), strict=True))
    repeated = float(np.mean([row[3] for row in rows]))
    assert s["items"] > 0 and s["prompt"] > 0
    assert variance(found, "items") == pytest.approx(s["items"], rel=1e-9)
    assert variance(found, "prompt") == pytest.approx(s["prompt"], rel=1e-9)
    assert variance(found, "items x prompt") == pytest.approx(max(s["both"] - repeated / 2, 0.0), rel=1e-9)
    assert variance(found, "observation") == pytest.approx(repeated, rel=1e-9)
    assert [found[name]["levels"] for name in ("items", "prompt", "items x prompt", "observation")] == [30, 5, 60, 120]
