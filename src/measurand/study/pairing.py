"""Two systems as a pair: what is asked, what may be compared, and the limits of their difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from measurand.document.comparison import Adjustment, Claim, Kind
from measurand.document.defined import differing
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.limits import Limits
from measurand.quantity.mover import composition, difference, input_part, ratio
from measurand.quantity.sampling import Share
from measurand.quantity.two_shares import PairCounts
from measurand.study.contender import Contender, correlation, pair_counts
from measurand.study.shared_levels import composed


@dataclass(frozen=True)
class Asked:
    """How systems are to be compared."""

    kind: Kind = "difference"
    level: float = 0.95
    adjustment: Adjustment = "simultaneous"
    against: str | None = None
    """Only differences to this system; absent: all pairs."""
    claim: Claim | None = None
    margin: float | None = None
    implementation: float | None = None
    """Standard uncertainty declared for definitions that differ."""
    abilities: bool = False
    """Also abilities in logits, where all answered the same items right or wrong."""
    scale: str = ""
    """Name of the scale that all tasks have in common: asks for mean differences over tasks."""


@dataclass(frozen=True, eq=False)
class Made:
    """A pair before it is written."""

    first: Contender
    second: Contender
    limits: Limits
    rho: float
    counts: PairCounts | None


def checked(contenders: Sequence[Contender], asked: Asked) -> None:
    """Raise DesignError for what cannot be compared: one system, other units or definitions, a margin that is none."""
    names = [c.name for c in contenders]
    if len(names) < 2 or len(set(names)) < len(names):
        raise DesignError(Finding("M0851", "", say("M0851.few", names=", ".join(names)), say("M0851.hint")))
    if asked.against is not None and asked.against not in names:
        raise DesignError(Finding("M0851", "", say("M0851.against", name=asked.against, names=", ".join(names))))
    one = contenders[0]
    for other in contenders[1:]:
        if other.result.unit != one.result.unit:
            units = {"unit": one.result.unit, "name": other.name, "other": other.result.unit}
            raise DesignError(Finding("M0852", "", say("M0852.unit", first=one.name, **units)))
        differs = differing(one.defined, other.defined)
        if differs and asked.implementation is None:
            text = say("M0852.definition", first=one.name, second=other.name, differs="; ".join(differs))
            raise DesignError(Finding("M0852", "", text, say("M0852.hint")))
    if (asked.margin is None) != (asked.claim in (None, "superiority")):
        raise DesignError(Finding("M0853", "", say("M0853.both")))
    least = 1.0 if asked.kind == "ratio" else 0.0
    if asked.margin is not None and not asked.margin > least:
        raise DesignError(Finding("M0853", "", say("M0853.margin", margin=f"{asked.margin:g}", least=f"{least:g}")))
    if asked.claim in ("superiority", "non-inferiority") and one.result.direction == "target":
        raise DesignError(Finding("M0853", "", say("M0853.direction", quantity=one.result.quantity)))


def made(first: Contender, second: Contender, asked: Asked) -> Made:
    """Limits of ``second - first`` (or their ratio) with what both share. Raises RefusedError for a ratio to 0.

    Where both were measured at the same levels of the same random factors, these enter once, as in a contrast.
    """
    rho, counts = correlation(first, second), pair_counts(first, second)
    (low_a, high_a), (low_b, high_b) = first.limits.bounds, second.limits.bounds
    bounds, log = (low_b - high_a, high_b - low_a), asked.kind == "ratio"
    shared = composed(first.at_levels, second.at_levels, log=log, bounds=bounds)
    if shared is not None:
        limits = shared.limits
    elif log:
        limits = ratio(second.limits, first.limits, rho=rho)
    else:
        limits = difference(second.limits, first.limits, rho=rho, bounds=bounds)
    if asked.implementation is not None:
        u = asked.implementation
        limits = composition([limits, input_part(Share(u * u, np.inf, "B"))], [1.0, 1.0], bounds=limits.bounds)
    return Made(first, second, limits, rho, counts)


def discordant(counts: PairCounts) -> int:
    """How many items were right for one of the two only."""
    return int(counts.only_first + counts.only_second)
