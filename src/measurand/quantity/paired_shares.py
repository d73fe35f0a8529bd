"""Tests of two shares of the same items: McNemar's, by the items on which the two differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt

from measurand.quantity.student import normal_tail
from measurand.quantity.two_shares import PairCounts


def chi_square(c: PairCounts, *, continuity: float = 0.0) -> float:
    """``(|b - c| - continuity)^2 / (b + c)`` with the discordant counts; 0 without any (McNemar 1947).

    ``continuity`` 1 is Edwards' (1948) correction, as in R.
    """
    b, e = c.only_first, c.only_second
    return max(abs(b - e) - continuity, 0.0) ** 2 / (b + e) if b + e > 0.0 else 0.0


def asymptotic(c: PairCounts) -> float:
    """p-value of the chi-square without correction (one degree of freedom)."""
    return 2.0 * float(normal_tail(sqrt(chi_square(c))))


def corrected(c: PairCounts) -> float:
    """p-value of the chi-square with continuity correction."""
    return 2.0 * float(normal_tail(sqrt(chi_square(c, continuity=1.0))))


def exact(c: PairCounts) -> float:
    """Two-sided binomial p-value of the discordant items, the smaller tail doubled; never too small.

    >>> round(exact(PairCounts(1, 1, 7, 12)), 3)  # Fagerland, Lydersen & Laake (2013), airway example
    0.07
    """
    tail, _ = _tail(c)
    return min(1.0, 2.0 * tail)


def mid_p(c: PairCounts) -> float:
    """The same with half of the probability of the table seen; close to its nominal level (Fagerland et al. 2013).

    >>> round(mid_p(PairCounts(1, 1, 7, 12)), 3)  # the same example
    0.039
    """
    tail, seen = _tail(c)
    return min(1.0, 2.0 * tail - seen)


def _tail(c: PairCounts) -> tuple[float, float]:
    """``P(X <= min(b, c))`` and ``P(X = min(b, c))`` of a fair coin thrown ``b + c`` times."""
    from scipy.special import bdtr

    n, least = c.only_first + c.only_second, min(c.only_first, c.only_second)
    if n <= 0.0:
        return 1.0, 1.0
    tail = float(bdtr(least, int(n), 0.5))
    return tail, tail - (float(bdtr(least - 1.0, int(n), 0.5)) if least > 0.0 else 0.0)


TESTS: Mapping[str, Callable[[PairCounts], float]] = {
    "mid-p": mid_p,
    "exact": exact,
    "mcnemar": asymptotic,
    "mcnemar-corrected": corrected,
}
"""``f(PairCounts)``: two-sided p-value that both shares are equal."""
