"""The main job: from a procedure file to the documents of a measurement, and again from the stored evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from measurand.document.canonical import address_of, canonical
from measurand.document.decision import Decisions
from measurand.document.evidence import Evidence
from measurand.document.loading import load, located
from measurand.document.parts import Parts
from measurand.document.procedure import Procedure, is_budget
from measurand.errors import Finding, ProcedureError, StoreError
from measurand.lab import store
from measurand.lab.cells import in_cells
from measurand.lab.disclosure import withheld
from measurand.lab.evidence import EvidenceTable
from measurand.lab.importing import bound_import
from measurand.lab.live import Progress
from measurand.lab.pack import definitions
from measurand.lab.parts import attached, hashed
from measurand.lab.prompts import with_prompts
from measurand.lab.reference import salt
from measurand.lab.reference_binding import bound, with_labels
from measurand.lab.run import Run, run
from measurand.lab.sources import Sources, sources
from measurand.lab.store import Measurement
from measurand.message import say
from measurand.study.deciding import decisions
from measurand.study.measure import Measured, measure
from measurand.study.reference_binding import checks
from measurand.study.resolve import resolve

JOURNALS = ".unfinished"
"""Folder of a laboratory that keeps the journals of unfinished runs."""

Phase = Callable[[str, float], None]
"""Called with the name of a phase of the evaluation and its share that is done."""


@dataclass(frozen=True)
class Written:
    """A procedure as it was written: its bytes, what they say, and the folder that its paths start from."""

    text: bytes
    procedure: Procedure
    file: str
    folder: Path


@dataclass(frozen=True)
class Done:
    """A measurement that was stored: the folder of its record, and what was found in the tables and not declared."""

    folder: Path
    measurement: Measurement
    remarks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Computed:
    """What follows from a procedure and its evidence, with what is needed to compare results and to decide again."""

    measured: Measured
    decisions: Decisions
    parts: Parts
    """Levels by name, not yet hashed."""


def opened(path: Path) -> Written:
    """Read a procedure file. Raises ProcedureError with all its findings."""
    try:
        text = path.read_bytes()
    except OSError as error:
        message = say("M0106.unreadable", file=str(path), reason=error.strerror or str(error))
        raise ProcedureError(Finding("M0106", "", message, say("M0106.hint"), str(path))) from None
    return Written(text, load(text, str(path)), str(path), path.parent)


def resolved(written: Written, tables: Sources | None = None) -> Procedure:
    """The procedure with everything written that follows from the tables. Raises ProcedureError, TableError."""
    found = sources(written.procedure, written.folder) if tables is None else tables
    findings, procedure = resolve(
        with_prompts(with_labels(written.procedure, written.folder), written.folder),
        definitions(),
        observations=found.observations,
        reference=found.reference,
    )
    if findings:
        raise ProcedureError(located(findings, written.text, written.file))
    return procedure


def job(
    written: Written,
    laboratory: Path,
    *,
    fresh: bool = False,
    extend: bool = False,
    progress: Progress | None = None,
    phase: Phase | None = None,
    seal: bytes | None = None,
) -> Done:
    """Observe, evaluate, decide, and store the record in a laboratory's folder, with the seal of the procedure.

    An unfinished run of the same procedure is resumed unless ``fresh``; with ``extend`` its limits count anew.
    Raises MeasurandError.
    """
    tables = sources(written.procedure, written.folder)
    procedure = resolved(written, tables)
    seen = observed(written, procedure, laboratory, fresh=fresh, extend=extend, progress=progress, tables=tables)
    when = datetime.now(UTC)
    table, evidence = (seen.table, seen.evidence) if seen else (None, None)
    measurement = evaluated(written.text, procedure, table, evidence, seen.parquet if seen else None, phase=phase)
    measurement = replace(measurement, seal=seal)
    folder = store.save(laboratory, measurement, when=when)
    if seen and seen.journal:
        seen.journal.unlink(missing_ok=True)
    if seen:
        seen.judged_in.unlink(missing_ok=True)
    return Done(folder, measurement, seen.remarks if seen else ())


def observed(
    written: Written,
    procedure: Procedure,
    laboratory: Path,
    *,
    fresh: bool = False,
    extend: bool = False,
    progress: Progress | None = None,
    tables: Sources | None = None,
) -> Run | None:
    """What observing leaves; None for a plain budget, which observes nothing."""
    if is_budget(procedure):
        return None
    journals = laboratory / JOURNALS
    seen = run(
        procedure,
        definitions(),
        folder=written.folder,
        journals=journals,
        fresh=fresh,
        extend=extend,
        progress=progress,
        tables=tables,
    )
    evidence = bound_import(seen.evidence, procedure, written.folder)
    return replace(seen, evidence=bound(evidence, procedure, written.folder, at=datetime.now(UTC)))


def evaluated(
    text: bytes,
    procedure: Procedure,
    table: EvidenceTable | None,
    evidence: Evidence | None,
    parquet: bytes | None,
    *,
    phase: Phase | None = None,
) -> Measurement:
    """The documents that follow from a procedure and its evidence."""
    return written_down(text, procedure, table, evidence, parquet, computed(procedure, table, evidence, phase=phase))


def written_down(
    text: bytes,
    procedure: Procedure,
    table: EvidenceTable | None,
    evidence: Evidence | None,
    parquet: bytes | None,
    found: Computed,
) -> Measurement:
    """The documents of what was computed; levels of the parts under the salt of the reference set."""
    secret = salt(table) if table is not None else b""
    least = procedure.report.cell
    parts = hashed(found.parts if least is None else in_cells(found.parts, secret, least=least), secret)
    results = attached(withheld(found.measured.results, procedure), parts)
    return Measurement(text, procedure, evidence, parquet, results, found.decisions, parts)


def computed(
    procedure: Procedure, table: EvidenceTable | None, evidence: Evidence | None, *, phase: Phase | None = None
) -> Computed:
    """Results, decisions and parts of a procedure and its evidence table (``study.measure``)."""
    found = measure(
        procedure,
        definitions(),
        None if table is None else table.columns,
        procedure_at=address_of(canonical(procedure)),
        reference_at=evidence.reference_at if evidence else "",
        evidence_at=evidence.table_at if evidence else "",
        progress=phase,
        conditions=checks(procedure, evidence),
        judge=evidence.judge if evidence else None,
    )
    return Computed(found, decisions(procedure, found.results, found.limits), found.parts)


def again(folder: Path, *, phase: Phase | None = None) -> Measurement:
    """A stored record computed again from its evidence. Raises StoreError when its files are not what they were."""
    record = store.load(folder)
    if record.evidence is None and not is_budget(record.procedure):
        raise StoreError(say("M0703.missing", file=str(folder / "evidence.json")))
    if record.evidence is None:
        return evaluated(record.procedure_text, record.procedure, None, None, None, phase=phase)
    table = store.load_evidence(folder, record.evidence)
    return evaluated(record.procedure_text, record.procedure, table, record.evidence, None, phase=phase)
