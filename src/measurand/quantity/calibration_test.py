"""Tests of whether probabilities are what happens: Hosmer and Lemeshow, Spiegelhalter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.student import normal_tail

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CalibrationTest:
    """A test statistic with its degrees of freedom (infinite: a standard normal) and its p-value."""

    statistic: float
    df: float
    p: float


def hosmer_lemeshow(outcome: ArrayLike, probability: ArrayLike, *, groups: int = 10) -> CalibrationTest:
    """``chi2 = sum_g (O_g - E_g)^2 / (E_g (1 - E_g / n_g))`` over groups by quantiles of the probability.

    ``df = groups - 2`` (Hosmer & Lemeshow 1980), for probabilities that were fitted to these outcomes. Quantiles
    interpolate linearly; a probability on an edge belongs to the group below. Raises DesignError where fewer than
    three groups hold items.
    """
    from scipy.special import chdtrc

    y, p = _read(outcome, probability)
    edges = np.unique(np.quantile(p, np.linspace(0.0, 1.0, groups + 1)))
    if len(edges) < 4:
        raise DesignError(say("calibration_test.groups", groups=len(edges) - 1))
    group = np.clip(np.searchsorted(edges, p, side="left") - 1, 0, len(edges) - 2)
    n, observed, expected = (np.bincount(group, weights=x, minlength=len(edges) - 1) for x in (np.ones(len(p)), y, p))
    spread = expected * (1.0 - expected / n)
    if np.any(spread <= 0.0):
        raise DesignError(say("calibration_test.no_spread"))
    chi2, df = float(np.sum((observed - expected) ** 2 / spread)), float(len(edges) - 3)
    return CalibrationTest(chi2, df, float(chdtrc(df, chi2)))


def spiegelhalter(outcome: ArrayLike, probability: ArrayLike) -> CalibrationTest:
    """``z = sum (y - p)(1 - 2p) / sqrt(sum (1 - 2p)^2 p (1 - p))``, two-sided (Spiegelhalter 1986).

    Raises DesignError where all probabilities are 0, 1/2 or 1.
    """
    y, p = _read(outcome, probability)
    spread = float(np.sum((1.0 - 2.0 * p) ** 2 * p * (1.0 - p)))
    if spread <= 0.0:
        raise DesignError(say("calibration_test.no_spread"))
    z = float(np.sum((y - p) * (1.0 - 2.0 * p))) / np.sqrt(spread)
    return CalibrationTest(float(z), np.inf, 2.0 * float(normal_tail(abs(z))))


def _read(outcome: ArrayLike, probability: ArrayLike) -> tuple[Array, Array]:
    y, p = np.asarray(outcome, float).ravel(), np.asarray(probability, float).ravel()
    if len(y) != len(p) or not np.all((y == 0.0) | (y == 1.0)) or not np.all((p >= 0.0) & (p <= 1.0)):
        raise DesignError(say("calibration_test.values"))
    return y, p
