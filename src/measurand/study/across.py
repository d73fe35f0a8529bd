"""Several systems over several tasks: mean ranks, never mean values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from measurand.document.comparison import Across, Comparison, MeanRank, OverTasks
from measurand.document.number import number, real
from measurand.document.rounding import printed
from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity import over_tasks as quantity
from measurand.quantity.friedman import critical_difference, friedman, permutation
from measurand.quantity.multiplicity import adjusted
from measurand.quantity.over_tasks import over_tasks
from measurand.quantity.post_hoc import nemenyi
from measurand.quantity.randomness import generator
from measurand.quantity.tie_groups import tie_groups

LEAST_TASKS, LEAST_SYSTEMS = 3, 2


def across(several: Sequence[Comparison], *, level: float, scale: str = "") -> tuple[Across | None, str]:
    """Friedman's test of the systems that all tasks have in common, with Nemenyi's critical difference.

    Tasks are measurands with a direction, each with a reference set of its own: several measurands of the same items
    are no independent tasks, and the first of them stands for all. None for fewer than three tasks or two systems, or
    where all systems are equal in each. (Friedman 1937; Nemenyi 1963; Demsar 2006.) With the name of a ``scale`` that
    the tasks have in common also mean differences over them, else why there are none.
    """
    tasks: dict[str, Comparison] = {}
    for one in several:
        if one.reference and one.direction != "target":
            tasks.setdefault(one.reference, one)
    if len(tasks) < LEAST_TASKS:
        return None, say("comparison.means.few", count=len(tasks), least=LEAST_TASKS) if scale else ""
    kept = list(tasks.values())
    held = [
        {c.name: real(c.value) * (-1.0 if one.direction == "lower" else 1.0) for c in one.contenders} for one in kept
    ]
    names = [name for name in held[0] if all(name in values for values in held)]
    if len(names) < LEAST_SYSTEMS:
        return None, say("comparison.means.systems") if scale else ""
    try:
        found = friedman([[values[name] for name in names] for values in held])
    except DesignError as error:
        return None, str(error) if scale else ""
    means, why = _means(kept, names, scale, level)
    permuted = permutation(found.ranks, rng=generator("comparison/tasks"))
    different = nemenyi(found) <= 1.0 - level
    np.fill_diagonal(different, False)
    groups = tie_groups(different, value=found.average, larger_is_better=False)
    done = Across(
        systems=tuple(
            MeanRank(name=names[i], rank=number(float(found.average[i])), group=groups.letters[i]) for i in groups.order
        ),
        tasks=tuple(" ".join(filter(None, (one.contenders[0].measurand, one.contenders[0].level))) for one in kept),
        chi_square=number(found.chi_square), p=number(permuted.p), p_u=number(permuted.u),
        critical_difference=number(critical_difference(len(names), len(kept), level=level)),
        coverage_probability=number(level), scale=scale if means else "", means=means,
    )  # fmt: skip
    return done, why


def _means(
    kept: Sequence[Comparison], names: Sequence[str], scale: str, level: float
) -> tuple[tuple[OverTasks, ...], str]:
    """The expected difference of each pair over tasks like these; none, and why, where the tasks have no common scale.

    The differences enter with the uncertainties of the comparisons of their tasks, what is shared taken off.
    """
    if not scale:
        return (), ""
    kinds = {(one.quantity, one.unit, one.direction) for one in kept}
    if len(kinds) > 1:
        return (), say("comparison.means.kinds", kinds="; ".join(sorted(" ".join(kind).strip() for kind in kinds)))
    if any(one.kind != "difference" for one in kept):
        return (), say("comparison.means.ratio")
    pairs = list(combinations(names, 2))
    found = {}
    for pair in pairs:
        own = [p for one in kept for p in one.pairs if {p.first, p.second} == set(pair)]
        if len(own) < len(kept):
            return (), say("comparison.means.pairs")
        signs = [1.0 if p.first == pair[0] else -1.0 for p in own]
        try:
            d = [sign * real(p.value) for sign, p in zip(signs, own, strict=True)]
            found[pair] = over_tasks(d, [real(p.u) for p in own], scale=scale)
        except (DesignError, RefusedError) as error:
            return (), f"{pair[0]}, {pair[1]}: {error}"
    p = adjusted([one.p for one in found.values()])
    told = zip(found.items(), p, strict=True)
    return tuple(_mean(pair, one, float(q), level, kept[0].unit) for (pair, one), q in told), ""


def _mean(pair: tuple[str, str], one: quantity.OverTasks, p: float, level: float, unit: str) -> OverTasks:
    low, high = one.limits(level)
    new_low, new_high = one.of_new_task(level)
    shown = printed(one.value, one.u, interval=(low, high), coverage_probability=level, unit=unit)
    return OverTasks(
        first=pair[0], second=pair[1], value=number(one.value), u=number(one.u), lower=number(low), upper=number(high),
        new_lower=number(new_low), new_upper=number(new_high), tau=number(one.tau), p=number(p), text=shown.text,
    )  # fmt: skip
