"""How much each laboratory moves the consensus: the consensus of the others, and what changes."""

from __future__ import annotations

from dataclasses import dataclass

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.consensus import consensus_of
from measurand.quantity.consensus_result import Consensus
from measurand.quantity.laboratories import Laboratories


@dataclass(frozen=True)
class Influence:
    """The consensus without the laboratory at ``position`` (from 0), beside that of all."""

    position: int
    without: Consensus
    shift: float
    """Value of all less value without the laboratory."""
    shift_over_u: float
    """``shift`` over the standard uncertainty without the laboratory."""
    u_ratio: float
    """Standard uncertainty of all over that without the laboratory."""


def influence(
    labs: Laboratories, *, method: str, level: float = 0.95, hartung_knapp: bool = False
) -> tuple[Influence, ...]:
    """Every laboratory left out in turn, in their order; at least three are needed (raises DesignError).

    Where the posterior of two laboratories has no finite u, the ratios are 0.
    """
    if labs.count < 3:
        raise DesignError(say("consensus.few", least=3, count=labs.count))
    whole = consensus_of(labs, method=method, level=level, hartung_knapp=hartung_knapp)
    found = []
    for i in range(labs.count):
        other = consensus_of(labs.without(i), method=method, level=level, hartung_knapp=hartung_knapp)
        shift = whole.value - other.value
        found.append(Influence(i, other, shift, shift / other.u, whole.u / other.u))
    return tuple(found)
