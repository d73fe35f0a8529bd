"""Withdrawn certificates of reference data: the signed document that says so, and what it amounts to for a reader."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from measurand.document.reference_certificate import ReferenceStatement
from measurand.document.status import Certificate
from measurand.lab import keys
from measurand.lab.check import Check
from measurand.lab.envelope import Signed
from measurand.lab.status import documents_of, signed_by, status_check, withdrawal
from measurand.lab.trust import Trusted


def withdrawn(found: Signed[ReferenceStatement], key: keys.PrivateKey, *, reason: str, at: str) -> bytes:
    """The signed document that withdraws a certificate of reference data.

    Raises AuthenticityError or StoreError: it is not valid, or another key's.
    """
    signed_by(found, key, Path(found.file))
    one = Certificate(number=found.statement.predicate.id, sha256=hashlib.sha256(found.original).hexdigest())
    return withdrawal(one, key, reason=reason, laboratory=found.statement.predicate.laboratory, at=at)


def reference_status(
    found: Signed[ReferenceStatement],
    *,
    given: keys.PublicKey | None,
    trusted: Mapping[str, Trusted],
    places: tuple[Path, ...] = (),
) -> Check:
    """Was the certificate withdrawn? Status documents are looked for beside it and in ``places``."""
    documents = documents_of([Path(found.file).parent, *places])
    return status_check(found, documents, given=given, trusted=trusted)
