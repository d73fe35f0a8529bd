"""Fixed levels that not every unit met: what differs between them is no uncertainty of an average over them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from measurand.study.crossing import distinct
from measurand.study.evaluation import Evaluation

Integers = NDArray[np.int64]
NEAR = 1e-9
"""Shares that differ by less, relative to the largest of a unit, are equal."""


def set_aside(evaluation: Evaluation, unit: Integers, fixed: Integers) -> tuple[Evaluation, float]:
    """Contributions less the mean of their fixed level, and what the variance of the units is to be multiplied by.

    Units that met other fixed levels, or some of them more often, differ by them. Where every unit met every level in
    its share that cancels, and nothing is done. A mean that was taken off makes the spread of the n units of its level
    smaller, by ``(n - 1) / n``; a level of one unit shows no spread, and keeps its difference from the other levels.
    """
    share = evaluation.share
    pairs, pair = distinct([fixed, unit])
    units, total = np.bincount(pairs[0]).astype(float), np.bincount(fixed, weights=share)
    of_pair, of_unit = np.bincount(pair, weights=share), np.bincount(unit, weights=share)
    expected = total[pairs[0]] * of_unit[pairs[1]]
    whole = len(units) * len(np.unique(unit)) == pairs.shape[1]
    if whole and np.all(np.abs(of_pair - expected) <= NEAR * np.abs(of_unit).max()):
        return evaluation, 1.0
    several = units > 1.0
    mean = np.stack([np.bincount(fixed, weights=column) for column in evaluation.z.T], axis=1)
    mean = np.where((several & (total != 0.0))[:, None], mean / np.where(total != 0.0, total, 1.0)[:, None], 0.0)
    squares = np.bincount(fixed, weights=share**2)
    lost = float(squares @ np.where(several, units / np.maximum(units - 1.0, 1.0), 1.0) / squares.sum())
    return replace(evaluation, z=evaluation.z - share[:, None] * mean[fixed]), lost
