"""Amounts: a number as it was written, with its unit, and exact conversion by decimal arithmetic."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from measurand.document.canonical import Document
from measurand.document.number import Number, number

_AMOUNT = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*([^\W\d_][^,;]{0,40}?|[%‰])?\s*\Z")

_SCALES: dict[str, tuple[str, str]] = {
    "1": ("1", "1"), "%": ("1", "0.01"), "‰": ("1", "0.001"), "ppm": ("1", "0.000001"),
    "percentage point": ("1", "0.01"), "percentage points": ("1", "0.01"),
    "s": ("s", "1"), "ms": ("s", "0.001"), "us": ("s", "0.000001"), "µs": ("s", "0.000001"), "ns": ("s", "0.000000001"),
    "min": ("s", "60"), "h": ("s", "3600"), "d": ("s", "86400"),
    "m": ("m", "1"), "mm": ("m", "0.001"), "cm": ("m", "0.01"), "km": ("m", "1000"), "um": ("m", "0.000001"),
    "µm": ("m", "0.000001"), "nm": ("m", "0.000000001"),
    "kg": ("kg", "1"), "g": ("kg", "0.001"), "mg": ("kg", "0.000001"),
    "px": ("px", "1"), "rad": ("rad", "1"), "mrad": ("rad", "0.001"),
    "token": ("token", "1"), "tokens": ("token", "1"),
}  # fmt: skip
"""Unit -> (unit that it is a multiple of, factor). A unit that is not here is only equal to itself."""


class Amount(Document):
    """A number with a unit. ``text`` is what was written; ``value`` is the number in ``unit``.

    ``unit`` is ``""`` for a plain number whose unit is the measurand's and is not resolved yet.
    """

    text: str
    value: Number
    unit: str = ""


def parse_amount(written: str | int | float) -> Amount | None:
    """The amount that a TOML value stands for; None when it is not one (no leading number, or not finite).

    >>> parse_amount("90 %")
    Amount(text='90 %', value='90', unit='%')
    >>> parse_amount(0.9).value, parse_amount("px 2")
    ('0.9', None)
    """
    if isinstance(written, bool):
        return None
    if isinstance(written, int | float):
        try:
            value = number(written)
        except (ValueError, OverflowError):
            return None
        return None if value == "infinite" else Amount(text=getattr(written, "text", value), value=value)
    match = _AMOUNT.match(written)
    if not match:
        return None
    try:
        value = number(float(Decimal(match[1])))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return None if value == "infinite" else Amount(text=written.strip(), value=value, unit=match[2] or "")


def convert(amount: Amount, unit: str) -> Amount | None:
    """The amount in another unit, by decimal arithmetic; None when the units are not comparable.

    >>> convert(Amount(text="90 %", value="90", unit="%"), "1")
    Amount(text='90 %', value='0.9', unit='1')
    >>> convert(Amount(text="2 px", value="2", unit="px"), "m")
    """
    if amount.unit in ("", unit):
        return amount.model_copy(update={"unit": unit})
    here, there = _SCALES.get(amount.unit), _SCALES.get(unit)
    if here is None or there is None or here[0] != there[0]:
        return None
    value = Decimal(amount.value) * Decimal(here[1]) / Decimal(there[1])
    return amount.model_copy(update={"value": number(float(value)), "unit": unit})


def known_unit(unit: str) -> bool:
    """Whether amounts in this unit can be converted."""
    return unit in _SCALES
