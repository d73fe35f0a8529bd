"""Sign a record: an in-toto Statement over its files, in a DSSE envelope."""

from __future__ import annotations

import gzip
import hashlib
import platform
from collections.abc import Mapping
from datetime import datetime
from importlib import metadata
from pathlib import Path

from measurand.document.canonical import address_of, canonical
from measurand.document.certificate import Amended, Laboratory, Predicate, Seal, Statement, Subject
from measurand.document.decision import Verdict
from measurand.document.record import Record
from measurand.errors import Finding, NotCertifiableError
from measurand.lab.authenticity import name_check
from measurand.lab.disclosure import commitment
from measurand.lab.envelope import signed
from measurand.lab.keys import PrivateKey, is_demonstration
from measurand.lab.seal import SEAL, differences, few, opened
from measurand.lab.store import FILES, load, load_evidence, read
from measurand.message import say

EMBEDDED = 250_000
"""Evidence travels inside the HTML up to this size, compressed (CONTRACTS section 6)."""
LARGEST = 400_000
"""A page of more bytes goes without the evidence inside."""
LIBRARIES = ("numpy", "scipy", "duckdb")


def certify(
    folder: Path,
    key: PrivateKey,
    *,
    laboratory: Laboratory,
    issued: datetime,
    number: str = "",
    sealed: bool = False,
    amends: Amended | None = None,
) -> bytes:
    """The bytes of ``certificate.json`` for a record: a signed statement of all that it holds.

    ``number`` is by default the name of the record; ``sealed`` asks for a measurement that differs nowhere from its
    seal. Raises NotCertifiableError (exit 4) for an invalid or a partial record, one without the name of its system, a
    name that looks like another one, or one that is not as sealed; StoreError when the record is not as it was written.
    """
    record = load(folder)
    _refuse(record, folder)
    table = load_evidence(folder, record.evidence) if record.evidence is not None else None
    seal = _seal(record, folder, asked=sealed)
    predicate = Predicate(
        number=number or record.name,
        title=record.procedure.title,
        laboratory=laboratory,
        customer=record.procedure.report.customer or "",
        received=record.procedure.report.received or "",
        measured=record.measured,
        issued=f"{issued:%Y-%m-%dT%H:%M:%SZ}",
        demonstration=is_demonstration(key.public_key()),
        procedure_id=record.procedure.id,
        procedure_sha256=hashlib.sha256(record.procedure_text).hexdigest(),
        procedure_text=record.procedure_text.decode("utf-8"),
        procedure=record.procedure,
        systems=tuple(_system(system.model_dump(exclude_none=True)) for system in record.procedure.system),
        evidence=record.evidence,
        results=record.results.results,
        decisions=record.decisions.decisions,
        correlation=record.results.correlation,
        conditions=record.results.validity,
        validity=tuple(check.text for check in record.results.validity),
        remarks=record.results.remarks,
        judge=record.results.judge,
        valid_for=record.procedure.report.valid_for or record.procedure.sampling.population or "",
        not_valid_for=record.procedure.report.not_valid_for or "",
        program=program(),
        seal=seal,
        amends=amends,
        disclosure=commitment(folder, table) if table is not None else None,
    )
    if (check := name_check(predicate)).state == "failed":
        _not_certifiable("M0908.name", folder, reason=check.text)
    names = [name for name in FILES if record.evidence is not None or not name.startswith("evidence.")]
    names = [name for name in names if name != SEAL or seal is not None]
    subjects = [Subject(name=name, digest={"sha256": _sha256(read(folder / name))}) for name in names]
    return signed(Statement(subject=tuple(subjects), predicate=predicate), key)


def _seal(record: Record, folder: Path, *, asked: bool) -> Seal | None:
    """The seal for the certificate, with what differs from it."""
    if record.seal is None:
        if asked:
            _not_certifiable("M0907.not_sealed", folder, reason=say("seal.none"))
        return None
    sources = record.evidence.sources if record.evidence is not None else {}
    found = differences(opened(record.seal, file=folder / SEAL), record.procedure_text, sources, file=str(folder))
    if asked and found:
        _not_certifiable("M0907.not_sealed", folder, reason=few(found))
    return Seal(envelope=record.seal.decode("utf-8"), differences=found)


def embeddable(parquet: bytes, *, disclosure: str) -> bytes | None:
    """The evidence compressed for the page; None when it is not disclosed, or too large to travel inside."""
    if disclosure != "open":
        return None
    compressed = gzip.compress(parquet, mtime=0)
    return compressed if len(compressed) <= EMBEDDED else None


def program() -> dict[str, str]:
    """Versions of the program and of the libraries that numbers may depend on."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {"measurand": metadata.version("measurand"), "python": platform.python_version(), **versions}


def _refuse(record: Record, folder: Path) -> None:
    if record.decisions.verdict is Verdict.INVALID or any(not check.passed for check in record.results.validity):
        reasons = [check.text for check in record.results.validity if not check.passed]
        reasons += [text for d in record.decisions.decisions if d.verdict is Verdict.INVALID for text in d.reasons]
        _not_certifiable("M0901.invalid", folder, reasons="; ".join(dict.fromkeys(reasons)))
    if record.evidence is not None and record.evidence.partial:
        _not_certifiable("M0902.partial", folder)
    for system in record.procedure.system:
        if not system.name and record.evidence is not None:
            _not_certifiable("M0903.name", folder, system=system.id)
    parts_at = address_of(canonical(record.parts))
    for result in record.results.results:
        if result.parts_at not in (None, parts_at):
            _not_certifiable("M0904.changed", folder, what="parts.json")
        if record.evidence is not None and result.evidence_at not in (None, record.evidence.table_at):
            _not_certifiable("M0904.changed", folder, what="evidence.json")
    if record.evidence is not None and record.evidence.procedure_at != address_of(canonical(record.procedure)):
        _not_certifiable("M0904.changed", folder, what="procedure.json")


def _not_certifiable(key: str, folder: Path, **fields: str) -> None:
    text = say(key, file=str(folder), **fields)
    raise NotCertifiableError(Finding(code=key[:5], path="", message=text, file=str(folder)))


def _system(found: Mapping[str, object]) -> dict[str, str]:
    settings = found.get("settings") or {}
    shown = {name: str(text) for name, text in found.items() if name != "settings"}
    return shown | ({"settings": canonical(settings).decode()} if settings else {})


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
