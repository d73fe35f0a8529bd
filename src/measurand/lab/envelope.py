"""DSSE envelopes: statements signed, and read again with every other reading of the same bytes refused."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from measurand.document.canonical import Document, canonical
from measurand.document.statement import PAYLOAD_TYPE, Envelope, Signature, SignedStatement
from measurand.document.strict import strict
from measurand.errors import AuthenticityError, Finding, StoreError
from measurand.lab import keys
from measurand.lab.atomic import refusal
from measurand.lab.check import Check, failed, passed, unchecked
from measurand.lab.trust import Trusted, compromised_later, fault_of
from measurand.message import say

_D = TypeVar("_D", bound=Document)
_S = TypeVar("_S", bound=SignedStatement)


@dataclass(frozen=True)
class Signed(Generic[_S]):
    """A signed document as read. ``payload`` is decoded once: what is verified and what is read are the same bytes."""

    file: Path | str
    original: bytes
    envelope: Envelope
    payload: bytes
    statement: _S
    faults: tuple[str, ...]
    """Where the bytes are not as the program writes them."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding of DSSE v1: what is signed.

    >>> pae("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signed(statement: SignedStatement | bytes, key: keys.PrivateKey) -> bytes:
    """The envelope of a statement (or of payload bytes), as canonical JSON. The algorithm is the key's."""
    payload = statement if isinstance(statement, bytes) else canonical(statement)
    message, public = pae(PAYLOAD_TYPE, payload), key.public_key()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
    else:
        signature = key.sign(message)
    one = Signature(
        keyid=keys.fingerprint(public),
        sig=base64.b64encode(signature).decode("ascii"),
        key=keys.pem(public).decode("ascii"),
    )
    return canonical(Envelope(payload=base64.b64encode(payload).decode("ascii"), signatures=(one,)))


def read(data: bytes, kind: type[_S], *, file: Path | str, was_one: bool = False) -> Signed[_S]:
    """The signed document of bytes.

    Raises StoreError when they are not one, AuthenticityError when they were one (``was_one``: that is known) and are
    damaged.
    """
    faults: list[str] = []
    was_one = was_one or PAYLOAD_TYPE.encode() in data
    envelope = document(data, Envelope, file, damaged=was_one)
    try:
        payload = base64.b64decode(envelope.payload, validate=True)
    except ValueError as error:
        raise damage(file, f"payload: {error}") from None
    statement = document(payload, kind, file, damaged=True)
    if canonical(envelope) != data:
        faults.append(say("envelope.written"))
    if canonical(statement) != payload:
        faults.append(say("envelope.statement"))
    if base64.b64encode(payload).decode("ascii") != envelope.payload:
        faults.append(say("envelope.payload"))
    return Signed(file, data, envelope, payload, statement, tuple(faults))


def document(data: bytes, kind: type[_D], file: Path | str, *, damaged: bool) -> _D:
    """A document of strict JSON. Raises AuthenticityError if ``damaged`` (it was one), else StoreError."""
    try:
        strict(data)
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except ValueError as error:
        reason = str(error)[:200]
    raise damage(file, reason) if damaged else refusal("M0713.certificate", file, reason=reason)


def damage(file: Path | str, reason: str) -> AuthenticityError:
    """The error of a signed document that is damaged."""
    text = say("M0801.damaged", file=str(file), reason=reason)
    return AuthenticityError(Finding(code="M0801", path="", message=text, file=str(file)))


def signature_checks(
    found: Signed[_S],
    *,
    given: keys.PublicKey | None,
    trusted: Mapping[str, Trusted],
    signed_at: str,
    attested: str = "",
) -> list[Check]:
    """Is the signature valid, and whose is it? The key is the one that was given, else a trusted one, else the one
    that the file carries. The algorithm is the key's: nothing in the file chooses it. ``signed_at`` is the time that
    the document states; a key that was not valid then, or is revoked, fails. ``attested`` is the time at which an
    authority that the reader trusts saw the signature."""
    if len(found.envelope.signatures) != 1:
        return [failed("signature", "check.signature.failed")]
    signature = found.envelope.signatures[0]
    known = trusted.get(signature.keyid)
    key = _key(found, signature, given or (known.key if known else None))
    if isinstance(key, Check):
        return [key]
    try:
        sig = base64.b64decode(signature.sig, validate=True)
        verified(key, sig, pae(PAYLOAD_TYPE, found.payload))
        if base64.b64encode(sig).decode("ascii") != signature.sig:  # its last character may hold bits that say nothing
            raise ValueError
    except (InvalidSignature, ValueError):
        return [failed("signature", "check.signature.failed")]
    trust = _trust(key, signature.keyid, given=given is not None, known=known, signed_at=signed_at, attested=attested)
    return [passed("signature", "check.signature.passed"), trust]


def verified(key: keys.PublicKey, signature: bytes, message: bytes) -> None:
    """Return for a valid signature. Raises cryptography's InvalidSignature."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    else:
        key.verify(signature, message)


def _key(found: Signed[_S], signature: Signature, known: keys.PublicKey | None) -> keys.PublicKey | Check:
    """The key to verify with, or the check that says why there is none."""
    keyid = signature.keyid
    if known is not None and keys.fingerprint(known) != keyid:
        return failed("key", "check.key.other", given=keys.fingerprint(known), keyid=keyid)
    if not signature.key:
        return known or unchecked("signature", "check.signature.none", keyid=keyid)
    try:
        carried = keys.parsed(signature.key.encode(), file=found.file)
    except StoreError:
        return failed("signature", "check.signature.failed")
    if keys.fingerprint(carried) != keyid or keys.pem(carried) != signature.key.encode():
        return failed("signature", "check.signature.failed")
    return carried


def _trust(
    key: keys.PublicKey, keyid: str, *, given: bool, known: Trusted | None, signed_at: str, attested: str
) -> Check:
    if keys.is_demonstration(key):
        return unchecked("key", "check.key.demonstration")
    if known is not None and (fault := fault_of(known, signed_at, attested=attested)):
        return failed("key", "check.key.invalid", name=known.name, keyid=keyid, reason=fault)
    if known is not None and compromised_later(known, attested):
        fields = {"name": known.name, "keyid": keyid, "attested": attested}
        return passed("key", "check.key.compromised_later", since=known.trust.compromised_since, **fields)
    if given:
        return passed("key", "check.key.given", keyid=keyid)
    if known is not None:
        return passed("key", "check.key.passed", name=known.name, keyid=keyid)
    return unchecked("key", "check.key.unknown", keyid=keyid)
