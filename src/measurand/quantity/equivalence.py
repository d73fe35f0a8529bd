"""Superiority, non-inferiority and equivalence against a margin that was stated beforehand.

Two one-sided tests (Schuirmann 1987): equivalent at ``alpha`` when the ``1 - 2 alpha`` interval lies inside of the
margin; non-inferior when its limit on the worse side does; superior when that limit is beyond no difference. After
non-inferiority superiority may be tested at the same alpha, since it is only tested when the first is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity.student import student_factor, student_tail

AtTail = Callable[[float], tuple[float, float]]
"""Probability left out on each side -> (lower, upper), infinite where a limit does not exist: ``Limits.at_tail``."""
PValue = Callable[[float], float]
"""Bound -> one-sided p-value that the true value is not beyond it."""

_STEPS = 60


@dataclass(frozen=True)
class Margin:
    """What counts as no difference that matters: ``lower < neutral < upper``, stated before the data are seen."""

    lower: float
    upper: float
    neutral: float = 0.0
    """0 for differences, 1 for ratios."""

    def __post_init__(self) -> None:
        if not -np.inf < self.lower < self.neutral < self.upper < np.inf:
            raise DesignError(say("ranking.margin", neutral=self.neutral, lower=self.lower, upper=self.upper))


def margin_of_difference(size: float) -> Margin:
    """From ``-size`` to ``size``. Raises DesignError for a size that is not positive."""
    return Margin(-size, size)


def margin_of_ratio(largest: float) -> Margin:
    """From ``1/largest`` to ``largest``; 1.25 for 0.80 to 1.25. Raises DesignError for 1 or less."""
    return Margin(1.0 / largest if largest > 0.0 else 0.0, largest, 1.0)


@dataclass(frozen=True)
class Equivalence:
    """Interval and one-sided p-values against a margin."""

    margin: Margin
    alpha: float
    lower: float
    upper: float
    """Limits at the level ``1 - 2 alpha``."""
    p_superior: float
    """That the first is not better than the second at all."""
    p_non_inferior: float
    """That the first is worse by the margin or more."""
    p_equivalent: float
    """That the difference is outside of the margin: the larger of the two one-sided p-values."""

    def shown(self, aim: str) -> bool:
        """Whether the aim stated beforehand is shown at alpha. Raises RefusedError for an unknown aim.

        Aims: ``superiority``, ``non-inferiority``, ``equivalence``.
        """
        if aim not in AIMS:
            raise RefusedError(say("ranking.aim", aim=aim, names=", ".join(AIMS)))
        return AIMS[aim][0](self) <= self.alpha

    def word(self, aim: str) -> str:
        """``superior``, ``non-inferior``, ``equivalent``, or ``not shown``, which does not say that the contrary is."""
        return say(f"ranking.word.{AIMS[aim][1]}" if self.shown(aim) else "ranking.word.not_shown")


AIMS: Mapping[str, tuple[Callable[[Equivalence], float], str]] = {
    "superiority": (lambda e: e.p_superior, "superior"),
    "non-inferiority": (lambda e: e.p_non_inferior, "non_inferior"),
    "equivalence": (lambda e: e.p_equivalent, "equivalent"),
}
"""What is to be shown, stated beforehand: its p-value and its word."""


def equivalence(at_tail: AtTail, *, margin: Margin, alpha: float = 0.05, larger_is_better: bool = True) -> Equivalence:
    """The tests by limits of the difference (or ratio) first to second, from any rule: ``equivalence(limits.at_tail)``.

    The one-sided p-value of a bound is the smallest tail at which the limit still leaves it out; one that is not below
    one half is stated as 1. A function of the level serves as ``lambda tail: limits(1 - 2 * tail)``.
    Raises DesignError for alpha outside of (0, 0.5).
    """

    def above(bound: float) -> float:
        return _least_tail(lambda tail: at_tail(tail)[0] > bound)

    def below(bound: float) -> float:
        return _least_tail(lambda tail: at_tail(tail)[1] < bound)

    return _stated(at_tail, above, below, margin=margin, alpha=alpha, larger_is_better=larger_is_better)


def equivalence_of_means(
    value: float, u: float, *, df: float = np.inf, margin: Margin, alpha: float = 0.05, larger_is_better: bool = True
) -> Equivalence:
    """The tests of a difference with standard uncertainty u by Student's t: ``(d - bound) / u``.

    Raises DesignError for u or df that is not positive, or alpha outside of (0, 0.5).

    >>> e = equivalence_of_means(1.0, 1.0, df=10, margin=margin_of_difference(3.0))
    >>> round(e.p_equivalent, 4), e.word("equivalence"), e.word("superiority")  # t = 2, P(T > 2) with 10 df: 0.0367
    (0.0367, 'equivalent', 'not shown')
    """
    if not 0.0 < u < np.inf:
        raise DesignError(say("ranking.u", u=u))
    if not df > 0.0:
        raise DesignError(say("ranking.df", df=df))

    def at_tail(tail: float) -> tuple[float, float]:
        step = float(student_factor(tail, df)) * u
        return value - step, value + step

    def above(bound: float) -> float:
        return float(student_tail((value - bound) / u, df))

    def below(bound: float) -> float:
        return float(student_tail((bound - value) / u, df))

    return _stated(at_tail, above, below, margin=margin, alpha=alpha, larger_is_better=larger_is_better)


def _stated(
    at_tail: AtTail, above: PValue, below: PValue, *, margin: Margin, alpha: float, larger_is_better: bool
) -> Equivalence:
    if not 0.0 < alpha < 0.5:
        raise DesignError(say("ranking.alpha", alpha=alpha))
    lower, upper = at_tail(alpha)
    beyond, worse = (above, margin.lower) if larger_is_better else (below, margin.upper)
    both = max(above(margin.lower), below(margin.upper))
    return Equivalence(margin, alpha, lower, upper, beyond(margin.neutral), beyond(worse), both)


def _least_tail(leaves_out: Callable[[float], bool]) -> float:
    """Smallest tail at which a limit leaves out a bound, by halving on the scale of its logarithm."""
    low, high = np.log(1e-16), np.log(0.5 - 1e-9)
    if not leaves_out(float(np.exp(high))):
        return 1.0
    if leaves_out(float(np.exp(low))):
        return float(np.exp(low))
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if leaves_out(float(np.exp(middle))) else (middle, high)
    return float(np.exp(high))
