"""Agreement of several raters beyond chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.plain import Uncounted
from measurand.statistic.ratings import Counts, arranged, counted, pair_mean
from measurand.statistic.weighing import any_row, not_defined

Chance = Callable[[Array, Array], tuple[float, Array]]
"""Chance agreement from agreement weights (classes, classes) and shares p (classes,), and its derivative by p."""


@dataclass(frozen=True)
class Agreement(Uncounted):
    """``(P_o - P_e) / (1 - P_e)``: pairs of ratings of one item that agree, beyond chance.

    ``P_o`` is the mean over items with two ratings or more of the agreeing share of their pairs; ``p_c`` the mean over
    items of the share of ratings that are c; ``chance`` gives ``P_e`` from them. An item weighs the mean weight of its
    rows (``sum w^2 / sum w``), a pair the product of both weights. ``weights`` credits near misses.
    """

    name: str
    chance: Chance
    weights: Literal["none", "linear", "quadratic"] = "none"
    number_of_classes: float = 0
    role: str = "predicted"
    bounds: tuple[float, float] = field(default=(-1.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)
    degree: float = field(default=2.0, init=False)
    """Ratings of an item that are compared with one another."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The coefficient."""
        return (self.name,)

    @property
    def roles(self) -> tuple[str, ...]:
        """The ratings."""
        return (self.role,)

    def arrange(self, rows: Rows) -> Rows:
        """Number items and ratings once."""
        return arranged(rows, name=self.name, role=self.role)

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,). Raises StatisticError where no item has two ratings, or chance agreement is complete."""
        c, levels = counted(rows, w, name=self.name, role=self.role)
        m = self._agreement(levels)
        return np.array([self._value(*self._shares(c, m), m)[0]])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """By the chain rule through each item's weight, pairs and shares, shape (rows, 1)."""
        return self._by_parts(rows, w)[0]

    def through_subsets(self, rows: Rows, w: Array) -> Array:
        """What goes through the pairs of an item, shape (rows, 1)."""
        return self._by_parts(rows, w)[1]

    def _by_parts(self, rows: Rows, w: Array) -> tuple[Array, Array]:
        """All sensitivities, and those through pairs."""
        c, levels = counted(rows, w, name=self.name, role=self.role)
        m = self._agreement(levels)
        observed, p = self._shares(c, m)
        _, by_observed, by_p = self._value(observed, p, m)
        a, by_w, by_s = pair_mean(c, m)
        i, k = c.item, c.code
        whole = np.where(c.w[i] > 0.0, c.w[i], 1.0)
        of_item = (2.0 * w - c.mean[i]) / whole  # derivative of the item's weight
        paired = c.pairs[i] > 0.0
        agree = np.where(paired, (a[i] - observed) * of_item + c.mean[i] * (by_w[i, k] + 2.0 * w * by_s[i, k]), 0.0)
        share = c.w_c / np.where(c.w > 0.0, c.w, 1.0)[:, None]
        mine = share @ by_p
        moved = (mine[i] - float(p @ by_p)) * of_item + c.mean[i] * (by_p[k] - mine[i]) / whole
        total, both = float(c.mean.sum()), float(c.mean[c.pairs > 0.0].sum())
        through_pairs = by_observed * agree / both
        return np.asarray(through_pairs + moved / total)[:, None], np.asarray(through_pairs)[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """An item of two ratings that lowers, and one that raises, the coefficient furthest; per row, shape (2, 1)."""
        c, levels = counted(rows, w, name=self.name, role=self.role)
        m = self._agreement(levels)
        observed, p = self._shares(c, m)
        _, by_observed, by_p = self._value(observed, p, m)
        both = float(c.mean[c.pairs > 0.0].sum())
        pull = by_observed * (m - observed) / both
        pull = pull + ((by_p[:, None] + by_p[None, :]) / 2.0 - float(p @ by_p)) / float(c.mean.sum())
        return np.array([[pull.min() / 2.0], [pull.max() / 2.0]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _agreement(self, levels: Array) -> Array:
        if self.weights == "none":
            return np.eye(len(levels))
        span = max(float(np.ptp(levels)), self.number_of_classes - 1.0, 1e-300)
        distance = np.abs(levels[:, None] - levels[None, :]) / span
        return 1.0 - (distance if self.weights == "linear" else distance**2)

    def _shares(self, c: Counts, m: Array) -> tuple[float, Array]:
        a, _, _ = pair_mean(c, m)
        both = np.where(c.pairs > 0.0, c.mean, 0.0)
        if not both.sum() > 0.0:
            raise not_defined("one_rating", statistic=self.name)
        share = c.w_c / np.where(c.w > 0.0, c.w, 1.0)[:, None]
        return float(both @ a / both.sum()), np.asarray(c.mean @ share / c.mean.sum())

    def _value(self, observed: float, p: Array, m: Array) -> tuple[float, float, Array]:
        """The coefficient and its derivatives by ``P_o`` and ``p``."""
        expected, slope = self.chance(m, p)
        left = 1.0 - expected
        if not left > 1e-12:
            raise not_defined("one_category", statistic=self.name)
        value = (observed - expected) / left
        return float(value), 1.0 / left, (value - 1.0) / left * slope


def _by_products(m: Array, p: Array) -> tuple[float, Array]:
    """``sum_cd m_cd p_c p_d`` (Scott 1955; Fleiss 1971)."""
    return float(p @ m @ p), 2.0 * m @ p


def _by_gwet(m: Array, p: Array, *, classes: float) -> tuple[float, Array]:
    """``(sum m) / (K (K - 1)) sum_c p_c (1 - p_c)`` (Gwet 2008)."""
    k = max(len(p), int(classes))
    if k < 2:
        raise not_defined("one_category", statistic="gwet_ac1_raters")
    # classes that nobody used agree with themselves only
    total = (float(m.sum()) + (k - len(p))) / (k * (k - 1.0))
    return total * float(np.sum(p * (1.0 - p))), total * (1.0 - 2.0 * p)


def _nothing(m: Array, p: Array) -> tuple[float, Array]:
    return 0.0, np.zeros(len(p))


def percent_agreement() -> Agreement:
    """Share of the pairs of ratings of one item that agree, mean over items."""
    return Agreement("percent_agreement", _nothing)


def fleiss_kappa() -> Agreement:
    """Chance agreement ``sum p_c^2`` (Fleiss 1971)."""
    return Agreement("fleiss_kappa", _by_products)


def gwet_ac1_raters(number_of_classes: float = 0) -> Agreement:
    """Chance agreement ``sum p_c (1 - p_c) / (K - 1)`` (Gwet 2008). ``number_of_classes``: K where not all occur."""
    return Agreement(
        "gwet_ac1_raters", partial(_by_gwet, classes=number_of_classes), number_of_classes=number_of_classes
    )
