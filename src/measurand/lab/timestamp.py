"""Time that somebody else attests (RFC 3161), kept with the certificate in a Sigstore bundle v0.3, verified offline."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cryptography import x509

from measurand.document.canonical import canonical
from measurand.document.strict import strict
from measurand.errors import MeasurandError
from measurand.lab.atomic import refusal
from measurand.lab.check import Check, failed, passed, unchecked
from measurand.lab.opened import Opened
from measurand.message import say

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
ENDING = ".sigstore.json"
"""Of the name of the bundle, which is looked for beside the certificate."""
LARGEST = 8 * 1024 * 1024


def request(certificate: Opened) -> bytes:
    """The request for a time stamp over the certificate's signature (DER, SHA-256, with a nonce), to be sent to a time
    stamping authority. Raises MeasurandError where the extra ``[sigstore]`` is not installed."""
    client = _client()
    made = client.TimestampRequestBuilder().data(_signature(certificate))
    asked: bytes = made.hash_algorithm(client.HashAlgorithm.SHA256).build().as_bytes()
    return asked


def bundle(certificate: Opened, response: bytes) -> bytes:
    """The Sigstore bundle v0.3 of a certificate with one signature and a time stamp (DER), as canonical JSON."""
    signature = certificate.envelope.signatures[0]
    return canonical(
        {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": {
                "publicKey": {"hint": signature.keyid},
                "tlogEntries": [],
                "timestampVerificationData": {
                    "rfc3161Timestamps": [{"signedTimestamp": base64.b64encode(response).decode("ascii")}]
                },
            },
            "dsseEnvelope": {
                "payload": certificate.envelope.payload,
                "payloadType": certificate.envelope.payloadType,
                "signatures": [{"keyid": signature.keyid, "sig": signature.sig}],
            },
        }
    )


def time_check(certificate: Opened, bundles: Iterable[Path], authorities: Iterable[Path]) -> Check:
    """Did an authority that the reader trusts attest when the certificate's signature was there? See time_found."""
    return time_found(certificate, bundles, authorities)[0]


def time_found(certificate: Opened, bundles: Iterable[Path], authorities: Iterable[Path]) -> tuple[Check, str]:
    """The check of the time stamps beside a certificate, and the time that is attested ("": none).

    ``authorities``: PEM files with root certificates. What is passed states the time of the authority. Raises
    StoreError for an authority that is none: that is no fault of the certificate.
    """
    roots = _roots(authorities)
    faults: list[str] = []
    found: list[tuple[str, str]] = []
    for path in bundles:
        try:
            stamps = _stamps(certificate, path)
            if not roots:
                return unchecked("time", "check.time.no_authority", needed=False, file=str(path)), ""
            if find_spec("rfc3161_client") is None:
                return unchecked("time", "check.time.no_library", needed=False, file=str(path)), ""
            if not stamps:
                faults.append(f"{path}: {say('time.empty')}")
        except ValueError as error:
            faults.append(f"{path}: {error}")
            continue
        for stamp in stamps:
            try:
                found.append((_attested(certificate, stamp, roots), path.name))
            except ValueError as error:
                faults.append(f"{path}: {error}")
    if found:  # stamped again later, it was there already before
        at, name = min(found)
        return passed("time", "check.time.passed", at=at, file=name), at
    if faults:
        return failed("time", "check.time.failed", reason="; ".join(faults)), ""
    return unchecked("time", "check.time.none", needed=False), ""


def attested(certificate: Opened, response: bytes, authorities: Iterable[Path]) -> str:
    """The time of a valid time stamp over the certificate's signature, UTC.

    Raises ValueError: damaged, over something else, or not by an authority of the given roots; StoreError for an
    authority that is none; MeasurandError where the extra ``[sigstore]`` is not installed.
    """
    return _attested(certificate, response, _roots(authorities))


def _attested(certificate: Opened, response: bytes, roots: Iterable[x509.Certificate]) -> str:
    client = _client()
    try:
        decoded = client.decode_timestamp_response(response)
    except ValueError as error:
        raise ValueError(say("time.damaged", reason=str(error)[:200])) from None
    builder = client.VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(decoded, _signature(certificate))
    except client.VerificationError as error:
        raise ValueError(say("time.invalid", reason=str(error).partition(", file")[0][:200])) from None
    return f"{decoded.tst_info.gen_time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _stamps(certificate: Opened, path: Path) -> list[bytes]:
    """The time stamps of a bundle of this certificate. Raises ValueError."""
    data = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    whole = strict(data)
    try:
        envelope, material = whole["dsseEnvelope"], whole["verificationMaterial"]
        same = (envelope["payload"], [s["sig"] for s in envelope["signatures"]])
        stamps = material["timestampVerificationData"]["rfc3161Timestamps"]
        decoded = [base64.b64decode(stamp["signedTimestamp"], validate=True) for stamp in stamps]
    except (TypeError, LookupError) as error:
        raise ValueError(say("time.no_bundle", reason=f"{type(error).__name__}: {error}")) from None
    if whole.get("mediaType") != MEDIA_TYPE:
        raise ValueError(say("time.no_bundle", reason="mediaType"))
    if len(same[1]) != 1 or same != (certificate.envelope.payload, [s.sig for s in certificate.envelope.signatures]):
        raise ValueError(say("time.other_certificate"))
    return decoded


def _roots(authorities: Iterable[Path]) -> list[x509.Certificate]:
    found = []
    for path in authorities:
        try:
            found += x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            raise refusal("M0728.authority", path, reason=str(error)) from None
    return found


def _signature(certificate: Opened) -> bytes:
    """The bytes of the one signature. Raises StoreError for a certificate that has none, or several."""
    if len(certificate.envelope.signatures) != 1:
        raise refusal("M0727.not_valid", str(certificate.file), reason=say("check.signature.failed"))
    return base64.b64decode(certificate.envelope.signatures[0].sig)


def _client() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        raise MeasurandError(say("time.extra")) from None
    return rfc3161_client
