"""Limits of a quantile: order statistics, and Woodruff's inversion where items are clustered or weighted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.message import say
from measurand.quantity.exact import needed_for_quantile, order_ranks
from measurand.quantity.limits import Limits, Rule

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
    u = _spread(_u(ordered, n, probability), tails)
    return Limits(value, u, np.inf, say("coverage.rule.order"), tails, needs=needs)


def _u(ordered: Array, n: int, probability: float) -> float:
    """Half of the distance between the order statistics one binomial standard deviation away on each side."""
    spread = np.sqrt(n * probability * (1.0 - probability))
    low, high = np.clip(np.array([n * probability - spread, n * probability + spread + 1.0]), 1, n).round().astype(int)
    return float(ordered[high] - ordered[low]) / 2.0


def _spread(u: float, tails: Rule) -> float:
    """``u``; a quarter of the 95 % interval where tied values leave one standard deviation without width."""
    if u > 0.0:
        return u
    lower, upper = tails(np.asarray(0.025))
    return float(upper - lower) / 4.0 if np.isfinite(upper) and np.isfinite(lower) else 0.0


def woodruff(
    values: Array, weight: Array, share_below: Limits, *, probability: float, before: Limits | None = None
) -> Limits:
    """Limits of a quantile from those of the share of weight at or below it, inverted (Woodruff 1952).

    ``probability`` is that of the quantile; ``share_below`` are limits of ``F(q)`` at the estimate, by the rule for
    clustered or weighted shares; ``values`` and ``weight`` have shape (items,). A limit of F at 0 or 1 leaves the
    quantile without that limit.

    Where several items have the estimate's value, F passes the probability in one step. Then a value is inside as long
    as the probability is inside the limits of its share: ``before`` are limits of the share that lies before the
    estimate, which decide about smaller values, ``share_below`` those that decide about larger ones.
    """
    order = np.argsort(values, kind="stable")
    ordered, cumulative = values[order], np.cumsum(weight[order]) / weight.sum()

    def at(share: Array, outside: float) -> Array:
        position = np.searchsorted(cumulative, share - 1e-12, side="left")
        return np.where((share <= 0.0) | (share >= 1.0), outside, ordered[np.minimum(position, len(ordered) - 1)])

    def tails(tail: Array) -> tuple[Array, Array]:
        lower, upper = share_below.tails(tail)
        if before is not None:
            above = before.tails(tail)[1] - before.value
            lower, upper = probability - above, probability + (share_below.value - lower)
        return at(lower, -np.inf), at(upper, np.inf)

    p = share_below.value if before is None else probability
    value = float(at(np.array(min(p, 1.0 - 1e-9)), np.inf))
    low, high = at(np.array(max(p - share_below.u, 1e-9)), np.inf), at(np.array(min(p + share_below.u, 1 - 1e-9)), 0.0)
    needed = needed_for_quantile(probability, tail=0.025)
    needs = say("coverage.quantile", probability=probability, n=len(values), needed=needed)
    rule = say("coverage.rule.woodruff")
    u = _spread(float(high - low) / 2.0, tails)
    return Limits(value, u, share_below.df, rule, tails, needs=needs)
