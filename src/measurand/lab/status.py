"""What became of certificates and keys: signed documents that withdraw, replace or revoke, and what they amount to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from measurand.document.certificate import Predicate
from measurand.document.statement import Laboratory, Subject
from measurand.document.status import Certificate, KeyPredicate, KeyStatement, StatusPredicate, StatusStatement
from measurand.document.trusted import Trust
from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.atomic import refusal, write_file
from measurand.lab.check import Check, failed, passed, unchecked
from measurand.lab.envelope import Signed, read, signature_checks, signed
from measurand.lab.opened import Opened, opened
from measurand.lab.trust import Revocation, Trusted, limit, narrower, succeeding, trust, trusted
from measurand.message import say

ENDING = ".status.json"
"""Of the name of a status document, which is looked for beside the certificate."""
KEY = ".key.json"
"""Of the name of a document about a key."""
LARGEST = 1_000_000
"""Bytes; a status document has some 2,000. A larger file is read as empty, and so named as none."""


def spoken_of(original: bytes, predicate: Predicate) -> Certificate:
    """A certificate as other documents name it."""
    return Certificate(number=predicate.number, sha256=hashlib.sha256(original).hexdigest())


def withdrawn(certificate: Opened, key: keys.PrivateKey, *, reason: str, laboratory: Laboratory, at: str) -> bytes:
    """The signed document that withdraws a certificate."""
    one = spoken_of(certificate.original, certificate.statement.predicate)
    return withdrawal(one, key, reason=reason, laboratory=laboratory, at=at)


def withdrawal(one: Certificate, key: keys.PrivateKey, *, reason: str, laboratory: Laboratory, at: str) -> bytes:
    """The signed document that withdraws what is spoken of."""
    stated = StatusPredicate(kind="withdrawn", certificate=one, reason=reason, laboratory=laboratory, at=at)
    return _signed(stated, key)


def superseded(
    old: Certificate, new: Certificate, key: keys.PrivateKey, *, reason: str, laboratory: Laboratory, at: str
) -> bytes:
    """The signed document by which a new certificate replaces an old one."""
    stated = StatusPredicate(
        kind="superseded", certificate=old, replaced_by=new, reason=reason, laboratory=laboratory, at=at
    )
    return _signed(stated, key)


def _signed(stated: StatusPredicate, key: keys.PrivateKey) -> bytes:
    subject = Subject(name="certificate.json", digest={"sha256": stated.certificate.sha256})
    return signed(StatusStatement(subject=(subject,), predicate=stated), key)


def own(path: Path, key: keys.PrivateKey) -> Opened:
    """A certificate that this key signed. Raises StoreError or AuthenticityError: not one, not valid, another's."""
    certificate = opened(path)
    signed_by(certificate, key, path)
    return certificate


def signed_by(certificate: Signed[Any], key: keys.PrivateKey, path: Path) -> None:
    """Raises StoreError or AuthenticityError unless this key, validly, signed a document."""
    keyid = certificate.envelope.signatures[0].keyid if certificate.envelope.signatures else "-"
    if keyid != keys.fingerprint(key.public_key()):
        raise refusal("M0726.other_signer", path, keyid=keyid)
    checks = signature_checks(certificate, given=key.public_key(), trusted={}, signed_at="")
    for check in checks:
        if check.state == "failed":
            raise refusal("M0727.not_valid", path, reason=check.text)


def placed(certificate: Path, data: bytes) -> Path:
    """Write a status document beside the certificate that it is about. Returns the file."""
    folder = certificate.parent
    number = 1
    while (target := folder / f"{certificate.stem}{'' if number == 1 else f'-{number}'}{ENDING}").exists():
        number += 1
    write_file(target, data)
    return target


def status_check(
    certificate: Signed[Any],
    documents: Mapping[str, bytes],
    *,
    given: keys.PublicKey | None,
    trusted: Mapping[str, Trusted],
    doubtful: Sequence[str] = (),
) -> Check:
    """Was the certificate withdrawn or replaced? ``documents``: the status documents that are known here, by name.

    One counts when it is about this certificate (by digest) and is validly signed by the key of the certificate or by
    a key that took its place (``trust.succeeding``): another laboratory that the reader trusts speaks of its own
    certificates alone. A document that is about it and does not count, or cannot be read, is named, with those that
    were found doubtful before (``doubtful``).
    """
    digest = hashlib.sha256(certificate.original).hexdigest()
    keyid = certificate.envelope.signatures[0].keyid if certificate.envelope.signatures else ""
    doubted = list(doubtful)
    about = 0
    for name, data in sorted(documents.items()):
        try:
            found = read(data, StatusStatement, file=name)
        except MeasurandError as error:
            doubted.append(f"{name}: {error}")
            continue
        stated = found.statement.predicate
        if stated.certificate.sha256 != digest:
            continue
        about += 1
        if why := _unbelieved(found, keyid, given=given, trusted=trusted, at=stated.at):
            doubted.append(f"{name}: {why}")
            continue
        fields = {"at": stated.at, "reason": stated.reason, "file": name}
        if stated.replaced_by is not None:
            return failed("status", "check.status.superseded", number=stated.replaced_by.number, **fields)
        return failed("status", "check.status.withdrawn", **fields)
    if doubted:
        return unchecked("status", "check.status.doubtful", needed=about > 0, faults="; ".join(doubted))
    if not documents:
        return unchecked("status", "check.status.none", needed=False)
    return passed("status", "check.status.passed", count=str(len(documents)))


