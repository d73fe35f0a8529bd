"""A source of uncertainty: where contributions come from, and the one quadratic form that turns them into variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.quantity.level_names import LevelNames

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Source:
    """Where contributions come from (CONTRACTS sections 2 and 3).

    A source of type A is a *margin*: its levels are independent units (one axis), levels of a random factor (one axis)
    or unit x factor combinations (one axis each; fully crossed inside every block). A source of type B is one input.
    Equal keys are the same source, in any laboratory; levels are matched by id.
    """

    key: str
    component: str
    type: Literal["A", "B"]
    levels: tuple[str, ...] | LevelNames
    axes: tuple[Integers, ...] = ()
    """Per axis, the position of each level on it, shape (levels,). Empty: the contributions are taken as they are."""
    share: tuple[Array, ...] = ()
    """Per axis, the weight share h of each level's position among those of its block, shape (levels,)."""
    block: Integers | None = None
    """Stratum, class or split-plot group inside which contributions are centred, shape (levels,)."""
    fraction: Array | None = None
    """Sampling fraction f of each level (finite population), shape (levels,); absent: 0."""
    sign: Literal[1, -1] = 1
    df: float = np.inf

    def scaled(self, x: Array) -> Array:
        """Contributions centred along each axis inside each block and multiplied by ``sqrt((1 - f) / prod(1 - h))``.

        With equal shares h = 1/G the square is ``(1 - f) G/(G-1)`` times the centred square (the survey formula); with
        unequal shares it is the bias-reduced CR2 form ``c / sqrt(1 - h)`` of Bell & McCaffrey (2002).
        ``x`` has shape (levels, outputs).
        """
        if not self.axes:
            return x
        block = np.zeros(len(self.levels), np.int64) if self.block is None else self.block
        factor = np.ones(len(self.levels)) if self.fraction is None else 1.0 - self.fraction
        for a in range(len(self.axes)):
            group = _group(block, [axis for b, axis in enumerate(self.axes) if b != a])
            h = self.share[a]
            x = x - h[:, None] * _sums(group, x)[group]
            factor = factor / np.where(h < 1.0, 1.0 - h, np.nan)
        return np.asarray(x * np.sqrt(np.where(np.isnan(factor), 0.0, factor))[:, None])


def margin(
    key: str,
    component: str,
    levels: Sequence[str],
    *,
    axes: Sequence[Integers] = (),
    block: Integers | None = None,
    share: Sequence[Array | None] = (),
    fraction: Array | None = None,
    sign: Literal[1, -1] = 1,
    lone: Literal["refuse", "skip"] = "refuse",
) -> Source:
    """A source of type A. Without ``axes`` each level is a unit of its own; a missing share means equal shares.

    Degrees of freedom: the sum over blocks of ``prod over axes of (G - 1)``. A block with one position on an axis shows
    no spread: it raises DesignError, or contributes nothing (``lone="skip"``).
    """
    n = len(levels)
    axes = tuple(axes) or (np.arange(n, dtype=np.int64),)
    block = np.zeros(n, np.int64) if block is None else block
    given = tuple(share) or (None,) * len(axes)
    shares = []
    df_of_block: NDArray[np.float64] | None = None
    for a, axis in enumerate(axes):
        group = _group(block, [other for b, other in enumerate(axes) if b != a])
        size = np.bincount(group)[group].astype(float)
        if lone == "refuse" and np.any(size == 1):
            raise DesignError(f"source {key}: a block holds one unit only; its spread cannot be seen")
        shares.append(1.0 / size if given[a] is None else np.asarray(given[a], float))
        positions = _first(_group(block, [axis]))
        per_block = np.asarray(np.bincount(block[positions], minlength=int(block.max(initial=0)) + 1) - 1.0, float)
        df_of_block = per_block if df_of_block is None else df_of_block * per_block
    df = float(np.sum(np.maximum(df_of_block, 0.0))) if df_of_block is not None and n else 0.0
    names = levels if isinstance(levels, LevelNames) else tuple(levels)
    return Source(key, component, "A", names, axes, tuple(shares), block, fraction, sign, df)


def one_input(key: str, component: str, *, df: float = np.inf) -> Source:
    """A source of type B: one input with one level."""
    return Source(key, component, "B", (key,), df=df)


def gram(x: Source, X: Array, y: Source, Y: Array) -> Array:
    """``sum over shared levels of sign * x~ y~``, shape (outputs of X, outputs of Y); both sides have the same key.

    Each side is centred by its own blocks; levels are matched by id. This, summed over keys, is every variance,
    covariance, budget line and comparison of the program (law of propagation of uncertainty, JCGM 100).
    """
    a, b = x.scaled(X), y.scaled(Y)
    if x.levels != y.levels:
        position = {level: i for i, level in enumerate(y.levels)}
        pairs = [(i, position[level]) for i, level in enumerate(x.levels) if level in position]
        if not pairs:
            return np.zeros((X.shape[1], Y.shape[1]))
        left, right = np.array(pairs).T
        a, b = a[left], b[right]
    return np.asarray(x.sign * (a.T @ b))


def _group(block: Integers, axes: Sequence[Integers]) -> Integers:
    """Number of each level's (block, positions on the axes) combination, counted from 0."""
    group = block
    for axis in axes:
        group = group * (int(axis.max(initial=0)) + 1) + axis
    return np.asarray(np.unique(group, return_inverse=True)[1].reshape(-1), np.int64)


def _first(group: Integers) -> Integers:
    return np.asarray(np.unique(group, return_index=True)[1], np.int64)


def _sums(group: Integers, x: Array) -> Array:
    """Sums of ``x`` over each group, shape (groups, outputs)."""
    n = int(group.max(initial=-1)) + 1
    return np.stack([np.bincount(group, weights=column, minlength=n) for column in x.T], axis=1)
