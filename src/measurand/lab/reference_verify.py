"""Verify a certificate of reference data: signature, time, data, numbers, and the certificates above it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from measurand.document.canonical import plain
from measurand.document.naming import disguise
from measurand.document.reference_certificate import RANK, ReferencePredicate, ReferenceStatement
from measurand.document.reference_file import load_reference
from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.check import Check, exit_code, failed, passed, unchecked
from measurand.lab.comparison import differences, numbers
from measurand.lab.envelope import Signed, signature_checks
from measurand.lab.reference_certify import ENDING, ITEMS, files_of, named, opened, stated_by
from measurand.lab.reference_data import inside
from measurand.lab.reference_found import evaluated
from measurand.lab.reference_status import reference_status
from measurand.lab.trust import Trusted
from measurand.lab.verify import agreement


@dataclass(frozen=True)
class Verification:
    """The checks of one certificate of reference data and of those above it."""

    id: str
    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        """0 everything passed, 1 something failed, 3 something that is needed was not checked."""
        return exit_code(self.checks)


def verify(
    path: Path,
    *,
    at: datetime,
    given: keys.PublicKey | None,
    trusted: Mapping[str, Trusted],
    higher: Sequence[Path] = (),
    data: Path | None = None,
    status: Sequence[Path] = (),
) -> Verification:
    """Verify a certificate with what is beside it (data: in the folder ``data``, certificates above: in ``higher``,
    documents that withdraw one of them: in ``status``).

    Raises StoreError for a file that is none, AuthenticityError for one that is damaged.
    """
    found = opened(path)
    predicate = found.statement.predicate
    today = f"{at:%Y-%m-%d}"
    folder = data or path.parent
    checks = [*_own(found, given, trusted), _time(predicate, today)]
    checks.append(reference_status(found, given=given, trusted=trusted, places=tuple(status)))
    needed, faults = _files(found)
    present = {subject.name for subject in found.statement.subject if _bytes(folder, subject.name) is not None}
    checks += [*faults, *(_subject(found, folder, name) for name in sorted(present))]
    above, chain = _above(found, [*higher, path.parent], trusted, given, tuple(status))
    checks += chain
    checks.append(_recomputed(found, folder, above, whole=present >= needed))
    return Verification(predicate.id, tuple(checks))


def _own(
    found: Signed[ReferenceStatement], given: keys.PublicKey | None, trusted: Mapping[str, Trusted]
) -> list[Check]:  # fmt: skip
    predicate = found.statement.predicate
    whole = failed("file", "check.file.failed", reason="; ".join(found.faults)) if found.faults else None
    out = [whole or passed("file", "check.file.passed")]
    for name in (predicate.id, predicate.title, predicate.laboratory.name, predicate.laboratory.authorised_by):
        if why := disguise(name):
            return [*out, failed("names", "check.names.failed", name=ascii(name), reason=why)]
    return [
        *out,
        passed("names", "check.names.passed"),
        *signature_checks(found, given=given, trusted=trusted, signed_at=predicate.issued),
    ]


def _time(predicate: ReferencePredicate, today: str) -> Check:
    fields = {"issued": predicate.issued, "expires": predicate.expires}
    if today > predicate.expires:
        return failed("expiry", "check.reference.expired", today=today, **fields)
    return passed("expiry", "check.reference.valid", **fields)


def _files(found: Signed[ReferenceStatement]) -> tuple[set[str], list[Check]]:
    """The files from which everything follows (the description and the table by item are not needed), and what is
    wrong with the list of files."""
    names = [subject.name for subject in found.statement.subject]
    digests = {subject.name: subject.digest.get("sha256") for subject in found.statement.subject}
    text = hashlib.sha256(found.statement.predicate.text.encode()).hexdigest()
    wrong = [failed("files", "check.reference.twice", name=ascii(n)) for n in sorted(set(names)) if names.count(n) > 1]
    if text not in digests.values():
        wrong.append(failed("files", "check.reference.description"))
    try:
        described = files_of(load_reference(found.statement.predicate.text.encode(), found.statement.predicate.id))
    except MeasurandError as error:
        return set(), [*wrong, failed("files", "check.reference.undescribed", reason=str(error)[:200])]
    missing = [name for name in described if name not in digests]
    if found.statement.predicate.found.items_at is not None and not any(name.endswith(ITEMS) for name in names):
        missing.append(f"*{ITEMS}")
    wrong += [failed("files", "check.reference.unlisted", name=ascii(name)) for name in missing]
    return {name for name, digest in digests.items() if digest != text and not name.endswith(ITEMS)}, wrong


def _bytes(folder: Path, name: str) -> bytes | None:
    """The bytes of a subject beside the certificate; None when it is not there."""
    try:
        path = folder / inside(folder, name)
        return path.read_bytes() if path.is_file() else None
    except (MeasurandError, OSError):
        return None


def _subject(found: Signed[ReferenceStatement], folder: Path, name: str) -> Check:
    expected = next(s.digest.get("sha256", "") for s in found.statement.subject if s.name == name)
    digest = hashlib.sha256(_bytes(folder, name) or b"").hexdigest()
    if digest != expected:
        return failed(name, "check.subject.failed", name=name, found=digest, expected=expected)
    return passed(name, "check.subject.passed", name=name)


def _above(
    found: Signed[ReferenceStatement],
    places: Sequence[Path],
    trusted: Mapping[str, Trusted],
    given: keys.PublicKey | None,
    status: tuple[Path, ...],
) -> tuple[Signed[ReferenceStatement] | None, list[Check]]:
    """The certificate above, and the checks of all above. Tiers rise strictly: the walk ends."""
    predicate = found.statement.predicate
    stated = predicate.higher
    if stated is None:
        return None, []
    name = f"higher {stated.id}"
    upper = _held(stated.sha256, places)
    if upper is None:
        return None, [unchecked(name, "check.reference.no_higher", id=stated.id, sha256=stated.sha256)]
    own = signature_checks(upper, given=None, trusted=trusted, signed_at=upper.statement.predicate.issued)
    if given is not None and keys.fingerprint(given) == stated.keyid:
        own = signature_checks(upper, given=given, trusted=trusted, signed_at=upper.statement.predicate.issued)
    own = [*own, reference_status(upper, given=given, trusted=trusted, places=status)]
    checks = [Check(f"{name}: {c.name}", c.state, c.text, c.needed) for c in own]
    theirs = upper.statement.predicate
    if named(upper) != stated or upper.faults:
        return upper, [*checks, failed(name, "check.reference.other_higher", id=stated.id)]
    if RANK[theirs.tier] <= RANK[predicate.tier]:
        text = {"tier": theirs.tier, "own": predicate.tier}
        return upper, [*checks, failed(name, "check.reference.not_higher", id=stated.id, **text)]
    if predicate.issued[:10] > theirs.expires or predicate.issued < theirs.issued:
        fields = {"issued": predicate.issued, "from_": theirs.issued, "expires": theirs.expires}
        return upper, [*checks, failed(name, "check.reference.higher_time", id=stated.id, **fields)]
    checks.append(passed(name, "check.reference.higher", id=stated.id, tier=theirs.tier, own=predicate.tier))
    return upper, [*checks, *_above(upper, places, trusted, given, status)[1]]


def _held(sha256: str, places: Sequence[Path]) -> Signed[ReferenceStatement] | None:
    """The certificate with a digest, from files and folders."""
    for place in places:
        for path in sorted(place.glob(f"*{ENDING}")) if place.is_dir() else [place]:
            try:
                found = opened(path)
            except MeasurandError:
                continue  # another document beside it says nothing about this one
            if hashlib.sha256(found.original).hexdigest() == sha256:
                return found
    return None


def _recomputed(
    found: Signed[ReferenceStatement], folder: Path, above: Signed[ReferenceStatement] | None, *, whole: bool
) -> Check:
    """Does everything that is stated follow from the data, the description and the certificate above?"""
    predicate = found.statement.predicate
    if not whole:
        return unchecked("recomputation", "check.reference.no_data")
    if predicate.higher is not None and above is None:
        return unchecked("recomputation", "check.reference.no_higher_numbers")
    try:
        text = predicate.text.encode()
        one = load_reference(text, predicate.id)
        again = stated_by(
            one,
            text,
            evaluated(one, folder),
            above,
            laboratory=predicate.laboratory,
            issued=predicate.issued,
            program=predicate.program,
            demonstration=found.envelope.signatures[0].keyid == keys.fingerprint(keys.demonstration_key().public_key()),
        )
    except (MeasurandError, ValueError, ArithmeticError, LookupError) as error:
        return unchecked("recomputation", "check.reference.error", reason=f"{type(error).__name__}: {error}"[:300])
    return agreement(
        list(differences(plain(predicate), plain(again))), made_by=predicate.program,
        passed_key="check.reference.recomputed", count=numbers(plain(again.found)),
    )  # fmt: skip
