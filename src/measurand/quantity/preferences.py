"""Strengths of systems from preferences between two of them (Bradley & Terry 1952), with ties and an order effect."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, StatisticError
from measurand.message import say

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
FIRST, SECOND, TIE = 0, 1, 2
_STEPS, _LEAST_STEP = 100, 1e-8
_NEAR = 1e-10
"""Newton's decrement ``g'H^-1 g`` from which one more step is the last."""
_FEWEST = 5.0
"""Expected count below which a cell makes the chi-square approximation poor."""


@dataclass(frozen=True, eq=False)
class Preferences:
    """Comparisons of two systems each; shapes (comparisons,)."""

    first: Integers
    second: Integers
    outcome: Integers
    """0: the first was preferred, 1: the second, 2: neither."""
    count: Array
    unit: Integers | None
    """Voter, prompt or judge that makes comparisons depend on each other; None: all independent."""
    systems: int


@dataclass(frozen=True, eq=False)
class Strengths:
    """Log strengths ``s`` that add up to 0, with their covariance."""

    value: Array
    """Shape (systems,); ``s_i - s_j`` are the log odds that i is preferred to j."""
    covariance: Array
    df: float
    """Units - 1 where comparisons come in units (sandwich covariance), else infinite."""
    order: tuple[float, float] | None
    """Log odds in favour of the system that is shown first, with u; None: not modelled."""
    tie: tuple[float, float] | None
    """Davidson's log nu with u: equal systems tie with probability ``nu / (2 + nu)``; None: no ties."""
    log_likelihood: float
    equal_log_likelihood: float
    """With all strengths equal."""
    comparisons: float
    units: int | None


@dataclass(frozen=True)
class Fit:
    """Pearson's chi-square of the counts of each pair."""

    statistic: float
    df: int
    p: float
    few: bool
    """Whether more than a fifth of the expected counts are below 5: then p is rough."""


def preferences(
    first: ArrayLike, second: ArrayLike, outcome: ArrayLike, *, systems: int, count: ArrayLike | None = None,
    unit: ArrayLike | None = None,
) -> Preferences:  # fmt: skip
    """Comparisons, checked. Raises DesignError for numbers of systems that are none, a system against itself, counts
    that are not above 0, and where the systems fall apart (``separated``): then no strength is finite.
    """
    i, j, o = (np.asarray(x, np.int64).ravel() for x in (first, second, outcome))
    n = np.ones(len(i)) if count is None else np.asarray(count, float).ravel()
    u = None if unit is None else np.unique(np.asarray(unit), return_inverse=True)[1].astype(np.int64)
    if not len(i) == len(j) == len(o) == len(n) == (len(i) if u is None else len(u)) or not len(i) or systems < 2:
        raise DesignError(say("preferences.shape"))
    if np.any((i == j) | (i < 0) | (j < 0) | (i >= systems) | (j >= systems) | (o < FIRST) | (o > TIE)):
        raise DesignError(say("preferences.values"))
    if not np.all(np.isfinite(n) & (n > 0.0)):
        raise DesignError(say("preferences.count"))
    return Preferences(i, j, o, n, u, systems)


def separated(held: Preferences) -> tuple[int, ...]:
    """Systems that were never preferred to, and never tied with, one of the others: no finite strength exists (Ford
    1957). Empty where each can be reached from each by preferences.
    """
    m = held.systems
    beats = np.eye(m, dtype=bool)
    beats[held.first[held.outcome != SECOND], held.second[held.outcome != SECOND]] = True
    beats[held.second[held.outcome != FIRST], held.first[held.outcome != FIRST]] = True
    for k in range(m):
        beats |= beats[:, k, None] & beats[k]
    if beats.all():
        return ()
    reached = beats.sum(axis=1)
    weakest = int(np.argmin(reached))
    return tuple(int(i) for i in np.flatnonzero(beats[weakest]))


