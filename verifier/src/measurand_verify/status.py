"""Was the certificate withdrawn or replaced? Status documents of the laboratory that lie in the folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from measurand_verify.certificate import Certificate
from measurand_verify.check import Check, NotACertificateError, RefusedError, failed, passed, unchecked
from measurand_verify.envelope import PublicKey, fingerprint, opened, public_key, unbase64, valid
from measurand_verify.strict import canonical, strict

STATUS_TYPE = "https://measurand.dev/status/v1"
ENDING = "*.status.json"
LARGEST, MOST = 1_000_000, 50
_SHAPE = (KeyError, TypeError, ValueError, AttributeError)


def status_check(found: Certificate, folder: Path, given: PublicKey | None) -> Check:
    """One document by the certificate's own key fails it; one that is doubtful, or by another key, is said."""
    documents = sorted(folder.glob(ENDING))[:MOST]
    digest = hashlib.sha256(found.original).hexdigest()
    doubtful, about = [], False
    for path in documents:
        name = f"{path.name!a:.80}"
        try:
            if path.is_symlink() or path.stat().st_size > LARGEST:
                raise RefusedError("a link, or too large")
            envelope, payload, faults = opened(path.read_bytes())
            stated = _stated(payload, faults)
            if stated["certificate"]["sha256"] != digest:
                continue
            about = True
            _signed(envelope, payload, found.envelope["signatures"][0], given)
        except (RefusedError, NotACertificateError, OSError, *_SHAPE) as error:
            doubtful.append(f"{name}: {str(error)[:100]}")
            continue
        by = f" by {stated['replaced_by']['number']!a:.80}" if "replaced_by" in stated else ""
        return failed("status", f"{stated['kind']}{by} at {stated['at']!a:.30}: {stated['reason']!a:.200}")
    if doubtful:
        return unchecked("status", f"status documents that do not count: {'; '.join(doubtful)}", needed=about)
    if not documents:
        text = "no status document lies there: whether it was withdrawn, or its key revoked, is not known"
        return unchecked("status", text, needed=False)
    return passed("status", f"not named by the {len(documents)} status documents that lie there")


def _stated(payload: bytes, faults: list[str]) -> dict[str, Any]:
    statement = strict(payload)
    if faults or canonical(statement) != payload or statement["predicateType"] != STATUS_TYPE:
        raise RefusedError("no status document, or not canonical")
    stated: dict[str, Any] = statement["predicate"]
    if stated["kind"] not in ("withdrawn", "superseded"):
        raise RefusedError(f"the kind {stated['kind']!a:.40} is not known")
    return stated


def _signed(envelope: dict[str, Any], payload: bytes, own: dict[str, str], given: PublicKey | None) -> None:
    """Return for a valid signature by the key of the certificate. Raises RefusedError."""
    (signature,) = envelope["signatures"]
    if signature["keyid"] != own["keyid"]:
        raise RefusedError("signed with another key than the certificate")
    key = given or public_key(own["key"].encode())
    if fingerprint(key) != own["keyid"] or not valid(key, unbase64(signature["sig"], "the signature"), payload):
        raise RefusedError("its signature is not valid")
