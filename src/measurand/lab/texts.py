"""A column of text that is filled cell by cell and takes little room."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

SHORT = 64
"""Characters of a text that is looked for among those that are known already."""
MOST = 1 << 18
"""Distinct texts that are looked for at most; after them each cell has a text of its own."""


class Texts(Sequence[str]):
    """A short text that stands in many cells is kept once, so that a cell takes 4 bytes.

    >>> cells = Texts(["item 1"])
    >>> for text in ("b", "a", "b"):
    ...     cells.append(text)
    >>> list(cells), len(cells), cells[-1]
    (['b', 'a', 'b'], 3, 'b')
    """

    def __init__(self, known: Iterable[str] = (), *, empty: int = 0) -> None:
        """``known`` are texts that will come (they are not cells yet); the first ``empty`` cells are empty."""
        self._text = ["", *known]
        self._number = {text: number for number, text in enumerate(self._text)}
        self._cells = array("i", bytes(4 * empty))

    def append(self, text: str) -> None:
        """Add a cell."""
        number = self._number.get(text) if len(text) <= SHORT else None
        if number is None:
            number = len(self._text)
            self._text.append(text)
            if len(text) <= SHORT and number < MOST:
                self._number[text] = number
        self._cells.append(number)

    def __len__(self) -> int:
        return len(self._cells)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self._text[number] for number in self._cells[place]]
        return self._text[self._cells[place]]

    def __iter__(self) -> Iterator[str]:
        return map(self._text.__getitem__, self._cells)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """The cells as an object array (numpy's own protocol)."""
        text = np.empty(len(self._text), dtype=object)
        text[:] = self._text
        return text[np.frombuffer(self._cells, dtype=np.int32)] if self._cells else text[:0]
