"""What a certificate states, as a record: also where the record itself is not at hand."""

from __future__ import annotations

from pathlib import Path

from measurand.document.canonical import address_of, canonical
from measurand.document.parts import Parts
from measurand.document.record import Record
from measurand.document.result import Results
from measurand.errors import Finding, StoreError
from measurand.lab.authenticity import decisions
from measurand.lab.opened import opened
from measurand.message import say

TABLE = "evidence.parquet"


def stated(file: Path) -> tuple[Record, str]:
    """The record that a certificate states, and its address. Nothing is verified. Raises StoreError."""
    statement = opened(file).statement
    p = statement.predicate
    if p.procedure is None:
        raise StoreError(Finding("M0733", "", say("M0733.procedure", file=str(file)), file=str(file)))
    results = Results(results=p.results, correlation=p.correlation, validity=p.conditions, remarks=p.remarks)
    record = Record(
        name=p.number,
        measured=p.measured,
        procedure_text=p.procedure_text.encode(),
        procedure=p.procedure,
        evidence=p.evidence,
        results=results,
        decisions=decisions(p),
        parts=Parts(results=(), values=(), sources=(), lines=()),
    )
    documents = {s.name: f"sha256:{s.digest['sha256']}" for s in statement.subject if s.name != TABLE}
    return record, address_of(canonical(documents))
