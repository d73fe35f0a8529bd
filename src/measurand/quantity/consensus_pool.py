"""The linear opinion pool: the mixture of what each laboratory says about the quantity."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.consensus_result import Consensus, heterogeneity
from measurand.quantity.laboratories import Laboratories
from measurand.quantity.mixture import Mixture

Array = NDArray[np.float64]


def linear_pool(labs: Laboratories, *, level: float = 0.95, weights: ArrayLike | None = None) -> Consensus:
    """Mixture of the distributions of the laboratories with the weights given, equal ones if none are (Stone 1961).

    ``F(x) = sum w_i F_i((x - y_i) / u_i)``; F_i is normal, or Student's t with the laboratory's degrees of freedom,
    scaled by u_i as in JCGM 101, 6.4.9 (the NIST Consensus Builder scales it to the standard deviation u_i instead).
    The limits are exact quantiles, no draws. ``u^2 = sum w_i (u_i^2 nu_i/(nu_i - 2) + (y_i - value)^2)``, infinite
    with ``nu_i <= 2``. The pool describes where a laboratory may find the value: its u does not fall with the number
    of laboratories. Raises DesignError for weights that are none, and for correlated laboratories.
    """
    if not labs.independent:
        raise DesignError(say("consensus.correlated", method="linear-pool"))
    share = np.full(labs.count, 1.0 / labs.count) if weights is None else _shares(labs.count, weights)
    pool = Mixture(share, labs.y, labs.u, labs.df)
    tail = (1.0 - level) / 2.0
    return Consensus(
        "linear-pool", pool.mean, pool.sd, pool.quantile(tail), pool.quantile(1.0 - tail), np.inf, level, share,
        None, None, heterogeneity(labs, level=level), None, None,
    )  # fmt: skip


def _shares(count: int, weights: ArrayLike) -> Array:
    held = np.asarray(weights, float).ravel()
    if len(held) != count or not np.all(np.isfinite(held)) or np.any(held < 0.0) or not np.any(held > 0.0):
        raise DesignError(say("consensus.weights"))
    return np.asarray(held / held.sum())
