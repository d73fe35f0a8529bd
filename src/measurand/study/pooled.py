"""Shares and means from totals over participants (``document.round_total``)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from measurand.document.number import number, real
from measurand.document.round_total import Pooled, Total
from measurand.document.rounding import printed
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.effective_count import boundary_u
from measurand.quantity.exact import clopper_pearson
from measurand.quantity.student import student_factor

LEAST_VALUES = 3
"""Items from which a mean gets limits."""


def pooled(total: Total, sums: Mapping[str, int], *, participants: int, level: float) -> Pooled:
    """The share (Clopper-Pearson) or the mean (Student's t) of all items, taken as independent and of one population.

    Not shown with fewer items than ``total.least``. Raises DesignError for sums that no data of so many participants
    can have: a participant sent wrong numbers, or the masks do not fit.
    """
    items = sums["items"]
    limit = participants * total.largest
    within = 0 <= items <= limit and all(0 <= s <= items * total.steps**2 for n, s in sums.items() if n != "items")
    # Cauchy and Schwarz; squares of the steps are at most the largest step times their sum
    if total.kind == "mean":
        within = within and sums["sum"] ** 2 <= items * sums["squares"] <= items * total.steps * sums["sum"]
    if not within:
        raise DesignError(Finding("M0879", "", say("M0879.sums", measurand=total.measurand), say("M0879.sums_hint")))
    plain = {"measurand": total.measurand, "kind": total.kind, "unit": total.unit}
    if items < total.least:
        text = say("round.total.few", least=str(total.least))
        return Pooled(**plain, statistics={}, text=text)
    statistics = {name: str(s) for name, s in sums.items()}
    if total.kind == "share":
        value, u, df, lower, upper, bounds = _share(sums["events"], items, level)
    else:
        value, u, df, lower, upper, bounds = _mean(total, sums, level)
    if u <= 0.0:
        text = say("round.total.equal")
        return Pooled(**plain, statistics=statistics, text=text)
    shown = printed(
        value, u, interval=(lower, upper), coverage_probability=level, unit=total.unit,
        bounds=(number(bounds[0]), number(bounds[1])),
    )  # fmt: skip
    return Pooled(
        **plain, statistics=statistics, value=number(value), u=number(u), df=number(df), lower=number(lower),
        upper=number(upper), text=shown.text,
    )  # fmt: skip


_Found = tuple[float, float, float, float, float, tuple[float, float]]


def _share(events: int, items: int, level: float) -> _Found:
    p = events / items
    variance = p * (1.0 - p) / (items - 1)
    u = float(np.sqrt(variance)) if variance > 0.0 else float(boundary_u(p, bounds=(0.0, 1.0), floor=items))
    lower, upper = clopper_pearson(float(events), float(items), tail=np.asarray((1.0 - level) / 2.0))
    return p, u, np.inf, float(lower), float(upper), (0.0, 1.0)


def _mean(total: Total, sums: Mapping[str, int], level: float) -> _Found:
    """Exact sums; the values lie in steps of the last decimal above the lower end of the range."""
    if total.range is None:
        raise DesignError(Finding("M0879", "", say("M0879.sums", measurand=total.measurand)))
    low, high = map(real, total.range)
    items, step = sums["items"], 10.0**-total.decimals
    mean = Fraction(sums["sum"], items)
    square = (Fraction(sums["squares"]) - items * mean * mean) / (items - 1)
    value, u = low + float(mean) * step, float(np.sqrt(float(square) / items)) * step
    half = float(student_factor(np.asarray((1.0 - level) / 2.0), items - 1.0)) * u
    return value, u, items - 1.0, max(value - half, low), min(value + half, high), (low, high)
