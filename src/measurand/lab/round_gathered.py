"""What a closed round holds: results that count, and everything that does not, with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from measurand.document.assigned import CheckedMaterial
from measurand.document.canonical import Document, canonical
from measurand.document.round import Closing, Commitment, Opening, Participation, Protocol, Withdrawal
from measurand.document.round_answers import Answered, Answers, Scheme
from measurand.document.round_data import LeftOut, Quantity, RoundData, Submitted
from measurand.errors import MeasurandError
from measurand.lab.round_folder import (
    CLOSING,
    COMMITMENTS,
    OPENINGS,
    PARTICIPANTS,
    PROTOCOL,
    WITHDRAWALS,
    digest_of,
    opening_of,
    protocol_of,
    refuse,
    step_of,
)
from measurand.message import say

_S = TypeVar("_S", bound=Document)


@dataclass
class Gathered:
    """A round as its folder tells it."""

    protocol: Protocol
    at: str
    """Digest of the protocol."""
    closing: Closing | None
    keys: dict[str, str] = field(default_factory=dict)
    """Code -> fingerprint of the participant's key."""
    commitments: dict[str, Commitment] = field(default_factory=dict)
    """Code -> the last commitment that counts."""
    withdrawn: dict[str, str] = field(default_factory=dict)
    openings: dict[str, Opening] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    """Files and participants that do not count, each with its reason."""


def gathered(folder: Path) -> Gathered:
    """Read a round; what is wrong with a participant's file is a remark, never an end.

    Raises StoreError, AuthenticityError for a protocol or closing that does not hold.
    """
    protocol = protocol_of(folder)
    _, coordinator = step_of(folder / PROTOCOL, Protocol)
    closing = None
    if (folder / CLOSING).exists():
        closing, by = step_of(folder / CLOSING, Closing)
        if by != coordinator or closing.protocol != digest_of(folder / PROTOCOL):
            raise refuse("M0876.closing", folder / CLOSING)
    found = Gathered(protocol, digest_of(folder / PROTOCOL), closing)
    _participants(folder, found)
    _withdrawals(folder, found)
    _commitments(folder, found)
    _openings(folder, found)
    return found


def round_data(folder: Path) -> RoundData:
    """The results of a closed round. Raises StoreError before the closing, or with fewer participants than the protocol
    asks for."""
    found = gathered(folder)
    if found.closing is None:
        raise refuse("M0877.open", folder)
    for code in sorted(found.keys):
        if code in found.openings or code in found.withdrawn:
            continue
        key = "round.not_opened" if code in found.commitments else "round.nothing_submitted"
        found.remarks.append(say(key, code=code))
    if len(found.openings) < found.protocol.least:
        raise refuse("M0877.few", folder, count=str(len(found.openings)), least=str(found.protocol.least))
    again = {(one.measurand, one.material): one.items for one in found.closing.items or ()}
    quantities = []
    for asked in found.protocol.quantity:
        place = (asked.measurand, asked.material)
        held: list[Submitted] = []
        for code in sorted(found.openings):
            own = {(q.measurand, q.material): q for q in found.openings[code].quantity}
            if place in own and own[place].unit == asked.unit:
                held.append(own[place].result.model_copy(update={"laboratory": code}))
            else:
                found.remarks.append(say("round.other_quantity", code=code, measurand=" ".join(filter(None, place))))
        out = tuple(LeftOut(laboratory=s.laboratory, reason=say("round.no_u")) for s in held if s.u is None)
        named = " ".join(filter(None, place))
        for s in held:
            if (count := max(len(s.replicates), 1)) != asked.replicates:
                words = {"code": s.laboratory, "found": str(count), "asked": str(asked.replicates)}
                found.remarks.append(say("round.replicates", measurand=named, **words))
        quantities.append(
            Quantity(
                measurand=asked.measurand, material=asked.material, unit=asked.unit, submitted=tuple(held),
                left_out=out, reference=asked.reference, reference_u=asked.reference_u, sigma_pt=asked.sigma_pt,
                delta_e=asked.delta_e, assigned=asked.assigned, sigma=asked.sigma, nested=found.protocol.nested or (),
                items=(*(asked.items or ()), *again.get(place, ())),
            )
        )  # fmt: skip
    answered = tuple(_answered(scheme, found, found.closing) for scheme in found.protocol.answers or ())
    if found.closing.early:
        found.remarks.append(say("round.early", at=found.closing.at, reason=found.closing.early))
    _, key = step_of(folder / PROTOCOL, Protocol)
    found.remarks.append(say("round.signed", coordinator=found.protocol.coordinator, key=key))
    return RoundData(
        title=found.protocol.title, method=found.protocol.method, quantities=tuple(quantities), answered=answered,
        remarks=tuple(found.remarks),
    )  # fmt: skip


def _answered(scheme: Scheme, found: Gathered, closing: Closing) -> Answered:
    """The answers to one measurand; who gave none, or a category that is not on the scale, is a remark."""
    held = []
    for code in sorted(found.openings):
        own = {one.measurand: one.answers for one in found.openings[code].answers}.get(scheme.measurand)
        if own is None or set(own.values()) - set(scheme.scale):
            found.remarks.append(say("round.other_quantity", code=code, measurand=scheme.measurand))
        else:
            held.append(Answers(laboratory=code, answers=own))
    right = [one for one in closing.assigned or () if hashlib.sha256(canonical(one)).hexdigest() == scheme.assigned_at]
    if scheme.assigned_at is not None and not right:
        found.remarks.append(say("round.bad.assigned", measurand=scheme.measurand))
    return Answered(scheme=scheme, submitted=tuple(held), assigned=right[0].answers if right else {})