def _unbelieved(
    found: Signed[StatusStatement],
    keyid: str,
    *,
    given: keys.PublicKey | None,
    trusted: Mapping[str, Trusted],
    at: str,
) -> str:
    """Why a status document does not count; empty when it does."""
    stated, subjects = found.statement.predicate.certificate, found.statement.subject
    if [subject.digest.get("sha256") for subject in subjects] != [stated.sha256]:
        return say("status.subject")
    signer = found.envelope.signatures[0].keyid if len(found.envelope.signatures) == 1 else ""
    if signer != keyid and signer not in succeeding(keyid, trusted):
        return say("status.stranger", keyid=signer)
    own = given if given is not None and keys.fingerprint(given) == signer else None
    for check in signature_checks(found, given=own, trusted=trusted, signed_at=at):
        if check.state == "failed" or (check.name == "signature" and check.state != "passed"):
            return check.text
    return ""


def documents_of(places: Iterable[Path]) -> dict[str, bytes]:
    """Documents about certificates and keys by name: files as they are, of folders the files ``*.status.json`` and
    ``*.key.json``. Raises StoreError."""
    found: dict[str, bytes] = {}
    for place in places:
        files = sorted(path for end in (ENDING, KEY) for path in place.glob(f"*{end}")) if place.is_dir() else [place]
        for path in files:
            try:
                found[str(path)] = path.read_bytes() if path.stat().st_size <= LARGEST else b""
            except OSError as error:
                raise refusal("M0713.certificate", path, reason=error.strerror or str(error)) from None
    return found


def of_key(
    key: keys.PrivateKey, *, compromised: bool, at: str, replaced_by: keys.PublicKey | None = None, since: str = ""
) -> bytes:
    """The signed document by which the holder of a key revokes it, or names the one that takes its place.

    ``since``: from when on somebody else may have had a compromised key ("": not known).
    """
    keyid = keys.fingerprint(key.public_key())
    stated = KeyPredicate(
        kind="revoked" if replaced_by is None else "replaced",
        keyid=keyid,
        reason="compromised" if compromised else "retired",
        at=at,
        since=since or None,
        replaced_by="" if replaced_by is None else keys.pem(replaced_by).decode("ascii"),
    )
    subject = Subject(name="key", digest={"sha256": keyid})
    return signed(KeyStatement(subject=(subject,), predicate=stated), key)


def applied(data: bytes, folder: Path, *, file: Path) -> tuple[Trusted, str]:
    """Take a document about a key into the reader's trust: the key is revoked, its successor trusted.

    Returns the key that it is about and the fingerprint of the successor ("": none). Raises StoreError or
    AuthenticityError: not one, not signed by the key that it is about, a key that is not trusted here, a compromised
    one that names a successor, a successor that is itself revoked. What is held against a key is never softened.
    """
    found = read(data, KeyStatement, file=file)
    stated = found.statement.predicate
    known = trusted(folder)
    one = known.get(stated.keyid)
    if one is None:
        raise refusal("M0724.unknown", folder, name=stated.keyid, names=", ".join(k.name for k in known.values()))
    ids = [signature.keyid for signature in found.envelope.signatures]
    checks = signature_checks(found, given=one.key, trusted={}, signed_at=stated.at)
    if ids != [stated.keyid] or any(check.state != "passed" for check in checks):
        raise refusal("M0720.key", file, reason=say("key.not_its_own"))
    if stated.replaced_by and (stated.reason == "compromised" or one.trust.reason == "compromised"):
        raise refusal("M0720.key", file, reason=say("key.compromised_successor"))
    successor = keys.parsed(stated.replaced_by.encode(), file=file) if stated.replaced_by else None
    held = known.get(keys.fingerprint(successor)) if successor is not None else None
    if held is not None and held.trust.reason:
        raise refusal("M0720.key", file, reason=say("key.revoked_successor", name=held.name))
    since = (stated.since or "") if stated.reason == "compromised" else ""
    limit(one, folder, narrower(one.trust, Revocation(stated.at, stated.reason, since)))
    if successor is None:
        return one, ""
    if held is not None:  # the reader's own name and limits stay
        succeeds = tuple(dict.fromkeys((*held.trust.succeeds, stated.keyid)))
        limits = held.trust.model_copy(update={"succeeds": succeeds})
        return one, trust(successor, folder, name=held.name, file=file, limits=limits)
    name = f"{one.name}-{stated.at[:10]}"
    limits = Trust(valid_from=stated.at, succeeds=(stated.keyid,))
    return one, trust(successor, folder, name=name, file=file, limits=limits)
