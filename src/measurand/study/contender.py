"""One system in a comparison: its result, its parts and its limits at any level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.document.defined import Defined
from measurand.document.number import real
from measurand.document.result import DistributionData, Result
from measurand.message import say
from measurand.quantity.estimate import Estimate, covariance
from measurand.quantity.exact import middle
from measurand.quantity.ladder import from_ladder
from measurand.quantity.limits import Limits
from measurand.quantity.mover import pair_phi
from measurand.quantity.source import gram
from measurand.quantity.two_shares import PairCounts
from measurand.study.from_parts import outcomes, same_items
from measurand.study.shared_levels import ITEMS, AtLevels

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contender:
    """What a comparison needs of one result."""

    name: str
    """Under which it is printed."""
    result: Result
    estimate: Estimate
    defined: Defined
    source: str
    """Name of the record or number of the certificate."""
    evidence: Literal["record", "certificate"]
    limits: Limits
    outcomes: Mapping[str, bool] | None
    """Right or wrong by item (level of the source), of a plain share; else None."""
    at_levels: AtLevels | None
    """The result at these levels of its random factors, where it states that."""
    names: Mapping[str, str]
    """Hashed id of an item -> its id, where the evidence is at hand."""


def contender(
    name: str, result: Result, estimate: Estimate, defined: Defined, *, source: str,
    evidence: Literal["record", "certificate"], names: Mapping[str, str],
) -> Contender:  # fmt: skip
    """The contender of a stated result. Raises DesignError for a ladder of limits that is none."""
    of_items = outcomes(estimate, result.items)
    limits = _limits(result, of_items)
    levels = _at_levels(result, estimate)
    return Contender(name, result, estimate, defined, source, evidence, limits, of_items, levels, names)


def _limits(result: Result, of_items: Mapping[str, bool] | None) -> Limits:
    """As they enter a composition (INTERVALS R5): middle limits of a plain share, else those that were stated."""
    bounds = _bounds(result)
    value, u, df = real(result.value), real(result.u), real(result.df)
    if of_items is not None:
        x, n = float(sum(of_items.values())), float(len(of_items))
        rule = say("coverage.rule.middle")
        return Limits(value, u, df, rule, lambda tail: middle(x, n, tail=tail), bounds, counts=(x, n))
    return _from(result.distribution, value, u, df, bounds)


def _at_levels(result: Result, estimate: Estimate) -> AtLevels | None:
    found = result.at_levels
    if found is None:
        return None
    df = {name: real(x) for name, x in found.margins.items()}
    limits = _from(found.distribution, real(result.value), real(found.u), real(found.df), _bounds(result))
    return AtLevels(estimate, limits, np.inf if found.floor is None else real(found.floor), df)


def _bounds(result: Result) -> tuple[float, float]:
    low, high = (real(b) if b is not None else s * np.inf for b, s in zip(result.bounds, (-1.0, 1.0), strict=True))
    return low, high


def _from(d: DistributionData, value: float, u: float, df: float, bounds: tuple[float, float]) -> Limits:
    return from_ladder(
        value, u, df, rule=d.rule, level=[real(p) for p in d.level], lower=[real(x) for x in d.lower],
        upper=[real(x) for x in d.upper], bounds=bounds,
    )  # fmt: skip


def pair_counts(first: Contender, second: Contender) -> PairCounts | None:
    """The outcomes of two plain shares of the same items; None for anything else."""
    a, b = first.outcomes, second.outcomes
    if a is None or b is None or not same_items(first.estimate, second.estimate) or a.keys() != b.keys():
        return None
    x = np.array([a[level] for level in a], bool)
    y = np.array([b[level] for level in a], bool)
    return PairCounts(*(float(np.sum(v)) for v in (x & y, x & ~y, ~x & y, ~x & ~y)))


def correlation(first: Contender, second: Contender) -> float:
    """Correlation of two results from the sources that they share (INTERVALS R5): phi of 0/1 pairs, else of parts."""
    counts = pair_counts(first, second)
    if counts is not None:
        return pair_phi(counts.both, counts.only_first, counts.only_second, counts.neither)
    v1, v2 = float(first.estimate.variance[0]), float(second.estimate.variance[0])
    if v1 <= 0.0 or v2 <= 0.0:
        return 0.0
    units = min(first.result.units, second.result.units)
    most = 1.0 - 1.0 / units if units > 1 else 0.0
    return float(np.clip(covariance(first.estimate, second.estimate)[0, 0] / np.sqrt(v1 * v2), -most, most))


def common(first: Contender, second: Contender) -> dict[str, tuple[float, float, float]]:
    """Component -> variance of the first, of the second, and their covariance, from the parts."""
    found: dict[str, list[float]] = {}
    one, other = first.estimate, second.estimate
    for key in sorted({*one.sources, *other.sources}):
        component = (one.sources.get(key) or other.sources[key]).component
        row = found.setdefault(component, [0.0, 0.0, 0.0])
        for i, (a, b) in enumerate(((one, one), (other, other), (one, other))):
            if key in a.sources and key in b.sources:
                row[i] += float(gram(a.sources[key], a.total(key), b.sources[key], b.total(key))[0, 0])
    return {component: (a, b, c) for component, (a, b, c) in found.items()}


def item_differences(first: Contender, second: Contender) -> list[tuple[str, float]]:
    """Contribution of each item (or cluster) to ``second - first``, the largest first; those without any left out.

    Of plain shares of the same items ``+-1/n`` where one is right; else the difference of the contributions, which are
    deviations from the mean.
    """
    a, b = first.outcomes, second.outcomes
    if pair_counts(first, second) is not None and a is not None and b is not None:
        return sorted((level, (int(b[level]) - int(a[level])) / len(a)) for level in a if a[level] != b[level])
    keys = {k for k in first.estimate.sources if k.startswith(ITEMS)} & set(second.estimate.sources)
    found: dict[str, float] = {}
    for key in sorted(keys):
        for sign, one in ((-1.0, first), (1.0, second)):
            for level, z in zip(one.estimate.sources[key].levels, one.estimate.total(key)[:, 0], strict=True):
                found[level] = found.get(level, 0.0) + sign * float(z)
    largest = max((abs(z) for z in found.values()), default=0.0)
    kept = [(level, z) for level, z in found.items() if abs(z) > 1e-12 * largest]
    return sorted(kept, key=lambda pair: (-abs(pair[1]), pair[0]))
