"""Precision of every level with all laboratories, and without those that were left out by name and reason."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.collaborative import Precision, cells, precision


@dataclass(frozen=True)
class Exclusion:
    """A laboratory that is left out at one level, and why."""

    laboratory: Hashable
    level: Hashable
    reason: str


@dataclass(frozen=True)
class WithAndWithout:
    """Both results of one level; equal where nothing is left out."""

    everything: Precision
    kept: Precision
    exclusions: tuple[Exclusion, ...]


def with_and_without(
    levels: Mapping[Hashable, Mapping[Hashable, ArrayLike]], exclusions: Sequence[Exclusion] = ()
) -> dict[Hashable, WithAndWithout]:
    """Precision of each level with and without the exclusions, which always stand beside the result.

    Raises DesignError for an exclusion without a reason, or of a laboratory that has no results at that level.
    """
    for e in exclusions:
        if not e.reason.strip():
            raise DesignError(say("exclusion.no_reason", laboratory=e.laboratory, level=e.level))
        if e.laboratory not in levels.get(e.level, {}):
            raise DesignError(say("exclusion.unknown", laboratory=e.laboratory, level=e.level))
    out: dict[Hashable, WithAndWithout] = {}
    for level, results in levels.items():
        here = tuple(e for e in exclusions if e.level == level)
        gone = {e.laboratory for e in here}
        everything = precision(cells(list(results.values())))
        kept = precision(cells([r for name, r in results.items() if name not in gone])) if gone else everything
        out[level] = WithAndWithout(everything, kept, here)
    return out
