"""From the evidence table to the rows of a statistic: roles bound to columns, statuses counted, labels weighted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.document.label import label as class_text
from measurand.document.procedure import Measurand, Procedure, statuses
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.statistic.contract import Rows, Statistic
from measurand.study.columns import Cells, columns, texts
from measurand.study.frame import Frame
from measurand.study.judge_rates import Pairs, Rates
from measurand.study.labels import Audited, Weights, exact, parse_annotations
from measurand.study.readings import SEPARATOR, ReferenceKind

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Weighed:
    """The rows of one statistic. ``origin`` (rows,) is the observation of each row; an uncertain label gives several.

    ``w`` are the weights, ``base`` (rows,) the weight that the row lends to its unit, ``label_class`` (rows,) the class
    of the observed label, ``slope[p]`` (rows,) the derivative of w by parameter p of the label error.
    """

    rows: Rows
    w: Array
    base: Array
    label_class: Integers
    origin: Integers
    slope: Mapping[str, Array]
    noise: Array
    """Variance of the label weight of each observation, shape (observations,)."""
    audit: Audited | None = None

    @property
    def uncertain(self) -> bool:
        """Whether the labels are not taken as true."""
        return bool(self.slope) or self.audit is not None


def counted(frame: Frame, procedure: Procedure) -> tuple[NDArray[np.str_], list[str]]:
    """How each row counts ("use", "wrong", "right", "exclude", "invalid"), and the names of invalid statuses found."""
    rule = {"ok": "use", **statuses(procedure)}
    by_status = np.array([rule[s] for s in frame.statuses])
    found = [s for i, s in enumerate(frame.statuses) if by_status[i] == "invalid" and np.any(frame.status == i)]
    return by_status[frame.status], found


def class_set(frame: Frame, procedure: Procedure, kinds: frozenset[ReferenceKind]) -> tuple[str, ...]:
    """The class set: declared, or the reference's (or the annotators') values, sorted; none where they are numbers."""
    if procedure.reference and procedure.reference.classes:
        return procedure.reference.classes
    cells: set[str] = set()
    everywhere = np.arange(len(frame.item))
    if "labels" in kinds:
        found = [texts(frame, name, everywhere) for name in ("reference", "audit", "value") if name in frame.columns]
        cells = {part for column in found for cell in set(column) for part in cell.split(SEPARATOR)}
    elif "class" in kinds:
        for name in frame.columns:
            if name in ("reference", "audit") or name.startswith("annotator:"):
                cells.update(texts(frame, name, everywhere))
            if name == "annotations":
                cells.update(vote for item in parse_annotations(list(frame.columns[name])) for vote in item)
    return tuple(sorted(cells - {""}, key=lambda c: (not _numeric(c), float(c) if _numeric(c) else 0.0, c)))


def _numeric(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, eq=False)
class Observed:
    """The evidence of a record, ready for every measurand: arrays, how each row counts, classes and label weights."""

    procedure: Procedure
    frame: Frame
    counts: NDArray[np.str_]
    classes: tuple[str, ...]
    labels: Weights | None
    """Of every item of the frame; None: no reference."""
    judge: Rates | Pairs | None = None
    """What the calibration of the judge says."""


@dataclass(frozen=True, eq=False)
class Aim:
    """What is evaluated: a measurand with its statistic and definition."""

    measurand: Measurand
    definition: Definition
    statistic: Statistic


def weighed(aim: Aim, seen: Observed, at: Integers) -> Weighed:
    """Rows and weights of a statistic for the observations ``at`` (positions in the frame)."""
    statistic, labels, frame, classes = aim.statistic, seen.labels, seen.frame, seen.classes
    positive = _positive(aim.measurand, aim.definition, classes)
    item = frame.item[at]
    base = frame.weight[item]
    if labels is None or not ({"truth"} & set(statistic.roles)):
        rows = Rows(item, np.zeros(len(at), np.int64), columns(_cells(aim, seen, at, None, positive)))
        nothing = np.zeros(len(at), np.int64)
        return Weighed(rows, base, base, nothing, np.arange(len(at)), {}, np.zeros(len(at)))
    truth_of_class, label = _truths(labels, classes, positive)
    certain = not labels.slope
    g, slopes = (labels.g, {}) if certain else _by_truth(labels, truth_of_class)
    truths: list[int | None] = [None] if certain else list(range(g.shape[1]))
    parts, weights, origin, bases = [], [], [], []
    slope: dict[str, list[Array]] = {p: [] for p in slopes}
    for t in truths:
        truth = label[item].astype(float) if t is None else np.full(len(at), float(t))
        parts.append({"truth": truth, **columns(_cells(aim, seen, at, truth, positive))})
        weights.append(base if t is None else base * g[item, t])
        bases.append(base if t is None else np.where(label[item] == t, base, 0.0))
        origin.append(np.arange(len(at)))
        for p, values in slopes.items():
            slope[p].append(base * values[item, t] if t is not None else np.zeros(len(at)))
    column = {role: np.concatenate([part[role] for part in parts]) for role in parts[0]}
    where = np.concatenate(origin)
    rows = Rows(item[where], np.zeros(len(where), np.int64), {r: column[r] for r in statistic.roles if r in column})
    conditioned = statistic.classes(
        Rows(item, rows.cell[: len(at)], _label_columns(statistic, column, label[item], at))
    )
    return Weighed(
        rows, np.concatenate(weights), np.concatenate(bases), conditioned[where], where,
        {p: np.concatenate(v) for p, v in slope.items()}, labels.noise[item],
    )  # fmt: skip


def _cells(aim: Aim, seen: Observed, at: Integers, truth: Array | None, positive: int | None) -> Cells:
    return Cells(
        aim.measurand, aim.definition, aim.statistic, seen.frame, seen.classes, at, seen.counts[at], truth, positive
    )


def _label_columns(
    statistic: Statistic, column: Mapping[str, Array], label: Integers, at: Integers
) -> dict[str, NDArray[np.float64]]:
    """Columns of the observations with their observed label as truth: only to ask for the class of each."""
    return {r: label.astype(float) if r == "truth" else column[r][: len(at)] for r in statistic.roles if r in column}


def _truths(labels: Weights, classes: tuple[str, ...], positive: int | None) -> tuple[Integers, Integers]:
    """The truth (1/0 for binary statistics, class position otherwise) of each class, and of each item's label."""
    codes = np.arange(len(classes)) if positive is None else (np.arange(len(classes)) == positive).astype(np.int64)
    return np.asarray(codes, np.int64), np.asarray(codes[labels.label], np.int64)


