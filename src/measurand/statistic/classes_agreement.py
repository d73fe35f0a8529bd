"""Agreement of two classifications beyond chance: Matthews correlation, kappa and its relatives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.classes_table import FunctionOfTable, OfTable, check_parameter, whole
from measurand.statistic.contract import Array
from measurand.statistic.weighing import not_defined

SIGNED = (-1.0, 1.0)
WEIGHTS = ("linear", "quadratic")
_LEAST_AC2 = {"identity": -1.0, "linear": -2.0, "quadratic": -5.0}
"""``-P / (1 - P)`` at the largest chance agreement P = mean of the weights: 1/2, 2/3 and 5/6 for many categories."""
Occurs = NDArray[np.bool_]
Chance = Callable[[Array, Array, Array, int], tuple[float, Array, Array]]
"""Chance agreement from both margins (shares), the weights and the number of categories; its slope by each margin."""


def mcc() -> FunctionOfTable:
    """Matthews correlation of prediction and reference, for any number of classes (Matthews 1975; Gorodkin 2004).

    ``(c s - p.t) / sqrt((s^2 - p.p)(s^2 - t.t))`` with s all weight, c that on the diagonal, t and p the weights of the
    classes by reference and by prediction. Raises StatisticError where either has one class only.

    >>> from measurand.statistic.contract import Rows
    >>> column = {"truth": np.array([1.0, 1.0, 1.0, 0.0]), "predicted": np.array([1.0, 0.0, 1.0, 1.0])}
    >>> mcc().value(Rows(np.arange(4), np.zeros(4, int), column), np.ones(4)).round(6).tolist()
    [-0.333333]
    """
    return FunctionOfTable("mcc", _mcc, bounds=SIGNED)


def kappa() -> FunctionOfTable:
    """``(p_o - p_e) / (1 - p_e)``, chance agreement p_e = sum of the products of both margins (Cohen 1960)."""
    return _agreement("kappa", _product, "identity")


def weighted_kappa(weights: str = "quadratic") -> FunctionOfTable:
    """Cohen's kappa with agreement weights ``1 - |i - j| / (K - 1)`` or its square's (Cohen 1968); classes in order."""
    check_parameter("weighted_kappa", "weights", weights, allowed=WEIGHTS)
    return _agreement("weighted_kappa", _product, weights)


def scott_pi() -> FunctionOfTable:
    """Kappa with ``p_e = sum pi_k^2``, pi_k the mean of both margins (Scott 1955)."""
    return _agreement("scott_pi", _squares, "identity")


def gwet_ac1(categories: float = 0) -> FunctionOfTable:
    """Kappa with ``p_e = sum pi_k (1 - pi_k) / (K - 1)`` (Gwet 2008); K categories, or those that occur if 0."""
    return _agreement("gwet_ac1", _spread, "identity", categories)


def gwet_ac2(weights: str = "quadratic", categories: float = 0) -> FunctionOfTable:
    """AC1 with weights: ``p_e = T sum pi_k (1 - pi_k) / (K (K - 1))``, T their sum (Gwet 2014); classes in order."""
    check_parameter("gwet_ac2", "weights", weights, allowed=WEIGHTS)
    return _agreement("gwet_ac2", _spread, weights, categories)


def brennan_prediger(categories: float = 0) -> FunctionOfTable:
    """Kappa with ``p_e = 1 / K`` (Brennan & Prediger 1981); K categories, or those that occur if 0."""
    return _agreement("brennan_prediger", _even, "identity", categories)


def _agreement(name: str, chance: Chance, weights: str, categories: float = 0) -> FunctionOfTable:
    count = whole(name, "categories", categories, least=0)
    low = _LEAST_AC2[weights] if chance is _spread else -1.0
    function = partial(_beyond_chance, name, chance, weights, count)
    return FunctionOfTable(name, function, bounds=(low, 1.0), number_of_classes=count)


def _mcc(table: Array) -> OfTable:
    square, occurs = _square(table)
    s, c = float(square.sum()), float(np.trace(square))
    t, p = square.sum(axis=1), square.sum(axis=0)
    spread_t, spread_p = s * s - float(t @ t), s * s - float(p @ p)
    for spread, side in ((spread_t, "reference"), (spread_p, "predicted")):
        if not spread > 1e-14 * s * s:
            raise not_defined("one_class", statistic="mcc", side=side)
    root = np.sqrt(spread_t * spread_p)
    value = (c * s - float(t @ p)) / root
    above = c + s * np.eye(len(t)) - p[:, None] - t[None, :]
    below = (s - t)[:, None] / spread_t + (s - p)[None, :] / spread_p
    return _cut(value, above / root - value * below, occurs, table.shape)


def _beyond_chance(name: str, chance: Chance, weights: str, categories: int, table: Array) -> OfTable:
    square, occurs = _square(table)
    if weights != "identity" and len(square) > len(table):
        raise not_defined("no_order", statistic=name)
    total = float(square.sum())
    # categories in order have places, so that one that is empty between others counts
    found = np.flatnonzero(occurs)[-1] + 1 if weights != "identity" else occurs.sum()
    count = int(max(categories, found))
    if count < 2:
        raise not_defined("one_class", statistic=name, side="reference and predicted")
    share, a = square / total, _weights(len(square), weights, count)
    by_reference, by_prediction = share.sum(axis=1), share.sum(axis=0)
    observed = float(np.sum(a * share))
    expected, slope_reference, slope_prediction = chance(by_reference, by_prediction, a, count)
    if not 1.0 - expected > 1e-14:
        raise not_defined("one_class", statistic=name, side="reference and predicted")
    value = (observed - expected) / (1.0 - expected)
    slope = slope_reference[:, None] + slope_prediction[None, :]
    pull = a - (1.0 - value) * slope
    gradient = (pull - float(np.sum(share * pull))) / (1.0 - expected) / total
    return _cut(value, gradient, occurs, table.shape)


def _square(table: Array) -> tuple[Array, Occurs]:
    """The table with as many lines as columns, and which categories occur; "none" is one if it occurs."""
    size = len(table)
    none = bool(np.any(table[:, size] != 0.0))
    square = np.zeros((size + none, size + none))
    square[:size] = table[:, : size + none]
    return square, np.asarray(square.sum(axis=0) + square.sum(axis=1) > 0.0, dtype=np.bool_)


def _cut(value: float, gradient: Array, occurs: Occurs, shape: tuple[int, ...]) -> OfTable:
    """The gradient for the cells of the table as it was."""
    size = shape[0]
    out = np.zeros(shape)
    out[:, : gradient.shape[1]] = gradient[:size]
    return OfTable(value, out, np.append(occurs, False)[: size + 1])


def _weights(size: int, kind: str, count: int) -> Array:
    """Agreement weights of ``size`` categories, of ``count`` in all; shape (size, size)."""
    if kind == "identity":
        return np.eye(size)
    distance = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) / (count - 1)
    return np.asarray(1.0 - (distance if kind == "linear" else distance**2))


def _product(first: Array, second: Array, a: Array, count: int) -> tuple[float, Array, Array]:
    return float(first @ a @ second), a @ second, first @ a


def _squares(first: Array, second: Array, a: Array, count: int) -> tuple[float, Array, Array]:
    mean = (first + second) / 2.0
    return float(mean @ mean), mean, mean


def _spread(first: Array, second: Array, a: Array, count: int) -> tuple[float, Array, Array]:
    mean, factor = (first + second) / 2.0, _mean_weight(a, count)
    slope = factor * (1.0 - 2.0 * mean) / 2.0
    return factor * float(mean @ (1.0 - mean)), slope, slope


def _even(first: Array, second: Array, a: Array, count: int) -> tuple[float, Array, Array]:
    return 1.0 / count, np.zeros(len(first)), np.zeros(len(second))


def _mean_weight(a: Array, count: int) -> float:
    """``T / (K (K - 1))``, T the sum of the weights of K categories, whether they occur or not."""
    return float(a[:count, :count].sum()) / (count * (count - 1.0))
