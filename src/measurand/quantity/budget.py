"""Effective degrees of freedom of a combined standard uncertainty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def welch_satterthwaite(variances: Sequence[float], df: Sequence[float]) -> float:
    """Effective degrees of freedom ``u^4 / sum(u_i^4 / nu_i)`` (JCGM 100, formula G.2b).

    ``variances`` are the signed contributions to the combined variance; infinite without contributions of finite df.

    >>> int(welch_satterthwaite([25.0**2, 9.7**2, 2.9**2, 16.6**2], [18, 25.6, 50, 2]))  # GUM H.1.6
    16
    """
    v, nu = np.asarray(variances, float), np.asarray(df, float)
    finite = np.isfinite(nu) & (nu > 0)
    denominator = float(np.sum(v[finite] ** 2 / nu[finite]))
    return float(np.sum(v)) ** 2 / denominator if denominator > 0 else float("inf")
