"""Names of very many levels: each is made when it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import overload

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


class LevelNames(Sequence[str]):
    """The name of a unit and further numbers, joined by the unit separator (U+001F).

    >>> names = LevelNames(("q1", "q2"), np.array([1, 0]), [np.array([7, 8])])
    >>> [name.replace(chr(31), "|") for name in names]
    ['q2|7', 'q1|8']
    """

    def __init__(self, units: Sequence[str], unit: Integers, numbers: Sequence[Integers]) -> None:
        """``unit`` are positions in ``units``; all arrays have shape (levels,)."""
        self._units, self._unit, self._numbers = units, unit, tuple(numbers)

    def __len__(self) -> int:
        return len(self._unit)

    def __iter__(self) -> Iterator[str]:
        for unit, *numbers in zip(self._unit, *self._numbers, strict=True):
            yield "\x1f".join((self._units[unit], *map(str, numbers)))

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        several = place if isinstance(place, slice) else slice(place, place + 1 or None)
        found = LevelNames(self._units, self._unit[several], [numbers[several] for numbers in self._numbers])
        if isinstance(place, slice):
            return found
        if not len(found):
            raise IndexError(place)
        return next(islice(found, 1))

    def __eq__(self, other: object) -> bool:
        """Whether the names are the same, in the same order; of another sequence too."""
        if self is other:
            return True
        if not isinstance(other, LevelNames | tuple):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]
