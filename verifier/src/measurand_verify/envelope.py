"""The DSSE envelope and its one signature, ECDSA on P-256 with SHA-256 or Ed25519: the key decides which."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from measurand_verify.check import Check, NotACertificateError, RefusedError, failed, passed, unchecked
from measurand_verify.strict import canonical, strict

PAYLOAD_TYPE = "application/vnd.in-toto+json"
DEMONSTRATION = "0f56bb1f347a645b82c0d98a1263d81032f404852738eb0b701858b41e6966da"
"""Fingerprint of the demonstration key: everybody has its private half."""
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


def pae(payload: bytes) -> bytes:
    """What is signed: the pre-authentication encoding of DSSE v1."""
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def opened(data: bytes) -> tuple[dict[str, Any], bytes, list[str]]:
    """Envelope, payload bytes, and where the bytes are not canonical.

    Raises NotACertificateError for JSON of another kind, RefusedError for a damaged envelope.
    """
    envelope = strict(data)
    if not isinstance(envelope, dict) or not {"payload", "signatures"} & set(envelope):
        raise NotACertificateError("it is no DSSE envelope")
    if set(envelope) != {"payload", "payloadType", "signatures"}:
        raise RefusedError(f"the envelope has the fields {', '.join(map(ascii, sorted(envelope)))[:200]}")
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise RefusedError(f"the payload type is {envelope['payloadType']!a:.80}, not {PAYLOAD_TYPE}")
    if not isinstance(envelope["signatures"], list):
        raise RefusedError("the signatures are no list")
    payload = unbase64(envelope["payload"], "the payload")
    faults = [] if canonical(envelope) == data else ["the envelope is not canonical JSON"]
    return envelope, payload, faults


def unbase64(text: Any, what: str) -> bytes:
    """Bytes of base64 text, of which there is one form only. Raises RefusedError."""
    if not isinstance(text, str):
        raise RefusedError(f"{what} is no text")
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise RefusedError(f"{what} is not base64: {error}") from None
    if base64.b64encode(data).decode() != text:
        raise RefusedError(f"{what} is not canonical base64")
    return data


def public_key(pem: bytes) -> PublicKey:
    """The key of PEM bytes. Raises RefusedError unless it is on P-256 or Ed25519."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RefusedError(f"no public key: {str(error)[:100]}") from None
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise RefusedError("ECDSA on P-256 or Ed25519 is expected")


def fingerprint(key: PublicKey) -> str:
    """SHA-256 of the DER SubjectPublicKeyInfo: the key id."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def valid(key: PublicKey, signature: bytes, payload: bytes) -> bool:
    """Whether the signature is that of the payload by this key."""
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, pae(payload), ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, pae(payload))
    except InvalidSignature:
        return False
    return True


def signature_checks(envelope: dict[str, Any], payload: bytes, given: PublicKey | None) -> list[Check]:
    """Is there one valid signature, and is it by the key that the reader trusts?"""
    try:
        keyid, signature, carried = _signature(envelope["signatures"])
    except RefusedError as error:
        return [failed("signature", str(error))]
    if given is not None and fingerprint(given) != keyid:
        return [failed("key", f"signed with the key {keyid[:64]!a}, not with the trusted {fingerprint(given)}")]
    key = given or carried
    if key is None:
        return [unchecked("signature", "no key: name one with --key"), unchecked("key", "no key was named")]
    if not valid(key, signature, payload):
        return [failed("signature", "the signature is not valid: the certificate was changed or signed otherwise")]
    return [passed("signature", "the signature is valid for the bytes of the statement"), _trust(key, given, keyid)]


def _signature(several: list[Any]) -> tuple[str, bytes, PublicKey | None]:
    """Key id, signature and the key that the file carries. Raises RefusedError."""
    if len(several) != 1:
        raise RefusedError(f"one signature is expected; there are {len(several)}")
    one = several[0]
    if not isinstance(one, dict) or not {"keyid", "sig"} <= set(one) <= {"keyid", "sig", "key"}:
        raise RefusedError("the signature has other fields than keyid, sig and key")
    if not all(isinstance(text, str) for text in one.values()):
        raise RefusedError("a field of the signature is no text")
    carried = public_key(one["key"].encode()) if one.get("key") else None
    if carried is not None and (fingerprint(carried) != one["keyid"] or _pem(carried) != one["key"].encode()):
        raise RefusedError("the key in the file is not the one of its key id")
    return one["keyid"], unbase64(one["sig"], "the signature"), carried


def _trust(key: PublicKey, given: PublicKey | None, keyid: str) -> Check:
    if keyid == DEMONSTRATION:
        return unchecked("key", "the demonstration key: everybody can sign with it")
    if given is None:
        return unchecked("key", f"the key {keyid} is known from this file only: name the laboratory's with --key")
    return passed("key", f"signed with the trusted key {keyid}")


def _pem(key: PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
