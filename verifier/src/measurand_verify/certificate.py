"""What a certificate states, taken apart: its files inside, and the chain of digests from procedure to results."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand_verify.check import Check, NotACertificateError, RefusedError, failed, passed, unchecked
from measurand_verify.envelope import fingerprint, opened, public_key, unbase64, valid
from measurand_verify.names import disguise
from measurand_verify.strict import canonical, strict

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://measurand.dev/certificate/v1"
SEAL_TYPE = "https://measurand.dev/seal/v1"
LARGEST = 32 * 1024 * 1024
_DAY, _HOUR = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
TIME = re.compile(f"{_DAY}T{_HOUR}Z")
FILES = ("procedure.toml", "procedure.json", "evidence.json", "evidence.parquet", "results.json", "decisions.json",
         "parts.json", "seal.json")  # fmt: skip
_ORIGINAL = re.compile(rb'<script type="application/vnd\.measurand\+json" id="certificate">(.*?)</script>', re.DOTALL)
_ALWAYS = ("schema", "number", "title", "laboratory", "measured", "issued", "procedure_id", "procedure_sha256",
           "procedure_text", "systems", "results", "decisions", "program")  # fmt: skip
_SOMETIMES = ("customer", "received", "demonstration", "procedure", "evidence", "correlation", "conditions",
              "validity", "remarks", "judge", "valid_for", "not_valid_for", "seal", "amends", "disclosure")  # fmt: skip
_PRECEDENCE = ("invalid", "non-conforming", "inconclusive", "conforming")


@dataclass(frozen=True)
class Certificate:
    """A certificate as read: what is verified and what is read are the same bytes."""

    original: bytes
    """The bytes of ``certificate.json``."""
    envelope: dict[str, Any]
    payload: bytes
    subject: list[dict[str, Any]]
    predicate: dict[str, Any]
    faults: list[str]
    is_page: bool


def read(path: Path) -> Certificate:
    """Open ``certificate.json`` or ``certificate.html``. Raises NotACertificateError or RefusedError."""
    try:
        if path.stat().st_size > LARGEST:
            raise NotACertificateError("the file is too large")
        data = path.read_bytes()
    except OSError as error:
        raise NotACertificateError(error.strerror or str(error)) from None
    except ValueError as error:
        raise NotACertificateError(str(error)) from None
    is_page = data.lstrip()[:1] != b"{"
    if is_page:
        found = _ORIGINAL.findall(data)
        if len(found) != 1:
            raise NotACertificateError(f"the page holds {len(found)} certificates")
        data = found[0]
    try:
        envelope, payload, faults = opened(data)
    except RefusedError as error:
        if is_page or b"application/vnd.in-toto+json" in data:
            raise
        raise NotACertificateError(str(error)) from None
    statement = strict(payload)
    predicate, subject = _predicate(statement), statement["subject"]
    if canonical(statement) != payload:
        faults.append("the statement is not canonical JSON")
    return Certificate(data, envelope, payload, subject, predicate, faults, is_page)


def _predicate(statement: Any) -> dict[str, Any]:
    if not isinstance(statement, dict) or set(statement) != {"_type", "subject", "predicateType", "predicate"}:
        raise RefusedError("the payload is no in-toto Statement")
    if statement["_type"] != STATEMENT_TYPE or statement["predicateType"] != PREDICATE_TYPE:
        raise RefusedError(f"the predicate type is {statement['predicateType']!a:.100}, not {PREDICATE_TYPE}")
    predicate = statement["predicate"]
    if not isinstance(predicate, dict) or predicate.get("schema") != "measurand/certificate/1":
        raise RefusedError("the predicate is of another schema")
    missing = [name for name in _ALWAYS if name not in predicate]
    strange = sorted(set(predicate) - {*_ALWAYS, *_SOMETIMES})
    if missing or strange:
        raise RefusedError(f"fields missing: {missing}; unknown: {[name[:40] for name in strange[:5]]!a}")
    for name in ("measured", "issued"):
        if not isinstance(predicate[name], str) or not TIME.fullmatch(predicate[name]):
            raise RefusedError(f"{name} is no time in UTC: {predicate[name]!a:.40}")
    subject = statement["subject"]
    if not isinstance(subject, list) or not all(_is_subject(one) for one in subject):
        raise RefusedError("a subject is no name with digests")
    return predicate


def _is_subject(one: Any) -> bool:
    if not isinstance(one, dict) or set(one) != {"name", "digest"}:
        return False
    return isinstance(one["name"], str) and isinstance(one["digest"], dict)


def name_check(predicate: Mapping[str, Any]) -> Check:
    """Does a name look like another one?"""
    laboratory = predicate["laboratory"]
    names = [predicate["number"], predicate["procedure_id"], laboratory["name"], laboratory.get("authorised_by", "")]
    names += [predicate.get("customer", ""), *(system.get("name", "") for system in predicate["systems"])]
    for name in names:
        if why := disguise(name):
            return failed("names", f"{name!a:.100}: {why}")
    return passed("names", "no name looks like another one")


def inside(predicate: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of the record that the certificate itself holds."""
    results = {"schema": "measurand/results/1", "results": predicate["results"],
               "correlation": predicate.get("correlation", []), "validity": predicate.get("conditions", []),
               "remarks": predicate.get("remarks", [])}  # fmt: skip
    if "judge" in predicate:
        results["judge"] = predicate["judge"]
    verdicts = {decision["verdict"] for decision in predicate["decisions"]}
    decisions = {"schema": "measurand/decisions/1", "decisions": predicate["decisions"]}
    for verdict in _PRECEDENCE:
        if verdict in verdicts:
            decisions["verdict"] = verdict
            break
    found = {
        "procedure.toml": predicate["procedure_text"].encode(),
        "results.json": canonical(results),
        "decisions.json": canonical(decisions),
    }
    found |= {f"{name}.json": canonical(predicate[name]) for name in ("procedure", "evidence") if name in predicate}
    if "seal" in predicate:
        found["seal.json"] = predicate["seal"]["envelope"].encode()
    return found


