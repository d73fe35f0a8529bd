"""The consensus value of several laboratories, by the methods of metrology and of meta-analysis."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity.budget import welch_satterthwaite
from measurand.quantity.consensus_bayes import bayes_gaussian
from measurand.quantity.consensus_laplace import bayes_laplace
from measurand.quantity.consensus_pool import linear_pool
from measurand.quantity.consensus_result import Consensus, Dark, Knapp, Limits, heterogeneity
from measurand.quantity.consensus_tau import ESTIMATORS, fit, model_of, square_u, weights
from measurand.quantity.laboratories import Laboratories, laboratories
from measurand.quantity.student import student_factor

Array = NDArray[np.float64]

_NORMAL_MEDIAN = math.sqrt(math.pi / 2.0)
"""Standard uncertainty of the median of many normal values over that of their mean."""


def consensus(
    y: ArrayLike,
    u: ArrayLike,
    *,
    method: str,
    level: float = 0.95,
    df: ArrayLike | None = None,
    hartung_knapp: bool = False,
) -> Consensus:
    """Consensus of independent laboratories with values ``y``, standard uncertainties ``u``, degrees of freedom ``df``.

    - fixed: weighted mean, weights ``1/u_i^2``; birge: its u times the Birge ratio where that exceeds 1;
    - mean, median: unweighted, u from the scatter, never below what the stated uncertainties give, t with k - 1 df;
    - dersimonian-laird, mandel-paule, reml, ml: weights ``1/(u_i^2 + tau^2)``, ``u^2 = 1 / sum w_i``;
    - linear-pool: mixture of the laboratories' distributions; bayes-gaussian, bayes-laplace: hierarchical models.

    Normal limits (Student's t with Welch-Satterthwaite degrees of freedom where ``df`` is finite) take tau as known.
    **With few laboratories they are too short**: with 3 laboratories and tau once or twice u they cover 77 to 88 %
    instead of 95 (docs/consensus.md, simulated). ``knapp.at_least``, the limits of Hartung and Knapp with max(1, q),
    covers at least 93 % in every situation simulated: mandel-paule with these limits is the recommended default. The
    plain ones (``hartung_knapp=True``) are right on average and can be far too short by chance; bayes-gaussian does
    well from 5 laboratories on. Raises DesignError for data that are none, RefusedError for
    a name. For correlated laboratories, weights of the pool or a scale of the prior see ``consensus_of``,
    ``linear_pool`` and ``bayes_gaussian``.

    >>> c = consensus([61.0, 61.4, 62.21, 62.3, 62.34, 62.6, 62.7, 62.84, 65.9],
    ...     [0.45, 1.1, 0.3, 0.45, 0.62, 0.75, 0.26, 0.15, 1.35], method="mandel-paule")
    >>> round(c.tau, 4)  # Kacker (2004), table 1
    0.8399
    """
    return consensus_of(laboratories(y, u, df=df), method=method, level=level, hartung_knapp=hartung_knapp)


def consensus_of(labs: Laboratories, *, method: str, level: float = 0.95, hartung_knapp: bool = False) -> Consensus:
    """``consensus`` of laboratories that may be correlated; see there. The linear pool, bayes-laplace and the median
    need independent ones. Raises DesignError, RefusedError."""
    if not 0.0 < level < 1.0:
        raise DesignError(say("consensus.level", level=level))
    if method not in METHODS:
        raise RefusedError(say("consensus.no_method", name=method, names=", ".join(METHODS)))
    if method in WEIGHTED:
        return _weighted(labs, level, method, hartung_knapp)
    if hartung_knapp:
        raise RefusedError(say("consensus.no_knapp", method=method, names=", ".join(WEIGHTED)))
    return _OTHERS[method](labs, level)


def _weighted(labs: Laboratories, level: float, method: str, hartung_knapp: bool) -> Consensus:
    """Weighted mean with the tau of the method (0 for fixed and birge), with normal limits or those of Knapp."""
    model, agree = model_of(labs), heterogeneity(labs, level=level)
    square = ESTIMATORS[method](model) if method in ESTIMATORS else 0.0
    at, share, tau = fit(model, square), weights(model, square), math.sqrt(square)
    value, u = model.origin + float(at.mean[0]), math.sqrt(float(at.variance[0]))
    scale = max(1.0, agree.birge) if method == "birge" else 1.0
    shares = (share * labs.u) ** 2
    df = welch_satterthwaite([*shares, u**2 - float(np.sum(shares))], [*labs.df, math.inf])
    knapp = _knapp(value, u, float(at.q[0]), model.freedom, level)
    own = knapp.plain if hartung_knapp else _limits(value, scale * u, df, level)
    random = method in ESTIMATORS
    return Consensus(
        method, value, own.u, own.lower, own.upper, own.df, level, share, tau,
        Dark(tau, agree.tau_limits, square_u(model, square, method)) if random else None, agree,
        _prediction(value, own, tau, level) if random else None, knapp,
    )  # fmt: skip


def _knapp(value: float, u: float, sum_of_squares: float, freedom: int, level: float) -> Knapp:
    q = sum_of_squares / freedom
    plain, floored = (_limits(value, math.sqrt(s) * u, freedom, level) for s in (q, max(1.0, q)))
    return Knapp(q, plain, floored)


def _mean(labs: Laboratories, level: float) -> Consensus:
    """``u = max(s, sqrt(1' V 1 / k)) / sqrt(k)``."""
    k = labs.count
    stated = math.sqrt(float(labs.covariance.sum())) / k
    seen = float(np.std(labs.y, ddof=1)) / math.sqrt(k)
    return _unweighted("mean", labs, level, float(np.mean(labs.y)), max(seen, stated), np.full(k, 1.0 / k))


def _median(labs: Laboratories, level: float) -> Consensus:
    """``u = sqrt(pi/2) max(1.483 MAD, k / sum(1/u_i)) / sqrt(k)``.

    The second is the standard uncertainty of the median of normal values that differ in u alone, whose densities at
    the centre are ``1/(u_i sqrt(2 pi))``.
    """
    if not labs.independent:
        raise DesignError(say("consensus.correlated", method="median"))
    k, value = labs.count, float(np.median(labs.y))
    stated = k / float(np.sum(1.0 / labs.u))
    order, share = np.argsort(labs.y, kind="stable"), np.zeros(k)
    share[order[(k - 1) // 2]] += 0.5
    share[order[k // 2]] += 0.5
    return _unweighted("median", labs, level, value, _NORMAL_MEDIAN * max(labs.mad, stated) / math.sqrt(k), share)


def _unweighted(method: str, labs: Laboratories, level: float, value: float, u: float, share: Array) -> Consensus:
    own = _limits(value, u, labs.count - 1, level)
    agree = heterogeneity(labs, level=level)
    return Consensus(
        method, value, u, own.lower, own.upper, own.df, level, share, None, None, agree, None, None,
    )  # fmt: skip


def _limits(value: float, u: float, df: float, level: float) -> Limits:
    half = float(student_factor((1.0 - level) / 2.0, df)) * u
    return Limits(u, value - half, value + half, df)


def _prediction(value: float, own: Limits, tau: float, level: float) -> tuple[float, float]:
    """``value -+ k sqrt(tau^2 + u^2)`` with the factor of the limits (Higgins, Thompson & Spiegelhalter 2009)."""
    half = float(student_factor((1.0 - level) / 2.0, own.df)) * math.hypot(tau, own.u)
    return value - half, value + half


WEIGHTED = ("fixed", "birge", *ESTIMATORS)
"""Methods with weights ``1/(u^2 + tau^2)``: they have limits of Hartung and Knapp."""

_OTHERS: Mapping[str, Callable[[Laboratories, float], Consensus]] = {
    "mean": _mean,
    "median": _median,
    "linear-pool": lambda labs, level: linear_pool(labs, level=level),
    "bayes-gaussian": lambda labs, level: bayes_gaussian(labs, level=level),
    "bayes-laplace": lambda labs, level: bayes_laplace(labs, level=level),
}

METHODS = (*WEIGHTED, *_OTHERS)
"""Names of all methods."""
