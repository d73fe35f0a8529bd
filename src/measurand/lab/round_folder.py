"""A round as a folder that can be mailed: every step is one signed file, and nobody needs a server.

``protocol.json``, ``participants/CODE.json``, ``commitments/CODE-1.json``, ``withdrawals/CODE.json``, ``closing.json``,
``openings/CODE.json``. A participant's own folder holds the key of the round and the openings until they are due.
"""

from __future__ import annotations

import hashlib
import secrets
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import ValidationError

from measurand.document.canonical import Document, canonical, plain
from measurand.document.round import (
    Closing,
    Commitment,
    Opening,
    Participation,
    Protocol,
    RoundStatement,
    Step,
    SubmittedAnswers,
    SubmittedQuantity,
    Withdrawal,
)
from measurand.document.round_answers import AssignedAnswers
from measurand.document.round_data import RoundData
from measurand.document.statement import Subject
from measurand.errors import Finding, StoreError
from measurand.lab import keys
from measurand.lab.atomic import write_file
from measurand.lab.envelope import Signed, read, signature_checks, signed
from measurand.lab.round_answers import assigned_from
from measurand.lab.round_items import items_from
from measurand.lab.store import parsed
from measurand.message import say

PROTOCOL, CLOSING, KEY, MINE = "protocol.json", "closing.json", "round", "opening-{digest}.json"
PARTICIPANTS, COMMITMENTS, WITHDRAWALS, OPENINGS = "participants", "commitments", "withdrawals", "openings"
SEALED = "assigned-{measurand}.json"
EXCHANGE = "exchange.key"
"""A participant's private key for masks."""
LARGEST = 4 << 20
_S = TypeVar("_S", bound=Document)


def refuse(key: str, path: Path, /, **fields: str) -> StoreError:
    """The error of a step that cannot be made."""
    code = key.partition(".")[0]
    return StoreError(Finding(code, "", say(key, file=str(path), **fields), file=str(path)))


def stamp(now: datetime) -> str:
    """UTC time as documents write it."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def begin(folder: Path, file: Path, key: keys.PrivateKey) -> Protocol:
    """Write ``protocol.json`` from a protocol file, and beside that file what it seals (``assigned-MEASURAND.json``).

    Raises StoreError that names what is wrong in it.
    """
    protocol, sealed = read_protocol(file)
    folder.mkdir(parents=True, exist_ok=True)
    for one in sealed:
        write_file(file.parent / SEALED.format(measurand=plain_name(one.measurand)), canonical(one), mode=0o600)
    write_step(folder / PROTOCOL, protocol, key)
    return protocol


def drafted(file: Path) -> Protocol:
    """What a protocol file says that nobody has signed. Raises StoreError, TableError."""
    return read_protocol(file)[0]


def read_protocol(file: Path) -> tuple[Protocol, tuple[AssignedAnswers, ...]]:
    """What a protocol file says; its ``items`` (a table beside it) are read into it, ``assigned`` answers are sealed.

    Raises StoreError, TableError.
    """
    data = bytes_of(file)
    try:
        text = data.decode("utf-8")
        tables: dict[str, Any] = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise refuse("M0870.toml", file, reason=str(error)) from None
    deadline = tables.get("deadline")
    if isinstance(deadline, datetime):
        tables["deadline"] = stamp(deadline)
    several = tables.get("quantity")
    quantities = [one for one in several if isinstance(one, dict)] if isinstance(several, list) else []
    for one in quantities:
        one.update({name: _in_text(value) for name, value in one.items() if name != "replicates"})
    named = tables.pop("items", "")
    checked = items_from(file.parent / named) if isinstance(named, str) and named else ()
    for material in checked:
        place = (material.measurand, material.material)
        own = [one for one in quantities if (one.get("measurand"), one.get("material", "")) == place]
        if not own:
            raise refuse("M0870.items", file, name=" ".join(filter(None, place)))
        own[0]["items"] = [plain(one) for one in material.items]
    sealed = _sealed(file, tables.get("answers"))
    totals = tables.get("total")
    for one in totals if isinstance(totals, list) else []:
        if isinstance(one, dict) and "range" in one:
            one["range"] = _in_text(one["range"])
    try:
        return Protocol.model_validate({**tables, "text": text}), sealed
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise refuse("M0870.key", file, where=where, reason=str(first["msg"])) from None


def _sealed(file: Path, asked: Any) -> tuple[AssignedAnswers, ...]:
    """The assigned answers of the tables that ``[[answers]]`` name; these get the digest instead."""
    found = []
    for one in asked if isinstance(asked, list) else []:
        if not isinstance(one, dict):
            continue
        one.update({name: _in_text(one[name]) for name in ("needed", "least_right") if name in one})
        named, measurand = one.pop("assigned", None), str(one.get("measurand", ""))
        if not isinstance(named, str):
            continue
        answers = assigned_from(file.parent / named, measurand=measurand)
        if unknown := sorted(set(answers.values()) - set(map(str, one.get("scale", ())))):
            raise refuse("M0871.scale", file, names=", ".join(unknown), scale=", ".join(map(str, one.get("scale", ()))))
        sealed = AssignedAnswers(measurand=measurand, salt=secrets.token_hex(32), answers=answers)
        one["assigned_at"] = hashlib.sha256(canonical(sealed)).hexdigest()
        found.append(sealed)
    return tuple(found)


def plain_name(text: str) -> str:
    """A name as part of the name of a file."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in text)


