"""Observed beside held: the evidence table of a measurement, each cell read by its role."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from measurand.document.definition import Definition
from measurand.document.label import label
from measurand.document.procedure import OF_EITHER, Of, Procedure
from measurand.document.table import Table, place
from measurand.errors import TableError
from measurand.instrument import cells
from measurand.instrument.fault import MOST, fault, refusal
from measurand.instrument.recorded import Observed
from measurand.lab.held import Held, find
from measurand.lab.impossible import (
    SCORE,
    refuse_classes_without_score,
    refuse_impossible,
    refuse_other_sums,
    refuse_upside_down,
)
from measurand.lab.sources import Sources
from measurand.study.readings import kinds, label_set

TEXTS = frozenset({"output", "judge", "finish", "fingerprint", "logprobs"})
"""Outputs that are kept as they are: the text, why it ended, which back-end gave it, what it could have begun with."""
OF_ANSWERS = frozenset(get_args(Of))
"""Numbers of an answer that came, whatever it is worth."""
Columns = dict[str, NDArray[Any]]


def assemble(
    procedure: Procedure,
    definitions: Mapping[str, Definition],
    *,
    observed: Observed,
    outputs: Table,
    roles: Mapping[str, str],
    held: Held,
    sources: Sources,
) -> Columns:
    """The columns of the evidence table, not yet in its order. ``roles`` maps each role of the outputs to its column in
    ``outputs``.

    Raises TableError: cells that their role cannot read, items without reference, columns that are not there.
    """
    _refuse_strangers(observed, outputs, held, sources)
    status: Sequence[str] = observed.status
    if held.censored:
        at = zip(observed.item, observed.status, strict=True)
        status = ["censored" if item in held.censored else s for item, s in at]
    absent = _absent(procedure, observed, held)
    width = len(observed.item), len(absent)
    columns: Columns = {
        "system": _text(observed.system, [system for system, _ in absent]),
        "item": _text(observed.item, [item for _, item in absent]),
        "repeat": _text(observed.repeat, [""] * width[1]),
        "status": _text(status, ["censored" if item in held.censored else "missing" for _, item in absent]),
        "reason": _text(observed.reason, [""] * width[1]),
    }
    place_of = np.fromiter(map(held.position.__getitem__, columns["item"]), np.int32, sum(width))
    for factor in sorted(procedure.factor, key=lambda factor: factor.id):
        if factor.id in observed.condition:
            columns[f"factor:{factor.id}"] = _text(observed.condition[factor.id], [""] * width[1])
        else:
            name = factor.column or factor.id
            columns[f"factor:{factor.id}"] = _joined(name, observed, sources, held, place_of, bare=False)
    ok = columns["status"][: width[0]] == "ok"
    rows: Sequence[int] = range(width[0]) if ok.all() else np.flatnonzero(ok).tolist()
    columns |= _outputs(procedure, definitions, outputs, roles, held, rows, sum(width))
    for name in sorted(held.text):
        columns[name] = _text(held.text[name])[place_of]
    for name in sorted(held.number):
        columns[name] = np.array(held.number[name], dtype=np.float64)[place_of]
    for role in OF_EITHER:
        held_by = getattr(procedure.observations, role, None)
        if held_by is not None:
            columns[role] = _joined(held_by, observed, sources, held, place_of, bare=False)
    for name in sorted(_named(procedure)):
        columns[f"column:{name}"] = _joined(name, observed, sources, held, place_of, bare=True)
    _refuse_twins(columns, outputs)
    refuse_impossible(
        procedure, definitions, columns, outputs=outputs, roles=roles, held=held, sources=sources,
        classes=_classes(procedure, held) or (),
    )  # fmt: skip
    return columns


def _outputs(
    procedure: Procedure,
    definitions: Mapping[str, Definition],
    table: Table,
    roles: Mapping[str, str],
    held: Held,
    rows: Sequence[int],
    length: int,
) -> Columns:
    read = kinds(procedure, definitions)
    found: Columns = {}
    for role in sorted(roles):
        name = roles[role]
        if role == "value":
            found[role] = _values(table, name, rows, length, kind=read.get("value", ""), procedure=procedure, held=held)
            continue
        if role in TEXTS:
            texts = table.columns[name]
            found[role] = _text(texts, [""] * (length - len(texts)))
            continue
        if role == "set":
            found[role] = _at(rows, _text([label_set(table.columns[name][i]) for i in rows]), length)
            continue
        if role in OF_ANSWERS:
            found[role] = _of_answers(table, name, length)
            continue
        if read.get("scores" if role.startswith(SCORE) else role) == "probability":
            numbers = cells.probabilities(table, name, rows=rows)
        else:
            numbers = cells.numbers(table, name, rows=rows)
        full = np.full(length, np.nan)
        full[np.asarray(rows, dtype=np.int64)] = numbers
        found[role] = full
    refuse_upside_down(found, table, roles)
    if "scores" in read:
        refuse_classes_without_score(roles, _classes(procedure, held) or (), table)
    if read.get("scores") == "probability":
        refuse_other_sums(found, table)
    return found


def _of_answers(table: Table, name: str, length: int) -> NDArray[np.float64]:
    """A number wherever there is one."""
    there = [i for i, cell in enumerate(table.columns[name]) if cell]
    full = np.full(length, np.nan)
    full[np.asarray(there, dtype=np.int64)] = cells.numbers(table, name, rows=there)
    return full


def _values(
    table: Table, name: str, rows: Sequence[int], length: int, *, kind: str, procedure: Procedure, held: Held
) -> NDArray[Any]:
    known: set[str] | None = None
    if kind == "number":
        cells.numbers(table, name, rows=rows)
    elif kind == "probability":
        cells.probabilities(table, name, rows=rows)
    elif kind == "outcome" and all(measurand.positive is None for measurand in procedure.measurand):
        cells.outcomes(table, name, rows=rows)
    elif kind == "labels":
        return _at(rows, _text([label_set(table.columns[name][i]) for i in rows]), length)
    elif kind == "class":
        known = _classes(procedure, held)
    return _at(rows, _text(cells.classes(table, name, known=known, rows=rows)), length)


def _at(rows: Sequence[int], texts: NDArray[Any], length: int) -> NDArray[Any]:
    """The texts at their rows, and nothing elsewhere."""
    if len(rows) == length:
        return texts
    full = np.full(length, "", dtype=object)
    full[np.asarray(rows, dtype=np.int64)] = texts
    return full


def _classes(procedure: Procedure, held: Held) -> set[str] | None:
    """The class set: declared, or what the reference and its annotators say; None without a reference."""
    if procedure.reference is None:
        return None
    if procedure.reference.classes:
        return set(procedure.reference.classes)
    found = {*held.text.get("reference", ()), *held.text.get("audit", ())}
    for name, texts in held.text.items():
        if name.startswith("annotator:"):
            found.update(texts)
        if name == "annotations":
            found.update(value for text in texts for _, value in json.loads(text))
    return (found - {""}) or None


def _joined(
    name: str, observed: Observed, sources: Sources, held: Held, place_of: NDArray[np.int32], *, bare: bool
) -> NDArray[Any]:
    """A column per observation: from the observations by row, or from the reference by item."""
    table, found, of_reference = find(name, sources, first="observations")
    texts = _text([label(cell) for cell in table.columns[found]] if bare else cells.levels(table, found))
    if not of_reference or table is sources.observations:
        return np.concatenate([texts, _text([""] * (len(place_of) - len(texts)))])
    by_item = np.full(len(held.items), "", dtype=object)
    by_item[np.array([held.position[item] for item in held.rows], dtype=np.int64)] = texts
    return by_item[place_of]


def _named(procedure: Procedure) -> set[str]:
    """Columns that ``where``, ``by``, ``contrast`` and label errors name, other than the system and the factors."""
    found: set[str] = set()
    for measurand in procedure.measurand:
        found |= set(measurand.where)
        found |= {measurand.by} if measurand.by else set()
        found |= {measurand.contrast.over} if measurand.contrast else set()
    if procedure.reference is not None and procedure.reference.error is not None and procedure.reference.error.by:
        found.add(procedure.reference.error.by)
    return found - {"system"} - {factor.id for factor in procedure.factor}


def _absent(procedure: Procedure, observed: Observed, held: Held) -> list[tuple[str, str]]:
    """System and item of each item of the reference that a system was not observed with."""
    if not held.declared:
        return []
    seen: dict[str, set[str]] = {system.id: set() for system in procedure.system}
    for system, item in zip(observed.system, observed.item, strict=True):
        seen[system].add(item)
    return [(system, item) for system, found in seen.items() for item in held.items if item not in found]


def _refuse_strangers(observed: Observed, outputs: Table, held: Held, sources: Sources) -> None:
    strangers = [i for i, item in enumerate(observed.item) if item not in held.position]
    found = []
    for i in strangers[:MOST]:
        file, row = place(outputs, i)
        reference = sources.reference.file if sources.reference else ""
        fields = {"item": observed.item[i], "reference": reference, "columns": "item"}
        found.append(fault("M0412.no_reference", file=file, row=row, hint="M0412.hint", **fields))
    if found:
        raise TableError(found)


def _refuse_twins(columns: Columns, outputs: Table) -> None:
    """Parquet readers do not tell names apart that differ in case only."""
    seen: dict[str, str] = {}
    for name in columns:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise refusal("M0417.case", file=outputs.file, hint="M0417.hint", first=other, second=name)


def _text(texts: Sequence[str], more: Sequence[str] = ()) -> NDArray[Any]:
    found = np.empty(len(texts) + len(more), dtype=object)
    found[: len(texts)], found[len(texts) :] = texts, more
    return found
