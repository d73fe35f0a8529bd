"""Which laboratories agree within their stated uncertainties: the largest consistent subset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.laboratories import Laboratories

Array = NDArray[np.float64]

_BLOCK = 4096
"""Reference values looked at together."""


@dataclass(frozen=True, eq=False)
class Subset:
    """A subset of the laboratories and how well it agrees."""

    members: tuple[int, ...]
    """Positions from 0, in order."""
    chi_square: float
    """``sum((y - mean)^2 / u^2)`` about the weighted mean of the members."""
    p: float
    """Probability of a larger chi-square; 1 for a single laboratory."""
    value: float
    """Weighted mean of the members."""
    u: float
    """Its standard uncertainty ``1 / sqrt(sum 1/u^2)``."""


def subset(labs: Laboratories, members: NDArray[np.int64]) -> Subset:
    """Weighted mean of the members and its chi-square consistency check (Cox 2002, procedure A)."""
    from scipy.special import chdtrc

    chosen = np.sort(members)
    origin = float(labs.y[chosen[np.argmin(labs.u[chosen])]])
    y, w = labs.y[chosen] - origin, labs.u[chosen] ** -2.0
    mean = float(np.sum(w * y) / np.sum(w))
    chi_square = float(np.sum(w * (y - mean) ** 2))
    p = float(chdtrc(len(chosen) - 1, chi_square)) if len(chosen) > 1 else 1.0
    return Subset(tuple(int(i) for i in chosen), chi_square, p, origin + mean, float(np.sum(w) ** -0.5))


def largest_consistent_subset(labs: Laboratories, *, alpha: float = 0.05) -> Subset:
    """The most laboratories whose chi-square is not significant at ``alpha``; of equally many the least chi-square.

    The subset of Cox (2007). The search is exact for any number of laboratories, without looking at all subsets:
    the chi-square of a subset is the least over r of ``sum((y - r)^2 / u^2)``, and for one r the best m laboratories
    are the m with the least ``|y - r| / u``. Their order changes only where two of them are equal, at
    ``(y_i/u_i -+ y_j/u_j) / (1/u_i -+ 1/u_j)``: at most ``k (k - 1)`` places, with one order between two of them.
    Taking away the farthest laboratory one after the other is no substitute: it can end with fewer. Raises
    DesignError for correlated laboratories and for an alpha outside of 0 to 1.

    >>> from measurand.quantity.laboratories import laboratories
    >>> largest_consistent_subset(laboratories([10.0, 10.1, 12.0, 9.9], [0.1, 0.1, 0.1, 0.1])).members
    (0, 1, 3)
    """
    if not 0.0 < alpha < 1.0:
        raise DesignError(say("consensus.level", level=alpha))
    if not labs.independent:
        raise DesignError(say("consensus.correlated", method="largest consistent subset"))
    between = _references(labs)
    for m, r in zip(range(labs.count, 1, -1), _best(labs, between)[:0:-1], strict=True):
        found = subset(labs, np.argsort(np.abs(labs.y - r) / labs.u, kind="stable")[:m])
        if found.p > alpha:
            return found
    return subset(labs, np.array([np.argmin(labs.u)]))


def _references(labs: Laboratories) -> Array:
    """One reference value between any two places where the order of the laboratories changes, and one at each end."""
    first, second = np.triu_indices(labs.count, 1)
    y, other, u, w = labs.y[first], labs.y[second], labs.u[first], labs.u[second]
    inner = (y * w + other * u) / (w + u)
    with np.errstate(divide="ignore", invalid="ignore"):
        outer = (y * w - other * u) / (w - u)  # none for equal u
    places = np.concatenate([inner, outer[np.isfinite(outer)], labs.y])
    places = np.unique(places[(places >= labs.y.min()) & (places <= labs.y.max())])
    return np.concatenate([places[:1], 0.5 * (places[:-1] + places[1:]), places[-1:]])


def _best(labs: Laboratories, between: Array) -> Array:
    """For m = 1, 2, ..., k the reference value whose m nearest laboratories have the least chi-square, shape (k,).

    One laboratory after the other joins, nearest first; mean and chi-square are updated (West 1979).
    """
    least, found = np.full(labs.count, np.inf), np.full(labs.count, between[0])
    for start in range(0, len(between), _BLOCK):
        r = between[start : start + _BLOCK]
        order = np.argsort(np.abs(labs.y - r[:, None]) / labs.u, axis=1, kind="stable")
        total, mean, chi_square = np.zeros(len(r)), labs.y[order[:, 0]], np.zeros(len(r))
        for m in range(labs.count):
            y, w = labs.y[order[:, m]], labs.u[order[:, m]] ** -2.0
            chi_square = chi_square + w * total / (total + w) * (y - mean) ** 2
            total = total + w
            mean = mean + w / total * (y - mean)
            at = int(np.argmin(chi_square))
            if chi_square[at] < least[m]:
                least[m], found[m] = chi_square[at], r[at]
    return found
