"""Agreement of several raters: the rows of one item are its ratings, any number of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.weighing import any_row, no_counts, not_defined, one_class, positive_sum

MOST = 200
"""Distinct ratings; for more an intraclass correlation says more."""
Chance = Callable[[Array, Array], tuple[float, Array]]
"""Chance agreement from agreement weights (classes, classes) and shares p (classes,), and its derivative by p."""


@dataclass(frozen=True)
class _Counts:
    """Weights of the ratings by item and class, with what follows from them.

    ``w_c`` and ``s_c`` (items, classes): sums of weights and of their squares; ``w``, ``s`` (items,) over all classes;
    ``pairs = w^2 - s``; ``mean = s / w``, the weight of the item.
    """

    item: Integers
    code: Integers
    w_c: Array
    s_c: Array

    @property
    def w(self) -> Array:
        return np.asarray(self.w_c.sum(axis=1))

    @property
    def s(self) -> Array:
        return np.asarray(self.s_c.sum(axis=1))

    @property
    def pairs(self) -> Array:
        p = self.w**2 - self.s
        return np.where(p > 1e-9 * self.w**2, p, 0.0)

    @property
    def mean(self) -> Array:
        return np.asarray(self.s / np.where(self.w > 0.0, self.w, 1.0))


def _counts(rows: Rows, w: Array, *, name: str, role: str) -> tuple[_Counts, Array]:
    """Counts, and the distinct ratings."""
    made = rows.note.get(name)
    if made is None:
        item = np.unique(rows.item, return_inverse=True)[1].reshape(-1)
        levels, code = np.unique(rows.column[role], return_inverse=True)
        made = (item, code.reshape(-1), levels)
    item, code, levels = made
    positive_sum(w, statistic=name, rows="the rows")
    shape = (int(item.max(initial=-1)) + 1, len(levels))
    cell = item * shape[1] + code
    w_c, s_c = (np.bincount(cell, weights=x, minlength=shape[0] * shape[1]).reshape(shape) for x in (w, w * w))
    return _Counts(item, code, w_c.astype(float), s_c.astype(float)), np.asarray(levels, float)


def _pair_mean(c: _Counts, m: Array) -> tuple[Array, Array, Array]:
    """``A_i``, the mean of m over the pairs of ratings of an item, with its derivatives by ``w_c`` and ``s_c``.

    ``A = (W' m W - sum_c m_cc S_c) / (W^2 - S)``; 0 for an item with one rating.
    """
    pairs = np.where(c.pairs > 0.0, c.pairs, 1.0)
    product = c.w_c @ m
    a = np.where(c.pairs > 0.0, (np.sum(product * c.w_c, axis=1) - c.s_c @ np.diag(m)) / pairs, 0.0)
    by_w = np.where(c.pairs[:, None] > 0.0, 2.0 * (product - (a * c.w)[:, None]) / pairs[:, None], 0.0)
    by_s = np.where(c.pairs[:, None] > 0.0, (a[:, None] - np.diag(m)[None, :]) / pairs[:, None], 0.0)
    return a, by_w, by_s


def _arranged(rows: Rows, *, name: str, role: str) -> Rows:
    """The rows with items and ratings numbered."""
    if name in rows.note:
        return rows
    item = np.unique(rows.item, return_inverse=True)[1].reshape(-1)
    levels, code = np.unique(rows.column[role], return_inverse=True)
    if len(levels) > MOST:
        raise not_defined("many_ratings", statistic=name, count=len(levels), most=MOST)
    return replace(rows, note={**rows.note, name: (item, code.reshape(-1), levels)})


@dataclass(frozen=True)
class Agreement:
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
    exact: Literal["no", "binomial", "poisson"] = field(default="no", init=False)

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
        return _arranged(rows, name=self.name, role=self.role)

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,). Raises StatisticError where no item has two ratings, or chance agreement is complete."""
        c, levels = _counts(rows, w, name=self.name, role=self.role)
        m = self._agreement(levels)
        return np.array([self._value(*self._shares(c, m), m)[0]])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """By the chain rule through each item's weight, pairs and shares, shape (rows, 1)."""
        c, levels = _counts(rows, w, name=self.name, role=self.role)
        m = self._agreement(levels)
        observed, p = self._shares(c, m)
        _, by_observed, by_p = self._value(observed, p, m)
        a, by_w, by_s = _pair_mean(c, m)
        i, k = c.item, c.code
        whole = np.where(c.w[i] > 0.0, c.w[i], 1.0)
        of_item = (2.0 * w - c.mean[i]) / whole  # derivative of the item's weight
        paired = c.pairs[i] > 0.0
        agree = np.where(paired, (a[i] - observed) * of_item + c.mean[i] * (by_w[i, k] + 2.0 * w * by_s[i, k]), 0.0)
        share = c.w_c / np.where(c.w > 0.0, c.w, 1.0)[:, None]
        mine = share @ by_p
        moved = (mine[i] - float(p @ by_p)) * of_item + c.mean[i] * (by_p[k] - mine[i]) / whole
        total, both = float(c.mean.sum()), float(c.mean[c.pairs > 0.0].sum())
        return np.asarray(by_observed * agree / both + moved / total)[:, None]

    def counts(self, rows: Rows, w: Array) -> Array:
        """None: raises StatisticError."""
        raise no_counts(self.name)

    def extremes(self, rows: Rows, w: Array) -> Array:
        """An item of two ratings that lowers, and one that raises, the coefficient furthest; per row, shape (2, 1)."""
        c, levels = _counts(rows, w, name=self.name, role=self.role)
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

    def classes(self, rows: Rows) -> Integers:
        """One class."""
        return one_class(rows)

    def _agreement(self, levels: Array) -> Array:
        if self.weights == "none":
            return np.eye(len(levels))
        span = max(float(np.ptp(levels)), self.number_of_classes - 1.0, 1e-300)
        distance = np.abs(levels[:, None] - levels[None, :]) / span
        return 1.0 - (distance if self.weights == "linear" else distance**2)

    def _shares(self, c: _Counts, m: Array) -> tuple[float, Array]:
        a, _, _ = _pair_mean(c, m)
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


_Parts = tuple[float, float, float, Array, Array, Array]


@dataclass(frozen=True)
class KrippendorffAlpha:
    """``1 - D_o / D_e``: observed over expected disagreement of pairable ratings (Krippendorff 2011).

    ``metric``: ``nominal``; ``ordinal``, ``interval``, ``ratio`` of numbers. Items with one rating are left out, absent
    ratings need no mark. ``D_e`` has the factor ``N / (N - 1)`` with N ratings, ``(sum w)^2 / sum w^2`` where they are
    weighted: the value depends on how many ratings there are, not only on their distribution.
    """

    metric: str = "nominal"
    name: str = field(default="krippendorff_alpha", init=False)
    outputs: tuple[str, ...] = field(default=("krippendorff_alpha",), init=False)
    bounds: tuple[float, float] = field(default=(-1.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)
    exact: Literal["no", "binomial", "poisson"] = field(default="no", init=False)

    def __post_init__(self) -> None:
        if self.metric not in ("nominal", "ordinal", "interval", "ratio"):
            raise not_defined(
                "parameter_value", name=self.name, parameter="metric", value=self.metric,
                allowed="nominal, ordinal, interval, ratio",
            )  # fmt: skip

    @property
    def roles(self) -> tuple[str, ...]:
        """Classes, or numbers."""
        return ("predicted",) if self.metric == "nominal" else ("value",)

    def arrange(self, rows: Rows) -> Rows:
        """Number items and ratings once."""
        return _arranged(rows, name=self.name, role=self.roles[0])

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        c, levels = _counts(rows, w, name=self.name, role=self.roles[0])
        return np.array([self._parts(c, levels)[0]])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """By the chain rule through disagreement, shares and the number of ratings, shape (rows, 1)."""
        c, levels = _counts(rows, w, name=self.name, role=self.roles[0])
        _, observed, _, d, _, _ = parts = self._parts(c, levels)
        n = float(c.w[c.pairs > 0.0].sum())
        b, by_w, by_s = _pair_mean(c, d)
        i, k = c.item, c.code
        own = (b[i] - observed + c.w[i] * (by_w[i, k] + 2.0 * w * by_s[i, k])) / n
        through_ranks, of_raw = self._by_class(c, parts)
        s = self._slope(c, parts, own + through_ranks[k], of_raw[k], w)
        return np.where(c.pairs[i] > 0.0, s, 0.0)[:, None]

    def _by_class(self, c: _Counts, parts: _Parts) -> tuple[Array, Array]:
        """Effect of more weight on each class: on D_o through mid-ranks, and on ``q' d q``; (classes,) each."""
        _, _, _, d, q, z = parts
        paired = c.pairs > 0.0
        n = float(c.w[paired].sum())
        of_raw = 2.0 * (d @ q - float(q @ d @ q)) / n
        if self.metric != "ordinal":
            return np.zeros(len(q)), of_raw
        # disagreement is the squared difference of mid-ranks z, which move with the shares
        pairs = np.where(paired, c.w / np.where(paired, c.pairs, 1.0), 0.0)
        coincident = (c.w_c * pairs[:, None]).T @ c.w_c - np.diag(pairs @ c.s_c)
        by_z = 4.0 * (coincident.sum(axis=1) * z - coincident @ z) / n
        raw_by_z = 4.0 * q * (z - float(q @ z))
        place = np.arange(len(q))
        rank = (place[None, :] > place[:, None]) + 0.5 * np.eye(len(q))  # of class k in z_c
        return (rank @ by_z - float(z @ by_z)) / n, of_raw + (rank @ raw_by_z - float(z @ raw_by_z)) / n

    def _slope(self, c: _Counts, parts: _Parts, of_observed: Array, of_raw: Array, w: Array | float) -> Array:
        """Derivative of alpha from those of D_o and ``q' d q`` by rows of weight w."""
        _, observed, expected, d, q, _ = parts
        paired = c.pairs > 0.0
        n, squares = float(c.w[paired].sum()), float(c.s[paired].sum())
        count = n * n / squares
        of_count = 2.0 * n / squares - count / squares * 2.0 * w
        of_expected = of_raw * count / (count - 1.0) - float(q @ d @ q) * of_count / (count - 1.0) ** 2
        return np.asarray(-(of_observed - observed / expected * of_expected) / expected)

    def counts(self, rows: Rows, w: Array) -> Array:
        """None: raises StatisticError."""
        raise no_counts(self.name)

    def extremes(self, rows: Rows, w: Array) -> Array:
        """An item of two ratings that lowers, and one that raises, alpha furthest; per row, shape (2, 1)."""
        c, levels = _counts(rows, w, name=self.name, role=self.roles[0])
        _, observed, _, d, _, _ = parts = self._parts(c, levels)
        through_ranks, of_raw = ((x[:, None] + x[None, :]) / 2.0 for x in self._by_class(c, parts))
        own = (d - observed) / float(c.w[c.pairs > 0.0].sum())
        pull = self._slope(c, parts, own + through_ranks, of_raw, 0.0)
        return np.array([[pull.min()], [pull.max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def classes(self, rows: Rows) -> Integers:
        """One class."""
        return one_class(rows)

    def _parts(self, c: _Counts, levels: Array) -> _Parts:
        """Alpha, D_o, D_e, the disagreement matrix, the shares of the ratings and their mid-ranks."""
        paired = c.pairs > 0.0
        n = float(c.w[paired].sum())
        if not n > 0.0:
            raise not_defined("one_rating", statistic=self.name)
        q = c.w_c[paired].sum(axis=0) / n
        z = np.cumsum(q) - q / 2.0
        d = self._disagreement(levels, z)
        count = n * n / float(c.s[paired].sum())
        expected = float(q @ d @ q) * count / (count - 1.0)
        if not expected > 0.0:
            raise not_defined("one_category", statistic=self.name)
        b, _, _ = _pair_mean(c, d)
        observed = float(c.w[paired] @ b[paired]) / n
        return 1.0 - observed / expected, observed, expected, d, q, z

    def _disagreement(self, levels: Array, z: Array) -> Array:
        if self.metric == "nominal":
            return 1.0 - np.eye(len(levels))
        x = z if self.metric == "ordinal" else levels
        d = np.square(x[:, None] - x[None, :])
        if self.metric != "ratio":
            return np.asarray(d)
        if np.any(levels < 0.0):
            raise not_defined("negative_rating", statistic=self.name)
        total = levels[:, None] + levels[None, :]
        return np.asarray(d / np.square(np.where(total > 0.0, total, 1.0)))
