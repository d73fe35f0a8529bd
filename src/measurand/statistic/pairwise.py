"""Strengths of maximum likelihood from tallies of wins and ties (Bradley & Terry 1952, Davidson 1970)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array
from measurand.statistic.weighing import not_defined

_ITERATIONS = 100
_HALVINGS = 40
_SETTLED = 1e-8
"""After a Newton step that small (on the logit scale) only rounding is left: convergence is quadratic."""


@dataclass(frozen=True, eq=False)
class Tallies:
    """Weights of the comparisons of ``m`` competitors; the diagonals are 0.

    ``wins`` (m, m): of i over j. ``ties`` (m, m): of i with j, symmetric; all 0 where a tie is half a win each way.
    """

    wins: Array
    ties: Array

    def __post_init__(self) -> None:
        np.fill_diagonal(self.wins, 0.0)
        np.fill_diagonal(self.ties, 0.0)

    @property
    def total(self) -> Array:
        """Weight of the comparisons of i with j, (m, m)."""
        return self.wins + self.wins.T + self.ties

    @property
    def has_ties(self) -> bool:
        """Whether the tie parameter exists: without a tie its likelihood is highest at none."""
        return bool(np.any(self.ties > 0.0))

    def of(self, chosen: NDArray[np.int64]) -> Tallies:
        """Those among the chosen competitors alone."""
        inside = np.ix_(chosen, chosen)
        return Tallies(self.wins[inside], self.ties[inside])


@dataclass(frozen=True, eq=False)
class Strengths:
    """``P(i beats j) = e^(d/2) / Z``, ``P(tie) = e^tie / Z``, ``d = b_i - b_j``, ``Z = e^(d/2) + e^(-d/2) + e^tie``.

    ``b`` (m,) is 0 at the reference. ``tie`` is the logarithm of Davidson's nu, minus infinity without ties: then
    ``P(i beats j) = 1 / (1 + e^-d)``.
    """

    b: Array
    tie: float

    @property
    def win(self) -> Array:
        """Probability that i beats j, (m, m)."""
        d = self._half()
        return np.asarray(np.exp(d - self._log_z(d)))

    @property
    def tied(self) -> Array:
        """Probability of a tie, (m, m)."""
        return np.asarray(np.exp(self.tie - self._log_z(self._half())))

    def likelihood(self, tallies: Tallies) -> float:
        """Its logarithm."""
        d = self._half()
        of_ties = 0.5 * self.tie * np.sum(tallies.ties) if tallies.has_ties else 0.0
        return float(np.sum(tallies.wins * d) + of_ties - 0.5 * np.sum(tallies.total * self._log_z(d)))

    def moved(self, step: Array, *, free: NDArray[np.int64], fraction: float = 1.0) -> Strengths:
        """Those after a step of the free strengths and, last, of the tie parameter where there is one."""
        b = self.b.copy()
        b[free] += fraction * step[: len(free)]
        return Strengths(b, self.tie + fraction * step[-1] if len(step) > len(free) else self.tie)

    def _half(self) -> Array:
        return np.asarray(0.5 * (self.b[:, None] - self.b[None, :]))

    def _log_z(self, d: Array) -> Array:
        return np.asarray(np.logaddexp(np.logaddexp(d, -d), self.tie))


def fit(tallies: Tallies, reference: int) -> Strengths:
    """The strengths, that of ``reference`` being 0, by Newton's method with halved steps (Hunter 2004).

    The competitors must be comparable (``linked``). Raises StatisticError where there is no maximum of likelihood.
    """
    free = np.delete(np.arange(len(tallies.wins)), reference)
    found = Strengths(np.zeros(len(tallies.wins)), 0.0 if tallies.has_ties else -np.inf)
    for _ in range(_ITERATIONS):
        curvature = information(tallies, found, free)
        if not np.linalg.eigvalsh(curvature)[0] > 0.0:
            break
        step = np.asarray(np.linalg.solve(curvature, _gradient(tallies, found, free)), dtype=np.float64)
        if np.max(np.abs(step)) <= _SETTLED * (1.0 + np.max(np.abs(found.b))):
            return found.moved(step, free=free)
        found = found.moved(step, free=free, fraction=_fraction(tallies, found, step, free))
    raise not_defined("not_converged")


def information(tallies: Tallies, at: Strengths, free: NDArray[np.int64]) -> Array:
    """``H``, the negative second derivative of the log-likelihood by the free strengths and the tie parameter.

    Shape (free, free), with ties (free + 1, free + 1).
    """
    n, win, tied = tallies.total, at.win, at.tied
    between = n * spread(win, win.T, tied)
    of_strengths = (np.diag(np.sum(between, axis=1)) - between)[np.ix_(free, free)]
    if not tallies.has_ties:
        return np.asarray(of_strengths)
    cross = -np.sum(n * 0.5 * (win - win.T) * tied, axis=1)[free]
    of_tie = 0.5 * np.sum(n * tied * (1.0 - tied))
    return np.block([[of_strengths, cross[:, None]], [cross[None, :], np.full((1, 1), of_tie)]])


def covariance(tallies: Tallies, at: Strengths, reference: int) -> Array:
    """Of the strengths by the model, each comparison being independent of all others; (m, m), 0 at ``reference``.

    The inverse of the information. Comparisons of the same prompts are not independent: there the sensitivities of a
    statistic give the variance over clusters.
    """
    free = np.delete(np.arange(len(tallies.wins)), reference)
    held = np.zeros((len(tallies.wins), len(tallies.wins)))
    held[np.ix_(free, free)] = np.linalg.inv(information(tallies, at, free))[: len(free), : len(free)]
    return held


def deviance(tallies: Tallies, at: Strengths) -> tuple[float, int]:
    """``2 sum x log(x / (n p))`` against each pair by itself, over the outcomes of the pairs, and its df.

    These are the pairs compared (twice as many with a tie parameter) less the parameters of all linked competitors.
    """
    from scipy.special import rel_entr

    n, above = tallies.total, np.triu(np.ones(tallies.wins.shape, dtype=np.bool_), 1)
    expected = [(tallies.wins, n * at.win), (tallies.wins.T, n * at.win.T), (tallies.ties, n * at.tied)]
    compared, free = int(np.sum(n[above] > 0.0)), len(tallies.wins) - 1
    ties = int(tallies.has_ties)
    value = 2.0 * sum(float(np.sum(rel_entr(seen[above], fitted[above]))) for seen, fitted in expected)
    return value, compared * (1 + ties) - free - ties


def spread(win: Array, loss: Array, tied: Array) -> Array:
    """Variance of a comparison's points, 1/2 for a win, -1/2 for a loss and 0 for a tie; exact near certainty."""
    return np.asarray(win * loss + 0.25 * (win + loss) * tied)


