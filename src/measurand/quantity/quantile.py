"""Limits of a quantile: order statistics, and Woodruff's inversion where items are clustered or weighted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.message import say
from measurand.quantity.exact import needed_for_quantile, order_ranks
from measurand.quantity.limits import Limits

Array = NDArray[np.float64]


def order_limits(values: Array, probability: float) -> Limits:
    """Limits of a quantile of independent items by binomial tails (INTERVALS R1).

    A limit outside of the order statistics is infinite, and refused when asked for with the number of items needed.
    ``values`` (items,) in any order.
    """
    ordered = np.concatenate([[-np.inf], np.sort(values), [np.inf]])
    n = len(values)
    value = float(ordered[1 + min(int(np.ceil(probability * n)) - 1, n - 1)]) if probability > 0 else float(ordered[1])

    def tails(tail: Array) -> tuple[Array, Array]:
        lower, upper = order_ranks(n, probability, tail=tail)
        return ordered[lower], ordered[upper]

    needed = needed_for_quantile(probability, tail=0.025)
    needs = say("coverage.quantile", probability=probability, n=n, needed=needed)
    return Limits(value, _u(ordered, n, probability), np.inf, say("coverage.rule.order"), tails, needs=needs)


def _u(ordered: Array, n: int, probability: float) -> float:
    """Half of the distance between the order statistics one binomial standard deviation away on each side."""
    spread = np.sqrt(n * probability * (1.0 - probability))
    low, high = np.clip(np.array([n * probability - spread, n * probability + spread + 1.0]), 1, n).round().astype(int)
    return float(ordered[high] - ordered[low]) / 2.0


def woodruff(values: Array, weight: Array, share_below: Limits) -> Limits:
    """Limits of a quantile from those of the share of weight at or below it, inverted (Woodruff 1952).

    ``share_below`` are limits of ``F(q)`` at the estimate, by the rule for clustered or weighted shares; ``values`` and
    ``weight`` have shape (items,). A limit of F at 0 or 1 leaves the quantile without that limit.
    """
    order = np.argsort(values, kind="stable")
    ordered, cumulative = values[order], np.cumsum(weight[order]) / weight.sum()

    def at(share: Array, outside: float) -> Array:
        position = np.searchsorted(cumulative, share - 1e-12, side="left")
        return np.where((share <= 0.0) | (share >= 1.0), outside, ordered[np.minimum(position, len(ordered) - 1)])

    def tails(tail: Array) -> tuple[Array, Array]:
        lower, upper = share_below.tails(tail)
        return at(lower, -np.inf), at(upper, np.inf)

    p = share_below.value
    value = float(at(np.array(min(p, 1.0 - 1e-9)), np.inf))
    low, high = at(np.array(max(p - share_below.u, 1e-9)), np.inf), at(np.array(min(p + share_below.u, 1 - 1e-9)), 0.0)
    needs = say("coverage.quantile", probability=p, n=len(values), needed=needed_for_quantile(p, tail=0.025))
    rule = say("coverage.rule.woodruff")
    return Limits(value, float(high - low) / 2.0, share_below.df, rule, tails, needs=needs)
