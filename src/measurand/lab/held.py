"""What is held to be true of each item, and how the item was drawn: columns that no observation changes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from measurand.document.definition import Definition
from measurand.document.label import label
from measurand.document.procedure import Annotations, Audit, Procedure, Reference
from measurand.document.table import Table, place
from measurand.errors import TableError
from measurand.instrument import cells
from measurand.instrument.fault import MOST, fault, refusal
from measurand.lab.sources import Sources
from measurand.study.readings import ReferenceKind, label_set, reference_kinds

CENSORED = {"1", "true", "yes"}


@dataclass(frozen=True)
class Held:
    """Columns by item. ``items`` are sorted; ``text`` and ``number`` hold one cell per item, in that order."""

    items: Sequence[str]
    position: Mapping[str, int]
    text: Mapping[str, Sequence[str]] = field(default_factory=dict)
    number: Mapping[str, Sequence[float]] = field(default_factory=dict)
    censored: frozenset[str] = frozenset()
    declared: bool = False
    """There is a reference: its items are all the items there are."""
    rows: Sequence[str] = ()
    """Item of each row of the table that the items come from."""


def find(name: str, sources: Sources, *, first: str) -> tuple[Table, str, bool]:
    """The table that holds a column, its name there, and whether it is the reference. The table ``first`` is looked in
    first; ``reference:NAME`` and ``observations:NAME`` say which one. Raises TableError with the nearest name."""
    tables = {"reference": sources.reference, "observations": sources.observations}
    known = {side: table for side, table in tables.items() if table is not None}
    for side in sorted(known, key=lambda side: side != first):
        if name in known[side].columns:
            return known[side], name, side == "reference"
    kind, _, bare = name.partition(":")
    if kind in known:
        cells.column(known[kind], bare)
        return known[kind], bare, kind == "reference"
    nearest = known.get(first) or next(iter(known.values()))
    cells.column(nearest, name)
    return nearest, name, nearest is sources.reference


def held(procedure: Procedure, definitions: Mapping[str, Definition], sources: Sources) -> Held:
    """The items of a measurement with their columns. Raises TableError: duplicates, contradictions, bad cells."""
    table = sources.reference or sources.observations
    if table is None:
        raise TableError("there is neither a reference nor a table of observations")
    reference = procedure.reference
    key = reference.item if reference else procedure.observations.item if procedure.observations else ()
    ids = cells.keys(table, key)
    if reference is not None and sources.reference is not sources.observations:
        _refuse_duplicates(table, ids)
    items = sorted(set(ids))
    text: dict[str, Sequence[str]] = {}
    number: dict[str, Sequence[float]] = {}
    censored: frozenset[str] = frozenset()
    collect = _Collect(procedure, sources, items)
    if reference is not None:
        censored = collect.censored(reference)
        text |= collect.reference(reference, censored, reference_kinds(procedure, definitions))
        if reference.event is not None:
            text["event"] = collect.outcomes(reference.event)
        if isinstance(reference.standard_uncertainty, str):
            number["reference_u"] = collect.numbers(reference.standard_uncertainty, positive=False)
    sampling = procedure.sampling
    if sampling.cluster:
        text["cluster"] = collect.keys(sampling.cluster)
    if sampling.stratum:
        text["stratum"] = collect.labels(sampling.stratum)
    if sampling.weight:
        number["weight"] = collect.numbers(sampling.weight, positive=True)
    position = {item: i for i, item in enumerate(items)}
    return Held(items, position, text, number, censored, declared=reference is not None, rows=ids)


class _Collect:
    """Cells by item from whichever table holds a column."""

    def __init__(self, procedure: Procedure, sources: Sources, items: Sequence[str]) -> None:
        self._procedure = procedure
        self._sources = sources
        self._items = items
        self._ids: dict[bool, list[str]] = {}

    def keys(self, names: Sequence[str]) -> list[str]:
        table, _, side = find(names[0], self._sources, first="reference")
        bare = [find(name, self._sources, first="reference")[1] for name in names]
        return self._by_item(table, cells.keys(table, bare), side, ", ".join(names))

    def labels(self, name: str) -> list[str]:
        table, bare, side = find(name, self._sources, first="reference")
        return self._by_item(table, cells.classes(table, bare), side, name)

    def outcomes(self, name: str) -> list[str]:
        table, bare, side = find(name, self._sources, first="reference")
        return self._by_item(table, [f"{x:g}" for x in cells.outcomes(table, bare)], side, name)

    def numbers(self, name: str, *, positive: bool) -> list[float]:
        table, bare, side = find(name, self._sources, first="reference")
        values = cells.weights(table, bare) if positive else cells.numbers(table, bare)
        return [float(text) for text in self._by_item(table, [repr(float(x)) for x in values], side, name)]

    def censored(self, reference: Reference) -> frozenset[str]:
        if reference.censored is None:
            return frozenset()
        table, bare, side = find(reference.censored, self._sources, first="reference")
        texts = self._by_item(table, [label(cell).lower() for cell in cells.column(table, bare)], side, bare)
        return frozenset(item for item, text in zip(self._items, texts, strict=True) if text in CENSORED)

    def reference(
        self, reference: Reference, censored: frozenset[str], kinds: frozenset[ReferenceKind]
    ) -> dict[str, Sequence[str]]:
        found: dict[str, Sequence[str]] = {}
        table = self._sources.reference
        if table is None:
            return found
        if reference.value is not None:
            ids = self._ids_of(side=True)
            rows = [i for i, item in enumerate(ids) if item not in censored]
            known = dict(zip(rows, _read(table, reference.value, reference, kinds, rows), strict=True))
            texts = [known.get(i, "") for i in range(len(ids))]
            found["reference"] = self._by_item(table, texts, True, reference.value)
        for name in reference.annotators or ():
            texts = [label(cell) for cell in cells.column(table, name)]
            found[f"annotator:{name}"] = self._by_item(table, texts, True, name)
        if reference.annotations is not None and self._sources.annotations is not None:
            found["annotations"] = _long(reference.annotations, self._sources.annotations, self._items)
        if reference.audit is not None and self._sources.audit is not None:
            found["audit"] = _audit(reference, reference.audit, self._sources.audit, self._items, kinds)
        return found

    def _ids_of(self, *, side: bool) -> list[str]:
        if side not in self._ids:
            binding = self._procedure.reference if side else self._procedure.observations
            table = self._sources.reference if side else self._sources.observations
            if binding is None or table is None:
                raise TableError("a column was found in a table that the procedure does not name")
            self._ids[side] = cells.keys(table, binding.item)
        return self._ids[side]

    def _by_item(self, table: Table, texts: Sequence[str], side: bool, name: str) -> list[str]:
        first: dict[str, str] = {}
        for i, (item, text) in enumerate(zip(self._ids_of(side=side), texts, strict=True)):
            if first.setdefault(item, text) != text:
                file, row = place(table, i)
                fields = {"item": item, "column": name, "first": first[item], "second": text}
                raise refusal("M0414.contradiction", file=file, row=row, hint="M0414.hint", **fields)
        absent = [item for item in self._items if item not in first]
        if absent:
            raise refusal("M0415.no_cell", file=table.file, hint="M0415.hint", item=absent[0], column=name)
        return [first[item] for item in self._items]


def _read(
    table: Table, name: str, reference: Reference, kinds: frozenset[ReferenceKind], rows: Sequence[int]
) -> list[str]:
    """Reference values as text, each in its canonical form."""
    if "labels" in kinds:
        return [label_set(table.columns[name][i]) for i in rows]
    if "number" in kinds:
        cells.numbers(table, name, rows=rows)
    return cells.classes(table, name, known=reference.classes if "class" in kinds else None, rows=rows)


def _refuse_duplicates(table: Table, ids: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for i, item in enumerate(ids):
        earlier = first.setdefault(item, i)
        if earlier != i:
            file, row = place(table, i)
            raise refusal(
                "M0406.duplicate",
                file=file,
                row=row,
                hint="M0406.hint_reference",
                what=f"the reference of item {item}",
                first=place(table, earlier)[1],
                second=row,
            )


def _long(annotations: Annotations, table: Table, items: Sequence[str]) -> list[str]:
    """For each item the JSON array of its [annotator, value] pairs, sorted."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    ids = cells.keys(table, annotations.item)
    _refuse_strangers(table, ids, items, annotations.item)
    names = cells.classes(table, annotations.annotator)
    values = cells.classes(table, annotations.value)
    for i, (item, name, value) in enumerate(zip(ids, names, values, strict=True)):
        file, row = place(table, i)
        if name in found[item]:
            what = f"the annotation of item {item} by {name}"
            raise refusal("M0416.annotation_twice", file=file, row=row, hint="M0416.hint", what=what)
        found[item][name] = value
    return [json.dumps(sorted(map(list, found[item].items())), ensure_ascii=False) for item in items]


