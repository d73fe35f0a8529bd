"""How a certificate stands, without its evidence: file, signature, key, names, status and time, each on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand.document.status import KeyStatement
from measurand.errors import MeasurandError, StoreError
from measurand.lab import keys
from measurand.lab.authenticity import file_check, name_check
from measurand.lab.check import Check, failed
from measurand.lab.envelope import read, signature_checks
from measurand.lab.key_documents import Told, told
from measurand.lab.opened import Opened
from measurand.lab.status import documents_of, status_check
from measurand.lab.timestamp import ENDING as STAMP
from measurand.lab.timestamp import time_found
from measurand.lab.trust import Trusted, fault_of


@dataclass(frozen=True)
class Standing:
    """The checks in the order in which they are printed, and what was heard of keys on the way."""

    checks: tuple[Check, ...]
    told: Told
    attested: str
    """Time at which an authority that the reader trusts saw the signature; empty: none did."""


def standing(
    certificate: Opened,
    *,
    given: keys.PublicKey | None,
    trusted: Mapping[str, Trusted],
    status: Sequence[Path] = (),
    authorities: Sequence[Path] = (),
) -> Standing:
    """``status``: files and folders with documents about certificates and keys; those beside the certificate are
    looked at always. ``authorities``: root certificates of time stamping authorities; time stamps lie beside it.

    Raises StoreError for a document that is not there or an authority that is none.
    """
    predicate, path = certificate.statement.predicate, certificate.path
    statuses, of_keys = _parted(documents_of([path.parent, *status]))
    keyid = certificate.envelope.signatures[0].keyid if certificate.envelope.signatures else ""
    heard = told(
        of_keys,
        keyid=keyid,
        own=given if given is not None and keys.fingerprint(given) == keyid else _carried(certificate),
        trusted=trusted,
    )
    time, attested = time_found(certificate, sorted(path.parent.glob(f"{path.stem}*{STAMP}")), authorities)
    checks = [file_check(certificate)]
    checks += signature_checks(
        certificate, given=given, trusted=heard.trusted, signed_at=predicate.issued, attested=attested
    )
    if heard.own is not None and (why := fault_of(heard.own, predicate.issued, attested=attested)):
        against = failed("key", "check.key.own", keyid=keyid, reason=why)
        checks = [against if check.name == "key" and check.state != "failed" else check for check in checks]
    checks.append(name_check(predicate))
    checks.append(status_check(certificate, statuses, given=given, trusted=heard.speaking, doubtful=heard.doubtful))
    return Standing((*checks, time), heard, attested)


def _parted(documents: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Documents about certificates, and those about keys."""
    of_keys = {name: data for name, data in documents.items() if _is_of_key(name, data)}
    return {name: data for name, data in documents.items() if name not in of_keys}, of_keys


def _is_of_key(name: str, data: bytes) -> bool:
    try:
        read(data, KeyStatement, file=name)
    except MeasurandError:
        return name.endswith(".key.json")
    return True


def _carried(certificate: Opened) -> keys.PublicKey | None:
    """The key that the certificate itself carries, if it is one."""
    signatures = certificate.envelope.signatures
    if len(signatures) != 1 or not signatures[0].key:
        return None
    try:
        found = keys.parsed(signatures[0].key.encode(), file=certificate.file)
    except StoreError:
        return None
    return found if keys.fingerprint(found) == signatures[0].keyid else None
