"""Areas under the ROC curves of several models on the same items, with their covariance, by sorting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity import textbook
from measurand.quantity.dominance import products
from measurand.quantity.student import normal_factor, normal_tail

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
SCALES = ("plain", "logit")


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas of the models with the covariance of their estimates, the items being a sample."""

    names: tuple[str, ...]
    value: Array
    covariance: Array
    """Shape (models, models)."""
    of_positives: Array
    """Share of the negatives that each positive exceeds, ties one half; (models, positives)."""
    of_negatives: Array
    """Share of the positives that exceed each negative; (models, negatives)."""
    identical: Booleans
    """Which models order all items alike, (models, models)."""

    @property
    def u(self) -> Array:
        """Standard uncertainties; 0 where the items show no spread."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    def place(self, name: str) -> int:
        """Where a model stands. Raises RefusedError for a name that is not there."""
        if name not in self.names:
            raise RefusedError(say("placements.no_model", name=name, names=", ".join(self.names)))
        return self.names.index(name)


@dataclass(frozen=True)
class AreaDifference:
    """Area of the first model less that of the second, on the same items."""

    first: str
    second: str
    value: float
    u: float
    identical: bool
    """Both order all items alike: the difference is 0, not estimated."""

    @property
    def z(self) -> float:
        """Value by standard uncertainty; 0 of identical models."""
        return 0.0 if self.identical else self.value / self.u

    @property
    def p(self) -> float:
        """Two-sided, that both areas are equal; 1 of identical models."""
        return 2.0 * float(normal_tail(abs(self.z)))

    def limits(self, level: float = 0.95) -> tuple[float, float]:
        """``value -+ z u``, cut at -1 and 1. Raises DesignError for a level that is none."""
        half = _factor(level) * self.u
        return max(self.value - half, -1.0), min(self.value + half, 1.0)


def areas(truth: ArrayLike, scores: Mapping[str, ArrayLike], *, unbiased: bool = False) -> Areas:
    """Areas by the placements of DeLong, DeLong & Clarke-Pearson (1988), ties counting one half.

    ``C_ab = cov(V_a, V_b) / m + cov(W_a, W_b) / n`` with the placements V of the m positives and W of the n negatives.
    A sort of each model and cumulative counts give them in ``N log N`` (Sun & Xu 2014), as whole numbers.

    That covariance is too large on average by ``delta_ab / (m n)``, delta being the interaction of positives and
    negatives; ``unbiased`` takes its estimate off, ``delta = sum (psi_a - V_a - W_a + T_a) (psi_b - V_b - W_b + T_b) /
    ((m - 1) (n - 1))``, which follows from the mean squares of a two-way layout (Bamber 1975 for one model).

    ``truth`` (items,) is 1 or 0, ``scores`` a column of each model. Raises DesignError for missing values, other
    lengths and fewer than two items of a class.

    >>> found = areas([1, 1, 1, 0, 0], {"A": [3, 2, 1, 1, 0], "B": [3, 0, 2, 1, 0]})
    >>> found.value.round(6).tolist()
    [0.916667, 0.75]
    """
    positive = np.asarray(truth)
    strange = positive[(positive != 0) & (positive != 1)]
    if positive.ndim != 1 or strange.size or not positive.size:
        raise DesignError(say("placements.truth", found=strange[0] if strange.size else positive.shape))
    positive = positive.astype(np.bool_)
    m, n = int(positive.sum()), int((~positive).sum())
    if min(m, n) < 2:
        raise DesignError(say("placements.few", positives=m, negatives=n))
    columns = {str(name): _column(name, x, len(positive)) for name, x in scores.items()}
    counts = [_counts(x, positive) for x in columns.values()]
    v, w = (np.array([c[side] for c in counts]).reshape(len(counts), -1) for side in (0, 1))
    value = v.sum(axis=1) / (2.0 * m * n)
    of_positives, of_negatives = v / (2.0 * n), w / (2.0 * m)
    covariance = _spread(of_positives, value) / m + _spread(of_negatives, value) / n
    if unbiased:
        covariance -= _interaction(list(columns.values()), positive, of_positives, of_negatives) / (m * n)
    return Areas(tuple(columns), value, covariance, of_positives, of_negatives, _alike(list(columns.values()), v, w))


def paired_test(found: Areas, first: str, second: str) -> AreaDifference:
    """Difference of two areas with ``u^2 = C_aa + C_bb - 2 C_ab`` and DeLong's test.

    Models that order all items alike have difference 0, u 0 and say ``identical``. Raises RefusedError for unknown
    names, and where the items show no spread of the difference (both separate the classes perfectly, say).

    >>> found = areas([1, 1, 1, 0, 0], {"A": [3, 2, 1, 1, 0], "B": [6, 4, 2, 2, 0]})
    >>> d = paired_test(found, "A", "B")
    >>> d.value, d.u, d.identical
    (0.0, 0.0, True)
    """
    a, b = found.place(first), found.place(second)
    if a == b:
        raise RefusedError(say("placements.same", name=first))
    value = float(found.value[a] - found.value[b])
    if found.identical[a, b]:
        return AreaDifference(first, second, 0.0, 0.0, True)
    c = found.covariance
    square = float(c[a, a] + c[b, b] - 2.0 * c[a, b])
    if square <= 1e-13 * float(c[a, a] + c[b, b]):
        raise RefusedError(say("placements.no_spread", what=f"{first} - {second}"))
    return AreaDifference(first, second, value, sqrt(square), False)


def limits(found: Areas, name: str, *, level: float = 0.95, scale: str = "logit") -> tuple[float, float]:
    """``T -+ z u`` cut at 0 and 1 (``plain``), or the same of ``log(T / (1 - T))`` mapped back (``logit``).

    Raises RefusedError for another scale, an unknown name, and an area without spread (one of 0 or 1, say).
    """
    if scale not in SCALES:
        raise RefusedError(say("placements.no_scale", name=scale, names=", ".join(SCALES)))
    i, half = found.place(name), _factor(level)
    value, u = float(found.value[i]), float(found.u[i])
    if not u > 0.0:
        raise RefusedError(say("placements.no_spread", what=name))
    if scale == "logit":
        return textbook.logit(textbook.Normal(value, (u * u,)), level=level)
    return max(value - half * u, 0.0), min(value + half * u, 1.0)


def _factor(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise DesignError(say("placements.level", level=level))
    return float(normal_factor((1.0 - level) / 2.0))


def _column(name: str, x: ArrayLike, items: int) -> Array:
    column = np.asarray(x, dtype=np.float64)
    if column.shape != (items,):
        raise DesignError(say("placements.scores", name=name, items=items, found=column.shape))
    missing = int(np.isnan(column).sum())
    if missing:
        raise DesignError(say("placements.missing", name=name, count=missing))
    return column


def _counts(x: Array, positive: Booleans) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Twice the negatives below each positive, and twice the positives above each negative, ties counting one."""
    order = np.argsort(x)
    sorted_x, is_positive = x[order], positive[order]
    # negatives before each place of the order, and before the places of its ties
    before = np.concatenate([[0], np.cumsum(~is_positive)])
    first = np.flatnonzero(np.concatenate([[True], sorted_x[1:] != sorted_x[:-1]]))
    if len(first) == len(x):
        twice = 2 * before[:-1]
        above = 2 * (int(is_positive.sum()) - np.arange(len(x)) + before[:-1])
    else:
        size = np.diff(np.concatenate([first, [len(x)]]))
        twice = np.repeat(before[first] + before[first + size], size)
        through = np.repeat(2 * first + size, size) - twice  # twice the positives below, half of the ties included
        above = 2 * int(is_positive.sum()) - through
    of_row = np.empty(len(x), dtype=np.int64)
    of_row[order] = np.where(is_positive, twice, above)
    return of_row[positive], of_row[~positive]


