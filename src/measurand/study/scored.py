"""Scores beside what is true, as the pictures need them: pooled rows, and their sums by independent unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.quantity.randomness import generator
from measurand.quantity.resample import bootstrap_weights, members_of
from measurand.study.arm import Arm

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
GROUPS = 2000
"""More units than this are joined into so many random groups, which have the same variance between them."""
REPLICATES = 400


@dataclass(frozen=True, eq=False)
class Scored:
    """Rows of a statistic of scores; ``positive``, ``score`` and ``w`` have shape (rows,), ``w`` sums to 1."""

    positive: NDArray[np.bool_]
    score: Array
    w: Array
    unit: Integers
    """Independent unit, or group of units, of each row."""
    units: tuple[int, int]
    """Independent units with a positive row and with a negative row."""
    block: Integers
    """Of each unit or group."""
    fraction: Array
    plain: bool
    """Each row is a unit of its own, with a label that is taken as true."""
    sampled: bool
    """The items stand for a population: bands are due."""

    @property
    def both(self) -> bool:
        """Both classes are there."""
        return all(self.w[side].sum() > 0 for side in (self.positive, ~self.positive))

    def sums(self, code: Integers, count: int) -> tuple[Array, Array]:
        """Weight of the positives and of the negatives of each unit with each code: (units, count) twice."""
        size = len(self.block) * count
        at = self.unit * count + code
        sides = (self.positive, ~self.positive)
        plus, minus = (np.bincount(at[s], weights=self.w[s], minlength=size).reshape(-1, count) for s in sides)
        return np.asarray(plus, float), np.asarray(minus, float)

    def weights(self, key: str) -> Array:
        """Bootstrap weights of the units, shape (replicates, units); ``key`` names the random stream."""
        return bootstrap_weights(
            generator(key), len(self.block), block=self.block, fraction=self.fraction, replicates=REPLICATES
        )


def scored(arm: Arm, *, key: str) -> Scored | None:
    """The scores of an arm; None where its statistic has no score or no truth.

    Scores of several classes give the confidence: the largest score, positive where its class is the true one.
    """
    column = arm.weighed.rows.column
    if "truth" not in column or not {"score", "scores"} & set(column):
        return None
    if "score" in column:
        score, positive = np.asarray(column["score"], float), column["truth"] == 1.0
    else:
        score = np.asarray(column["scores"], float).max(axis=1)
        positive = np.asarray(column["scores"]).argmax(axis=1) == column["truth"]
    total = np.bincount(arm.cell, weights=arm.weighed.w)
    if not np.all(np.isfinite(score)) or np.any(total <= 0):
        return None
    w = arm.weighed.w * (arm.evaluation.cell_weight / total)[arm.cell]
    units = arm.sampled.units
    count = [len(np.unique(units.of_row[side & (w > 0)])) for side in (positive, ~positive)]
    group, block, fraction = _grouped(units.of_row, units.block, units.fraction, key=key)
    plain = not arm.weighed.slope and len(np.unique(units.of_row)) == len(score)
    return Scored(
        np.asarray(positive, bool), score, w, group, (count[0], count[1]), block, fraction, plain,
        arm.aim.measurand.estimand == "generalised",
    )  # fmt: skip


def _grouped(unit: Integers, block: Integers, fraction: Array, *, key: str) -> tuple[Integers, Integers, Array]:
    """The unit of each row, and the block and fraction of each unit; many units are joined at random in their block."""
    count = len(block)
    if count <= GROUPS:
        return unit, block, fraction
    rng, new = generator(f"{key}/groups"), np.zeros(count, np.int64)
    first: list[int] = []
    for members in members_of(block):
        room = min(len(members), max(2, GROUPS * len(members) // count))
        new[members] = len(first) + rng.permutation(len(members)) % room
        first += [int(members[0])] * room
    return new[unit], block[first], fraction[first]


def short(x: float) -> str:
    """A number of a picture: six significant digits.

    >>> short(2 / 3), short(0.0)
    ('0.666667', '0')
    """
    return number(float(f"{x:.6g}"))
