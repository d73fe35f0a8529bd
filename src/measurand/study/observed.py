"""The evidence of a record made ready: arrays, how each row counts, the class set, and the weights of the labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.document.procedure import Procedure
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.study.audit_check import differences
from measurand.study.columns import texts
from measurand.study.frame import Columns, Frame, frame, present
from measurand.study.labels import Votes, Weights, exact, named_annotations, of_votes, votes
from measurand.study.labels_difficulty import difficulty
from measurand.study.labels_individual import coded, individual
from measurand.study.labels_known import largest_error, weights_of
from measurand.study.readings import reference_kinds
from measurand.study.roles import Observed, class_set, counted, label_of_items, labels_as_given

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Observed evidence, and what is known about its labels."""

    seen: Observed
    votes: Votes | None
    invalid: tuple[str, ...]
    """Statuses found that the procedure counts as invalid."""
    uncorrected: float
    """Largest error rate of labels whose errors are not declared independent of the system's success; 0: none."""
    warnings: tuple[str, ...] = ()
    """What speaks against the assumptions about the labels."""


def observed(procedure: Procedure, definitions: Mapping[str, Definition], columns: Columns) -> Labelled:
    """Read the evidence table. Raises DesignError where it cannot support the procedure."""
    invalid = _invalid(procedure, columns)
    data = frame(procedure, present(procedure, columns))
    counts, _ = counted(data, procedure)
    kinds = reference_kinds(procedure, definitions)
    classes = class_set(data, procedure, kinds)
    if "class" not in kinds:
        _refuse_error_of_classes(procedure)
        return Labelled(Observed(procedure, data, counts, classes, None), None, invalid, 0.0, differences(data))
    labels, found, uncorrected = _labels(procedure, data, classes)
    warnings = (*differences(data), *(_difficulty(procedure, data, classes) if found is not None else ()))
    return Labelled(Observed(procedure, data, counts, classes, labels), found, invalid, uncorrected, warnings)


def _invalid(procedure: Procedure, columns: Columns) -> tuple[str, ...]:
    rule = procedure.status.model_dump()
    return tuple(sorted(s for s in set(columns["status"]) if s != "ok" and rule[s] == "invalid"))


def _refuse_error_of_classes(procedure: Procedure) -> None:
    reference = procedure.reference
    if reference is not None and (reference.error or reference.annotators or reference.annotations):
        text = say("M05.error_of_classes")
        raise DesignError(Finding("M0529", "reference", text, say("M05.error_of_classes_hint")))


def _labels(
    procedure: Procedure, data: Frame, classes: tuple[str, ...]
) -> tuple[Weights | None, Votes | None, float]:  # fmt: skip
    reference = procedure.reference
    if reference is None:
        return None, None, 0.0
    uncertain = reference.value is None or (reference.error is not None and reference.error.independent)
    if uncertain and len(classes) < 2:
        text = say("M05.one_class", classes=", ".join(classes))
        raise DesignError(Finding("M0514", "reference", text, say("M05.one_class_hint")))
    if reference.value is None and ("annotations" in data.columns or reference.annotators):
        of_items = votes_of_items(data)
        found = votes([list(v.values()) for v in of_items], classes, data.weight)
        if reference.annotator_model != "individual":
            weights = of_votes(found)
        else:
            names, vote = _coded(of_items, classes)
            weights, found = individual(vote, len(classes), data.weight, annotators=names, common=found)
        if reference.independent is False:
            return exact(weights.label), found, found.wrong
        return weights, found, 0.0
    error = reference.error
    if error is None or "reference" not in data.columns:
        return labels_as_given(data, classes), None, 0.0
    if not error.independent:
        return labels_as_given(data, classes), None, largest_error(error)
    return weights_of(error, data, label_of_items(data, classes), classes), None, 0.0


def _coded(of_items: list[dict[str, str]], classes: tuple[str, ...]) -> tuple[list[str], NDArray[np.int64]]:
    """Annotators that gave a vote, and the votes as class positions, shape (items, annotators)."""
    names = sorted({name for v in of_items for name, vote in v.items() if vote != ""})
    return names, coded(of_items, names, classes)


def _difficulty(procedure: Procedure, data: Frame, classes: tuple[str, ...]) -> tuple[str, ...]:
    return difficulty(procedure, data, _coded(votes_of_items(data), classes)[1], classes)


def votes_of_items(data: Frame) -> list[dict[str, str]]:
    """Votes of each item by annotator, from its first row."""
    first = np.zeros(len(data.items), np.int64)
    first[data.item[::-1]] = np.arange(len(data.item))[::-1]
    if "annotations" in data.columns:
        return named_annotations([str(c) for c in data.columns["annotations"][first]])
    columns = {
        name.removeprefix("annotator:"): texts(data, name, first)
        for name in data.columns
        if name.startswith("annotator:")
    }
    return [{name: str(column[i]) for name, column in columns.items()} for i in range(len(first))]
