"""Intervals of one share by the methods of textbooks, by name."""

from __future__ import annotations

import pytest
from tests.reference.case import compare, ids, read

from measurand.quantity.textbook import SHARE, named

TOPIC = "proportions"
NAMES = {"jeffreys_equal_tailed": "jeffreys", "wilson_cc": "wilson-continuity"}
"""Names of the cases where they are not those of the program."""


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    got = {}
    for sample in read(id)["inputs"]["samples"]:
        x, n, level = sample["x"], sample["n"], sample.get("conf", 0.95)
        got[f"{x}/{n}.est"] = x / n
        for method in {e["name"].split(".")[1] for e in read(id)["expected"] if e["name"].count(".") == 2}:
            rule = named(SHARE, NAMES.get(method, method.replace("_", "-")))
            got[f"{x}/{n}.{method}.lower"], got[f"{x}/{n}.{method}.upper"] = rule(x, n, level=level)
    compare(id, got)
