"""The posterior of tau on a grid of log(tau): exact quadrature, no random draws.

The trapezoidal rule on the whole line converges faster than any power of its step for a smooth integrand that falls
off at both ends (Trefethen & Weideman 2014), and its nodes hold all that lies between them: the cumulative
probability is a sum of sine integrals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.laboratories import Laboratories
from measurand.quantity.mixture import quantile

Array = NDArray[np.float64]

_BELOW = 1e-5
"""Smallest tau over the smallest u; below it the likelihood is constant to 1e-10 and the rest is summed exactly."""
_STEP = 0.2
_OF_WIDTH = 0.7
"""Step over the width ``1/sqrt(2 k)`` that log(tau) has for k precise laboratories."""
_NEGLIGIBLE = 34.0
"""Nodes whose log weight lies this far below the largest are left out."""


@dataclass(frozen=True, eq=False)
class TauPosterior:
    """Probabilities of the nodes of tau, shape (nodes,)."""

    tau: Array
    p: Array
    step: float
    """Distance of the nodes in log(tau)."""
    count: int
    """Laboratories."""

    def cumulative(self, tau: Array) -> Array:
        """``P(T <= tau)``, shape (points,)."""
        from scipy.special import sici

        x = math.pi * (np.log(np.asarray(tau, float))[:, None] - np.log(self.tau)) / self.step
        return np.asarray((0.5 + sici(x)[0] / math.pi) @ self.p)

    def quantile(self, probability: float) -> float:
        """tau with that probability below it."""
        start = float(np.log(self.tau) @ self.p)
        return math.exp(quantile(lambda x: self.cumulative(np.exp(x)), probability, start, 1.0))

    @property
    def sd(self) -> float:
        """Standard deviation of tau; infinite for two laboratories."""
        if self.count < 3:
            return math.inf
        mean = float(self.p @ self.tau)
        return math.sqrt(float(self.p @ (self.tau - mean) ** 2))

    @property
    def square_sd(self) -> float:
        """Standard deviation of tau^2; infinite for fewer than five laboratories: the posterior falls as tau^-(k+1)."""
        if self.count < 5:
            return math.inf
        mean = float(self.p @ self.tau**2)
        return math.sqrt(float(self.p @ (self.tau**2 - mean) ** 2))


def prior_scale(labs: Laboratories, scale: float | None) -> float:
    """Median of the half-Cauchy prior of tau: as given, or as in the NIST Consensus Builder 1.483 MAD of the values.

    Where more than half of the values are equal, that is 0 and the median of u is taken. Raises DesignError for a
    scale that is none.
    """
    if scale is None:
        return labs.mad if labs.mad > 0.0 else float(np.median(labs.u))
    if not (math.isfinite(scale) and scale > 0.0):
        raise DesignError(say("consensus.tau_scale", scale=scale))
    return scale


def step(count: int) -> float:
    """Distance of the nodes in log(tau) for that many laboratories."""
    return min(_STEP, _OF_WIDTH / math.sqrt(2.0 * count))


def nodes(labs: Laboratories, scale: float, *, step: float) -> Array:
    """tau from where nothing changes any more to where the tail is negligible, also times tau^2.

    The posterior of log(tau) falls as ``tau^-k``, k the number of laboratories.
    """
    widest = float(max(np.ptp(labs.y), labs.u.max(), scale))
    far = 6.0 if labs.count == 2 else 1.0 + 10.0 / (labs.count - 2)
    lower = math.log(_BELOW * float(min(labs.u.min(), scale)))
    upper = math.log(widest) + far * math.log(10.0)
    return np.asarray(np.exp(np.arange(lower, upper + step, step)))


def log_prior(tau: Array, scale: float) -> Array:
    """Logarithm of the half-Cauchy density times tau, for an integral over log(tau); without its constant."""
    return np.asarray(np.log(tau) - np.log1p((tau / scale) ** 2))


def log_share(tau: Array, step: float) -> Array:
    """Log weights of the nodes: equal, but the first one stands for all below it, whose density falls as tau."""
    held = np.full(len(tau), math.log(step))
    held[0] -= math.log(-math.expm1(-step))
    return held


def kept(log_weight: Array) -> slice:
    """The nodes that are not negligible, with one more at either end; the largest alone decides."""
    held = np.flatnonzero(log_weight > np.max(log_weight) - _NEGLIGIBLE)
    return slice(max(int(held[0]) - 1, 0), int(held[-1]) + 2)
