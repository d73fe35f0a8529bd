"""The certificate of the reference data in a chain, and those above it: who signed, of which data, valid then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand.document.evidence import Evidence
from measurand.document.procedure import Reference
from measurand.document.reference_certificate import RANK, ReferencePredicate, ReferenceStatement
from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.envelope import Signed, signature_checks
from measurand.lab.reference_certify import ENDING, named, opened
from measurand.lab.reference_status import reference_status
from measurand.lab.trace import Walk
from measurand.lab.trust import Trusted
from measurand.message import say

Found = Signed[ReferenceStatement]


@dataclass(frozen=True)
class Shelf:
    """Certificates of reference data that are at hand, by digest, and how their keys are judged."""

    held: Mapping[str, Found]
    given: keys.PublicKey | None
    trusted: Mapping[str, Trusted]


def shelf(
    folder: Path, several: Sequence[Path], *, key: Path | None = None, trusted: Mapping[str, Trusted] | None = None
) -> Shelf:
    """The certificates that are named (first) and those beside a certificate.

    Raises StoreError or AuthenticityError for a named one that is none.
    """
    held = {hashlib.sha256(one.original).hexdigest(): one for one in (opened(path) for path in several)}
    for path in sorted(folder.glob(f"*{ENDING}")):
        try:
            one = opened(path)
        except MeasurandError:
            continue  # another file beside it says nothing about these data
        held.setdefault(hashlib.sha256(one.original).hexdigest(), one)
    return Shelf(held, keys.public_key(key) if key is not None else None, trusted or {})


def walk_reference(found: Walk, manifest: Evidence, reference: Reference, on: Shelf) -> ReferencePredicate | None:
    """Add the certificate of the reference data and those above it; returns what it states, if it is at hand."""
    bound = manifest.certified
    if bound is not None:
        one, digest, name = on.held.get(bound.sha256), bound.sha256, bound.id
    else:
        digest, one = next(((d, c) for d, c in on.held.items() if _of_these(c, manifest, reference)), ("", None))
        name = "-" if one is None else one.statement.predicate.id
    if one is None:
        wrong = bound.fault if bound is not None else ""
        needs = say("trace.reference.absent") if bound is not None else say("trace.reference.certificate")
        found.add(
            "reference_certificate", "reference_certificate", under="reference", relation="described by", name=name,
            digest=f"sha256:{digest}" if digest else "", needs=wrong or needs, state="broken" if wrong else "missing",
        )  # fmt: skip
        return None
    faults = list(_faults(found, one, on, bound=bound is not None))
    faults += [bound.fault] if bound is not None and bound.fault else []
    if not _of_these(one, manifest, reference):
        faults.append(say("trace.reference.other_data"))
    _add(found, one, "reference_certificate", under="reference", on=on, faults=faults)
    _above(found, one, on, under="reference_certificate")
    return one.statement.predicate


def _of_these(one: Found, manifest: Evidence, reference: Reference) -> bool:
    """Whether a certificate is about the reference data of the evidence: items with values, or its tables."""
    stated = one.statement.predicate.found
    address = manifest.sources.get(", ".join(reference.file))
    tables = {*stated.data.values(), stated.items_at}
    return stated.reference_at == manifest.reference_at or (address is not None and address in tables)


def _faults(found: Walk, one: Found, on: Shelf, *, bound: bool) -> Iterator[str]:
    """What is wrong with a certificate: its bytes, its signature, or its time. One to which the measurement was bound
    was there before; another one may have come later, since data do not change."""
    predicate, measured = one.statement.predicate, found.certificate.statement.predicate.measured
    yield from one.faults
    for check in signature_checks(one, given=_own(one, on), trusted=on.trusted, signed_at=predicate.issued):
        if check.state == "failed" and check.name != "key":
            yield check.text
    yield from _withdrawn(one, on)
    if (bound and predicate.issued > measured) or measured[:10] > predicate.expires:
        yield say("trace.reference.time", issued=predicate.issued, expires=predicate.expires, measured=measured)


def _withdrawn(one: Found, on: Shelf) -> Iterator[str]:
    status = reference_status(one, given=_own(one, on), trusted=on.trusted)
    if status.state == "failed":
        yield status.text


def _own(one: Found, on: Shelf) -> keys.PublicKey | None:
    """The key that was given, if it signed this one."""
    signed = [signature.keyid for signature in one.envelope.signatures]
    return on.given if on.given is not None and signed == [keys.fingerprint(on.given)] else None


def _add(found: Walk, one: Found, id: str, *, under: str, on: Shelf, faults: Sequence[str]) -> None:
    predicate = one.statement.predicate
    found.add(
        id, "reference_certificate", under=under, relation="described by" if under == "reference" else "assigned from",
        name=f"{predicate.id} ({say(f'trace.tier.{predicate.tier}')})",
        digest=f"sha256:{hashlib.sha256(one.original).hexdigest()}", needs="; ".join(faults),
        detail=say("trace.reference.detail", laboratory=predicate.laboratory.name, expires=predicate.expires),
        state="broken" if faults else "found",
    )  # fmt: skip
    checks = signature_checks(one, given=_own(one, on), trusted=on.trusted, signed_at=predicate.issued)
    check = next((c for c in checks if c.name == "key"), None)
    keyid = one.envelope.signatures[0].keyid if one.envelope.signatures else ""
    sure = check is not None and check.state == "passed"
    why = "trace.key.demonstration" if predicate.demonstration else "trace.key.unknown"
    wrong = check.text if check is not None and check.state == "failed" else ""
    found.add(
        f"key:{id}", "key", under=id, relation="signed by", name=keyid[:16], digest=f"sha256:{keyid}" if keyid else "",
        detail=say("trace.key.found") if sure else "", needs="" if sure else wrong or say(why),
        state="broken" if wrong else None,
    )  # fmt: skip


def _above(found: Walk, one: Found, on: Shelf, *, under: str) -> None:
    """The certificates from which the values were assigned; tiers rise strictly, so the walk ends."""
    predicate = one.statement.predicate
    stated = predicate.higher
    if stated is None:
        return
    id = f"{under}:higher"
    upper = on.held.get(stated.sha256)
    if upper is None:
        found.add(
            id, "reference_certificate", under=under, relation="assigned from", digest=f"sha256:{stated.sha256}",
            name=f"{stated.id} ({say(f'trace.tier.{stated.tier}')})", needs=say("trace.reference.absent"),
        )  # fmt: skip
        return
    theirs = upper.statement.predicate
    faults = list(upper.faults)
    for check in signature_checks(upper, given=_own(upper, on), trusted=on.trusted, signed_at=theirs.issued):
        faults += [check.text] if check.state == "failed" and check.name != "key" else []
    faults += _withdrawn(upper, on)
    if named(upper) != stated or RANK[theirs.tier] <= RANK[predicate.tier]:
        faults.append(say("trace.reference.not_above", id=stated.id))
    if predicate.issued[:10] > theirs.expires or predicate.issued < theirs.issued:
        times = {"issued": theirs.issued, "expires": theirs.expires, "measured": predicate.issued}
        faults.append(say("trace.reference.time", **times))
    _add(found, upper, id, under=under, on=on, faults=faults)
    if RANK[theirs.tier] > RANK[predicate.tier]:
        _above(found, upper, on, under=id)
