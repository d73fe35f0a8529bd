"""Robust location and scale of the results of laboratories: median with MADe or nIQR, Algorithm A (ISO 13528)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, StatisticError
from measurand.message import say

Array = NDArray[np.float64]

_MAD_FACTOR = 1.483
"""As printed in ISO 13528; ``1 / z_0.75`` is 1.4826."""
_IQR_FACTOR = 0.7413
_CUT = 1.5
_CORRECTION = 1.134
"""As printed in ISO 13528; the exact factor of normal values is 1.13339."""
_LOSS = 1.25
"""About ``sqrt(pi / 2)``, the loss of the median at normal values: ISO 13528 takes it for all robust averages."""
_STEPS = 10_000
_NEAR = 1e-13


@dataclass(frozen=True)
class Robust:
    """Location and scale of the results of ``count`` laboratories."""

    location: float
    scale: float
    count: int

    @property
    def u(self) -> float:
        """Standard uncertainty of the location, ``1.25 s* / sqrt(p)`` (ISO 13528)."""
        return _LOSS * self.scale / math.sqrt(self.count)

    @property
    def pair(self) -> tuple[float, float]:
        """(location, scale), the form that ``quantity.robust_precision`` takes."""
        return self.location, self.scale


def mad_e(values: ArrayLike) -> float:
    """``MADe = 1.483 median |x_i - median|``, shape (laboratories,).

    Raises StatisticError where more than half of the values are equal (the formula says 0), DesignError for one value.

    >>> mad_e([1.0, 2.0, 4.0, 7.0, 100.0])
    4.449
    """
    x = finite_results(values)
    found = _mad(x)
    if not found > 0.0:
        raise StatisticError(no_spread(x, "MADe"))
    return found


def niqr(values: ArrayLike) -> float:
    """``nIQR = 0.7413 (Q3 - Q1)``, shape (laboratories,).

    The quartiles are interpolated between the order statistics at ``1 + (p - 1)/4`` and ``1 + 3 (p - 1)/4``, the rule
    that gives the value printed in ISO 13528, E.3. Raises StatisticError where the quartiles are equal.

    >>> round(niqr([1.0, 2.0, 3.0, 4.0, 5.0]), 4)
    1.4826
    """
    x = finite_results(values)
    low, high = np.quantile(x, [0.25, 0.75])
    if not high > low:
        if x.max() > x.min():
            text = say("proficiency.quartiles_equal", count=len(x), value=float(low), method="nIQR")
            raise StatisticError(text)
        raise StatisticError(say("proficiency.all_equal", count=len(x)))
    return _IQR_FACTOR * float(high - low)


def median_mad(values: ArrayLike) -> Robust:
    """Median and MADe; errors as ``mad_e``."""
    x = finite_results(values)
    return Robust(float(np.median(x)), mad_e(x), len(x))


def median_iqr(values: ArrayLike) -> Robust:
    """Median and nIQR; errors as ``niqr``."""
    x = finite_results(values)
    return Robust(float(np.median(x)), niqr(x), len(x))


def algorithm_a(values: ArrayLike) -> Robust:
    """Algorithm A: mean and standard deviation of the values cut at ``x* +- 1.5 s*``, iterated until they stay.

    Start: median and MADe. Step: ``x* = mean(w)``, ``s* = 1.134 sqrt(sum (w - x*)^2 / (p - 1))``. For known sets of cut
    values the fixed point has a closed form, which is taken as soon as the sets stay: it is reached to all digits.
    ISO 13528 stops earlier, at three figures. Where more than half of the values are equal the iteration starts from
    the standard deviation. Raises StatisticError where s* would become 0, DesignError for fewer than two values.

    >>> a = algorithm_a([12, 19, 20, 23, 23, 25, 25, 26, 28, 28, 28, 29, 30, 30, 31, 32, 32, 45])  # ISO 13528, E.1
    >>> round(a.location, 2), round(a.scale, 2)
    (26.81, 5.29)
    """
    given = finite_results(values)
    origin = float(np.median(given))
    x = np.sort(given - origin)  # constant leading digits go before anything is squared
    centre, scale = 0.0, _mad(x)
    if not scale > 0.0:
        scale = float(np.std(x, ddof=1))
    if not scale > 0.0:
        raise StatisticError(say("proficiency.all_equal", count=len(x)))
    sets = (-1, -1)
    for _ in range(_STEPS):
        before, sets_before = (centre, scale), sets
        sets = _sets(x, centre, scale)
        if sets == sets_before and (exact := _fixed_point(x, *sets)) is not None:
            if not exact[1] > 0.0:
                raise StatisticError(no_spread(given, "Algorithm A"))
            if _sets(x, *exact) == sets:
                return Robust(origin + exact[0], exact[1], len(x))
        cut = np.clip(x, centre - _CUT * scale, centre + _CUT * scale)
        centre = float(cut.mean())
        scale = _CORRECTION * float(np.std(cut, ddof=1))
        if max(abs(centre - before[0]), abs(scale - before[1])) <= _NEAR * scale:
            return Robust(origin + centre, scale, len(x))
    raise StatisticError(say("proficiency.no_convergence", steps=_STEPS))


def finite_results(values: ArrayLike, *, least: int = 2) -> Array:
    """The results as an array, shape (laboratories,). Raises DesignError for too few, or one that is not finite."""
    x = np.asarray(values, float).ravel()
    wrong = np.flatnonzero(~np.isfinite(x))
    if len(wrong):
        raise DesignError(say("proficiency.finite", position=int(wrong[0]) + 1, value=float(x[wrong[0]])))
    if len(x) < least:
        raise DesignError(say("proficiency.few", least=least, count=len(x)))
    return x


def no_spread(values: Array, method: str) -> str:
    """Why ``method`` has no scale for these values, and what has one."""
    if values.max() == values.min():
        return say("proficiency.all_equal", count=len(values))
    value = float(np.median(values))
    return say("proficiency.half_equal", count=len(values), value=value, method=method)


def _mad(x: Array) -> float:
    return _MAD_FACTOR * float(np.median(np.abs(x - np.median(x))))


def _sets(x: Array, centre: float, scale: float) -> tuple[int, int]:
    """Number of values below the lower cut, and of those not above the upper one; ``x`` is sorted."""
    lower, upper = centre - _CUT * scale, centre + _CUT * scale
    return int(np.searchsorted(x, lower, side="left")), int(np.searchsorted(x, upper, side="right"))


def _fixed_point(x: Array, low: int, high: int) -> tuple[float, float] | None:
    """Centre and scale that one step with these sets does not change; None where the scale would grow.

    With n0 values kept, their mean m and sum of squares Q, and d = cut above - cut below: ``x* = m + 1.5 s* d / n0``,
    ``s*^2 ((p - 1) / 1.134^2 - 1.5^2 (p - n0) - 1.5^2 d^2 / n0) = Q``.
    """
    kept, p = x[low:high], len(x)
    if not len(kept):
        return None
    n0, d = len(kept), (p - high) - low
    shifted = kept - kept[0]
    mean = float(shifted.mean())
    squares = float((shifted - mean) @ (shifted - mean)) if shifted[-1] > 0.0 else 0.0
    room = (p - 1) / _CORRECTION**2 - _CUT**2 * ((p - n0) + d * d / n0)
    if not room > 0.0:
        return None
    scale = math.sqrt(squares / room)
    return float(kept[0]) + mean + _CUT * scale * d / n0, scale
