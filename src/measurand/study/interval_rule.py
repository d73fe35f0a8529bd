"""Which rule of the intervals applies to a quantity: known from its definition before anything is seen."""

from __future__ import annotations

from typing import Literal

import numpy as np

from measurand.document.definition import Definition
from measurand.statistic.contract import Statistic
from measurand.statistic.quantile import Quantile

IntervalRule = Literal["order", "rate", "log", "root", "fisher", "logit", "scores", "share", "bounded"]


def interval_rule(definition: Definition, statistic: Statistic) -> IntervalRule:
    """The rule that makes the limits of a quantity (docs/intervals.md), in the order in which ``study.interval`` asks.

    ``order``: order statistics, Woodruff with clusters. ``rate``: R1 by Garwood, gamma limits with an effective count.
    ``log``, ``root``, ``fisher``: R4 on that scale. ``logit``: R2 of the probability. ``scores``: R4. ``share``: R1
    where plain, else R2, over strata R5. ``bounded``: R2; a value without bounds follows R4.
    """
    if isinstance(statistic, Quantile):
        return "order"
    if definition.scale != "identity":
        return definition.scale
    if statistic.exact == "poisson":
        return "rate"
    if definition.scores or not np.all(np.isfinite(statistic.bounds)):
        return "scores"
    return "share" if statistic.exact == "binomial" else "bounded"