def _in_text(value: Any) -> Any:
    """Numbers as documents write them, also inside of lists and tables."""
    if isinstance(value, dict):
        return {name: _in_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_text(inner) for inner in value]
    return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def join(folder: Path, mine: Path, *, now: datetime) -> str:
    """Make a key for this round in ``mine`` and write ``participants/CODE.json``; returns the code.

    Where the protocol asks for totals, also a key for masks.
    """
    protocol = protocol_of(folder)
    mine.mkdir(parents=True, exist_ok=True)
    keys.new(mine, KEY)
    key = keys.private_key(mine / KEY)
    code = code_of(key.public_key())
    exchange = _exchange(mine) if protocol.total else None
    step = Participation(protocol=_at(folder), code=code, exchange=exchange, at=stamp(now))
    write_step(folder / PARTICIPANTS / f"{code}.json", step, key)
    return code


def _exchange(mine: Path) -> str:
    """Make a private key of X25519 in ``mine``; returns the public one."""
    key = X25519PrivateKey.generate()
    write_file(mine / EXCHANGE, key.private_bytes_raw(), mode=0o600)
    return key.public_key().public_bytes_raw().hex()


def prepare(folder: Path, mine: Path, data: RoundData) -> Opening:
    """What a participant is about to commit to, with the salt; nothing is written. Raises StoreError where results are
    missing, more than asked for, of another unit, or of several laboratories."""
    protocol, code = protocol_of(folder), code_of(own_key(mine).public_key())
    asked = {(q.measurand, q.material): q for q in protocol.quantity}
    found = {(q.measurand, q.material): q for q in data.quantities}
    schemes = {one.measurand: one for one in protocol.answers or ()}
    answered = {one.scheme.measurand: one.submitted for one in data.answered}
    if set(found) != set(asked) or set(answered) != set(schemes):
        names = [" ".join(filter(None, pair)) for pair in sorted(set(found) ^ set(asked))]
        names += sorted(set(answered) ^ set(schemes))
        raise refuse("M0871.quantities", folder / PROTOCOL, names=", ".join(names))
    answers = []
    for name, held in answered.items():
        if len(held) != 1:
            raise refuse("M0871.several", folder, names=", ".join(s.laboratory for s in held))
        if unknown := sorted(set(held[0].answers.values()) - set(schemes[name].scale)):
            raise refuse("M0871.scale", folder, names=", ".join(unknown), scale=", ".join(schemes[name].scale))
        answers.append(SubmittedAnswers(measurand=name, answers=held[0].answers))
    several = []
    for place, q in found.items():
        if len(q.submitted) != 1:
            raise refuse("M0871.several", folder, names=", ".join(s.laboratory for s in q.submitted))
        if q.unit != asked[place].unit:
            raise refuse("M0871.unit", folder, name=q.measurand, unit=q.unit, asked=asked[place].unit)
        one = q.submitted[0].model_copy(update={"laboratory": code})
        several.append(SubmittedQuantity(measurand=q.measurand, material=q.material, unit=q.unit, result=one))
    salt = secrets.token_hex(32)
    return Opening(protocol=_at(folder), code=code, salt=salt, quantity=tuple(several), answers=tuple(answers))


