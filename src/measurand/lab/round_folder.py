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
    SubmittedQuantity,
    Withdrawal,
)
from measurand.document.round_data import RoundData
from measurand.document.statement import Subject
from measurand.errors import Finding, StoreError
from measurand.lab import keys
from measurand.lab.atomic import write_file
from measurand.lab.envelope import Signed, read, signature_checks, signed
from measurand.lab.round_items import items_from
from measurand.lab.store import parsed
from measurand.message import say

PROTOCOL, CLOSING, KEY, MINE = "protocol.json", "closing.json", "round", "opening-{digest}.json"
PARTICIPANTS, COMMITMENTS, WITHDRAWALS, OPENINGS = "participants", "commitments", "withdrawals", "openings"
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
    """Write ``protocol.json`` from a protocol file. Raises StoreError that names what is wrong in it."""
    protocol = drafted(file)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / PROTOCOL, protocol, key)
    return protocol


def drafted(file: Path) -> Protocol:
    """What a protocol file says; its ``items`` (a table beside it) are read into it. Raises StoreError, TableError."""
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
    try:
        return Protocol.model_validate({**tables, "text": text})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise refuse("M0870.key", file, where=where, reason=str(first["msg"])) from None


def _in_text(value: Any) -> Any:
    """Numbers as documents write them, also inside of lists and tables."""
    if isinstance(value, dict):
        return {name: _in_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_text(inner) for inner in value]
    return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def join(folder: Path, mine: Path, *, now: datetime) -> str:
    """Make a key for this round in ``mine`` and write ``participants/CODE.json``; returns the code."""
    protocol_of(folder)
    mine.mkdir(parents=True, exist_ok=True)
    keys.new(mine, KEY)
    key = keys.private_key(mine / KEY)
    code = code_of(key.public_key())
    _write(folder / PARTICIPANTS / f"{code}.json", Participation(protocol=_at(folder), code=code, at=stamp(now)), key)
    return code


def prepare(folder: Path, mine: Path, data: RoundData) -> Opening:
    """What a participant is about to commit to, with the salt; nothing is written. Raises StoreError where results are
    missing, more than asked for, of another unit, or of several laboratories."""
    protocol, code = protocol_of(folder), code_of(_own(mine).public_key())
    asked = {(q.measurand, q.material): q for q in protocol.quantity}
    found = {(q.measurand, q.material): q for q in data.quantities}
    if set(found) != set(asked):
        names = [" ".join(filter(None, pair)) for pair in sorted(set(found) ^ set(asked))]
        raise refuse("M0871.quantities", folder / PROTOCOL, names=", ".join(names))
    several = []
    for place, q in found.items():
        if len(q.submitted) != 1:
            raise refuse("M0871.several", folder, names=", ".join(s.laboratory for s in q.submitted))
        if q.unit != asked[place].unit:
            raise refuse("M0871.unit", folder, name=q.measurand, unit=q.unit, asked=asked[place].unit)
        one = q.submitted[0].model_copy(update={"laboratory": code})
        several.append(SubmittedQuantity(measurand=q.measurand, material=q.material, unit=q.unit, result=one))
    return Opening(protocol=_at(folder), code=code, salt=secrets.token_hex(32), quantity=tuple(several))


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
    _write(path, step, _own(mine))
    return path


def withdraw(folder: Path, mine: Path, reason: str, *, now: datetime) -> Path:
    """Write a withdrawal. Raises StoreError after the closing: a result that others have seen stays."""
    if (folder / CLOSING).exists():
        raise refuse("M0872.closed", folder / CLOSING)
    key = _own(mine)
    code = code_of(key.public_key())
    path = folder / WITHDRAWALS / f"{code}.json"
    _write(path, Withdrawal(protocol=_at(folder), code=code, reason=reason, at=stamp(now)), key)
    return path


def close(folder: Path, key: keys.PrivateKey, *, now: datetime, early: str = "", items: Path | None = None) -> Closing:
    """Write ``closing.json``: the commitments that are there count, and nothing that comes later.

    ``items``: a table of what was measured on the items after the participants.

    Raises StoreError before the deadline without a reason (``early``), and by another key than the protocol's.
    """
    protocol, signed_by = protocol_of(folder), _keyid(folder / PROTOCOL)
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
        protocol=_at(folder), commitments=digests[0], withdrawals=digests[1], early=early, items=checked,
        at=stamp(now),
    )  # fmt: skip
    _write(folder / CLOSING, step, key)
    return step


def reveal(folder: Path, mine: Path) -> Path:
    """Put the opening of the last commitment into the round. Raises StoreError before the closing."""
    if not (folder / CLOSING).exists():
        raise refuse("M0874.open", folder)
    code = code_of(_own(mine).public_key())
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


def _own(mine: Path) -> keys.PrivateKey:
    return keys.private_key(mine / KEY)


def _at(folder: Path) -> str:
    return digest_of(folder / PROTOCOL)


def _keyid(path: Path) -> str:
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


def _write(path: Path, step: Step, key: keys.PrivateKey) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    own = hashlib.sha256(canonical(step)).hexdigest()
    subject = Subject(name=path.name, digest={"sha256": own})
    write_file(path, signed(RoundStatement(subject=(subject,), predicate=step), key))
