"""The contract of every statistic: a functional ``T(rows, weights)`` of a weighted set of rows.

A statistic draws no random number, opens no file, and knows nothing of clusters or designs: it gives a value and its
sensitivities ``s_i = dT/dw_i``; everything else follows from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """The rows that a statistic weighs.

    ``item`` and ``cell`` map a row to a position in the item list and in the list of cells (condition and repeat).
    ``column`` holds one array per role (``truth``: 1.0 positive, 0.0 negative; ``predicted``; ``score``;
    ``outcome``; ...), each with one entry per row; roles of several numbers per row (``scores`` of the classes,
    ``labels``, ``members``) are 2-D with one line per row.
    """

    item: Integers
    cell: Integers
    column: Mapping[str, NDArray[Any]]
    note: Mapping[str, Any] = field(default_factory=dict)
    """What ``arrange`` prepared (a sort order, matches); never set by a caller."""

    def __len__(self) -> int:
        return len(self.item)


def noted(rows: Rows, key: str, prepare: Callable[[Rows], object]) -> Rows:
    """The rows with ``prepare(rows)`` as the note ``key``; as they are where they have it."""
    return rows if key in rows.note else replace(rows, note={**rows.note, key: prepare(rows)})


class Statistic(Protocol):
    """What a file of this room fills in.

    Shapes: weights ``(rows,)``; values ``(outputs,)``; sensitivities ``(rows, outputs)``. A statistic whose steps fool
    derivatives says ``smooth = False`` and gives the sensitivities of a smooth ``twin`` (an attribute of that name).
    """

    @property
    def name(self) -> str: ...
    @property
    def outputs(self) -> tuple[str, ...]: ...
    @property
    def roles(self) -> tuple[str, ...]: ...
    @property
    def bounds(self) -> tuple[float, float]: ...
    @property
    def smooth(self) -> bool: ...
    @property
    def exact(self) -> Literal["no", "binomial", "poisson"]: ...

    def arrange(self, rows: Rows) -> Rows:
        """Prepare once what does not depend on the weights (sort, match, pair). Twice is the same as once."""

    def value(self, rows: Rows, w: Array) -> Array:
        """``T(rows, w)``, shape (outputs,). Raises StatisticError where it is not defined."""

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``dT/dw_i``, shape (rows, outputs); ``sum_i w_i s_i = 0`` since T does not change with the scale of w."""

    def counts(self, rows: Rows, w: Array) -> Array:
        """Events and trials (or exposure), shape (outputs, 2). Only where ``exact`` is not "no"."""

    def extremes(self, rows: Rows, w: Array) -> Array:
        """Sensitivity to one unseen row of each kind that pulls furthest, shape (kinds, outputs).

        The number of kinds does not depend on the rows. Empty (0 kinds) where the value, or the pull of one row, is
        unbounded.
        """

    def extreme_classes(self, rows: Rows) -> Integers:
        """The class (as in ``classes``) of each extreme kind, shape (kinds,); -1: any row."""

    def classes(self, rows: Rows) -> Integers:
        """The class on which the statistic conditions (AUC: truth), shape (rows,); all 0 where there is none."""


@runtime_checkable
class OfSubsets(Protocol):
    """A statistic that is, for each item, a mean over subsets of so many of its rows (infinite: over all of them)."""

    @property
    def degree(self) -> float: ...


@runtime_checkable
class PartlyOfSubsets(OfSubsets, Protocol):
    """One that depends on the rows of an item in another way too (shares of classes, beside pairs)."""

    def through_subsets(self, rows: Rows, w: Array) -> Array:
        """The part of the sensitivities that goes through means over subsets, shape (rows, outputs)."""


@runtime_checkable
class Biased(Protocol):
    """A statistic whose expected value is not 0 where the system has no fault (expected calibration error)."""

    def null_value(self, rows: Rows, w: Array) -> float:
        """Its expected value if the system had no fault, given these rows and weights."""
