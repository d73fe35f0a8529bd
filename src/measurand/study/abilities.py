"""Abilities of the systems of a comparison from which items each got right (item response theory)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from measurand.document.abilities import Abilities, Ability, AbilityPair, ItemParameters, Items, NotFitted
from measurand.document.number import number
from measurand.errors import DesignError, StatisticError
from measurand.message import say
from measurand.quantity.item_response import ItemResponseModel, LeftOut, Responses, responses
from measurand.quantity.item_response_conditional import conditional_rasch, informative
from measurand.quantity.item_response_fit import ItemFit, ItemTest, item_fit, likelihood_ratio, s_x2
from measurand.quantity.item_response_marginal import rasch, two_parameter
from measurand.quantity.system_abilities import SystemAbilities, system_abilities
from measurand.study.contender import Contender
from measurand.study.from_parts import same_items

LEAST_PERSONS = 20
"""Systems from which on they are taken as a sample that tells about the items."""


def abilities_of(contenders: Sequence[Contender], *, level: float) -> tuple[Abilities | None, str]:
    """Rasch abilities of systems that answered the same items right or wrong; None, and why, where there are none.

    The marginal model takes the difficulties as normal, the conditional one beside it assumes no distribution. Both
    assume one order of difficulty for all systems; infit and outfit of a system tell where it has another. Models of
    single items, which take the systems as a sample, from ``LEAST_PERSONS`` systems on.
    """
    one = contenders[0]
    if any(c.outcomes is None for c in contenders):
        return None, say("abilities.not_shares")
    if not all(same_items(one.estimate, c.estimate) for c in contenders):
        return None, say("abilities.other_items")
    levels = sorted({level for c in contenders for level in c.outcomes or {}})
    names = [one.names.get(item, item) for item in levels]
    rows = [[np.nan if (x := (c.outcomes or {}).get(k)) is None else float(x) for k in levels] for c in contenders]
    table = responses(rows, persons=[c.name for c in contenders], items=names)
    try:
        found = system_abilities(table)
    except (DesignError, StatisticError) as error:
        return None, str(error)
    remarks = []
    try:
        beside: SystemAbilities | None = system_abilities(table, method="conditional")
    except (DesignError, StatisticError) as error:
        beside = None
        remarks.append(say("abilities.no_conditional", why=str(error)))
    fit = _fit_of_systems(table, beside)
    of_items = None
    if len(contenders) < LEAST_PERSONS:
        remarks.append(say("abilities.few", count=len(contenders), least=LEAST_PERSONS))
    else:
        try:
            of_items, why = _items(table)
            remarks += [why] if why else []
        except (DesignError, StatisticError) as error:
            remarks.append(say("abilities.no_items", why=str(error)))
    order = np.argsort(-found.value, kind="stable")
    done = Abilities(
        systems=tuple(_ability(found, int(k), fit) for k in order),
        pairs=tuple(_pair(found, beside, a, b, level) for a, b in combinations(found.systems, 2)),
        items=int(found.items), spread=number(found.spread or 0.0), left_out=_left_out(found.left_out),
        of_items=of_items, remarks=tuple(remarks),
    )  # fmt: skip
    return done, ""


def _ability(found: SystemAbilities, k: int, fit: dict[str, tuple[float, float]]) -> Ability:
    name = found.systems[k]
    infit, outfit = fit.get(name, (None, None))
    return Ability(
        name=name, value=number(float(found.value[k])), u=number(float(found.u[k])),
        infit=None if infit is None else number(infit), outfit=None if outfit is None else number(outfit),
    )  # fmt: skip


def _pair(found: SystemAbilities, beside: SystemAbilities | None, a: str, b: str, level: float) -> AbilityPair:
    d = found.difference(b, a)
    low, high = d.limits(level)
    other = None
    if beside is not None and {a, b} <= set(beside.systems):
        other = beside.difference(b, a)
    return AbilityPair(
        first=a, second=b, value=number(d.value), u=number(d.u), lower=number(low), upper=number(high), p=number(d.p),
        conditional=None if other is None else number(other.value),
        conditional_u=None if other is None else number(other.u),
    )  # fmt: skip


def _fit_of_systems(table: Responses, beside: SystemAbilities | None) -> dict[str, tuple[float, float]]:
    """Infit and outfit of each system, the items being the persons of the conditional model."""
    if beside is None:
        return {}
    turned, _ = informative(table.turned().of(beside.systems))
    fit = item_fit(conditional_rasch(turned), turned, method="ml")
    return {name: (float(fit.infit[k]), float(fit.outfit[k])) for k, name in enumerate(fit.items)}


def _items(table: Responses) -> tuple[Items, str]:
    """Both models; the parameters of the one that the likelihood ratio prefers at 5 %; why there is no second one."""
    one, why = rasch(table), ""
    try:
        two: ItemResponseModel | None = two_parameter(table)
    except (DesignError, StatisticError) as error:
        two, why = None, say("abilities.no_two", why=str(error))
    p = None if two is None else likelihood_ratio(one, two)
    chosen = two if two is not None and p is not None and p < 0.05 else one
    fit, tested = item_fit(chosen, table), s_x2(chosen, table)
    rows = [_item(chosen, k, fit, tested) for k in range(len(chosen.items))]
    rows.sort(key=lambda r: (r.p is None, float(r.p or 1.0)))
    done = Items(
        model="two-parameter" if chosen is two else "one-parameter", log_likelihood=number(chosen.log_likelihood),
        two_parameter_p=None if p is None else number(p), items=tuple(rows), left_out=_left_out(chosen.left_out),
    )  # fmt: skip
    return done, why


def _item(model: ItemResponseModel, k: int, fit: ItemFit, tested: ItemTest) -> ItemParameters:
    name = model.items[k]
    at = tested.items.index(name) if name in tested.items else None
    slope = float(model.u_discrimination[k])
    return ItemParameters(
        item=name, difficulty=number(float(model.difficulty[k])), u=number(float(model.u_difficulty[k])),
        discrimination=number(float(model.discrimination[k])), u_discrimination=number(slope) if slope else None,
        infit=number(float(fit.infit[k])), outfit=number(float(fit.outfit[k])),
        s_x2=None if at is None else number(float(tested.statistic[at])),
        df=None if at is None else number(float(tested.df[at])), p=None if at is None else number(float(tested.p[at])),
    )  # fmt: skip


def _left_out(several: Sequence[LeftOut]) -> tuple[NotFitted, ...]:
    return tuple(NotFitted(name=one.name, reason=one.reason) for one in several)
