"""Which results a procedure asks for: one per measurand, system and level, each from one selection of rows or two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from measurand.document.label import label as class_text
from measurand.document.number import real
from measurand.document.procedure import Comparison, Contrast, Measurand, Procedure
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.study.columns import numbers, texts
from measurand.study.roles import Observed

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Selection:
    """Observations that one evaluation uses: positions in the frame, and the system they come from ("" all)."""

    system: str
    rows: Integers
    side: str = ""
    """Level of what a contrast is over."""


@dataclass(frozen=True, eq=False)
class Target:
    """One result to be: a selection, the first and the second of a contrast, or all levels of one, the first in front.

    A contrast of each level against the first is one target with several results. No selection: a model.
    """

    measurand: Measurand
    system: str
    level: str
    selections: tuple[Selection, ...]


def targets(procedure: Procedure, seen: Observed) -> list[Target]:
    """All results that the measurands ask for, in the order of the file, systems and levels sorted."""
    usable = ~np.isin(seen.counts, ("exclude", "invalid"))
    out = []
    for measurand in procedure.measurand:
        if measurand.quantity is None:
            continue
        mask = (usable if measurand.of is None else _answered(measurand.of, seen)) & _where(measurand, seen)
        for system, of_system in _systems(measurand, seen):
            for level, of_level in _levels(measurand, seen, mask & of_system):
                here = mask & of_system & of_level
                selections = _selections(measurand, seen, here, system)
                out.append(Target(measurand, _system_name(measurand, system), level, selections))
    return out


def _answered(of: str, seen: Observed) -> Mask:
    """Observations that came, whatever their value: those with a number in the column."""
    return np.isfinite(numbers(seen.frame, of, np.arange(len(seen.counts))))


def _systems(measurand: Measurand, seen: Observed) -> list[tuple[str, Mask]]:
    frame = seen.frame
    if measurand.contrast and measurand.contrast.over == "system":
        return [("", np.ones(len(frame.item), bool))]
    return [(name, frame.system == i) for i, name in enumerate(frame.systems)]


def _system_name(measurand: Measurand, system: str) -> str:
    if measurand.contrast and measurand.contrast.over == "system" and measurand.contrast.second is not None:
        sign = "-" if measurand.contrast.kind == "difference" else "/"
        return f"{measurand.contrast.second} {sign} {measurand.contrast.first}"
    return system


def _levels(measurand: Measurand, seen: Observed, mask: Mask) -> list[tuple[str, Mask]]:
    if measurand.by is None:
        return [("", np.ones(len(mask), bool))]
    cells = column(seen, measurand.by)
    found = sorted(set(cells[mask]), key=_by_value)
    if not found:
        raise DesignError(Finding("M0541", f"measurand.{measurand.id}.by", say("M05.no_rows", measurand=measurand.id)))
    return [(str(level), cells == level) for level in found]


def _by_value(text: str) -> tuple[int, float, str]:
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)


def _selections(measurand: Measurand, seen: Observed, mask: Mask, system: str) -> tuple[Selection, ...]:
    contrast = measurand.contrast
    if contrast is None:
        return (Selection(system, np.flatnonzero(mask)),)
    out: list[Selection] = []
    for side in _sides(measurand, contrast, seen, mask):
        if contrast.over == "system":
            if side not in seen.frame.systems:
                raise DesignError(
                    Finding("M0542", f"measurand.{measurand.id}.contrast", say("M05.no_system", system=side))
                )
            chosen = seen.frame.system == seen.frame.systems.index(side)
        else:
            chosen = column(seen, contrast.over) == _text(side)
        rows = np.flatnonzero(mask & chosen)
        if not len(rows):
            text = say("M05.no_side", over=contrast.over, side=side)
            raise DesignError(Finding("M0543", f"measurand.{measurand.id}.contrast", text))
        out.append(Selection(side if contrast.over == "system" else system, rows, side))
    return _same_items(measurand, seen, out) if contrast.over == "system" else tuple(out)


def _sides(measurand: Measurand, contrast: Contrast, seen: Observed, mask: Mask) -> tuple[str, ...]:
    """The levels that a contrast takes: two, or all that are there, the first in front."""
    if contrast.first is not None and contrast.second is not None:
        return (contrast.first, contrast.second)
    if contrast.over == "system":
        found = list(seen.frame.systems)
    else:
        found = sorted((str(level) for level in set(column(seen, contrast.over)[mask])), key=_by_value)
    first = [] if contrast.first is None else [contrast.first if contrast.over == "system" else _text(contrast.first)]
    found = [*first, *(level for level in found if level not in first)]
    if len(found) < 2:
        text = say("M05.one_group", over=contrast.over, count=len(found), groups=", ".join(found))
        raise DesignError(Finding("M0547", f"measurand.{measurand.id}.contrast", text, say("M05.one_group_hint")))
    return tuple(found)


def _same_items(measurand: Measurand, seen: Observed, several: Sequence[Selection]) -> tuple[Selection, ...]:
    """Systems are compared on the items of all; an item of some only is refused, unless missing is excluded."""
    item = seen.frame.item
    items = [np.unique(item[s.rows]) for s in several]
    shared, every = reduce(np.intersect1d, items), reduce(np.union1d, items)
    single = np.setdiff1d(every, shared)
    if not len(single) or not len(shared):
        return tuple(several)
    if seen.procedure.status.missing == "exclude":
        return tuple(replace(s, rows=s.rows[np.isin(item[s.rows], shared)]) for s in several)
    text = say("M05.different_items", count=len(single), item=seen.frame.items[single[0]])
    raise DesignError(Finding("M0544", f"measurand.{measurand.id}.contrast", text, say("M05.different_items_hint")))


def column(seen: Observed, name: str) -> NDArray[np.object_]:
    """Cells of a factor or of a further column, as class labels, shape (rows,)."""
    frame = seen.frame
    if name in frame.level:
        return np.array(frame.levels[name], object)[frame.level[name]]
    return texts(frame, f"column:{name}", np.arange(len(frame.item)))


def _text(side: str) -> str:
    return str(class_text(side))


def _where(measurand: Measurand, seen: Observed) -> Mask:
    mask = np.ones(len(seen.frame.item), bool)
    for name, wanted in measurand.where.items():
        if isinstance(wanted, Comparison):
            values = numbers(seen.frame, f"column:{name}", np.arange(len(mask)))
            mask &= _compare(values, wanted)
        else:
            mask &= np.isin(column(seen, name).astype(str), [class_text(v) for v in wanted])
    return mask


def _compare(values: NDArray[np.float64], wanted: Comparison) -> Mask:
    limit = real(wanted.value)
    answers = {
        "<": values < limit, "<=": values <= limit, ">": values > limit, ">=": values >= limit,
        "==": values == limit, "!=": values != limit,
    }  # fmt: skip
    return np.asarray(answers[wanted.operator], bool)
