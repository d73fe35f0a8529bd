"""Degrees of equivalence: how far each laboratory lies from a reference value, and from each other one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.consensus import consensus_of
from measurand.quantity.laboratories import Laboratories

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Degrees:
    """Differences and their standard uncertainties, shape (k,) for laboratories, (k, k) for pairs."""

    d: Array
    u: Array
    """Standard uncertainty of ``d``; 0 on the diagonal of pairs."""
    factor: float
    """Coverage factor of ``expanded``."""

    @property
    def expanded(self) -> Array:
        """Expanded uncertainty ``U(d) = factor u(d)``."""
        return self.factor * self.u

    @property
    def e_n(self) -> Array:
        """``d / U(d)``, shape of ``d``; above 1 in size a laboratory is not equivalent. 0 on the diagonal of pairs.

        With factor 2 and a reference from outside this is E_n of ISO 13528, with its sign. Raises DesignError where
        a difference has no uncertainty (a laboratory that is the whole reference).
        """
        itself = np.eye(len(self.d), dtype=bool) if self.d.ndim == 2 else np.zeros(len(self.d), bool)
        if np.any((self.u == 0.0) & ~itself):
            raise DesignError(say("equivalence.zero", position=int(np.argwhere((self.u == 0.0) & ~itself)[0][0]) + 1))
        return np.where(itself, 0.0, self.d / np.where(itself, 1.0, self.expanded))


def degrees_within(labs: Laboratories, *, weights: ArrayLike, tau: float = 0.0, factor: float = 2.0) -> Degrees:
    """Differences to a reference ``sum w_j y_j`` of these laboratories, which are correlated with it.

    ``d = (I - 1 w') y`` and ``u^2(d_i) = [(I - 1 w') C (I - 1 w')']_ii``; C is the covariance matrix of the
    laboratories, plus ``tau^2`` on its diagonal: for independent ones ``sum_j (delta_ij - w_j)^2 (u_j^2 + tau^2)``.
    With the weights ``1/u^2`` of the weighted mean it is ``u_i^2 - u_ref^2`` (Cox 2002). Weights 0 leave a laboratory
    out of the reference. ``tau`` 0 asks whether a laboratory lies where its own uncertainty says, the tau of the
    consensus whether it lies where laboratories usually do. Weights must sum to 1 for a reference without bias;
    they are scaled to that. Raises DesignError for weights, tau or a factor that are none.
    """
    w = np.asarray(weights, float).ravel()
    if len(w) != labs.count or not np.all(np.isfinite(w)) or not w.sum() > 0.0:
        raise DesignError(say("equivalence.weights", count=labs.count))
    w = w / w.sum()
    _check(tau, factor)
    taken = np.eye(labs.count) - w
    root = np.linalg.cholesky(labs.covariance + tau**2 * np.eye(labs.count))
    origin = float(labs.y[np.argmax(np.abs(w))])
    return Degrees(taken @ (labs.y - origin), np.sqrt(np.sum((taken @ root) ** 2, axis=1)), factor)


def degrees_against(
    labs: Laboratories, reference: float, u: float, *, covariance: ArrayLike = 0.0, factor: float = 2.0
) -> Degrees:
    """Differences to a reference value from elsewhere: ``u^2(d_i) = u_i^2 + u_ref^2 - 2 cov(y_i, reference)``.

    ``covariance`` is one number or has shape (k,); 0 for an independent reference. Raises DesignError for a reference
    that is none, and for covariances that make a variance negative.
    """
    _check(0.0, factor)
    shared = np.broadcast_to(np.asarray(covariance, float), labs.y.shape)
    variance = labs.u**2 + u**2 - 2.0 * shared
    known = math.isfinite(reference) and math.isfinite(u) and u >= 0.0 and np.all(np.isfinite(shared))
    if not known or np.any(variance < 0.0):
        raise DesignError(say("equivalence.reference"))
    return Degrees(labs.y - reference, np.sqrt(variance), factor)


def degrees_of_pairs(labs: Laboratories, *, tau: float = 0.0, factor: float = 2.0) -> Degrees:
    """Bilateral degrees ``d_ij = y_i - y_j``, ``u^2 = u_i^2 + u_j^2 - 2 cov(y_i, y_j) [+ 2 tau^2]``; shape (k, k).

    They need no reference value.
    """
    _check(tau, factor)
    variance = labs.u[:, None] ** 2 + labs.u**2 - 2.0 * labs.covariance + 2.0 * tau**2
    np.fill_diagonal(variance, 0.0)
    return Degrees(labs.y[:, None] - labs.y, np.sqrt(variance), factor)


def degrees_left_out(labs: Laboratories, *, method: str, with_tau: bool = True, factor: float = 2.0) -> Degrees:
    """Each laboratory against the consensus of all others, by ``method``: no laboratory judges itself.

    ``u^2(d_i) = u_i^2 + u^2(reference without i) [+ tau^2 without i] - 2 sum_j w_j cov(y_i, y_j)``. With ``with_tau``
    the question is that of the NIST Consensus Builder (2017): is the laboratory one of those that scatter with tau?
    Methods without tau add none; at least three laboratories are needed. Raises DesignError, RefusedError.
    """
    _check(0.0, factor)
    d, u = np.empty(labs.count), np.empty(labs.count)
    for i in range(labs.count):
        if labs.count < 3:
            raise DesignError(say("consensus.few", least=3, count=labs.count))
        other = consensus_of(labs.without(i), method=method)
        row = np.delete(labs.covariance[i], i)
        shared = 0.0 if other.weights is None else float(other.weights @ row)
        tau = other.tau if with_tau and other.tau is not None else 0.0
        d[i] = labs.y[i] - other.value
        u[i] = math.sqrt(float(labs.u[i]) ** 2 + other.u**2 + tau**2 - 2.0 * shared)
    return Degrees(d, u, factor)


def _check(tau: float, factor: float) -> None:
    if not (math.isfinite(tau) and tau >= 0.0):
        raise DesignError(say("equivalence.tau", tau=tau))
    if not (math.isfinite(factor) and factor > 0.0):
        raise DesignError(say("equivalence.coverage", factor=factor))
