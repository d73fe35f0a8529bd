"""Numeric reference values with their own uncertainty: what their errors do to a result."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from measurand.document.amount import Amount, convert
from measurand.document.number import real
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.randomness import generator
from measurand.quantity.source import Source
from measurand.statistic.contract import Rows
from measurand.study.columns import numbers
from measurand.study.roles import Aim, Observed

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
DRAWS = 100
ROLES = ("reference", "time")
"""Roles that are numeric reference values."""


def uncertainty(aim: Aim, seen: Observed) -> Array | None:
    """Standard uncertainty of the reference value of each item of the frame, (items,); None where none is stated.

    An amount is that of every item; errors of different items are independent. Raises DesignError for an amount in
    a unit that is not the measurand's.
    """
    reference = seen.procedure.reference
    stated = None if reference is None else reference.standard_uncertainty
    if stated is None or not set(ROLES) & set(aim.statistic.roles):
        return None
    if isinstance(stated, Amount):
        converted = convert(stated, aim.measurand.unit or "1")
        if converted is None:
            text = say("M05.reference_unit", value=stated.text, unit=aim.measurand.unit or "1")
            raise DesignError(Finding("M0545", "reference.standard_uncertainty", text))
        return np.full(len(seen.frame.items), real(converted.value))
    out = np.zeros(len(seen.frame.items))
    everywhere = np.arange(len(seen.frame.item))
    out[seen.frame.item] = numbers(seen.frame, "reference_u", everywhere)
    if not np.all(out >= 0.0):
        text = say("M05.reference_u", item=seen.frame.items[int(np.flatnonzero(~(out >= 0.0))[0])])
        raise DesignError(Finding("M0546", "reference.standard_uncertainty", text))
    return out


def deviations(rows: Rows, u: Array, value: Callable[[Rows], float], *, key: str) -> Array:
    """Changes of the value when normal errors of the reference values are added once more, shape (DRAWS,).

    ``u`` (items of the frame,); ``value`` evaluates rows. Results with one ``key`` share the draws of an item, so that
    errors of shared items cancel in a difference as they should.
    """
    rng, before = generator(key), value(rows)
    out = np.zeros(DRAWS)
    for d in range(DRAWS):
        error = (u * rng.standard_normal(len(u)))[rows.item]
        column = {r: c + error if r in ROLES else c for r, c in rows.column.items()}
        out[d] = value(Rows(rows.item, rows.cell, column)) - before
    return out


def shift(draws: Array) -> float:
    """Mean of the deviations where it is told from 0 (three standard errors): what the errors add to the value."""
    mean, error = float(draws.mean()), float(draws.std(ddof=1)) / np.sqrt(len(draws))
    return mean if abs(mean) > 3.0 * error else 0.0


def source(key: str, draws: Array) -> tuple[Source, Array]:
    """The draws as one source of type B: its variance is theirs, its covariance with other results that of theirs."""
    levels = tuple(f"{d:03d}" for d in range(len(draws)))
    part = (draws - draws.mean())[:, None] / np.sqrt(len(draws) - 1.0)
    return Source(key, "reference", "B", levels), part
