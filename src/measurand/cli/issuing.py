"""A signed record: ``certificate.json`` and the page that embeds its bytes, written beside the record's files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from measurand.document.certificate import Amended
from measurand.document.record import Record
from measurand.export.html import render
from measurand.lab.atomic import refusal
from measurand.lab.keys import PrivateKey
from measurand.lab.laboratory import laboratory
from measurand.lab.opened import Opened, opened
from measurand.lab.sign import LARGEST, certify, embeddable
from measurand.lab.status import placed, spoken_of, superseded
from measurand.lab.store import CERTIFICATE, PAGE, add, load, read


@dataclass(frozen=True)
class Earlier:
    """A certificate that the new one replaces, and why."""

    certificate: Opened
    reason: str


def issue(
    folder: Path, key: PrivateKey, *, number: str = "", sealed: bool = False, earlier: Earlier | None = None
) -> Path:
    """Sign a record and write its certificate; beside an earlier one, that it is superseded. Returns the page.

    Raises MeasurandError; then nothing is issued.
    """
    now = datetime.now(UTC)
    who = laboratory(folder.parent)
    amends = _amended(earlier) if earlier is not None else None
    envelope = certify(folder, key, laboratory=who, issued=now, number=number, sealed=sealed, amends=amends)
    record = load(folder)
    held = read(folder / "evidence.parquet") if record.evidence is not None else None
    evidence = None if held is None else embeddable(held, disclosure=record.procedure.report.disclosure)
    page = page_of(record, envelope, evidence)
    if evidence is not None and len(page) > LARGEST:
        page = page_of(record, envelope, None)  # the evidence lies beside the page, where ``verify`` finds it
    add(folder, {CERTIFICATE: envelope, PAGE: page})
    if earlier is not None:
        old = spoken_of(earlier.certificate.original, earlier.certificate.statement.predicate)
        new = spoken_of(envelope, opened(folder / CERTIFICATE).statement.predicate)
        at = f"{now:%Y-%m-%dT%H:%M:%SZ}"
        data = superseded(old, new, key, reason=earlier.reason, laboratory=who, at=at)
        placed(earlier.certificate.path, data)
    return folder / PAGE


def _amended(earlier: Earlier) -> Amended:
    if not earlier.reason:
        raise refusal("M0725.reason", earlier.certificate.path)
    one = spoken_of(earlier.certificate.original, earlier.certificate.statement.predicate)
    return Amended(number=one.number, sha256=one.sha256, reason=earlier.reason)


def page_of(record: Record, envelope: bytes, evidence_gz: bytes | None) -> bytes:
    """The page of a signed record, as ``verify`` draws it again."""
    return render(record, envelope, evidence_gz=evidence_gz)
