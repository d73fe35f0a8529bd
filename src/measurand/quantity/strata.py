"""Shares of independent 0/1 observations in blocks of known weights (INTERVALS R5, strata and classes)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.quantity.exact import clopper_pearson, middle
from measurand.quantity.limits import Rule
from measurand.quantity.sampling import Blocks

Array = NDArray[np.float64]


def smoothed(blocks: Blocks) -> tuple[float, float]:
    """Value and variance from data with one unseen unit of each kind per block, ``p~ = (x + 1)/(n + 2)``."""
    p = (blocks.events + 1.0) / (blocks.trials + 2.0)
    variance = blocks.weight**2 * _remaining(blocks) * p * (1.0 - p) / blocks.trials
    return float(blocks.weight @ p), float(variance.sum())


def blocks_hull(blocks: Blocks) -> Rule:
    """Hull of MOVER over the blocks' middle limits and of one effective count from smoothed data.

    ``n_e = p(1-p)/V`` from ``smoothed``, limits at the raw value. Each alone fails: MOVER with many small perfect
    blocks, smoothing when a tiny block dominates.
    """
    p, w, root = blocks.events / blocks.trials, blocks.weight, np.sqrt(_remaining(blocks))
    total, value = float(w.sum()), float(w @ p)
    at, variance = smoothed(blocks)
    n = (at / total) * (1.0 - at / total) * total**2 / variance
    th = min(max(value / total, 0.0), 1.0)
    single = clopper_pearson if th in (0.0, 1.0) else middle

    def limits(tail: Array) -> tuple[Array, Array]:
        lower, upper = middle(blocks.events, blocks.trials, tail=np.asarray(tail)[..., None])
        below = np.sqrt(np.sum((w * root * (p - lower)) ** 2, axis=-1))
        above = np.sqrt(np.sum((w * root * (upper - p)) ** 2, axis=-1))
        low, high = single(th * n, n, tail=tail)
        return np.minimum(value - below, total * low), np.maximum(value + above, total * high)

    return limits


def _remaining(blocks: Blocks) -> Array:
    return np.ones(len(blocks.trials)) if blocks.fraction is None else 1.0 - blocks.fraction
