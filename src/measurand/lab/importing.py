"""Write what was read from other tools' logs: the table, the record of the import, and a procedure that measures it."""

from __future__ import annotations

import csv
import io
import json
import math
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from measurand.document.canonical import plain
from measurand.document.evidence import STATUSES, Evidence
from measurand.document.imported import Import, ImportedLog, Stated
from measurand.document.imported_sketch import Taken, procedure_text
from measurand.document.loading import load
from measurand.document.number import number
from measurand.document.procedure import Procedure
from measurand.document.sketch import sketch
from measurand.document.table import Table
from measurand.errors import TableError
from measurand.instrument.fault import refusal
from measurand.instrument.importer.contract import Asked, Log, Reading, Tabled
from measurand.instrument.importer.registry import KINDS, importer
from measurand.instrument.importer.rows import agreements, columns, finished
from measurand.instrument.importer.source import parsed
from measurand.instrument.table import read
from measurand.lab.atomic import write_file
from measurand.lab.evidence import EvidenceTable
from measurand.lab.parquet import written
from measurand.lab.sources import contents_at

SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True)
class Done:
    """The files that were written, and what the import was."""

    table: Path
    record: Path
    procedure: Path
    imported: Import
    remarks: Sequence[str]


def import_logs(kind: str, paths: Sequence[Path], asked: Asked, *, to: Path) -> Done:
    """Read logs and write table, record and procedure; when one of the three is there, nothing is read or written.

    Raises TableError, StoreError.
    """
    record, procedure = to.with_name(f"{to.stem}.import.json"), to.with_name(f"{to.stem}.measure.toml")
    if to.suffix.lower() not in SUFFIXES:
        raise refusal("M0487.format", file=str(to), hint="M0487.hint", suffix=to.suffix or "-", kind=kind)
    for path in (to, record, procedure):
        if path.exists():
            raise refusal("M0486.exists", file=str(path), hint="M0486.hint")
    _refuse_unused(kind, asked)
    reading = _read(kind, paths, asked)
    if isinstance(reading, Tabled):
        _refuse_twice(reading.logs)
    suffix = to.suffix.lower()
    if isinstance(reading, Tabled):
        data = table_bytes(reading.columns, suffix)
        table = _read_back(data, suffix)
        text = sketch(table, file=to.name, imported=record.name).encode()
        found = _described_table(kind, reading, table, load(text, str(procedure)))
    else:
        reading = finished(reading)
        data = table_bytes(columns(reading), suffix)
        found = described(kind, reading, table_at=contents_at(_read_back(data, suffix)))
        text = procedure_text(_taken(reading, found, table=to.name, record=record.name)).encode()
    load(text, str(procedure))
    to.parent.mkdir(parents=True, exist_ok=True)
    write_file(to, data)
    write_file(record, (json.dumps(plain(found), indent=2, ensure_ascii=False) + "\n").encode())
    write_file(procedure, text)
    return Done(to, record, procedure, found, reading.remarks)


def _refuse_unused(kind: str, asked: Asked) -> None:
    """An option that the kind has no use for would be ignored."""
    for option, value in vars(asked).items():
        if value and option not in KINDS[kind].options:
            known = ", ".join(f"--{name}" for name in KINDS[kind].options) or "-"
            raise refusal("M0488.option", file=kind, hint="M0488.hint", option=option, kind=kind, known=known)


def _refuse_twice(logs: Sequence[Log]) -> None:
    """A table that is given twice would have every row twice, and nothing in it would say so."""
    first: dict[str, Log] = {}
    for log in logs:
        earlier = first.setdefault(log.sha256, log)
        if earlier is not log:
            raise refusal("M0478.same", file=log.name, hint="M0478.hint_same", other=earlier.name)


def _read(kind: str, paths: Sequence[Path], asked: Asked) -> Reading | Tabled:
    """What an importer reads. A log whose values are of other kinds than the tool writes ends as an error about the
    log: it is data from elsewhere, and no program that reads it is at fault."""
    try:
        return importer(kind)(paths, asked)
    except RecursionError:
        raise refusal("M0433.deep", file=", ".join(map(str, paths))) from None
    except (AttributeError, TypeError, KeyError, IndexError, ValueError, ArithmeticError) as error:
        reason = f"{type(error).__name__}: {error}"[:200]
        file = ", ".join(map(str, paths))
        raise refusal("M0481.shape", file=file, hint="M0481.hint", kind=kind, reason=reason) from error


