"""Sign-flip test of paired differences: were they symmetric about 0, every sign would have been as likely."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say

Array = NDArray[np.float64]

MOST_EXACT = 40
"""Differences other than 0 up to which all assignments of signs are counted, two halves of up to 2^20 sums."""
CHUNK = 4_000_000
"""Signs drawn at a time."""


@dataclass(frozen=True)
class SignFlip:
    """Result of the test."""

    mean: float
    p: float
    """Two-sided: share of the assignments of signs whose sum is at least as far from 0 as the one seen."""
    u: float
    """Standard uncertainty of ``p`` from the draws; 0 where all assignments were counted."""
    draws: int
    """Number of assignments drawn; 0 where all were counted."""


def sign_flip(differences: ArrayLike, *, rng: Generator, draws: int = 99_999) -> SignFlip:
    """Test that paired differences are symmetric about 0 (Fisher 1935).

    Up to 40 differences other than 0 all assignments of signs are counted; else ``draws`` are drawn and
    ``p = (1 + count) / (1 + draws)`` with ``u(p) = sqrt(p (1 - p) / draws)`` (Phipson & Smyth 2010).
    Raises DesignError for less than two differences, values that are not finite, or less than one draw.

    >>> round(sign_flip([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4], rng=np.random.default_rng(1)).p, 6)
    0.003906
    """
    d = np.asarray(differences, float).ravel()
    if len(d) < 2 or not np.all(np.isfinite(d)):
        raise DesignError(say("comparison.differences"))
    if draws < 1:
        raise DesignError(say("comparison.draws", draws=draws))
    kept = np.abs(d[d != 0.0])
    slack = 1e-10 * float(kept.sum())
    seen = abs(float(d.sum())) - slack
    if len(kept) <= MOST_EXACT:
        return SignFlip(float(d.mean()), _counted(kept, seen), 0.0, 0)
    count, done = 0, 0
    while done < draws:
        step = min(max(1, CHUNK // len(kept)), draws - done)
        sums = 2.0 * (rng.integers(0, 2, size=(step, len(kept)), dtype=np.int8) @ kept) - kept.sum()
        count += int(np.sum(np.abs(sums) >= seen))
        done += step
    p = (1.0 + count) / (1.0 + draws)
    return SignFlip(float(d.mean()), p, sqrt(p * (1.0 - p) / draws), draws)


def _counted(sizes: Array, seen: float) -> float:
    """Share of all sums ``sum +-sizes`` at least ``seen`` from 0: sums of one half against those of the other."""
    if seen <= 0.0:
        return 1.0
    half = len(sizes) // 2
    first, second = _sums(sizes[:half]), np.sort(_sums(sizes[half:]))
    above = len(second) - np.searchsorted(second, seen - first, side="left")
    # the distribution of the sums is symmetric: as many lie below
    return min(1.0, 2.0 * float(above.sum()) / (len(first) * len(second)))


def _sums(sizes: Array) -> Array:
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums - size, sums + size])
    return sums
