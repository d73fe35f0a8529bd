"""Rasch and two-parameter models by marginal maximum likelihood: abilities are normal (Bock & Aitkin 1981)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError, StatisticError
from measurand.message import say
from measurand.quantity.item_response import (
    ItemResponseModel,
    LeftOut,
    Responses,
    enough,
    read,
    without_degenerate,
)
from measurand.quantity.item_response_quadrature import Likelihood, nodes

Array = NDArray[np.float64]

_STEPS = 500
_SETTLED = 1e-9
"""After a Newton step that small only rounding is left: convergence is quadratic."""
_LONGEST = 1.0
"""Longest step of a parameter (logits)."""
_STEEP = 40.0
"""A discrimination beyond which an item is a step at its difficulty: the likelihood grows without end there."""
_GROWING = 6.0
"""A discrimination that is so large and still moves after all steps is on its way there."""
_ASSOCIATED = 1e-9
"""Sum of the residual products of pairs of items, by answers, below which it is rounding."""
_FLAT = 1e-3
"""A common discrimination below which no difficulty ``-d / a`` is meant: its maximum is at 0."""
DISCRIMINATIONS = ("one", "common")


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the marginal likelihood of ``logit P = a_j theta + d_j`` is largest."""

    intercept: Array
    slope: Array
    covariance: Array
    """Of the intercepts, then the slopes; the inverse of the observed information of what was estimated."""
    log_likelihood: float
    parameters: int


def rasch(table: Responses | ArrayLike, *, discrimination: str = "one") -> ItemResponseModel:
    """Rasch model, abilities normal with mean 0 and standard deviation 1, by marginal maximum likelihood.

    ``discrimination`` is 1 for all items (``one``), or one that is estimated (``common``; the same as abilities of
    that standard deviation). Missing responses are ignored, as if missing at random. An item that all got right, or
    all wrong, is in ``left_out``. Standard uncertainties are those of the observed information.

    Raises RefusedError for another name, DesignError where too few items are left or the responses do not determine
    the parameters, StatisticError where no maximum was reached.

    >>> table = [[1, 1, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0], [1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 1, 0]]
    >>> rasch(table).parameters
    3
    """
    if discrimination not in DISCRIMINATIONS:
        raise RefusedError(
            say("item_response.no_discrimination", name=discrimination, names=", ".join(DISCRIMINATIONS))
        )
    kept, out = without_degenerate(read(table))
    enough(kept, out, model="rasch", least=1 if discrimination == "one" else 2)
    found = maximum(kept, slopes=discrimination)
    if discrimination == "common" and abs(found.slope[0]) < _FLAT:
        raise DesignError(say("item_response.no_common_ability"))
    return _model("rasch", kept, out, found)


def two_parameter(table: Responses | ArrayLike) -> ItemResponseModel:
    """Two-parameter logistic model (Birnbaum 1968): each item has a discrimination of its own; otherwise as ``rasch``.

    The direction of ability is that in which the discriminations have a positive sum. Raises DesignError also for an
    item whose discrimination has no finite value.
    """
    kept, out = without_degenerate(read(table))
    enough(kept, out, model="two-parameter", least=3)
    return _model("two-parameter", kept, out, maximum(kept, slopes="own"))


def maximum(table: Responses, *, slopes: str) -> Maximum:
    """Newton's method on the observed information, where that is positive; else steps of Lange's (1995) gradient EM.

    ``slopes``: ``one`` (fixed at 1), ``common`` or ``own``. The nodes of the quadrature are made finer until they fit
    the slopes found. Where items show no association in all, a common slope is 0, its boundary, with variance 0.
    All items need right and wrong answers.
    """
    patterns = table.patterns()
    n, k = patterns.times @ patterns.answered, patterns.times @ patterns.right
    share, items = k / n, len(table.items)
    free, logit = _free(slopes, items), np.log(share / (1.0 - share))
    psi = np.concatenate([1.2 * logit, _signs(patterns, share) if slopes == "own" else np.ones(items)])
    if slopes == "common":
        apart = np.concatenate([logit, np.zeros(items)])
        likelihood = Likelihood(patterns, nodes(np.zeros(items)))
        if free[:, -1] @ likelihood.hessian(apart) @ free[:, -1] <= _ASSOCIATED * n.sum():
            psi, free = apart, free[:, :-1]
    psi, likelihood = _climb(patterns, psi, free, table)
    information = -free.T @ likelihood.hessian(psi) @ free
    covariance = free @ np.linalg.inv(information) @ free.T
    d, a = psi[:items], psi[items:]
    sign = -1.0 if a.sum() < 0.0 else 1.0
    turn = np.concatenate([np.ones(items), np.full(items, sign)])
    parameters = _free(slopes, items).shape[1]
    return Maximum(d, sign * a, covariance * np.outer(turn, turn), likelihood.value(psi), parameters)


