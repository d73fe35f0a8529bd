"""Hierarchical Bayesian consensus with normal laboratory effects, by quadrature over tau alone."""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity import consensus_posterior as posterior
from measurand.quantity.consensus_grid import Effects, grid_consensus
from measurand.quantity.consensus_posterior import TauPosterior
from measurand.quantity.consensus_result import Consensus, Dark, heterogeneity
from measurand.quantity.consensus_tau import Model, fit, model_of, weights
from measurand.quantity.laboratories import Laboratories
from measurand.quantity.mixture import Mixture
from measurand.quantity.student import normal_tail

Array = NDArray[np.float64]


def bayes_gaussian(labs: Laboratories, *, level: float = 0.95, tau_scale: float | None = None) -> Consensus:
    """``y_i ~ N(theta_i, u_i^2)``, ``theta_i ~ N(mu, tau^2)``, mu flat, tau half-Cauchy with median ``tau_scale``.

    The model of the NIST Consensus Builder (Koepke, Lafarge, Possolo & Toman 2017), without its Markov chains. Given
    tau, mu is normal about the weighted mean, so that its posterior is a mixture of normals over the posterior
    ``p(tau) prod N(y | mean, V + tau^2) / sqrt(sum w)`` of tau; ``value`` and ``u`` are its mean and standard
    deviation, the limits its quantiles. Two laboratories give limits, but no finite u.

    Where degrees of freedom are finite, sigma_i is not u_i: ``nu_i u_i^2 / sigma_i^2`` is chi-square with nu_i (a
    prior ``1/sigma_i``, as in JCGM 101, 6.4.9; the NIST Consensus Builder takes a half-Cauchy one), and the posterior
    is taken on a grid of mu and tau. ``tau_scale`` is 1.483 MAD of the values if not given. Raises DesignError for
    a scale that is none and for correlated laboratories with finite degrees of freedom.
    """
    scale = posterior.prior_scale(labs, tau_scale)
    if not np.all(np.isinf(labs.df)):
        if not labs.independent:
            raise DesignError(say("consensus.correlated", method="bayes-gaussian"))
        return grid_consensus("bayes-gaussian", labs, normal_effects(), scale=scale, level=level)
    model = model_of(labs)
    held = _tau_posterior(model, labs, scale)
    at, tail, median = fit(model, held.tau**2), (1.0 - level) / 2.0, held.quantile(0.5)
    mu = Mixture(held.p, at.mean, np.sqrt(at.variance), np.full(len(held.p), np.inf))
    other = Mixture(held.p, at.mean, np.hypot(mu.scale, held.tau), mu.df)
    lower, upper, least, most = (
        model.origin + d.quantile(p) for d, p in ((mu, tail), (mu, 1.0 - tail), (other, tail), (other, 1.0 - tail))
    )
    return Consensus(
        "bayes-gaussian", model.origin + mu.mean, mu.sd if labs.count > 2 else math.inf, lower, upper, math.inf, level,
        np.array([weights(model, t) for t in held.tau**2]).T @ held.p, median,
        Dark(median, (held.quantile(tail), held.quantile(1.0 - tail)), held.square_sd, held.sd),
        heterogeneity(labs, level=level), (least, most), None,
    )  # fmt: skip


def _tau_posterior(model: Model, labs: Laboratories, scale: float) -> TauPosterior:
    """mu is integrated out: ``prod sqrt(w) exp(-Q(tau)/2) / sqrt(sum w x^2)`` times the prior."""
    step = posterior.step(labs.count)
    tau = posterior.nodes(labs, scale, step=step)
    at = fit(model, tau**2)
    log_p = 0.5 * (at.log_w + np.log(at.variance) - at.q)
    log_p += posterior.log_prior(tau, scale) + posterior.log_share(tau, step)
    held = posterior.kept(log_p)
    p = np.exp(log_p[held] - log_p.max())
    return TauPosterior(tau[held], p / p.sum(), step, labs.count)


def normal_effects() -> Effects:
    """Normal effects for a grid of mu and tau."""
    z, share = hermegauss(16)
    return Effects(_log_density, normal_tail, z, share / share.sum())


def _log_density(residual: Array, tau: Array, u: float) -> Array:
    """Log density of one value, ``N(0, u^2 + tau^2)``; residual (points,), tau (nodes,): shape (nodes, points)."""
    variance = u * u + tau[:, None] ** 2
    return np.asarray(-0.5 * (residual**2 / variance + np.log(2.0 * math.pi * variance)))