def _gradient(tallies: Tallies, at: Strengths, free: NDArray[np.int64]) -> Array:
    wins, ties, win, tied = tallies.wins, tallies.ties, at.win, at.tied
    # a win counts by what it was not expected: no difference of large sums
    gained = wins * (win.T + 0.5 * tied)
    of_strengths = np.sum(gained - gained.T - 0.5 * ties * (win - win.T), axis=1)[free]
    if not tallies.has_ties:
        return np.asarray(of_strengths)
    return np.append(of_strengths, 0.5 * np.sum(ties * (1.0 - tied) - (wins + wins.T) * tied))


def _fraction(tallies: Tallies, at: Strengths, step: Array, free: NDArray[np.int64]) -> float:
    """The largest of 1, 1/2, 1/4 ... of the step that does not lower the log-likelihood (beyond its rounding)."""
    before, fraction = at.likelihood(tallies), 1.0
    for _ in range(_HALVINGS):
        if at.moved(step, free=free, fraction=fraction).likelihood(tallies) >= before - 1e-12 * abs(before):
            break
        fraction /= 2.0
    return fraction


def reachable(edge: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which are reached from which by a chain of edges; each reaches itself."""
    closure = edge | np.eye(len(edge), dtype=np.bool_)
    while True:
        longer = (closure.astype(np.float64) @ closure.astype(np.float64)) > 0.0
        if np.array_equal(longer, closure):
            return closure
        closure = longer
