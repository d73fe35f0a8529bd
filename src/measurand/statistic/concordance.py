"""Concordance of predicted risks with times to an event, some of them censored."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.levels import Levels, levels_of
from measurand.statistic.plain import Uncounted
from measurand.statistic.weighing import any_row, not_defined

_PREPARED = "concordance.pairs"


@dataclass(frozen=True)
class _Split:
    """Pairs of earlier and later rows that part at one bit of their rank in time.

    ``earlier`` and ``later`` are rows; ``place`` are the score levels inside groups, ``first`` the lowest level of the
    row's group, ``last`` the highest.
    """

    earlier: Integers
    later: Integers
    place: Levels
    first: Integers
    last: Integers


@dataclass(frozen=True)
class Concordance(Uncounted):
    """Share of the comparable pairs in which the one with the earlier event had the higher score (Harrell et al. 1982).

    A pair is comparable if the earlier time is an event; of equal times, an event and a censored one are. Equal scores
    count half. Computed by splitting the ranks in time at each bit: ``O(n log n)`` after the rows are arranged.

    >>> score, time, event = np.array([3.0, 1.0, 2.0]), np.array([1.0, 3.0, 2.0]), np.array([1.0, 0.0, 1.0])
    >>> column = {"score": score, "time": time, "event": event}
    >>> Concordance().value(Rows(np.arange(3), np.zeros(3, int), column), np.ones(3)).tolist()
    [1.0]
    """

    name: str = field(default="concordance", init=False)
    outputs: tuple[str, ...] = field(default=("concordance",), init=False)
    roles: tuple[str, ...] = field(default=("score", "time", "event"), init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def arrange(self, rows: Rows) -> Rows:
        """Order times and scores once."""
        return noted(rows, _PREPARED, _splits)

    def value(self, rows: Rows, w: Array) -> Array:
        """The concordance, shape (1,). Raises StatisticError where no pair is comparable."""
        concordant, comparable = self._pairs(rows, w)
        return np.array([self._share(float(w @ concordant) / 2.0, float(w @ comparable) / 2.0)])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``(concordant weight of the row - T comparable weight) / comparable pairs``, shape (rows, 1)."""
        concordant, comparable = self._pairs(rows, w)
        pairs = float(w @ comparable) / 2.0
        value = self._share(float(w @ concordant) / 2.0, pairs)
        return np.asarray((concordant - value * comparable) / pairs)[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """An event before all others, with the lowest and with the highest score; shape (2, 1)."""
        _, comparable = self._pairs(rows, w)
        pairs, value = float(w @ comparable) / 2.0, self.value(rows, w)[0]
        partners = max(float(w.sum()), float(w @ (rows.column["event"] == 1.0)))
        return np.array([[-value * partners / pairs], [(1.0 - value) * partners / pairs]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _share(self, concordant: float, pairs: float) -> float:
        if not pairs > 0.0:
            raise not_defined("no_pairs", statistic=self.name)
        return concordant / pairs

    def _pairs(self, rows: Rows, w: Array) -> tuple[Array, Array]:
        """Weight of the rows with which each is in order, and of those with which it is comparable, (rows,) each."""
        concordant, comparable = np.zeros(len(w)), np.zeros(len(w))
        for s in self.arrange(rows).note[_PREPARED]:
            for mine, others, higher in ((s.earlier, s.later, False), (s.later, s.earlier, True)):
                at = np.bincount(s.place.of_row[others], weights=w[others], minlength=len(s.place))
                upto = np.concatenate([[0.0], np.cumsum(at)])
                place, first, last = s.place.of_row[mine], s.first[mine], s.last[mine]
                below = upto[place] - upto[first]
                every = upto[last + 1] - upto[first]
                tied = at[place]
                concordant[mine] += (every - below - tied if higher else below) + tied / 2.0
                comparable[mine] += every
        return concordant, comparable


def _splits(rows: Rows) -> list[_Split]:
    event = rows.column["event"] == 1.0
    # at one time, events come before those that are censored
    rank = levels_of(2 * levels_of(rows.column["time"]).of_row + ~event).of_row
    score = levels_of(rows.column["score"])
    bits = int(rank.max(initial=0)).bit_length()
    splits = [_split(rank, score, event, bit) for bit in range(bits)]
    return [s for s in splits if len(s.earlier) and len(s.later)]


def _split(rank: Integers, score: Levels, event: Array, bit: int) -> _Split:
    """Rows whose ranks agree above a bit form a group: those with 0 there are earlier, those with 1 later."""
    group = rank >> (bit + 1)
    later = (rank >> bit) & 1 == 1
    place = levels_of(group * len(score) + score.of_row)
    of_code = place.distinct // len(score)
    starts = np.flatnonzero(np.diff(of_code, prepend=-1))
    ends = np.append(starts[1:], len(place)) - 1
    which = np.searchsorted(of_code[starts], group)
    return _Split(
        np.flatnonzero(~later & np.asarray(event, bool)), np.flatnonzero(later), place, starts[which], ends[which]
    )
