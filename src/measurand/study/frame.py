"""The evidence table as arrays: items, units, strata, systems, factor levels and repeats as positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.document.procedure import Procedure, statuses
from measurand.errors import DesignError, Finding
from measurand.message import say

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Columns = Mapping[str, NDArray[Any]]
"""The evidence table: object arrays of text, or float64 (absent: NaN)."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One row per observation (and one per item that was not observed, with status ``missing``).

    ``item``, ``system``, ``repeat``, ``status`` and ``level[factor]`` have shape (rows,): positions in the sorted names
    of ``items``, ``systems``, ``repeats``, ``statuses``, ``levels[factor]``; ``unit`` (position in ``units``),
    ``stratum`` (in ``strata``) and ``weight`` have shape (items,).
    """

    columns: Columns
    items: tuple[str, ...]
    systems: tuple[str, ...]
    repeats: tuple[str, ...]
    statuses: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    units: tuple[str, ...]
    strata: tuple[str, ...]
    item: Integers
    system: Integers
    repeat: Integers
    status: Integers
    level: Mapping[str, Integers]
    unit: Integers
    stratum: Integers
    weight: Array
    clustered: bool
    weighted: bool
    population: Mapping[str, float]
    """Finite population size by stratum ("" for all together): number of clusters, or of items; empty: infinite."""

    def fraction(self, units: Integers) -> Array:
        """Sampling fraction of the stratum of each unit, shape (len(units),)."""
        stratum_of_unit = np.zeros(len(self.units), np.int64)
        stratum_of_unit[self.unit] = self.stratum
        if not self.population:
            return np.zeros(len(units))
        drawn = np.bincount(stratum_of_unit, minlength=len(self.strata))
        size = np.array([self.population.get(s, self.population.get("", np.inf)) for s in self.strata])
        if "" in self.population and len(self.strata) > 1:
            drawn = np.full(len(self.strata), drawn.sum())
        return np.asarray((drawn / size)[stratum_of_unit[units]])


def positions(cells: Sequence[str] | NDArray[Any]) -> tuple[tuple[str, ...], Integers]:
    """Sorted distinct names and the position of each cell. Numbers sort by value, other text by code point."""
    first: dict[str, int] = {}
    code = np.fromiter((first.setdefault(c, len(first)) for c in cells), np.int64, len(cells))
    names = sorted(first, key=_order)
    rank = np.empty(len(first), np.int64)
    rank[[first[name] for name in names]] = np.arange(len(first))
    return tuple(names), rank[code]


def _order(text: str) -> tuple[int, float, str]:
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)


def present(procedure: Procedure, columns: Columns) -> Columns:
    """The rows that enter: an item without observation stands in every condition and repeat if it counts."""
    rule = statuses(procedure)
    status = columns["status"]
    absent = np.array([s in ("missing", "censored") for s in status], bool)
    if not absent.any():
        return columns
    counted = np.array([a and rule[s] in ("wrong", "right") for s, a in zip(status, absent, strict=True)], bool)
    observed = np.flatnonzero(~absent)
    if not counted.any() or not len(observed):
        return {name: cells[observed] for name, cells in columns.items()}
    place = ["system", *(name for name in columns if name.startswith("factor:")), "repeat"]
    cells_seen = sorted({tuple(str(columns[name][i]) for name in place) for i in observed})
    rows = [(i, cell) for i in np.flatnonzero(counted) for cell in cells_seen if cell[0] in (columns["system"][i], "")]
    take = np.array([i for i, _ in rows], np.int64)
    out = {}
    for name, cells in columns.items():
        more = np.array([cell[place.index(name)] for _, cell in rows], object) if name in place else cells[take]
        out[name] = np.concatenate([cells[observed], more])
    return out


def frame(procedure: Procedure, columns: Columns) -> Frame:
    """Read the evidence table into arrays. Raises DesignError where an item lies in two clusters or strata."""
    items, item = positions(columns["item"])
    n = len(items)
    first = np.full(n, -1, np.int64)
    first[item[::-1]] = np.arange(len(item))[::-1]
    clustered = "cluster" in columns
    unit_cells = columns["cluster"] if clustered else columns["item"]
    units, unit_of_row = positions(unit_cells) if clustered else (items, item)
    strata, stratum_of_row = (
        positions(columns["stratum"]) if "stratum" in columns else (("",), np.zeros(len(item), np.int64))
    )
    weight_of_row = np.asarray(columns["weight"], float) if "weight" in columns else np.ones(len(item))
    for name, values in (("cluster", unit_of_row), ("stratum", stratum_of_row), ("weight", weight_of_row)):
        differs = np.flatnonzero(values != values[first][item])
        if len(differs):
            raise DesignError(
                Finding("M0501", f"sampling.{name}", say("M05.item_in_two", name=name, item=items[item[differs[0]]]))
            )
    unit, stratum, weight = unit_of_row[first], stratum_of_row[first], weight_of_row[first]
    stratum_of_unit = np.zeros(len(units), np.int64)
    stratum_of_unit[unit] = stratum
    spans = np.flatnonzero(stratum_of_unit[unit] != stratum)
    if len(spans):
        raise DesignError(
            Finding("M0502", "sampling.stratum", say("M05.cluster_in_two_strata", cluster=units[unit[spans[0]]]))
        )
    systems, system = positions(columns["system"])
    repeats, repeat = positions(columns["repeat"])
    statuses, status = positions(columns["status"])
    levels, level = {}, {}
    for factor in procedure.factor:
        levels[factor.id], level[factor.id] = positions(columns[f"factor:{factor.id}"])
    data = Frame(
        columns=columns, items=items, systems=systems, repeats=repeats, statuses=statuses, levels=levels, units=units,
        strata=strata, item=item, system=system, repeat=repeat, status=status, level=level, unit=unit, stratum=stratum,
        weight=weight, clustered=clustered, weighted=bool(np.ptp(weight) > 0) if n else False,
        population=_population(procedure, strata),
    )  # fmt: skip
    _refuse_more_than_all(data)
    return data


def _refuse_more_than_all(data: Frame) -> None:
    """Refuse more units than the population has."""
    fraction = data.fraction(np.arange(len(data.units)))
    if np.any(fraction > 1):
        raise DesignError(Finding("M0534", "sampling.population_size", say("M05.more_than_all", units=len(data.units))))


def _population(procedure: Procedure, strata: tuple[str, ...]) -> dict[str, float]:
    size = procedure.sampling.population_size if procedure.sampling else None
    if size is None:
        return {}
    if isinstance(size, Mapping):
        absent = [s for s in strata if s not in size]
        if absent:
            raise DesignError(
                Finding("M0503", "sampling.population_size", say("M05.stratum_without_size", stratum=absent[0]))
            )
        return {s: float(size[s]) for s in strata}
    return {"": float(size)}
