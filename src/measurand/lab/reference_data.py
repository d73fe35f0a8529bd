"""The tables of a described set of reference data, read: items, votes, values, contents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

import numpy as np

from measurand.document.canonical import Address
from measurand.document.label import label
from measurand.document.reference_file import Other, ReferenceFile, Votes
from measurand.document.table import Table, place
from measurand.errors import TableError
from measurand.instrument import cells
from measurand.instrument.fault import refusal
from measurand.instrument.table import read
from measurand.lab.evidence import EvidenceTable, address
from measurand.lab.sources import contents_at

YES = {"1", "true", "yes"}


@dataclass(frozen=True)
class Items:
    """The items of a set in the order of its table, with what belongs to each."""

    table: Table
    item: Sequence[str]
    position: Mapping[str, int]
    value: Sequence[str] | None
    votes: Sequence[Mapping[str, str]] | None
    cluster: Sequence[str] | None
    stratum: Sequence[str] | None
    adjudicated: Sequence[bool] | None
    addresses: Mapping[str, Address]


def table_of(folder: Path, files: Sequence[str], format: str | None) -> Table:
    """A table beside the describing file. Raises TableError, also for a path that leaves the folder upwards."""
    return read([folder / inside(folder, name) for name in files], format)


def inside(folder: Path, name: str) -> str:
    """The name of a file in or below a folder. Raises TableError for any other place, links resolved."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or not (folder / path).resolve().is_relative_to(folder.resolve()):
        raise refusal("M0461.outside", file=name, folder=str(folder))
    return str(path)


def items(described: ReferenceFile, folder: Path) -> Items:
    """Read the data and the votes. Raises TableError."""
    data, labels = described.data, described.labels
    table = table_of(folder, data.file, data.format)
    names = cells.keys(table, data.item)
    position: dict[str, int] = {}
    for i, name in enumerate(names):
        if (earlier := position.setdefault(name, i)) != i:
            file, row = place(table, i)
            first = place(table, earlier)[1]
            what = f"the reference of item {name}"
            raise refusal("M0406.duplicate", file=file, row=row, hint="M0406.hint_reference", what=what, first=first,
                          second=row)  # fmt: skip
    if not names:
        raise refusal("M0423.empty", file=table.file)
    addresses = {", ".join(data.file): contents_at(table)}
    votes = None
    if labels is not None and labels.annotators is not None:
        columns = {name: [label(c) for c in cells.column(table, name)] for name in labels.annotators}
        votes = [{name: column[i] for name, column in columns.items()} for i in range(len(names))]
    if labels is not None and labels.annotations is not None:
        long = table_of(folder, labels.annotations.file, labels.annotations.format)
        addresses[", ".join(labels.annotations.file)] = contents_at(long)
        votes = _long(labels.annotations, long, position, data.item)
    flagged = labels.adjudicated if labels is not None else None
    return Items(
        table=table,
        item=names,
        position=position,
        value=None if data.value is None else cells.classes(table, data.value),
        votes=votes,
        cluster=None if data.cluster is None else cells.keys(table, data.cluster),
        stratum=None if data.stratum is None else cells.classes(table, data.stratum),
        adjudicated=None if flagged is None else [label(c).lower() in YES for c in cells.column(table, flagged)],
        addresses=addresses,
    )


def _long(named: Votes, table: Table, position: Mapping[str, int], key: Sequence[str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{} for _ in position]
    ids = cells.keys(table, named.item or key)
    annotators, values = cells.classes(table, named.annotator), cells.classes(table, named.value)
    for i, (item, annotator, value) in enumerate(zip(ids, annotators, values, strict=True)):
        file, row = place(table, i)
        if item not in position:
            raise refusal("M0412.no_reference", file=file, row=row, hint="M0412.hint", item=item, reference="",
                          columns="item")  # fmt: skip
        mine = found[position[item]]
        if annotator in mine:
            what = f"the annotation of item {item} by {annotator}"
            raise refusal("M0416.annotation_twice", file=file, row=row, hint="M0416.hint", what=what)
        mine[annotator] = value
    return found


def reference_at(described: ReferenceFile, found: Items) -> Address:
    """Address of the items with their reference values, as a measurement that names the same columns has it in its
    evidence manifest."""
    columns: dict[str, Sequence[str]] = {"item": found.item}
    if found.value is not None:
        columns["reference"] = found.value
    labels = described.labels
    if labels is not None and labels.annotators is not None and found.votes is not None:
        for name in labels.annotators:
            columns[f"annotator:{name}"] = [votes[name] for votes in found.votes]
    if labels is not None and labels.annotations is not None and found.votes is not None:
        pairs = [sorted(map(list, votes.items())) for votes in found.votes]
        columns["annotations"] = [json.dumps(several, ensure_ascii=False) for several in pairs]
    if found.cluster is not None:
        columns["cluster"] = found.cluster
    if found.stratum is not None:
        columns["stratum"] = found.stratum
    order = sorted(range(len(found.item)), key=found.item.__getitem__)
    whole = {name: np.array([cells_[i] for i in order], dtype=object) for name, cells_ in columns.items()}
    if described.data.weight is not None:
        whole["weight"] = cells.weights(found.table, described.data.weight)[order]
    return address(EvidenceTable(whole))


def other_items(other: Other, described: ReferenceFile, folder: Path) -> tuple[Table, list[str]]:
    """The table of another set with its items."""
    table = table_of(folder, other.file, other.format)
    return table, cells.keys(table, other.item or described.data.item)


def contents(table: Table, *, text: str | None, image: str | None, columns: Sequence[str]) -> dict[str, list[str]]:
    """What the items of a table consist of, by kind of content; ``columns`` as one text."""
    found: dict[str, list[str]] = {}
    if text is not None:
        found["text"] = list(cells.column(table, text))
    if image is not None:
        found["image"] = list(cells.column(table, image))
    if columns:
        several = [[label(cell) for cell in cells.column(table, name)] for name in columns]
        found["columns"] = [json.dumps(row, ensure_ascii=False) for row in zip(*several, strict=True)]
    return found


def days(table: Table, column: str) -> list[date]:
    """Dates of a column (``2026-11-22``). Raises TableError."""
    out = []
    for i, cell in enumerate(cells.column(table, column)):
        try:
            out.append(date.fromisoformat(cell.strip()))
        except ValueError:
            file, row = place(table, i)
            raise refusal("M0462.date", file=file, row=row, column=column, value=repr(cell)[:60]) from None
    return out


def numbers_of(votes: Sequence[Mapping[str, str]], file: str) -> list[list[float]]:
    """Votes that are numbers. Raises TableError."""
    out = []
    for of_item in votes:
        mine = [text for text in of_item.values() if text != ""]
        for text in mine:
            if cells.number_fault(text):
                raise TableError(refusal("M0463.number", file=file, value=repr(text)[:60]).findings[0])
        out.append([float(text) for text in mine])
    return out
