"""Which systems differ on many tasks, once Friedman's test has said that some do.

Every pair by itself (Wilcoxon's signed ranks, then Holm) does not depend on which other systems were in the table; the
mean-rank tests (Nemenyi, Conover) do (Benavoli, Corani & Mangili 2016), so the first is the default to state.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.friedman import Friedman, ranks
from measurand.quantity.multiplicity import adjusted
from measurand.quantity.sign_flip import SignFlip, sign_flip
from measurand.quantity.student import student_tail
from measurand.quantity.studentized_range import range_tail

Array = NDArray[np.float64]

_DIGITS = 12
"""Digits, of the largest difference, to which sizes are compared: 0.3 - 0.1 is as large as 0.2."""


def signed_ranks(differences: ArrayLike, *, rng: Generator, draws: int = 99_999) -> SignFlip:
    """Wilcoxon's (1945) signed-rank test: the sign-flip test of the ranks of the sizes, those of 0 left out.

    Sizes equal to 12 digits share their mean rank and the distribution is that of these ranks: exact up to 40
    differences other than 0. ``mean`` is the sum of the signed ranks over the number of differences. Raises DesignError
    as ``sign_flip``.

    >>> d = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    >>> signed_ranks(d, rng=np.random.default_rng(1)).p  # nine of one sign: 2 / 2^9
    0.00390625
    """
    d = np.asarray(differences, float).ravel()
    size = np.round(np.abs(d) / max(float(np.max(np.abs(d), initial=0.0)), 1e-300), _DIGITS)
    below = np.sum((size[None, :] < size[:, None]) & (size[None, :] > 0.0), axis=1)
    equal = np.sum(size[None, :] == size[:, None], axis=1)
    return sign_flip(np.where(size == 0.0, 0.0, np.sign(d) * (below + (equal + 1.0) / 2.0)), rng=rng, draws=draws)


def pairwise_signed_ranks(values: ArrayLike, *, rng: Generator, method: str = "holm") -> Array:
    """Adjusted p-values of Wilcoxon's test of every pair, shape (systems, systems), 1 on the diagonal.

    ``values`` (tasks, systems): sizes of differences are compared between tasks, so they need one scale; ranks do not.
    Systems equal on all tasks have p = 1. Raises DesignError, and RefusedError for an unknown method of adjustment.
    """
    x = np.asarray(values, float)
    ranks(x)  # a table without gaps
    k = x.shape[1]
    i, j = np.triu_indices(k, 1)
    p = [
        1.0 if np.all(x[:, a] == x[:, b]) else signed_ranks(x[:, a] - x[:, b], rng=rng).p
        for a, b in zip(i, j, strict=True)
    ]
    return _square(adjusted(p, method=method), k)


def nemenyi(found: Friedman) -> Array:
    """p-values of all pairs by the range of mean ranks, shape (systems, systems), 1 on the diagonal (Nemenyi 1963).

    Already for all pairs together; without correction for equal values, so conservative with many of them.
    """
    n, k = found.ranks.shape
    u = sqrt(k * (k + 1.0) / (12.0 * n))
    i, j = np.triu_indices(k, 1)
    gap = np.abs(found.average[i] - found.average[j]) / u
    return _square(np.array([range_tail(float(q), k) for q in gap]), k)


def conover(found: Friedman, *, method: str = "holm") -> Array:
    """Adjusted p-values of all pairs by Conover's (1999) t test of the rank sums, shape (systems, systems).

    ``t = |R_i - R_j| / sqrt(2 (N A - sum R_j^2) / ((N - 1)(k - 1)))`` with ``A`` the sum of all squared ranks and
    ``(N - 1)(k - 1)`` degrees of freedom. More power than Nemenyi's, by the spread left after the systems. Raises
    DesignError where all tasks order the systems alike: nothing is left to judge by.
    """
    r = found.ranks
    n, k = r.shape
    total = r.sum(axis=0)
    df = (n - 1.0) * (k - 1.0)
    left = n * float(np.sum(r**2)) - float(np.sum(total**2))
    if not left > 1e-9 * n:
        raise DesignError(say("ranking.no_spread"))
    i, j = np.triu_indices(k, 1)
    p = 2.0 * student_tail(np.abs(total[i] - total[j]) / sqrt(2.0 * left / df), df)
    return _square(adjusted(np.minimum(p, 1.0), method=method), k)


def _square(p: Array, k: int) -> Array:
    table = np.ones((k, k))
    i, j = np.triu_indices(k, 1)
    table[i, j] = table[j, i] = p
    return table
