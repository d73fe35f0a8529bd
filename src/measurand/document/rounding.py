"""How numbers are printed: rounding by decimal arithmetic (GUM 7.2.6), and the one form in which a result appears."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext

Numeric = Decimal | float | str

_PRECISION = 800
"""Enough digits for the quotient of any two doubles at any place."""


@dataclass(frozen=True)
class Printed:
    """A result as printed. ``symmetric``: the text is ``y ± U (k = ...)``; only then U and k may be stated."""

    text: str
    symmetric: bool


def decimal(x: Numeric) -> Decimal:
    """The decimal number that the shortest text of a double stands for. Raises ValueError unless it is finite."""
    number = x if isinstance(x, Decimal) else Decimal(x if isinstance(x, str) else repr(float(x)))
    if not number.is_finite():
        raise ValueError(f"{x} cannot be printed: it is not a finite number")
    return number


def place(u: Numeric, digits: int = 2) -> int:
    """Exponent of the last of ``digits`` significant digits of ``u`` after rounding. Raises ValueError for zero.

    >>> place("0.027"), place("0.0996"), place("230")
    (-3, -2, 1)
    """
    size = abs(decimal(u))
    if size == 0:
        raise ValueError("a zero uncertainty cannot be printed")
    exponent = size.adjusted() - digits + 1
    return exponent + 1 if at_place(size, exponent).adjusted() > size.adjusted() else exponent


def at_place(x: Numeric, exponent: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """``x`` rounded to a multiple of ``10**exponent``."""
    with localcontext() as context:
        context.prec = _PRECISION
        return decimal(x).quantize(Decimal(1).scaleb(exponent), rounding=rounding)


def significant(x: Numeric, digits: int = 2) -> str:
    """``x`` with ``digits`` significant digits; ``0`` stays ``0``.

    >>> significant("28.05"), significant("0.00036429")  # kHz, GUM 7.2.6
    ('28', '0.00036')
    """
    return "0" if decimal(x) == 0 else plain(at_place(x, place(x, digits)))


def rounded(value: Numeric, u: Numeric) -> str:
    """The value rounded to the place of the second significant digit of its standard uncertainty.

    >>> rounded("10.05762", "0.027")  # ohm, GUM 7.2.6
    '10.058'
    """
    return plain(at_place(value, place(u)))


def plain(x: Decimal) -> str:
    """A decimal number without an exponent and without a negative zero.

    >>> plain(Decimal("-0.00")), plain(Decimal("1.2E+3"))
    ('0.00', '1200')
    """
    return format(abs(x) if x == 0 else x, "f")


def percent(probability: Numeric) -> str:
    """A probability as per cent, with the digits that it was given.

    >>> percent(0.95), percent("0.9545")
    ('95 %', '95.45 %')
    """
    return plain((decimal(probability) * 100).normalize()) + " %"


def printed(
    value: Numeric, u: Numeric, *, interval: tuple[Numeric, Numeric], coverage_probability: Numeric = "0.95",
    unit: str = "1", bounds: tuple[Numeric | None, Numeric | None] = (None, None),
) -> Printed:  # fmt: skip
    """The one form of a result: ``y ± U (k = ...)`` when both half-widths agree in the printed digits.

    Otherwise ``y [lower, upper] (95 %)``. U has two significant digits (in the second form: u has) and the value ends
    at the same place; limits are rounded to the nearest, but never printed outside of the bounds of the measurand.
    Raises ValueError for a number that is not finite, for u <= 0, and for limits that do not enclose the value.

    >>> printed("100.02147", "0.00035", interval=("100.020679", "100.022261"), unit="g").text  # GUM 7.2.4
    '100.02147 ± 0.00079 g (k = 2.26)'
    >>> printed("50.000838", "0.0000317", interval=("50.000745436", "50.000930564"), unit="mm").text  # GUM H.1.7
    '50.000838 ± 0.000093 mm (k = 2.92)'
    >>> printed(1.0, 0.02, interval=(0.9288, 1.0), bounds=(0, 1)).text
    '1.000 [0.929, 1.000] (95 %)'
    """
    y, lower, upper = decimal(value), decimal(interval[0]), decimal(interval[1])
    if decimal(u) <= 0:
        raise ValueError(f"a standard uncertainty of {u} cannot be printed")
    if not lower <= y <= upper:
        raise ValueError(f"the interval [{lower}, {upper}] does not hold the value {y}")
    limits = (None if bounds[0] is None else decimal(bounds[0]), None if bounds[1] is None else decimal(bounds[1]))
    half = max(y - lower, upper - y)
    if half > 0:
        exponent = place(half)
        expanded = at_place(half, exponent)
        best = _inside(y, exponent, limits)
        if at_place(y - lower, exponent) == at_place(upper - y, exponent) and _within(best, expanded, limits):
            k = plain(at_place((upper - lower) / 2 / decimal(u), -2))
            return Printed(_scaled((best, expanded), exponent, "{} ± {}", unit) + f" (k = {k})", symmetric=True)
    exponent = place(u)
    numbers = tuple(_inside(x, exponent, limits) for x in (y, lower, upper))
    text = _scaled(numbers, exponent, "{} [{}, {}]", unit)
    return Printed(f"{text} ({percent(coverage_probability)})", symmetric=False)


def _within(best: Decimal, expanded: Decimal, limits: tuple[Decimal | None, Decimal | None]) -> bool:
    low, high = limits
    return (low is None or best - expanded >= low) and (high is None or best + expanded <= high)


def _inside(x: Decimal, exponent: int, limits: tuple[Decimal | None, Decimal | None]) -> Decimal:
    low, high = limits
    nearest = at_place(x, exponent)
    if low is not None and nearest < low:
        return at_place(low, exponent, ROUND_CEILING)
    if high is not None and nearest > high:
        return at_place(high, exponent, ROUND_FLOOR)
    return nearest


def _scaled(numbers: tuple[Decimal, ...], exponent: int, form: str, unit: str) -> str:
    """Numbers of one place in a form; a common power of ten where plain digits would be mostly zeros."""
    power = 0
    if exponent > 3 or exponent < -9:
        power = max((x.adjusted() for x in numbers if x != 0), default=exponent)
    text = form.format(*(plain(x.scaleb(-power)) for x in numbers))
    if power:
        text = f"({text})e{power}"
    return text if unit in ("", "1") else f"{text} {unit}"
