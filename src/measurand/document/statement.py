"""Signed documents of every kind: an in-toto Statement v1 in a DSSE envelope, ``payload`` being the exact bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Laboratory(Document):
    """Who measured: from ``lab.toml``."""

    name: str
    address: str = ""
    location: str = ""
    authorised_by: str = ""


class Subject(Document):
    """What a statement is about: a file and the SHA-256 of its bytes (``sha256sum`` confirms it)."""

    name: str
    digest: Mapping[str, str]


class SignedStatement(Document):
    """in-toto Statement v1; each kind adds its ``predicateType`` and its ``predicate``."""

    type_: Literal["https://in-toto.io/Statement/v1"] = Field(default="https://in-toto.io/Statement/v1", alias="_type")
    subject: tuple[Subject, ...]


class Signature(Document):
    """One signature of an envelope: base64 of the signature (ECDSA: DER; Ed25519: 64 bytes), and the fingerprint of the
    key."""

    keyid: str
    sig: str
    key: str = ""
    """Public key (PEM) as the file carries it: enough to see that the file is unchanged, not to trust its signer."""


class Envelope(Document):
    """DSSE envelope: ``payload`` is base64 of the exact signed bytes."""

    payload: str
    payloadType: Literal["application/vnd.in-toto+json"] = "application/vnd.in-toto+json"  # noqa: N815
    signatures: tuple[Signature, ...]
