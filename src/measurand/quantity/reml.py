"""Variance components of unbalanced data by restricted maximum likelihood (Patterson & Thompson 1971)."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, StatisticError
from measurand.message import say

Array = NDArray[np.float64]

_STEPS = 200
_NEAR = 1e-10
"""Relative change of the components at which the iteration ends."""


@dataclass(frozen=True, eq=False)
class Reml:
    """Components of the factors in their order, the residual last."""

    components: Array
    """Shape (factors + 1,); a component at its boundary is 0."""
    covariance: Array
    """Inverse of the expected information of the components that are not 0; zeros elsewhere."""
    log_likelihood: float
    """Restricted, with its constant ``-(n - 1)/2 log(2 pi)`` and the term ``-log(1' V^-1 1)/2``."""
    mean: float
    """Generalised least-squares mean."""
    mean_u: float
    """Its standard error ``1/sqrt(1' V^-1 1)``."""


def reml(y: ArrayLike, factors: Sequence[Sequence[Hashable]]) -> Reml:
    """Random intercepts, crossed or nested: ``y = mean + sum_k Z_k b_k + e``.

    Each factor gives the level of each value (for a nested one the pair with its parent). Fisher scoring from equal
    components, halved until the likelihood grows; a component that goes to 0 stays there if its score is negative.
    Dense matrices: for some thousand values at most. Raises DesignError where components cannot be told apart.
    """
    values = np.asarray(y, float).ravel()
    n = len(values)
    if n < len(factors) + 2 or any(len(f) != n for f in factors):
        raise DesignError(say("reml.lengths"))
    shares = [*(_same_level(f) for f in factors), np.eye(n)]
    centred = np.eye(n) - 1.0 / n
    design = np.array([(centred @ s @ centred).ravel() for s in shares])
    if np.linalg.matrix_rank(design @ design.T, hermitian=True) < len(shares):
        raise DesignError(say("reml.not_separable"))
    shift, scale = float(values.mean()), float(values.std())
    if scale == 0.0:
        raise StatisticError(say("reml.no_spread"))
    standard = (values - shift) / scale
    theta = _maximum(standard, shares)
    information, _, likelihood, mean, mean_u = _state(standard, shares, theta)
    free = theta > 0.0
    covariance = np.zeros_like(information)
    covariance[np.ix_(free, free)] = np.linalg.inv(information[np.ix_(free, free)])
    return Reml(
        theta * scale**2, covariance * scale**4, likelihood - (n - 1) * math.log(scale), shift + scale * mean,
        scale * mean_u,
    )  # fmt: skip


def _maximum(y: Array, shares: Sequence[Array]) -> Array:
    """Components at the largest restricted likelihood."""
    theta = np.full(len(shares), 1.0 / len(shares))
    information, score, likelihood, _, _ = _state(y, shares, theta)
    for _ in range(_STEPS):
        free = (theta > 0.0) | (score > 0.0)
        step = np.zeros_like(theta)
        step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
        length = 1.0
        while True:
            tried = np.maximum(theta + length * step, 0.0)
            tried[-1] = max(tried[-1], 0.1 * theta[-1])  # the residual keeps the matrix invertible
            found = _state(y, shares, tried)
            if found[2] >= likelihood or length < 1e-9:
                break
            length /= 2.0
        change = float(np.max(np.abs(tried - theta)))
        if found[2] >= likelihood:
            theta, (information, score, likelihood, _, _) = tried, found
        if change <= _NEAR * float(theta.sum()):
            return theta
    raise StatisticError(say("reml.no_convergence", steps=_STEPS))


def _state(y: Array, shares: Sequence[Array], theta: Array) -> tuple[Array, Array, float, float, float]:
    """Expected information, score, restricted log-likelihood, mean and its standard error.

    ``P = V^-1 - V^-1 1 1' V^-1 / 1' V^-1 1``; score ``(y'P G P y - tr P G)/2``, information ``tr(P G P G)/2``.
    """
    n = len(y)
    v = np.asarray(sum(t * s for t, s in zip(theta, shares, strict=True)))
    root = np.linalg.cholesky(v)
    inverse = np.linalg.inv(v)
    row = inverse.sum(axis=0)
    weight = float(row.sum())
    p = inverse - np.outer(row, row) / weight
    py = p @ y
    held = [p @ s for s in shares]
    score = np.array([py @ s @ py - np.trace(h) for s, h in zip(shares, held, strict=True)]) / 2.0
    information = np.array([[float(np.sum(a * b.T)) for b in held] for a in held]) / 2.0
    determinant = 2.0 * float(np.log(np.diag(root)).sum())
    likelihood = -0.5 * ((n - 1) * math.log(2.0 * math.pi) + determinant + math.log(weight) + float(y @ py))
    return information, score, likelihood, float(row @ y) / weight, 1.0 / math.sqrt(weight)


def _same_level(factor: Sequence[Hashable]) -> Array:
    at: dict[Hashable, int] = {}
    code = np.array([at.setdefault(level, len(at)) for level in factor])
    return np.asarray(code[:, None] == code[None, :], float)
