"""Margins of two crossed dimensions with holes: what is left of the combinations, and what a margin holds of the other.

In a complete design every unit meets every level, and nothing of a factor's levels is left in the differences of
units. With holes it is: units that met other prompts differ by their prompts too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.study.crossing import distinct

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
LEAST = 0.01
"""Of a margin at least this share is kept, since a variance is not negative."""


def residuals(block: Integers, axes: list[Integers], part: Array) -> tuple[Array, float]:
    """Contributions of a two-way layout with holes, less both main effects, scaled to be unbiased; and their df.

    Least squares by alternating projections inside each block; the squares of the residuals times
    ``N / (N - n - P + 1)`` estimate the interaction's variance, as in the complete case.
    """
    if len(axes) > 2:
        raise DesignError(Finding("M0508", "factor", say("M05.three_with_holes"), say("M05.three_with_holes_hint")))
    groups = [distinct([block, axis])[1] for axis in axes]
    sizes = [np.bincount(g)[:, None] for g in groups]
    residual = part
    for _ in range(1000):
        before = residual
        for g, size in zip(groups, sizes, strict=True):
            residual = residual - (_sums(g, residual, len(size)) / size)[g]
        if np.abs(residual - before).max(initial=0.0) <= 1e-12 * np.abs(part).max(initial=0.0):
            break
    n = np.bincount(block).astype(float)
    free = n + 1.0
    for axis in axes:
        pairs, _ = distinct([block, axis])
        free = free - np.bincount(pairs[0], minlength=len(n))
    scale = np.where(free > 0, n / np.where(free > 0, free, 1.0), 0.0)
    return residual * np.sqrt(scale)[block][:, None], float(np.maximum(free, 0.0).sum()) or 1.0


def kept(
    variance: Mapping[str, float], both: float, level: Mapping[str, Integers], block: Mapping[str, Integers],
    share: Array,
) -> dict[str, float]:  # fmt: skip
    """Share of the margin of each of two dimensions that is its own; the rest is the other's, and is taken out.

    ``variance`` are those of the two margins, ``both`` that of the combinations; ``level`` and ``block`` (rows,) of
    each dimension, ``share`` (rows,) of each row in the average. Main effects a and b of variance s_a^2, s_b^2 bring
    ``s_a^2 sum q_a^2`` to the variance of the average. The margin of a holds that, the combinations' part, and of b
    ``s_b^2 sum over blocks m/(m-1) (sum q_ab^2 - sum q_b^2 / m)``, q being the shares of levels and combinations of the
    block and m its number of levels of a (Henderson 1953, method 1). The two equations are solved.
    """
    a, b = level
    leak = {x: _held(level[x], level[y], block[x], share) / _squares([level[y]], share) for x, y in ((a, b), (b, a))}
    less = 1.0 - leak[a] * leak[b]
    own = {
        x: max((variance[x] - both - leak[x] * (variance[y] - both)) / less, 0.0) for x, y in ((a, b), (b, a))
    } if less > 0.0 else {a: 0.0, b: 0.0}  # fmt: skip
    return {
        x: max(1.0 - leak[x] * own[y] / variance[x], LEAST) if variance[x] > 0.0 else 1.0
        for x, y in ((a, b), (b, a))
    }  # fmt: skip


def _held(level: Integers, other: Integers, block: Integers, share: Array) -> float:
    pairs = distinct([block, level])[0]
    m = np.bincount(pairs[0], minlength=int(block.max(initial=0)) + 1).astype(float)
    of_both, of_other = (_by_block([block, *axes], share, len(m)) for axes in ([level, other], [other]))
    return float(np.sum((m / np.maximum(m - 1.0, 1.0) * (of_both - of_other / np.maximum(m, 1.0)))[m > 1]))


def _by_block(axes: list[Integers], share: Array, blocks: int) -> Array:
    """Sum over the combinations of each block of the square of their share."""
    combination, at = distinct(axes)
    q = np.bincount(at, weights=share, minlength=combination.shape[1])
    return np.bincount(combination[0], weights=q**2, minlength=blocks).astype(float)


def _squares(axes: list[Integers], share: Array) -> float:
    return float(np.sum(np.bincount(distinct(axes)[1], weights=share) ** 2))


def effective(axes: list[Integers], share: Array) -> float:
    """Levels that an effect is averaged over: as many of equal share would leave as much of its variance.

    >>> effective([np.array([0, 0, 1, 2])], np.array([0.25, 0.25, 0.25, 0.25])).__round__(3)
    2.667
    """
    return 1.0 / _squares(axes, share)


def _sums(level: Integers, values: Array, n: int) -> Array:
    return np.stack([np.bincount(level, weights=c, minlength=n).astype(float) for c in values.T], axis=1)
