"""Two named systems among those that were compared in pairs: log odds, and the probability to win, under the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.comparison import Comparisons, named, read, some
from measurand.statistic.contract import Array, Integers, Rows, noted
from measurand.statistic.pairwise import Strengths, Tallies, fit, information, reachable, spread
from measurand.statistic.plain import Uncounted
from measurand.statistic.tally import cell_text, worth_of_results
from measurand.statistic.weighing import any_row, not_defined, positive_sum

NOTE = "comparisons"
Target = Callable[[Strengths, int, int], tuple[float, Array, float]]
"""Value for two positions, its derivative by the strengths (m,), and by the tie parameter."""


@dataclass(frozen=True, eq=False)
class _Fitted:
    """The strengths of the ``chosen`` competitors (positions in the names), and how the value depends on them."""

    chosen: Integers
    strengths: Strengths
    tallies: Tallies
    value: float
    slope: Array
    """``H^-1 c``, c the derivative of the value by the strengths: by a unit of score of each competitor, (m,)."""
    tie_slope: float


@dataclass(frozen=True)
class Compared(Uncounted):
    """A function of the strengths ``b`` that maximise ``sum w_r log P(r)`` over comparisons of named systems.

    Columns: ``first`` and ``second`` name the systems of a row, ``result`` the winner (or says ``wins`` ...). With
    ``ties = "half"`` a tie is half a win each way and ``P(i beats j) = 1 / (1 + exp(b_j - b_i))`` (Bradley and Terry
    1952); with ``"davidson"`` ties have a parameter of their own (Davidson 1970). By implicit differentiation
    ``s_r = c' H^-1 score_r``: with clusters of rows this is the sandwich variance (White 1982, Liang & Zeger 1986).

    Whom no chain of wins both ways links to the two says nothing about them: in the limit of such a strength the
    comparisons with them are certain, and their scores 0 (Ford 1957; Butler & Whelan 2004).
    """

    name: str
    system: str
    opponent: str
    davidson: bool
    worth: Mapping[str, float]
    """Text of a result that names no system -> points of the first."""
    target: Target
    bounds: tuple[float, float]
    roles: tuple[str, ...] = field(default=("first", "second", "result"), init=False)
    smooth: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The value itself."""
        return (self.name,)

    def arrange(self, rows: Rows) -> Rows:
        """Read the names and the results once. Raises StatisticError for what is no comparison or no result."""
        return noted(rows, NOTE, lambda r: self._read(r.column))

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,). Raises StatisticError where the two are not comparable or one of them has no finite strength."""
        return np.array([self._fitted(rows, w).value])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``c' H^-1 score_r``, shape (rows, 1)."""
        found, seen = self._fitted(rows, w), self._comparisons(rows)
        place = np.full(len(seen.names), -1)
        place[found.chosen] = np.arange(len(found.chosen))
        i, j = place[seen.first], place[seen.second]
        inside = (i >= 0) & (j >= 0)
        pull = np.zeros(len(rows))
        pull[inside] = self._pull(found, i[inside], j[inside], seen.points[inside])
        return pull[:, None]

    def extremes(self, rows: Rows, w: Array) -> Array:
        """The comparison that would lower the value most, and the one that would raise it most; shape (2, 1)."""
        found = self._fitted(rows, w)
        i, j = (x.ravel() for x in np.nonzero(~np.eye(len(found.chosen), dtype=np.bool_)))
        pull = np.concatenate([self._pull(found, i, j, np.full(len(i), points)) for points in (1.0, 0.5)])
        return np.array([[pull.min()], [pull.max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _read(self, column: Mapping[str, NDArray[Any]]) -> Comparisons:
        seen = read(column, self.worth, statistic=self.name)
        for system in (self.system, self.opponent):
            if system not in seen.names:
                raise not_defined("not_compared", statistic=self.name, system=system, known=some(seen.names))
        return seen

    def _comparisons(self, rows: Rows) -> Comparisons:
        made: Comparisons = self.arrange(rows).note[NOTE]
        return made

    def _fitted(self, rows: Rows, w: Array) -> _Fitted:
        positive_sum(w, statistic=self.name, rows="the comparisons")
        seen = self._comparisons(rows)
        every = seen.tallies(w, davidson=self.davidson)
        a, b = seen.names.index(self.system), seen.names.index(self.opponent)
        chosen = self._chosen(every, seen.names, a, b)
        tallies = every.of(chosen)
        at, other = (int(np.searchsorted(chosen, x)) for x in (a, b))
        strengths = fit(tallies, other)
        value, by_strength, by_tie = self.target(strengths, at, other)
        free = np.delete(np.arange(len(chosen)), other)
        derivative = np.append(by_strength[free], by_tie) if tallies.has_ties else by_strength[free]
        solved = np.linalg.solve(information(tallies, strengths, free), derivative)
        slope = np.zeros(len(chosen))
        slope[free] = solved[: len(free)]
        return _Fitted(chosen, strengths, tallies, value, slope, float(solved[-1]) if tallies.has_ties else 0.0)

    def _chosen(self, every: Tallies, names: tuple[str, ...], a: int, b: int) -> Integers:
        """Who enters: with Davidson's ties all, since each says something about ties; else who is linked to the two."""
        links = every.wins > 0.0
        if self.davidson and np.any(reachable(links) & reachable(links).T & ~np.eye(len(links), dtype=np.bool_)):
            # where wins go round, a tie keeps two strengths from going apart
            links = links | (every.ties > 0.0)
        beats, compared = reachable(links), reachable(every.total > 0.0)
        required = np.isin(np.arange(len(names)), (a, b))
        if self.davidson:
            required |= every.total.sum(axis=0) > 0.0
        linked = beats[a] & beats[:, a]
        if not np.any(required & ~linked):
            return np.flatnonzero(required if self.davidson else linked)
        apart = required & ~compared[a]
        if np.any(apart):
            other = compared[int(np.argmax(apart))]
            raise not_defined("disconnected", winners=named(names, compared[a]), losers=named(names, other))
        lacking = [int(x) for x in np.flatnonzero(required) if np.any(required & ~beats[x])]
        below = beats[max(lacking, key=lambda x: int(beats[x].sum()))]
        groups = {"winners": named(names, compared[a] & ~below), "losers": named(names, below)}
        raise not_defined("separated_pair" if not self.davidson else "separated_davidson", **groups)

    def _pull(self, found: _Fitted, i: Integers, j: Integers, points: Array) -> Array:
        """``c' H^-1 score`` of comparisons of i with j."""
        strengths = found.strengths
        win, loss, tied = strengths.win[i, j], strengths.win[j, i], strengths.tied[i, j]
        won = points * (loss + 0.5 * tied) - (1.0 - points) * (win + 0.5 * tied)
        by_strength = (found.slope[i] - found.slope[j]) * won
        if not found.tallies.has_ties:
            return np.asarray(by_strength)
        return np.asarray(by_strength + found.tie_slope * ((points == 0.5) - tied))


def _log_odds(strengths: Strengths, a: int, b: int) -> tuple[float, Array, float]:
    slope = np.zeros(len(strengths.b))
    slope[a], slope[b] = 1.0, -1.0
    return float(strengths.b[a] - strengths.b[b]), slope, 0.0


def _win_probability(strengths: Strengths, a: int, b: int) -> tuple[float, Array, float]:
    """``P(a beats b) + P(tie) / 2``."""
    win, loss, tied = strengths.win[a, b], strengths.win[b, a], strengths.tied[a, b]
    slope = np.zeros(len(strengths.b))
    slope[a] = float(spread(win, loss, tied))
    slope[b] = -slope[a]
    return float(win + 0.5 * tied), slope, float(-0.5 * (win - loss) * tied)


def bradley_terry_strength(
    system: str, baseline: str, ties: str = "half", first: str = "first", second: str = "second", tie: str = "tie"
) -> Compared:
    """``b_system - b_baseline``, the log odds of the system against the baseline.

    The result of a row is the name of its winner, or one of the texts ``first``, ``second`` and ``tie`` (several are
    separated by ``|``). With ``ties = "davidson"`` the odds are those of the comparisons that are decided.

    >>> column = {"first": np.array(["A", "A"]), "second": np.array(["B", "B"]), "result": np.array(["A", "B"])}
    >>> rows = Rows(np.arange(2), np.zeros(2, int), column)
    >>> bradley_terry_strength("A", "B").value(rows, np.array([3.0, 1.0])).round(6).tolist()  # log 3
    [1.098612]
    """
    words = {"first": first, "second": second, "tie": tie}
    return _compared("bradley_terry_strength", {"system": system, "baseline": baseline}, ties, words, _log_odds)


def bradley_terry_win_probability(
    system: str, opponent: str, ties: str = "half", first: str = "first", second: str = "second", tie: str = "tie"
) -> Compared:
    """``P(system beats opponent) + P(tie) / 2`` under the model; see ``bradley_terry_strength``."""
    words = {"first": first, "second": second, "tie": tie}
    return _compared(
        "bradley_terry_win_probability", {"system": system, "opponent": opponent}, ties, words, _win_probability
    )


def _compared(name: str, two: Mapping[str, str], ties: str, words: Mapping[str, str], target: Target) -> Compared:
    if ties not in ("half", "davidson"):
        raise not_defined("parameter_value", name=name, parameter="ties", value=ties, allowed="half, davidson")
    (system, other), (_, parameter) = ((cell_text(x) for x in two.values()), two)
    if system == other:
        raise not_defined(
            "parameter_value", name=name, parameter=parameter, value=other, allowed="another system than `system`"
        )
    bounds = (0.0, 1.0) if target is _win_probability else (-np.inf, np.inf)
    points = {"first": 1.0, "second": 0.0, "tie": 0.5}
    worth = worth_of_results(name, [(parameter, cells, points[parameter]) for parameter, cells in words.items()])
    return Compared(name, system, other, ties == "davidson", worth, target, bounds)
