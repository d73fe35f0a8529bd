"""What signed documents say of keys, heard for one verification: nothing is written into the reader's own trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from measurand.document.status import KeyPredicate, KeyStatement
from measurand.document.trusted import Trust
from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.envelope import Signed, read, signature_checks
from measurand.lab.trust import Revocation, Trusted, narrower
from measurand.message import say


@dataclass(frozen=True)
class Told:
    """What key documents amount to, for a reader who trusts some keys."""

    trusted: Mapping[str, Trusted]
    """The reader's keys, limited further; who trusts one does not trust its successor before he says so himself."""
    speaking: Mapping[str, Trusted]
    """These and their successors, also those of the certificate's own key: they may withdraw, and prove nothing."""
    own: Trusted | None = None
    """The certificate's own key with what it says of itself; None: it says nothing, or the reader trusts it."""
    doubtful: tuple[str, ...] = ()


def told(
    documents: Mapping[str, bytes], *, keyid: str, own: keys.PublicKey | None, trusted: Mapping[str, Trusted]
) -> Told:
    """Hear ``documents`` about trusted keys and about the key of a certificate (``keyid``; ``own``: the key itself).

    One counts when the key that it is about signed it. What is held against a key is never softened; a compromised key
    names no successor; a successor that the reader has revoked stays revoked.
    """
    heard = dict(trusted)
    doubtful: list[str] = []
    if own is not None and keyid not in heard:
        heard[keyid] = Trusted(keyid[:16], own)
    waiting = dict(sorted(documents.items()))
    while ready := [(name, found) for name, data in waiting.items() if (found := _about(name, data, heard, doubtful))]:
        for name, found in sorted(ready, key=lambda one: one[1].statement.predicate.reason):  # "compromised" is first
            del waiting[name]
            why = _unsigned(found, heard[found.statement.predicate.keyid])
            if not why:
                try:
                    _hear(found.statement.predicate, heard, file=Path(name))
                except MeasurandError as error:  # what it names as successor is no key
                    why = str(error)
            doubtful += [f"{name}: {why}"] if why else []
        waiting = {name: data for name, data in waiting.items() if not any(d.startswith(f"{name}: ") for d in doubtful)}
    said = heard.get(keyid)
    return Told(
        trusted={one: replace(trusted[one], trust=_limits(trusted[one], heard[one])) for one in trusted},
        speaking=heard,
        own=said if keyid not in trusted and said is not None and said.trust.reason else None,
        doubtful=tuple(dict.fromkeys(doubtful)),
    )


def _about(name: str, data: bytes, heard: Mapping[str, Trusted], doubtful: list[str]) -> Signed[KeyStatement] | None:
    """The document, when it is about a key that is known by now."""
    try:
        found = read(data, KeyStatement, file=name)
    except MeasurandError as error:
        doubtful.append(f"{name}: {error}")
        return None
    return found if found.statement.predicate.keyid in heard else None


def _unsigned(found: Signed[KeyStatement], one: Trusted) -> str:
    """Why a document does not count; empty when the key that it is about signed it."""
    stated = found.statement
    ids = [signature.keyid for signature in found.envelope.signatures]
    subjects = [subject.digest.get("sha256") for subject in stated.subject]
    checks = signature_checks(found, given=one.key, trusted={}, signed_at=stated.predicate.at)
    valid = any(check.name == "signature" and check.state == "passed" for check in checks)
    if ids != [stated.predicate.keyid] or subjects != ids or not valid or found.faults:
        return say("key.not_its_own")
    return ""


def _limits(one: Trusted, heard: Trusted) -> Trust:
    """What was heard against a key; whose place it took is for the reader to say."""
    return heard.trust.model_copy(update={"succeeds": one.trust.succeeds})


def _hear(stated: KeyPredicate, heard: dict[str, Trusted], *, file: Path) -> None:
    one = heard[stated.keyid]
    since = (stated.since or "") if stated.reason == "compromised" else ""
    limits = narrower(one.trust, Revocation(stated.at, stated.reason, since))
    fields = {"revoked_at": limits.at, "reason": limits.reason, "compromised_since": limits.since}
    heard[stated.keyid] = replace(one, trust=one.trust.model_copy(update=fields))
    if not stated.replaced_by or limits.reason == "compromised":
        return
    successor = keys.parsed(stated.replaced_by.encode(), file=file)
    fingerprint = keys.fingerprint(successor)
    held = heard.get(fingerprint)
    if held is None:
        limit = Trust(valid_from=stated.at, succeeds=(stated.keyid,))
        heard[fingerprint] = Trusted(f"{one.name}-{stated.at[:10]}", successor, limit)
    elif not held.trust.reason:
        succeeds = tuple(dict.fromkeys((*held.trust.succeeds, stated.keyid)))
        heard[fingerprint] = replace(held, trust=held.trust.model_copy(update={"succeeds": succeeds}))
