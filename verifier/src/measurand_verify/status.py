"""Was the certificate withdrawn or replaced, or its key revoked? What signed documents of the laboratory say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measurand_verify.certificate import STATEMENT_TYPE, TIME, Certificate
from measurand_verify.check import Check, NotACertificateError, RefusedError, failed, passed, unchecked
from measurand_verify.envelope import PublicKey, fingerprint, opened, public_key, unbase64, valid
from measurand_verify.strict import canonical, strict

STATUS_TYPE, KEY_TYPE = "https://measurand.dev/status/v1", "https://measurand.dev/key/v1"
ENDINGS = ("*.status.json", "*.key.json")
LARGEST, MOST = 1_000_000, 50
_SHAPE = (KeyError, TypeError, ValueError, AttributeError)
_FIELDS = {
    STATUS_TYPE: ({"schema", "kind", "certificate", "reason", "laboratory", "at"}, {"replaced_by"}),
    KEY_TYPE: ({"schema", "kind", "keyid", "reason", "at"}, {"replaced_by", "since"}),
}
_SCHEMA = {STATUS_TYPE: "measurand/status/1", KEY_TYPE: "measurand/key/1"}
_KINDS = {STATUS_TYPE: ("withdrawn", "superseded"), KEY_TYPE: ("revoked", "replaced")}


@dataclass(frozen=True)
class Document:
    """A status or key document of the format's shape; its signature is not looked at yet."""

    name: str
    kind: str
    stated: dict[str, Any]
    envelope: dict[str, Any]
    payload: bytes
    subject: str

    @property
    def signer(self) -> str:
        """Key id of its one signature; empty when there is not one."""
        several = self.envelope["signatures"]
        return several[0]["keyid"] if len(several) == 1 else ""


def status_checks(found: Certificate, places: Iterable[Path], given: PublicKey | None) -> list[Check]:
    """What documents say of the certificate, and of its key: the latter only where it speaks against it."""
    documents, doubtful = _read(places)
    own = found.envelope["signatures"][0]
    carried = given or (public_key(own["key"].encode()) if own.get("key") else None)
    known = {own["keyid"]: carried} if carried is not None else {}
    keys, against = [one for one in documents if one.kind == KEY_TYPE], []
    believed = _succession(keys, known, doubtful)
    for one in keys:
        if one.stated["keyid"] == own["keyid"] and one in believed and (why := _revoked(one.stated, found)):
            against.append(failed("key", f"{one.name}: {why}"))
    statuses = [one for one in documents if one.kind == STATUS_TYPE]
    about = _about(statuses, hashlib.sha256(found.original).hexdigest())
    for one in about:
        if why := _unbelieved(one, known):
            doubtful.append(f"{one.name}: {why}")
            continue
        stated = one.stated
        by = f" by {stated['replaced_by']['number']!a:.80}" if "replaced_by" in stated else ""
        return [failed("status", f"{stated['kind']}{by} at {stated['at']!a:.30}: {stated['reason']!a:.200}"), *against]
    if doubtful:
        text = f"documents that do not count: {'; '.join(doubtful[:5])}"
        return [unchecked("status", text, needed=bool(about)), *against]
    if not statuses:
        text = "no status document is there: whether it was withdrawn is not known"
        return [unchecked("status", text, needed=False), *against]
    return [passed("status", f"not named by the {len(statuses)} status documents that are there"), *against]


def _read(places: Iterable[Path]) -> tuple[list[Document], list[str]]:
    """The documents of files and folders, and what is wrong with the others."""
    good, doubtful = [], []
    for path in _files(places):
        name = f"{path.name!a:.80}"
        try:
            if path.is_symlink() or path.stat().st_size > LARGEST:
                raise RefusedError("a link, or too large")
            good.append(_document(name, path.read_bytes()))
        except (RefusedError, NotACertificateError, OSError, *_SHAPE) as error:
            doubtful.append(f"{name}: {str(error)[:100]}")
    return good, doubtful


