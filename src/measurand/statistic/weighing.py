"""What every statistic of weighted rows says alike: sums of weights, and that a value is not defined."""

from __future__ import annotations

import numpy as np

from measurand.errors import Finding, StatisticError
from measurand.message import say
from measurand.statistic.contract import Array, Integers, Rows


def not_defined(key: str, **fields: object) -> StatisticError:
    """The error that a statistic is not defined on these rows.

    Its text and hint are the sentences ``statistic.KEY`` and ``statistic.KEY.hint`` of the catalogue.
    """
    message = say(f"statistic.{key}", "en", **fields)
    hint = say(f"statistic.{key}.hint", "en", **fields)
    return StatisticError(Finding(code="M05", path="", message=message, hint=hint))


def positive_sum(w: Array, *, statistic: str, rows: str) -> float:
    """Sum of the weights ``w``, where the statistic divides by it.

    Raises StatisticError unless the sum is positive; ``rows`` says in words which rows they are.
    """
    total = float(np.sum(w))
    if not total > 0.0:
        raise not_defined("no_weight", statistic=statistic, rows=rows)
    return total


def one_class(rows: Rows) -> Integers:
    """The classes of a statistic that conditions on none: all 0, shape (rows,)."""
    return np.zeros(len(rows), dtype=np.int64)


def any_row(kinds: int) -> Integers:
    """The classes of extreme kinds that may be any row: all -1, shape (kinds,)."""
    return np.full(kinds, -1, dtype=np.int64)


def no_counts(statistic: str) -> StatisticError:
    """The error that a statistic has no exact counts (its ``exact`` is "no")."""
    return not_defined("no_counts", statistic=statistic)