def described(kind: str, reading: Reading, *, table_at: str) -> Import:
    """The record of an import."""
    counts: Counter[str] = Counter(row.status for row in reading.rows)
    known = [a for a in agreements(reading) if math.isfinite(a.stated) and math.isfinite(a.found)]
    return Import(
        kind=kind,
        tool=reading.tool,
        logs=tuple(ImportedLog(name=log.name, sha256=log.sha256) for log in reading.logs),
        chosen=dict(reading.chosen),
        read=reading.read,
        kept=len(reading.rows) - reading.absent,
        dropped=dict(reading.dropped),
        absent=reading.absent,
        counts={status: counts[status] for status in STATUSES if counts[status]},
        stated=tuple(
            Stated(name=a.name, where=dict(a.where), stated=number(a.stated), found=number(a.found)) for a in known
        ),
        table_at=table_at,
        program=metadata.version("measurand"),
    )


def table_bytes(cells: Mapping[str, Sequence[str]], suffix: str) -> bytes:
    """The bytes of a table of texts as CSV or Parquet."""
    if suffix == ".parquet":
        return written(EvidenceTable({name: _text(column) for name, column in cells.items()}))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(cells)
    writer.writerows(zip(*cells.values(), strict=True))
    return text.getvalue().encode()


def bound_import(evidence: Evidence, procedure: Procedure, folder: Path) -> Evidence:
    """The manifest with the import that the procedure names; it must be of the table that was measured.

    Raises TableError: not readable, or the table was changed since.
    """
    observations = procedure.observations
    if observations is None or observations.imported is None:
        return evidence
    path = folder / observations.imported
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise refusal("M0484.unreadable", file=str(path), hint="M0484.hint", reason=reason) from None
    found = _import_of(data, path)
    if evidence.sources.get(", ".join(observations.file)) != found.table_at:
        raise refusal("M0485.other", file=str(path), hint="M0485.hint")
    return evidence.model_copy(update={"imported": found})


def _import_of(data: bytes, path: Path) -> Import:
    try:
        return Import.model_validate(parsed(data, str(path)))
    except TableError:
        raise
    except ValueError as error:
        reason = str(error).splitlines()[0]
        raise refusal("M0484.unreadable", file=str(path), hint="M0484.hint", reason=reason) from None


def _described_table(kind: str, tabled: Tabled, table: Table, procedure: Procedure) -> Import:
    """The record of an import whose rows are kept as they are; statuses are counted as the procedure reads them."""
    column = procedure.observations.status if procedure.observations else None
    counts = Counter(table.columns[column]) if column else Counter({"ok": len(table)})
    return Import(
        kind=kind,
        tool=tabled.tool,
        logs=tuple(ImportedLog(name=log.name, sha256=log.sha256) for log in tabled.logs),
        read=tabled.read,
        kept=len(table),
        counts=dict(counts),
        table_at=contents_at(table),
        program=metadata.version("measurand"),
    )


def _read_back(data: bytes, suffix: str) -> Table:
    """The table as a measurement will read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(data)
        return read([path])


def _taken(reading: Reading, found: Import, *, table: str, record: str) -> Taken:
    scores = {row.score for row in reading.rows if row.status == "ok"}
    settings = {name: reading.systems.get(name, {}) for name in dict.fromkeys(row.system for row in reading.rows)}
    return Taken(
        table=table,
        record=record,
        tool=reading.tool,
        about=reading.about,
        metric=reading.chosen.get("metric", ""),
        systems=settings,
        outcome=scores <= {"0", "1"},
        repeats=len({row.repeat for row in reading.rows}),
        counts=found.counts,
        alike=not scores <= {"0", "1"} and _alike(reading),
        conditions=reading.conditions,
        groups=reading.groups,
        cluster=reading.cluster,
    )


def _alike(reading: Reading) -> bool:
    """Whether every system has the same scores."""
    by_system: dict[str, dict[tuple[str, ...], str]] = {}
    for row in reading.rows:
        key = (row.item, row.repeat, *(row.more.get(name, "") for name in reading.conditions))
        by_system.setdefault(row.system, {})[key] = row.score
    first, *others = by_system.values()
    return all(other == first for other in others)


def _text(cells: Sequence[str]) -> np.ndarray:
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    return column
