"""Differences of shares of different items, by the methods of textbooks through the Python interface."""

from __future__ import annotations

import pytest
from tests.reference.case import compare, ids, read

from measurand.api.comparing import difference_of_proportions

TOPIC = "proportions-difference"
NAMES = {"newcombe_hybrid_wilson": "newcombe", "miettinen_nurminen": "miettinen-nurminen"}


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    got, level = {}, read(id)["inputs"]["conf"]
    for pair in read(id)["inputs"]["pairs"]:
        for method in ("wald", "newcombe_hybrid_wilson", "miettinen_nurminen", "mee"):
            d = difference_of_proportions(**pair, method=NAMES.get(method, method), level=level)
            name = f"{pair['x1']}/{pair['n1']}-{pair['x2']}/{pair['n2']}.{method}"
            got[f"{name}.lower"], got[f"{name}.upper"] = d.interval
    compare(id, got)
