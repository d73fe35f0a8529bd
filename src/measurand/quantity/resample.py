"""Bootstrap and jackknife by weights of the independent units: only weights change, never the rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Value = Callable[[Array], Array]
"""Values (outputs,) of the statistic for weights (units,); all weights 1 give the estimate itself."""


@dataclass(frozen=True, eq=False)
class Replicates:
    """Values of a statistic for resampled weights."""

    values: Array
    """Shape (replicates, outputs)."""

    @property
    def u(self) -> Array:
        """Standard error of each output, shape (outputs,)."""
        return np.asarray(self.values.std(axis=0, ddof=1))

    @property
    def u_error(self) -> Array:
        """Standard error of ``u`` itself, from the finite number of replicates: ``sqrt(var(s^2)) / (2 s)``, with
        ``var(s^2) = (m_4 - s^4 (B - 3) / (B - 1)) / B``; shape (outputs,)."""
        b = len(self.values)
        fourth = ((self.values - self.values.mean(axis=0)) ** 4).mean(axis=0)
        square = self.values.var(axis=0, ddof=1)
        spread = np.sqrt(np.maximum(fourth - square**2 * (b - 3) / (b - 1), 0.0) / b)
        return np.asarray(np.where(square > 0, spread / (2.0 * np.sqrt(np.where(square > 0, square, 1.0))), 0.0))


def bootstrap_weights(
    rng: Generator, units: int, *, block: Integers | None = None, fraction: Array | None = None,
    replicates: int | None = None,
) -> Array:  # fmt: skip
    """Weights (units,) of one bootstrap sample, block by block (Rao, Wu & Yue 1992); of several: (replicates, units).

    In a block of G units G - 1 are drawn with replacement; ``w = 1 + sqrt(1 - f) (count G / (G - 1) - 1)``, which
    makes the variance of a sum exactly ``(1 - f) G / (G - 1)`` times the centred sum of squares. A block with one unit
    keeps its weight 1. Units are clusters or items, or the levels of a random factor.
    """
    block = np.zeros(units, np.int64) if block is None else block
    shrink = np.ones(units) if fraction is None else np.sqrt(1.0 - fraction)
    weights = np.ones(units if replicates is None else (replicates, units))
    for members in members_of(block):
        g = len(members)
        if g > 1:
            counts = rng.multinomial(g - 1, np.full(g, 1.0 / g), size=replicates)
            weights[..., members] += shrink[members] * (counts * (g / (g - 1.0)) - 1.0)
    return weights


def bootstrap(
    value: Value,
    rng: Generator,
    *,
    units: int,
    replicates: int = 1000,
    block: Integers | None = None,
    fraction: Array | None = None,
) -> Replicates:
    """Bootstrap of the units: the values of the statistic for ``replicates`` draws of ``bootstrap_weights``."""
    draws = [
        np.atleast_1d(value(bootstrap_weights(rng, units, block=block, fraction=fraction))) for _ in range(replicates)
    ]
    return Replicates(np.asarray(draws, float))


def jackknife(
    value: Value, *, units: int, block: Integers | None = None, fraction: Array | None = None
) -> tuple[Array, Array]:
    """Variance by leaving out one unit at a time, and the bias estimate, shape (outputs,) each.

    The other units of the block get weight G / (G - 1): ``v = sum_h (1 - f) (G - 1) / G sum_j (T_(hj) - T_(h.))^2``
    (stratified jackknife, Wolter 2007). A block with one unit contributes nothing.
    """
    block = np.zeros(units, np.int64) if block is None else block
    whole = np.atleast_1d(value(np.ones(units)))
    variance, bias = np.zeros(len(whole)), np.zeros(len(whole))
    for members in members_of(block):
        g = len(members)
        if g < 2:
            continue
        left_out = np.empty((g, len(whole)))
        for i, unit in enumerate(members):
            w = np.ones(units)
            w[members] = g / (g - 1.0)
            w[unit] = 0.0
            left_out[i] = value(w)
        keep = 1.0 if fraction is None else 1.0 - float(fraction[members[0]])
        variance += keep * (g - 1.0) / g * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
        bias += (g - 1.0) * (left_out.mean(axis=0) - whole)
    return variance, bias


def members_of(block: Integers) -> list[Integers]:
    """Positions of the units of each block."""
    order = np.argsort(block, kind="stable")
    edges = np.flatnonzero(np.diff(block[order])) + 1
    return np.split(order, edges) if len(order) else []


@dataclass(frozen=True)
class Agreement:
    """Comparison of a first-order standard uncertainty with that of the replicates."""

    ratio: float
    """First order / replicates."""
    allowed: float
    """0.10 + 3 relative Monte Carlo errors."""

    @property
    def agrees(self) -> bool:
        """``|ratio - 1| <= allowed``."""
        return abs(self.ratio - 1.0) <= self.allowed


def agreement(u: float, replicated: float, error: float) -> Agreement:
    """Whether a first-order ``u`` agrees with the replicates' one, whose Monte Carlo error is ``error``.

    Two zeros agree; one zero does not.
    """
    if replicated <= 0:
        return Agreement(1.0 if u <= 0 else math.inf, 0.10)
    return Agreement(u / replicated, 0.10 + 3.0 * error / replicated)
