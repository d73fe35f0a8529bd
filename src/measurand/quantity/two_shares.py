"""Named intervals for the difference of two shares: different items (2 x 2 counts) or the same items (pairs)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from measurand.quantity.restricted import score_of_difference
from measurand.quantity.score import wilson
from measurand.quantity.student import normal_factor

Pair = tuple[float, float]


@dataclass(frozen=True)
class Counts:
    """Events and trials of two systems on different items."""

    x1: float
    n1: float
    x2: float
    n2: float


@dataclass(frozen=True)
class PairCounts:
    """The four outcomes of two systems on the same items."""

    both: float
    only_first: float
    only_second: float
    neither: float

    @property
    def n(self) -> float:
        """Number of items."""
        return self.both + self.only_first + self.only_second + self.neither


def wald_difference(c: Counts, *, level: float) -> Pair:
    """``d -+ z sqrt(p1 q1 / n1 + p2 q2 / n2)``."""
    p, q = c.x1 / c.n1, c.x2 / c.n2
    deviation = _z(level) * sqrt(p * (1.0 - p) / c.n1 + q * (1.0 - q) / c.n2)
    return p - q - deviation, p - q + deviation


def newcombe(c: Counts, *, level: float) -> Pair:
    """Square-and-add of Wilson limits (Newcombe 1998, independent samples, method 10)."""
    return _square_and_add((c.x1, c.n1), (c.x2, c.n2), 0.0, level)


def miettinen_nurminen(c: Counts, *, level: float) -> Pair:
    """Score limits with the variance factor N/(N - 1) (Miettinen & Nurminen 1985)."""
    return _score_limits(c, level, (c.n1 + c.n2) / (c.n1 + c.n2 - 1.0))


def mee(c: Counts, *, level: float) -> Pair:
    """Score limits without that factor (Mee 1984)."""
    return _score_limits(c, level, 1.0)


def _score_limits(c: Counts, level: float, factor: float) -> Pair:
    d, z2 = c.x1 / c.n1 - c.x2 / c.n2, _z(level) ** 2

    def inside(delta: float) -> bool:
        return float(score_of_difference(c.x1, c.n1, c.x2, c.n2, delta)) ** 2 <= z2 * factor

    return edge(inside, d, -1.0), edge(inside, d, 1.0)


def wald_paired(c: PairCounts, *, level: float) -> Pair:
    """``d -+ z sqrt(b + c - (b - c)^2 / n) / n`` with the discordant counts b and c."""
    d = (c.only_first - c.only_second) / c.n
    deviation = _z(level) * sqrt(c.only_first + c.only_second - c.n * d * d) / c.n
    return d - deviation, d + deviation


def newcombe_paired(c: PairCounts, *, level: float) -> Pair:
    """Square-and-add of Wilson limits with continuity-corrected phi (Newcombe 1998, paired, method 10)."""
    return _paired(c, level, c.n / 2.0)


def newcombe_paired_uncorrected(c: PairCounts, *, level: float) -> Pair:
    """The same with plain phi (Newcombe 1998, paired, method 8)."""
    return _paired(c, level, 0.0)


def _paired(c: PairCounts, level: float, correction: float) -> Pair:
    first, second = c.both + c.only_first, c.both + c.only_second
    return _square_and_add((first, c.n), (second, c.n), newcombe_phi(c, correction), level)


def newcombe_phi(c: PairCounts, correction: float) -> float:
    """Correlation of both results, its excess of concordant pairs lowered by ``correction`` where it is positive."""
    first, second = c.both + c.only_first, c.both + c.only_second
    product = first * (c.n - first) * second * (c.n - second)
    excess = c.both * c.neither - c.only_first * c.only_second
    if excess > 0.0:
        excess = max(excess - correction, 0.0)
    return excess / sqrt(product) if product > 0.0 else 0.0


def tango(c: PairCounts, *, level: float) -> Pair:
    """Score limits for pairs (Tango 1998)."""
    n, b, e = c.n, c.only_first, c.only_second
    d, z2 = (b - e) / n, _z(level) ** 2

    def inside(delta: float) -> bool:
        linear = (2.0 * n - b + e) * delta - b - e
        constant = -e * delta * (1.0 - delta)
        q = (sqrt(max(linear**2 - 8.0 * n * constant, 0.0)) - linear) / (4.0 * n)
        return (b - e - n * delta) ** 2 <= z2 * max(n * (2.0 * q + delta * (1.0 - delta)), 0.0)

    return edge(inside, d, -1.0), edge(inside, d, 1.0)


def bonett_price(c: PairCounts, *, level: float) -> Pair:
    """Wald's form after adding one item to each discordant cell, cut to [-1, 1] (Bonett & Price 2012)."""
    p, q = (c.only_first + 1.0) / (c.n + 2.0), (c.only_second + 1.0) / (c.n + 2.0)
    d = p - q
    deviation = _z(level) * sqrt((p + q - d * d) / (c.n + 2.0))
    return max(d - deviation, -1.0), min(d + deviation, 1.0)


def _square_and_add(first: Pair, second: Pair, phi: float, level: float) -> Pair:
    p, q = first[0] / first[1], second[0] / second[1]
    (l1, u1), (l2, u2) = wilson(*first, level=level), wilson(*second, level=level)
    down = (p - l1) ** 2 + (u2 - q) ** 2 - 2.0 * phi * (p - l1) * (u2 - q)
    up = (u1 - p) ** 2 + (q - l2) ** 2 - 2.0 * phi * (u1 - p) * (q - l2)
    return p - q - sqrt(max(down, 0.0)), p - q + sqrt(max(up, 0.0))


def edge(inside: Callable[[float], bool], start: float, end: float) -> float:
    """The farthest value from ``start`` towards ``end`` that is inside, by bisection."""
    if inside(end):
        return end
    for _ in range(80):
        middle = 0.5 * (start + end)
        start, end = (middle, end) if inside(middle) else (start, middle)
    return start


def _z(level: float) -> float:
    return float(normal_factor((1.0 - level) / 2.0))
