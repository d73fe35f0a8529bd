"""The certificate: an in-toto Statement v1, and the DSSE envelope that signs its exact bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document, Time
from measurand.document.decision import Decision
from measurand.document.disclosure import Disclosure
from measurand.document.evidence import Evidence
from measurand.document.judge import Figure
from measurand.document.number import Number
from measurand.document.procedure import Procedure
from measurand.document.result import Check, Result
from measurand.document.statement import (
    PAYLOAD_TYPE,
    STATEMENT_TYPE,
    Envelope,
    Laboratory,
    Signature,
    SignedStatement,
    Subject,
)

__all__ = [
    "PAYLOAD_TYPE",
    "PREDICATE_TYPE",
    "STATEMENT_TYPE",
    "Amended",
    "Envelope",
    "Laboratory",
    "Predicate",
    "Seal",
    "Signature",
    "Statement",
    "Subject",
]
PREDICATE_TYPE = "https://measurand.dev/certificate/v1"


class Amended(Document):
    """The earlier certificate that this one replaces (ISO/IEC 17025: amendments to reports)."""

    number: str
    sha256: str
    """Digest of the bytes of its ``certificate.json``."""
    reason: str


class Seal(Document):
    """The seal under which was measured, and where the procedure differs from it (nowhere: measured as sealed)."""

    envelope: str
    """The seal as signed: the text of its DSSE envelope."""
    differences: tuple[str, ...] = ()


class Predicate(Document):
    """What the certificate states."""

    schema_: Literal["measurand/certificate/1"] = Field(default="measurand/certificate/1", alias="schema")
    number: str
    """Unique number of the certificate."""
    title: str
    laboratory: Laboratory
    customer: str = ""
    received: str = ""
    measured: Time
    """UTC time at which observing ended."""
    issued: Time
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
    """Correlation coefficients between the results. With ``conditions``, ``remarks`` and ``judge``: all of
    ``results.json``."""
    conditions: tuple[Check, ...] = ()
    """Conditions of validity as checked."""
    validity: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    judge: tuple[Figure, ...] | None = None
    """Properties of the judge that its calibration shows."""
    valid_for: str = ""
    not_valid_for: str = ""
    program: Mapping[str, str]
    """Program and library versions."""
    seal: Seal | None = None
    """Absent: nothing was fixed and signed before observing."""
    amends: Amended | None = None
    disclosure: Disclosure | None = None
    """Absent: the evidence is open."""


class Statement(SignedStatement):
    """in-toto Statement v1 of a certificate."""

    predicateType: Literal["https://measurand.dev/certificate/v1"] = "https://measurand.dev/certificate/v1"  # noqa: N815
    predicate: Predicate
