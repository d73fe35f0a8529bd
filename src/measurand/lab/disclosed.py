"""Items that a laboratory opened: do they lead to the signed root, and are they those that were asked for?"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import ValidationError

from measurand.document.canonical import Document, canonical
from measurand.document.disclosure import Asked, Challenge, Disclosed, Disclosure, OpenedItem
from measurand.document.evidence import Evidence
from measurand.document.number import number, real
from measurand.document.strict import strict
from measurand.errors import StoreError
from measurand.lab import merkle
from measurand.lab.atomic import refusal
from measurand.lab.check import Check, failed, passed, unchecked
from measurand.lab.committed import committed, leaf_data, positions, secret_of
from measurand.lab.evidence import EvidenceTable, address, ordered
from measurand.lab.opened import Opened
from measurand.message import say

LARGEST = 32 * 1024 * 1024
"""No file of opened items is larger: of more items the evidence itself is given."""
FEW = 5
"""Items or positions that are named; the number of the others is said."""
CONFIDENCE = 0.95
ANSWER = frozenset({"disclosed", "items", "challenge", "all items"})
"""Names of the checks of an answer: what it lacks is no fault of the certificate."""
_D = TypeVar("_D", bound=Document)


def checks(certificate: Opened, data: bytes, *, challenge: bytes | None = None) -> list[Check]:
    """Check the bytes of ``opened.json`` against a certificate. Never raises, whatever the bytes are.

    ``challenge``: the bytes of the challenge as its author kept it; without it, the seed that the answer states is
    taken, for the reader to compare. Whether the certificate itself is authentic is checked elsewhere.
    """
    stated, evidence = certificate.statement.predicate.disclosure, certificate.statement.predicate.evidence
    if stated is None or stated.root is None or evidence is None:
        return [failed("disclosed", "check.disclosed.nothing", kind=stated.kind if stated else "open")]
    try:
        found = read(data, Disclosed)
        kept = read(challenge, Challenge) if challenge is not None else None
    except ValueError as error:
        return [failed("disclosed", "check.disclosed.unreadable", reason=str(error))]
    own = hashlib.sha256(certificate.original).hexdigest()
    for one in (found.certificate, *([kept.certificate] if kept else ())):
        if (one.sha256, one.number) != (own, certificate.statement.predicate.number):
            return [failed("disclosed", "check.disclosed.other", number=one.number, found=one.sha256, expected=own)]
    proofs = _proofs(found.opened, stated, evidence)
    several = [proofs, _answer(found, kept.asked if kept else None, stated)]
    if proofs.state == "passed" and len(found.opened) == stated.items:
        several.append(_whole(found.opened, evidence))
    return several


def own_checks(certificate: Opened, table: EvidenceTable | None = None) -> list[Check]:
    """What a certificate says of evidence that it does not show: none of it may be inside, and in the
    laboratory, which has the secret beside the certificate, the root follows from the evidence. Empty when it is open.
    """
    predicate = certificate.statement.predicate
    stated, evidence = predicate.disclosure, predicate.evidence
    if stated is None:
        asked = predicate.procedure.report.disclosure if predicate.procedure else "open"
        wrong = asked != "open" and evidence is not None
        return [failed("disclosure", "check.disclosure.absent", kind=asked)] if wrong else []
    if evidence is None or evidence.items != stated.items:
        count = str(evidence.items) if evidence else "0"
        return [failed("disclosure", "check.disclosure.items", items=str(stated.items), found=count)]
    if certificate.evidence_gz is not None or any(result.item_map is not None for result in predicate.results):
        return [failed("disclosure", "check.disclosure.inside")]
    if stated.root is None:
        return [passed("disclosure", "check.disclosure.digest", items=str(stated.items))]
    try:
        secret = secret_of(certificate.path.parent)
    except StoreError:
        secret = None
    if table is None or secret is None:
        return [unchecked("disclosure", "check.disclosure.private", needed=False, items=str(stated.items))]
    follows = committed(table, secret).root == stated.root
    return [(passed if follows else failed)("disclosure", f"check.disclosure.{'follows' if follows else 'differs'}")]


def limited(path: Path) -> bytes:
    """The bytes of a file, of one that is too large as many as are needed to see it. Raises StoreError."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise refusal("M0704.document", path, what="file", reason=error.strerror or str(error)) from None


def read(data: bytes, kind: type[_D]) -> _D:
    """A document of strict JSON of limited size. Raises ValueError that says what is wrong."""
    if len(data) > LARGEST:
        raise ValueError(say("disclosure.larger", limit=LARGEST // 2**20))
    written = strict(data)
    try:
        found = kind.model_validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:300]) from None
    if strict(canonical(found)) != written:  # a field that was left out, or null, would be read as its default
        raise ValueError(say("disclosure.fields"))
    return found


