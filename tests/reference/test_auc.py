"""Areas under the ROC curve with the variances, limits and paired tests of DeLong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.reference.case import compare, ids, read, rows

from measurand.quantity.estimate import Estimate, covariance
from measurand.quantity.source import margin
from measurand.quantity.student import normal_tail
from measurand.quantity.textbook import MEAN, Normal, named
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

TOPIC = "auc"
AUC = by_name("auc")


def areas(id: str) -> Estimate:
    """One output per numeric column, over the same items."""
    table, positive = rows(id), read(id)["inputs"]["positive"]
    label = next(name for name, cells in table.items() if positive in cells)
    truth = np.array([float(c == positive) for c in table[label]])
    names = sorted({n.split(".")[1] for n in (e["name"] for e in read(id)["expected"]) if n.startswith("auc.")})
    ones, values, z = np.ones(len(truth)), [], []
    for name in names:
        column = {"truth": truth, "score": np.array(table[name], float)}
        held = AUC.arrange(Rows(np.arange(len(truth)), np.zeros(len(truth), int), column))
        values.append(AUC.value(held, ones)[0])
        z.append(AUC.sensitivity(held, ones)[:, 0])
    source = margin("items", "sampling", [str(i) for i in range(len(truth))], block=truth.astype(np.int64))
    return Estimate(tuple(names), np.array(values), {"items": source}, {("items", "s"): np.array(z).T})


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    e = areas(id)
    c, got = covariance(e, e), {}
    for i, a in enumerate(e.outputs):
        got |= {f"auc.{a}": float(e.value[i]), f"var.{a}": float(c[i, i])}
        limits = named(MEAN, "normal")(Normal(float(e.value[i]), (float(c[i, i]),)), level=0.95)
        got[f"ci.{a}.lower"], got[f"ci.{a}.upper"] = limits
        for j, b in enumerate(e.outputs):
            if i != j:
                z = float(e.value[i] - e.value[j]) / math.sqrt(c[i, i] + c[j, j] - 2.0 * c[i, j])
                got |= {f"cov.{a}.{b}": float(c[i, j]), f"z.{a}_vs_{b}": z}
                got[f"p.{a}_vs_{b}"] = 2.0 * float(normal_tail(abs(z)))
    got |= {x["name"]: partial(id, x["name"]) for x in read(id)["expected"] if x["name"].startswith("pauc.")}
    compare(id, got)


def partial(id: str, name: str) -> float:
    """Area from specificity 1 down to that of the name (``pauc.s100b.spec_1_to_0.9``)."""
    _, score, down_to = name.split(".", 2)
    table, positive = rows(id), read(id)["inputs"]["positive"]
    label = next(column for column, cells in table.items() if positive in cells)
    truth = np.array([float(c == positive) for c in table[label]])
    statistic = by_name("partial_auc", {"fpr": 1.0 - float(down_to.removeprefix("spec_1_to_"))})
    held = Rows(
        np.arange(len(truth)), np.zeros(len(truth), int), {"truth": truth, "score": np.array(table[score], float)}
    )
    return float(statistic.value(statistic.arrange(held), np.ones(len(truth)))[0])
