"""Abilities of persons under a fitted item response model, the items' parameters taken as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import RefusedError
from measurand.message import say
from measurand.quantity.item_response import ItemResponseModel, Responses, read
from measurand.quantity.item_response_quadrature import log_normal_weights, nodes

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]

_REACH = 60.0
"""Logits beyond the difficulties between which an ability of finite likelihood lies."""


@dataclass(frozen=True, eq=False)
class Abilities:
    """Those of the persons who have one."""

    method: str
    persons: tuple[str, ...]
    rows: NDArray[np.int64]
    """Their rows in the table."""
    value: Array
    u: Array
    """Standard uncertainty, the items' parameters taken as exact (see ``system_abilities`` for systems)."""
    refused: Mapping[str, str]
    """The others, and why."""


def abilities(model: ItemResponseModel, table: Responses | ArrayLike, *, method: str = "eap") -> Abilities:
    """Ability of each row of the table, by

    - eap: mean and standard deviation of the posterior (Bock & Mislevy 1982); not for the conditional model;
    - ml: ``sum a (x - P) = 0``, ``u = I^(-1/2)`` with ``I = sum a^2 P (1 - P)``; refused for all or no right answers;
    - warm: ``sum a (x - P) + J / (2 I) = 0``, ``J = sum a^3 P (1 - P) (1 - 2 P)`` (Warm 1989), always finite.

    Only items of the model count. Raises RefusedError for another method, DesignError for a table without the items.

    >>> from measurand.quantity.item_response_marginal import rasch
    >>> model = rasch([[1, 0], [0, 1]])  # two items of difficulty 0
    >>> found = abilities(model, [[1, 0], [1, 1]], method="ml")
    >>> (found.value.round(9) + 0.0).tolist(), found.u.round(6).tolist(), list(found.refused)  # I = 2 / 4
    ([0.0], [1.414214], ['2'])
    """
    if method not in METHODS:
        raise RefusedError(say("item_response.no_method", name=method, names=", ".join(METHODS)))
    if method == "eap" and model.ability != "normal":
        raise RefusedError(say("item_response.no_prior"))
    held = read(table).of(model.items)
    reasons = _reasons(model, held, finite=method != "ml")
    rows = np.array([i for i, r in enumerate(reasons) if not r], dtype=np.int64)
    value, u = METHODS[method](model, held.right[rows], held.answered[rows])
    refused = {held.persons[i]: say(f"item_response.{r}") for i, r in enumerate(reasons) if r}
    return Abilities(method, tuple(held.persons[i] for i in rows), rows, value, u, refused)


def _reasons(model: ItemResponseModel, table: Responses, *, finite: bool) -> list[str]:
    """Why a row has no ability; "" where it has one."""
    along = table.right == (model.discrimination > 0.0)
    top, bottom = (np.asarray(np.all(at | ~table.answered, axis=1)) for at in (along, ~along))
    nothing = np.asarray(~table.answered.any(axis=1))
    return [
        "unanswered" if n else "" if finite else "perfect" if t else "zero" if b else ""
        for n, t, b in zip(nothing, top, bottom, strict=True)
    ]


def _expected(model: ItemResponseModel, right: Booleans, answered: Booleans) -> tuple[Array, Array]:
    theta = nodes(model.discrimination)
    logit = model.discrimination * (theta[:, None] - model.difficulty)
    joint = right @ logit.T - answered @ np.logaddexp(0.0, logit).T + log_normal_weights(theta)
    weight = np.exp(joint - joint.max(axis=1, keepdims=True, initial=-np.inf))
    weight /= weight.sum(axis=1, keepdims=True)
    mean = weight @ theta
    return mean, np.sqrt(np.sum(weight * (theta - mean[:, None]) ** 2, axis=1))


def _likeliest(model: ItemResponseModel, right: Booleans, answered: Booleans) -> tuple[Array, Array]:
    return _root(model, right, answered, warm=False)


def _warm(model: ItemResponseModel, right: Booleans, answered: Booleans) -> tuple[Array, Array]:
    return _root(model, right, answered, warm=True)


def _root(model: ItemResponseModel, right: Booleans, answered: Booleans, *, warm: bool) -> tuple[Array, Array]:
    """The root by bisection, all rows at once: the equation falls with ability."""
    a = model.discrimination
    reach = _REACH / float(np.min(np.abs(a)))
    lower = np.full(len(right), float(model.difficulty.min()) - reach)
    upper = np.full(len(right), float(model.difficulty.max()) + reach)
    for _ in range(200):
        middle = 0.5 * (lower + upper)
        if np.all((middle == lower) | (middle == upper)):
            break
        p = model.probability(middle)
        slope = np.sum(a * (right - answered * p), axis=1)
        if warm:
            slope += 0.5 * np.sum(_weight(model, middle, answered) * a * (1.0 - 2.0 * p), axis=1)
        lower, upper = np.where(slope > 0.0, middle, lower), np.where(slope > 0.0, upper, middle)
    value = 0.5 * (lower + upper)
    p = model.probability(value)
    return value, 1.0 / np.sqrt(np.sum(answered * a**2 * p * (1.0 - p), axis=1))


def _weight(model: ItemResponseModel, ability: Array, answered: Booleans) -> Array:
    """Share of each item in the information ``sum a^2 P (1 - P)``, also where that is less than any number."""
    half = 0.5 * np.abs(model.discrimination * (ability[:, None] - model.difficulty))
    log_share = 2.0 * (np.log(np.abs(model.discrimination)) - half - np.log1p(np.exp(-2.0 * half)))
    log_share = np.where(answered, log_share, -np.inf)
    share = np.exp(log_share - log_share.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(share / share.sum(axis=1, keepdims=True), float)


METHODS: Mapping[str, Callable[[ItemResponseModel, Booleans, Booleans], tuple[Array, Array]]] = {
    "eap": _expected,
    "ml": _likeliest,
    "warm": _warm,
}
