"""Linear scales with round tick marks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from measurand.export.plain import MINUS


@dataclass(frozen=True)
class Scale:
    """Maps ``low .. high`` of the data onto ``left .. right`` of the picture."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, x: float) -> float:
        """Position of a value."""
        return self.left + (x - self.low) / (self.high - self.low) * (self.right - self.left)


def around(
    values: list[float], *, left: float, right: float, bounds: tuple[float, float], margin: float = 0.07
) -> Scale:
    """A scale that holds all values with a margin, and runs past the bounds of the quantity by a hair at most."""
    low, high = min(values), max(values)
    span = high - low or abs(high) * 0.1 or 1.0
    lowest, highest = low - margin * span, high + margin * span
    hair = 0.02 * span
    if low >= bounds[0]:
        lowest = max(lowest, bounds[0] - hair)
    if high <= bounds[1]:
        highest = min(highest, bounds[1] + hair)
    return Scale(low=lowest, high=highest, left=left, right=right)


def ticks(scale: Scale, count: int = 7) -> tuple[tuple[float, str], ...]:
    """Round values with their texts, at most about ``count`` of them: steps of 1, 2 or 5 times a power of ten.

    >>> [text for _, text in ticks(Scale(0.883, 0.991, 0.0, 1.0))]
    ['0.90', '0.92', '0.94', '0.96', '0.98']
    >>> [text for _, text in ticks(Scale(0.0, 5e-9, 0.0, 1.0), 5)]
    ['0', '1e−9', '2e−9', '3e−9', '4e−9', '5e−9']
    """
    raw = (scale.high - scale.low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1.0, 2.0, 5.0, 10.0) if s * power >= raw * (1 - 1e-9))
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    largest = max(abs(scale.low), abs(scale.high))
    digits = (
        None if 1e-4 <= largest < 1e7 else max(0, math.floor(math.log10(largest)) + math.floor(-math.log10(step)) + 1)
    )
    return tuple((i * step, _text(i * step, places, digits)) for i in range(first, last + 1))


def _text(x: float, places: int, digits: int | None) -> str:
    """Fixed decimals, or with so many digits and a power of ten."""
    if digits is None:
        return f"{x:.{places}f}".replace("-", MINUS)
    if x == 0:
        return "0"
    head, tail = f"{x:.{digits}e}".split("e")
    head = head.rstrip("0").rstrip(".") if "." in head else head
    return f"{head}e{int(tail)}".replace("-", MINUS)
