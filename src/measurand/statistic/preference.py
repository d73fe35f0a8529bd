"""Strengths from comparisons of two: the model of Bradley and Terry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.pairwise import Strengths, Tallies, fit, information, reachable
from measurand.statistic.plain import Unbounded
from measurand.statistic.weighing import not_defined, positive_sum


@dataclass(frozen=True, init=False)
class BradleyTerry(Unbounded):
    """Strengths ``b`` that maximise ``sum w_r log p_r`` with ``p_r = 1 / (1 + exp(b_loser - b_winner))``.

    The strengths are relative to the ``reference`` competitor (the first, unless named), whose own is 0 and is no
    output. A row is one comparison; ``winner`` and ``loser`` are positions in ``competitors``. A tie is two rows of
    half the weight, one each way. By implicit differentiation ``s_r = H^-1 (1 - p_r) d_r`` with ``d_r`` = +1 at the
    winner, -1 at the loser and ``H = sum w p (1 - p) d d'`` (Bradley and Terry 1952; Hunter 2004).

    >>> import numpy as np
    >>> column = {"winner": np.array([0, 1]), "loser": np.array([1, 0])}
    >>> rows = Rows(np.arange(2), np.zeros(2, int), column)
    >>> BradleyTerry(("A", "B")).value(rows, np.array([1.0, 3.0])).round(6).tolist()  # log 3
    [1.098612]
    """

    competitors: tuple[str, ...]
    reference: str
    name: str = field(default="bradley_terry", init=False)
    roles: tuple[str, ...] = field(default=("winner", "loser"), init=False)
    bounds: tuple[float, float] = field(default=(-np.inf, np.inf), init=False)
    smooth: bool = field(default=True, init=False)

    def __init__(self, competitors: Sequence[str], reference: str | None = None) -> None:
        """Raises StatisticError for fewer than two competitors, one named twice, or an unknown reference."""
        names = tuple(competitors)
        if len(names) < 2 or len(set(names)) < len(names):
            self._refuse("competitors", names, "two or more different names")
        if reference is not None and reference not in names:
            self._refuse("reference", reference, ", ".join(names))
        object.__setattr__(self, "competitors", names)
        object.__setattr__(self, "reference", names[0] if reference is None else reference)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The competitors without the reference."""
        return tuple(c for c in self.competitors if c != self.reference)

    def arrange(self, rows: Rows) -> Rows:
        """Nothing to prepare."""
        return rows

    def value(self, rows: Rows, w: Array) -> Array:
        """The strengths, shape (outputs,). Raises StatisticError where they are not finite or not comparable."""
        return self._fitted(self._tallies(rows, w)).b[self._free()]

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``H^-1 (1 - p_r) d_r``, shape (rows, outputs)."""
        strength = self._fitted(self._tallies(rows, w)).b
        free, size = self._free(), len(self.competitors)
        inverse = np.zeros((size, size))
        inverse[np.ix_(free, free)] = self.covariance(rows, w)
        winner, loser = _codes(rows, "winner"), _codes(rows, "loser")
        surprise = 1.0 / (1.0 + np.exp(strength[winner] - strength[loser]))
        return np.asarray((surprise[:, None] * (inverse[winner] - inverse[loser]))[:, free])

    def covariance(self, rows: Rows, w: Array) -> Array:
        """``H^-1``, shape (outputs, outputs): the covariance if the comparisons are independent and the model holds."""
        tallies = self._tallies(rows, w)
        return np.asarray(np.linalg.inv(information(tallies, self._fitted(tallies), self._free())), dtype=np.float64)

    def deviance(self, rows: Rows, w: Array) -> float:
        """``2 sum W_ij log(share of wins of i over j / p_ij)`` over pairs of competitors, W_ij = weight of the wins."""
        tallies = self._tallies(rows, w)
        wins, total, strength = tallies.wins, tallies.total, self._fitted(tallies).b
        observed = np.divide(wins, total, out=np.ones_like(wins), where=wins > 0.0)
        excess = np.log(observed) + np.logaddexp(0.0, strength[None, :] - strength[:, None])
        return float(2.0 * np.sum(wins * excess))

    def _free(self) -> NDArray[np.int64]:
        return np.array([i for i, c in enumerate(self.competitors) if c != self.reference], dtype=np.int64)

    def _tallies(self, rows: Rows, w: Array) -> Tallies:
        """Sum of weights of the wins of i over j; against itself counts nothing."""
        positive_sum(w, statistic=self.name, rows="the comparisons")
        size = len(self.competitors)
        winner, loser = _codes(rows, "winner"), _codes(rows, "loser")
        for code in (winner.min(), winner.max(), loser.min(), loser.max()):
            if not 0 <= code < size:
                raise not_defined("competitor", number=int(code), last=size - 1)
        pair = winner * size + loser
        wins = np.bincount(pair, weights=w, minlength=size * size).reshape(size, size).astype(np.float64)
        return Tallies(wins, np.zeros_like(wins))

    def _fitted(self, tallies: Tallies) -> Strengths:
        self._require_comparable(tallies.wins)
        return fit(tallies, self.competitors.index(self.reference))

    def _require_comparable(self, wins: Array) -> None:
        """Refuse where some were never compared with others, or never lost to them (Ford 1957)."""
        compared = reachable((wins + wins.T) > 0.0)
        if not compared.all():
            self._refuse_groups("disconnected", first=compared[0])
        beaten = reachable(wins > 0.0)
        if not beaten.all():
            # The group that a chain of wins from one competitor reaches has no win outside of itself; the largest
            # such group leaves the fewest names to say.
            reach = np.sum(beaten, axis=1)
            group = beaten[int(np.argmax(np.where(reach < len(wins), reach, 0)))]
            self._refuse_groups("separated", first=~group)

    def _refuse_groups(self, key: str, *, first: NDArray[np.bool_]) -> None:
        named = [
            ", ".join(c for c, inside in zip(self.competitors, group, strict=True) if inside)
            for group in (first, ~first)
        ]
        raise not_defined(key, winners=named[0], losers=named[1])

    @staticmethod
    def _refuse(parameter: str, value: object, allowed: str) -> None:
        raise not_defined("parameter_value", name="bradley_terry", parameter=parameter, value=value, allowed=allowed)


def _codes(rows: Rows, role: str) -> Integers:
    return np.asarray(rows.column[role], dtype=np.int64)
