"""How well items are ranked for a query: one number per query, averaged over queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, not_defined, positive_sum

Bools = NDArray[np.bool_]
Score = Callable[["_Ranked"], tuple[Array, Bools]]
ROLES = ("query", "score", "reference")


@dataclass(frozen=True)
class _Ranked:
    """Rows sorted by query and falling score, (rows,) each: place from 1 in the query, and the first and last place of

    those with the row's score (``tied_from``, ``tied_to``); ``size`` queries.
    """

    query: Integers
    grade: Array
    place: Integers
    tied_from: Integers
    tied_to: Integers
    size: int

    def per_query(self, values: Array) -> Array:
        """Sums by query."""
        return np.bincount(self.query, weights=values, minlength=self.size).astype(float)


@dataclass(frozen=True)
class Ranking(Uncounted):
    """Mean over queries of a number of each query's ranking; a query weighs the mean of its rows' weights.

    ``score`` gives the number of each query and whether it is defined there (a query without a relevant item counts as
    the definition of ``without`` says: 0, or not at all). Items of equal score take each order with equal probability.
    Grades (``reference``) are numbers from 0 up.
    """

    name: str
    score: Score
    roles: tuple[str, ...] = field(default=ROLES, init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The mean over queries."""
        return (self.name,)

    def arrange(self, rows: Rows) -> Rows:
        """Rank the items of each query once. Raises StatisticError for negative grades."""
        return noted(rows, self.name, self._by_query)

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        values, share = self.arrange(rows).note[self.name]
        total = positive_sum(w * share, statistic=self.name, rows="queries with a relevant item")
        return np.array([float(np.sum(w * share * values)) / total])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``(v_q - T) / (n_q sum of query weights)``, shape (rows, 1)."""
        values, share = self.arrange(rows).note[self.name]
        return np.asarray(share * (values - self.value(rows, w)[0]) / np.sum(w * share))[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """A query of one row at each end of the range, shape (2, 1)."""
        _, share = self.arrange(rows).note[self.name]
        value, total = self.value(rows, w)[0], float(np.sum(w * share))
        return np.array([[-value / total], [(1.0 - value) / total]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _by_query(self, rows: Rows) -> tuple[Array, Array]:
        """Number of the query of each row, and the row's share in the query's weight; (rows,) each."""
        negative = int(np.sum(rows.column["reference"] < 0))
        if negative:
            raise not_defined("negative_grade", statistic=self.name, count=negative)
        query = np.unique(rows.column["query"], return_inverse=True)[1].reshape(-1)
        values, defined = self.score(_ranked(query, rows.column["score"], rows.column["reference"]))
        share = np.where(defined, 1.0, 0.0)[query] / np.bincount(query)[query]
        return values[query], share


def ndcg(k: float = np.inf, gain: str = "linear") -> Ranking:
    """Normalised discounted cumulative gain at k: ``sum gain / log2(1 + place)``, over that of the ideal order.

    ``gain``: the grade (``linear``, Jarvelin & Kekalainen 2002) or ``2^grade - 1`` (``exponential``, Burges et al.
    2005). A query whose grades are all 0 counts 0.
    """
    if gain not in ("linear", "exponential"):
        raise not_defined("parameter_value", name="ndcg", parameter="gain", value=gain, allowed="linear or exponential")
    return Ranking("ndcg", partial(_ndcg, k=_depth(k, "ndcg"), exponential=gain == "exponential"))


def mean_reciprocal_rank(k: float = np.inf) -> Ranking:
    """Mean of one over the place of the first relevant item (grade above 0); 0 where none is among the first k."""
    return Ranking("mean_reciprocal_rank", partial(_reciprocal, k=_depth(k, "mean_reciprocal_rank")))


def recall_at_k(k: float) -> Ranking:
    """Mean over queries of the share of their relevant items that is among the first k."""
    return Ranking("recall_at_k", partial(_found, k=_depth(k, "recall_at_k"), of_relevant=True))


def precision_at_k(k: float) -> Ranking:
    """Mean over queries of the share of relevant items among the first k."""
    return Ranking("precision_at_k", partial(_found, k=_depth(k, "precision_at_k"), of_relevant=False))


def mean_average_precision() -> Ranking:
    """Mean over queries of the average precision: the mean, over its relevant items, of the precision at their places.

    A query without a relevant item does not enter.
    """
    return Ranking("mean_average_precision", _average_precision)


def _depth(k: float, name: str) -> float:
    if not (k >= 1 and (k == np.inf or k == int(k))):
        raise not_defined("parameter_value", name=name, parameter="k", value=k, allowed="a whole number from 1")
    return k


def _ranked(query: Integers, score: Array, grade: Array) -> _Ranked:
    order = np.lexsort((grade, -score, query))
    q, s = query[order], score[order]
    new_query = np.diff(q, prepend=-1) != 0
    start = np.flatnonzero(new_query)
    place = np.arange(len(q)) - start[np.cumsum(new_query) - 1] + 1
    new_level = new_query | (np.diff(s, prepend=np.nan) != 0)
    level = np.cumsum(new_level) - 1
    first = np.flatnonzero(new_level)
    last = np.append(first[1:], len(q)) - 1
    return _Ranked(q, grade[order], place, place[first][level], place[last][level], int(q.max(initial=-1)) + 1)


def _ndcg(r: _Ranked, *, k: float, exponential: bool) -> tuple[Array, Bools]:
    gain = np.exp2(r.grade) - 1.0 if exponential else r.grade
    longest = int(r.place.max(initial=0))
    discount = np.where(np.arange(1, longest + 1) <= k, 1.0 / np.log2(np.arange(2, longest + 2)), 0.0)
    upto = np.concatenate([[0.0], np.cumsum(discount)])
    mean = (upto[r.tied_to] - upto[r.tied_from - 1]) / (r.tied_to - r.tied_from + 1)
    ideal_order = np.lexsort((-gain, r.query))
    ideal = r.per_query(gain[ideal_order] * discount[r.place - 1])
    found = r.per_query(gain * mean)
    return np.where(ideal > 0.0, found / np.where(ideal > 0.0, ideal, 1.0), 0.0), np.ones(r.size, bool)


def _reciprocal(r: _Ranked, *, k: float) -> tuple[Array, Bools]:
    """Expected ``1/place`` of the first relevant item: in a tie of m rows with g relevant its place is random."""
    relevant = r.grade > 0.0
    first = np.full(r.size, np.iinfo(np.int64).max)
    np.minimum.at(first, r.query[relevant], r.tied_from[relevant])
    inside = relevant & (r.tied_from == first[r.query])
    hits = r.per_query(inside.astype(float))
    last = np.zeros(r.size, np.int64)
    last[r.query[inside]] = r.tied_to[inside]
    out = np.where((hits > 0.0) & (first <= k), 1.0 / first, 0.0)
    for q in np.flatnonzero((hits > 0.0) & (last - first + 1 > hits)):  # relevant and others at one score
        start, m, g = int(first[q]), int(last[q] - first[q] + 1), int(hits[q])
        places = start + np.arange(m - g + 1)
        later = np.arange(m - g + 1)
        # P(the first relevant one is at offset j) = g/(m-j) prod_(i<j) (m-g-i)/(m-i)
        miss = np.cumprod(np.concatenate([[1.0], (m - g - later[:-1]) / (m - later[:-1])]))
        out[q] = float(np.sum(np.where(places <= k, miss * g / (m - later) / places, 0.0)))
    return out, np.ones(r.size, bool)


def _found(r: _Ranked, *, k: float, of_relevant: bool) -> tuple[Array, Bools]:
    relevant = (r.grade > 0.0).astype(float)
    inside = np.clip((k - r.tied_from + 1) / (r.tied_to - r.tied_from + 1), 0.0, 1.0)
    hits, all_of = r.per_query(relevant * inside), r.per_query(relevant)
    if not of_relevant:
        return hits / k, np.ones(r.size, bool)
    return np.where(all_of > 0.0, hits / np.where(all_of > 0.0, all_of, 1.0), 0.0), all_of > 0.0


def _average_precision(r: _Ranked) -> tuple[Array, Bools]:
    """Expected over the orders of ties: of m tied rows with g relevant behind s rows with R relevant, the one at place

    s + j is relevant with probability g/m, and then ``R + 1 + (j - 1)(g - 1)/(m - 1)`` are expected up to there.
    """
    relevant = (r.grade > 0.0).astype(float)
    all_of = r.per_query(relevant)
    head = np.flatnonzero(np.diff(np.stack([r.query, r.tied_from]), axis=1, prepend=-1).any(axis=0))
    g = np.add.reduceat(relevant, head) if len(head) else np.zeros(0)
    s = (r.tied_from[head] - 1).astype(float)
    m = r.tied_to[head] - s
    query = r.query[head]
    upto = np.concatenate([[0.0], np.cumsum(g)])
    behind = upto[:-1] - upto[np.searchsorted(query, query)]
    harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, int(r.place.max(initial=0)) + 1))])
    inverse = harmonic[r.tied_to[head]] - harmonic[r.tied_from[head] - 1]  # sum of 1 / (s + j)
    growth = np.where(m > 1.0, (g - 1.0) / np.maximum(m - 1.0, 1.0), 0.0)
    part = g / m * ((behind + 1.0) * inverse + growth * (m - (s + 1.0) * inverse))
    total = np.bincount(query, weights=part, minlength=r.size)
    return np.where(all_of > 0.0, total / np.where(all_of > 0.0, all_of, 1.0), 0.0), all_of > 0.0
