"""DeLong's variances, covariance, intervals and paired tests from the sensitivities of the AUC alone.

The blocks are the positives and the negatives: of each the centred contributions, times n / (n - 1).
"""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from measurand.statistic.auc import Auc

from .case import rows_of

CASES = Path(__file__).parents[1] / "cases"
ASAH = json.loads((CASES / "auc-delong-asah.json").read_text("utf-8"))
MARKERS = ("s100b", "wfns", "ndka")


def areas_and_covariance():
    with (CASES / ASAH["inputs"]["data"]).open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    truth = np.array([row["outcome"] == ASAH["inputs"]["positive"] for row in table], dtype=float)
    w = np.ones(len(truth))
    value, contribution = [], []
    for marker in MARKERS:
        score = np.array([float(row[marker]) for row in table])
        rows = Auc().arrange(rows_of(np.arange(len(truth)), truth=truth, score=score))
        value.append(Auc().value(rows, w)[0])
        contribution.append(w * Auc().sensitivity(rows, w)[:, 0])
    covariance = np.zeros((len(MARKERS), len(MARKERS)))
    for block in (truth == 1.0, truth == 0.0):
        n, own = np.sum(block), np.array(contribution)[:, block]
        own = own - own.mean(axis=1, keepdims=True)
        covariance += n / (n - 1) * own @ own.T
    return dict(zip(MARKERS, value, strict=True)), covariance


def computed():
    value, covariance = areas_and_covariance()
    u = {marker: math.sqrt(covariance[i, i]) for i, marker in enumerate(MARKERS)}
    k = NormalDist().inv_cdf(0.975)
    got = {f"auc.{marker}": area for marker, area in value.items()}
    got |= {f"ci.{marker}.lower": area - k * u[marker] for marker, area in value.items()}
    got |= {f"ci.{marker}.upper": area + k * u[marker] for marker, area in value.items()}
    got |= {f"var.{marker}": own**2 for marker, own in u.items()}
    got["cov.s100b.wfns"] = covariance[0, 1]
    for other in ("wfns", "ndka"):
        j = MARKERS.index(other)
        z = (value["s100b"] - value[other]) / math.sqrt(covariance[0, 0] + covariance[j, j] - 2 * covariance[0, j])
        got |= {f"z.s100b_vs_{other}": z, f"p.s100b_vs_{other}": math.erfc(abs(z) / math.sqrt(2))}
    return got


WHOLE = [expected for expected in ASAH["expected"] if not expected["name"].startswith("pauc.")]
"""Partial areas are compared in tests/reference/test_auc.py."""


@pytest.mark.parametrize("expected", WHOLE, ids=lambda e: e["name"])
def test_asah(expected):
    tolerance = max(expected.get("tol_abs", 0.0), expected.get("tol_rel", 0.0) * abs(expected["value"]))
    assert abs(computed()[expected["name"]] - expected["value"]) <= tolerance
