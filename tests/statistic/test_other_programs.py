"""Quantities against numbers that other programs gave: written down by tools/ask_other_programs.py, read here.

They are facts from programs that no lock can hold (GPL, or dependencies that do not fit), on random data with ties,
missing ratings and edge cases.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from measurand.lab.pack import definitions
from measurand.quantity.raters import intraclass
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

CASES = json.loads(Path(__file__).with_name("other-programs.json").read_text())["cases"]
BY_PAIR = {"gwet_ac1", "gwet_ac2", "scott_pi", "kappa", "brennan_prediger", "weighted_kappa"}


def name(case):
    said = "-".join(str(x) for x in case["parameters"].values())
    return f"{case['statistic']}-{said}-{case['program'].split()[0]}"


def rows(case):
    """Our rows of what the other program was asked."""
    if "ratings" not in case:
        known = {"program", "statistic", "parameters", "expected"}
        column = {role: np.asarray(x) for role, x in case.items() if role not in known}
        n = len(next(iter(column.values())))
        return Rows(np.arange(n), np.zeros(n, np.int64), column)
    x = np.asarray(case["ratings"])
    if case["statistic"] in BY_PAIR:
        return Rows(np.arange(len(x)), np.zeros(len(x), np.int64), {"predicted": x[:, 0] - 1.0, "truth": x[:, 1] - 1.0})
    item, rater = (at.ravel() for at in np.indices(x.shape))
    given = x.ravel() > 0.0 if case["statistic"] != "intraclass_correlation" else np.full(x.size, True)
    number, item, rater = x.ravel()[given], item[given], rater[given]
    return Rows(item, np.zeros(len(item), np.int64), {"predicted": number, "value": number, "group": rater})


@pytest.mark.parametrize("case", CASES, ids=name)
def test_equal(case):
    statistic, given = by_name(case["statistic"], case["parameters"]), rows(case)
    got = statistic.value(statistic.arrange(given), np.ones(len(given.item)))[0]
    assert got == pytest.approx(case["expected"], rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("case", [c for c in CASES if c["statistic"] == "intraclass_correlation"], ids=name)
def test_textbook_forms_of_intraclass_correlation(case):
    form = {"one-way": "1", "agreement": "2", "consistency": "3"}[case["parameters"]["form"]]
    key = f"ICC({form},{'k' if case['parameters']['mean_of_raters'] else '1'})"
    assert intraclass(case["ratings"])[key].value == pytest.approx(case["expected"], rel=1e-12)


def test_every_program_was_asked():
    asked = Counter(case["program"].split()[0] for case in CASES)
    assert set(asked) == {"krippendorff", "irrCAC", "pingouin", "scikit-survival", "scoringrules", "mapie"}


def test_every_quantity_of_the_general_sector_is_compared():
    """Here, or by name in the tests of tests/conformance, which run against the programs themselves."""
    compared = {case["statistic"] for case in CASES}
    text = "".join(path.read_text() for path in (Path(__file__).parent.parent / "conformance").glob("test_*.py"))
    missing = [d.id for d in definitions().values() if d.statistic not in compared and f'"{d.statistic}"' not in text]
    assert not missing
