"""Cumulative probabilities of mixtures, and the quantiles of any of them; no random draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.root import falling_root
from measurand.quantity.student import normal_tail, student_tail

Array = NDArray[np.float64]
Cumulative = Callable[[Array], Array]
"""``F(x)``, shape (points,) in and out."""

_DOUBLINGS = 1100


@dataclass(frozen=True, eq=False)
class Mixture:
    """``sum p_i F((x - centre_i) / scale_i)``, F Student's t with ``df_i`` degrees of freedom (normal if infinite)."""

    p: Array
    """Shares, shape (n,), of sum 1."""
    centre: Array
    scale: Array
    df: Array

    @property
    def mean(self) -> float:
        """Mean of the mixture (of the centres, also where Student's t has none)."""
        return float(self.p @ self.centre)

    @property
    def sd(self) -> float:
        """Standard deviation, infinite where a part with a share has at most 2 degrees of freedom."""
        held = self.p > 0.0
        if np.any(self.df[held] <= 2.0):
            return float("inf")
        df = self.df[held]
        wider = np.where(np.isinf(df), 1.0, df / np.where(np.isinf(df), 1.0, df - 2.0))
        spread = self.scale[held] ** 2 * wider + (self.centre[held] - self.mean) ** 2
        return float(np.sqrt(self.p[held] @ spread))

    def cumulative(self, x: Array) -> Array:
        """``P(X <= x)``, shape (points,)."""
        z = (np.asarray(x, float)[:, None] - self.centre) / self.scale
        tail = normal_tail(-z) if np.all(np.isinf(self.df)) else student_tail(-z, self.df)
        return np.asarray(tail @ self.p)

    def quantile(self, probability: float) -> float:
        """``x`` with ``P(X <= x) = probability``, by bracketing from the widest part."""
        return quantile(self.cumulative, probability, float(np.median(self.centre)), float(np.max(self.scale)))


def quantile(cumulative: Cumulative, probability: float, start: float, step: float, *, parts: int = 16) -> float:
    """``x`` where a continuous ``cumulative`` reaches ``probability``: the step is doubled until it is enclosed.

    ``parts`` as in ``falling_root``: 2 where a point is costly.
    """
    lower, upper = start - step, start + step
    for _ in range(_DOUBLINGS):
        below, above = (float(v) for v in cumulative(np.array([lower, upper])))
        if below <= probability <= above:
            break
        step *= 2.0
        lower, upper = (start - step, upper) if below > probability else (lower, start + step)
    return falling_root(lambda x: probability - cumulative(x), lower, upper, parts=parts)
