"""Hierarchical Bayesian consensus with Laplace laboratory effects: far-off laboratories pull less."""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial.laguerre import laggauss
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity import consensus_posterior as posterior
from measurand.quantity.consensus_grid import Effects, grid_consensus
from measurand.quantity.consensus_result import Consensus
from measurand.quantity.laboratories import Laboratories

Array = NDArray[np.float64]

_ROOT_2 = math.sqrt(2.0)
_NODES = 8
"""Of the Gauss-Laguerre rule for one side of an effect."""


def bayes_laplace(labs: Laboratories, *, level: float = 0.95, tau_scale: float | None = None) -> Consensus:
    """``y_i ~ N(theta_i, u_i^2)``, ``theta_i`` Laplace with mean mu and standard deviation tau; priors as in
    ``bayes_gaussian``.

    The model of the NIST Consensus Builder (2018), by quadrature over a grid of mu and tau instead of Markov chains;
    the density of one value, a normal and a Laplace variable added, is in closed form. ``value`` and ``u`` are the mean
    and the standard deviation of the posterior of mu, the limits its quantiles. Raises DesignError for correlated
    laboratories and for a scale that is none.
    """
    if not labs.independent:
        raise DesignError(say("consensus.correlated", method="bayes-laplace"))
    scale = posterior.prior_scale(labs, tau_scale)
    z, share = laggauss(_NODES)
    effects = Effects(log_density, tail, np.concatenate([-z, z]) / _ROOT_2, np.concatenate([share, share]) / 2.0)
    return grid_consensus("bayes-laplace", labs, effects, scale=scale, level=level)


def log_density(residual: Array, tau: Array, u: float) -> Array:
    """Log density of the sum of a normal (u) and a Laplace (standard deviation tau) variable.

    With ``b = tau / sqrt 2``, ``r = |residual|``, ``a = u/b - r/u`` and ``c = u/b + r/u``:
    ``exp(-r^2 / 2u^2) [erfcx(a / sqrt 2) + erfcx(c / sqrt 2)] / 4b``; where a is negative,
    ``exp(-r^2 / 2u^2) erfcx(a / sqrt 2) = exp(u^2 / 2b^2 - r/b) erfc(a / sqrt 2)`` (Nadarajah & Kotz 2005).
    ``residual`` (points,), ``tau`` (nodes,): shape (nodes, points).
    """
    from scipy.special import erfc, erfcx

    b = tau[:, None] / _ROOT_2
    far, ratio = np.abs(residual) / u, u / b
    normal = -0.5 * far**2
    near, wide = np.minimum(ratio - far, 0.0) / _ROOT_2, np.maximum(ratio - far, 0.0) / _ROOT_2
    tail = erfcx((ratio + far) / _ROOT_2)
    inside = normal + np.log(erfcx(wide) + tail)
    exponent = np.where(near < 0.0, ratio * (0.5 * ratio - far), 0.0)  # at least `normal`, so that nothing overflows
    outside = exponent + np.log(erfc(near) + np.exp(normal - exponent) * tail)
    return np.asarray(np.where(near < 0.0, outside, inside) - np.log(4.0 * b))


def tail(z: Array) -> Array:
    """``P(Z > z)`` of a Laplace variable with mean 0 and standard deviation 1."""
    half = 0.5 * np.exp(-_ROOT_2 * np.abs(z))
    return np.asarray(np.where(z > 0.0, half, 1.0 - half))
