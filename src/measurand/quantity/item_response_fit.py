"""How well each item fits an item response model: mean squares of residuals, and S-X2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.item_response import ItemResponseModel, Responses, read
from measurand.quantity.item_response_ability import abilities
from measurand.quantity.item_response_quadrature import log_normal_weights, nodes
from measurand.quantity.symmetric_functions import GivenTotal

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ItemFit:
    """Mean squares of the residuals, about 1 where the model holds; more: noise, less: more regular than the model."""

    items: tuple[str, ...]
    outfit: Array
    """Mean of ``z^2 = (x - P)^2 / (P (1 - P))``: sensitive to surprising answers of far persons."""
    infit: Array
    """``sum (x - P)^2 / sum P (1 - P)``: sensitive to answers of persons near the item."""
    answers: Array
    """How many enter, of persons with an ability."""
    refused: Mapping[str, str]
    """Persons without ability, and why."""


@dataclass(frozen=True, eq=False)
class ItemTest:
    """S-X2 of the items that have degrees of freedom."""

    items: tuple[str, ...]
    statistic: Array
    df: Array
    p: Array
    persons: float
    """How many answered all items of the model; the others do not enter."""
    untested: Mapping[str, str]
    """The other items, and why."""


def item_fit(model: ItemResponseModel, table: Responses | ArrayLike, *, method: str = "warm") -> ItemFit:
    """Infit and outfit mean squares (Wright & Masters 1982) at the abilities of a ``method`` of ``abilities``.

    With the conditional model and ``ml`` these are those of R's eRm. Raises DesignError where no person has an ability.
    """
    held = read(table).of(model.items)
    found = abilities(model, held, method=method)
    if not len(found.rows):
        raise DesignError(say("item_response.no_ability", method=method))
    right, answered, times = held.right[found.rows], held.answered[found.rows], held.times[found.rows]
    p = model.probability(found.value)
    square, spread = answered * (right - p) ** 2, answered * p * (1.0 - p)
    answers = times @ answered
    standard = np.divide(square, spread, out=np.zeros_like(square), where=answered)
    return ItemFit(model.items, times @ standard / answers, times @ square / (times @ spread), answers, found.refused)


def s_x2(model: ItemResponseModel, table: Responses | ArrayLike, *, least: float = 1.0) -> ItemTest:
    """Observed against expected right answers of persons of equal totals (Orlando & Thissen 2000).

    ``S-X2_j = sum_k N_k (O_jk - E_jk)^2 / (E_jk (1 - E_jk))`` over totals k = 1 ... items - 1, where
    ``E_jk = int P_j S_(k-1)(without j) phi / int S_k phi``, S the likelihood of a total; degrees of freedom are the
    groups less the item's parameters (2 where each item has its own discrimination, else 1). From the ends inwards,
    totals with fewer than ``least`` expected right or wrong answers are merged with the next.

    Raises DesignError where nobody answered all items.
    """
    from scipy.special import chdtrc

    held = read(table).of(model.items)
    complete = held.answered.all(axis=1)
    if not complete.any():
        raise DesignError(say("item_response.complete"))
    right, times = held.right[complete], held.times[complete]
    size, total = len(model.items), right.sum(axis=1)
    persons = np.asarray(np.bincount(total, weights=times, minlength=size + 1)[1:size], float)
    observed = np.array([np.bincount(total, weights=times * x, minlength=size + 1)[1:size] for x in right.T])
    expected = persons * expected_shares(model)[1:size].T
    items, statistic, df, untested = [], [], [], {}
    for j, name in enumerate(model.items):
        n, o, e = _merged(persons, observed[j], expected[j], least)
        freedom = len(n) - model.of_each_item
        if freedom < 1:
            untested[name] = say("item_response.no_freedom", groups=len(n), least=least, parameters=model.of_each_item)
            continue
        items.append(name)
        statistic.append(float(np.sum((o - e) ** 2 * n / (e * (n - e)))))
        df.append(freedom)
    value, freedoms = np.array(statistic), np.array(df, dtype=np.float64)
    p = np.asarray(chdtrc(freedoms, value), float)
    return ItemTest(tuple(items), value, freedoms, p, float(times.sum()), untested)


def likelihood_ratio(one: ItemResponseModel, two: ItemResponseModel) -> float:
    """p of ``2 (log L_two - log L_one)``, chi-square with as many degrees of freedom as ``two`` has more parameters.

    ``one`` is a special case of ``two``. Raises DesignError where they are not of the same items.
    """
    from scipy.special import chdtrc

    if set(one.items) != set(two.items) or two.parameters <= one.parameters:
        raise DesignError(say("item_response.not_nested"))
    return float(chdtrc(two.parameters - one.parameters, max(2.0 * (two.log_likelihood - one.log_likelihood), 0.0)))


def expected_shares(model: ItemResponseModel) -> Array:
    """``P(x_j = 1 | total)``, shape (items + 1, items).

    Where all discriminations are equal no ability enters (elementary symmetric functions); else the joint likelihoods
    of answer and total (Lord & Wingersky 1984) are integrated over the normal ability.
    """
    a, b = model.discrimination, model.difficulty
    if np.all(a == a[0]):
        return GivenTotal(-a * b).probability
    theta = nodes(a)
    at = [GivenTotal(beta) for beta in a * (theta[:, None] - b)]
    log_total = np.array([given.log_gamma - np.logaddexp(0.0, given.beta).sum() for given in at])
    log_total += log_normal_weights(theta)[:, None]
    weight = np.exp(log_total - log_total.max(axis=0))
    weight /= weight.sum(axis=0)
    return np.asarray(sum(w[:, None] * given.probability for w, given in zip(weight, at, strict=True)), float)


def _merged(n: Array, o: Array, e: Array, least: float) -> tuple[Array, Array, Array]:
    """Persons, right and expected right answers of the groups, the small ones merged from the ends inwards."""
    groups = [list(g) for g in zip(n, o, e, strict=True)]
    while len(groups) > 1:
        small = [i for i, (count, _, right) in enumerate(groups) if min(right, count - right) < least]
        if not small:
            break
        i = max(small, key=lambda at: abs(2 * at - len(groups) + 1))
        other = i + 1 if 2 * i < len(groups) - 1 or i == 0 else i - 1
        low, high = min(i, other), max(i, other)
        groups[low : high + 1] = [[x + y for x, y in zip(groups[low], groups[high], strict=True)]]
    if min(groups[0][2], groups[0][0] - groups[0][2]) <= 0.0:
        groups = []
    merged = np.array(groups, dtype=np.float64).reshape(-1, 3)
    return merged[:, 0], merged[:, 1], merged[:, 2]
