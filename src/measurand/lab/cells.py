"""Parts in cells: contributions of several units added, so that none can be read alone."""

from __future__ import annotations

from collections import Counter

import numpy as np

from measurand.document.number import number, real
from measurand.document.parts import LineParts, Parts, SourceParts
from measurand.lab.parts import level_id
from measurand.study.from_parts import source_of
from measurand.study.shared_levels import CROSS, ITEMS

LABELS, SEPARATOR = "labels:", "\x1f"
MOST = 4096
"""Cells at most."""


def in_cells(parts: Parts, salt: bytes, *, least: int) -> Parts:
    """The parts with the contributions of units added in cells of at least ``least`` units (levels not yet hashed).

    A unit's cell follows from its salted id, so that laboratories with the same reference set have the same cells and
    their covariances stay: the sum over cells of ``S_a S_b`` has the expectation of that over units, since units are
    independent (random groups: Wolter 2007), with the degrees of freedom of the cells. There are as many cells, a
    power of two, as ``least`` allows; with fewer than two nothing of the units is stated.
    """
    units = sorted({unit_of(level) for s in parts.sources if s.key.startswith(ITEMS) for level in s.levels})
    count = _count([_drawn(unit, salt) for unit in units], least)
    known = frozenset(units)
    sources, lines = [], []
    for one in parts.sources:
        own = [line for line in parts.lines if line.source == one.key]
        if not (one.key.startswith(LABELS) or any(unit_of(level) in known for level in one.levels)):
            sources.append(one)
            lines += own
        elif count:
            made, added = _added(one, own, salt, count)
            sources.append(made)
            lines += added
    return parts.model_copy(update={"sources": tuple(sources), "lines": tuple(lines)})


def unit_of(level: str) -> str:
    """The unit in the name of a level: what stands before levels of factors and numbers of blocks."""
    return level.partition(SEPARATOR)[0]


def _drawn(unit: str, salt: bytes) -> int:
    return int(level_id(salt, f"cell{SEPARATOR}{unit}"), 16)


def _count(drawn: list[int], least: int) -> int:
    """How many cells; 0 where there are too few units for two."""
    count = MOST
    while count >= 2:
        sizes = Counter(x % count for x in drawn)
        if len(sizes) == count and min(sizes.values()) >= least:
            return count
        count //= 2
    return 0


def _added(one: SourceParts, lines: list[LineParts], salt: bytes, count: int) -> tuple[SourceParts, list[LineParts]]:
    """A source with its levels in cells: centred and scaled contributions, added."""
    source = source_of(one, one.key)
    crossed = len(source.axes) > 1 or one.key.startswith(CROSS)
    named = []
    for level in one.levels:
        unit, sign, rest = level.partition(SEPARATOR)
        cell = f"cell {_drawn(unit, salt) % count} of {count}"
        named.append(f"{cell}{sign}{rest}" if crossed else cell)  # blocks of a unit belong to its cell
    levels = tuple(sorted(set(named)))
    position = {name: k for k, name in enumerate(levels)}
    at = np.array([position[name] for name in named])
    scale = np.sqrt(count / (count - 1.0)) if one.type == "A" else 1.0
    added = []
    for line in lines:
        values = np.array([[real(x) for x in row] for row in line.values], float)
        scaled = source.scaled(values.T).T * scale
        sums = np.stack([np.bincount(at, weights=row, minlength=len(levels)) for row in scaled])
        added.append(line.model_copy(update={"values": tuple(tuple(number(float(x)) for x in row) for row in sums)}))
    update = {"levels": levels, "axes": (), "block": (), "share": (), "fraction": ()}
    df = number(min(real(one.df), float(count - 1))) if one.type == "A" else one.df
    return one.model_copy(update={**update, "df": df}), added