def commit(folder: Path, mine: Path, opening: Opening, *, now: datetime) -> Path:
    """Write the commitment into the round, after the opening into ``mine``; a further one amends the last.

    Raises StoreError after the closing.
    """
    if (folder / CLOSING).exists():
        raise refuse("M0872.closed", folder / CLOSING)
    number = 1 + len(list((folder / COMMITMENTS).glob(f"{opening.code}-*.json")))
    data = canonical(opening)
    digest = hashlib.sha256(data).hexdigest()
    write_file(mine / MINE.format(digest=digest[:16]), data, mode=0o600)
    step = Commitment(protocol=_at(folder), code=opening.code, number=number, digest=digest, at=stamp(now))
    path = folder / COMMITMENTS / f"{opening.code}-{number}.json"
    write_step(path, step, own_key(mine))
    return path


def withdraw(folder: Path, mine: Path, reason: str, *, now: datetime) -> Path:
    """Write a withdrawal. Raises StoreError after the closing: a result that others have seen stays."""
    if (folder / CLOSING).exists():
        raise refuse("M0872.closed", folder / CLOSING)
    key = own_key(mine)
    code = code_of(key.public_key())
    path = folder / WITHDRAWALS / f"{code}.json"
    write_step(path, Withdrawal(protocol=_at(folder), code=code, reason=reason, at=stamp(now)), key)
    return path


def close(
    folder: Path, key: keys.PrivateKey, *, now: datetime, early: str = "", items: Path | None = None,
    assigned: Sequence[Path] = (),
) -> Closing:  # fmt: skip
    """Write ``closing.json``: the commitments that are there count, and nothing that comes later.

    ``items``: a table of what was measured on the items after the participants; ``assigned``: the sealed answers.

    Raises StoreError before the deadline without a reason (``early``), and by another key than the protocol's.
    """
    protocol, signed_by = protocol_of(folder), signer_of(folder / PROTOCOL)
    if keys.fingerprint(key.public_key()) != signed_by:
        raise refuse("M0873.coordinator", folder / PROTOCOL)
    if stamp(now) < protocol.deadline and not early:
        raise refuse("M0873.early", folder / PROTOCOL, deadline=protocol.deadline)
    digests = [tuple(sorted(map(digest_of, (folder / name).glob("*.json")))) for name in (COMMITMENTS, WITHDRAWALS)]
    checked = () if items is None else items_from(items, only="after")
    asked = {(q.measurand, q.material) for q in protocol.quantity}
    for one in checked:
        if (one.measurand, one.material) not in asked:
            raise refuse("M0870.items", folder / PROTOCOL, name=" ".join(filter(None, (one.measurand, one.material))))
    step = Closing(
        protocol=_at(folder), commitments=digests[0], withdrawals=digests[1], early=early, items=checked or None,
        assigned=_shown(protocol, assigned, folder), at=stamp(now),
    )  # fmt: skip
    write_step(folder / CLOSING, step, key)
    return step


