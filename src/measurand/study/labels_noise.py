"""Variance that wrong labels among the items cause."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.study.roles import Weighed

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def labels_that_may_be_wrong(s: Array, data: Weighed) -> tuple[Integers, Array]:
    """Items that entered, and what a wrong label of each contributes: the change of the value when it flips times the
    standard deviation of its weight. Labels are wrong one by one, so that their squares add up; two systems share what
    both gain or lose by the same label, with its sign."""
    swing, noise = swings(s, data)
    return np.asarray(np.unique(data.rows.item), np.int64), np.asarray(swing * np.sqrt(noise))


def swings(s: Array, data: Weighed) -> tuple[Array, Array]:
    """Change of the value when the weight of each item's label moves to the other classes, and the variance of that
    weight, shape (items that entered,) each; ``s`` (rows,) are sensitivities."""
    n = int(data.origin.max()) + 1
    effect = np.zeros(n)
    is_label = data.base != 0
    np.add.at(effect, data.origin[is_label], (data.base * s)[is_label])
    others = np.bincount(data.origin, minlength=n) - 1
    base = np.zeros(n)
    base[data.origin[is_label]] = data.base[is_label]
    rest = np.zeros(n)
    np.add.at(rest, data.origin[~is_label], s[~is_label] * base[data.origin[~is_label]])
    swing = effect - rest / np.maximum(others, 1)
    item = np.unique(data.rows.item, return_inverse=True)[1].reshape(-1)
    item_of_observation = np.zeros(n, np.int64)
    item_of_observation[data.origin] = item
    per_item = np.bincount(item_of_observation, weights=swing)
    noise = np.zeros(len(per_item))
    noise[item_of_observation] = data.noise
    return np.asarray(per_item, float), noise


def noise_of(s: Array, data: Weighed) -> float:
    """Variance that wrong labels cause: (change of T when a label flips)^2 times the variance of its weight."""
    swing, noise = swings(s, data)
    return float(np.sum(swing**2 * noise))
