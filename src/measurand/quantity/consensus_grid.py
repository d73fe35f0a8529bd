"""The joint posterior of the consensus value mu and of tau on a grid, for models with a density of one value."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from measurand.quantity import consensus_posterior as posterior
from measurand.quantity.consensus_posterior import TauPosterior
from measurand.quantity.consensus_result import Consensus, Dark, heterogeneity
from measurand.quantity.laboratories import Laboratories
from measurand.quantity.mixture import Cumulative, quantile

Array = NDArray[np.float64]
LogDensity = Callable[[Array, Array, float], Array]
"""``f(residual, tau, u)``: log density of one value, shape (nodes of tau, points)."""


@dataclass(frozen=True, eq=False)
class Effects:
    """How the true values of laboratories scatter about mu."""

    log_density: LogDensity
    tail: Callable[[Array], Array]
    """``P(Z > z)`` of an effect over tau."""
    z: Array
    """Nodes and weights of a Gauss rule for an effect over tau."""
    share: Array


_POINTS = 10
"""Gauss-Legendre points in each panel of mu."""
_WIDTH = 2.0
"""Panel width over the scale on which the joint density of the laboratories changes there."""
_COARSE = 0.5
"""Step of log(tau) of the coarse grid."""
_SMALL = 25.0
"""Nodes of sigma whose log probability lies this far below the largest are left out."""
_NARROW = 0.2
"""tau over the narrowest panel of mu up to which an effect is integrated by its Gauss rule."""
_TINY = 0.03
"""tau over the narrowest panel up to which only its mean square over some nodes counts."""
_NEGLIGIBLE = 1e-11
"""Points of the grid with less probability are left out of the prediction."""


@dataclass(frozen=True, eq=False)
class Panels:
    """A density on panels, as a Legendre series on each."""

    lower: Array
    upper: Array
    mass: Array
    """Probability of each panel."""
    series: Array
    """Coefficients of the integral from the left end, shape (points + 1, panels)."""

    def cumulative(self, x: Array) -> Array:
        """``P(mu <= x)``, shape (points,)."""
        at = np.clip(np.searchsorted(self.upper, x), 0, len(self.mass) - 1)
        before = np.concatenate([[0.0], np.cumsum(self.mass)])[at]
        inside = np.clip((2.0 * x - self.lower[at] - self.upper[at]) / (self.upper[at] - self.lower[at]), -1.0, 1.0)
        return np.asarray(before + legendre.legval(inside, self.series[:, at], tensor=False))


def grid_consensus(method: str, labs: Laboratories, effects: Effects, *, scale: float, level: float) -> Consensus:
    """The posterior of mu (flat prior) and tau (half-Cauchy of median ``scale``), by quadrature.

    Panels of mu are as narrow as the densities of the laboratories ask for, between far limits; a coarse grid finds
    those of mu and tau that are not negligible. A value whose degrees of freedom are finite has its density averaged
    over its sigma.
    """
    origin = float(np.median(labs.y))
    joint = _joint(labs, origin, effects.log_density, scale)
    edges = _edges(labs.y - origin, labs.u)
    coarse = posterior.nodes(labs, scale, step=_COARSE)
    seen = joint(0.5 * (edges[:-1] + edges[1:]), coarse) + np.log(np.diff(edges))
    rows, columns = posterior.kept(seen.max(axis=1)), posterior.kept(seen.max(axis=0))
    step, (first, last) = posterior.step(labs.count), coarse[rows][[0, -1]]
    tau = posterior.nodes(labs, scale, step=step)
    tau = tau[(tau >= first * (1.0 - _COARSE)) & (tau <= last)]
    lower, upper = edges[:-1][columns], edges[1:][columns]
    x, w = legendre.leggauss(_POINTS)
    half = 0.5 * (upper - lower)[:, None]
    mu = (0.5 * (lower + upper)[:, None] + half * x).ravel()
    log_p = joint(mu, tau) + np.log(half * w).ravel() + posterior.log_share(tau, step)[:, None]
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    of_mu = _panels(lower, upper, p.sum(axis=0))
    of_tau, mean = TauPosterior(tau, p.sum(axis=1), step, labs.count), float(p.sum(axis=0) @ mu)
    other = _prediction(mu, tau, p, effects, lower, upper)
    probabilities = (0.5 * (1.0 - level), 0.5 * (1.0 + level))
    ends = [quantile(of_mu.cumulative, q, mean, float(half.max())) for q in probabilities]
    others = [quantile(other, q, mean, float(half.max()), parts=2) for q in probabilities]
    u, median = math.sqrt(float(p.sum(axis=0) @ (mu - mean) ** 2)), of_tau.quantile(0.5)
    dark = Dark(median, (of_tau.quantile(probabilities[0]), of_tau.quantile(probabilities[1])), of_tau.square_sd,
                of_tau.sd)  # fmt: skip
    return Consensus(
        method, origin + mean, u if labs.count > 2 else math.inf, origin + ends[0], origin + ends[1], math.inf, level,
        None, median, dark, heterogeneity(labs, level=level), (origin + others[0], origin + others[1]), None,
    )  # fmt: skip


def _joint(labs: Laboratories, origin: float, density: LogDensity, scale: float) -> Callable[[Array, Array], Array]:
    """Logarithm of prior times likelihood, of mu (points,) and tau (nodes,): shape (nodes, points)."""
    sigmas = [_sigma(float(u), float(df)) for u, df in zip(labs.u, labs.df, strict=True)]

    def joint(mu: Array, tau: Array) -> Array:
        held = posterior.log_prior(tau, scale)[:, None] + np.zeros(len(mu))
        for value, (sigma, log_p) in zip(labs.y - origin, sigmas, strict=True):
            total = density(value - mu, tau, float(sigma[0])) + log_p[0]
            for s, share in zip(sigma[1:], log_p[1:], strict=True):
                total = np.logaddexp(total, density(value - mu, tau, float(s)) + share)
            held += total
        return held

    return joint


def _sigma(u: float, df: float) -> tuple[Array, Array]:
    """Nodes of sigma and their log probabilities: ``df u^2 / sigma^2`` is chi-square; u alone for infinite df."""
    if math.isinf(df):
        return np.array([u]), np.zeros(1)
    step, mode = min(0.5, 0.7 * math.sqrt(2.0 / df)), math.log(df)
    wide = 12.0 * math.sqrt(2.0 / df)
    g = np.arange(mode - 50.0 / df - wide, mode + min(wide, math.log1p(80.0 / df) + 1.0), step)
    log_p = 0.5 * (df * (g - mode) - df * np.expm1(g - mode))
    g, log_p = g[log_p > -_SMALL], log_p[log_p > -_SMALL]
    return u * np.exp(0.5 * (mode - g)), log_p - math.log(float(np.sum(np.exp(log_p))))


def _edges(y: Array, u: Array) -> Array:
    """Edges of the panels of mu: halved until none is wider than the densities that meet there allow.

    A density changes over u near its value and over the distance from it further off (the kink of a Laplace density
    is u wide), and a product of k of them over ``1 / sqrt(sum 1/scale^2)``. The posterior of mu falls as
    ``mu^-(k+1)``.
    """
    far = 5.0 if len(y) == 2 else 1.0 + 10.0 / (len(y) - 2)
    reach = float(max(np.ptp(y), u.max())) * 10.0**far
    lower, upper = np.array([-reach]), np.array([reach])
    done: list[Array] = []
    while len(lower):
        apart = np.maximum(np.maximum(lower[:, None] - y, y - upper[:, None]), u)
        fits = upper - lower <= _WIDTH / np.sqrt(np.sum(apart**-2.0, axis=1))
        done.append(lower[fits])
        lower, upper = lower[~fits], upper[~fits]
        middle = 0.5 * (lower + upper)
        lower, upper = np.concatenate([lower, middle]), np.concatenate([middle, upper])
    return np.append(np.sort(np.concatenate(done)), reach)


def _panels(lower: Array, upper: Array, p: Array) -> Panels:
    """Panels from the probabilities of their Gauss points, shape (panels * points,)."""
    order, (x, _) = np.arange(_POINTS), legendre.leggauss(_POINTS)
    held = p.reshape(-1, _POINTS)
    series = (order[:, None] + 0.5) * (legendre.legvander(x, _POINTS - 1).T @ held.T)
    return Panels(lower, upper, held.sum(axis=1), np.asarray(legendre.legint(series, lbnd=-1)))


def _prediction(mu: Array, tau: Array, p: Array, effects: Effects, lower: Array, upper: Array) -> Cumulative:
    """``P(theta <= x)`` of one more laboratory.

    Where tau is not small beside the panels of mu, their points are summed; where it is, the distribution of mu is
    smooth over an effect and a Gauss rule for the effect is exact. Points without weight are left out.
    """
    width = float(np.min(upper - lower))
    few = int(np.searchsorted(tau, _NARROW * width))
    group = np.arange(few)  # one for each tau, but of very small ones only the mean square counts
    tiny = tau[:few] < _TINY * width
    group[tiny] = np.floor(np.log(np.maximum(tau[:few][tiny] / width, 1e-3)) / _COARSE) - few
    held = [p[:few][group == g] for g in np.unique(group)]
    squares = [float(np.sum(p[:few][group == g].sum(axis=1) * tau[:few][group == g] ** 2)) for g in np.unique(group)]
    small = [
        (_panels(lower, upper, h.sum(axis=0)), math.sqrt(s / float(h.sum())))
        for h, s in zip(held, squares, strict=True)
        if h.sum() > _NEGLIGIBLE
    ]
    rows, columns = np.nonzero(p[few:] > _NEGLIGIBLE)
    share, centre, scale = p[few:][rows, columns], mu[columns], tau[few:][rows]

    def cumulative(x: Array) -> Array:
        wide = [float(np.sum(effects.tail((centre - v) / scale) * share)) for v in x]
        for panels, t in small:
            at = panels.cumulative((np.asarray(x, float)[:, None] - t * effects.z).ravel())
            wide = wide + np.sum(at.reshape(len(x), -1) * effects.share, axis=1)
        return np.asarray(wide, float)

    return cumulative