def bradley_terry(held: Preferences, *, order: bool = False) -> Strengths:
    """Maximum likelihood of ``P(first) : P(second) : P(tie) = e^s_i : e^(s_j - d) : nu e^((s_i + s_j)/2)``.

    Without ties nu is 0; ``order`` adds the advantage d of the system that is shown first (Davidson & Beaver 1977;
    Davidson 1970 for ties). The likelihood is concave. The covariance is the inverse information; where comparisons
    come in units the sandwich ``H^-1 (sum g g') H^-1 G/(G - 1)`` of the scores g of G units.

    Raises DesignError where the systems fall apart, for an order that never changes, and for a single unit;
    StatisticError without convergence.

    >>> two = preferences([0, 0], [1, 1], [FIRST, SECOND], count=[30, 10], systems=2)
    >>> found = bradley_terry(two)
    >>> round(float(found.value[0] - found.value[1]), 6)  # log 3
    1.098612
    """
    apart = separated(held)
    if apart:
        raise DesignError(say("preferences.separated", systems=", ".join(str(k + 1) for k in apart)))
    ties = bool(np.any(held.outcome == TIE))
    x = _design(held, order=order, ties=ties)
    theta, value, information, score = _maximum(held, x)
    extra = x.shape[2] - (held.systems - 1)
    inverse = np.linalg.inv(information)
    df, units = inf, None
    if held.unit is not None:
        units = int(held.unit.max()) + 1
        if units < 2:
            raise DesignError(say("preferences.one_unit"))
        g = np.zeros((units, x.shape[2]))
        np.add.at(g, held.unit, score)
        inverse = inverse @ (g.T @ g) @ inverse * units / (units - 1.0)
        df = units - 1.0
    m = held.systems
    turn = np.zeros((m, x.shape[2]))
    turn[: m - 1, : m - 1] = np.eye(m - 1)
    turn -= turn.sum(axis=0) / m
    rest = [(float(theta[k]), sqrt(float(inverse[k, k]))) for k in range(m - 1, x.shape[2])]
    equal = _maximum(held, x[:, :, m - 1 :])[1] if extra else -float(held.count.sum()) * np.log(2.0)
    return Strengths(
        value=turn @ theta, covariance=turn @ inverse @ turn.T, df=df, order=rest[0] if order else None,
        tie=rest[-1] if ties else None, log_likelihood=value, equal_log_likelihood=float(equal),
        comparisons=float(held.count.sum()), units=units,
    )  # fmt: skip


def equality(found: Strengths) -> tuple[float, int, float]:
    """Likelihood ratio of equal strengths: statistic, degrees of freedom, p; takes the comparisons as independent."""
    from scipy.special import chdtrc

    statistic, df = 2.0 * (found.log_likelihood - found.equal_log_likelihood), len(found.value) - 1
    return statistic, df, float(chdtrc(df, max(statistic, 0.0)))


def win_share(found: Strengths) -> tuple[Array, Array]:
    """Expected share of preferences of each system against all others in equal numbers, a tie as one half, and its u.

    ``mean_j f(s_i - s_j)`` with ``f(d) = (e^(d/2) + nu/2) / (e^(d/2) + e^(-d/2) + nu)``; to first order in the
    strengths, Davidson's nu taken as known. Shapes (systems,).

    >>> two = bradley_terry(preferences([0, 0], [1, 1], [FIRST, SECOND], count=[30, 10], systems=2))
    >>> share, u = win_share(two)
    >>> round(float(share[0]), 6), round(float(u[0]), 6)  # 3/4, sqrt(p (1 - p) / 40)
    (0.75, 0.068465)
    """
    d = found.value[:, None] - found.value
    half = 0.5 * np.exp(found.tie[0]) if found.tie else 0.0
    up, down = np.exp(d / 2.0), np.exp(-d / 2.0)
    whole = up + down + 2.0 * half
    share = (up + half) / whole
    slope = 0.5 * (up * whole - (up + half) * (up - down)) / whole**2
    m = len(found.value)
    np.fill_diagonal(slope, 0.0)
    turn = (np.diag(slope.sum(axis=1)) - slope) / (m - 1)
    u = np.sqrt(np.maximum(np.diag(turn @ found.covariance @ turn.T), 0.0))
    return np.asarray((share.sum(axis=1) - 0.5) / (m - 1)), u


