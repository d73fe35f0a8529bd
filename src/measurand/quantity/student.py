"""Quantiles of Student's t and of the normal distribution, by the probability in one tail."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_NORMAL_ABOVE = 1e9
"""Degrees of freedom from which t and normal quantiles agree to all printed digits."""


def normal_factor(tail: ArrayLike) -> Array:
    """``z`` with ``P(Z > z) = tail``; 1.96 for 0.025. Shapes broadcast."""
    from scipy.special import ndtri

    return np.asarray(-ndtri(np.asarray(tail, float)), float)


def normal_tail(z: ArrayLike) -> Array:
    """``P(Z > z)``, the inverse of ``normal_factor``."""
    from scipy.special import ndtr

    return np.asarray(ndtr(-np.asarray(z, float)), float)


def student_factor(tail: ArrayLike, df: ArrayLike) -> Array:
    """``t`` with ``P(T > t) = tail`` for ``df`` degrees of freedom: any positive number, whole or not, or infinite.

    >>> round(float(student_factor(0.005, 16)), 2)  # GUM H.1.6: t99(16)
    2.92
    """
    from scipy.special import stdtrit

    tail, df = np.broadcast_arrays(np.asarray(tail, float), np.asarray(df, float))
    infinite = df >= _NORMAL_ABOVE
    return np.where(infinite, normal_factor(tail), -stdtrit(np.where(infinite, 1.0, df), tail))


def student_tail(t: ArrayLike, df: ArrayLike) -> Array:
    """``P(T > t)`` for ``df`` degrees of freedom, the inverse of ``student_factor``."""
    from scipy.special import stdtr

    t, df = np.broadcast_arrays(np.asarray(t, float), np.asarray(df, float))
    infinite = df >= _NORMAL_ABOVE
    return np.where(infinite, normal_tail(t), stdtr(np.where(infinite, 1.0, df), -t))
