"""Fix what will be measured before it is: the procedure and its reference data, signed and timed; and compare later."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import metadata
from pathlib import Path

from measurand.document.canonical import Address, address_of, canonical, plain
from measurand.document.certificate import Predicate
from measurand.document.loading import load
from measurand.document.procedure import Procedure
from measurand.document.record import Record
from measurand.document.seal import SealPredicate, SealStatement
from measurand.document.statement import Laboratory, Subject
from measurand.errors import AuthenticityError, Finding, MeasurandError, NotCertifiableError
from measurand.instrument.table import read as read_table
from measurand.lab import keys
from measurand.lab.atomic import refusal
from measurand.lab.check import Check, failed, passed, unchecked
from measurand.lab.comparison import differences as differing
from measurand.lab.comparison import same_sentences
from measurand.lab.envelope import Signed, read, signature_checks, signed
from measurand.lab.sources import certificate_at, contents_at
from measurand.lab.trust import Trusted, fault_of, succeeding
from measurand.message import say

SEAL = "seal.json"
"""Name of the seal in a record."""
ENDING = ".seal.json"
FEW = 6
AS_WRITTEN, AS_NUMBER = ".text", ".value"
"""An amount is held as written and as a number: a change is named once."""


def beside(procedure: Path) -> Path:
    """Where the seal of a procedure file is looked for: ``p.measure.toml`` -> ``p.seal.json``."""
    return procedure.with_name(procedure.name.removesuffix(".toml").removesuffix(".measure") + ENDING)


def sealed(
    text: bytes,
    procedure: Procedure,
    folder: Path,
    key: keys.PrivateKey,
    *,
    laboratory: Laboratory,
    at: datetime,
    program: Mapping[str, str],
    file: Path,
) -> bytes:
    """The seal of a procedure as written, with the addresses of its reference data.

    Raises NotCertifiableError when observations are there already: a seal fixes what comes before them; TableError for
    reference data that cannot be read.
    """
    observations = procedure.observations
    for name in observations.file if observations else ():
        if (folder / name).exists():
            _refuse("M0905.observed", file, name=str(folder / name))
    if procedure.reference is None and procedure.observations is None:
        _refuse("M0906.nothing", file)
    tables = dict(_tables(procedure))
    reference = {
        ", ".join(names): contents_at(read_table([folder / name for name in names], format))
        for names, format in tables.items()
    }
    if procedure.reference is not None and (certificate := procedure.reference.certificate) is not None:
        reference[certificate] = certificate_at(folder / certificate)
    predicate = SealPredicate(
        procedure_id=procedure.id,
        procedure_at=address_of(canonical(procedure)),
        procedure_text=text.decode("utf-8"),
        procedure=procedure,
        reference=reference,
        sealed=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        laboratory=laboratory,
        demonstration=keys.is_demonstration(key.public_key()),
        program=program,
    )
    subjects = [Subject(name=file.name, digest={"sha256": hashlib.sha256(text).hexdigest()})]
    for name in dict.fromkeys(name for names in tables for name in names):
        subjects.append(Subject(name=name, digest={"sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}))
    return signed(SealStatement(subject=tuple(subjects), predicate=predicate), key)


def _tables(procedure: Procedure) -> Iterator[tuple[tuple[str, ...], str]]:
    """Files of reference data with their format."""
    reference = procedure.reference
    if reference is None:
        return
    for one in (reference, reference.annotations, reference.audit):
        if one is not None:
            yield one.file, one.format


def found_for(path: Path, procedure_id: str, *, named: Path | None) -> bytes | None:
    """The bytes of the seal of a procedure file: the named one, or the one beside it; None when there is none.

    Raises StoreError or AuthenticityError for one that is not valid, or of another procedure.
    """
    place = named or beside(path)
    if named is None and not place.is_file():
        return None
    try:
        data = place.read_bytes()
    except OSError as error:
        raise refusal("M0716.certificate", place, reason=error.strerror or str(error)) from None
    stated = opened(data, file=place).statement.predicate
    if stated.procedure_id != procedure_id:
        raise refusal("M0804.other", place, sealed=stated.procedure_id, id=procedure_id)
    return data


def standing(record: Record, *, folder: Path) -> str:
    """In words: was a record measured as sealed? It must hold a seal."""
    seal = opened(record.seal or b"", file=folder / SEAL)
    sources = record.evidence.sources if record.evidence is not None else {}
    found = differences(seal, record.procedure_text, sources, file=str(folder))
    return (
        say("seal.differing", differences=few(found))
        if found
        else say("seal.same", sealed=seal.statement.predicate.sealed)
    )


def differences(
    seal: Signed[SealStatement], procedure_text: bytes, sources: Mapping[str, Address], *, file: str
) -> tuple[str, ...]:
    """Where a procedure and its reference data are not those that were sealed: in words, empty when nowhere.

    Comments and the order of keys make no difference: what is compared is what the file says.
    """
    stated = seal.statement.predicate
    written = load(procedure_text, file)
    changed = {one.path: one for one in differing(plain(stated.procedure), plain(written))}
    found = [
        say("seal.differs", path=path.removesuffix(AS_WRITTEN), sealed=one.stated, now=one.recomputed)
        for path, one in changed.items()
        if path.removesuffix(AS_NUMBER) + AS_WRITTEN not in changed or path.endswith(AS_WRITTEN)
    ]
    for name, address in sorted(stated.reference.items()):
        now = sources.get(name)
        if now != address:
            found.append(say("seal.data", name=name, sealed=address, now=now or say("seal.absent")))
    return tuple(found)


def opened(data: bytes, *, file: Path | str) -> Signed[SealStatement]:
    """A seal as read. Raises StoreError or AuthenticityError, also when its signature is not valid."""
    found = read(data, SealStatement, file=file)
    checks = signature_checks(found, given=None, trusted={}, signed_at=found.statement.predicate.sealed)
    bad = [check.text for check in checks if check.state == "failed"]
    if bad or found.faults:
        text = say("M0803.seal", file=str(file), reason="; ".join([*bad, *found.faults]))
        raise AuthenticityError(Finding(code="M0803", path="", message=text, file=str(file)))
    return found


def seal_check(predicate: Predicate, *, keyid: str, trusted: Mapping[str, Trusted], attested: str = "") -> Check | None:
    """Is the seal that a certificate carries valid, of a key that counts, and earlier; and does nothing differ from it?

    The seal's key is that of the certificate, or one whose place it took; the seal of another key that the reader
    trusts is named as another's. ``attested``: when an authority saw the signature of the certificate, and with it the
    seal inside. None for a certificate without a seal.
    """
    carried = predicate.seal
    if carried is None:
        return None
    try:
        seal = opened(carried.envelope.encode(), file=SEAL)
        sources = predicate.evidence.sources if predicate.evidence else {}
        found = differences(seal, predicate.procedure_text.encode(), sources, file=predicate.procedure_id)
    except MeasurandError as error:
        return failed("seal", "check.seal.failed", reason=str(error))
    fault = _fault(predicate, seal, found, keyid=keyid, trusted=trusted)
    times = {"sealed": seal.statement.predicate.sealed, "measured": predicate.measured}
    if fault is not None:
        return failed("seal", fault, keyid=seal.envelope.signatures[0].keyid, **times)
    signer = seal.envelope.signatures[0].keyid
    if signer != keyid and (other := _of_another_key(trusted[signer], signer, keyid, trusted, times, attested)):
        return other
    if found:
        return unchecked("seal", "check.seal.differs", needed=False, differences=few(found), **times)
    return passed("seal", "check.seal.passed", **times)


def _of_another_key(
    one: Trusted, signer: str, keyid: str, trusted: Mapping[str, Trusted], times: Mapping[str, str], attested: str
) -> Check | None:
    """What is to be said of a seal by another key than the certificate's; None: its place was taken by that one."""
    if why := fault_of(one, times["sealed"], attested=attested):
        return failed("seal", "check.seal.failed", reason=why)
    if keyid in succeeding(signer, trusted):
        return None
    return unchecked("seal", "check.seal.anothers", needed=False, name=one.name, keyid=signer, **times)


def _fault(
    predicate: Predicate,
    seal: Signed[SealStatement],
    found: tuple[str, ...],
    *,
    keyid: str,
    trusted: Mapping[str, Trusted],
) -> str | None:
    """What is wrong with a valid seal in this certificate: the key of a sentence."""
    signer = seal.envelope.signatures[0].keyid
    if signer != keyid and signer not in trusted:
        return "check.seal.stranger"
    stated = predicate.seal.differences if predicate.seal is not None else ()
    other_version = predicate.program.get("measurand") != metadata.version("measurand")
    if stated != found and not (other_version and same_sentences(stated, found)):
        return "check.seal.other"
    return "check.seal.late" if seal.statement.predicate.sealed > predicate.measured else None


def few(differences: tuple[str, ...]) -> str:
    """The first differences in one line, and how many more there are."""
    more = say("seal.more", count=str(len(differences) - FEW)) if len(differences) > FEW else ""
    return "; ".join(differences[:FEW]) + more


def _refuse(key: str, file: Path, **fields: str) -> None:
    text = say(key, file=str(file), **fields)
    raise NotCertifiableError(Finding(code=key[:5], path="", message=text, file=str(file)))
