"""The distribution of a result beside that of Monte Carlo, as data of a picture (JCGM 101, clause 8)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.result import Curve
from measurand.message import say
from measurand.quantity.limits import Limits
from measurand.quantity.montecarlo import Trials, symmetric_interval
from measurand.quantity.student import normal_tail
from measurand.study.scored import short

Array = NDArray[np.float64]
BARS = 40
BEYOND = 0.001
"""Probability that the picture leaves out on each side."""


def densities(limits: Limits, trials: Trials, *, p: float) -> tuple[Curve, ...]:
    """Probability of each of ``BARS`` equal ranges of values by both methods, and both coverage intervals.

    The distribution of the first order is that of its limits: ``P(Y < lower limit at level q) = (1 - q) / 2``.
    """
    ends = trials.quantile(BEYOND), trials.quantile(1.0 - BEYOND)
    lower, upper = (float(x) for x in limits.at_tail((1.0 - p) / 2.0))
    low, high = (
        min([ends[0], *filter(np.isfinite, (lower,))]),
        max([ends[1], *filter(np.isfinite, (upper,))]),
    )
    if not high > low:
        return ()
    edges = np.linspace(low, high, BARS + 1)
    seen = np.diff(np.searchsorted(trials.values, edges, side="right")) / len(trials.values)
    stated = np.diff(_cumulative(limits, edges))
    columns = {
        "from": tuple(map(short, edges[:-1])),
        "to": tuple(map(short, edges[1:])),
        "first_order": tuple(map(short, stated)),
        "monte_carlo": tuple(map(short, seen)),
    }
    shape = Curve(name="monte_carlo", title=say("curve.monte_carlo"), columns=columns)
    below, above = symmetric_interval(trials.values, p)
    pairs = {
        "value": (limits.value, trials.mean()),
        "u": (limits.u, trials.u()),
        "lower": (lower, below),
        "upper": (upper, above),
    }
    figures = {name: tuple(number(x) for x in pair) for name, pair in pairs.items()}
    both = Curve(
        name="monte_carlo_intervals",
        title=say("curve.monte_carlo_intervals"),
        columns={"method": ("first-order", "monte-carlo"), **figures},
    )
    return shape, both


def _cumulative(limits: Limits, x: Array) -> Array:
    """Probability below each ``x``, interpolated in a table of the limits at 551 normal scores on each side."""
    z = np.linspace(0.0, 5.5, 551)
    tail = normal_tail(z)
    lower, upper = limits.tails(tail)
    known = np.isfinite(lower) & np.isfinite(upper)
    values = np.concatenate([lower[known][::-1], upper[known][1:]])
    probability = np.concatenate([tail[known][::-1], 1.0 - tail[known][1:]])
    return np.asarray(np.interp(x, np.maximum.accumulate(values), probability, left=0.0, right=1.0))
