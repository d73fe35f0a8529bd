"""The coverage factor of several sources together (INTERVALS R6, R7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.budget import welch_satterthwaite
from measurand.quantity.sampling import Share
from measurand.quantity.student import student_factor

Array = NDArray[np.float64]
Factor = Callable[[Array], Array]
"""Probability left out on each side -> coverage factor k."""

FEW_LEVELS = 30
"""A random factor with fewer levels keeps its own t: with more the two factors agree."""


def coverage_factor(shares: Sequence[Share]) -> tuple[Factor, float]:
    """The coverage factor as a function of the tail, and the effective degrees of freedom.

    Type A sources with nu >= 4 and type B: ``k = t(nu_eff)`` (JCGM 100, G.4). A random factor with few levels or a
    type A source with nu < 4: ``k^2 = sum t(nu_s)^2 V_s / sum V_s`` (Banerjee 1960). Sources without variance drop out.
    """
    seen = [s for s in shares if s.variance > 0.0] or list(shares)
    variance, df = np.array([s.variance for s in seen]), np.array([s.df for s in seen])
    effective = welch_satterthwaite(list(variance), list(df)) if variance.sum() > 0 else float(df.min())
    if not any(s.type == "A" and (s.df < 4 or (s.is_factor and s.levels < FEW_LEVELS)) for s in seen) or len(seen) == 1:
        return lambda tail: student_factor(tail, effective), effective
    total = variance.sum()
    part = variance / total if total > 0 else np.full(len(variance), 1.0 / len(variance))

    def own_t(tail: Array) -> Array:
        factors = student_factor(np.asarray(tail)[..., None], df)
        return np.asarray(np.sqrt(np.sum(part * factors**2, axis=-1)))

    return own_t, effective
