"""Several systems over several tasks: mean ranks, never mean values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from measurand.document.comparison import Across, Comparison, MeanRank
from measurand.document.number import number, real
from measurand.errors import DesignError
from measurand.quantity.friedman import critical_difference, friedman, permutation
from measurand.quantity.post_hoc import nemenyi
from measurand.quantity.randomness import generator
from measurand.quantity.tie_groups import tie_groups

LEAST_TASKS, LEAST_SYSTEMS = 3, 2


def across(several: Sequence[Comparison], *, level: float) -> Across | None:
    """Friedman's test of the systems that all tasks have in common, with Nemenyi's critical difference.

    Tasks are measurands with a direction, each with a reference set of its own: several measurands of the same items
    are no independent tasks, and the first of them stands for all. None for fewer than three tasks or two systems, or
    where all systems are equal in each. (Friedman 1937; Nemenyi 1963; Demsar 2006.)
    """
    tasks: dict[str, Comparison] = {}
    for one in several:
        if one.reference and one.direction != "target":
            tasks.setdefault(one.reference, one)
    if len(tasks) < LEAST_TASKS:
        return None
    kept = list(tasks.values())
    held = [
        {c.name: real(c.value) * (-1.0 if one.direction == "lower" else 1.0) for c in one.contenders} for one in kept
    ]
    names = [name for name in held[0] if all(name in values for values in held)]
    if len(names) < LEAST_SYSTEMS:
        return None
    try:
        found = friedman([[values[name] for name in names] for values in held])
    except DesignError:
        return None
    permuted = permutation(found.ranks, rng=generator("comparison/tasks"))
    different = nemenyi(found) <= 1.0 - level
    np.fill_diagonal(different, False)
    groups = tie_groups(different, value=found.average, larger_is_better=False)
    return Across(
        systems=tuple(
            MeanRank(name=names[i], rank=number(float(found.average[i])), group=groups.letters[i]) for i in groups.order
        ),
        tasks=tuple(" ".join(filter(None, (one.contenders[0].measurand, one.contenders[0].level))) for one in kept),
        chi_square=number(found.chi_square), p=number(permuted.p), p_u=number(permuted.u),
        critical_difference=number(critical_difference(len(names), len(kept), level=level)),
        coverage_probability=number(level),
    )  # fmt: skip


def _better(one: Comparison) -> float:
    return -1.0 if one.direction == "lower" else 1.0
