"""Values in the order of time: are neighbours alike?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import DesignError
from measurand.message import say


def autocorrelation(y: ArrayLike, *, lag: int = 1) -> float:
    """``sum (y_i - m)(y_(i+lag) - m) / sum (y_i - m)^2``, m the mean of all values (Box & Jenkins 1976).

    Shape (values,), in the order of time. Raises DesignError for fewer than ``lag + 1`` values, or equal ones.

    >>> autocorrelation([10000001, 10000003, 10000002])  # NIST StRD, NumAcc1
    -0.5
    """
    values = np.asarray(y, float).ravel()
    if not 1 <= lag < len(values) or not np.all(np.isfinite(values)):
        raise DesignError(say("series.length", lag=lag, count=len(values)))
    first = values - values[0]  # constant leading digits go before anything is rounded
    d = first - first.mean()
    square = float(d @ d)
    if not square > 0.0:
        raise DesignError(say("comparison.no_spread"))
    return float(d[:-lag] @ d[lag:]) / square
