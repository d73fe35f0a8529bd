"""The certificate of the reference data that a procedure names, read for a measurement."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from measurand.document.evidence import Evidence
from measurand.document.procedure import Procedure
from measurand.document.reference_certificate import Certified, ReferenceStatement
from measurand.lab.envelope import Signed
from measurand.lab.reference_certify import fault_of, opened
from measurand.study.reference_binding import completed


def read_for(procedure: Procedure, folder: Path) -> Signed[ReferenceStatement] | None:
    """The certificate that a procedure names; None when it names none. Raises StoreError, AuthenticityError."""
    reference = procedure.reference
    return opened(folder / reference.certificate) if reference is not None and reference.certificate else None


def with_labels(procedure: Procedure, folder: Path) -> Procedure:
    """The procedure with the label uncertainty of the certificate, where it states none of its own."""
    found = read_for(procedure, folder)
    return procedure if found is None else completed(procedure, found.statement.predicate.uncertainty)


def bound(evidence: Evidence, procedure: Procedure, folder: Path, *, at: datetime) -> Evidence:
    """The manifest with what is kept of the certificate: what it is about, its time, its tier, and its signature."""
    found = read_for(procedure, folder)
    if found is None:
        return evidence
    predicate = found.statement.predicate
    items_at = predicate.found.items_at
    certified = Certified(
        id=predicate.id,
        sha256=hashlib.sha256(found.original).hexdigest(),
        keyid=found.envelope.signatures[0].keyid if found.envelope.signatures else "",
        tier=predicate.tier,
        issued=predicate.issued,
        expires=predicate.expires,
        minimum_sample=predicate.minimum_sample,
        data={**predicate.found.data, **({} if items_at is None else {"items": items_at})},
        reference_at=predicate.found.reference_at,
        observed=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        fault=fault_of(found),
    )
    return evidence.model_copy(update={"certified": certified})
