"""The one form in which a result is printed, by decimal arithmetic."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

Bounds = tuple[Decimal | None, Decimal | None]


def printed(result: dict[str, Any]) -> tuple[str, bool]:
    """The text, and whether it is ``y ± U (k = ...)``. The standard uncertainty must be positive."""
    with localcontext() as context:
        context.prec = 800
        return _printed(result)


def _printed(result: dict[str, Any]) -> tuple[str, bool]:
    y, lower, upper, u = (Decimal(result[name]) for name in ("value", "lower", "upper", "u"))
    low, high = (None if b is None else Decimal(b) for b in result["bounds"])
    half = max(y - lower, upper - y)
    if half > 0:
        place = _place(half)
        best, expanded = _inside(y, place, (low, high)), _at(half, place)
        within = (low is None or best - expanded >= low) and (high is None or best + expanded <= high)
        if within and _at(y - lower, place) == _at(upper - y, place):
            k = _plain(_at((upper - lower) / 2 / u, -2))
            return _scaled([best, expanded], place, "{} ± {}", result["unit"]) + f" (k = {k})", True
    place = _place(u)
    text = _scaled([_inside(x, place, (low, high)) for x in (y, lower, upper)], place, "{} [{}, {}]", result["unit"])
    level = _plain((Decimal(result["coverage_probability"]) * 100).normalize())
    return f"{text} ({level} %)", False


def _place(size: Decimal) -> int:
    """Exponent of the second significant digit after rounding."""
    exponent = size.adjusted() - 1
    return exponent + 1 if _at(size, exponent).adjusted() > size.adjusted() else exponent


def _at(x: Decimal, exponent: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    return x.quantize(Decimal(1).scaleb(exponent), rounding=rounding)


def _inside(x: Decimal, place: int, bounds: Bounds) -> Decimal:
    low, high = bounds
    nearest = _at(x, place)
    if low is not None and nearest < low:
        return _at(low, place, ROUND_CEILING)
    return _at(high, place, ROUND_FLOOR) if high is not None and nearest > high else nearest


def _plain(x: Decimal) -> str:
    return format(abs(x) if x == 0 else x, "f")


def _scaled(numbers: list[Decimal], place: int, form: str, unit: str) -> str:
    power = 0
    if place > 3 or place < -9:
        power = max((x.adjusted() for x in numbers if x != 0), default=place)
    text = form.format(*(_plain(x.scaleb(-power)) for x in numbers))
    text = f"({text})e{power}" if power else text
    return text if unit in ("", "1") else f"{text} {unit}"
