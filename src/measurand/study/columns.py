"""Cells of the evidence table as the arrays that a statistic asks for, one per role."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.document.label import label as class_text
from measurand.document.number import real
from measurand.document.procedure import Measurand
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.statistic.contract import Statistic
from measurand.study.crossing import distinct
from measurand.study.frame import Frame, positions
from measurand.study.quantity_of import OPERATING_POINT
from measurand.study.readings import SEPARATOR

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
OPERATORS = {
    ">=": np.greater_equal,
    ">": np.greater,
    "<=": np.less_equal,
    "<": np.less,
}


@dataclass(frozen=True, eq=False)
class Cells:
    """Observations ``at`` of a frame, to be read for one measurand.

    ``counts`` (rows,) says how each counts; ``truth`` (rows,) is what is held to be true in this reading (None where
    the statistic needs no class), ``positive`` the position of the positive class (None: each class has its code).
    """

    measurand: Measurand
    definition: Definition
    statistic: Statistic
    frame: Frame
    classes: tuple[str, ...]
    at: Integers
    counts: NDArray[np.str_]
    truth: Array | None
    positive: int | None

    def source(self, role: str) -> str:
        """What the definition binds a role to."""
        return self.definition.roles.get(role, role).rstrip("?")

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Observations that count as wrong."""
        return np.asarray(self.counts == "wrong", bool)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Observations that count as right."""
        return np.asarray(self.counts == "right", bool)


def columns(cells: Cells) -> dict[str, NDArray[Any]]:
    """One array per role of the statistic, ``truth`` apart. Raises DesignError where a role has no column."""
    return {role: _READ.get(role, _number)(cells, role) for role in cells.statistic.roles if role != "truth"}


def _number(cells: Cells, role: str) -> Array:
    _refuse_counted(cells)
    return numbers(cells.frame, cells.source(role), cells.at)


def _refuse_counted(cells: Cells) -> None:
    """Refuse observations that count as wrong or right where no number stands for it."""
    if np.any(cells.wrong | cells.right):
        text = say("M05.status_of_number", measurand=cells.measurand.id)
        raise DesignError(Finding("M0521", "status", text))


def _score(cells: Cells, role: str) -> Array:
    """Scores of the positive class; one that counts as wrong lies beyond all others on the wrong side."""
    score = numbers(cells.frame, cells.source(role), cells.at)
    if cells.truth is None:
        _refuse_counted(cells)
        return score
    finite = score[np.isfinite(score)]
    if cells.definition.kind == "number" and len(finite) > 1 and np.ptp(finite) == 0:
        path = f"measurand.{cells.measurand.id}"
        text = say("M05.constant", measurand=cells.measurand.id, score=f"{finite[0]:g}")
        raise DesignError(Finding("M0525", path, text, say("M05.constant_hint")))
    low, high = (finite.min() - 1, finite.max() + 1) if len(finite) else (0.0, 1.0)
    if cells.definition.kind == "probability":
        low, high = 0.0, 1.0
    score = np.where(cells.wrong, np.where(cells.truth > 0, low, high), score)
    return np.where(cells.right, np.where(cells.truth > 0, high, low), score)


def _scores(cells: Cells, role: str) -> Array:
    """Scores of all classes, shape (rows, classes); wrong: the true class scores below the others, right: above."""
    absent = [c for c in cells.classes if f"score:{c}" not in cells.frame.columns]
    if absent:
        path = f"measurand.{cells.measurand.id}"
        text = say("M05.class_without_score", classes=", ".join(absent[:5]))
        raise DesignError(Finding("M0527", path, text, say("M05.class_without_score_hint")))
    found = np.stack([numbers(cells.frame, f"score:{c}", cells.at) for c in cells.classes], axis=1)
    moved = cells.wrong | cells.right
    if np.any(moved) and cells.truth is not None:
        is_true = np.arange(len(cells.classes)) == cells.truth[:, None]
        low, high, others = 0.0, 1.0, 1.0 / max(len(cells.classes) - 1, 1)
        if cells.definition.kind == "number":  # only their order counts: beyond all others, as a single score
            finite = found[np.isfinite(found)]
            low, high = (finite.min() - 1, finite.max() + 1) if len(finite) else (0.0, 1.0)
            others = high
        found = np.where(cells.wrong[:, None], np.where(is_true, low, others), found)
        found = np.where(cells.right[:, None], np.where(is_true, high, low), found)
    return found


def _predicted(cells: Cells, role: str) -> Array:
    """Predicted class: 1 and 0 for a positive class or an operating point, else the position of the class."""
    frame, at = cells.frame, cells.at
    if OPERATING_POINT in cells.measurand.at and (cells.positive is not None or cells.truth is None):
        operator, limit = threshold(cells.measurand.at[OPERATING_POINT])
        predicted = OPERATORS[operator](numbers(frame, "score", at), limit).astype(float)
    elif cells.positive is not None:
        predicted = (texts(frame, "value", at) == cells.classes[cells.positive]).astype(float)
    elif cells.truth is None and cells.statistic.exact == "binomial":
        return _outcome(cells, role)
    else:
        named = cells.classes
        if cells.truth is None:  # no class set is held: the classes that occur
            named = positions(texts(frame, "value", np.arange(len(frame.item))))[0]
        code = {c: float(k) for k, c in enumerate(named)}
        predicted = np.fromiter((code.get(c, -1.0) for c in texts(frame, "value", at)), float, len(at))
    if cells.truth is None:
        if not cells.definition.pooled:
            return np.where(cells.wrong, 0.0, np.where(cells.right, 1.0, predicted))
        _refuse_counted(cells)
        return predicted
    other = 1 - cells.truth if cells.positive is not None else np.full(len(at), -1.0)
    predicted = np.where(cells.wrong, other, predicted)
    return np.where(cells.right, cells.truth, predicted)


def _outcome(cells: Cells, role: str) -> Array:
    """1 where the observed value is the positive one (or 1, or true), else 0."""
    values = texts(cells.frame, "value", cells.at)
    name = cells.measurand.positive
    positive = class_text(name) if name is not None else _positive_outcome(set(values))
    found = (values == positive).astype(float)
    return np.where(cells.wrong, 0.0, np.where(cells.right, 1.0, found))


def _positive_outcome(found: set[str]) -> str:
    for positive, both in (("1", {"0", "1", ""}), ("true", {"false", "true", ""})):
        if found <= both:
            return positive
    raise DesignError(Finding("M0522", "measurand", say("M05.outcome", values=", ".join(sorted(found)[:5]))))


def _members(cells: Cells, role: str) -> Array:
    """Members of the ensemble, shape (rows, members)."""
    _refuse_counted(cells)
    names = sorted(name for name in cells.frame.columns if name.startswith("member:"))
    if not names:
        raise _no_column("members")
    return np.stack([numbers(cells.frame, name, cells.at) for name in names], axis=1)


def _set(cells: Cells, role: str) -> Array:
    """Predicted set of classes, shape (rows, classes), 1 inside."""
    _refuse_counted(cells)
    found = texts(cells.frame, "set", cells.at)
    names = cells.classes
    if cells.truth is None:  # no class set is held: the labels that occur
        names = tuple(sorted({part for cell in set(found) for part in cell.split(SEPARATOR) if part}))
    return indicators(found, names, measurand=cells.measurand.id)


def _labels(cells: Cells, role: str) -> Array:
    """Labels held to be true, or predicted, shape (rows, labels), 1 where the label is there."""
    _refuse_counted(cells)
    name = "reference" if role == "labels" else "value"
    return indicators(texts(cells.frame, name, cells.at), cells.classes, measurand=cells.measurand.id)


def _group(cells: Cells, role: str) -> Array:
    """Position of what the rows are grouped by: the query, or who rated (the repeat, or a factor)."""
    name = cells.source(role)
    if name == "repeat":
        return cells.frame.repeat[cells.at].astype(float)
    _refuse_counted(cells)
    group = positions(texts(cells.frame, name, np.arange(len(cells.frame.item))))[1][cells.at]
    if role == "query" and cells.measurand.estimand == "generalised":
        _refuse_split(cells, group)
    return group.astype(float)


def _refuse_split(cells: Cells, query: Integers) -> None:
    """Refuse queries whose items are different units: a query is drawn as a whole, its items are not independent."""
    pairs, _ = distinct([query, cells.frame.unit[cells.frame.item[cells.at]]])
    split = pairs.shape[1] - len(np.unique(query))
    if split:
        path = "sampling.cluster"
        text = say("M05.split_query", measurand=cells.measurand.id)
        raise DesignError(Finding("M0548", path, text, say("M05.split_query_hint")))


def _result(cells: Cells, role: str) -> NDArray[np.object_]:
    """What a comparison says, or whom it compares: the text of the cell."""
    _refuse_counted(cells)
    return texts(cells.frame, cells.source(role), cells.at)


_READ: Mapping[str, Callable[[Cells, str], NDArray[Any]]] = {
    "score": _score,
    "scores": _scores,
    "predicted": _predicted,
    "answer": _predicted,
    "result": _result,
    "first": _result,
    "second": _result,
    "outcome": _outcome,
    "members": _members,
    "set": _set,
    "labels": _labels,
    "predicted_labels": _labels,
    "group": _group,
    "query": _group,
}


def indicators(cells: NDArray[np.object_], names: Sequence[str], *, measurand: str) -> Array:
    """Sets of labels as 0 and 1, shape (rows, names). Raises DesignError for a label that is not among the names."""
    position = {name: k for k, name in enumerate(names)}
    out = np.zeros((len(cells), len(names)))
    for i, cell in enumerate(cells):
        for part in cell.split(SEPARATOR) if cell else ():
            if part not in position:
                text = say("M05.no_such_label", label=part, classes=", ".join(names[:12]))
                raise DesignError(Finding("M0528", f"measurand.{measurand}", text))
            out[i, position[part]] = 1.0
    return out


def threshold(written: str) -> tuple[str, float]:
    """Operator and number of ``at.score``: 0.42 means ``>= 0.42``.

    >>> threshold("0.42"), threshold("< 0.08")
    (('>=', 0.42), ('<', 0.08))
    """
    match = re.fullmatch(r"\s*(>=|<=|>|<)?\s*(\S+)\s*", written)
    if not match:
        raise ValueError(f"{written!r} is not a threshold")
    return match[1] or ">=", real(match[2])


def numbers(frame: Frame, name: str, at: Integers) -> Array:
    """Cells of a column as numbers, shape (len(at),); an empty cell (an observation without output) is NaN."""
    if name not in frame.columns:
        raise _no_column(name)
    cells = np.asarray(frame.columns[name])[at]
    if cells.dtype.kind == "f":
        return np.asarray(cells, float)
    return np.where(cells == "", "nan", cells).astype(float)


def texts(frame: Frame, name: str, at: Integers) -> NDArray[np.object_]:
    """Cells of a column as class labels, shape (len(at),)."""
    if name not in frame.columns:
        raise _no_column(name)
    cells = np.asarray(frame.columns[name])[at]
    return np.array([class_text(c) for c in cells], object) if cells.dtype.kind == "f" else cells


def _no_column(name: str) -> DesignError:
    return DesignError(Finding("M0523", f"observations.{name}", say("M05.no_column", name=name)))
