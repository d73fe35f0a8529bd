"""The inputs of a model, and how the columns of an item fill them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from measurand.instrument.feature import Feature, Kind, Layout, feature, layout
from measurand.instrument.prediction import UnclearError


@dataclass(frozen=True)
class Input:
    """One input of a model."""

    name: str
    type: str
    """As the model's own library or server calls it."""
    kind: Kind | None
    """How a cell is read; None where no cell can be."""
    shape: tuple[int, ...]
    """-1 where a dimension is free."""

    def __str__(self) -> str:
        sizes = ", ".join("?" if size == -1 else str(size) for size in self.shape)
        return f"{self.name} {self.type} [{sizes}]"


@dataclass(frozen=True)
class Filled:
    """One input with the columns that fill it."""

    input: Input
    layout: Layout
    places: tuple[int, ...]
    """Of its columns among those of the item."""


def filled(inputs: Sequence[Input], columns: Sequence[str]) -> list[Filled]:
    """All columns in their order fill the one input of a model; of several each is filled by the column of its name.

    Raises UnclearError where they do not.
    """
    expected = ", ".join(map(str, inputs))
    fields = {"expected": expected, "columns": ", ".join(columns), "count": str(len(columns))}
    if not inputs or any(one.kind is None for one in inputs):
        raise UnclearError("M0632.type", **fields)
    if len(inputs) > 1 and sorted(columns) != sorted(one.name for one in inputs):
        raise UnclearError("M0632.names", **fields)
    found = []
    for one in inputs:
        places = tuple(range(len(columns))) if len(inputs) == 1 else (columns.index(one.name),)
        if (laid := layout(one.shape, len(places))) is None:
            raise UnclearError("M0632.shape", **fields)
        found.append(Filled(one, laid, places))
    return found


def features(inputs: Sequence[Filled], row: Mapping[str, str], *, missing: bool = False) -> list[Feature]:
    """What the columns of an item are for the model, in their order. Raises FeatureError."""
    kinds: dict[int, Kind] = {place: one.input.kind or "text" for one in inputs for place in one.places}
    return [feature(name, cell, kinds[n], missing=missing) for n, (name, cell) in enumerate(row.items())]
