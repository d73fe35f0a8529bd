"""Probability of each class given the votes of annotators, and how it moves with their error rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.reference_certificate import Uncertain
from measurand.study.labels_individual import ADDED, STEP, coded, posterior, rates

Array = NDArray[np.float64]
LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Model:
    """Probability of each class given the votes, as a function of the rates."""

    rate: Array
    """Free rates."""
    covariance: Array
    """Of the rates, clusters of items independent of each other."""
    posterior: Callable[[Array], Array]
    """Rates -> probability of each class, shape (items, classes)."""
    vote: Uncertain
    """Probability that one vote is wrong."""
    annotators: Mapping[str, tuple[Uncertain, ...]]
    """Probability of a right vote by each, where each has rates of its own."""

    def moved(self, of: Callable[[Array], Array]) -> Array:
        """Variance of each entry of a function of the probabilities that the rates cause."""
        slopes = []
        for p, r in enumerate(self.rate):
            h = STEP * max(min(r, 1.0 - r), LEAST)
            if r == 0.0:  # no slope at the end of the range: as far as the uncertainty reaches
                h = max(h, float(np.sqrt(self.covariance[p, p])))
            up, down = self.rate.copy(), self.rate.copy()
            up[p], down[p] = r + h, max(r - h, 0.0)
            slopes.append((of(self.posterior(up)) - of(self.posterior(down))) / (up[p] - down[p]))
        slope = np.stack(slopes)
        return np.asarray(np.einsum("p...,pq,q...->...", slope, self.covariance, slope))


def common(count: Array, rate: float, contribution: Array, cluster: Sequence[str], *, least: float) -> Model:
    """One rate for all annotators; ``contribution`` is that of each item to it, ``least`` its standard uncertainty
    where no two votes differ, so that no contribution does."""
    m, classes = count.sum(axis=1), count.shape[1]

    def q(theta: Array) -> Array:
        e = min(max(float(theta[0]), LEAST), 1.0 - LEAST)
        other = e / (classes - 1)
        logs = count * np.log(1.0 - e) + (m[:, None] - count) * np.log(other) + np.log(prior(count, e))
        odds = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    covariance = _clustered(contribution[:, None], cluster) if rate > 0.0 else np.array([[least**2]])
    return Model(np.array([rate]), covariance, q, uncertain(rate, np.sqrt(covariance[0, 0])), {})


def prior(count: Array, rate: float) -> Array:
    """Shares of the classes: those of the votes are ``prior (1 - e) + (1 - prior) e / (K - 1)``."""
    share, other = count.sum(axis=0) / count.sum(), rate / (count.shape[1] - 1)
    found = np.maximum((share - other) / (1.0 - rate - other), LEAST)
    return np.asarray(found / found.sum())


def individual(votes: Sequence[Mapping[str, str]], classes: tuple[str, ...], cluster: Sequence[str]) -> Model:
    """Rates of each annotator's own (Dawid and Skene 1979), none surer than a share of as many votes.

    Raises DesignError where the votes cannot tell.
    """
    names = sorted({name for item in votes for name, vote in item.items() if vote != ""})
    vote = coded(votes, names, classes)
    found = rates(vote, len(classes), np.ones(len(vote)), annotators=names)
    width = found.u.shape[1]
    shape = (len(names), width)

    def q(theta: Array) -> Array:
        right = theta.reshape(shape)
        return posterior(vote, found.share, right if width > 1 else np.repeat(right, len(classes), axis=1))

    right = found.right[:, :width]
    covariance = _clustered(found.influence.reshape(len(vote), -1), cluster)
    least = _least(vote, q(right.reshape(-1)), right, cluster)
    lacking = np.maximum(least.reshape(-1) - np.diagonal(covariance), 0.0)
    covariance = covariance + np.diag(lacking)
    u = np.sqrt(np.diagonal(covariance)).reshape(shape)
    each = {a: tuple(uncertain(r, s) for r, s in zip(right[j], u[j], strict=True)) for j, a in enumerate(names)}
    # A vote of any annotator for an item of any class: mean over annotators, classes by their shares.
    slope = np.tile(found.share if width > 1 else np.ones(1), len(names)) / len(names)
    vote_error = uncertain(1.0 - float(slope @ right.reshape(-1)), float(np.sqrt(slope @ covariance @ slope)))
    return Model(right.reshape(-1).copy(), covariance, q, vote_error, each)


def _least(vote: NDArray[np.int64], q: Array, right: Array, cluster: Sequence[str]) -> Array:
    """Least variance of each rate: that of a share of n votes, ``r (1 - r) / (n + 2)``. Where less than one vote is
    expected to be wrong, votes show no spread: n counts clusters, all right, ``r = (n + 1/2) / (n + 1)`` (Jeffreys).
    """
    _, of = np.unique(np.asarray(cluster, dtype=str), return_inverse=True)
    out = np.zeros(right.shape)
    for j, k in np.ndindex(*right.shape):
        share = (vote[:, j] >= 0) * (q[:, k] if right.shape[1] > 1 else 1.0)
        n, r = float(share.sum()), float(right[j, k])
        if (1.0 - r) * (n + 2.0 * ADDED) - ADDED < 1.0:
            largest = np.zeros(int(of.max()) + 1)
            np.maximum.at(largest, of.reshape(-1), share)
            n = float(largest.sum())
            r = (n + ADDED) / (n + 2.0 * ADDED)
        out[j, k] = r * (1.0 - r) / (n + 2.0)
    return out


def _clustered(part: Array, cluster: Sequence[str]) -> Array:
    """Covariance of sums of contributions (items, sums), items of one cluster together:
    ``G/(G-1) sum (z - zbar)(z - zbar)'``."""
    names, of = np.unique(np.asarray(cluster, dtype=str), return_inverse=True)
    z = np.zeros((len(names), part.shape[1]))
    np.add.at(z, of.reshape(-1), part)
    z -= z.mean(axis=0)
    return np.asarray(len(z) / (len(z) - 1) * (z.T @ z)) if len(z) > 1 else np.zeros((part.shape[1], part.shape[1]))


def uncertain(value: float, u: float) -> Uncertain:
    """A value with its standard uncertainty, as documents hold it."""
    return Uncertain(value=number(value), u=number(u))
