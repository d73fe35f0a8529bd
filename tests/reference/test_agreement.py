"""Agreement of raters: coefficients and their large-sample standard errors."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.case import compare, ids, read

from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

TOPIC = "agreement"
TWO_RATERS = {
    "cohen_kappa": "kappa", "scott_pi": "scott_pi", "gwet_ac1": "gwet_ac1", "brennan_prediger": "brennan_prediger",
}  # fmt: skip
"""Names of the cases -> of the quantities."""


@pytest.mark.parametrize("id", [i for i in ids(TOPIC) if "table" in read(i)["inputs"]])
def test_two_raters(id: str) -> None:
    """First order gives the standard error of Gwet: the root of the sum of squared sensitivities."""
    table = np.array(read(id)["inputs"]["table"])
    first, second = (np.repeat(at.reshape(-1), table.reshape(-1)) for at in np.indices(table.shape))
    w = np.ones(len(first))
    rows = Rows(np.arange(len(w)), np.zeros(len(w), np.int64), {"truth": first, "predicted": second})
    got = {}
    for name, quantity in TWO_RATERS.items():
        statistic = by_name(quantity)
        got[name] = statistic.value(rows, w)[0]
        got[f"{name}.se"] = np.sqrt(np.sum(statistic.sensitivity(rows, w) ** 2))
    compare(id, got)
