"""Evaluate a statistic in the cells of a design, and spread its value over rows as contributions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError, Finding, StatisticError
from measurand.message import say
from measurand.statistic.contract import Biased, Rows, Statistic

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Value of a statistic averaged over cells, and the contribution ``z_i`` of each row, shape (rows, outputs).

    ``z_i = a_c (w_i s_i + (T_c - T) w_i / W_c)``: the sensitivity-weighted observation of row i of cell c, where a_c is
    the weight of the cell. Summed over a cell it is the cell's deviation, summed over a unit the unit's contribution,
    so that every margin of the design is a sum of ``z``.
    """

    value: Array
    cell_value: Array
    cell_weight: Array
    z: Array
    sensitivity: Array
    """dT/dw_i, shape (rows, outputs), the weight of the cell included."""
    extreme: Array
    """Sensitivity to one unseen row of each extreme kind, per cell, cell weight included: (cells, kinds, outputs)."""
    extreme_class: Integers
    """Class of each extreme kind; -1: any."""
    null_value: float | None
    """Expected value where the system has no fault, for a statistic that is biased upwards and says so."""
    active: NDArray[np.bool_]
    """Rows of the classes on which the value depends, shape (rows,)."""
    share: Array
    """Share of each row in the average over the cells, shape (rows,): that of its cell, times its own in the cell."""


def cells(condition: Integers, repeat: Integers, share_of_condition: Array, *, within: bool) -> tuple[Integers, Array]:
    """Cell of each row and weight of each cell: repeats of a condition count equally, conditions by their shares."""
    if not within:
        return np.zeros(len(condition), np.int64), np.ones(1)
    width = int(repeat.max(initial=0)) + 1
    codes, cell = np.unique(condition * width + repeat, return_inverse=True)
    of = codes // width
    repeats = np.bincount(of, minlength=len(share_of_condition))
    weight = share_of_condition[of] / repeats[of]
    return np.asarray(cell.reshape(-1), np.int64), np.asarray(weight / weight.sum())


def evaluate(
    statistic: Statistic,
    rows: Rows,
    w: Array,
    *,
    cell: Integers,
    cell_weight: Array,
    names: Mapping[int, str],
) -> Evaluation:
    """Value and contributions over the cells. Raises DesignError naming a cell where the statistic is undefined."""
    outputs = len(statistic.outputs)
    value = np.zeros((len(cell_weight), outputs))
    s = np.zeros((len(rows), outputs))
    extreme: list[Array] = []
    null: list[float] = []
    classes = statistic.classes(rows)
    members = (
        [np.flatnonzero(cell == c) for c in range(len(cell_weight))] if len(cell_weight) > 1 else [np.arange(len(rows))]
    )
    for c, at in enumerate(members):
        part = rows if len(at) == len(rows) else take(rows, at)
        try:
            arranged = statistic.arrange(part)
            value[c] = statistic.value(arranged, w[at])
            if isinstance(statistic, Biased):
                null.append(float(cell_weight[c]) * statistic.null_value(arranged, w[at]))
            s[at] = cell_weight[c] * statistic.sensitivity(arranged, w[at])
            extreme.append(cell_weight[c] * statistic.extremes(arranged, w[at]))
        except StatisticError as error:
            if len(members) == 1:
                finding = replace(error.findings[0], code="M0509", path="measurand")
                raise DesignError(finding) from error
            where = names.get(c, str(c))
            text = say("M05.cell", quantity=statistic.name, cell=where, why=error.findings[0].message)
            raise DesignError(Finding("M0504", "measurand", text, say("M05.cell_hint"))) from error
    mean = _at_bound(cell_weight @ value, statistic.bounds)
    active = _active(statistic, rows, classes)
    z, share = w[:, None] * s, np.zeros(len(rows))
    for c, at in enumerate(members):
        spread = w[at] * active[at]
        share[at] = cell_weight[c] * (spread / (spread.sum() or 1.0))
        if len(cell_weight) > 1:
            z[at] += (spread / (spread.sum() or 1.0))[:, None] * (cell_weight[c] * (value[c] - mean))
    return Evaluation(
        mean, value, cell_weight, z, s, np.stack(extreme), statistic.extreme_classes(rows),
        sum(null) if null else None, active > 0, share,
    )  # fmt: skip


def _at_bound(value: Array, bounds: tuple[float, float]) -> Array:
    """The value, at a bound where only rounding keeps it from there: limits at a bound have a rule of their own."""
    if not np.all(np.isfinite(bounds)):
        return value
    near = 1e-13 * (bounds[1] - bounds[0])
    for bound in bounds:
        value = np.where(np.abs(value - bound) <= near, bound, value)
    return value


def take(rows: Rows, at: Integers) -> Rows:
    """The rows at some positions (not yet arranged)."""
    return Rows(rows.item[at], rows.cell[at], {k: v[at] for k, v in rows.column.items()})


def _active(statistic: Statistic, rows: Rows, classes: Integers) -> Array:
    """1 for rows of the classes on which the value depends (sensitivity: positives), 0 for the others."""
    kinds = statistic.extreme_classes(rows)
    if not len(kinds) or np.any(kinds < 0):
        return np.ones(len(classes))
    return np.isin(classes, kinds).astype(float)