def fit(held: Preferences, found: Strengths) -> Fit | None:
    """Pearson's chi-square over pairs (and orders, where these are modelled) and outcomes, as if independent.

    None without degrees of freedom. A small p says that some preferences do not follow one order of strengths.
    """
    from scipy.special import chdtrc

    order, ties = found.order is not None, found.tie is not None
    a, b, o = held.first, held.second, held.outcome
    if not order:  # what is shown first does not matter: the smaller number first
        turned = a > b
        a, b = np.where(turned, b, a), np.where(turned, a, b)
        o = np.where(turned & (o != TIE), 1 - o, o)
    key = a * held.systems + b
    pairs, at = np.unique(key, return_inverse=True)
    seen = np.zeros((len(pairs), 3 if ties else 2))
    np.add.at(seen, (at, o), held.count)
    i, j = pairs // held.systems, pairs % held.systems
    d = found.order[0] if found.order else 0.0
    weights = [np.exp(found.value[i]), np.exp(found.value[j] - d)]
    if found.tie is not None:
        weights.append(np.exp(found.tie[0] + (found.value[i] + found.value[j]) / 2.0))
    p = np.stack(weights, axis=1)
    expected = p / p.sum(axis=1, keepdims=True) * seen.sum(axis=1, keepdims=True)
    df = len(pairs) * (seen.shape[1] - 1) - (held.systems - 1) - order - ties
    if df < 1:
        return None
    statistic = float(np.sum((seen - expected) ** 2 / expected))
    return Fit(statistic, int(df), float(chdtrc(df, statistic)), bool(np.mean(expected < _FEWEST) > 0.2))


def _design(held: Preferences, *, order: bool, ties: bool) -> Array:
    """What each parameter adds to the logarithm of each outcome, shape (comparisons, outcomes, parameters)."""
    n, m = len(held.first), held.systems
    x = np.zeros((n, 3 if ties else 2, m - 1 + order + ties))
    row = np.arange(n)
    for system, outcome in ((held.first, FIRST), (held.second, SECOND)):
        free = system < m - 1  # the last one is the origin
        x[row[free], outcome, system[free]] = 1.0
    if ties:
        x[:, TIE, : m - 1] = 0.5 * (x[:, FIRST, : m - 1] + x[:, SECOND, : m - 1])
        x[:, TIE, -1] = 1.0
    if order:
        x[:, SECOND, m - 1] = -1.0
    return x


def _maximum(held: Preferences, x: Array) -> tuple[Array, float, Array, Array]:
    """Newton's method: parameters, log-likelihood, information, score of each comparison."""
    theta, row = np.zeros(x.shape[2]), np.arange(len(x))
    chosen = x[row, held.outcome]

    def at(t: Array) -> tuple[float, Array]:
        u = x @ t
        top = u.max(axis=1)
        log_sum = top + np.log(np.exp(u - top[:, None]).sum(axis=1))
        return float(held.count @ (u[row, held.outcome] - log_sum)), np.exp(u - log_sum[:, None])

    def derivatives(p: Array) -> tuple[Array, Array]:
        mean = np.einsum("no,nok->nk", p, x)
        second = np.einsum("n,no,nok,nol->kl", held.count, p, x, x) - (mean * held.count[:, None]).T @ mean
        return held.count[:, None] * (chosen - mean), np.asarray(second)

    value, p = at(theta)
    for _ in range(_STEPS):
        score, second = derivatives(p)
        gradient = score.sum(axis=0)
        try:
            step = np.linalg.solve(second, gradient)
        except np.linalg.LinAlgError as error:
            raise DesignError(say("preferences.singular")) from error
        if float(gradient @ step) < _NEAR:  # from here the likelihood is flat to rounding, and a whole step is exact
            theta = theta + step
            value, p = at(theta)
            score, second = derivatives(p)
            return theta, value, second, score
        size = 1.0
        new, q = at(theta + step)
        while new < value and size > _LEAST_STEP:
            size /= 2.0
            new, q = at(theta + size * step)
        theta, value, p = theta + size * step, new, q
    raise StatisticError(say("preferences.no_convergence", steps=_STEPS))
