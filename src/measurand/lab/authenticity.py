"""Is a certificate what its signature says? Envelope, signature, trust in the key, digests of all files. No numbers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from measurand.document.canonical import canonical
from measurand.document.certificate import PAYLOAD_TYPE, Predicate, Signature
from measurand.document.decision import Decisions, Verdict
from measurand.document.result import Results
from measurand.errors import StoreError
from measurand.lab import keys
from measurand.lab.check import Check, failed, passed, unchecked
from measurand.lab.opened import Opened
from measurand.lab.sign import pae

PRECEDENCE = (Verdict.INVALID, Verdict.NON_CONFORMING, Verdict.INCONCLUSIVE, Verdict.CONFORMING)


def file_check(opened: Opened) -> Check:
    """Is the file, byte for byte, as the program writes it?"""
    if opened.faults:
        return failed("file", "check.file.failed", reason="; ".join(opened.faults))
    return passed("file", "check.file.passed")


def signature_checks(
    opened: Opened, *, given: keys.PublicKey | None, trusted: Mapping[str, keys.Trusted]
) -> list[Check]:
    """Is the signature valid, and whose is it? The key is the one that was given, else a trusted one, else the one
    that the file carries. The algorithm is the key's: nothing in the file chooses it."""
    if len(opened.envelope.signatures) != 1:
        return [failed("signature", "check.signature.failed")]
    signature = opened.envelope.signatures[0]
    known = trusted.get(signature.keyid)
    key = _key(opened, signature, given or (known.key if known else None))
    if isinstance(key, Check):
        return [key]
    try:
        signed = base64.b64decode(signature.sig, validate=True)
        key.verify(signed, pae(PAYLOAD_TYPE, opened.payload), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return [failed("signature", "check.signature.failed")]
    trust = _trust(key, signature.keyid, given=given is not None, known=known)
    return [passed("signature", "check.signature.passed"), trust]


def _key(opened: Opened, signature: Signature, known: keys.PublicKey | None) -> keys.PublicKey | Check:
    """The key to verify with, or the check that says why there is none."""
    keyid = signature.keyid
    if known is not None and keys.fingerprint(known) != keyid:
        return failed("key", "check.key.other", given=keys.fingerprint(known), keyid=keyid)
    if not signature.key:
        return known or unchecked("signature", "check.signature.none", keyid=keyid)
    try:
        carried = keys.parsed(signature.key.encode(), file=opened.path)
    except StoreError:
        return failed("signature", "check.signature.failed")
    if keys.fingerprint(carried) != keyid or keys.pem(carried) != signature.key.encode():
        return failed("signature", "check.signature.failed")
    return carried


def _trust(key: keys.PublicKey, keyid: str, *, given: bool, known: keys.Trusted | None) -> Check:
    if keys.is_demonstration(key):
        return unchecked("key", "check.key.demonstration")
    if given:
        return passed("key", "check.key.given", keyid=keyid)
    if known is not None:
        return passed("key", "check.key.passed", name=known.name, keyid=keyid)
    return unchecked("key", "check.key.unknown", keyid=keyid)


def inside(predicate: Predicate) -> dict[str, bytes]:
    """The files of the record that the certificate itself holds, as bytes."""
    results = Results(
        results=predicate.results,
        correlation=predicate.correlation,
        validity=predicate.conditions,
        remarks=predicate.remarks,
    )
    found = {
        "procedure.toml": predicate.procedure_text.encode(),
        "results.json": canonical(results),
        "decisions.json": canonical(decisions(predicate)),
    }
    if predicate.procedure is not None:
        found["procedure.json"] = canonical(predicate.procedure)
    if predicate.evidence is not None:
        found["evidence.json"] = canonical(predicate.evidence)
    return found


def decisions(predicate: Predicate) -> Decisions:
    """``decisions.json`` of a certificate: its decisions, with the verdict that sets the exit code."""
    verdicts = {decision.verdict for decision in predicate.decisions}
    first = next((verdict for verdict in PRECEDENCE if verdict in verdicts), None)
    return Decisions(decisions=predicate.decisions, verdict=first)


def subject_checks(opened: Opened, beside: Mapping[str, bytes], recomputed: Mapping[str, bytes]) -> list[Check]:
    """One check per file of the statement: beside the certificate if it is there, else inside, else recomputed.

    What the certificate states twice (inside, and by the digest) must agree as well.
    """
    found = []
    held = inside(opened.statement.predicate)
    for subject in opened.statement.subject:
        expected = subject.digest.get("sha256", "")
        own = {"name": subject.name, "expected": expected}
        for data in (held.get(subject.name), beside.get(subject.name)):
            if data is not None and (digest := hashlib.sha256(data).hexdigest()) != expected:
                found.append(failed(subject.name, "check.subject.failed", found=digest, **own))
                break
        else:
            found.append(_agreeing(subject.name, expected, held, beside, recomputed))
    return found


def _agreeing(
    name: str, expected: str, held: Mapping[str, bytes], beside: Mapping[str, bytes], recomputed: Mapping[str, bytes]
) -> Check:
    if name in beside:
        return passed(name, "check.subject.passed", name=name)
    if name in held:
        return passed(name, "check.subject.inside", name=name)
    if name in recomputed and hashlib.sha256(recomputed[name]).hexdigest() == expected:
        return passed(name, "check.subject.recomputed", name=name)
    # Parts serve later comparisons; no statement of the certificate rests on them alone.
    return unchecked(name, "check.subject.none", needed=name != "parts.json", name=name)


def beside(opened: Opened) -> dict[str, bytes]:
    """The files of the record that lie beside the certificate."""
    names = [subject.name for subject in opened.statement.subject]
    paths = {name: opened.path.parent / Path(name).name for name in names}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