def most_that_differ(opened: int, items: int) -> int:
    """Upper limit (95 %) of the items of which something would be found wrong, when nothing was in a random choice.

    The largest m for which C(items - m, opened) / C(items, opened) >= 0.05 (hypergeometric distribution).

    >>> most_that_differ(59, 10**7) / 10**7 < 0.05 < most_that_differ(58, 10**7) / 10**7  # 0.95^59 < 0.05 < 0.95^58
    True
    """

    def unseen(m: int) -> bool:
        logs = [math.lgamma(n + 1) for n in (items - m, items - m - opened, items, items - opened)]
        return (
            logs[0] - logs[1] - logs[2] + logs[3] >= math.log(1.0 - CONFIDENCE) - 1e-9
        )  # so far sums of logarithms may differ

    low, high = 0, items - opened + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if unseen(middle) else (low, middle)
    return low


def _proofs(several: Sequence[OpenedItem], stated: Disclosure, evidence: Evidence) -> Check:
    """Do all opened items lead to the root, each once, in the order of the tree, with rows as evidence has them?"""
    if not several:
        return failed("items", "check.items.none")
    wrong = [f"{one.item!r} ({why})" for one in several if (why := _fault(one, stated, evidence))]
    if wrong:
        more = say("disclosure.more", count=len(wrong) - FEW) if len(wrong) > FEW else ""
        shown = "; ".join(wrong[:FEW]) + more
        return failed("items", "check.items.failed", count=str(len(wrong)), opened=str(len(several)), which=shown)
    for one, after in pairwise(several):
        if one.position >= after.position or one.item >= after.item:
            return failed("items", "check.items.order", first=repr(one.item), second=repr(after.item))
    return passed("items", "check.items.passed", opened=str(len(several)), items=str(stated.items))


def _fault(one: OpenedItem, stated: Disclosure, evidence: Evidence) -> str:
    """What is wrong with one opened item; empty when nothing is."""
    data = leaf_data(bytes.fromhex(one.salt), canonical([dict(row) for row in one.rows]))
    path = [bytes.fromhex(text) for text in one.path]
    try:
        found = merkle.root(merkle.leaf(data), position=one.position, size=stated.items, path=path)
    except ValueError as error:
        return str(error)
    if found.hex() != stated.root:
        return say("disclosure.not_signed")
    if any(row.get("item") != one.item for row in one.rows):
        return say("disclosure.other_item")
    for row in one.rows:
        for name, cell in row.items():
            if not _is_cell(cell, evidence.columns.get(name)):
                return say("disclosure.cell", name=repr(name))
    keys = [_key(row, evidence) for row in one.rows]
    return "" if all(a < b for a, b in pairwise(keys)) else say("disclosure.twice")


def _is_cell(cell: str, kind: str | None) -> bool:
    """Whether a text is what the rows of a commitment hold for a column of this kind."""
    if kind is None or not cell:
        return False
    try:
        return kind == "text" or (len(cell) < 32 and number(real(cell)) == cell)
    except ValueError:
        return False


def _key(row: Any, evidence: Evidence) -> tuple[str, ...]:
    """What the rows of an item are sorted by, and differ in."""
    factors = sorted(name for name in evidence.columns if name.startswith("factor:"))
    return tuple(row.get(name, "") for name in ("system", *factors, "repeat"))


def _answer(found: Disclosed, kept: Asked | None, stated: Disclosure) -> Check:
    """Are the opened items those that a challenge asks for?"""
    if kept is not None and found.asked != kept:
        return failed("challenge", "check.challenge.other", seed=repr(kept.seed), count=str(kept.count))
    if found.asked is None:
        return unchecked("challenge", "check.challenge.none", needed=False)
    # of a challenge for many more items than were opened, as many are drawn as show it
    drawn = min(found.asked.count, len(found.opened) + FEW)
    try:
        wanted = positions(found.asked, stated.items, first=drawn)
    except ValueError as error:
        return failed("challenge", "check.challenge.unreadable", reason=str(error))
    there = {one.position for one in found.opened}
    missing = [position for position in wanted if position not in there]
    if missing:
        shown = ", ".join(map(str, missing[:FEW])) + (
            ", ..." if len(missing) > FEW or drawn < found.asked.count else ""
        )
        return failed("challenge", "check.challenge.failed", asked=str(found.asked.count), which=shown)
    most = str(most_that_differ(len(wanted), stated.items))
    key = "check.challenge.passed" if kept is not None else "check.challenge.stated"
    fields = {"count": str(len(wanted)), "seed": repr(found.asked.seed), "most": most, "items": str(stated.items)}
    return passed("challenge", key, **fields)


def _whole(several: Sequence[OpenedItem], evidence: Evidence) -> Check:
    """All items are opened: together they are the evidence table, whose address was signed as well."""
    rows = [row for one in several for row in one.rows]
    try:
        columns = {name: _column([row.get(name, "") for row in rows], kind) for name, kind in evidence.columns.items()}
        same = address(ordered(columns)) == evidence.table_at and len(rows) == evidence.rows
    except (KeyError, ValueError, OverflowError):  # a manifest of columns that no evidence table has
        same = False
    return (passed if same else failed)("all items", f"check.whole.{'passed' if same else 'failed'}")


def _column(cells: Sequence[str], kind: str) -> Any:
    if kind == "text":
        found = np.empty(len(cells), dtype=object)
        found[:] = cells
        return found
    if kind == "int64":
        return np.array([int(float(cell or "0")) for cell in cells], dtype=np.int64)
    return np.array([real(cell) if cell else np.nan for cell in cells], dtype=np.float64)
