"""Adjusted p-values of the example of Benjamini and Hochberg."""

from __future__ import annotations

import pytest
from tests.reference.case import compare, ids, read

from measurand.api.comparing import adjusted_p_values

TOPIC = "multiplicity"
METHODS = {
    "BH": "benjamini-hochberg", "BY": "benjamini-yekutieli", "holm": "holm", "hoch": "hochberg", "bonf": "bonferroni",
}  # fmt: skip


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    p = read(id)["inputs"]["p"]
    held = {short: adjusted_p_values(p, method=method) for short, method in METHODS.items()}
    got: dict[str, float] = {f"{s}.adj{i}": v for s, values in held.items() for i, v in enumerate(values, 1)}
    got["rejected_bonferroni"] = sum(v <= 0.05 for v in held["bonf"])
    got["rejected_bh"] = sum(v <= 0.05 for v in held["BH"])
    compare(id, got)
