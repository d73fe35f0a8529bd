"""The combinations of the levels of several factors, with levels that lie inside of levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Levels(NamedTuple):
    """Those of one factor; ``nest`` says which lie inside of which level of the factor ``within``."""

    id: str
    levels: Sequence[str]
    within: str | None = None
    nest: Mapping[str, Sequence[str]] | None = None


def combinations(factors: Iterable[Levels]) -> list[dict[str, str]]:
    """Every combination that there is, the levels of the last factor next to each other.

    >>> prompt = Levels("prompt", ("a", "b", "c"), "language", {"en": ("a", "b"), "zh": ("c",)})
    >>> [" ".join(one.values()) for one in combinations([Levels("language", ("en", "zh")), prompt])]
    ['en a', 'en b', 'zh c']
    """
    found: list[dict[str, str]] = [{}]
    for factor in factors:
        nest = factor.nest if factor.nest is not None and factor.within is not None else None
        found = [
            {**one, factor.id: level}
            for one in found
            for level in (factor.levels if nest is None else nest.get(one.get(factor.within or "", ""), ()))
        ]
    return found
