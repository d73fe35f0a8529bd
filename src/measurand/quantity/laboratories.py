"""The results of several laboratories for one quantity: values, standard uncertainties, degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say

Array = NDArray[np.float64]

_NORMAL_MAD = 1.482602218505602
"""Standard deviation of normal values over the median of their absolute deviations, ``1 / z_0.75``."""
_NEAR = 1e-9
"""Relative difference that rounding may leave between a variance and the square of its standard uncertainty."""


@dataclass(frozen=True, eq=False)
class Laboratories:
    """Results of k laboratories, checked; made by ``laboratories``."""

    y: Array
    """Values, shape (k,)."""
    u: Array
    """Standard uncertainties, shape (k,)."""
    df: Array
    """Degrees of freedom of the uncertainties, shape (k,); infinite where an uncertainty is known."""
    covariance: Array
    """Covariance matrix, shape (k, k); diagonal for independent laboratories."""

    @property
    def count(self) -> int:
        """Number of laboratories."""
        return len(self.y)

    @property
    def independent(self) -> bool:
        """No two laboratories share a source of uncertainty."""
        return bool(np.count_nonzero(self.covariance) == self.count)

    @property
    def mad(self) -> float:
        """1.483 times the median absolute deviation of the values from their median; 0 if most are equal."""
        return _NORMAL_MAD * float(np.median(np.abs(self.y - np.median(self.y))))

    def without(self, position: int) -> Laboratories:
        """All but the laboratory at ``position``."""
        return self.at(np.delete(np.arange(self.count), position))

    def at(self, positions: ArrayLike) -> Laboratories:
        """The laboratories at these positions, in their order."""
        held = np.asarray(positions, int)
        return Laboratories(self.y[held], self.u[held], self.df[held], self.covariance[np.ix_(held, held)])


def laboratories(
    y: ArrayLike, u: ArrayLike, *, df: ArrayLike | None = None, covariance: ArrayLike | None = None, least: int = 2
) -> Laboratories:
    """Checked results of at least ``least`` laboratories; without ``covariance`` they are independent.

    ``y`` and ``u`` have shape (k,); ``df`` has the same or is one number, infinite if not given; ``covariance`` has
    shape (k, k) with ``u^2`` on its diagonal. Raises DesignError that names the position (from 1) of what is wrong.
    """
    values, spread = np.asarray(y, float).ravel(), np.asarray(u, float).ravel()
    freedom = np.asarray(np.inf if df is None else df, float)
    freedom = np.full(len(values), float(freedom)) if freedom.ndim == 0 else freedom.ravel()
    if not len(values) == len(spread) == len(freedom):
        raise DesignError(
            say("consensus.lengths", values=len(values), uncertainties=len(spread), df=len(freedom)),
        )
    if len(values) < least:
        raise DesignError(say("consensus.few", least=least, count=len(values)))
    for i in range(len(values)):
        if not np.isfinite(values[i]):
            raise DesignError(say("consensus.value", position=i + 1, value=values[i]))
        if not (np.isfinite(spread[i]) and spread[i] > 0.0):
            raise DesignError(say("consensus.uncertainty", position=i + 1, u=spread[i]))
        if not freedom[i] > 0.0:
            raise DesignError(say("consensus.df", position=i + 1, df=freedom[i]))
    return Laboratories(values, spread, freedom, _covariance(spread, covariance))


def _covariance(u: Array, covariance: ArrayLike | None) -> Array:
    if covariance is None:
        return np.diag(u**2)
    held = np.asarray(covariance, float)
    scale = np.outer(u, u)
    if held.shape != scale.shape or not np.all(np.isfinite(held)):
        raise DesignError(say("consensus.covariance", count=len(u)))
    correlation = held / scale
    wrong = np.max(np.abs(correlation - correlation.T)) > _NEAR or np.max(np.abs(np.diag(correlation) - 1.0)) > _NEAR
    if wrong or np.linalg.eigvalsh(correlation)[0] <= _NEAR:
        raise DesignError(say("consensus.covariance", count=len(u)))
    return held