def _participants(folder: Path, found: Gathered) -> None:
    for path in sorted((folder / PARTICIPANTS).glob("*.json")):
        step = _step(path, Participation, found)
        if step is None:
            continue
        one, keyid = step
        if one.protocol != found.at or path.stem != one.code or one.code != f"P-{keyid[:8].upper()}":
            found.remarks.append(say("round.bad.participant", file=path.name))
        else:
            found.keys[one.code] = keyid


def _withdrawals(folder: Path, found: Gathered) -> None:
    for path in sorted((folder / WITHDRAWALS).glob("*.json")):
        step = _step(path, Withdrawal, found)
        if step is None:
            continue
        one, keyid = step
        if found.keys.get(one.code) != keyid or one.protocol != found.at:
            found.remarks.append(say("round.bad.stranger", file=path.name))
        elif found.closing is not None and digest_of(path) not in found.closing.withdrawals:
            found.remarks.append(say("round.bad.late", file=path.name))
        else:
            found.withdrawn[one.code] = one.reason
            found.remarks.append(say("round.withdrawn", code=one.code, reason=one.reason))


def _commitments(folder: Path, found: Gathered) -> None:
    several: dict[tuple[str, int], list[Commitment]] = {}
    for path in sorted((folder / COMMITMENTS).glob("*.json")):
        step = _step(path, Commitment, found)
        if step is None:
            continue
        one, keyid = step
        if found.keys.get(one.code) != keyid or one.protocol != found.at:
            found.remarks.append(say("round.bad.stranger", file=path.name))
        elif found.closing is not None and digest_of(path) not in found.closing.commitments:
            found.remarks.append(say("round.bad.late", file=path.name))
        else:
            several.setdefault((one.code, one.number), []).append(one)
    for (code, number), held in sorted(several.items()):
        if len(held) > 1:
            found.remarks.append(say("round.bad.twice", code=code, number=number))
            found.commitments.pop(code, None)
            continue
        if code in found.commitments:
            found.remarks.append(say("round.amended", code=code, number=number))
        found.commitments[code] = held[0]


def _openings(folder: Path, found: Gathered) -> None:
    for path in sorted((folder / OPENINGS).glob("*.json")):
        try:
            opening, digest = opening_of(path)
        except MeasurandError as error:
            found.remarks.append(say("round.bad.file", file=path.name, why=error.findings[0].message))
            continue
        committed = found.commitments.get(opening.code)
        if committed is None or opening.protocol != found.at:
            found.remarks.append(say("round.bad.no_commitment", file=path.name))
        elif committed.digest != digest:
            found.remarks.append(say("round.bad.mismatch", code=opening.code))
        elif opening.code not in found.withdrawn:
            found.openings[opening.code] = opening


def _step(path: Path, kind: type[_S], found: Gathered) -> tuple[_S, str] | None:
    try:
        return step_of(path, kind)
    except MeasurandError as error:
        found.remarks.append(say("round.bad.file", file=path.name, why=error.findings[0].message))
        return None


def state(found: Gathered) -> Mapping[str, str]:
    """What each participant has done so far."""
    out = {}
    for code in sorted(found.keys):
        if code in found.withdrawn:
            out[code] = "withdrawn"
        elif code in found.openings:
            out[code] = "opened"
        else:
            out[code] = "committed" if code in found.commitments else "joined"
    return out


def as_asked(data: RoundData, protocol: Protocol) -> RoundData:
    """Results of a table, evaluated as a protocol says that nobody has signed.

    Raises StoreError where the protocol asks for a quantity that the table does not hold.
    """
    asked = {(q.measurand, q.material): q for q in protocol.quantity}
    held = {(q.measurand, q.material): q for q in data.quantities}
    if missing := [place for place in asked if place not in held]:
        names = ", ".join(" ".join(filter(None, place)) for place in missing)
        raise refuse("M0877.missing", Path(data.title), names=names)
    fields = ("reference", "reference_u", "sigma_pt", "delta_e", "assigned", "sigma")
    quantities = tuple(
        q.model_copy(
            update={name: getattr(asked[place], name) for name in fields} | {"items": asked[place].items or ()}
        )
        if place in asked
        else q
        for place, q in held.items()
    )
    remarks = (*data.remarks, say("round.not_signed", coordinator=protocol.coordinator))
    return data.model_copy(
        update={"quantities": quantities, "method": protocol.method, "title": protocol.title, "remarks": remarks}
    )


def with_items(data: RoundData, checked: Sequence[CheckedMaterial]) -> RoundData:
    """The same with the coordinator's check of the items. Raises StoreError for items of another quantity."""
    held = {(q.measurand, q.material) for q in data.quantities}
    for one in checked:
        if (one.measurand, one.material) not in held:
            raise refuse("M0870.items", Path(data.title), name=" ".join(filter(None, (one.measurand, one.material))))
    items = {(one.measurand, one.material): one.items for one in checked}
    return data.model_copy(
        update={
            "quantities": tuple(
                q.model_copy(update={"items": (*q.items, *items.get((q.measurand, q.material), ()))})
                for q in data.quantities
            )
        }
    )
