"""The comparison of systems by preferences: strengths, groups, ranks, and whether one order explains them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number, real
from measurand.document.preferences import (
    Advantage,
    PreferenceComparison,
    PreferenceData,
    PreferenceFit,
    Preferred,
    PreferredPair,
)
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.preferences import (
    FIRST,
    SECOND,
    TIE,
    Preferences,
    Strengths,
    bradley_terry,
    equality,
    fit,
    preferences,
    separated,
    win_share,
)
from measurand.quantity.randomness import generator
from measurand.quantity.ranks import Ranks, simultaneous_ranks
from measurand.quantity.simultaneous import Simultaneous, all_pairs, systems
from measurand.quantity.student import student_factor, student_tail
from measurand.quantity.tie_groups import tie_groups

Array = NDArray[np.float64]
OUTCOMES = {"first": FIRST, "second": SECOND, "tie": TIE}
FEW_UNITS = 20
"""Units below which the sandwich is rough."""


def preferred(data: PreferenceData, *, level: float = 0.95, order: bool = False) -> PreferenceComparison:
    """Bradley & Terry's strengths with intervals of each pair, alone and together.

    Limits are ``d -+ k u`` on the log odds, k of Student's t with units - 1 degrees of freedom (the normal one where
    comparisons are independent), and of the largest of all deviations together. Raises DesignError, also for systems
    that were never preferred to another; StatisticError.
    """
    held, names = _held(data)
    found = bradley_terry(held, order=order)
    of_all = systems(found.value, found.covariance, df=found.df)
    together = all_pairs(of_all, rng=generator("preferences/largest-deviation"), level=level)
    different = np.zeros((held.systems, held.systems), bool)
    for (i, j), apart in zip(together.pairs, together.different, strict=True):
        different[i, j] = different[j, i] = apart
    letters = tie_groups(different, value=found.value)
    ranks = simultaneous_ranks(of_all, together)
    (share, share_u), tally = win_share(found), _tally(held)
    k = float(student_factor((1.0 - level) / 2.0, found.df))
    half = float(np.median(together.u))
    good = fit(held, found)
    return PreferenceComparison(
        title=data.title, comparisons=number(found.comparisons), units=found.units, coverage_probability=number(level),
        systems=tuple(
            _system(found, i, names[i], (float(share[i]), float(share_u[i])), tally[i], k, letters.letters[i], ranks)
            for i in letters.order
        ),
        pairs=_pairs(held, found, together, names, letters.order, k),
        order=_advantage(found.order, k), tie=_advantage(found.tie, k), equal_p=number(equality(found)[2]),
        fit=None if good is None else PreferenceFit(
            statistic=number(good.statistic), df=good.df, p=number(good.p), few=good.few
        ),
        floor=number(k * half), family_floor=number(together.factor * half), remarks=_remarks(found, good is None),
    )  # fmt: skip


def _held(data: PreferenceData) -> tuple[Preferences, tuple[str, ...]]:
    """The comparisons by number of the system, and the systems' names."""
    rows = data.preferences
    names = tuple(sorted({name for r in rows for name in (r.first, r.second)}))
    place = {name: k for k, name in enumerate(names)}
    held = preferences(
        [place[r.first] for r in rows], [place[r.second] for r in rows], [OUTCOMES[r.outcome] for r in rows],
        systems=len(names), count=[real(r.count) for r in rows],
        unit=[r.unit for r in rows] if data.has_units else None,
    )  # fmt: skip
    if apart := separated(held):
        text = say("M0899.separated", systems=", ".join(names[k] for k in apart))
        raise DesignError(Finding("M0899", "", text, say("M0899.hint")))
    return held, names


def _system(
    found: Strengths, i: int, name: str, share: tuple[float, float], tally: Array, k: float, letters: str, ranks: Ranks
) -> Preferred:
    value, u = float(found.value[i]), float(found.covariance[i, i] ** 0.5)
    wins, losses, ties = (number(float(x)) for x in tally)
    return Preferred(
        name=name, strength=number(value), u=number(u), lower=number(value - k * u), upper=number(value + k * u),
        share=number(share[0]), share_u=number(share[1]), wins=wins, losses=losses, ties=ties, group=letters,
        rank=(int(ranks.best[i]), int(ranks.worst[i])),
    )  # fmt: skip


def _pairs(
    held: Preferences, found: Strengths, together: Simultaneous, names: Sequence[str], order: Sequence[int], k: float
) -> tuple[PreferredPair, ...]:
    """The weaker first, as differences "second - first" are read."""
    at = {pair: n for n, pair in enumerate(together.pairs)}
    out = []
    for strong, weak in combinations(order, 2):
        n = at[min(strong, weak), max(strong, weak)]
        sign = 1.0 if strong < weak else -1.0
        value, u = sign * float(together.value[n]), float(together.u[n])
        family = together.factor * u
        often = float(held.count[_between(held, strong, weak)].sum())
        probability = tuple(number(float(1.0 / (1.0 + np.exp(-x)))) for x in (value, value - k * u, value + k * u))
        out.append(
            PreferredPair(
                first=names[weak], second=names[strong], value=number(value), u=number(u), lower=number(value - k * u),
                upper=number(value + k * u), family_lower=number(value - family), family_upper=number(value + family),
                p=number(2.0 * float(student_tail(abs(value) / u, found.df))), p_adjusted=number(float(together.p[n])),
                different=bool(together.different[n]), probability=(probability[0], probability[1], probability[2]),
                compared=number(often),
            )
        )  # fmt: skip
    return tuple(out)


def _between(held: Preferences, a: int, b: int) -> NDArray[np.bool_]:
    return np.asarray(((held.first == a) & (held.second == b)) | ((held.first == b) & (held.second == a)))


def _tally(held: Preferences) -> Array:
    """Wins, losses, ties of each system, shape (systems, 3)."""
    out = np.zeros((held.systems, 3))
    places = {FIRST: (0, 1), SECOND: (1, 0), TIE: (2, 2)}
    for outcome, (of_first, of_second) in places.items():
        own = held.outcome == outcome
        np.add.at(out, (held.first[own], of_first), held.count[own])
        np.add.at(out, (held.second[own], of_second), held.count[own])
    return out


def _advantage(one: tuple[float, float] | None, k: float) -> Advantage | None:
    if one is None:
        return None
    value, u = one
    return Advantage(value=number(value), u=number(u), lower=number(value - k * u), upper=number(value + k * u))


def _remarks(found: Strengths, saturated: bool) -> tuple[str, ...]:
    out = []
    if found.units is None:
        out.append(say("preferences.independent"))
    elif found.units < FEW_UNITS:
        out.append(say("preferences.few_units", units=found.units))
    if saturated:
        out.append(say("preferences.no_fit"))
    return tuple(out)
