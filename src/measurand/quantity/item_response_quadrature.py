"""The marginal likelihood of response patterns, abilities integrated out on equally spaced nodes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.item_response import Responses

Array = NDArray[np.float64]

_REACH = 9.0
"""Outermost node: the normal distribution has 2e-19 beyond."""
_FINE = 0.6
"""Distance of nodes by the smallest posterior standard deviation: the error of the sum is about exp(-2 pi^2 / 0.36)."""


def nodes(slope: Array) -> Array:
    """Abilities at which the integrand is summed, fine enough for discriminations ``slope``.

    The curvature of ``log phi(theta) + log L(theta)`` is at most ``1 + sum a_j^2 / 4``, so no posterior is narrower
    than ``sigma = (1 + sum a_j^2 / 4)^(-1/2)``. A sum with step h over an analytic integrand of that width is right to
    about ``exp(-2 pi^2 sigma^2 / h^2)`` (Trefethen & Weideman 2014), here less than 1e-20 of the whole.
    """
    half = math.ceil(_REACH * math.sqrt(1.0 + float(np.sum(slope**2)) / 4.0) / _FINE)
    return np.asarray(np.linspace(-_REACH, _REACH, 2 * half + 1), float)


def log_normal_weights(theta: Array) -> Array:
    """Logarithms of the standard normal density at equally spaced nodes, their exponentials adding up to 1."""
    log_phi = -0.5 * theta**2
    return np.asarray(log_phi - np.log(np.sum(np.exp(log_phi))), float)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Log-likelihood in ``psi``, the intercepts d and then the slopes a of ``logit P = a_j theta + d_j``."""

    table: Responses
    theta: Array

    def value(self, psi: Array) -> float:
        """``sum_l n_l log sum_q phi_q prod_j P^x (1 - P)^(1 - x)``."""
        return float(self.table.times @ self._posterior(psi)[1])

    def gradient(self, psi: Array) -> Array:
        """Shape (2 items,): expected residuals, and their products with the ability."""
        posterior, _ = self._posterior(psi)
        w = self.table.times[:, None] * posterior
        residual = self.table.right.T @ w - (self.table.answered.T @ w) * self._probability(psi).T
        return np.concatenate([residual.sum(axis=1), residual @ self.theta])

    def complete_information(self, psi: Array) -> Array:
        """That of the items if abilities were seen, (2 items, 2 items): EM's, always positive."""
        posterior, _ = self._posterior(psi)
        return self._complete(psi, self.table.times[:, None] * posterior)

    def hessian(self, psi: Array) -> Array:
        """Second derivatives by Louis' (1982) formula, (2 items, 2 items).

        ``sum_l n_l (E[s s'] - E[s] E[s]' - E[B])`` over the posterior of the ability, s and B being score and
        information of the items if the ability were seen.
        """
        right, answered = self.table.right.astype(np.float64), self.table.answered.astype(np.float64)
        posterior, _ = self._posterior(psi)
        p, n, items = self._probability(psi), self.table.times, len(self.table.items)
        w = n[:, None] * posterior
        total = np.zeros((3, items, items))
        for q in np.flatnonzero(w.sum(axis=0) > 1e-15 * n.sum()):
            residual = right - answered * p[q]
            product = residual.T @ (w[:, [q]] * residual)
            total += product * np.array([1.0, self.theta[q], self.theta[q] ** 2])[:, None, None]
        both = np.block([[total[0], total[1]], [total[1], total[2]]])
        expected = np.hstack(
            [
                right - answered * (posterior @ p),
                right * (posterior @ self.theta)[:, None] - answered * (posterior @ (self.theta[:, None] * p)),
            ]
        )
        return np.asarray(both - expected.T @ (n[:, None] * expected) - self._complete(psi, w), float)

    def _complete(self, psi: Array, w: Array) -> Array:
        p = self._probability(psi)
        spread = (self.table.answered.T @ w) * (p * (1.0 - p)).T
        one, cross, two = (np.diag(spread @ self.theta**power) for power in (0, 1, 2))
        return np.block([[one, cross], [cross, two]])

    def _logit(self, psi: Array) -> Array:
        d, a = np.split(psi, 2)
        return np.asarray(self.theta[:, None] * a + d, float)

    def _probability(self, psi: Array) -> Array:
        """Shape (nodes, items)."""
        from scipy.special import expit

        return np.asarray(expit(self._logit(psi)), float)

    def _posterior(self, psi: Array) -> tuple[Array, Array]:
        """Of the nodes given each row, (rows, nodes), and the log-likelihood of each row."""
        logit = self._logit(psi)
        joint = self.table.right @ logit.T - self.table.answered @ np.logaddexp(0.0, logit).T
        joint += log_normal_weights(self.theta)
        top = joint.max(axis=1, keepdims=True)
        weight = np.exp(joint - top)
        total = weight.sum(axis=1, keepdims=True)
        return weight / total, (top + np.log(total))[:, 0]
