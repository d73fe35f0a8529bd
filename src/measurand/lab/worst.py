"""The worst items of a record or a certificate, from the evidence that it holds."""

from __future__ import annotations

from pathlib import Path

from measurand.document.record import Record
from measurand.errors import Finding, StoreError
from measurand.lab.evidence import EvidenceTable
from measurand.lab.opened import decompressed, opened
from measurand.lab.pack import definitions
from measurand.lab.store import checked_evidence, load_evidence
from measurand.message import say
from measurand.study.worst_items import WorstItems, WrongTogether, worst_items

TABLE = "evidence.parquet"


def worst(record: Record, place: Path, *, most: int) -> tuple[tuple[WorstItems, ...], tuple[WrongTogether, ...]]:
    """The worst items; ``place`` is the record's folder, or the file of a certificate that states it.

    Raises StoreError where there is no evidence: a plain budget, or a certificate that left it behind.
    """
    return worst_items(record.procedure, definitions(), _evidence(record, place).columns, most=most)


def _evidence(record: Record, place: Path) -> EvidenceTable:
    if record.evidence is None:
        raise StoreError(Finding("M0734", "", say("M0734.budget"), file=str(place)))
    if place.is_dir():
        return load_evidence(place, record.evidence)
    beside = place.parent / TABLE
    if beside.is_file():
        return checked_evidence(beside.read_bytes(), record.evidence, file=str(beside))
    inside = opened(place).evidence_gz
    if inside is None:
        raise StoreError(Finding("M0734", "", say("M0734.absent"), say("M0734.hint"), str(place)))
    try:
        data = decompressed(inside)
    except ValueError as error:
        message = say("M0734.damaged", reason=str(error))
        raise StoreError(Finding("M0734", "", message, say("M0734.hint"), str(place))) from error
    return checked_evidence(data, record.evidence, file=str(place))
