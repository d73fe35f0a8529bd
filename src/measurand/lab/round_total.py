"""Totals over participants by pairwise masks: nobody's own counts leave, and their sum is exact.

Every two participants agree on a key (X25519; RFC 7748) that only they know. From it both derive the same random
numbers (HKDF, ChaCha20; RFC 5869, RFC 8439); one adds them to what it sends, the other takes them off, modulo 2^128. In
the sum over all participants they cancel; without one of them nothing does (Bonawitz et al. 2017, without recovery).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from measurand.document.number import number
from measurand.document.round import Participation, Protocol
from measurand.document.round_total import MODULUS, STATISTICS, Masked, Members, RoundTotal, Total
from measurand.errors import Finding, StoreError
from measurand.lab import keys
from measurand.lab.atomic import write_file
from measurand.lab.comparing import contenders, read
from measurand.lab.round_folder import (
    EXCHANGE,
    PARTICIPANTS,
    PROTOCOL,
    WITHDRAWALS,
    bytes_of,
    code_of,
    digest_of,
    own_key,
    protocol_of,
    refuse,
    signer_of,
    stamp,
    step_of,
    write_step,
)
from measurand.lab.trust import Trusted
from measurand.message import say
from measurand.study.pooled import pooled

TOTALS, MEMBERS, HELD = "totals", "members.json", "masked-{digest}.json"
WORD = 16
"""Bytes of one number."""
Counts = Mapping[str, Mapping[str, int]]
"""Measurand -> statistic -> number of one participant."""


@dataclass(frozen=True)
class Joined:
    """A participant who takes part in totals."""

    code: str
    keyid: str
    exchange: bytes


def members(folder: Path, key: keys.PrivateKey, *, now: datetime) -> tuple[Path, list[str]]:
    """Fix who takes part: all who joined and did not withdraw. Returns the file and the codes.

    A further call begins again with those who are left, while somebody's message is missing. Raises StoreError: the
    round asks for no totals, another key than the protocol's, fewer than three participants, one without a key for
    masks, or the last attempt is complete.
    """
    protocol = _asked(folder)
    if keys.fingerprint(key.public_key()) != signer_of(folder / PROTOCOL):
        raise refuse("M0879.coordinator", folder / PROTOCOL)
    files = sorted((folder / PARTICIPANTS).glob("*.json"))
    joined = [f for f in files if not (folder / WITHDRAWALS / f.name).exists()]
    found = [_joined(path, folder) for path in joined]
    if len(found) < max(3, protocol.least):
        raise refuse("M0879.few", folder, count=str(len(found)), least=str(max(3, protocol.least)))
    attempt = 1 + _attempts(folder)
    if attempt > 1 and not _missing(folder, _step(folder, attempt - 1)):
        # two totals of nearly the same participants differ by the counts of those who are not in both
        raise refuse("M0879.complete", folder / TOTALS / str(attempt - 1))
    step = Members(
        protocol=digest_of(folder / PROTOCOL), attempt=attempt, participants=tuple(map(digest_of, joined)),
        codes=tuple(one.code for one in found), at=stamp(now),
    )  # fmt: skip
    path = folder / TOTALS / str(attempt) / MEMBERS
    write_step(path, step, key)
    return path, [one.code for one in found]


def counted(folder: Path, file: Path, *, trusted: Mapping[str, Trusted]) -> Counts:
    """What this participant counts: from a table (Measurand, Item, Value), or from a record or certificate.

    A record serves for shares of independent items. Raises StoreError naming row, measurand, or what is missing.
    """
    asked = _asked(folder).total or ()
    values = _rows(file) if _is_table(file) else _outcomes(file, trusted)
    names = {one.measurand for one in asked}
    if set(values) != names:
        raise refuse("M0879.measurands", file, names=", ".join(sorted(set(values) ^ names)))
    return {one.measurand: _counts(one, values[one.measurand], file) for one in asked}


def masked(folder: Path, mine: Path, counts: Counts, *, now: datetime) -> tuple[Masked, Path]:
    """What this participant sends, and where it belongs; nothing is written yet.

    What was sent once is sent again as it was: two messages with the same masks would show what differs. Raises
    StoreError: not a member, another member's file changed, other counts than before.
    """
    key = own_key(mine)
    code = code_of(key.public_key())
    step, at, joined = _members(folder)
    path = folder / TOTALS / str(step.attempt) / f"{code}.json"
    if code not in {one.code for one in joined}:
        raise refuse("M0879.stranger", folder, code=code)
    exchange = X25519PrivateKey.from_private_bytes(bytes_of(mine / EXCHANGE))
    numbers = [counts[one.measurand][name] for one in _asked(folder).total or () for name in STATISTICS[one.kind]]
    for other in joined:
        if other.code != code:
            pair = "|".join(sorted((code, other.code)))
            sign = 1 if code < other.code else -1
            stream = _stream(exchange, other, f"{at}|{pair}", protocol=step.protocol, count=len(numbers), path=path)
            numbers = [(n + sign * m) % MODULUS for n, m in zip(numbers, stream, strict=True)]
    made = Masked(
        protocol=step.protocol, members=at, code=code, values=tuple(f"{n:032x}" for n in numbers), at=stamp(now)
    )  # fmt: skip
    held = mine / HELD.format(digest=at[:16])
    if held.exists():
        before, _ = step_of(held, Masked)
        if before.values != made.values:
            raise refuse("M0879.twice", held)
        made = before
    return made, path


def others(folder: Path, code: str) -> tuple[list[str], list[str]]:
    """Codes of the others who take part, and of those who did in the attempt before and do no longer."""
    step, _, joined = _members(folder)
    now = [one.code for one in joined if one.code != code]
    if step.attempt == 1:
        return now, []
    before = _step(folder, step.attempt - 1).codes
    return now, [one for one in before if one not in (code, *now)]


def progress(folder: Path) -> tuple[int, list[str]] | None:
    """How many take part in the totals, and who has not added yet; None where nobody fixed who takes part.

    Raises StoreError as ``total`` does.
    """
    if not _attempts(folder):
        return None
    step, _, joined = _members(folder)
    return len(joined), _missing(folder, step)


def send(mine: Path, step: Masked, path: Path) -> None:
    """Keep the message, and write it into the round; what was kept before is written again."""
    held = mine / HELD.format(digest=step.members[:16])
    if not held.exists():
        write_step(held, step, own_key(mine))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, bytes_of(held))


def total(folder: Path, *, level: float = 0.95) -> RoundTotal:
    """The totals of the last attempt. Raises StoreError naming participants whose message is missing or does not hold,
    DesignError for sums that cannot be."""
    protocol, (step, at, joined) = _asked(folder), _members(folder)
    place = folder / TOTALS / str(step.attempt)
    if missing := _missing(folder, step):
        finding = Finding("M0879", "", say("M0879.missing", codes=", ".join(missing)), say("M0879.missing_hint"))
        raise StoreError(finding)
    asked = protocol.total or ()
    names = [(one, name) for one in asked for name in STATISTICS[one.kind]]
    sums = [0] * len(names)
    for one in joined:
        path = place / f"{one.code}.json"
        sent, keyid = step_of(path, Masked)
        if keyid != one.keyid or sent.code != one.code or sent.members != at or len(sent.values) != len(names):
            raise refuse("M0879.message", path, code=one.code)
        sums = [(s + int(v, 16)) % MODULUS for s, v in zip(sums, sent.values, strict=True)]
    found: dict[str, dict[str, int]] = {}
    for (asked_one, name), s in zip(names, sums, strict=True):
        found.setdefault(asked_one.measurand, {})[name] = s
    totals = tuple(pooled(one, found[one.measurand], participants=len(joined), level=level) for one in asked)
    remarks = [say("round.total.one_population", count=str(len(joined)))]
    if any(one.kind == "mean" for one in asked):
        remarks.append(say("round.total.no_skewness"))
    return RoundTotal(
        id=protocol.id, title=protocol.title, protocol=step.protocol, attempt=step.attempt,
        participants=tuple(one.code for one in joined), coverage_probability=number(level), totals=totals,
        remarks=tuple(remarks),
    )  # fmt: skip


def _step(folder: Path, attempt: int) -> Members:
    return step_of(folder / TOTALS / str(attempt) / MEMBERS, Members)[0]


def _missing(folder: Path, step: Members) -> list[str]:
    place = folder / TOTALS / str(step.attempt)
    return [code for code in step.codes if not (place / f"{code}.json").exists()]


def _asked(folder: Path) -> Protocol:
    protocol = protocol_of(folder)
    if not protocol.total:
        raise refuse("M0879.no_totals", folder / PROTOCOL)
    return protocol


def _attempts(folder: Path) -> int:
    return max(
        (int(p.parent.name) for p in (folder / TOTALS).glob(f"*/{MEMBERS}") if p.parent.name.isdigit()), default=0
    )


def _members(folder: Path) -> tuple[Members, str, list[Joined]]:
    """The members of the last attempt, the digest of their file, and each of them as the file says."""
    attempt = _attempts(folder)
    if not attempt:
        raise refuse("M0879.no_members", folder)
    path = folder / TOTALS / str(attempt) / MEMBERS
    step, keyid = step_of(path, Members)
    if (
        keyid != signer_of(folder / PROTOCOL)
        or step.protocol != digest_of(folder / PROTOCOL)
        or step.attempt != attempt
    ):
        raise refuse("M0879.not_members", path)
    by_digest = {digest_of(p): p for p in (folder / PARTICIPANTS).glob("*.json")}
    if any(digest not in by_digest for digest in step.participants):
        raise refuse("M0879.changed", path)
    joined = [_joined(by_digest[digest], folder) for digest in step.participants]
    codes = tuple(one.code for one in joined)
    if codes != step.codes or len(set(codes)) < len(codes) or len({one.exchange for one in joined}) < len(codes):
        raise refuse("M0879.not_members", path)
    return step, digest_of(path), joined


def _joined(path: Path, folder: Path) -> Joined:
    one, keyid = step_of(path, Participation)
    if one.protocol != digest_of(folder / PROTOCOL) or one.code != f"P-{keyid[:8].upper()}":
        raise refuse("M0879.participant", path)
    if one.exchange is None:
        raise refuse("M0879.no_exchange", path, code=one.code)
    return Joined(one.code, keyid, bytes.fromhex(one.exchange))


def _stream(
    own: X25519PrivateKey, other: Joined, info: str, *, protocol: str, count: int, path: Path
) -> Sequence[int]:  # fmt: skip
    """The numbers that two participants have in common."""
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(other.exchange))
    except ValueError:  # a key of low order gives a secret that everybody knows
        raise refuse("M0879.exchange", path, code=other.code) from None
    salt, named = bytes.fromhex(protocol), f"measurand/masked/1|{info}".encode()
    key = HKDF(algorithm=SHA256(), length=32, salt=salt, info=named).derive(shared)
    data = Cipher(ChaCha20(key, bytes(16)), mode=None).encryptor().update(bytes(WORD * count))
    return [int.from_bytes(data[i : i + WORD], "big") for i in range(0, len(data), WORD)]


def _is_table(file: Path) -> bool:
    return not file.is_dir() and file.suffix not in (".json", ".html")


def _rows(file: Path) -> dict[str, dict[str, Decimal]]:
    """Measurand -> item -> value."""
    found: dict[str, dict[str, Decimal]] = {}
    try:
        reader = csv.DictReader(io.StringIO(bytes_of(file).decode("utf-8-sig"), newline=""))
        columns = reader.fieldnames or []
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise refuse("M0879.table", file, reason=str(error)) from None
    if missing := [name for name in ("Measurand", "Item", "Value") if name not in columns]:
        raise refuse("M0879.column", file, name=", ".join(missing), columns=", ".join(columns))
    for line, row in enumerate(rows, start=2):
        own, item = found.setdefault(row["Measurand"] or "", {}), row["Item"] or ""
        if item in own:
            raise refuse("M0879.item", file, line=str(line), item=item)
        try:
            own[item] = Decimal(row["Value"] or "")
        except InvalidOperation:
            raise refuse("M0879.value", file, line=str(line), value=row["Value"] or "", expected="a number") from None
    return found


def _outcomes(file: Path, trusted: Mapping[str, Trusted]) -> dict[str, dict[str, Decimal]]:
    """Outcomes of the plain shares that a record or certificate states."""
    found = {}
    for (measurand, level), group in contenders(read([("", file)], trusted)).items():
        outcomes = group[0].outcomes
        if outcomes is None or level or len(group) > 1:
            raise refuse("M0879.no_share", file, name=" ".join(filter(None, (measurand, level))))
        found[measurand] = {item: Decimal(int(right)) for item, right in outcomes.items()}
    return found


def _counts(asked: Total, values: Mapping[str, Decimal], file: Path) -> Mapping[str, int]:
    if len(values) > asked.largest:
        raise refuse("M0879.largest", file, name=asked.measurand, count=str(len(values)), largest=str(asked.largest))
    low, high = map(Decimal, asked.range or ("0", "1"))
    for item, value in values.items():
        whole = asked.kind == "mean" or value in (0, 1)
        if not value.is_finite() or not low <= value <= high or not whole:
            expected = "0 or 1" if asked.kind == "share" else f"{low} to {high}"
            raise refuse("M0879.value", file, line=f"item {item}", value=str(value), expected=expected)
    if asked.kind == "share":
        return {"items": len(values), "events": sum(int(v) for v in values.values())}
    scale = Decimal(10) ** asked.decimals
    steps = [int(((v - low) * scale).to_integral_value()) for v in values.values()]
    return {"items": len(steps), "sum": sum(steps), "squares": sum(s * s for s in steps)}
