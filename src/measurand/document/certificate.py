"""The certificate: an in-toto Statement v1, and the DSSE envelope that signs its exact bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document
from measurand.document.decision import Decision
from measurand.document.evidence import Evidence
from measurand.document.number import Number
from measurand.document.procedure import Procedure
from measurand.document.result import Check, Result

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://measurand.dev/certificate/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Laboratory(Document):
    """Who measured: from ``lab.toml``."""

    name: str
    address: str = ""
    location: str = ""
    authorised_by: str = ""


class Subject(Document):
    """A file of the record and the SHA-256 of its bytes (``sha256sum`` confirms it)."""

    name: str
    digest: Mapping[str, str]


class Predicate(Document):
    """What the certificate states."""

    schema_: Literal["measurand/certificate/1"] = Field(default="measurand/certificate/1", alias="schema")
    number: str
    """Unique number of the certificate."""
    title: str
    laboratory: Laboratory
    customer: str = ""
    received: str = ""
    measured: str
    """UTC time at which observing ended."""
    issued: str
    """UTC time of signing."""
    demonstration: bool = False
    procedure_id: str
    procedure_sha256: str
    """Digest of the procedure file as written."""
    procedure_text: str
    """The procedure file verbatim."""
    systems: tuple[Mapping[str, str], ...]
    procedure: Procedure | None = None
    """The resolved procedure, with which everything is recomputed."""
    evidence: Evidence | None = None
    """Absent for a plain budget."""
    results: tuple[Result, ...]
    decisions: tuple[Decision, ...]
    correlation: tuple[tuple[Number, ...], ...] = ()
    """Correlation coefficients between the results. With ``conditions`` and ``remarks``: all of ``results.json``."""
    conditions: tuple[Check, ...] = ()
    """Conditions of validity as checked."""
    validity: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    valid_for: str = ""
    not_valid_for: str = ""
    program: Mapping[str, str]
    """Program and library versions."""


class Statement(Document):
    """in-toto Statement v1."""

    type_: Literal["https://in-toto.io/Statement/v1"] = Field(default="https://in-toto.io/Statement/v1", alias="_type")
    subject: tuple[Subject, ...]
    predicateType: Literal["https://measurand.dev/certificate/v1"] = "https://measurand.dev/certificate/v1"  # noqa: N815
    predicate: Predicate


class Signature(Document):
    """One signature of an envelope: base64 of the DER signature, and the fingerprint of the key."""

    keyid: str
    sig: str
    key: str = ""
    """Public key (PEM) as the file carries it: enough to see that the file is unchanged, not to trust its signer."""


class Envelope(Document):
    """DSSE envelope: ``payload`` is base64 of the exact signed bytes."""

    payload: str
    payloadType: Literal["application/vnd.in-toto+json"] = "application/vnd.in-toto+json"  # noqa: N815
    signatures: tuple[Signature, ...]
