"""Several answers to one item: what a subset of them shows (pass@k, pass^k), and how far they agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.plain import Uncounted
from measurand.statistic.subsets import inside
from measurand.statistic.weighing import any_row, not_defined, positive_sum


@dataclass(frozen=True, eq=False)
class Repeats:
    """Rows by item: ``item`` (rows,) counts the items from 0, ``slot`` (rows,) the rows of an item, ``count`` (items,).

    ``answer`` (rows,) is the column of the role; ``group`` (rows,) numbers the pairs of item and answer, ``of_group``
    (groups,) is the item of each.
    """

    item: Integers
    slot: Integers
    count: Integers
    answer: Array
    group: Integers
    of_group: Integers

    def table(self, column: Array) -> Array:
        """A column by item and slot, shape (items, slots); 0 where an item has fewer rows."""
        made = np.zeros((len(self.count), int(self.count.max(initial=0))))
        made[self.item, self.slot] = column
        return made

    def sums(self, column: Array) -> Array:
        """Sums over the rows of each item, shape (items,)."""
        return np.bincount(self.item, weights=column, minlength=len(self.count)).astype(float)


OfItems = Callable[[Repeats, Array], tuple[Array, Array]]
"""Number of each item, shape (items,), from the rows and their weights, and its derivative by each weight, (rows,)."""


@dataclass(frozen=True)
class OverRepeats(Uncounted):
    """``T = sum_i v_i x_i / sum_i v_i``: the mean over items of a number ``x_i`` that the rows of item i give together.

    An item weighs the mean weight of its rows, ``v_i = sum_j w_ij / n_i``; ``x_i`` does not change with the scale of
    the weights. ``least`` is the number of rows that an item must have, ``degree`` the size of the subsets of them that
    it is the mean of (infinite: none less than all), ``lowest`` the least value of an item of n rows.
    """

    name: str
    role: str
    least: int
    of_items: OfItems
    degree: float
    lowest: Callable[[int], float] = field(default=lambda n: 0.0)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The mean."""
        return (self.name,)

    @property
    def roles(self) -> tuple[str, ...]:
        """What each row shows."""
        return (self.role,)

    def arrange(self, rows: Rows) -> Rows:
        """Number the rows of each item once. Raises StatisticError where an item has too few."""
        return noted(rows, self._key, self._prepared)

    def value(self, rows: Rows, w: Array) -> Array:
        """The mean over items, shape (1,)."""
        seen, even = self._of(rows)
        v = self._weights(seen, w)
        first = np.zeros(len(v))
        first[seen.item[seen.slot == 0]] = w[seen.slot == 0]
        x = even if np.array_equal(w, first[seen.item]) else self.of_items(seen, w)[0]
        return np.array([float(v @ x) / float(v.sum())])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``((x_i - T) / n_i + v_i dx_i/dw_j) / sum v``, shape (rows, 1)."""
        seen, _ = self._of(rows)
        v = self._weights(seen, w)
        x, by_row = self.of_items(seen, w)
        mean = float(v @ x) / float(v.sum())
        whole = (x - mean)[seen.item] / seen.count[seen.item] + v[seen.item] * by_row
        return np.asarray(whole / float(v.sum()))[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """An item of the fewest rows with the lowest, and with the highest number; per row of it, shape (2, 1)."""
        seen, _ = self._of(rows)
        total, mean = float(self._weights(seen, w).sum()), float(self.value(rows, w)[0])
        fewest = int(seen.count.min())
        return np.array([[self.lowest(fewest) - mean], [1.0 - mean]]) / (total * fewest)

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    @property
    def _key(self) -> str:
        return f"{self.name}.{self.least}"

    def _of(self, rows: Rows) -> tuple[Repeats, Array]:
        seen: tuple[Repeats, Array] = self.arrange(rows).note[self._key]
        return seen

    def _prepared(self, rows: Rows) -> tuple[Repeats, Array]:
        """The rows of each item, and the number of each item where its rows weigh the same."""
        seen = _repeats(rows, self.role)
        few = seen.count < self.least
        if np.any(few):
            raise not_defined(
                "few_repeats", statistic=self.name, count=int(few.sum()), items=len(few), least=self.least,
                fewest=int(seen.count.min()),
            )  # fmt: skip
        return seen, self.of_items(seen, np.ones(len(seen.item)))[0]

    def _weights(self, seen: Repeats, w: Array) -> Array:
        positive_sum(w, statistic=self.name, rows="the rows")
        return np.asarray(seen.sums(w) / seen.count)


def pass_at_k(k: float) -> OverRepeats:
    """Chance that at least one of ``k`` answers to an item is right: ``1 - C(n-c, k) / C(n, k)`` with c of n right.

    The mean over all subsets of k of the n answers, hence without bias for any n from k up (Chen et al. 2021).

    >>> rows = Rows(np.zeros(5, int), np.arange(5), {"outcome": np.array([1.0, 1.0, 0.0, 0.0, 0.0])})
    >>> pass_at_k(2).value(rows, np.ones(5)).round(12).tolist()  # 1 - 3/10
    [0.7]
    """
    size = _size("pass_at_k", k)

    def of_items(seen: Repeats, w: Array) -> tuple[Array, Array]:
        failed, by_row = _subsets(seen, w, 1.0 - seen.answer, size)
        return 1.0 - failed, -by_row

    return OverRepeats("pass_at_k", "outcome", size, of_items, degree=size)


def pass_hat_k(k: float) -> OverRepeats:
    """Chance that all of ``k`` answers to an item are right: ``C(c, k) / C(n, k)`` with c of n right (Yao et al. 2024).

    >>> rows = Rows(np.zeros(5, int), np.arange(5), {"outcome": np.array([1.0, 1.0, 1.0, 0.0, 0.0])})
    >>> pass_hat_k(2).value(rows, np.ones(5)).round(12).tolist()  # 3/10
    [0.3]
    """
    size = _size("pass_hat_k", k)

    def of_items(seen: Repeats, w: Array) -> tuple[Array, Array]:
        return _subsets(seen, w, seen.answer, size)

    return OverRepeats("pass_hat_k", "outcome", size, of_items, degree=size)


def consistency() -> OverRepeats:
    """Chance that two answers to an item are the same, mean over items: any number of different answers.

    ``x = (sum_a W_a^2 - sum_j w_j^2) / (W^2 - sum_j w_j^2)`` with ``W_a`` the weight of answer a of the item.
    """

    def of_items(seen: Repeats, w: Array) -> tuple[Array, Array]:
        of_answer, whole, squares = np.bincount(seen.group, weights=w), seen.sums(w), seen.sums(w * w)
        same = np.bincount(seen.of_group, weights=of_answer**2, minlength=len(whole)) - squares
        pairs = whole**2 - squares
        there = pairs > 1e-12 * whole**2
        safe = np.where(there, pairs, 1.0)
        x = np.where(there, same / safe, 0.0)
        slope = 2.0 * (of_answer[seen.group] - w - x[seen.item] * (whole[seen.item] - w)) / safe[seen.item]
        return x, np.where(there[seen.item], slope, 0.0)

    return OverRepeats("consistency", "answer", 2, of_items, degree=2)


def modal_agreement() -> OverRepeats:
    """Share of the answers to an item that are its most frequent one, mean over items.

    It falls with the number of answers to an item: 1 answer always agrees with itself, so that only numbers of equally
    many answers compare. Answers of an item count alike, whatever their weights: which is the most frequent would else
    turn with the smallest change, and no derivative says what another draw of answers would give.
    """

    def of_items(seen: Repeats, w: Array) -> tuple[Array, Array]:
        most = np.zeros(len(seen.count))
        np.maximum.at(most, seen.of_group, np.bincount(seen.group).astype(float))
        return most / seen.count, np.zeros(len(w))

    return OverRepeats("modal_agreement", "answer", 2, of_items, degree=np.inf, lowest=lambda n: 1.0 / n)


def _size(name: str, k: float) -> int:
    if not (k >= 1 and k == int(k)):
        raise not_defined("parameter_value", name=name, parameter="k", value=k, allowed="1, 2, 3, ...")
    return int(k)


def _subsets(seen: Repeats, w: Array, chosen: Array, k: int) -> tuple[Array, Array]:
    """Weighted share of the subsets of k rows of an item of which all are ``chosen`` (1 or 0), by item."""
    x, by_slot = inside(seen.table(w), seen.table(chosen), seen.count, k)
    return x, by_slot[seen.item, seen.slot]


def _repeats(rows: Rows, role: str) -> Repeats:
    item = np.unique(rows.item, return_inverse=True)[1].reshape(-1)
    count = np.bincount(item)
    order = np.argsort(item, kind="stable")
    slot = np.empty(len(item), np.int64)
    slot[order] = np.arange(len(item)) - np.repeat(np.cumsum(count) - count, count)
    answer = np.asarray(rows.column[role])
    levels, code = np.unique(answer, return_inverse=True)
    pairs, group = np.unique(item * (len(levels) or 1) + code.reshape(-1), return_inverse=True)
    return Repeats(item, slot, count, answer, group.reshape(-1), pairs // (len(levels) or 1))