def _by_truth(labels: Weights, truth_of_class: Integers) -> tuple[Array, dict[str, Array]]:
    """Weights and slopes of each truth: those of the classes that mean it, added."""
    n = int(truth_of_class.max()) + 1
    fold = np.zeros((len(truth_of_class), n))
    fold[np.arange(len(truth_of_class)), truth_of_class] = 1.0
    return labels.g @ fold, {p: s @ fold for p, s in labels.slope.items()}


def _positive(measurand: Measurand, definition: Definition, classes: tuple[str, ...]) -> int | None:
    if not definition.needs_positive or not classes or (definition.needs_average and measurand.average is not None):
        return None
    if measurand.positive is not None:
        positive = class_text(measurand.positive)
        if positive not in classes:
            text = say("M05.no_such_class", positive=positive, classes=", ".join(classes))
            raise DesignError(Finding("M0526", f"measurand.{measurand.id}.positive", text))
        return classes.index(positive)
    if set(classes) in ({"0", "1"}, {"false", "true"}):
        return 1
    raise DesignError(Finding("M0520", f"measurand.{measurand.id}", say("M05.positive", classes=", ".join(classes))))


def labels_as_given(frame: Frame, classes: tuple[str, ...]) -> Weights | None:
    """Weights of reference values that are taken as true; None without a reference column."""
    return None if "reference" not in frame.columns else exact(label_of_items(frame, classes))


def label_of_items(frame: Frame, classes: tuple[str, ...]) -> Integers:
    """Class position of each item's reference value, shape (items,)."""
    code = {c: k for k, c in enumerate(classes)}
    label = np.zeros(len(frame.items), np.int64)
    label[frame.item] = [code[c] for c in texts(frame, "reference", np.arange(len(frame.item)))]
    return label