def _signs(patterns: Responses, share: Array) -> Array:
    """1 or -1 as the items go along with what most of them have in common: a start for slopes of any sign."""
    residual = (patterns.right - patterns.answered * share) / np.sqrt(share * (1.0 - share))
    leading = np.linalg.eigh(residual.T @ (patterns.times[:, None] * residual))[1][:, -1]
    return np.where(leading * leading.sum() < 0.0, -1.0, 1.0)


def _climb(patterns: Responses, psi: Array, free: Array, table: Responses) -> tuple[Array, Likelihood]:
    """The maximum over ``psi + free phi``, with the quadrature that is fine enough there."""
    items, theta = len(table.items), nodes(psi[len(table.items) :])
    for _ in range(_STEPS):
        likelihood = Likelihood(patterns, theta)
        psi = _newton(likelihood, psi, free, table)
        needed = nodes(psi[items:])
        if len(needed) <= len(theta):
            return psi, likelihood
        theta = needed
    raise StatisticError(say("item_response.no_convergence", steps=_STEPS))


def _newton(likelihood: Likelihood, psi: Array, free: Array, table: Responses) -> Array:
    value, items, near = likelihood.value(psi), len(table.items), False
    for _ in range(_STEPS):
        _not_steep(psi[items:], table, _STEEP)
        gradient = free.T @ likelihood.gradient(psi)
        information = free.T @ -likelihood.hessian(psi) @ free if near else None
        newton = information is not None and _is_positive(information)
        if information is None or not newton:
            information = free.T @ likelihood.complete_information(psi) @ free
        step = np.linalg.solve(information, gradient)
        largest = float(np.max(np.abs(step)))
        step *= _LONGEST / max(largest, _LONGEST)
        if newton and largest <= _SETTLED * (1.0 + float(np.max(np.abs(psi)))):
            return np.asarray(psi + free @ step, float)
        if near and not newton and largest <= _SETTLED:
            raise DesignError(say("item_response.not_identified"))
        psi, gained, value = _uphill(likelihood, psi, free @ step, value)
        near = near or largest < 0.3 or gained < 1.0
    _not_steep(psi[items:], table, _GROWING)
    raise StatisticError(say("item_response.no_convergence", steps=_STEPS))


def _not_steep(slope: Array, table: Responses, most: float) -> None:
    steep = np.abs(slope) > most
    if np.any(steep):
        named = ", ".join(name for name, s in zip(table.items, steep, strict=True) if s)
        raise DesignError(say("item_response.steep", items=named))


def _uphill(likelihood: Likelihood, psi: Array, step: Array, value: float) -> tuple[Array, float, float]:
    """The largest of 1, 1/2, 1/4 ... of the step that does not lower the likelihood beyond its rounding."""
    for halving in range(40):
        tried = psi + step / 2.0**halving
        reached = likelihood.value(tried)
        if reached >= value - 1e-11 * abs(value):
            return tried, reached - value, reached
    raise StatisticError(say("item_response.no_convergence", steps=_STEPS))


def _is_positive(information: Array) -> bool:
    eigen = np.linalg.eigvalsh(information)
    return bool(eigen[0] > 1e-10 * eigen[-1])


def _free(slopes: str, items: int) -> Array:
    """Intercepts and slopes by what is estimated, (2 items, parameters)."""
    own = np.eye(2 * items)
    if slopes == "one":
        return own[:, :items]
    return own if slopes == "own" else np.hstack([own[:, :items], own[:, items:].sum(axis=1, keepdims=True)])


def _model(name: str, table: Responses, out: tuple[LeftOut, ...], found: Maximum) -> ItemResponseModel:
    """``b = -d / a``, with its covariance to first order."""
    items, d, a = len(table.items), found.intercept, found.slope
    change = np.eye(2 * items)
    change[:items, :items] = np.diag(-1.0 / a)
    change[:items, items:] = np.diag(d / a**2)
    covariance = change @ found.covariance @ change.T
    u = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return ItemResponseModel(
        name, table.items, -d / a, u[:items], a, u[items:], covariance, found.log_likelihood, found.parameters,
        "normal", out,
    )  # fmt: skip
