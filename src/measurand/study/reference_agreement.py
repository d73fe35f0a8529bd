"""How far annotators agree, with no model of them: shares of pairs of votes, by clusters of items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.reference_certificate import Agreement

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
NOTHING = 1e-12
"""Spread of a share that is none but for rounding."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Votes by item and class, with their pairs; ``cluster`` numbers the cluster of each item."""

    count: Array
    cluster: NDArray[np.int64]

    @property
    def votes(self) -> Array:
        """Of each item."""
        return np.asarray(self.count.sum(axis=1))

    @property
    def pairs(self) -> Array:
        """Of each item."""
        return self.votes * (self.votes - 1.0) / 2.0

    @property
    def agreeing(self) -> Array:
        """Pairs of each item that agree."""
        return np.asarray(np.sum(self.count * (self.count - 1.0) / 2.0, axis=1))


def tally(count: Array, cluster: Sequence[str]) -> Tally:
    """Votes by item and class with the clusters of the items."""
    of = np.unique(np.asarray(cluster, dtype=str), return_inverse=True)[1]
    return Tally(count, np.asarray(of.reshape(-1), np.int64))


def share(top: Array, below: Array, cluster: NDArray[np.int64]) -> tuple[float, float] | None:
    """``A = sum top / sum below`` with its standard uncertainty; None where that cannot be had.

    ``u^2 = G/(G-1) sum over clusters of z_g^2``, ``z`` the sum of ``(top - A below) / sum below`` over the items of a
    cluster, G the clusters with anything below: linearised ratio (Cochran 1977, 6.4). Where no cluster differs from
    another, the variance is that with one unseen cluster of each kind, ``p~ = (G A + 1) / (G + 2)``. None where fewer
    than two clusters have anything below: nothing shows how far they differ.

    >>> right = np.array([1.0] * 8 + [0.0] * 2)
    >>> value, u = share(right, np.ones(10), np.arange(10))  # of plain items: sqrt(0.8 * 0.2 / 9)
    >>> f"{value:.12f} {u:.12f}"
    '0.800000000000 0.133333333333'
    """
    total = float(below.sum())
    if not total > 0.0:
        return None
    value = float(top.sum()) / total
    size = np.bincount(cluster, weights=below)
    z = np.bincount(cluster, weights=(top - value * below) / total)[size > 0.0]
    g = len(z)
    if g < 2:
        return None
    u = float(np.sqrt(g / (g - 1) * float(z @ z)))
    return value, u if u > NOTHING else _unseen(value, g)


def _unseen(value: float, clusters: int) -> float:
    mean = (clusters * value + 1.0) / (clusters + 2.0)
    squares = clusters * (value - mean) ** 2 + mean**2 + (1.0 - mean) ** 2
    return float(np.sqrt(squares / (clusters + 2.0) / clusters))


def agreement(t: Tally, classes: Sequence[str]) -> Agreement:
    """Agreement of the pairs of votes, Fleiss' kappa and specific agreement, each with its standard uncertainty."""
    observed = share(t.agreeing, t.pairs, t.cluster)
    kappa = None if observed is None else _kappa(t, *observed)
    specific, u_specific = {}, {}
    for k, c in enumerate(classes):
        x = t.count[:, k]
        found = share(x * (x - 1.0), x * (t.votes - 1.0), t.cluster)
        if found is not None:
            specific[c], u_specific[c] = number(found[0]), number(found[1])
    return Agreement(
        pairs=int(t.pairs.sum()),
        observed=None if observed is None else number(observed[0]),
        u_observed=None if observed is None else number(observed[1]),
        kappa=None if kappa is None else number(kappa[0]),
        u_kappa=None if kappa is None else number(kappa[1]),
        specific=specific,
        u_specific=u_specific,
    )


def _kappa(t: Tally, a: float, u_a: float) -> tuple[float, float] | None:
    """``(A - E) / (1 - E)``, ``E = sum p_c^2``; None where all votes are for one class.

    Contributions ``dA / (1 - E) - (1 - A) / (1 - E)^2 2 sum p_c dp_c`` (Fleiss 1971; Gwet 2008 for the variance).
    """
    p = t.count.sum(axis=0) / t.count.sum()
    chance = float(p @ p)
    if not 1.0 - chance > NOTHING:
        return None
    value = (a - chance) / (1.0 - chance)
    of_a = (t.agreeing - a * t.pairs) / float(t.pairs.sum())
    of_chance = 2.0 * ((t.count - t.votes[:, None] * p) @ p) / float(t.votes.sum())
    z = np.bincount(t.cluster, weights=of_a / (1.0 - chance) - (1.0 - a) / (1.0 - chance) ** 2 * of_chance)
    u = float(np.sqrt(len(z) / (len(z) - 1) * float(z @ z)))
    return value, u if u > NOTHING else u_a / (1.0 - chance)
