"""Printing of results: GUM 7.2.6 and its examples, and laws of the printed form."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.document.rounding import at_place, percent, place, printed, rounded, significant


@pytest.mark.parametrize(
    ("value", "u", "expected"),
    [
        ("10.05762", "0.027", "10.058"),  # GUM 7.2.6, ohm
        ("50.000838", "0.0000317", "50.000838"),  # GUM H.1.7, mm
        ("127.732", "0.0707", "127.732"),  # GUM H.2.4, R in ohm: 127.732, u = 0.071
        ("219.847", "0.2956", "219.85"),  # GUM H.2.4, X in ohm; two digits of u = 0.30
        ("0", "0.0123", "0.000"),
        ("-0.0001", "0.012", "0.000"),
        ("12345", "4600", "12300"),
    ],
)
def test_value_ends_at_the_place_of_u(value: str, u: str, expected: str) -> None:
    assert rounded(value, u) == expected


@pytest.mark.parametrize(
    ("value", "u", "interval", "unit", "bounds", "text"),
    [
        # GUM 7.2.4: m = (100.021 47 +- 0.000 79) g, k = 2.26
        ("100.02147", "0.00035", ("100.020679", "100.022261"), "g", (None, None), "100.02147 ± 0.00079 g (k = 2.26)"),
        ("0.5", "0.01", ("0.48", "0.52"), "1", ("0", "1"), "0.500 ± 0.020 (k = 2.00)"),
        # the rounded y + U would leave the bounds: the interval is printed
        ("0.97651", "0.012", ("0.953", "1.0"), "1", ("0", "1"), "0.977 [0.953, 1.000] (95 %)"),
        ("0", "0.004", ("0", "0.0123"), "1", ("0", "1"), "0.0000 [0.0000, 0.0123] (95 %)"),
        ("0.3333", "0.1", ("0.1", "0.3333"), "1", ("0", "0.3333"), "0.33 [0.10, 0.33] (95 %)"),
        ("1.5e-12", "2e-14", ("1.46e-12", "1.54e-12"), "1", (None, None), "(1.500 ± 0.040)e-12 (k = 2.00)"),
        ("6.02e23", "1e21", ("6.0e23", "6.04e23"), "1", (None, None), "(6.020 ± 0.020)e23 (k = 2.00)"),
    ],
)
def test_printed_form(*, value: str, u: str, interval: tuple[str, str], unit: str, bounds: tuple, text: str) -> None:
    assert printed(value, u, interval=interval, unit=unit, bounds=bounds).text == text


@pytest.mark.parametrize(
    ("value", "u", "interval"), [(1.0, 0.0, (0.9, 1.1)), (1.0, 0.1, (1.2, 1.3)), (float("nan"), 1, (0, 1))]
)
def test_refused(value: float, u: float, interval: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"cannot be printed|does not hold"):
        printed(value, u, interval=interval)


def test_small_pieces() -> None:
    assert (percent("0.99"), significant("0.000996"), significant(0.0), place("9.96")) == ("99 %", "0.0010", "0", 0)
    assert at_place("2.5", 0) == Decimal(2)  # half-even
    assert at_place("3.5", 0) == Decimal(4)


shares = st.floats(0, 1, allow_nan=False)


@given(y=shares, a=shares, b=shares, u=st.floats(1e-9, 0.5))
def test_no_limit_is_printed_outside_of_the_bounds(y: float, a: float, b: float, u: float) -> None:
    lower, upper = min(y, a), max(y, b)
    shown = printed(y, u, interval=(lower, upper), bounds=(0, 1))
    text = shown.text
    scale = Decimal(1)
    if found := re.match(r"\((.*)\)e(-?\d+)(.*)", text):
        text, scale = found[1] + found[3], Decimal(10) ** int(found[2])
    digits = [Decimal(x) * scale for x in re.findall(r"-?\d+(?:\.\d+)?", text.split(" (")[0])]
    if shown.symmetric:
        value, expanded = digits
        assert expanded > 0
        assert value - expanded >= 0
        assert value + expanded <= 1
    else:
        assert all(0 <= x <= 1 for x in digits)
