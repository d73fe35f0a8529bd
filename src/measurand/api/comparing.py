"""Comparing from counts or values in Python: two proportions, pairs, means, several p-values, a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from measurand.api.result import Stating
from measurand.document.rounding import at_place, place, plain, significant
from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity import exact_shares, paired_shares, share_ratio, textbook, two_means
from measurand.quantity.line import Line, line
from measurand.quantity.multiplicity import adjusted
from measurand.quantity.randomness import generator
from measurand.quantity.restricted import score_of_difference, score_of_ratio
from measurand.quantity.sign_flip import SignFlip
from measurand.quantity.sign_flip import sign_flip as flipped
from measurand.quantity.student import normal_tail
from measurand.quantity.two_by_two import RATIO as LIKELIHOOD_RATIO
from measurand.quantity.two_by_two import Derived, Table
from measurand.quantity.two_by_two import two_by_two as derived
from measurand.quantity.two_shares import Counts, PairCounts

T = TypeVar("T")
Pair = tuple[float, float]
Rule = Callable[..., Pair]

DIFFERENCE: Mapping[str, Rule] = {
    **textbook.DIFFERENCE,
    "chan-zhang": exact_shares.chan_zhang,
    "agresti-min": exact_shares.agresti_min,
}
RATIO: Mapping[str, Rule] = {
    "miettinen-nurminen": share_ratio.miettinen_nurminen_ratio,
    "koopman": share_ratio.koopman,
    "newcombe": share_ratio.newcombe_ratio,
    "katz": share_ratio.katz,
    "chan-zhang": exact_shares.chan_zhang_ratio,
    "agresti-min": exact_shares.agresti_min_ratio,
}
PAIRED_DIFFERENCE: Mapping[str, Rule] = textbook.PAIRED
PAIRED_RATIO: Mapping[str, Rule] = {
    "tang": share_ratio.tang,
    "newcombe": share_ratio.newcombe_paired_ratio,
    "bonett-price": share_ratio.bonett_price_ratio,
    "wald": share_ratio.wald_paired_ratio,
}
EXACT = ("chan-zhang", "agresti-min")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Stating):
    """A difference or ratio with its coverage interval and the p-value that there is none."""

    value: float
    interval: Pair
    method: str
    """Name of the rule of the interval."""
    p: float
    """Two-sided p-value of the null value: no difference 0, no ratio 1, unless another was stated."""
    test: str
    """Name of the test that gave ``p``."""
    level: float = 0.95

    @property
    def text(self) -> str:  # type: ignore[override]
        """Value with its interval, as printed."""
        lower, upper = self.interval
        if not (isfinite(self.value) and isfinite(lower) and isfinite(upper) and upper > lower):
            return f"{self.value:.3g} [{lower:.3g}, {upper:.3g}] ({100.0 * self.level:g} %)"
        last = place((upper - lower) / 4.0)
        value, low, high = (plain(at_place(v, last)) for v in (self.value, lower, upper))
        return f"{value} [{low}, {high}] ({100.0 * self.level:g} %)"

    def __repr__(self) -> str:
        return f"{self.text}, {self.method}; p = {self.p:.2g} ({self.test})"


def difference_of_proportions(
    x1: float, n1: float, x2: float, n2: float, *, method: str = "miettinen-nurminen", null: float = 0.0,
    level: float = 0.95,
) -> Comparison:  # fmt: skip
    """``x1/n1 - x2/n2`` of different items, with limits by ``method`` and the p-value of the difference ``null``.

    Methods: ``miettinen-nurminen``, ``newcombe``, ``mee``, ``wald``, and exact ``chan-zhang``, ``agresti-min`` (whose
    p-value is exact too). The p-value of the others is that of the score test, with the variance factor N/(N - 1)
    except for ``mee``, whose p-value is Pearson's chi-square. Raises DesignError for impossible counts.

    >>> difference_of_proportions(56, 70, 48, 80, method="newcombe")  # Newcombe (1998), Table II: 0.0524, 0.3339
    0.200 [0.052, 0.334] (95 %), newcombe; p = 0.0083 (score, N/(N - 1))
    """
    c, rule = _counts(x1, n1, x2, n2, level), _named(DIFFERENCE, method)
    z = score_of_difference(c.x1, c.n1, c.x2, c.n2, null)
    p, test = _tested(c, method, exact_shares.DIFFERENCE, float(z), null)
    return Comparison(c.x1 / c.n1 - c.x2 / c.n2, rule(c, level=level), method, p, test, level)


def ratio_of_proportions(
    x1: float, n1: float, x2: float, n2: float, *, method: str = "miettinen-nurminen", null: float = 1.0,
    level: float = 0.95,
) -> Comparison:  # fmt: skip
    """``(x1/n1) / (x2/n2)`` of different items, with limits by ``method`` and the p-value of the ratio ``null``.

    Methods: ``miettinen-nurminen``, ``koopman``, ``newcombe``, ``katz``, and exact ``chan-zhang``, ``agresti-min``.
    The upper limit and the value are infinite without events in the second group. Raises DesignError for
    impossible counts, RefusedError without any event.
    """
    c, rule = _counts(x1, n1, x2, n2, level), _named(RATIO, method)
    if c.x1 + c.x2 == 0:
        raise RefusedError(say("comparison.no_ratio"))
    z = score_of_ratio(c.x1, c.n1, c.x2, c.n2, null)
    p, test = _tested(c, method, exact_shares.RATIO, float(z), null)
    value = (c.x1 / c.n1) / (c.x2 / c.n2) if c.x2 > 0 else inf
    return Comparison(value, rule(c, level=level), method, p, test, level)


def _tested(c: Counts, method: str, contrast: exact_shares.Contrast, z: float, null: float) -> tuple[float, str]:
    if method in EXACT:
        one_sided = (exact_shares.exact_p(c, contrast, null=null, side=s) for s in (1, -1))
        exact = (
            min(1.0, 2.0 * min(one_sided)) if method == "chan-zhang" else exact_shares.exact_p(c, contrast, null=null)
        )
        return exact, "exact unconditional"
    if method in ("mee", "koopman"):
        return 2.0 * float(normal_tail(abs(z))), "score"
    n = c.n1 + c.n2
    return 2.0 * float(normal_tail(abs(z) * np.sqrt((n - 1.0) / n))), "score, N/(N - 1)"


def pair_counts(first: ArrayLike, second: ArrayLike) -> tuple[int, int, int, int]:
    """Both, only first, only second, neither: the four outcomes of two 0/1 sequences of the same items."""
    a, b = np.asarray(first, float).ravel(), np.asarray(second, float).ravel()
    if len(a) != len(b) or not len(a) or not np.all(np.isin(a, (0.0, 1.0)) & np.isin(b, (0.0, 1.0))):
        raise DesignError(say("comparison.pairs"))
    x, y = a == 1.0, b == 1.0
    return int(np.sum(x & y)), int(np.sum(x & ~y)), int(np.sum(~x & y)), int(np.sum(~x & ~y))


def difference_of_paired_proportions(
    both: float, only_first: float, only_second: float, neither: float, *, method: str = "tango", test: str = "mid-p",
    level: float = 0.95,
) -> Comparison:  # fmt: skip
    """First minus second of the same items, with limits by ``method`` and McNemar's ``test`` of no difference.

    Methods: ``tango``, ``newcombe``, ``newcombe-uncorrected``, ``bonett-price``, ``wald``; tests: ``mid-p``, ``exact``,
    ``mcnemar`` (chi-square), ``mcnemar-corrected``. The counts come from ``pair_counts``. Raises DesignError.

    >>> difference_of_paired_proportions(1, 1, 7, 12)  # Fagerland, Lydersen & Laake (2014)
    -0.29 [-0.52, -0.03] (95 %), tango; p = 0.039 (mid-p)
    """
    c, rule = _pairs(both, only_first, only_second, neither, level), _named(PAIRED_DIFFERENCE, method)
    p = _named(paired_shares.TESTS, test)(c)
    return Comparison((c.only_first - c.only_second) / c.n, rule(c, level=level), method, p, test, level)


def ratio_of_paired_proportions(
    both: float, only_first: float, only_second: float, neither: float, *, method: str = "tang", test: str = "mid-p",
    level: float = 0.95,
) -> Comparison:  # fmt: skip
    """First over second of the same items, with limits by ``method`` and McNemar's ``test`` of the ratio 1.

    Methods: ``tang``, ``newcombe``, ``bonett-price``, ``wald``; tests as for the difference.
    Raises DesignError for impossible counts, RefusedError without any event.
    """
    c, rule = _pairs(both, only_first, only_second, neither, level), _named(PAIRED_RATIO, method)
    first, second = c.both + c.only_first, c.both + c.only_second
    if first + second == 0:
        raise RefusedError(say("comparison.no_ratio"))
    p, value = _named(paired_shares.TESTS, test)(c), first / second if second > 0 else inf
    return Comparison(value, rule(c, level=level), method, p, test, level)


def difference_of_means(
    first: ArrayLike, second: ArrayLike, *, paired: bool, level: float = 0.95
) -> Comparison:  # fmt: skip
    """Mean of first minus mean of second: Student's t of the pairs, or Welch's (1947) t of different items.

    >>> difference_of_means([1.9, 0.8, 1.1, 0.1, -0.1], [0.7, -1.6, -0.2, -1.2, -0.1], paired=True)
    1.24 [0.18, 2.30] (95 %), student, paired; p = 0.031 (t = 3.3, 4 degrees of freedom)
    """
    _level(level)
    d = (two_means.paired_means if paired else two_means.independent_means)(first, second)
    test = f"t = {significant(d.t)}, {d.df:.3g} degrees of freedom"
    return Comparison(d.value, d.limits(level), "student, paired" if paired else "welch", d.p, test, level)


def sign_flip(differences: ArrayLike, *, draws: int = 99_999, key: str = "sign-flip") -> SignFlip:
    """Sign-flip (permutation) test of paired differences: exact up to 40, else by draws that ``key`` names."""
    return flipped(differences, rng=generator(key), draws=draws)


def adjusted_p_values(p: Sequence[float], *, method: str = "holm") -> list[float]:
    """Adjusted p-values: ``holm``, ``hochberg``, ``bonferroni``, ``benjamini-hochberg``, ``benjamini-yekutieli``."""
    return [float(v) for v in adjusted(p, method=method)]


def two_by_two(
    *, tp: float, fp: float, fn: float, tn: float, prevalence: float | None = None,
    likelihood_ratio: str = "miettinen-nurminen", level: float = 0.95,
) -> dict[str, Derived]:  # fmt: skip
    """Every quantity of a 2 x 2 table with its limits: see ``measurand.quantity.two_by_two``."""
    table = Table(*_cells((tp, fp, fn, tn), level))
    _named(LIKELIHOOD_RATIO, likelihood_ratio)
    return derived(table, prevalence=prevalence, likelihood_ratio=likelihood_ratio, level=level)


def calibration_line(
    x: ArrayLike, y: ArrayLike, u_x: ArrayLike | None = None, u_y: ArrayLike | None = None, *,
    correlation: ArrayLike = 0.0,
) -> Line:  # fmt: skip
    """Straight line ``y = a + b x`` with its uncertainties: see ``measurand.quantity.line``."""
    return line(x, y, u_x=u_x, u_y=u_y, correlation=correlation)


def _named(methods: Mapping[str, T], name: str) -> T:
    if name not in methods:
        raise RefusedError(say("comparison.no_method", name=name, names=", ".join(methods)))
    return methods[name]


def _level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise DesignError(say("comparison.level", level=level))


def _counts(x1: float, n1: float, x2: float, n2: float, level: float) -> Counts:
    _level(level)
    for x, n in ((x1, n1), (x2, n2)):
        if not (float(x).is_integer() and float(n).is_integer() and 0 <= x <= n and n >= 1):
            raise DesignError(say("comparison.counts", x=x, n=n))
    return Counts(float(x1), float(n1), float(x2), float(n2))


def _pairs(both: float, only_first: float, only_second: float, neither: float, level: float) -> PairCounts:
    return PairCounts(*_cells((both, only_first, only_second, neither), level))


def _cells(cells: Sequence[float], level: float) -> list[float]:
    _level(level)
    if not all(float(v).is_integer() and v >= 0 for v in cells) or not any(cells):
        raise DesignError(say("comparison.cells", cells=", ".join(f"{v:g}" for v in cells)))
    return [float(v) for v in cells]