def _audit(
    reference: Reference, audit: Audit, table: Table, items: Sequence[str], kinds: frozenset[ReferenceKind]
) -> list[str]:  # fmt: skip
    """The better value of each item, empty where it was not audited: no row of its own, or an empty cell."""
    ids = cells.keys(table, audit.item)
    rows = [i for i, cell in enumerate(cells.column(table, audit.value)) if cell.strip()]
    _refuse_strangers(table, ids, items, audit.item)
    found: dict[str, str] = {}
    for i, value in zip(rows, _read(table, audit.value, reference, kinds, rows), strict=True):
        if (item := ids[i]) in found:
            file, row = place(table, i)
            what = f"the audited value of item {item}"
            raise refusal("M0416.annotation_twice", file=file, row=row, hint="M0416.hint_audit", what=what)
        found[item] = value
    return [found.get(item, "") for item in items]


def _refuse_strangers(table: Table, ids: Sequence[str], items: Sequence[str], key: Sequence[str]) -> None:
    """Refuse rows about items that the reference does not hold."""
    known = set(items)
    strangers = []
    for i in [i for i, item in enumerate(ids) if item not in known][:MOST]:
        file, row = place(table, i)
        fields = {"item": ids[i], "reference": "", "columns": ", ".join(key)}
        strangers.append(fault("M0412.no_reference", file=file, row=row, hint="M0412.hint", **fields))
    if strangers:
        raise TableError(strangers)
