"""Adjusted p-values of several comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError
from measurand.message import say

Array = NDArray[np.float64]


def adjusted(p: ArrayLike, *, method: str = "holm") -> Array:
    """Adjusted p-values, in the order given: rejecting those at most alpha keeps the error of the family at alpha.

    With the p-values sorted, ``p_(1) <= ... <= p_(m)``:

    - bonferroni ``m p``; holm ``max_{j<=i} (m - j + 1) p_(j)`` (Holm 1979): any wrong rejection, any dependence;
    - hochberg ``min_{j>=i} (m - j + 1) p_(j)`` (Hochberg 1988): any wrong rejection, independent tests;
    - benjamini-hochberg ``min_{j>=i} m p_(j) / j`` (1995): share of wrong rejections, independent tests;
    - benjamini-yekutieli: the same times ``sum 1/j`` (2001), any dependence.

    Shape (tests,), each cut to 1. Raises DesignError for numbers that are no probabilities, RefusedError for a name.

    >>> adjusted([0.01, 0.04, 0.03], method="holm").round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    held = np.asarray(p, float).ravel()
    if not held.size or not np.all((held >= 0.0) & (held <= 1.0)):
        raise DesignError(say("comparison.p_values"))
    if method not in METHODS:
        raise RefusedError(say("comparison.no_method", name=method, names=", ".join(METHODS)))
    order = np.argsort(held, kind="stable")
    out = np.empty_like(held)
    out[order] = np.minimum(METHODS[method](held[order]), 1.0)
    return out


def _bonferroni(p: Array) -> Array:
    return len(p) * p


def _holm(p: Array) -> Array:
    return np.maximum.accumulate(np.arange(len(p), 0, -1) * p)


def _hochberg(p: Array) -> Array:
    return _least_above(np.arange(len(p), 0, -1) * p)


def _benjamini_hochberg(p: Array) -> Array:
    return _least_above(len(p) / np.arange(1, len(p) + 1) * p)


def _benjamini_yekutieli(p: Array) -> Array:
    rank = np.arange(1, len(p) + 1)
    return _least_above(float(np.sum(1.0 / rank)) * len(p) / rank * p)


def _least_above(p: Array) -> Array:
    return np.asarray(np.minimum.accumulate(p[::-1])[::-1], float)


METHODS: Mapping[str, Callable[[Array], Array]] = {
    "bonferroni": _bonferroni,
    "holm": _holm,
    "hochberg": _hochberg,
    "benjamini-hochberg": _benjamini_hochberg,
    "benjamini-yekutieli": _benjamini_yekutieli,
}
