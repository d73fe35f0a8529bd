"""A statistic under the laws: random rows, the naive definition, and the extreme rows written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from measurand.statistic.contract import Rows, Statistic

Row = Mapping[str, float | int]


@dataclass(frozen=True)
class Case:
    """``kinds`` gives, for each extreme kind, the unseen items (their rows) of which it is the furthest pull."""

    id: str
    statistic: Statistic
    draw: Callable[[np.random.Generator, int], Rows]
    naive: Callable[[Rows, np.ndarray], Sequence[float]]
    kinds: Callable[[Rows], Sequence[Sequence[Sequence[Row]]]]
    items: int = 40
    negative: bool = True
    rows_per_item: int = 1
    """Rows of an unseen item, where ``extremes`` is per row of it."""
    counts_rows: bool = False
    """The value depends on how many rows there are (a divisor n - 1), so that two rows are not one of weight two."""
    unlimited: bool = False
    """One row can pull without limit although the value is bounded."""
    bootstrap_items: int = 300
    replicates: int = 1500


def rows_of(item: Any, **column: Any) -> Rows:
    item = np.asarray(item, dtype=np.int64)
    return Rows(item=item, cell=np.zeros(len(item), np.int64), column={k: np.asarray(v) for k, v in column.items()})


def take(rows: Rows, index: np.ndarray) -> Rows:
    return Rows(rows.item[index], rows.cell[index], {k: v[index] for k, v in rows.column.items()})


def append(rows: Rows, other: Rows) -> Rows:
    """The rows and, behind them, other rows."""
    return Rows(
        np.concatenate([rows.item, other.item]),
        np.concatenate([rows.cell, other.cell]),
        {k: np.concatenate([v, other.column[k]]) for k, v in rows.column.items()},
    )


def with_item(rows: Rows, extra: Sequence[Row]) -> Rows:
    """The rows and one more item with the rows ``extra``."""
    column = {k: np.array([r[k] for r in extra], dtype=v.dtype) for k, v in rows.column.items()}
    item = np.full(len(extra), rows.item.max() + 1)
    return append(rows, Rows(item, np.zeros(len(extra), np.int64), column))


def with_copy(rows: Rows, item: int) -> tuple[Rows, np.ndarray]:
    """The rows with one item twice, and the rows of ``item``."""
    chosen = np.flatnonzero(rows.item == item)
    copy = take(rows, chosen)
    if "query" in copy.column:  # another item is another query
        copy = Rows(copy.item, copy.cell, {**copy.column, "query": copy.column["query"] + 1000})
    return append(rows, Rows(np.full(len(chosen), rows.item.max() + 1), copy.cell, copy.column)), chosen
