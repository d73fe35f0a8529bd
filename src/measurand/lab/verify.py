"""Verify a certificate: authenticity, and every printed number recomputed from the evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from measurand.document.canonical import address_of, canonical, plain
from measurand.document.certificate import Predicate
from measurand.document.evidence import Evidence
from measurand.document.parts import Parts
from measurand.document.procedure import Procedure
from measurand.document.record import Record
from measurand.errors import MeasurandError, StoreError
from measurand.lab import keys
from measurand.lab.archive import is_archive, unpacked
from measurand.lab.authenticity import beside, decisions, results_of, subject_checks
from measurand.lab.check import Check, exit_code, failed, passed, unchecked
from measurand.lab.comparison import Difference, differences, numbers, of_another_version
from measurand.lab.disclosure import own_checks
from measurand.lab.evidence import EvidenceTable
from measurand.lab.laboratory import records
from measurand.lab.opened import Opened, decompressed, opened
from measurand.lab.origin import import_check
from measurand.lab.seal import seal_check
from measurand.lab.standing import standing
from measurand.lab.store import Measurement, checked_evidence, parsed
from measurand.lab.trust import Trusted

TABLE = "evidence.parquet"
FEW = 5
"""Differences that are named; the number of the others is said."""

Recompute = Callable[[bytes, Procedure, EvidenceTable | None, Evidence | None, bytes | None], Measurement]
"""``lab.job.evaluated``."""
Render = Callable[[Record, bytes, bytes | None], bytes]
"""Draws the page of a record, the bytes of its certificate and the compressed evidence inside."""


@dataclass(frozen=True)
class Verification:
    """What was checked. ``exit_code``: 0 authentic and recomputed, 1 not authentic, 3 not all could be checked."""

    path: Path
    number: str
    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        return exit_code(self.checks)


def verify(
    path: Path,
    *,
    recompute: Recompute | None,
    render: Render | None = None,
    key: Path | None = None,
    trusted: Mapping[str, Trusted] | None = None,
    evidence: Path | None = None,
    laboratory: Path | None = None,
    status: Sequence[Path] = (),
    authorities: Sequence[Path] = (),
) -> Verification:
    """Verify ``certificate.json`` or ``certificate.html``.

    ``status``: files and folders with status documents; those beside the file are looked at always. ``authorities``:
    root certificates of time stamping authorities; time stamps lie beside the file.

    The evidence is looked for in ``evidence`` (a file, a record, or a record in an archive), inside the page, beside
    the file, and in the ``laboratory``. Without ``recompute`` or evidence, authenticity alone is checked. Raises
    StoreError when the file is no certificate, the key no key, or the archive is not to be read.
    """
    certificate = opened(path)
    given = keys.public_key(key) if key is not None else None
    predicate = certificate.statement.predicate
    found = standing(certificate, given=given, trusted=trusted or {}, status=status, authorities=authorities)
    checks = list(found.checks)
    keyid = certificate.envelope.signatures[0].keyid if certificate.envelope.signatures else ""
    seal = seal_check(predicate, keyid=keyid, trusted=found.told.trusted, attested=found.attested)
    checks += [check for check in (seal, import_check(predicate)) if check is not None]
    files = beside(certificate)
    data = _evidence(certificate, files, evidence, laboratory, checks)
    if data is not None and (evidence is not None or TABLE not in files):
        files[TABLE] = data  # else the file beside is checked as well as the evidence inside the page
    again, more = _recomputed(certificate, data, files.get("parts.json"), recompute)
    own = {} if again is None else {"parts.json": canonical(again.parts), "results.json": canonical(again.results)}
    checks += [*subject_checks(certificate, files, own), *more]
    if certificate.page is not None:
        checks.append(_page(certificate, render))
    return Verification(path, predicate.number, tuple(checks))


def _evidence(
    certificate: Opened, files: Mapping[str, bytes], named: Path | None, laboratory: Path | None, checks: list[Check]
) -> bytes | None:
    """The bytes of the evidence, from the first place that has any; a broken one inside the page is a failed check."""
    manifest = certificate.statement.predicate.evidence
    if manifest is None:
        return None
    if named is not None and is_archive(named):
        held = unpacked(named)
        if TABLE not in held:
            checks.append(unchecked(TABLE, "check.subject.not_inside", name=TABLE, place=str(named)))
        return held.get(TABLE)
    if named is not None:
        place = named / TABLE if named.is_dir() else named
        if not place.is_file():
            checks.append(unchecked(TABLE, "check.subject.none", name=str(place)))
        return place.read_bytes() if place.is_file() else None
    if certificate.evidence_gz is not None:
        try:
            return decompressed(certificate.evidence_gz)
        except ValueError as error:
            checks.append(failed(TABLE, "check.manifest.failed", reason=str(error)))
    elif TABLE not in files:
        return _stored(manifest, laboratory)
    return files.get(TABLE)


def _stored(manifest: Evidence, laboratory: Path | None) -> bytes | None:
    """The evidence from a record of the laboratory, found by its digest."""
    for folder in records(laboratory) if laboratory is not None else ():
        place = folder / TABLE
        data = place.read_bytes() if place.is_file() else b""
        if hashlib.sha256(data).hexdigest() == manifest.table_sha256:
            return data
    return None


def _recomputed(
    certificate: Opened, data: bytes | None, parts: bytes | None, recompute: Recompute | None
) -> tuple[Measurement | None, list[Check]]:
    predicate = certificate.statement.predicate
    procedure, evidence = predicate.procedure, predicate.evidence
    name = "recomputation"
    checks: list[Check] = []
    table = None
    if procedure is not None and evidence is not None:
        agree = address_of(canonical(procedure)) == evidence.procedure_at
        checks.append((passed if agree else failed)("procedure", f"check.procedure.{'passed' if agree else 'failed'}"))
    if evidence is not None:
        if data is None:
            return None, [*checks, *own_checks(certificate), unchecked(name, "check.recomputed.none")]
        try:
            table = checked_evidence(data, evidence, file=TABLE)
        except MeasurandError as error:
            return None, [*checks, failed("evidence", "check.manifest.failed", reason=str(error))]
        checks.append(passed("evidence", "check.manifest.passed", rows=str(len(table))))
        checks += own_checks(certificate, table)
    if recompute is None or procedure is None:
        return None, [*checks, unchecked(name, "check.recomputed.not_asked")]
    try:
        again = recompute(predicate.procedure_text.encode(), procedure, table, evidence, None)
    except (MeasurandError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        # A certificate may come from anybody: what its evidence does to the evaluation is a finding about it.
        return None, [*checks, failed(name, "check.recomputed.error", reason=f"{type(error).__name__}: {error}")]
    return again, [*checks, _compared(predicate, parts, again)]


def _compared(predicate: Predicate, parts: bytes | None, again: Measurement) -> Check:
    stated = {"results": plain(results_of(predicate)), "decisions": plain(decisions(predicate))}
    found = {"results": plain(again.results), "decisions": plain(again.decisions)}
    for data in (stated, found):
        for result in data["results"]["results"]:
            result.pop("parts_at", None)  # an address has no tolerance; the parts themselves are compared
    _without_later_curves(stated["results"]["results"], found["results"]["results"])
    if parts is not None:
        try:
            stated["parts"], found["parts"] = plain(parsed(parts, Parts, file="parts.json")), plain(again.parts)
        except StoreError as error:
            return failed("recomputation", "check.recomputed.error", reason=str(error))
    differing = list(differences(stated, found))
    own = "check.recomputed.passed" if predicate.evidence is not None else "check.recomputed.budget"
    return agreement(differing, made_by=predicate.program, passed_key=own, count=numbers(stated))


def agreement(differing: Sequence[Difference], *, made_by: Mapping[str, str], passed_key: str, count: int) -> Check:
    """The check of a recomputation. What another version of the program computed otherwise cannot be judged here."""
    here, there = metadata.version("measurand"), made_by.get("measurand", "")
    real = differing if here == there else of_another_version(differing)
    more = f" (and {len(real) - FEW} more)" if len(real) > FEW else ""
    shown = "; ".join(map(str, real[:FEW])) + more
    if real and here == there:
        return failed("recomputation", "check.recomputed.failed", fields=shown)
    if real:
        return unchecked("recomputation", "check.recomputed.version", fields=shown, there=there, here=here)
    if differing:
        fields = {"numbers": str(count), "count": str(len(differing))}
        return passed("recomputation", "check.recomputed.worded", there=there, here=here, **fields)
    return passed("recomputation", passed_key, numbers=str(count))


def _without_later_curves(stated: list[dict[str, Any]], found: list[dict[str, Any]]) -> None:
    """Take from what was recomputed the data of pictures that the program which signed did not know yet."""
    for one, other in zip(stated, found, strict=False):
        known = {curve["name"] for curve in one["curves"]}
        other["curves"] = [curve for curve in other["curves"] if curve["name"] in known]


def _page(certificate: Opened, render: Render | None) -> Check:
    """Does the page show what was signed? It is drawn again from the signed bytes and compared."""
    predicate = certificate.statement.predicate
    page = certificate.page or b""
    if render is None or predicate.procedure is None:
        return unchecked("page", "check.page.none")
    record = Record(
        name=predicate.number,
        measured=predicate.measured,
        procedure_text=predicate.procedure_text.encode(),
        procedure=predicate.procedure,
        evidence=predicate.evidence,
        results=results_of(predicate),
        decisions=decisions(predicate),
        parts=Parts(results=(), values=(), sources=(), lines=()),
    )
    try:
        drawn = render(record, certificate.original, certificate.evidence_gz)
    except MeasurandError as error:
        return failed("page", "check.page.failed", line="0", shown="", signed=str(error))
    if drawn == page:
        return passed("page", "check.page.passed")
    here, there = metadata.version("measurand"), predicate.program.get("measurand", "")
    if here != there:
        return unchecked("page", "check.page.version", version=there, here=here)
    return failed("page", "check.page.failed", **_first_difference(page, drawn))


def _first_difference(page: bytes, drawn: bytes) -> dict[str, str]:
    shown, signed = page.decode("utf-8", "replace").splitlines(), drawn.decode("utf-8", "replace").splitlines()
    pairs = zip([*shown, ""], [*signed, ""], strict=False)
    at, one, other = next(
        ((i, a, b) for i, (a, b) in enumerate(pairs, start=1) if a != b), (max(len(shown), len(signed)), "", "")
    )
    start = max(next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0) - 30, 0)
    return {"line": str(at), "shown": repr(one[start : start + 70]), "signed": repr(other[start : start + 70])}
