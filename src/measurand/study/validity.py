"""Conditions without which every verdict is INVALID."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from measurand.document.number import real
from measurand.document.procedure import Procedure
from measurand.document.result import Check, Line, NotEvaluated, Result
from measurand.document.rounding import significant
from measurand.message import say
from measurand.study.frame import Columns
from measurand.study.observed import Labelled


def validity(
    procedure: Procedure, columns: Columns, labelled: Labelled, repeatability: Mapping[str, float]
) -> tuple[Check, ...]:  # fmt: skip
    """Every condition that the procedure or the data set, with the figure found."""
    frame, limits = labelled.seen.frame, procedure.validity
    out = [_statuses(labelled), _excluded(procedure, columns)]
    if frame.clustered:
        clusters = len(np.unique(frame.unit))
        enough = clusters >= limits.min_clusters
        out.append(_check("min_clusters", enough, found=clusters, limit=limits.min_clusters))
    if limits.min_agreement is not None:
        kappa = labelled.votes.agreement if labelled.votes else None
        if kappa is None:
            out.append(Check(name="min_agreement", passed=False, text=say("validity.no_agreement")))
        else:
            wanted = real(limits.min_agreement.kappa)
            out.append(_check("min_agreement", kappa >= wanted, found=f"{kappa:.3f}", limit=limits.min_agreement.kappa))
    if limits.max_repeatability is not None:
        for name, s in repeatability.items():
            passed = s <= real(limits.max_repeatability.value)
            found = f"{name}: {significant(s)}"
            out.append(_check("max_repeatability", passed, found=found, limit=limits.max_repeatability.text))
    return tuple(out)


def _check(name: str, passed: bool, **fields: object) -> Check:
    return Check(name=name, passed=bool(passed), text=say(f"validity.{name}", "en", **fields))


def _statuses(labelled: Labelled) -> Check:
    found = ", ".join(labelled.invalid)
    text = say("validity.statuses", found=found) if found else say("validity.statuses_fine")
    return Check(name="statuses", passed=not found, text=text)


def _excluded(procedure: Procedure, columns: Columns) -> Check:
    """Items with an observation that is excluded, against the most that may be."""
    rule = procedure.status.model_dump()
    out = [s != "ok" and rule[s] == "exclude" for s in columns["status"]]
    items = len(set(columns["item"]))
    excluded = len({item for item, gone in zip(columns["item"], out, strict=True) if gone})
    most = procedure.validity.max_excluded
    limit = real(most.value) * (items if most.unit == "1" else 1)
    return _check("max_excluded", excluded <= limit, found=f"{excluded} / {items}", limit=most.text)


def required(procedure: Procedure, results: Sequence[Result]) -> tuple[Check, ...]:
    """Components that the procedure requires and that were not evaluated."""
    out = []
    for component in procedure.uncertainty.required:
        absent = [r.measurand for r in results if not _evaluated(component, r.budget)]
        if absent:
            text = say("validity.required", component=component, measurand=", ".join(dict.fromkeys(absent)))
            out.append(Check(name="required", passed=False, text=text))
    return tuple(out)


def _evaluated(component: str, budget: Sequence[Line | NotEvaluated]) -> bool:
    return any(isinstance(line, Line) and line.component == component for line in budget)
