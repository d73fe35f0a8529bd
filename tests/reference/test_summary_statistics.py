"""Summary statistics of numbers with many constant digits."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.case import compare, ids, read

from measurand.quantity.estimate import Estimate
from measurand.quantity.series import autocorrelation
from measurand.quantity.source import margin
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

TOPIC = "summary-statistics"


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    given = read(id)["inputs"]["generator"]
    y = np.array([given["first"], *given["pair"] * given["repeat"]], float)
    n, mean = len(y), by_name("mean")
    rows = Rows(np.arange(n), np.zeros(n, int), {"value": y})
    source = margin("items", "sampling", [str(i) for i in range(n)])
    part = mean.sensitivity(rows, np.ones(n))
    e = Estimate(("mean",), mean.value(rows, np.ones(n)), {"items": source}, {("items", "s"): part})
    got = {"mean": float(e.value[0]), "sd": float(e.u[0]) * n**0.5}
    compare(id, got | {"lag1_autocorrelation": autocorrelation(y)})
