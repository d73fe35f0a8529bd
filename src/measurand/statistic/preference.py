"""Strengths from comparisons of two: the model of Bradley and Terry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.plain import Unbounded
from measurand.statistic.weighing import not_defined, positive_sum

_ITERATIONS = 100
_HALVINGS = 40
_SETTLED = 1e-13
"""A Newton step that small (on the logit scale) is rounding: convergence is quadratic."""


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
        return self._strengths(self._wins(rows, w))[self._free()]

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``H^-1 (1 - p_r) d_r``, shape (rows, outputs)."""
        strength = self._strengths(self._wins(rows, w))
        free, size = self._free(), len(self.competitors)
        inverse = np.zeros((size, size))
        inverse[np.ix_(free, free)] = self.covariance(rows, w)
        winner, loser = _codes(rows, "winner"), _codes(rows, "loser")
        surprise = 1.0 / (1.0 + np.exp(strength[winner] - strength[loser]))
        return np.asarray((surprise[:, None] * (inverse[winner] - inverse[loser]))[:, free])

    def covariance(self, rows: Rows, w: Array) -> Array:
        """``H^-1``, shape (outputs, outputs): the covariance if the comparisons are independent and the model holds."""
        wins, free = self._wins(rows, w), self._free()
        return np.asarray(np.linalg.inv(_curvature(wins, self._strengths(wins))[np.ix_(free, free)]), dtype=np.float64)

    def deviance(self, rows: Rows, w: Array) -> float:
        """``2 sum W_ij log(share of wins of i over j / p_ij)`` over pairs of competitors, W_ij = weight of the wins."""
        wins = self._wins(rows, w)
        strength = self._strengths(wins)
        total = wins + wins.T
        observed = np.divide(wins, total, out=np.ones_like(wins), where=wins > 0.0)
        excess = np.log(observed) + np.logaddexp(0.0, strength[None, :] - strength[:, None])
        return float(2.0 * np.sum(wins * excess))

    def _free(self) -> NDArray[np.int64]:
        return np.array([i for i, c in enumerate(self.competitors) if c != self.reference], dtype=np.int64)

    def _wins(self, rows: Rows, w: Array) -> Array:
        """Sum of weights of the wins of i over j, shape (competitors, competitors); against itself counts nothing."""
        positive_sum(w, statistic=self.name, rows="the comparisons")
        size = len(self.competitors)
        winner, loser = _codes(rows, "winner"), _codes(rows, "loser")
        for code in (winner.min(), winner.max(), loser.min(), loser.max()):
            if not 0 <= code < size:
                raise not_defined("competitor", number=int(code), last=size - 1)
        pair = winner * size + loser
        wins = np.bincount(pair, weights=w, minlength=size * size).reshape(size, size).astype(np.float64)
        np.fill_diagonal(wins, 0.0)
        return wins

    def _strengths(self, wins: Array) -> Array:
        """The strengths of all competitors, by Newton's method with halved steps."""
        self._require_comparable(wins)
        free = self._free()
        strength = np.zeros(len(self.competitors))
        for _ in range(_ITERATIONS):
            expected = (wins + wins.T) * _chance(strength)
            gradient = (np.sum(wins, axis=1) - np.sum(expected, axis=1))[free]
            curvature = _curvature(wins, strength)[np.ix_(free, free)]
            if not np.linalg.eigvalsh(curvature)[0] > 0.0:
                break
            step = np.zeros_like(strength)
            step[free] = np.linalg.solve(curvature, gradient)
            if np.max(np.abs(step)) <= _SETTLED * (1.0 + np.max(np.abs(strength))):
                return np.asarray(strength + step)
            strength = strength + step * _fraction(wins, strength, step)
        raise not_defined("not_converged")

    def _require_comparable(self, wins: Array) -> None:
        """Refuse where some were never compared with others, or never lost to them (Ford 1957)."""
        compared = _reachable((wins + wins.T) > 0.0)
        if not compared.all():
            self._refuse_groups("disconnected", first=compared[0])
        beaten = _reachable(wins > 0.0)
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


def _chance(strength: Array) -> Array:
    """Probability that i beats j, shape (competitors, competitors)."""
    return np.asarray(np.exp(-np.logaddexp(0.0, strength[None, :] - strength[:, None])))


def _curvature(wins: Array, strength: Array) -> Array:
    """``H``: the negative second derivative of the log-likelihood, shape (competitors, competitors)."""
    p = _chance(strength)
    between = (wins + wins.T) * p * p.T
    return np.asarray(np.diag(np.sum(between, axis=1)) - between)


def _fraction(wins: Array, strength: Array, step: Array) -> float:
    """The largest of 1, 1/2, 1/4 ... of the step that does not lower the log-likelihood (beyond its rounding)."""

    def fit(b: Array) -> float:
        return float(-np.sum(wins * np.logaddexp(0.0, b[None, :] - b[:, None])))

    before, fraction = fit(strength), 1.0
    for _ in range(_HALVINGS):
        if fit(strength + fraction * step) >= before - 1e-12 * abs(before):
            break
        fraction /= 2.0
    return fraction


def _reachable(edge: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which are reached from which by a chain of edges; each reaches itself."""
    closure = edge | np.eye(len(edge), dtype=np.bool_)
    while True:
        longer = (closure.astype(np.float64) @ closure.astype(np.float64)) > 0.0
        if np.array_equal(longer, closure):
            return closure
        closure = longer
