"""Numbers as texts write them: by hand, on texts that another harness graded, and where nobody can be sure."""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path

import pytest

from measurand.instrument.scoring.number import Number
from measurand.instrument.scoring.numeral import numerals

TEXTS = Path(__file__).parent.parent / "cases" / "gsm8k_texts.jsonl"
"""Whole answers of two models to GSM8K items with the grades of EvalScope (Apache-2.0; modelscope/evalscope, commit
fde259d2a32ab8a4cdb3af44dc8b18f504f1e277, examples/viz). All 20 are graded right: wrong ones are in test_scoring.py."""


def test_the_grades_of_another_harness() -> None:
    rows = [json.loads(line) for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    assert [Number().score(row["text"], row["target"]).value for row in rows] == [f"{row['acc']:.0f}" for row in rows]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$\\boxed{72}$", "72"), ("\\boxed{\\frac{3}{4}}", "3/4"), ("$\\dfrac12$", "1/2"), ("-\\frac{1}{2}", "-1/2"),
        ("\\frac{-1}{2}", "-1/2"), ("3\\frac{1}{2}", "7/2"), ("3 1/2 cups", "7/2"),
        ("3\u00bd", "7/2"), ("-\u00bd", "-1/2"),
        ("1{,}234", "1234"), ("1\\,234", "1234"), ("1,\\!234", "1234"), ("1\u00a0234", "1234"), ("25\\%", "25"),
        ("1.2 \\times 10^3", "1200"), ("$1.2\\cdot10^{-3}$", "3/2500"), ("1.2 \u00d7 10\u00b3", "1200"),
        ("10^{6}", "1000000"),
        ("72km", "72"), ("20m^2", "20"), ("20 m\u00b2", "20"), ("\\text{72 km}", "72"), ("90^\\circ", "90"),
        ("25\u00b0C", "25"),
        ("- 72 km", "72"), ("x = - 3", "-3"), ("\u20133", "-3"), ("-$5", "-5"), ("$-5", "-5"),
        ("_72_", "72"), ("...42", "42"),
        ("\u7b54\u6848\u662f42\u4e2a", "42"),
    ],
)  # fmt: skip
def test_one_number(text: str, value: str) -> None:
    assert [one.value for one in numerals(text)] == [Fraction(value)]


@pytest.mark.parametrize(
    "text",
    ["12:30", "1 234 567", "1,2,3", "1.234.567", "3,5", "2^10", "2b", "$5m", "$1.2B", "3\u4e07", "1_000", "2024-01-05",
     "1/2/2024", "\\sqrt{2}", "\\frac{\\pi}{4}", "2\\pi", "1/0", "1e5000", "7" * 5000, "20 48/2"],
)  # fmt: skip
def test_what_nobody_can_be_sure_of_is_not_scored(text: str) -> None:
    """An earlier number of the text is not taken instead of it."""
    assert [one.value for one in numerals(text)] == [None]
    assert Number().score(f"7 of {text}", "7").value == ""


@pytest.mark.parametrize("text", ["v2", "x_1", "x_{1}", "the 3rd", "x^2", "m^{-2}", "seventy", ""])
def test_no_number(text: str) -> None:
    assert list(numerals(text)) == []


@pytest.mark.parametrize("part", ["9", "1/", "1,", "123 ", "\\frac{", "\\sqrt", "^{", "10 ^ ", "$-", "= ", "1 1/"])
def test_long_texts_take_time_in_proportion(part: str) -> None:
    began = time.monotonic()
    sum(1 for _ in numerals(part * (200_000 // len(part))))
    assert time.monotonic() - began < 5  # a second or less; a quadratic search takes hours
