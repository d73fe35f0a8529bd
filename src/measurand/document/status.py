"""What became of a certificate or of a key after it was issued: signed documents of their own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from measurand.document.canonical import Document, Time
from measurand.document.statement import Laboratory, SignedStatement


class Certificate(Document):
    """A certificate that is spoken of: its number and the digest of its ``certificate.json``."""

    number: str
    sha256: str


class StatusPredicate(Document):
    """A certificate was withdrawn, or replaced by another one."""

    schema_: Literal["measurand/status/1"] = Field(default="measurand/status/1", alias="schema")
    kind: Literal["withdrawn", "superseded"]
    certificate: Certificate
    replaced_by: Certificate | None = None
    reason: str = Field(min_length=1)
    laboratory: Laboratory
    at: Time
    """UTC time of signing."""


class StatusStatement(SignedStatement):
    """in-toto Statement v1 about a certificate; its subject is the certificate."""

    predicateType: Literal["https://measurand.dev/status/v1"] = "https://measurand.dev/status/v1"  # noqa: N815
    predicate: StatusPredicate


class KeyPredicate(Document):
    """A key is not to be used any more, or another one takes its place; signed by the key itself."""

    schema_: Literal["measurand/key/1"] = Field(default="measurand/key/1", alias="schema")
    kind: Literal["revoked", "replaced"]
    keyid: str
    """Fingerprint of the key."""
    reason: Literal["compromised", "retired"]
    """``compromised``: nothing that it signed can be believed, whatever its date. ``retired``: what it signed before
    ``at`` stands."""
    at: Time
    """UTC time from which the key is not used."""
    since: Time | None = None
    """UTC time from which somebody else may have had a compromised key: what is attested before stands."""
    replaced_by: str = ""
    """The key that takes its place (PEM)."""


class KeyStatement(SignedStatement):
    """in-toto Statement v1 about a key; the digest of its subject is the key's fingerprint."""

    predicateType: Literal["https://measurand.dev/key/v1"] = "https://measurand.dev/key/v1"  # noqa: N815
    predicate: KeyPredicate
