"""What a record or a certificate states of its results, with the parts that covariances need."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from measurand.document.canonical import canonical
from measurand.document.certificate import Predicate
from measurand.document.evidence import Evidence
from measurand.document.parts import Parts
from measurand.document.procedure import Procedure
from measurand.document.result import Result
from measurand.errors import AuthenticityError, Finding
from measurand.lab.atomic import refusal
from measurand.lab.authenticity import beside
from measurand.lab.evidence import EvidenceTable
from measurand.lab.job import evaluated
from measurand.lab.opened import Opened, decompressed, opened
from measurand.lab.parts import level_id
from measurand.lab.reference import salt
from measurand.lab.standing import standing
from measurand.lab.store import check_sums, checked_evidence, load, load_evidence, parsed
from measurand.lab.trust import Trusted
from measurand.message import say
from measurand.study.shared_levels import ITEMS

PARTS = "parts.json"
BLOCKS = 8
"""Blocks whose number may stand behind the name of a unit (``study.margins``)."""


@dataclass(frozen=True)
class Stated:
    """The results of one file, and where they are from."""

    source: str
    kind: Literal["record", "certificate"]
    procedure: Procedure
    results: tuple[Result, ...]
    parts: Parts
    names: Mapping[str, str]
    """Hashed id of a unit -> its id; empty where the evidence is not at hand."""
    remarks: tuple[str, ...] = ()


def stated(path: Path, *, trusted: Mapping[str, Trusted]) -> Stated:
    """The results of a record's folder or of a certificate's file, with their parts.

    The parts of a certificate lie beside it, or are recomputed from the evidence inside of its page. Raises StoreError:
    no record and no certificate, files that are not what they were, no parts. AuthenticityError: the certificate is not
    what was signed, it was withdrawn, or its key is not to be believed.
    """
    return _of_record(path) if path.is_dir() else _of_certificate(path, trusted)


def _of_record(folder: Path) -> Stated:
    record = load(folder)
    check_sums(folder)
    table = None if record.evidence is None else load_evidence(folder, record.evidence)
    names = {} if table is None else names_of(table, record.parts)
    return Stated(folder.name, "record", record.procedure, record.results.results, record.parts, names)


def _of_certificate(path: Path, trusted: Mapping[str, Trusted]) -> Stated:
    certificate = opened(path)
    predicate = certificate.statement.predicate
    found = standing(certificate, given=None, trusted=trusted)
    for check in found.checks:
        if check.state == "failed":
            raise AuthenticityError(Finding("M0855", "", say("M0855.failed", why=check.text), file=str(path)))
    if predicate.procedure is None:
        raise refusal("M0856.procedure", path)
    table = _table(certificate, predicate.evidence)
    parts = _parts(certificate, predicate, predicate.procedure, table)
    unknown = [check.text for check in found.checks if check.name == "key" and check.state != "passed"]
    remarks = tuple(say("compare.key", number=predicate.number, why=why) for why in unknown)
    names = {} if table is None else names_of(table, parts)
    return Stated(predicate.number, "certificate", predicate.procedure, predicate.results, parts, names, remarks)


def _table(certificate: Opened, evidence: Evidence | None) -> EvidenceTable | None:
    """The evidence inside of the page, or beside the certificate; None where there is none."""
    if evidence is None:
        return None
    data = beside(certificate).get("evidence.parquet")
    if data is None and certificate.evidence_gz is not None:
        try:
            data = decompressed(certificate.evidence_gz)
        except ValueError as error:
            raise refusal("M0713.certificate", certificate.path, reason=str(error)) from None
    return None if data is None else checked_evidence(data, evidence, file=str(certificate.path))


def _parts(certificate: Opened, predicate: Predicate, procedure: Procedure, table: EvidenceTable | None) -> Parts:
    expected = {s.name: s.digest.get("sha256", "") for s in certificate.statement.subject}.get(PARTS, "")
    data = beside(certificate).get(PARTS)
    if data is None and table is not None and predicate.evidence is not None:
        again = evaluated(predicate.procedure_text.encode(), procedure, table, predicate.evidence, None)
        data = canonical(again.parts)
        if hashlib.sha256(data).hexdigest() != expected:
            raise refusal("M0856.version", certificate.path)
    if data is None:
        raise refusal("M0856.parts", certificate.path)
    if hashlib.sha256(data).hexdigest() != expected:
        raise AuthenticityError(Finding("M0855", "", say("M0855.parts"), file=str(certificate.path.parent / PARTS)))
    return parsed(data, Parts, file=certificate.path.parent / PARTS)


def names_of(table: EvidenceTable, parts: Parts) -> Mapping[str, str]:
    """Hashed id -> id of the units (items or clusters) of a record's parts; empty where the parts are cells."""
    secret = salt(table)
    levels = {level for s in parts.sources if s.key.startswith(ITEMS) for level in s.levels}
    for column in ("cluster", "item"):
        names = [str(name) for name in dict.fromkeys(table.columns.get(column, ()))]
        for ending in ("", *(f"\x1f{block}" for block in range(BLOCKS))):
            found = {level_id(secret, f"{name}{ending}"): name for name in names}
            if levels & found.keys():
                return found if not ending else _of_blocks(names, secret)
    return {}


def _of_blocks(names: list[str], secret: bytes) -> Mapping[str, str]:
    """Where a unit has rows in several blocks, the number of the block stands behind its name."""
    return {level_id(secret, f"{name}\x1f{block}"): name for block in range(BLOCKS) for name in names}
