"""Named methods of textbooks, selectable by name: published examples need them; ``coverage`` has the defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.errors import RefusedError
from measurand.message import say
from measurand.quantity import score, two_shares
from measurand.quantity.budget import welch_satterthwaite
from measurand.quantity.exact import clopper_pearson, jeffreys, middle
from measurand.quantity.student import normal_factor, student_factor

Array = NDArray[np.float64]
Pair = tuple[float, float]


@dataclass(frozen=True)
class Normal:
    """A value whose variance is a sum of shares, each with its degrees of freedom."""

    value: float
    variances: tuple[float, ...]
    df: tuple[float, ...] = (np.inf,)

    @property
    def u(self) -> float:
        """Combined standard uncertainty."""
        return float(np.sqrt(sum(self.variances)))


def student(n: Normal, *, level: float) -> Pair:
    """``T -+ t(nu) u`` with the smallest degrees of freedom of the shares (Student 1908, for one share)."""
    return _around(n, float(student_factor((1.0 - level) / 2.0, min(n.df))))


def normal(n: Normal, *, level: float) -> Pair:
    """``T -+ z u``."""
    return _around(n, float(normal_factor((1.0 - level) / 2.0)))


def satterthwaite(n: Normal, *, level: float) -> Pair:
    """``T -+ t(nu_eff) u`` with Welch-Satterthwaite degrees of freedom (JCGM 100, G.4)."""
    effective = welch_satterthwaite(n.variances, n.df)
    return _around(n, float(student_factor((1.0 - level) / 2.0, effective)))


def logit(n: Normal, *, level: float) -> Pair:
    """``logit(T) -+ t(nu) u / (T (1 - T))`` mapped back, for values inside (0, 1)."""
    if not 0.0 < n.value < 1.0:
        raise RefusedError(say("coverage.logit", value=n.value))
    k = float(student_factor((1.0 - level) / 2.0, welch_satterthwaite(n.variances, n.df)))
    odds = n.value / (1.0 - n.value)
    step = float(np.exp(k * n.u / (n.value * (1.0 - n.value))))
    return odds / step / (1.0 + odds / step), odds * step / (1.0 + odds * step)


def delong(of_positives: Array, of_negatives: Array) -> Normal:
    """Area under the ROC curve with the variance of its placements (DeLong, DeLong & Clarke-Pearson 1988).

    ``of_positives`` (positives,): share of the negatives that each positive exceeds, ties one half; ``of_negatives``
    likewise. Use with ``normal`` or ``logit``.
    """
    shares = tuple(float(np.var(v, ddof=1)) / len(v) for v in (of_positives, of_negatives))
    return Normal(float(np.mean(of_positives)), shares, (np.inf, np.inf))


def _around(n: Normal, k: float) -> Pair:
    return n.value - k * n.u, n.value + k * n.u


def _clopper_pearson(x: float, n: float, *, level: float) -> Pair:
    lower, upper = clopper_pearson(x, n, tail=(1.0 - level) / 2.0)
    return float(lower), float(upper)


def _jeffreys(x: float, n: float, *, level: float) -> Pair:
    lower, upper = jeffreys(x, n, tail=(1.0 - level) / 2.0)
    return float(lower), float(upper)


def _middle(x: float, n: float, *, level: float) -> Pair:
    lower, upper = middle(x, n, tail=(1.0 - level) / 2.0)
    return float(lower), float(upper)


SHARE: Mapping[str, Callable[..., Pair]] = {
    "clopper-pearson": _clopper_pearson,
    "jeffreys": _jeffreys,
    "middle": _middle,
    "mid-p": score.mid_p,
    "blaker": score.blaker,
    "wilson": score.wilson,
    "wilson-continuity": score.wilson_continuity,
    "agresti-coull": score.agresti_coull,
    "wald": score.wald,
}
"""``f(x, n, level=...)``: one share."""

DIFFERENCE: Mapping[str, Callable[..., Pair]] = {
    "newcombe": two_shares.newcombe,
    "miettinen-nurminen": two_shares.miettinen_nurminen,
    "mee": two_shares.mee,
    "wald": two_shares.wald_difference,
}
"""``f(Counts, level=...)``: difference of two shares of different items."""

PAIRED: Mapping[str, Callable[..., Pair]] = {
    "newcombe": two_shares.newcombe_paired,
    "newcombe-uncorrected": two_shares.newcombe_paired_uncorrected,
    "tango": two_shares.tango,
    "bonett-price": two_shares.bonett_price,
    "wald": two_shares.wald_paired,
}
"""``f(PairCounts, level=...)``: difference of two shares of the same items."""

MEAN: Mapping[str, Callable[..., Pair]] = {
    "student": student,
    "welch-satterthwaite": satterthwaite,
    "normal": normal,
    "logit": logit,
}
"""``f(Normal, level=...)``: a value with its variance."""


def named(methods: Mapping[str, Callable[..., Pair]], name: str) -> Callable[..., Pair]:
    """The method of that name. Raises RefusedError listing the names that exist."""
    if name not in methods:
        raise RefusedError(say("coverage.no_method", name=name, names=", ".join(sorted(methods))))
    return methods[name]
