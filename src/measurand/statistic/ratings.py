"""Ratings of several raters, counted: the rows of one item are its ratings, any number of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.weighing import not_defined, positive_sum

MOST = 200
"""Distinct ratings; for more an intraclass correlation says more."""


@dataclass(frozen=True)
class Counts:
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


def counted(rows: Rows, w: Array, *, name: str, role: str) -> tuple[Counts, Array]:
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
    return Counts(item, code, w_c.astype(float), s_c.astype(float)), np.asarray(levels, float)


def pair_mean(c: Counts, m: Array) -> tuple[Array, Array, Array]:
    """``A_i``, the mean of m over the pairs of ratings of an item, with its derivatives by ``w_c`` and ``s_c``.

    ``A = (W' m W - sum_c m_cc S_c) / (W^2 - S)``; 0 for an item with one rating.
    """
    pairs = np.where(c.pairs > 0.0, c.pairs, 1.0)
    product = c.w_c @ m
    a = np.where(c.pairs > 0.0, (np.sum(product * c.w_c, axis=1) - c.s_c @ np.diag(m)) / pairs, 0.0)
    by_w = np.where(c.pairs[:, None] > 0.0, 2.0 * (product - (a * c.w)[:, None]) / pairs[:, None], 0.0)
    by_s = np.where(c.pairs[:, None] > 0.0, (a[:, None] - np.diag(m)[None, :]) / pairs[:, None], 0.0)
    return a, by_w, by_s


def arranged(rows: Rows, *, name: str, role: str) -> Rows:
    """The rows with items and ratings numbered."""
    if name in rows.note:
        return rows
    item = np.unique(rows.item, return_inverse=True)[1].reshape(-1)
    levels, code = np.unique(rows.column[role], return_inverse=True)
    if len(levels) > MOST:
        raise not_defined("many_ratings", statistic=name, count=len(levels), most=MOST)
    return replace(rows, note={**rows.note, name: (item, code.reshape(-1), levels)})
