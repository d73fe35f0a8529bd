"""Amounts and labels: what is written, exact conversion, one class for equal cells."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.document.amount import convert, parse_amount
from measurand.document.identifier import identifier
from measurand.document.label import label
from measurand.document.loading import WrittenFloat


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("90 %", "1", "0.9"), ("0.3 %", "1", "0.003"), ("2 px", "px", "2"), ("200 ms", "s", "0.2"),
        ("1.5 km", "m", "1500"),
        ("0.07 %", "1", "0.0007"), (0.07, "%", "0.07"), ("5 percentage points", "1", "0.05"),
        ("3 apples", "apples", "3"),
        ("1e-3 m", "mm", "1"),
    ],
)  # fmt: skip
def test_conversion_is_exact(written: str | float, unit: str, value: str) -> None:
    amount = parse_amount(written)
    assert amount is not None
    converted = convert(amount, unit)
    assert converted is not None
    assert (converted.value, converted.unit) == (value, unit)


@pytest.mark.parametrize(
    "written", ["", "px", "0,9", "1,000", "--1", "1 2", "nan", "inf", float("nan"), float("inf"), True, 10**400]
)
def test_no_amount(written: str | float) -> None:
    assert parse_amount(written) is None


def test_not_comparable() -> None:
    amount = parse_amount("2 px")
    assert amount is not None
    assert convert(amount, "m") is None


def test_what_was_written_is_kept() -> None:
    amount = parse_amount(WrittenFloat("0.90"))
    assert amount is not None
    assert (amount.text, amount.value) == ("0.90", "0.9")


@given(st.decimals(-1000, 1000, places=4))
def test_per_cent_is_a_hundredth(x: Decimal) -> None:
    amount = parse_amount(f"{x} %")
    assert amount is not None
    converted = convert(amount, "1")
    assert converted is not None
    assert float(converted.value) == float(x / 100)


@pytest.mark.parametrize(
    ("cells", "name"),
    [(("1", "1.0", 1, 1.0, " 1 ", "+1", "1.000"), "1"), (("0", "-0", "0.0", -0.0), "0"),
     (("true", "True", True, "TRUE"), "true"),
     (("-2.50", -2.5), "-2.5"), (("007",), "007"), (("1e3",), "1e3"), (("nan",), "nan")],
)  # fmt: skip
def test_equal_cells_are_one_class(cells: tuple[object, ...], name: str) -> None:
    assert {label(cell) for cell in cells} == {name}


@given(st.text(max_size=12))
def test_label_and_identifier_are_settled(text: str) -> None:
    assert label(label(text)) == label(text)
    assert identifier(identifier(text)) == identifier(text)
