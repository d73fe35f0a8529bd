"""Propagation of distributions by a Monte Carlo method (JCGM 101:2008; several outputs as in JCGM 102)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.quantity.distribution import Distribution, Normal
from measurand.quantity.randomness import generator

Array = NDArray[np.float64]
Draw = Callable[[Generator, int], Array]
"""``n`` draws of the outputs: shape (n,) or (outputs, n)."""

BLOCK = 10_000
"""Trials in one block (JCGM 101, 7.9.4 b). Each block has its own stream, so digits do not depend on the workers."""
LARGEST = 10_000_000
"""Values kept at most, over all outputs: bounds the memory (80 MB, three times while sorting)."""


def joint_draw(
    model: Callable[[Mapping[str, Array]], Array],
    inputs: Mapping[str, Distribution],
    *,
    correlation: Array | None = None,
) -> Draw:
    """Draws of a model's outputs from draws of its inputs.

    ``correlation`` (inputs, inputs) joins correlated inputs by a normal copula: exact for normal inputs
    (JCGM 101, 6.4.8); for others it is the correlation of the normal scores.
    """
    names = tuple(inputs)
    root = None if correlation is None else _root(np.asarray(correlation, float))

    def draw(rng: Generator, n: int) -> Array:
        if root is None:
            return np.asarray(model({name: inputs[name].draws(rng, n) for name in names}), float)
        from scipy.special import ndtr

        z = root @ rng.standard_normal((len(names), n))
        linked = np.any(np.abs(root - np.eye(len(names))) > 0, axis=1)
        values = {}
        for i, name in enumerate(names):
            own = inputs[name].draws(rng, n)
            values[name] = _at(inputs[name], z[i], ndtr(z[i])) if linked[i] else own
        return np.asarray(model(values), float)

    return draw


def _at(distribution: Distribution, z: Array, p: Array) -> Array:
    """Values of a distribution at normal scores."""
    if isinstance(distribution, Normal):
        return np.asarray(distribution.value + distribution.standard_uncertainty * z)
    return np.array([distribution.quantile(float(q)) for q in p])


def _root(correlation: Array) -> Array:
    eigenvalue, vector = np.linalg.eigh(correlation)
    if eigenvalue.min(initial=0.0) < -1e-9:
        raise np.linalg.LinAlgError("the correlations of the inputs contradict each other")
    return np.asarray(vector * np.sqrt(np.maximum(eigenvalue, 0.0)))


@dataclass(frozen=True, eq=False)
class Trials:
    """What a Monte Carlo run gives for one output; it is the ``Distribution`` of that output."""

    values: Array
    """Sorted."""
    tolerance: float
    """Numerical tolerance that u was asked to meet (JCGM 101, 7.9.2); 0 for a fixed number of trials."""
    converged: bool
    """The adaptive procedure met its tolerance before the largest number of trials."""

    def mean(self) -> float:
        return float(self.values.mean())

    def u(self) -> float:
        return float(self.values.std(ddof=1))

    def cdf(self, x: float) -> float:
        return float(np.searchsorted(self.values, x, side="right")) / len(self.values)

    def quantile(self, p: float) -> float:
        return float(np.quantile(self.values, p))

    def draws(self, rng: Generator, n: int) -> Array:
        return self.values[rng.integers(len(self.values), size=n)]


def symmetric_interval(values: Array, p: float) -> tuple[float, float]:
    """Probabilistically symmetric coverage interval of sorted values (JCGM 101, 7.7.2)."""
    m, q = len(values), _covered(len(values), p)
    r = max((m - q + 1) // 2, 1)
    return float(values[r - 1]), float(values[min(r + q, m) - 1])


def shortest_interval(values: Array, p: float) -> tuple[float, float]:
    """Shortest coverage interval of sorted values (JCGM 101, 7.7.3)."""
    q = min(_covered(len(values), p), len(values) - 1)
    r = int(np.argmin(values[q:] - values[: len(values) - q]))
    return float(values[r]), float(values[r + q])


def _covered(m: int, p: float) -> int:
    return int(p * m + 0.5)


def numerical_tolerance(u: float, digits: int = 2) -> float:
    """Half a unit in the last of the significant digits to which ``u`` is meaningful (JCGM 101, 7.9.2).

    >>> numerical_tolerance(0.00035), numerical_tolerance(2.0, digits=1)
    (5e-06, 0.5)
    """
    if not (u > 0 and math.isfinite(u)):
        return 0.0
    exponent = int(f"{u:.{digits - 1}e}".partition("e")[2]) - (digits - 1)
    return 0.5 * 10.0**exponent


def run(draw: Draw, key: str, *, trials: int) -> tuple[Trials, ...]:
    """A fixed number of trials; one ``Trials`` per output. ``key`` names the random streams."""
    sizes = [BLOCK] * (trials // BLOCK) + ([trials % BLOCK] if trials % BLOCK else [])
    blocks = [_block(draw, key, i, n) for i, n in enumerate(sizes)]
    return tuple(Trials(values, 0.0, True) for values in np.sort(np.concatenate(blocks, axis=1), axis=1))


def adaptive(
    draw: Draw, key: str, *, p: float = 0.95, digits: int = 2, stricter: float = 1.0, largest: int = 2_000_000
) -> tuple[Trials, ...]:
    """Adaptive procedure (JCGM 101, 7.9.4): blocks are added until estimate, u and interval have stabilised.

    Stops when twice the standard deviation of the average of each of them over the blocks is below
    ``tolerance / stricter`` for every output (``stricter = 5`` where a GUM interval is to be validated, clause 8).
    """
    size = max(BLOCK, math.ceil(100.0 / (1.0 - p)))
    blocks: list[Array] = []
    seen: list[Array] = []
    tolerances = np.zeros(1)
    converged = False
    while not converged:
        blocks.append(_block(draw, key, len(blocks), size))
        seen.append(_figures(blocks[-1], p))
        h = len(blocks)
        if h >= 2:
            figures = np.array(seen)  # (blocks, 4, outputs)
            spread = figures.std(axis=0, ddof=1) / math.sqrt(h)
            pooled = np.sqrt((figures[:, 1] ** 2).mean(axis=0) + figures[:, 0].var(axis=0))
            tolerances = np.array([numerical_tolerance(u, digits) for u in pooled]) / stricter
            converged = bool(np.all(2.0 * spread <= tolerances))
        if (h + 1) * size * max(len(blocks[0]), 1) > min(LARGEST, largest * len(blocks[0])):
            break
    values = np.sort(np.concatenate(blocks, axis=1), axis=1)
    return tuple(Trials(v, float(t), converged) for v, t in zip(values, tolerances, strict=True))


def _block(draw: Draw, key: str, number: int, size: int) -> Array:
    values = np.atleast_2d(np.asarray(draw(generator(f"{key}/{number}"), size), float))
    if values.shape[1] != size:
        values = np.repeat(values, size, axis=1)
    return np.ascontiguousarray(values)


def _figures(block: Array, p: float) -> Array:
    """Estimate, u and both ends of the symmetric interval of one block, shape (4, outputs)."""
    ordered = np.sort(block, axis=1)
    ends = np.array([symmetric_interval(v, p) for v in ordered])
    return np.array([block.mean(axis=1), block.std(axis=1, ddof=1), ends[:, 0], ends[:, 1]])


@dataclass(frozen=True)
class Validation:
    """Comparison of a first-order interval with that of the Monte Carlo method (JCGM 101, clause 8)."""

    difference_lower: float
    difference_upper: float
    tolerance: float

    @property
    def validated(self) -> bool:
        """Both ends agree within the numerical tolerance."""
        return max(self.difference_lower, self.difference_upper) <= self.tolerance


def validation(trials: Trials, interval: tuple[float, float], *, u: float, p: float, digits: int = 2) -> Validation:
    """``d = |end of the first-order interval - end of the Monte Carlo interval| <= delta`` (JCGM 101, 8.1).

    ``delta`` is the numerical tolerance of the first-order ``u`` at the given number of significant digits.
    """
    lower, upper = symmetric_interval(trials.values, p)
    return Validation(abs(interval[0] - lower), abs(interval[1] - upper), numerical_tolerance(u, digits))
