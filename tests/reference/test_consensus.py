"""Consensus of several laboratories (random-effects means)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.reference.case import compare, ids, read

from measurand.quantity.consensus import consensus

TOPIC = "consensus"
SHORT = {"DL": "dersimonian-laird", "PM": "mandel-paule", "REML": "reml", "ML": "ml", "FE": "fixed"}


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    held = read(id)["inputs"]
    y, u = held["y"], np.sqrt(held["v"])
    got: dict[str, Any] = {}
    for short, method in SHORT.items():
        c = consensus(y, u, method=method)
        got |= {f"{short}.estimate": c.value, f"{short}.se": c.u, f"{short}.lower": c.lower, f"{short}.upper": c.upper}
        if c.tau is not None:
            got |= {f"{short}.tau": c.tau, f"{short}.tau2": c.tau**2}
        if c.prediction is not None:
            got |= {f"PI_{short}.lower": c.prediction[0], f"PI_{short}.upper": c.prediction[1]}
        k = consensus(y, u, method=method, hartung_knapp=True)
        got |= {f"HK_{short}.se": k.u, f"HK_{short}.lower": k.lower, f"HK_{short}.upper": k.upper}
        got |= {"Q": c.heterogeneity.q, "Q_p": c.heterogeneity.p, "I2_DL_percent": 100.0 * c.heterogeneity.i2}
        got |= {"H2_DL": c.heterogeneity.h2, "birge": c.heterogeneity.birge}
    compare(id, got)


def test_q_profile_limits_of_metafor() -> None:
    """``confint`` of metafor on the BCG trials, as printed in the documentation of RoBMA: tau^2 0.1197 to 1.1115."""
    held = read("consensus-bcg")["inputs"]
    lower, upper = consensus(held["y"], np.sqrt(held["v"]), method="reml").heterogeneity.tau_limits
    assert [round(lower**2, 4), round(upper**2, 4)] == [0.1197, 1.1115]
    assert [round(lower, 4), round(upper, 4)] == [0.3460, 1.0543]
