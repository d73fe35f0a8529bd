"""Certificates from Python: sign a measurement, save the page, verify one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from measurand.api.measuring import Measurement
from measurand.api.result import Decision, Result
from measurand.document.record import Record
from measurand.errors import MeasurandError
from measurand.export.card import certificate_card
from measurand.export.html import render
from measurand.lab import keys, store
from measurand.lab.check import Check
from measurand.lab.disclosure import answer_checks
from measurand.lab.job import evaluated
from measurand.lab.laboratory import laboratory
from measurand.lab.seal import found_for
from measurand.lab.sign import LARGEST, embeddable
from measurand.lab.sign import certify as signed
from measurand.lab.trust import trust_folder, trusted
from measurand.lab.verify import verify as verified
from measurand.message import say


@dataclass(frozen=True, repr=False)
class Certificate:
    """A signed record. ``folder`` holds ``certificate.json``, the original, and ``certificate.html``."""

    folder: Path

    @property
    def html(self) -> bytes:
        """The page."""
        return (self.folder / store.PAGE).read_bytes()

    @property
    def json(self) -> bytes:
        """The original: the signed envelope."""
        return (self.folder / store.CERTIFICATE).read_bytes()

    def __repr__(self) -> str:
        return f"certificate {self.folder / store.PAGE}"

    def _repr_html_(self) -> str:
        return certificate_card(store.load(self.folder), file=str(self.folder / store.CERTIFICATE))


@dataclass(frozen=True, repr=False)
class Verification:
    """What was checked of a certificate."""

    checks: tuple[Check, ...]
    exit_code: int

    @property
    def ok(self) -> bool:
        """Authentic and recomputed, with a key that was given or is trusted."""
        return self.exit_code == 0

    def __repr__(self) -> str:
        return "\n".join(f"{check.state:<11}  {check.text}" for check in self.checks)


def certify(
    measured: Measurement | Result | Sequence[Decision],
    *,
    key: str | Path,
    out: str | Path = "out",
    passphrase: str | None = None,
    seal: str | Path | None = None,
    sealed: bool = False,
) -> Certificate:
    """Store a measurement in the laboratory's folder ``out``, sign it and write its certificate.

    ``seal``: the file of a seal of its procedure (``seal``); what differs from it is named on the certificate, or
    refused if ``sealed``.

    The whole measurement is certified, with the requirements that were stated with it (``measure(...,
    requirement=...)``); the system needs a name (``measure(..., system={"name": ...})``). Raises MeasurandError for
    an INVALID measurement, and for decisions that were made afterwards: they belong to no procedure.
    """
    private = keys.private_key(Path(key), passphrase=passphrase.encode() if passphrase else None)
    measurement = _measurement(measured)
    under = None if seal is None else found_for(Path(seal), measurement.documents.procedure.id, named=Path(seal))
    folder = store.save(Path(out), replace(measurement.documents, seal=under), when=datetime.now(UTC))
    envelope = signed(folder, private, laboratory=laboratory(Path(out)), issued=datetime.now(UTC), sealed=sealed)
    parquet, disclosure = measurement.documents.parquet, measurement.documents.procedure.report.disclosure
    page = _page(store.load(folder), envelope, None if parquet is None else embeddable(parquet, disclosure=disclosure))
    if len(page) > LARGEST:
        page = _page(store.load(folder), envelope, None)
    store.add(folder, {store.CERTIFICATE: envelope, store.PAGE: page})
    return Certificate(folder)


def verify(
    file: str | Path,
    *,
    key: str | Path | None = None,
    evidence: str | Path | None = None,
    status: Sequence[str | Path] = (),
    authorities: Sequence[str | Path] = (),
    disclosed: str | Path | None = None,
    challenge: str | Path | None = None,
) -> Verification:
    """Check a certificate: signature, digests, and every printed number computed again from the evidence.

    ``status``: status documents or folders of them (withdrawals and replacements); ``authorities``: root certificates
    of time stamping authorities that you trust; ``disclosed``: items that the laboratory opened (``disclose``), with
    the ``challenge`` that you keep. Raises MeasurandError when the file is no certificate.
    """
    found = verified(
        Path(file),
        recompute=evaluated,
        render=_page,
        key=None if key is None else Path(key),
        trusted=trusted(trust_folder()),
        evidence=None if evidence is None else Path(evidence),
        status=[Path(place) for place in status],
        authorities=[Path(place) for place in authorities],
    )
    if disclosed is not None:
        kept = None if challenge is None else Path(challenge)
        found = replace(found, checks=(*found.checks, *answer_checks(Path(file), Path(disclosed), challenge=kept)))
    elif challenge is not None:
        raise MeasurandError(say("api.challenge_alone"))
    return Verification(found.checks, found.exit_code)


def _measurement(measured: Measurement | Result | Sequence[Decision]) -> Measurement:
    if isinstance(measured, Measurement):
        return measured
    if isinstance(measured, Result):
        found: Measurement = measured.source
        return found
    sources = {id(d.result.source): d.result.source for d in measured}
    if len(sources) != 1:
        raise MeasurandError(say("api.same_measurement"))
    if any(d.document.stated == "after" for d in measured):
        raise MeasurandError(say("api.stated_after"))
    only: Measurement = next(iter(sources.values()))
    return only


def _page(record: Record, envelope: bytes, evidence_gz: bytes | None) -> bytes:
    return render(record, envelope, evidence_gz=evidence_gz)
