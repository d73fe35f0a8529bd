"""Calibration of predicted probabilities: proper scores, recalibration and tests of the published case."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.case import compare, ids, rows

from measurand.quantity.calibration_test import hosmer_lemeshow, spiegelhalter
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

TOPIC = "calibration"
NAMED = {
    "brier": "brier_score", "auc": "auc", "calibration_intercept_logistic": "calibration_intercept",
    "calibration_slope_logistic": "calibration_slope", "mean_log_loss": "log_score",
    "ece_10_equal_width_bins": "expected_calibration_error",
}  # fmt: skip


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    table = rows(id)
    y, p = np.array(table["y"], float), np.array(table["p"], float)
    held = Rows(np.arange(len(y)), np.zeros(len(y), int), {"truth": y, "score": p})
    got: dict[str, float] = {}
    for name, quantity in NAMED.items():
        statistic = by_name(quantity)
        got[name] = float(statistic.value(statistic.arrange(held), np.ones(len(y)))[0])
    groups, z = hosmer_lemeshow(y, p), spiegelhalter(y, p)
    got |= {
        "hosmer_lemeshow_chi2_g10": groups.statistic,
        "hosmer_lemeshow_df": groups.df,
        "hosmer_lemeshow_p": groups.p,
    }
    got |= {"spiegelhalter_z": z.statistic, "spiegelhalter_p": z.p}
    compare(id, got)
