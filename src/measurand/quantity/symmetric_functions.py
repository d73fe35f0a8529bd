"""Independent right answers given how many there are: elementary symmetric functions without loss of digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def log_symmetric_functions(beta: Array) -> Array:
    """``log gamma_r(exp beta)``, r = 0 ... items: sums over all sets of r items of the product of their ``exp beta``.

    The summation algorithm on logarithms: all terms are positive, so no digits are lost and nothing overflows.

    >>> np.exp(log_symmetric_functions(np.log([1.0, 2.0, 3.0]))).round(9).tolist()
    [1.0, 6.0, 11.0, 6.0]
    """
    log_gamma = np.full(len(beta) + 1, -np.inf)
    log_gamma[0] = 0.0
    for j, b in enumerate(beta):
        log_gamma[1 : j + 2] = np.logaddexp(log_gamma[1 : j + 2], b + log_gamma[: j + 1])
    return log_gamma


@dataclass(frozen=True, eq=False)
class GivenTotal:
    """Bernoulli variables with logits ``beta`` (up to a constant), given their sum r = 0 ... items."""

    beta: Array

    @property
    def log_gamma(self) -> Array:
        """Logarithm of the normalising constant of each total, (items + 1,)."""
        return log_symmetric_functions(self.beta)

    @property
    def probability(self) -> Array:
        """``P(x_j = 1 | r)``, shape (items + 1, items)."""
        return _inclusion(self.beta, np.diff(self.log_gamma))[0]

    def covariance(self, times: Array) -> Array:
        """``sum_r times_r cov(x | r)``, shape (items, items)."""
        step = np.diff(self.log_gamma)
        p, q = _inclusion(self.beta, step)
        both = np.diag(times @ p)
        for j in range(len(self.beta)):
            rest = np.delete(np.arange(len(self.beta)), j)
            if not len(rest):
                continue
            with np.errstate(divide="ignore"):
                log_q = np.log(q[:-1, j])
            # gamma without j is gamma_r times P(x_j = 0 | r)
            of_rest, _ = _inclusion(self.beta[rest], step[:-1] + np.diff(log_q))
            both[j, rest] = (times[1:] * p[1:, j]) @ of_rest
        both = 0.5 * (both + both.T)
        return np.asarray(both - p.T @ (times[:, None] * p), float)


def _inclusion(beta: Array, step: Array) -> tuple[Array, Array]:
    """``P(x_j = 1 | r)`` and ``P(x_j = 0 | r)``, (items + 1, items); ``step_r`` is ``log gamma_(r+1) / gamma_r``.

    ``p_(r+1) = exp(beta - step_r) (1 - p_r)`` upwards from ``p_0 = 0`` while p is at most 1/2, and
    ``1 - p_r = p_(r+1) / exp(beta - step_r)`` downwards from ``p_items = 1`` while it is more (Chen, Dempster & Liu
    1994). In its range each of the two recursions shrinks the relative error of what it starts from.
    """
    size = len(beta)
    odds = np.exp(beta[None, :] - step[:, None])
    up, down = np.zeros((size + 1, size)), np.ones((size + 1, size))
    with np.errstate(over="ignore", invalid="ignore"):
        for r in range(size):
            up[r + 1] = odds[r] * (1.0 - up[r])
        other = 1.0 - down
        for r in range(size - 1, -1, -1):
            other[r] = (1.0 - other[r + 1]) / odds[r]
    large = np.logical_or.accumulate(~(up <= 0.5), axis=0)
    return np.where(large, 1.0 - other, up), np.where(large, other, 1.0 - up)
