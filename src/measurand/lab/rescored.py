"""A record's texts scored another way: computed from the stored evidence; nothing is observed, nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from measurand.document.canonical import address_of, canonical
from measurand.document.evidence import Evidence
from measurand.document.live import Scoring
from measurand.document.loading import located, other_scoring
from measurand.document.procedure import Procedure, statuses
from measurand.document.table import Table
from measurand.errors import Finding, ProcedureError, StoreError
from measurand.instrument import cells
from measurand.instrument.scoring.registry import COUNTS
from measurand.lab import store
from measurand.lab.evidence import EvidenceTable, address, counts
from measurand.lab.job import Phase, evaluated
from measurand.lab.pack import definitions
from measurand.lab.parquet import written
from measurand.lab.scored import text_column, values
from measurand.lab.store import Measurement
from measurand.message import say
from measurand.study.resolve import resolve

TEXTS = ("output", "logprobs")
"""Columns that hold what is scored."""


@dataclass(frozen=True)
class Rescored:
    """What the record would say under another scoring."""

    measurement: Measurement
    texts: int
    """How many were scored."""
    changed: int
    """How many of them have another value, or are scored where they were not, or the other way round."""


def rescored(folder: Path, text: bytes, file: str, *, phase: Phase | None = None) -> Rescored:
    """The record in ``folder`` under the ``[scoring]`` of another file.

    Raises StoreError: the record holds no texts, or its files are not what they were; ProcedureError: the other file
    is no scoring, or one that the measurands cannot use; TableError, RunError as in a measurement.
    """
    record = store.load(folder)
    if record.evidence is None or "output" not in record.evidence.columns or record.procedure.scoring is None:
        raise StoreError(Finding("M0735", "", say("M0735.no_texts"), say("M0735.hint"), str(folder)))
    scoring = other_scoring(record.procedure_text, text, file)
    if scoring.kind == "judge":
        raise StoreError(Finding("M0735", "", say("M0735.judge"), say("M0735.judge_hint"), str(folder)))
    procedure = record.procedure.model_copy(update={"scoring": scoring})
    findings, procedure = resolve(procedure, definitions(), observations=None, reference=None)
    if findings:
        raise ProcedureError(located(findings, text, file))
    stored = store.load_evidence(folder, record.evidence)
    if record.procedure.scoring.by is not None and any(name.startswith("score") for name in stored.columns):
        raise StoreError(Finding("M0735", "", say("M0735.scores"), say("M0735.scores_hint"), str(folder)))
    table, identity = _scored(procedure, scoring, stored, Path(file).parent)
    parquet = written(table)
    evidence = _manifest(record.evidence, procedure, table, parquet, identity)
    changed = (table.columns["value"] != stored.columns["value"]) | (
        table.columns["status"] != stored.columns["status"]
    )
    measurement = evaluated(record.procedure_text, procedure, table, evidence, parquet, phase=phase)
    return Rescored(measurement, int(_texts(stored).sum()), int(changed.sum()))


def _texts(table: EvidenceTable) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows that hold a text which was scored, or could not be."""
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.isin(table.columns["status"].astype(str), ("ok", "unscored"))
    return found


def _scored(
    procedure: Procedure, scoring: Scoring, table: EvidenceTable, folder: Path
) -> tuple[EvidenceTable, Mapping[str, str]]:
    rows = np.flatnonzero(_texts(table))
    held = table.columns.get("reference")
    references = [""] * len(rows) if held is None else [str(cell) for cell in held[rows]]
    declared = procedure.reference.classes if procedure.reference is not None else None
    classes = declared or tuple(sorted({str(cell) for cell in held} - {""} if held is not None else set()))
    texts = text_column(scoring, {name: table.columns[name][rows].tolist() for name in TEXTS if name in table.columns})
    found, identity = values(scoring, texts or (), references, classes, folder)
    value, status, reason = (table.columns[name].copy() for name in ("value", "status", "reason"))
    exposure = np.full(len(value), np.nan)
    for row, one in zip(rows, found, strict=True):
        value[row], reason[row] = one.value, one.reason
        exposure[row] = float(one.exposure or "nan")
        status[row] = "ok" if one.value else "unscored"
    if scoring.kind == "choice" and classes:
        named = Table("evidence.parquet", {"output": value.tolist()}, range(1, len(value) + 1), "")
        cells.classes(named, "output", known=classes, rows=np.flatnonzero(value != "").tolist())
    columns = {**table.columns, "value": value, "status": status, "reason": reason}
    return EvidenceTable(columns | ({"exposure": exposure} if scoring.kind in COUNTS else {})), identity


def _manifest(
    stored: Evidence, procedure: Procedure, table: EvidenceTable, parquet: bytes, identity: Mapping[str, str]
) -> Evidence:
    kept = {name: text for name, text in stored.instrument.items() if not name.startswith("scoring")}
    by_status = counts(table)
    return stored.model_copy(
        update={
            "procedure_at": address_of(canonical(procedure)),
            "table_sha256": hashlib.sha256(parquet).hexdigest(),
            "table_at": address(table),
            "counts": by_status,
            "excluded": {s: n for s, n in by_status.items() if statuses(procedure).get(s) == "exclude"},
            "instrument": {**kept, **identity},
        }
    )