def _files(places: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for place in places:
        several = sorted(path for ending in ENDINGS for path in place.glob(ending)) if place.is_dir() else [place]
        found |= dict.fromkeys(several[:MOST])
    return list(found)


def _document(name: str, data: bytes) -> Document:
    """Raises RefusedError and others: no document of the format's shape."""
    envelope, payload, faults = opened(data)
    statement = strict(payload)
    kind, stated = statement["predicateType"], statement["predicate"]
    if set(statement) != {"_type", "subject", "predicateType", "predicate"} or statement["_type"] != STATEMENT_TYPE:
        raise RefusedError("no in-toto Statement")
    if faults or canonical(statement) != payload or kind not in _FIELDS:
        raise RefusedError("no status document, or not canonical")
    always, sometimes = _FIELDS[kind]
    if not always <= set(stated) <= always | sometimes or stated["schema"] != _SCHEMA[kind]:
        raise RefusedError("it has other fields than the format")
    texts = [stated["reason"], stated["at"], stated["kind"], stated.get("keyid", "")]
    if not all(isinstance(text, str) for text in texts) or not stated["reason"] or not TIME.fullmatch(stated["at"]):
        raise RefusedError("a field of it is of another kind than the format has it")
    if "since" in stated and not (isinstance(stated["since"], str) and TIME.fullmatch(stated["since"])):
        raise RefusedError("since is no time")
    if stated["kind"] not in _KINDS[kind]:
        raise RefusedError(f"the kind {stated['kind']!a:.40} is not known")
    if kind == KEY_TYPE and stated["reason"] not in ("compromised", "retired"):
        raise RefusedError(f"the reason {stated['reason']!a:.40} is not known")
    if kind == STATUS_TYPE:
        for one in (stated["certificate"], *([stated["replaced_by"]] if "replaced_by" in stated else [])):
            if set(one) != {"number", "sha256"} or not all(isinstance(text, str) for text in one.values()):
                raise RefusedError("a certificate is named otherwise than by number and digest")
    (subject,) = statement["subject"]
    return Document(name, kind, stated, envelope, payload, subject["digest"]["sha256"])


def _succession(keys: list[Document], known: dict[str, PublicKey], doubtful: list[str]) -> list[Document]:
    """The key documents that count: each signed by the key that it is about; and the successors, added to ``known``.

    Only what begins at the certificate's key is of interest; a compromised key names no successor.
    """
    believed: list[Document] = []
    waiting = list(keys)
    while ready := [one for one in waiting if one.stated["keyid"] in known]:
        for one in ready:
            waiting.remove(one)
            why = "it is not signed by the key that it is about" if one.signer != one.stated["keyid"] else ""
            if why := why or _unbelieved(one, known):
                doubtful.append(f"{one.name}: {why}")
                continue
            believed.append(one)
        compromised = {one.stated["keyid"] for one in believed if one.stated["reason"] == "compromised"}
        for one in ready:
            if one in believed and one.stated["kind"] == "replaced" and one.stated["keyid"] not in compromised:
                try:
                    successor = public_key(one.stated["replaced_by"].encode())
                except (RefusedError, *_SHAPE) as error:
                    doubtful.append(f"{one.name}: {str(error)[:80]}")
                    continue
                known.setdefault(fingerprint(successor), successor)
    return believed


def _revoked(stated: dict[str, Any], found: Certificate) -> str:
    """Why the key of the certificate does not vouch for it; empty when it does."""
    if stated["reason"] == "compromised":
        return f"the key is compromised ({stated['at']}): nothing that it signed is believed"
    if found.predicate["issued"] >= stated["at"]:
        return f"the key was retired at {stated['at']}, and the certificate issued afterwards"
    return ""


def _about(statuses: list[Document], digest: str) -> list[Document]:
    return [one for one in statuses if one.stated["certificate"]["sha256"] == digest]


def _unbelieved(one: Document, known: dict[str, PublicKey]) -> str:
    """Why a document does not count; empty when one of the known keys validly signed it about its subject."""
    about = one.stated["keyid"] if one.kind == KEY_TYPE else one.stated["certificate"]["sha256"]
    if one.subject != about:
        return "its subject is not what it is about"
    key = known.get(one.signer)
    if key is None:
        return "signed neither with the key of the certificate nor with one that succeeded it"
    try:
        (signature,) = one.envelope["signatures"]
        if set(signature) not in ({"keyid", "sig"}, {"keyid", "sig", "key"}):
            return "its signature has other fields than the format"
        good = valid(key, unbase64(signature["sig"], "the signature"), one.payload)
    except (RefusedError, *_SHAPE) as error:
        return str(error)[:80]
    return "" if good else "its signature is not valid"
