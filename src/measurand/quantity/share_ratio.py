"""Named intervals for the ratio of two shares: different items (2 x 2 counts) or the same items (pairs)."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log, sqrt

from measurand.errors import RefusedError
from measurand.message import say
from measurand.quantity.restricted import score_of_ratio
from measurand.quantity.score import wilson
from measurand.quantity.student import normal_factor, normal_tail
from measurand.quantity.two_shares import Counts, PairCounts, edge, newcombe_phi

Pair = tuple[float, float]


def katz(c: Counts, *, level: float) -> Pair:
    """``log r -+ z sqrt(1/x1 - 1/n1 + 1/x2 - 1/n2)`` mapped back (Katz et al. 1978). Raises RefusedError at 0."""
    if c.x1 <= 0.0 or c.x2 <= 0.0:
        raise RefusedError(say("comparison.zero_log"))
    ratio = (c.x1 / c.n1) / (c.x2 / c.n2)
    return _log_limits(ratio, sqrt(1.0 / c.x1 - 1.0 / c.n1 + 1.0 / c.x2 - 1.0 / c.n2), level)


def koopman(c: Counts, *, level: float) -> Pair:
    """Score limits of the ratio (Koopman 1984); the upper one is infinite without events in the second group.

    >>> [round(v, 2) for v in koopman(Counts(36, 40, 16, 80), level=0.95)]  # Koopman (1984), example
    [2.94, 7.15]
    """
    return _score_limits(c, level, 1.0)


def miettinen_nurminen_ratio(c: Counts, *, level: float) -> Pair:
    """The same with the variance factor N/(N - 1) (Miettinen & Nurminen 1985)."""
    return _score_limits(c, level, (c.n1 + c.n2) / (c.n1 + c.n2 - 1.0))


def _score_limits(c: Counts, level: float, factor: float) -> Pair:
    bound = factor * _z(level) ** 2

    def inside(theta: float) -> bool:
        return float(score_of_ratio(c.x1, c.n1, c.x2, c.n2, theta)) ** 2 <= bound

    return _on_ratio(inside, c.x1 / c.n1, c.x2 / c.n2)


def newcombe_ratio(c: Counts, *, level: float) -> Pair:
    """Wilson limits of both shares composed for the ratio (Donner & Zou 2012)."""
    return _composed((c.x1, c.n1), (c.x2, c.n2), 0.0, level)


def newcombe_paired_ratio(c: PairCounts, *, level: float) -> Pair:
    """The same for pairs with continuity-corrected phi (Tang, Li & Tang 2010; Newcombe 1998, method 10).

    >>> [round(v, 3) for v in newcombe_paired_ratio(PairCounts(1, 1, 7, 12), level=0.95)]  # R ratesci, MOVER-NW
    [0.066, 0.905]
    """
    first, second = c.both + c.only_first, c.both + c.only_second
    return _composed((first, c.n), (second, c.n), newcombe_phi(c, c.n / 2.0), level)


def _composed(first: Pair, second: Pair, phi: float, level: float) -> Pair:
    p, q = first[0] / first[1], second[0] / second[1]
    (l1, u1), (l2, u2) = wilson(*first, level=level), wilson(*second, level=level)
    l1, l2 = max(l1, 0.0), max(l2, 0.0)
    return _end(p, l1, q, u2, phi, 1.0), _end(p, u1, q, l2, phi, -1.0) if q > 0.0 else inf


def _end(p: float, of_p: float, q: float, of_q: float, phi: float, sign: float) -> float:
    """Root of ``(p - t q)^2 = (p - l)^2 + t^2 (q - u)^2 - 2 phi t (p - l)(u - q)`` in t, the smaller for sign 1."""
    product = p * q - (p - of_p) * (of_q - q) * phi
    top, bottom = of_p * (2.0 * p - of_p), of_q * (2.0 * q - of_q)
    root = sqrt(max(product * product - top * bottom, 0.0))
    if sign > 0.0:
        return top / (product + root) if product + root > 0.0 else 0.0
    return (product + root) / bottom if bottom > 0.0 else inf


def tang(c: PairCounts, *, level: float) -> Pair:
    """Score limits of the ratio of paired shares (Tang, Tang & Chan 2003; Nam & Blackwelder 2002).

    ``(x1 - theta x2)^2 <= z^2 ((1 + theta) n q + (theta - 1)(n - d))`` with the share q of items that only the second
    gets right, of largest likelihood under the ratio; x1, x2 the events of each, d the items with neither.

    >>> [round(v, 3) for v in tang(PairCounts(1, 1, 7, 12), level=0.95)]  # Fagerland, Lydersen & Laake (2014)
    [0.065, 0.907]
    """
    bound = _z(level) ** 2
    first, second = c.both + c.only_first, c.both + c.only_second
    return _on_ratio(lambda theta: score_of_paired_ratio(c, theta) ** 2 <= bound, first / c.n, second / c.n)


def score_of_paired_ratio(c: PairCounts, theta: float) -> float:
    """Excess of the first over ``theta`` times the second, in standard deviations under that ratio."""
    first, second = c.both + c.only_first, c.both + c.only_second
    any_event = c.both + c.only_first + c.only_second
    a = c.n * (1.0 + theta)
    b = second * theta * theta - (first + 2.0 * c.only_second)
    e = c.only_second * (1.0 - theta) * any_event / c.n
    q = (sqrt(max(b * b - 4.0 * a * e, 0.0)) - b) / (2.0 * a)
    variance = c.n * (1.0 + theta) * q + any_event * (theta - 1.0)
    excess = first - theta * second
    if variance <= 1e-12 * max(any_event * (1.0 + theta), 1.0):
        return 0.0 if abs(excess) <= 1e-12 * c.n else (inf if excess > 0.0 else -inf)
    return excess / sqrt(variance)


def bonett_price_ratio(c: PairCounts, *, level: float) -> Pair:
    """Ratio of Wilson limits at a level that gives the variance of the paired ratio (Bonett & Price 2006).

    Raises RefusedError without any event.

    >>> [round(v, 3) for v in bonett_price_ratio(PairCounts(1, 1, 7, 12), level=0.95)]  # Fagerland et al. (2014)
    [0.068, 0.923]
    """
    first, second = c.both + c.only_first, c.both + c.only_second
    n = c.both + c.only_first + c.only_second
    if n <= 0.0:
        raise RefusedError(say("comparison.no_ratio"))
    p, q = (first + 1.0) / (n + 2.0), (second + 1.0) / (n + 2.0)
    joint = sqrt((c.only_first + c.only_second + 2.0) / ((first + 1.0) * (second + 1.0)))
    apart = sqrt((1.0 - p) / (first + 1.0)) + sqrt((1.0 - q) / (second + 1.0))
    each = 1.0 - 2.0 * float(normal_tail(joint / apart * _z(level)))
    (l1, u1), (l2, u2) = wilson(first, n, level=each), wilson(second, n, level=each)
    return max(l1, 0.0) / u2, u1 / l2 if l2 > 0.0 else inf


def wald_paired_ratio(c: PairCounts, *, level: float) -> Pair:
    """``log r -+ z sqrt((b + c) / (x1 x2))`` mapped back (Desu & Raghavarao 2004). Raises RefusedError at 0 events."""
    first, second = c.both + c.only_first, c.both + c.only_second
    if first <= 0.0 or second <= 0.0:
        raise RefusedError(say("comparison.zero_log"))
    return _log_limits(first / second, sqrt((c.only_first + c.only_second) / (first * second)), level)


def _log_limits(ratio: float, deviation: float, level: float) -> Pair:
    step = _z(level) * deviation
    return exp(log(ratio) - step), exp(log(ratio) + step)


def _on_ratio(inside: Callable[[float], bool], p1: float, p2: float) -> Pair:
    """Limits of a ratio from 0 to infinity, searched on ``theta / (1 + theta)``."""
    start = p1 / (p1 + p2) if p1 + p2 > 0.0 else 0.5

    def accepted(t: float) -> bool:
        return inside(t / (1.0 - t)) if t < 1.0 else p2 <= 0.0

    lower = 0.0 if p1 <= 0.0 else edge(accepted, start, 0.0)
    upper = 1.0 if p2 <= 0.0 else edge(accepted, start, 1.0)
    return lower / (1.0 - lower), upper / (1.0 - upper) if upper < 1.0 else inf


def _z(level: float) -> float:
    return float(normal_factor((1.0 - level) / 2.0))
