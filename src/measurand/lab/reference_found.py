"""From a description of reference data and its tables to all that follows from them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from measurand.document.canonical import Address
from measurand.document.label import label
from measurand.document.number import number, real
from measurand.document.reference_certificate import (
    Characteristic,
    ClassLabels,
    Found,
    Homogeneity,
    NumberLabels,
    Stability,
    Stated,
    Uncertain,
)
from measurand.document.reference_file import Known, Labels, ReferenceFile
from measurand.document.table import Table
from measurand.errors import DesignError, Finding
from measurand.instrument import cells
from measurand.lab.reference_data import Items, days, items, numbers_of, reference_at, table_of
from measurand.lab.reference_likeness import likenesses
from measurand.lab.sources import contents_at
from measurand.message import say
from measurand.study.reference_chain import carried
from measurand.study.reference_homogeneity import homogeneity, stability
from measurand.study.reference_labels import Judged, of_classes
from measurand.study.reference_numbers import of_numbers

VALUE = "reference value"
"""Name of the reference values in the composition, where no column holds them."""


@dataclass(frozen=True)
class Evaluated:
    """What follows from the data, and the table of label uncertainty by item (empty where none was evaluated)."""

    found: Found
    items_csv: bytes


@dataclass(frozen=True)
class _Labelled:
    """Labels of the items with their statement."""

    stated: ClassLabels | NumberLabels | None
    label: Sequence[str]
    u: Sequence[float]
    agreeing: Sequence[float] | None


def evaluated(described: ReferenceFile, folder: Path) -> Evaluated:
    """Evaluate a described set. Raises TableError for its tables, DesignError where they cannot support it."""
    held = items(described, folder)
    labelled = _labelled(described.labels, held)
    table = _items_csv(held, labelled)
    return Evaluated(
        Found(
            items=len(held.item),
            clusters=None if held.cluster is None else len(set(held.cluster)),
            votes=sum(vote != "" for of_item in held.votes or () for vote in of_item.values()),
            data=held.addresses,
            reference_at=reference_at(described, held),
            composition=_composition(described, held, labelled),
            labels=labelled.stated,
            homogeneity=_homogeneity(described, held, labelled, folder),
            stability=_stability(described, held, labelled, folder),
            likeness=likenesses(described, held, labelled.label, folder),
            items_at=_contents(table) if table else None,
        ),
        table,
    )


def stated(described: ReferenceFile) -> Stated | None:
    """Label uncertainty that the description states."""
    labels = described.labels
    if labels is None or labels.source is None:
        return None
    return Stated(
        kind=labels.kind,
        error=None if labels.error is None else _known(labels.error),
        u=None if labels.standard_uncertainty is None else number(labels.standard_uncertainty),
        source=labels.source,
    )


def characteristic(described: ReferenceFile, found: Found, higher: Characteristic | None) -> Characteristic | None:
    """The label uncertainty of the set, carried down from the higher one; None where it was not evaluated.

    Raises DesignError for a higher set of the other kind, or without label uncertainty.
    """
    said, labels = stated(described), found.labels
    own: Uncertain | None = None
    if said is not None:
        own = said.error if said.kind == "class" else Uncertain(value="0", u=said.u or "0")
    elif isinstance(labels, ClassLabels):
        own = labels.error
    elif labels is not None:
        own = Uncertain(value="0", u=labels.u)
    if own is None:
        return None
    kind = described.labels.kind if described.labels is not None else "class"
    wanted = "error" if kind == "class" else "standard_uncertainty"
    if described.higher is not None and (higher is None or higher.kind != wanted):
        raise DesignError(Finding("M0562", "higher", say("M0562.higher_kind")))
    if kind == "number":
        return carried(own, higher, classes=None)
    if isinstance(labels, ClassLabels):
        return carried(own, higher, classes=labels.classes, confusion=labels.confusion)
    names = tuple(sorted(found.composition.get(described.data.value or VALUE, ())))
    if len(names) < 2:
        raise DesignError(Finding("M0514", "labels", say("M05.one_class", classes=", ".join(names))))
    return carried(own, higher, classes=names)


def _labelled(labels: Labels | None, held: Items) -> _Labelled:
    if labels is None or held.votes is None:
        return _Labelled(None, list(held.value or [""] * len(held.item)), [], None)
    if labels.kind == "number":
        found, mean, u = of_numbers(numbers_of(held.votes, held.table.file), held.stratum, held.cluster)
        return _Labelled(found, list(held.value or map(number, mean)), list(map(float, u)), None)
    known = labels.adjudication_error
    judged = Judged(
        votes=held.votes,
        value=held.value,
        cluster=held.cluster or held.item,
        stratum=held.stratum,
        adjudicated=held.adjudicated,
        adjudication_error=None if known is None else (known.value, known.standard_uncertainty),
    )
    assigned = of_classes(judged, individual=labels.annotator_model == "individual")
    return _Labelled(
        assigned.stated, assigned.label, list(map(float, assigned.wrong)), list(map(float, assigned.agreeing))
    )


def _items_csv(held: Items, labelled: _Labelled) -> bytes:
    """Item, reference value, votes, and the probability that the value is wrong or its standard uncertainty."""
    if labelled.stated is None or held.votes is None:
        return b""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    last = "probability_wrong" if labelled.stated.kind == "class" else "standard_uncertainty"
    write.writerow(["item", "value", "votes", last])
    for i in sorted(range(len(held.item)), key=held.item.__getitem__):
        votes = sum(vote != "" for vote in held.votes[i].values())
        u = labelled.u[i]
        write.writerow([held.item[i], labelled.label[i], votes, "" if np.isnan(u) else f"{u:.6g}"])
    return out.getvalue().encode()


def _contents(written: bytes) -> Address:
    """Address of the contents of the table by item, as a measurement that reads it finds it."""
    head, *rows = csv.reader(io.StringIO(written.decode()))
    columns = {name: [row[k] for row in rows] for k, name in enumerate(head)}
    return contents_at(Table(file="", columns=columns, row=range(len(rows)), digest=""))


def _composition(described: ReferenceFile, held: Items, labelled: _Labelled) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    if (described.labels is None or described.labels.kind == "class") and any(labelled.label):
        found[described.data.value or VALUE] = dict(sorted(Counter(labelled.label).items()))
    if described.data.stratum is not None and held.stratum is not None:
        found[described.data.stratum] = dict(sorted(Counter(held.stratum).items()))
    for name in described.data.subgroups:
        found[name] = dict(sorted(Counter(label(c) for c in cells.column(held.table, name)).items()))
    return found


def _homogeneity(described: ReferenceFile, held: Items, labelled: _Labelled, folder: Path) -> Homogeneity | None:
    asked = described.homogeneity
    if asked is None:
        return None
    table = held.table if asked.file is None else table_of(folder, asked.file, asked.format)
    units = cells.classes(table, asked.unit)
    if asked.value == "agreement" and labelled.agreeing is not None:
        if table is not held.table:
            raise DesignError(Finding("M0563", "homogeneity", say("M0563.agreement_of_data")))
        y = list(labelled.agreeing)
    else:
        y = list(map(float, cells.numbers(table, asked.value)))
    cluster = _clusters(described, held, table) or [str(i) for i in range(len(y))]
    kept = [i for i, value in enumerate(y) if not np.isnan(value)]
    return homogeneity(
        [y[i] for i in kept],
        [units[i] for i in kept],
        of=asked.value,
        between=asked.unit,
        limit=asked.limit,
        cluster=[cluster[i] for i in kept],
    )


def _clusters(described: ReferenceFile, held: Items, table: Table) -> Sequence[str] | None:
    """What belongs together in a table: its cluster column, else the items of the data with their clusters."""
    if table is held.table:
        return held.cluster
    data = described.data
    if data.cluster is not None and set(data.cluster) <= set(table.columns):
        return cells.keys(table, data.cluster)
    if not set(data.item) <= set(table.columns):
        return None
    names = cells.keys(table, data.item)
    if held.cluster is None:
        return names
    return [held.cluster[held.position[name]] if name in held.position else name for name in names]


def _stability(described: ReferenceFile, held: Items, labelled: _Labelled, folder: Path) -> Stability | None:
    asked = described.stability
    if asked is None:
        return None
    table = table_of(folder, asked.file, asked.format)
    when = days(table, asked.date)
    names = cells.keys(table, asked.item or described.data.item)
    absent = [name for name in names if name not in held.position]
    if absent:
        raise DesignError(Finding("M0564", "stability", say("M0564.no_item", item=absent[0])))
    mine = [labelled.label[held.position[name]] for name in names]
    if described.labels is not None and described.labels.kind == "number":
        values = cells.numbers(table, asked.value)
        y = [float(x) - real(m) for x, m in zip(values, mine, strict=True)] if all(mine) else list(map(float, values))
    else:
        y = [float(x == m) for x, m in zip(cells.classes(table, asked.value), mine, strict=True)]
    last = max(when)
    return stability(
        y,
        names,
        [float((d - min(when)).days) for d in when],
        of="value" if described.labels is not None and described.labels.kind == "number" else "agreement",
        dates=tuple(d.isoformat() for d in sorted(set(when))),
        to_expiry=float((date.fromisoformat(described.expires) - last).days),
        limit=asked.limit,
        cluster=None if held.cluster is None else [held.cluster[held.position[name]] for name in names],
    )


def _known(given: Known) -> Uncertain:
    return Uncertain(value=number(given.value), u=number(given.standard_uncertainty))
