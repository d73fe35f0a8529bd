"""The distribution of a result, made from its limits: interval, probability of conformity and draws agree by law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.quantity.limits import Limits
from measurand.quantity.student import normal_tail

Array = NDArray[np.float64]

_FARTHEST = 8.2
"""Normal quantile of the smallest tail looked at, about 1e-16."""
_STEPS = 200


@dataclass(frozen=True, eq=False)
class DistributionOfResult:
    """Confidence distribution of a result: ``quantile(p)`` is the one-sided limit that leaves out ``p``.

    Below the estimate ``cdf`` inverts the lower limit in its level, above it the upper limit; between the innermost
    limits of a discrete rule it is 1/2. So ``1 - cdf(x) >= 0.975`` exactly when x does not lie above the lower limit
    of the two-sided 95 % interval. (Confidence distributions: Schweder & Hjort 2016.)
    """

    limits: Limits

    def mean(self) -> float:
        """Best estimate: the value."""
        return self.limits.value

    def u(self) -> float:
        """Combined standard uncertainty, the root of the summed variances."""
        return self.limits.u

    def quantile(self, p: float) -> float:
        """The lower limit with ``p`` left out for p < 1/2, the upper limit with ``1 - p`` for p > 1/2, else the value.

        Infinite where no such limit exists.
        """
        if p < 0.5:
            return self.limits.at_tail(p)[0]
        return self.limits.at_tail(1.0 - p)[1] if p > 0.5 else self.limits.value

    def cdf(self, x: float) -> float:
        """Probability that the quantity is at most ``x``; accurate in both tails down to 1e-16."""
        low, high = self.limits.bounds
        if x < low or x >= high:
            return 0.0 if x < low else 1.0
        lower, upper = self.limits.at_tail(0.5)
        if x < min(lower, self.limits.value):
            return _tail(lambda z: self._lower(z) - x)
        if x > max(upper, self.limits.value):
            return 1.0 - _tail(lambda z: x - self._upper(z))
        return 0.5

    def tabulated(self) -> Callable[[float], float]:
        """``cdf`` by interpolation in a table of 1,601 quantiles, on the scale of normal scores: for searches.

        Differs from ``cdf`` by less than 1e-4 where the limits are continuous in the level.
        """
        from scipy.special import ndtr

        z = np.linspace(0.0, _FARTHEST, 801)
        lower, upper = self.limits.tails(normal_tail(z))
        scores = np.concatenate([-z[::-1], z])
        values = np.maximum.accumulate(np.concatenate([lower[::-1], upper]))
        seen = np.isfinite(values)
        low, high = self.limits.bounds

        def cdf(x: float) -> float:
            if x < low or x >= high:
                return 0.0 if x < low else 1.0
            return float(ndtr(np.interp(x, values[seen], scores[seen], left=-np.inf, right=np.inf)))

        return cdf

    def draws(self, rng: Generator, n: int) -> Array:
        """``n`` independent draws; a plain share is drawn from Beta(x + 1/2, n - x + 1/2) (INTERVALS R5)."""
        low, high = self.limits.bounds
        if self.limits.counts is not None:
            x, trials = self.limits.counts
            return np.asarray(low + (high - low) * rng.beta(x + 0.5, trials - x + 0.5, n))
        grid = np.linspace(0.0, 5.5, 111)
        lower, upper = self.limits.tails(normal_tail(grid))
        lower, upper = np.maximum(lower, low), np.minimum(upper, high)
        seen = np.isfinite(lower) & np.isfinite(upper)
        z = rng.standard_normal(n)
        below, above = np.interp(-z, grid[seen], lower[seen]), np.interp(z, grid[seen], upper[seen])
        return np.where(z < 0, below, above)

    def _lower(self, z: float) -> float:
        return self.limits.at_tail(float(normal_tail(z)))[0]

    def _upper(self, z: float) -> float:
        return self.limits.at_tail(float(normal_tail(z)))[1]


def _tail(excess: Callable[[float], float]) -> float:
    """The tail at which ``excess`` of a normal quantile, positive at 0 and falling, reaches 0.

    Regula falsi (Illinois) with a bisection at every third step, so that limits that are step functions end too.
    """
    a, b = 0.0, _FARTHEST
    fa, fb = excess(a), excess(b)
    if fa <= 0.0:
        return 0.5
    if fb > 0.0:
        return 0.0
    for step in range(_STEPS):
        slope = step % 3 < 2 and np.isfinite(fa) and np.isfinite(fb) and fa > fb
        z = b - fb * (b - a) / (fb - fa) if slope else 0.5 * (a + b)
        if not a < z < b:
            z = 0.5 * (a + b)
        f = excess(z)
        if f > 0.0:
            a, fa, fb = z, f, 0.5 * fb
        else:
            b, fb, fa = z, f, 0.5 * fa
        if b - a < 1e-12 or f == 0.0:
            return float(normal_tail(z if f == 0.0 else b))
    return float(normal_tail(b))


def level_reaching(limits: Limits, x: float) -> float:
    """The level of the two-sided interval that just reaches ``x``."""
    p = DistributionOfResult(limits).cdf(x)
    return 1.0 - 2.0 * min(p, 1.0 - p)
