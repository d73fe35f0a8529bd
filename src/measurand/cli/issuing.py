"""A signed record: ``certificate.json`` and the page that embeds its bytes, written beside the record's files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from measurand.document.record import Record
from measurand.export.html import render
from measurand.lab.keys import PrivateKey
from measurand.lab.laboratory import laboratory
from measurand.lab.sign import LARGEST, certify, embeddable
from measurand.lab.store import CERTIFICATE, PAGE, add, load, read


def issue(folder: Path, key: PrivateKey, *, number: str = "") -> Path:
    """Sign a record and write its certificate. Returns the page. Raises MeasurandError; then nothing is issued."""
    envelope = certify(folder, key, laboratory=laboratory(folder.parent), issued=datetime.now(UTC), number=number)
    record = load(folder)
    evidence = None if record.evidence is None else embeddable(read(folder / "evidence.parquet"))
    page = page_of(record, envelope, evidence)
    if evidence is not None and len(page) > LARGEST:
        page = page_of(record, envelope, None)  # the evidence lies beside the page, where ``verify`` finds it
    add(folder, {CERTIFICATE: envelope, PAGE: page})
    return folder / PAGE


def page_of(record: Record, envelope: bytes, evidence_gz: bytes | None) -> bytes:
    """The page of a signed record, as ``verify`` draws it again."""
    return render(record, envelope, evidence_gz=evidence_gz)
