"""Is a certificate what its signature says? Envelope, signature, digests of all files. No numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from measurand.document.canonical import canonical
from measurand.document.certificate import Predicate
from measurand.document.decision import Decisions, Verdict
from measurand.document.naming import disguise
from measurand.document.result import Results
from measurand.lab.check import Check, failed, passed, unchecked
from measurand.lab.opened import Opened
from measurand.lab.store import FILES

PRECEDENCE = (Verdict.INVALID, Verdict.NON_CONFORMING, Verdict.INCONCLUSIVE, Verdict.CONFORMING)


def file_check(opened: Opened) -> Check:
    """Is the file, byte for byte, as the program writes it?"""
    if opened.faults:
        return failed("file", "check.file.failed", reason="; ".join(opened.faults))
    return passed("file", "check.file.passed")


def name_check(predicate: Predicate) -> Check:
    """Does a name look like another one?"""
    names = [predicate.number, predicate.procedure_id, predicate.laboratory.name, predicate.laboratory.authorised_by]
    names += [predicate.customer, *(system.get("name", "") for system in predicate.systems)]
    for name in names:
        if why := disguise(name):
            return failed("names", "check.names.failed", name=ascii(name), reason=why)
    return passed("names", "check.names.passed")


def results_of(predicate: Predicate) -> Results:
    """The results document that a certificate holds in parts."""
    return Results(
        results=predicate.results,
        correlation=predicate.correlation,
        validity=predicate.conditions,
        remarks=predicate.remarks,
        judge=predicate.judge,
    )


def inside(predicate: Predicate) -> dict[str, bytes]:
    """The files of the record that the certificate itself holds, as bytes."""
    found = {
        "procedure.toml": predicate.procedure_text.encode(),
        "results.json": canonical(results_of(predicate)),
        "decisions.json": canonical(decisions(predicate)),
    }
    if predicate.procedure is not None:
        found["procedure.json"] = canonical(predicate.procedure)
    if predicate.evidence is not None:
        found["evidence.json"] = canonical(predicate.evidence)
    if predicate.seal is not None:
        found["seal.json"] = predicate.seal.envelope.encode()
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
        if subject.name not in FILES:
            found.append(failed(subject.name, "check.subject.stranger", name=ascii(subject.name)))
            continue
        if (opened.path.parent / subject.name).is_symlink():
            found.append(failed(subject.name, "check.subject.link", name=subject.name))
            continue
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
    paths = {name: opened.path.parent / name for name in names if name in FILES}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file() and not path.is_symlink()}
