"""How independent units and random factors lie to each other: crossed in blocks, nested, or crossed with holes.

It is read from the data, never declared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
UNIT = "(unit)"
"""Name of the dimension of the independent units among the random dimensions; no factor can have this id."""


@dataclass(frozen=True, eq=False)
class Crossing:
    """The random dimensions of a design, after those nested in another are set aside.

    ``crossed`` are the dimensions whose margins make up the total variance; ``nested[a] = b`` says that every level of
    ``a`` lies in one level of ``b``, and that nothing lies between them. ``block`` (rows,) numbers the fully crossed
    blocks (connected groups of levels); ``complete`` is False when some block has combinations without rows ("holes").
    """

    crossed: tuple[str, ...]
    nested: Mapping[str, str]
    block: Integers
    complete: bool
    present: int
    possible: int


def crossing(dimensions: Mapping[str, Integers]) -> Crossing:
    """Find the crossing of random dimensions, each given as one level position per row."""
    names = tuple(dimensions)
    nested = _nearest(dimensions)
    crossed = tuple(name for name in names if name not in nested)
    block = _connected([dimensions[name] for name in crossed])
    present = distinct([block, *(dimensions[name] for name in crossed)])[0].shape[1]
    sizes = np.ones(int(block.max(initial=0)) + 1)
    for name in crossed:
        pairs, _ = distinct([block, dimensions[name]])
        sizes = sizes * np.bincount(pairs[0], minlength=len(sizes))
    possible = int(sizes.sum())
    return Crossing(crossed, nested, block, present == possible, present, possible)


def _nearest(dimensions: Mapping[str, Integers]) -> dict[str, str]:
    """Dimension -> the nearest one that it is nested in; of two with the same groups the first is in the second."""
    names, inside = tuple(dimensions), set()
    for a, b in combinations(names, 2):
        if _nested(dimensions[a], dimensions[b]):
            inside.add((a, b))
        elif _nested(dimensions[b], dimensions[a]):
            inside.add((b, a))
    return {
        a: next(b for b in names if (a, b) in inside and not any({(a, c), (c, b)} <= inside for c in names))
        for a in names
        if any((a, b) in inside for b in names)
    }


def _nested(inner: Integers, outer: Integers) -> bool:
    """Whether every level of ``inner`` occurs in one level of ``outer`` only."""
    first = np.zeros(int(inner.max(initial=0)) + 1, np.int64)
    first[inner] = outer
    return bool(np.all(first[inner] == outer))


def distinct(positions: Sequence[Integers]) -> tuple[Integers, Integers]:
    """Distinct combinations of positions, sorted, shape (positions, combinations), and the combination of each row."""
    code = np.zeros(len(positions[0]), np.int64)
    for p in positions:
        code = _ranked(code * (int(p.max(initial=0)) + 1) + p)
    n = int(code.max(initial=-1)) + 1
    first = np.empty(n, np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    return np.stack([p[first] for p in positions]), np.asarray(code, np.int64)


def _ranked(code: Integers) -> Integers:
    """Rank of each number among the distinct ones: by counting where they are dense, else by sorting."""
    size = int(code.max(initial=-1)) + 1
    if size > 8 * len(code) + 1000:
        return np.asarray(np.unique(code, return_inverse=True)[1].reshape(-1), np.int64)
    present = np.zeros(size, bool)
    present[code] = True
    return np.asarray((np.cumsum(present) - 1)[code], np.int64)


def _connected(positions: list[Integers]) -> Integers:
    """Number of the connected group of each row, rows that share a level of any dimension being connected."""
    if not positions:
        return np.zeros(0, np.int64)
    if len(positions) == 1:
        return np.zeros(len(positions[0]), np.int64)
    label = positions[0].astype(np.int64)
    while True:
        before = label
        for p in positions:
            lowest = np.full(int(p.max(initial=0)) + 1, np.iinfo(np.int64).max)
            np.minimum.at(lowest, p, label)
            label = lowest[p]
        if np.array_equal(label, before):
            return np.asarray(np.unique(label, return_inverse=True)[1].reshape(-1), np.int64)