def _shown(protocol: Protocol, files: Sequence[Path], folder: Path) -> tuple[AssignedAnswers, ...] | None:
    """The assigned answers that the protocol sealed. Raises StoreError for others, and where some are missing."""
    wanted = {one.assigned_at: one.measurand for one in protocol.answers or () if one.assigned_at is not None}
    found = {}
    for file in files:
        data = bytes_of(file)
        digest = hashlib.sha256(data).hexdigest()
        if digest not in wanted:
            raise refuse("M0873.assigned", file)
        found[digest] = parsed(data, AssignedAnswers, file=file)
    if missing := [name for digest, name in wanted.items() if digest not in found]:
        raise refuse("M0873.missing", folder / PROTOCOL, names=", ".join(missing))
    return tuple(found[digest] for digest in wanted) or None


def reveal(folder: Path, mine: Path) -> Path:
    """Put the opening of the last commitment into the round. Raises StoreError before the closing."""
    if not (folder / CLOSING).exists():
        raise refuse("M0874.open", folder)
    code = code_of(own_key(mine).public_key())
    committed = [step_of(path, Commitment)[0] for path in (folder / COMMITMENTS).glob(f"{code}-*.json")]
    if not committed:
        raise refuse("M0874.nothing", mine)
    held = mine / MINE.format(digest=max(committed, key=lambda one: one.number).digest[:16])
    if not held.is_file():
        raise refuse("M0874.nothing", mine)
    path = folder / OPENINGS / f"{code}.json"
    path.parent.mkdir(exist_ok=True)
    write_file(path, held.read_bytes())
    return path


def code_of(key: keys.PublicKey) -> str:
    """The code of a participant."""
    return f"P-{keys.fingerprint(key)[:8].upper()}"


def protocol_of(folder: Path) -> Protocol:
    """The protocol of a round. Raises StoreError, AuthenticityError."""
    return step_of(folder / PROTOCOL, Protocol)[0]


def step_of(path: Path, kind: type[_S]) -> tuple[_S, str]:
    """A signed step and the fingerprint of its key. Raises StoreError: not there, another kind, a signature that does
    not hold; AuthenticityError: damaged."""
    found = _read(path)
    for check in signature_checks(found, given=None, trusted={}, signed_at="9999-12-31T00:00:00Z"):
        if check.name == "signature" and check.state != "passed":
            raise refuse("M0875.signature", path)
    if found.faults or not isinstance(found.statement.predicate, kind):
        raise refuse("M0875.kind", path)
    return found.statement.predicate, found.envelope.signatures[0].keyid


def opening_of(path: Path) -> tuple[Opening, str]:
    """An opening and the digest of its bytes. Raises StoreError."""
    data = bytes_of(path)
    return parsed(data, Opening, file=path), hashlib.sha256(data).hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(bytes_of(path)).hexdigest()


def leaving(opening: Opening) -> Sequence[tuple[str, str]]:
    """Exactly what the opening will show, field by field, in the order of its bytes."""
    rows: list[tuple[str, str]] = []

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for n, inner in enumerate(value, start=1):
                walk(inner, f"{path}[{n}]")
        else:
            rows.append((path, str(value)))

    walk(plain(opening), "")
    return rows


def own_key(mine: Path) -> keys.PrivateKey:
    """The key of a participant for this round. Raises StoreError."""
    return keys.private_key(mine / KEY)


def _at(folder: Path) -> str:
    return digest_of(folder / PROTOCOL)


def signer_of(path: Path) -> str:
    """Fingerprint of the key that signed a step."""
    return _read(path).envelope.signatures[0].keyid


def _read(path: Path) -> Signed[RoundStatement]:
    return read(bytes_of(path), RoundStatement, file=path)


def bytes_of(path: Path) -> bytes:
    """The bytes of a file of a round. Raises StoreError."""
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError as error:
        raise refuse("M0875.unreadable", path, reason=error.strerror or str(error)) from None
    return data


def write_step(path: Path, step: Step, key: keys.PrivateKey) -> None:
    """Sign a step and write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = hashlib.sha256(canonical(step)).hexdigest()
    subject = Subject(name=path.name, digest={"sha256": own})
    write_file(path, signed(RoundStatement(subject=(subject,), predicate=step), key))
