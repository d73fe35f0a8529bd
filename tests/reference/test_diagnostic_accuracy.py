"""Quantities of a diagnostic table as statistics of rows: estimates, and log-normal limits of ratios of first order."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from tests.reference.case import ids, near, read

from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

TOPIC = "diagnostic-accuracy"
QUANTITIES = {
    "sensitivity": "sensitivity", "specificity": "specificity", "ppv": "precision", "accuracy": "accuracy",
    "lr_pos": "positive_likelihood_ratio", "lr_neg": "negative_likelihood_ratio",
    "diagnostic_odds_ratio": "diagnostic_odds_ratio", "youden": "informedness",
}  # fmt: skip
"""Names of the cases -> of the quantities; the exact limits of shares are compared beside the two-by-two table."""


def cells(id: str) -> tuple[Rows, np.ndarray]:
    counts = [read(id)["inputs"][name] for name in ("tn", "fp", "fn", "tp")]
    n = sum(counts)
    column = {"truth": np.repeat([0.0, 0.0, 1.0, 1.0], counts), "predicted": np.repeat([0.0, 1.0, 0.0, 1.0], counts)}
    return Rows(np.arange(n), np.zeros(n, np.int64), column), np.ones(n)


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    expected = {e["name"]: e for e in read(id)["expected"]}
    rows, w = cells(id)
    for name, quantity in QUANTITIES.items():
        statistic = by_name(quantity)
        value = statistic.value(rows, w)[0]
        assert near(value, expected[f"{name}.est"]), name
        if name in ("lr_pos", "lr_neg"):
            u = np.sqrt(np.sum(statistic.sensitivity(rows, w) ** 2)) / value
            for side, sign in (("lower", -1), ("upper", 1)):
                assert near(value * np.exp(sign * norm.ppf(0.975) * u), expected[f"{name}.{side}"]), (name, side)
    at = {"prevalence": float(np.mean(rows.column["truth"]))}
    for name, quantity in (("ppv", "positive_predictive_value"), ("npv", "negative_predictive_value")):
        assert near(by_name(quantity, at).value(rows, w)[0], expected[f"{name}.est"])