def subject_checks(certificate: Certificate, folder: Path) -> tuple[list[Check], dict[str, bytes]]:
    """One check per subject, against the file in the folder and what is inside; and the files that agree."""
    held, checks, good = inside(certificate.predicate), [], {}
    for subject in certificate.subject:
        name, expected = subject["name"], subject["digest"].get("sha256")
        if name not in FILES:
            checks.append(failed(ascii(name)[:80], "no file of a record has this name: it is not read"))
            continue
        beside = folder / name
        if beside.is_symlink():
            checks.append(failed(name, "a link lies beside the certificate: it is not followed"))
            continue
        found = [held[name]] if name in held else []
        found += [beside.read_bytes()] if beside.is_file() and beside.stat().st_size <= LARGEST else []
        if any(hashlib.sha256(data).hexdigest() != expected for data in found):
            checks.append(failed(name, f"its bytes are not those of the digest {expected!a}"))
        elif found:
            good[name] = found[-1]
            checks.append(passed(name, "digest agrees"))
        else:
            checks.append(unchecked(name, "the file is not there", needed=name == "parts.json"))
    return checks, good


def chain_checks(predicate: Mapping[str, Any], subjects: Mapping[str, str], files: Mapping[str, bytes]) -> list[Check]:
    """Do the digests inside lead from the procedure over the evidence to the results and their parts?"""
    links: list[tuple[str, Any, Any]] = [
        ("procedure text", _sha256(predicate["procedure_text"].encode()), predicate["procedure_sha256"])
    ]
    evidence, table = predicate.get("evidence"), None
    if evidence is not None:
        table = evidence["table_at"]
        links.append(("evidence table", subjects.get("evidence.parquet"), evidence["table_sha256"]))
        if "procedure" in predicate:
            address = "sha256:" + _sha256(canonical(predicate["procedure"]))
            links.append(("resolved procedure", address, evidence["procedure_at"]))
    parts = "sha256:" + _sha256(files["parts.json"]) if "parts.json" in files else None
    for result in predicate["results"]:
        if evidence is not None or "evidence_at" in result:
            links.append((f"evidence of {result['measurand']}", table, result.get("evidence_at", table)))
        if parts is not None:
            links.append((f"parts of {result['measurand']}", parts, result.get("parts_at", parts)))
    broken = [f"{name}: {one} is not {other}" for name, one, other in links if one != other]
    if broken:
        return [failed("chain", "; ".join(broken)[:500])]
    return [passed("chain", f"{len(links)} links from the procedure to the results hold")]


def seal_check(predicate: Mapping[str, Any], keyid: str) -> Check | None:
    """Is the seal inside valid, by the certificate's key, earlier, and of this procedure? None without a seal."""
    if "seal" not in predicate:
        return None
    envelope, payload, faults = opened(predicate["seal"]["envelope"].encode())
    statement = strict(payload)
    stated, (signature,) = statement["predicate"], envelope["signatures"]
    if statement["predicateType"] != SEAL_TYPE or faults or canonical(statement) != payload:
        return failed("seal", "it is no seal, or not canonical")
    if signature["keyid"] != keyid:
        return unchecked("seal", "it is signed with another key than the certificate")
    key = public_key(signature["key"].encode())
    if fingerprint(key) != keyid or not valid(key, unbase64(signature["sig"], "the seal's signature"), payload):
        return failed("seal", "its signature is not valid")
    return _sealed(predicate, stated)


def _sealed(predicate: Mapping[str, Any], stated: Mapping[str, Any]) -> Check:
    """Is what a valid seal states what was measured?"""
    times = f"sealed {stated['sealed']}; the measurement ended {predicate['measured']}"
    sources = predicate["evidence"]["sources"] if "evidence" in predicate else {}
    same = all(sources.get(name) == address for name, address in stated["reference"].items())
    if not TIME.fullmatch(stated["sealed"]):
        return failed("seal", "sealed is no time in UTC")
    if stated["sealed"] > predicate["measured"]:
        return failed("seal", f"{times}: too late")
    if predicate["seal"].get("differences"):
        return unchecked("seal", f"{times}; not as sealed: {predicate['seal']['differences']!a:.200}", needed=False)
    if not same:
        return failed("seal", "other reference data were sealed, and no difference is stated")
    if tomllib.loads(stated["procedure_text"]) != tomllib.loads(predicate["procedure_text"]):
        return unchecked("seal", f"{times}; the procedure is written in another way, and no difference is stated")
    return passed("seal", f"{times}; the same procedure and reference data")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