def _alike(columns: list[Array], v: NDArray[np.int64], w: NDArray[np.int64]) -> Booleans:
    """Which order all items alike; ranks are compared only where the placements are equal."""
    same = np.eye(len(columns), dtype=np.bool_)
    for a in range(len(columns)):
        for b in range(a):
            if np.array_equal(v[a], v[b]) and np.array_equal(w[a], w[b]):
                x, y = (np.unique(columns[i], return_inverse=True)[1] for i in (a, b))
                same[a, b] = same[b, a] = np.array_equal(x, y)
    return same


def _spread(placements: Array, mean: Array) -> Array:
    """Sample covariance."""
    centred = placements - mean[:, None]
    return np.asarray(centred @ centred.T / (placements.shape[1] - 1), float)


def _interaction(columns: list[Array], positive: Booleans, v: Array, w: Array) -> Array:
    m, n = v.shape[1], w.shape[1]
    delta = np.zeros((len(columns), len(columns)))
    for a in range(len(columns)):
        for b in range(a, len(columns)):
            # sum of psi_a psi_b less that of what rows and columns explain
            mean = float(v[a].mean() * v[b].mean())
            explained = n * float(v[a] @ v[b]) + m * float(w[a] @ w[b]) - m * n * mean
            delta[a, b] = delta[b, a] = products(columns[a], columns[b], positive) - explained
    return np.asarray(delta / ((m - 1) * (n - 1)), float)
