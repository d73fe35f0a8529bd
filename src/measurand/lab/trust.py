"""The folder of public keys that the reader trusts, with their validity, their revocations and their successors."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from measurand.document.canonical import canonical
from measurand.document.naming import disguise
from measurand.document.trusted import Trust
from measurand.lab import keys
from measurand.lab.atomic import refusal, write_file
from measurand.lab.store import parsed
from measurand.message import say

PUBLIC, LIMITS = keys.PUBLIC, ".trust.json"


@dataclass(frozen=True)
class Trusted:
    """A public key that the reader trusts, under the name that the reader gave it."""

    name: str
    key: keys.PublicKey
    trust: Trust = field(default_factory=Trust)


class Revocation(NamedTuple):
    """From when on a key is not used, why, and since when somebody else may have had it."""

    at: str
    reason: Literal["compromised", "retired"]
    since: str = ""


def trust_folder() -> Path:
    """Where the reader's trusted keys are: ``$XDG_CONFIG_HOME/measurand/trusted``, by default under ``~/.config``."""
    configured = os.environ.get("XDG_CONFIG_HOME")
    return (Path(configured) if configured else Path.home() / ".config") / "measurand" / "trusted"


def trust(key: keys.PublicKey, folder: Path, *, name: str, file: Path, limits: Trust | None = None) -> str:
    """Trust a public key from now on. Returns its fingerprint. Raises StoreError: the demonstration key, a name that
    looks like another one or is taken by another key."""
    if keys.is_demonstration(key):
        raise refusal("M0720.key", file, reason=say("key.demonstration"))
    if why := disguise(name):
        raise refusal("M0722.name", file, name=ascii(name), reason=why)
    if name != Path(name).name or name.startswith("."):
        raise refusal("M0722.name", file, name=ascii(name), reason=say("key.not_a_file_name"))
    fingerprint = keys.fingerprint(key)
    other = next((one for print_, one in trusted(folder).items() if one.name == name and print_ != fingerprint), None)
    if other is not None:
        raise refusal("M0723.taken", file, name=name, keyid=keys.fingerprint(other.key))
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / f"{name}{PUBLIC}", keys.pem(key), replace=True)
    if limits is not None:
        write_file(folder / f"{name}{LIMITS}", canonical(limits), replace=True)
    return fingerprint


def trusted(folder: Path) -> dict[str, Trusted]:
    """Trusted keys by fingerprint, revoked ones too. Raises StoreError for a file that is not a key."""
    found: dict[str, Trusted] = {}
    if folder.is_dir():
        for path in sorted(folder.glob(f"*{PUBLIC}")):
            key = keys.public_key(path)
            name = path.name.removesuffix(PUBLIC)
            limits = folder / f"{name}{LIMITS}"
            stated = parsed(limits.read_bytes(), Trust, file=limits) if limits.is_file() else Trust()
            if not keys.is_demonstration(key):
                found[keys.fingerprint(key)] = Trusted(name, key, stated)
    return found


def named(what: str, folder: Path) -> Trusted:
    """The trusted key of a name or of the beginning of a fingerprint (eight digits or more). Raises StoreError."""
    known = trusted(folder)
    for fingerprint, one in known.items():
        if what in (one.name, fingerprint) or (len(what) >= 8 and fingerprint.startswith(what)):
            return one
    names = ", ".join(one.name for one in known.values()) or say("key.nobody")
    raise refusal("M0724.unknown", folder, name=what, names=names)


def revoke(one: Trusted, folder: Path, *, at: str, compromised: bool, since: str = "") -> None:
    """Do not believe what a key signs from ``at`` on; nothing, whatever its date, when it was compromised, but for what
    is attested to have been signed before ``since``."""
    reason: Literal["compromised", "retired"] = "compromised" if compromised else "retired"
    limit(one, folder, Revocation(at, reason, since if compromised else ""))


def limit(one: Trusted, folder: Path, revoked: Revocation) -> None:
    """Write a revocation into the reader's trust."""
    fields = {"revoked_at": revoked.at, "reason": revoked.reason, "compromised_since": revoked.since}
    write_file(folder / f"{one.name}{LIMITS}", canonical(one.trust.model_copy(update=fields)), replace=True)


def narrower(one: Trust, revoked: Revocation) -> Revocation:
    """A revocation that believes no more than either: whoever stole a key cannot soften what is held against it."""
    if not one.reason:
        return revoked
    both = (Revocation(one.revoked_at, one.reason, one.compromised_since), revoked)
    at = min(each.at for each in both)
    if all(each.reason == "retired" for each in both):
        return Revocation(at, "retired")
    # "" comes first: nothing is believed. What a key signed after it was retired was not believed, and is not now.
    since = min(each.since if each.reason == "compromised" else each.at for each in both)
    return Revocation(at, "compromised", since)


def succeeding(keyid: str, known: Mapping[str, Trusted]) -> frozenset[str]:
    """Fingerprints of the trusted keys that took the place of a key: its successor, the successor of that one, ..."""
    found: set[str] = set()
    reached = {keyid}
    while reached:
        reached = {
            one for one, held in known.items() if one not in found and one != keyid and reached & {*held.trust.succeeds}
        }
        found |= reached
    return frozenset(found)


def fault_of(one: Trusted, signed_at: str, *, attested: str = "") -> str:
    """Why a trusted key does not vouch for what it signed at a time; empty when it does.

    ``attested``: the time at which an authority that the reader trusts saw the signature ("": none). Only that time
    is believed of a key that was compromised.
    """
    limits = one.trust
    if limits.reason == "compromised" and not compromised_later(one, attested):
        return say("key.compromised", at=limits.compromised_since or limits.revoked_at)
    if limits.reason == "compromised":
        return _outside(limits, signed_at)
    if limits.revoked_at and signed_at >= limits.revoked_at:
        return say("key.retired", at=limits.revoked_at, signed=signed_at)
    return _outside(limits, signed_at)


def compromised_later(one: Trusted, attested: str) -> bool:
    """Whether a key was compromised, and what it signed is attested to have been there before."""
    return one.trust.reason == "compromised" and bool(attested) and attested < one.trust.compromised_since


def _outside(limits: Trust, signed_at: str) -> str:
    if limits.valid_from and signed_at < limits.valid_from:
        return say("key.early", at=limits.valid_from, signed=signed_at)
    if limits.valid_until and signed_at > limits.valid_until:
        return say("key.late", at=limits.valid_until, signed=signed_at)
    return ""
