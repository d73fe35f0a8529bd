"""Means, shares, ratios and totals of clusters through the one variance routine."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.case import compare, ids, read, rows

from measurand.quantity.effective_count import design_effect
from measurand.quantity.estimate import Estimate
from measurand.quantity.source import margin
from measurand.quantity.student import student_factor

TOPIC = "clustered-se"
Array = np.ndarray


def ratio(y: Array, x: Array, w: Array, cluster: Array, fraction: float = 0.0) -> Estimate:
    """``sum w y / sum w x`` with its contributions by cluster."""
    bottom = float(w @ x)
    value = float(w @ y) / bottom
    return summed(value, w * (y - value * x) / bottom, cluster, fraction)


def summed(value: float, z: Array, cluster: Array, fraction: float) -> Estimate:
    names, at = np.unique(cluster, return_inverse=True)
    source = margin("items", "sampling", [str(n) for n in names], fraction=np.full(len(names), fraction))
    return Estimate(("y",), np.array([value]), {"items": source}, {("items", "s"): np.bincount(at, weights=z)[:, None]})


def firms(given: dict, table: dict[str, list[str]]) -> dict[str, float]:
    y, cluster = np.array(table[given["value"]], float), np.array(table[given["cluster"]])
    ones, g = np.ones(len(y)), len(set(cluster))
    u = float(ratio(y, ones, ones, cluster).u[0])
    alone = ratio(y, ones, ones, np.arange(len(y)))
    return {
        "mean": float(alone.value[0]), "se_iid": float(alone.u[0]), "se_cluster_G_over_Gminus1": u,
        "se_cluster_CR0": u * np.sqrt((g - 1) / g),
    }  # fmt: skip


def survey(given: dict, table: dict[str, list[str]], names: list[str]) -> dict[str, float]:
    w, cluster = np.array(table[given["weight"]], float), np.array(table[given["cluster"]])
    drawn = len(set(cluster)) / float(table[given["fpc"]][0])
    ones, got = np.ones(len(w)), {}

    def line(name: str, e: Estimate, y: Array | None = None) -> None:
        value, u = float(e.value[0]), float(e.u[0])
        half = float(student_factor(0.025, e.sources["items"].df)) * u
        got.update({f"{name}.mean": value, f"{name}.est": value, f"{name}.se": u})
        got.update({f"{name}.ci95_t_lower": value - half, f"{name}.ci95_t_upper": value + half})
        if y is not None:
            got[f"{name}.deff"] = design_effect(u**2, y, w)

    for name in dict.fromkeys(n.rpartition(".")[0] for n in names):
        plain = name.removeprefix("nofpc.")
        fraction = 0.0 if plain != name else drawn
        column = next((c for c in table if plain.startswith(f"{c}.{c}")), None)
        if plain in table:
            y = np.array(table[plain], float)
            line(name, ratio(y, ones, w, cluster, fraction), y)
        elif column is not None:
            y = (np.array(table[column]) == plain.removeprefix(f"{column}.{column}")).astype(float)
            line(name, ratio(y, ones, w, cluster, fraction), y)
        elif plain.startswith("total_"):
            z = w * np.array(table[plain.removeprefix("total_")], float)
            line(name, summed(float(z.sum()), z, cluster, fraction))
        elif plain.startswith("ratio_"):
            top, bottom = plain.removeprefix("ratio_").rsplit("_", 1)
            line(name, ratio(np.array(table[top], float), np.array(table[bottom], float), w, cluster, fraction))
    return got


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    given = read(id)["inputs"]
    wanted = [e["name"] for e in read(id)["expected"]]
    compare(id, survey(given, rows(id), wanted) if "weight" in given else firms(given, rows(id)))
