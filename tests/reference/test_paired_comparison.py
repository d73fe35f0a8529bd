"""Pairs: differences of shares, McNemar's tests, and the t tests of Student's sleep data."""

from __future__ import annotations

import pytest
from tests.reference.case import compare, ids, read

from measurand.api.comparing import difference_of_means, difference_of_paired_proportions
from measurand.quantity.paired_shares import chi_square
from measurand.quantity.two_means import independent_means, paired_means
from measurand.quantity.two_shares import PairCounts

TOPIC = "paired-comparison"
METHODS = {
    "newcombe_method10_phi_corrected": "newcombe",
    "newcombe_method8_no_phi_correction": "newcombe-uncorrected",
    "tango_score": "tango",
    "wald": "wald",
}


def of_tables(given: dict) -> dict[str, float]:
    got = {}
    for t in given["tables"]:
        cells = (t["both_success"], t["only_first"], t["only_second"], t["both_fail"])
        name = "-".join(str(c) for c in cells)
        for written, method in METHODS.items():
            d = difference_of_paired_proportions(*cells, method=method, level=given["conf"])
            got[f"{name}.difference"] = d.value
            got[f"{name}.{written}.lower"], got[f"{name}.{written}.upper"] = d.interval
    return got


def of_mcnemar(given: dict) -> dict[str, float]:
    (both, b), (c, neither) = given["table"]
    cells = (both, b, c, neither)
    p = {
        test: difference_of_paired_proportions(*cells, test=test).p
        for test in ("mcnemar", "mcnemar-corrected", "exact")
    }
    table = PairCounts(*cells)
    return {
        "chi2_continuity_corrected": chi_square(table, continuity=1.0), "chi2_uncorrected": chi_square(table),
        "p_continuity_corrected": p["mcnemar-corrected"], "p_uncorrected": p["mcnemar"], "p_exact_binomial": p["exact"],
    }  # fmt: skip


def of_means(given: dict) -> dict[str, float]:
    first, second = given["group1"], given["group2"]
    stated = difference_of_means(first, second, paired=True)
    paired, welch = paired_means(first, second), independent_means(first, second)
    assert difference_of_means(first, second, paired=False).p == welch.p
    got = {f"paired.{n}": getattr(paired, n) for n in ("t", "df", "p")}
    got |= {f"welch.{n}": getattr(welch, n) for n in ("t", "df", "p")}
    got |= {"paired.mean": stated.value, "paired.lower": stated.interval[0], "paired.upper": stated.interval[1]}
    return got


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    given = read(id)["inputs"]
    kind = of_tables if "tables" in given else of_mcnemar if "table" in given else of_means
    compare(id, kind(given))
