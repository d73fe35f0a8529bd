"""What a model is given for one item: cells as numbers or texts, and the shape in which the model takes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from measurand.document.label import label
from measurand.instrument.cells import number_fault
from measurand.instrument.fault import shown

Kind = Literal["number", "integer", "truth", "text"]
Feature = float | int | bool | str
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class FeatureError(Exception):
    """A cell that is not what the model takes: the observation of its item failed."""


def feature(name: str, cell: str, kind: Kind, *, missing: bool = False) -> Feature:
    """A cell of the column ``name`` as the model takes it. Raises FeatureError.

    An empty cell is not a number (NaN) where ``missing`` says that the model takes it so.

    >>> feature("age", "50", "number"), feature("age", "50.0", "integer"), feature("sex", "True", "truth")
    (50.0, 50, True)
    """
    if kind == "text":
        return cell
    if kind == "truth":
        if label(cell) not in _TRUTH:
            raise FeatureError(f"{name}: {shown(cell)} is neither true nor false")
        return _TRUTH[label(cell)]
    if kind == "number" and missing and not cell.strip():
        return math.nan
    if number_fault(cell):
        raise FeatureError(f"{name}: {shown(cell)} is not a number")
    if kind == "number":
        return float(cell)
    exact = Decimal(cell.strip())
    if exact != exact.to_integral_value():
        raise FeatureError(f"{name}: {shown(cell)} is not a whole number")
    return int(exact)


@dataclass(frozen=True)
class Layout:
    """The shape of an input of a model."""

    items: int
    """-1: any number of items at once; 1: one; 0: the shape is that of one item and has no dimension for several."""
    rest: tuple[int, ...]
    """The shape of one item."""

    def of(self, count: int) -> tuple[int, ...]:
        """The shape for so many items."""
        return self.rest if self.items == 0 else (count, *self.rest)


def layout(shape: Sequence[int], columns: int) -> Layout | None:
    """How so many columns fill an input whose free dimensions are -1; None where they do not.

    The first dimension is that of the items, unless the columns fill the whole shape. A shape that says nothing takes
    them in a row.

    >>> layout([-1, 30], 30), layout([-1, 30], 29), layout([1, 8, 8], 64)
    (Layout(items=-1, rest=(30,)), None, Layout(items=1, rest=(8, 8)))
    """
    if not shape:
        return Layout(-1, (columns,))
    first, rest = shape[0], list(shape[1:])
    if rest.count(-1) == 1:
        known = math.prod(size for size in rest if size != -1)
        rest[rest.index(-1)] = columns // known if known and columns % known == 0 else -1
    if first in (-1, 1) and -1 not in rest and math.prod(rest) == columns:
        return Layout(first, tuple(rest))
    return Layout(0, tuple(shape)) if -1 not in shape and math.prod(shape) == columns else None
