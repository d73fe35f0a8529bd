"""Certify reference data: a signed statement of what a set is and how surely its values hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from measurand.document.reference_certificate import RANK, Higher, ReferencePredicate, ReferenceStatement
from measurand.document.reference_file import ReferenceFile, load_reference
from measurand.document.statement import Laboratory, Subject
from measurand.errors import AuthenticityError, Finding, NotCertifiableError, ProcedureError
from measurand.lab import keys
from measurand.lab.atomic import refusal
from measurand.lab.envelope import Signed, read, signature_checks, signed
from measurand.lab.reference_data import inside
from measurand.lab.reference_found import Evaluated, characteristic, evaluated, stated
from measurand.lab.reference_status import reference_status
from measurand.lab.trust import trust_folder, trusted
from measurand.message import say

ENDING = ".reference.json"
"""Of the name of a certificate of reference data."""
ITEMS = ".items.csv"
"""Of the name of the table of values and label uncertainty by item."""
LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Certificate:
    """A certificate of reference data with the table of label uncertainty by item."""

    original: bytes
    items_csv: bytes


def beside(path: Path) -> Path:
    """Where the certificate of a described set is written: ``lidc.toml`` -> ``lidc.reference.json``."""
    return path.with_name(path.name.removesuffix(".toml").removesuffix(".reference") + ENDING)


def items_file(path: Path) -> Path:
    """Where the table of label uncertainty by item is written."""
    return path.with_name(path.name.removesuffix(".toml").removesuffix(".reference") + ITEMS)


def described(path: Path) -> tuple[bytes, ReferenceFile]:
    """A describing file as read. Raises ProcedureError."""
    try:
        text = path.read_bytes()
    except OSError as error:
        message = say("M0106.unreadable", file=str(path), reason=error.strerror or str(error))
        raise ProcedureError(Finding("M0106", "", message, file=str(path))) from None
    return text, load_reference(text, str(path))


def certified(
    path: Path, key: keys.PrivateKey, *, laboratory: Laboratory, at: datetime, program: Mapping[str, str]
) -> Certificate:
    """The certificate of the set that a file describes.

    Raises ProcedureError, TableError, DesignError; NotCertifiableError for a set that has expired, or whose higher set
    is not higher, has expired or is not validly signed.
    """
    text, one = described(path)
    issued = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    if issued[:10] > one.expires:
        _refuse("M0911.expired", path, expires=one.expires)
    found = evaluated(one, path.parent)
    above = _above(one, path, issued)
    predicate = stated_by(one, text, found, above, laboratory=laboratory, issued=issued, program=program,
                          demonstration=keys.is_demonstration(key.public_key()))  # fmt: skip
    statement = ReferenceStatement(subject=_subjects(one, path, text, found), predicate=predicate)
    return Certificate(signed(statement, key), found.items_csv)


def stated_by(
    one: ReferenceFile,
    text: bytes,
    found: Evaluated,
    above: Signed[ReferenceStatement] | None,
    *,
    laboratory: Laboratory,
    issued: str,
    program: Mapping[str, str],
    demonstration: bool,
) -> ReferencePredicate:
    """What the certificate of a set states. Raises DesignError for a higher set of another kind."""
    upper = None if above is None else above.statement.predicate
    uncertainty = characteristic(one, found.found, None if upper is None else upper.uncertainty)
    parts = {
        "labels": uncertainty, "homogeneity": found.found.homogeneity, "stability": found.found.stability,
        "duplicates": next((r for r in found.found.likeness if not r.against), None),
        "leakage": next((r for r in found.found.likeness if r.against), None),
    }  # fmt: skip
    return ReferencePredicate(
        id=one.id,
        title=one.title,
        tier=one.tier,
        intended_use=one.intended_use,
        not_for=one.not_for,
        provenance=one.provenance,
        licence=one.licence,
        issued=issued,
        expires=one.expires,
        minimum_sample=one.minimum_sample,
        laboratory=laboratory,
        demonstration=demonstration,
        program=program,
        text=text.decode("utf-8"),
        found=found.found,
        stated=stated(one),
        higher=None if above is None else named(above),
        uncertainty=uncertainty,
        not_evaluated=tuple(name for name, part in parts.items() if part is None),
    )


def named(above: Signed[ReferenceStatement]) -> Higher:
    """A higher certificate as a lower one names it."""
    upper = above.statement.predicate
    return Higher(
        id=upper.id,
        sha256=hashlib.sha256(above.original).hexdigest(),
        keyid=above.envelope.signatures[0].keyid,
        tier=upper.tier,
        expires=upper.expires,
    )


def opened(path: Path) -> Signed[ReferenceStatement]:
    """A certificate of reference data as read. Raises StoreError, AuthenticityError."""
    try:
        if path.stat().st_size > LARGEST:
            raise refusal("M0716.certificate", path, reason=say("reference.large", limit=str(LARGEST)))
        data = path.read_bytes()
    except OSError as error:
        raise refusal("M0716.certificate", path, reason=error.strerror or str(error)) from None
    return read(data, ReferenceStatement, file=path)


def valid(path: Path) -> Signed[ReferenceStatement]:
    """A certificate of reference data with a valid signature, of no key that was revoked here.

    Raises StoreError, AuthenticityError.
    """
    found = opened(path)
    if fault := fault_of(found):
        text = say("M0806.reference", file=str(path), reason=fault)
        raise AuthenticityError(Finding(code="M0806", path="", message=text, file=str(path)))
    return found


def fault_of(found: Signed[ReferenceStatement]) -> str:
    """Why a certificate cannot be relied on here: its signature is not valid, or not known to be, or its key is one
    that the reader no longer trusts, or it was withdrawn. Empty: none of these."""
    known = trusted(trust_folder())
    made = signature_checks(found, given=None, trusted=known, signed_at=found.statement.predicate.issued)
    bad = [c.text for c in made if c.state == "failed" or (c.name == "signature" and c.state != "passed")]
    status = reference_status(found, given=None, trusted=known)
    bad += [status.text] if status.state == "failed" else []
    return "; ".join([*bad, *found.faults])


def _above(one: ReferenceFile, path: Path, issued: str) -> Signed[ReferenceStatement] | None:
    if one.higher is None:
        return None
    above = valid(path.parent / inside(path.parent, one.higher.certificate))
    upper = above.statement.predicate
    if RANK[upper.tier] <= RANK[one.tier]:
        _refuse("M0912.not_higher", path, id=upper.id, tier=upper.tier, own=one.tier)
    if issued[:10] > upper.expires:
        _refuse("M0912.expired", path, id=upper.id, expires=upper.expires)
    return above


def files_of(one: ReferenceFile) -> tuple[str, ...]:
    """The files of a set that its description names: all of them are subjects of its certificate."""
    names = list(one.data.file)
    if one.labels is not None and one.labels.annotations is not None:
        names += one.labels.annotations.file
    for other in (one.homogeneity, one.stability):
        names += (other.file or ()) if other is not None else ()
    return tuple(dict.fromkeys(names))


def _subjects(one: ReferenceFile, path: Path, text: bytes, found: Evaluated) -> tuple[Subject, ...]:
    """The files of the set with the SHA-256 of their bytes."""
    digests = {path.name: hashlib.sha256(text).hexdigest()}
    for name in files_of(one):
        digests[name] = hashlib.sha256((path.parent / inside(path.parent, name)).read_bytes()).hexdigest()
    if found.items_csv:
        digests[items_file(path).name] = hashlib.sha256(found.items_csv).hexdigest()
    return tuple(Subject(name=name, digest={"sha256": digest}) for name, digest in digests.items())


def _refuse(key: str, file: Path, **fields: str) -> None:
    raise NotCertifiableError(
        Finding(code=key[:5], path="", message=say(key, file=str(file), **fields), file=str(file))
    )
