"""Signed documents of every kind: an in-toto Statement v1 in a DSSE envelope, ``payload`` being the exact bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Laboratory(Document):
    """Who measured, and for whom: from ``lab.toml``. What has come later is absent where it is not stated."""

    name: str
    address: str = ""
    location: str = ""
    authorised_by: str = ""
    customer_contact: str | None = None
    method: str | None = None
    """Identification of the laboratory's own method, beside that of the procedure."""
    sampling_plan: str | None = None
    """The document by which the items were drawn."""
    deviations: str | None = None
    """Additions to, deviations and exclusions from the method; "none" says that there are none."""
    providers: str | None = None
    """Who else produced results, outputs or labels; "none" says that nobody did."""
    relates_only: str | None = None
    """The sentence that the results relate only to what was measured."""


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
