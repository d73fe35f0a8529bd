"""Krippendorff's alpha: disagreement of several raters, observed over expected."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.plain import Uncounted
from measurand.statistic.ratings import Counts, arranged, counted, pair_mean
from measurand.statistic.weighing import any_row, not_defined

_Parts = tuple[float, float, float, Array, Array, Array]


@dataclass(frozen=True)
class KrippendorffAlpha(Uncounted):
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
    degree: float = field(default=2.0, init=False)
    """Ratings of an item that are compared with one another."""

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
        return arranged(rows, name=self.name, role=self.roles[0])

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        c, levels = counted(rows, w, name=self.name, role=self.roles[0])
        return np.array([self._parts(c, levels)[0]])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """By the chain rule through disagreement, shares and the number of ratings, shape (rows, 1)."""
        c, levels = counted(rows, w, name=self.name, role=self.roles[0])
        parts = self._parts(c, levels)
        i, k = c.item, c.code
        own = self._own(c, parts, w)
        through_ranks, of_raw = self._by_class(c, parts)
        s = self._slope(c, parts, own + through_ranks[k], of_raw[k], w)
        return np.where(c.pairs[i] > 0.0, s, 0.0)[:, None]

    def through_subsets(self, rows: Rows, w: Array) -> Array:
        """What goes through the pairs of an item, shape (rows, 1)."""
        c, levels = counted(rows, w, name=self.name, role=self.roles[0])
        parts = self._parts(c, levels)
        return np.where(c.pairs[c.item] > 0.0, -self._own(c, parts, w) / parts[2], 0.0)[:, None]

    def _own(self, c: Counts, parts: _Parts, w: Array) -> Array:
        """Derivative of D_o by the weight of each row through the pairs of its item, (rows,)."""
        _, observed, _, d, _, _ = parts
        n = float(c.w[c.pairs > 0.0].sum())
        b, by_w, by_s = pair_mean(c, d)
        i, k = c.item, c.code
        return np.asarray((b[i] - observed + c.w[i] * (by_w[i, k] + 2.0 * w * by_s[i, k])) / n)

    def _by_class(self, c: Counts, parts: _Parts) -> tuple[Array, Array]:
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

    def _slope(self, c: Counts, parts: _Parts, of_observed: Array, of_raw: Array, w: Array | float) -> Array:
        """Derivative of alpha from those of D_o and ``q' d q`` by rows of weight w."""
        _, observed, expected, d, q, _ = parts
        paired = c.pairs > 0.0
        n, squares = float(c.w[paired].sum()), float(c.s[paired].sum())
        count = n * n / squares
        of_count = 2.0 * n / squares - count / squares * 2.0 * w
        of_expected = of_raw * count / (count - 1.0) - float(q @ d @ q) * of_count / (count - 1.0) ** 2
        return np.asarray(-(of_observed - observed / expected * of_expected) / expected)

    def extremes(self, rows: Rows, w: Array) -> Array:
        """An item of two ratings that lowers, and one that raises, alpha furthest; per row, shape (2, 1)."""
        c, levels = counted(rows, w, name=self.name, role=self.roles[0])
        _, observed, _, d, _, _ = parts = self._parts(c, levels)
        through_ranks, of_raw = ((x[:, None] + x[None, :]) / 2.0 for x in self._by_class(c, parts))
        own = (d - observed) / float(c.w[c.pairs > 0.0].sum())
        pull = self._slope(c, parts, own + through_ranks, of_raw, 0.0)
        return np.array([[pull.min()], [pull.max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _parts(self, c: Counts, levels: Array) -> _Parts:
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
        b, _, _ = pair_mean(c, d)
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
