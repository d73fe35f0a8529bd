"""Which tables hold the columns that a procedure names: all there, none with two meanings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from measurand.document.evidence import join_key
from measurand.document.identifier import identifier
from measurand.document.label import label
from measurand.document.procedure import OF_EITHER, Key, Procedure
from measurand.document.table import Table
from measurand.document.words import nearest
from measurand.errors import Finding
from measurand.message import say

SIDES = ("observations", "reference")


@dataclass(frozen=True)
class Tables:
    """The tables of a procedure; the same object twice when reference and observations are one file."""

    observations: Table | None
    reference: Table | None

    def side(self, name: str) -> Table | None:
        """The table of a side."""
        return self.observations if name == "observations" else self.reference

    def find(self, name: str) -> tuple[Table, str] | None:
        """The table that holds a column (observations first) and its name there; None: no table has it."""
        for side in SIDES:
            table = self.side(side)
            if table is not None and name in table.columns:
                return table, name
        kind, _, bare = name.partition(":")
        table = self.side(kind) if kind in SIDES else None
        return (table, bare) if table is not None and bare in table.columns else None

    @property
    def names(self) -> list[str]:
        """All column names."""
        return sorted({name for side in SIDES if (table := self.side(side)) for name in table.columns})


def bound(procedure: Procedure, tables: Tables) -> Iterator[Finding]:
    """Findings about the columns of a procedure: not in their table, or in both with different values for one item."""
    for side, named in (("observations", _of_observations(procedure)), ("reference", _of_reference(procedure))):
        table = tables.side(side)
        if table is None:
            continue
        for path, name in named:
            if name not in table.columns:
                yield absent(path, name, sorted(table.columns), table.file, tables)
    several = dict.fromkeys(_of_either(procedure, tables))
    for path, name in several:
        if tables.find(name) is None and tables.names:
            yield absent(path, name, tables.names, "", tables)
    yield from _ambiguous(procedure, tables, list(several))


def absent(path: str, name: str, known: Sequence[str], file: str, tables: Tables) -> Finding:
    """The finding of a column that is not there, with the nearest name."""
    near = nearest(name, [k.lower() for k in known])
    exact = next((k for k in known if k.lower() == near), "")
    other = tables.find(name)
    if exact:
        hint = say("procedure.did_you_mean", words=exact)
    elif other is not None:
        hint = say("M0330.other_table", file=other[0].file)
    else:
        hint = say("M0330.columns", columns=", ".join(known[:12]) + (", ..." if len(known) > 12 else ""))
    return Finding("M0330", path, say("M0330.absent", name=name, file=file or say("M0330.tables")), hint)


def _of_observations(procedure: Procedure) -> Iterator[tuple[str, str]]:
    observations = procedure.observations
    if observations is None:
        return
    yield from (("observations.item", name) for name in observations.item)
    for key in (
        "value",
        "output",
        "score",
        "exposure",
        "lower",
        "upper",
        "spread",
        "set",
        "system",
        "repeat",
        "status",
    ):
        name = getattr(observations, key)
        if name is not None:
            yield f"observations.{key}", name
    yield from (("observations.members", name) for name in observations.members or ())
    yield from ((f"observations.scores.{c}", name) for c, name in (observations.scores or {}).items())


def _of_reference(procedure: Procedure) -> Iterator[tuple[str, str]]:
    reference = procedure.reference
    if reference is None:
        return
    yield from (("reference.item", name) for name in reference.item)
    for key in ("value", "event", "media"):
        name = getattr(reference, key)
        if name is not None:
            yield f"reference.{key}", name
    for key in ("annotators", "input"):
        yield from ((f"reference.{key}", name) for name in getattr(reference, key) or ())


def _of_either(procedure: Procedure, tables: Tables) -> Iterator[tuple[str, str]]:
    sampling, reference = procedure.sampling, procedure.reference
    if reference is not None:
        for key in ("censored", "standard_uncertainty"):
            name = getattr(reference, key)
            if isinstance(name, str):
                yield f"reference.{key}", name
    for key in OF_EITHER:
        name = getattr(procedure.observations, key, None)
        if name is not None:
            yield f"observations.{key}", name
    cluster: Key = sampling.cluster or ()
    yield from (("sampling.cluster", name) for name in cluster)
    for key in ("stratum", "weight"):
        name = getattr(sampling, key)
        if name is not None:
            yield f"sampling.{key}", name
    for n, factor in enumerate(procedure.factor):
        if factor.column is not None:
            yield f"factor.{n}.column", factor.column
    factors = {factor.id for factor in procedure.factor} | {"system"}
    for n, measurand in enumerate(procedure.measurand):
        named = [(f"where.{name}", name) for name in measurand.where]
        named += [("by", measurand.by)] if measurand.by else []
        named += [("contrast.over", measurand.contrast.over)] if measurand.contrast else []
        yield from ((f"measurand.{n}.{key}", name) for key, name in named if name not in factors)


def _ambiguous(procedure: Procedure, tables: Tables, named: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """Columns that both tables have with different values for one item."""
    one, other = tables.observations, tables.reference
    if one is None or other is None or one is other or procedure.observations is None or procedure.reference is None:
        return
    shared = {name for _, name in named if name in one.columns and name in other.columns}
    if not shared:
        return
    row_of = {item: n for n, item in enumerate(items(other, procedure.reference.item))}
    here = list(items(one, procedure.observations.item))
    for name in sorted(shared):
        a, b = one.columns[name], other.columns[name]
        for n, item in enumerate(here):
            m = row_of.get(item)
            if m is not None and a[n] != b[m] and label(a[n]) != label(b[m]):
                path = next(path for path, other_name in named if other_name == name)
                message = say("M0331.two_values", name=name, item=item, first=one.file, second=other.file)
                yield Finding("M0331", path, message, say("M0331.hint", name=name))
                break


def items(table: Table, key: Key) -> Iterator[str]:
    """The item of each row; nothing when a column of the key is not there."""
    if all(name in table.columns for name in key):
        columns: list[Sequence[str]] = [table.columns[name] for name in key]
        for cells in zip(*columns, strict=True):
            yield join_key(tuple(identifier(cell) for cell in cells))


def labels(name: str, tables: Tables) -> Mapping[str, None]:
    """The class labels of a column, in order of appearance, without empty cells."""
    found = tables.find(name)
    return (
        {} if found is None else dict.fromkeys(x for c in dict.fromkeys(found[0].columns[found[1]]) if (x := label(c)))
    )
