"""Items of private evidence that were opened: do they lead to the signed root, and are they those that were asked for?

The tree is that of RFC 6962, section 2.1; plain SHA-256, no library.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from measurand_verify.certificate import Certificate
from measurand_verify.check import Check, NotACertificateError, RefusedError, failed, passed, unchecked
from measurand_verify.numbers import shortest
from measurand_verify.strict import canonical, strict

ALGORITHM = "sha256-rfc6962-salted"
LARGEST = 32 * 1024 * 1024
LONGEST_PATH, LONGEST_SEED, MOST_ASKED = 64, 1000, 10_000_000
FEW = 5
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SHAPE = (KeyError, TypeError, AttributeError, ValueError)
_KINDS = ("text", "float64", "int64")


def own_check(predicate: dict[str, Any]) -> Check | None:
    """What the certificate says of evidence that it does not show; None for open evidence."""
    stated = predicate.get("disclosure")
    if why := _silent(predicate) if stated is None else _fault(predicate, stated):
        return failed("disclosure", why)
    if stated is None:
        return None
    text = f"the evidence of {stated['items']} items stays with the laboratory"
    return passed("disclosure", text) if stated["kind"] == "digest" else unchecked("disclosure", text, needed=False)


def _silent(predicate: dict[str, Any]) -> str:
    """Why a certificate may not be silent about its disclosure; empty when it may."""
    asked = predicate.get("procedure", {}).get("report", {}).get("disclosure", "open")
    wrong = asked != "open" and "evidence" in predicate
    return f"the procedure asks for evidence to be {asked!a:.40}; the certificate is silent" if wrong else ""


def _fault(predicate: dict[str, Any], stated: dict[str, Any]) -> str:
    """What is wrong with the disclosure that a certificate states; empty when nothing is."""
    names = {"kind", "items"} if stated["kind"] == "digest" else {"kind", "items", "algorithm", "root"}
    if set(stated) != names or stated["kind"] not in ("private", "digest"):
        return "it has other fields than its kind asks for"
    items = predicate.get("evidence", {}).get("items", 0)
    if not _count(stated["items"]) or stated["items"] < 1 or stated["items"] != items:
        return "the number of its items is not that of the evidence"
    if stated["kind"] == "private" and (stated["algorithm"] != ALGORITHM or not _is_digest(stated["root"])):
        return "the algorithm is not known, or the root is no digest"
    inside = any("item_map" in result for result in predicate["results"])
    return "the evidence is not disclosed, and the outcomes of single items are inside" if inside else ""


def opening_checks(found: Certificate, opened: Path, challenge: Path | None) -> list[Check]:
    """The checks of a file of opened items, and of the challenge as its author kept it. Whatever is in them: checks."""
    stated = found.predicate.get("disclosure", {})
    if stated.get("kind") != "private":
        return [failed("disclosed", "the certificate commits to no items that could be opened")]
    try:
        document = _document(opened, "measurand/disclosed/1", {"schema", "certificate", "opened"}, {"asked"})
        kept = _asked(_document(challenge, "measurand/challenge/1", {"schema", "certificate", "asked"}, set()), found) \
            if challenge is not None else None  # fmt: skip
        asked = _asked(document, found)
        several = document["opened"]
        if not isinstance(several, list):
            raise RefusedError("the opened items are no list")
        for one in several:
            _well_formed(one)
    except (RefusedError, *_SHAPE) as error:
        return [failed("disclosed", f"no file of opened items for this certificate: {str(error)[:200]}")]
    proofs = _proofs(several, stated, found.predicate["evidence"])
    checks = [proofs, _answer(several, asked, kept, stated["items"])]
    if proofs.state == "passed" and len(several) == stated["items"]:
        checks.append(_whole(several, found.predicate["evidence"]))
    return checks


def root(leaf: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf's hash leads to by its audit path. Raises RefusedError for one of another length."""
    if not 0 <= position < size:
        raise RefusedError(f"the tree has no leaf {position}")
    left = list(path)
    while size > 1:
        if position % 2 or position + 1 < size:
            if not left:
                raise RefusedError("the path is too short")
            beside = left.pop(0)
            leaf = _node(beside, leaf) if position % 2 else _node(leaf, beside)
        position, size = position // 2, (size + 1) // 2
    if left:
        raise RefusedError("the path is too long")
    return leaf


def drawn(seed: str, count: int, size: int) -> list[int]:
    """The first ``count`` positions that a seed asks for, of ``size``."""
    places: dict[int, int] = {}
    found = []
    for i in range(count):
        h = int.from_bytes(hashlib.sha256(seed.encode() + struct.pack(">Q", i)).digest(), "big")
        j = i + h % (size - i)
        found.append(places.get(j, j))
        places[j] = places.get(i, i)
    return found


def most_that_differ(opened: int, items: int) -> int:
    """The largest m with C(items - m, opened) / C(items, opened) >= 0.05."""

    def log_ratio(m: int) -> float:
        return (math.lgamma(items - m + 1) - math.lgamma(items - m - opened + 1)
                - math.lgamma(items + 1) + math.lgamma(items - opened + 1))  # fmt: skip

    low, high = 0, items - opened
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if log_ratio(middle) >= math.log(0.05) - 1e-9 else (low, middle - 1)
    return low


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _document(path: Path, schema: str, always: set[str], sometimes: set[str]) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise NotACertificateError(f"{path}: {error.strerror or error}") from None
    if len(data) > LARGEST:
        raise RefusedError(f"it is larger than {LARGEST} bytes")
    document = strict(data)
    if not isinstance(document, dict) or not always <= set(document) <= always | sometimes:
        raise RefusedError("it has other fields than the format")
    if document["schema"] != schema:
        raise RefusedError(f"its schema is {document['schema']!a:.60}")
    return document


def _asked(document: dict[str, Any], found: Certificate) -> tuple[str, int] | None:
    """Seed and count, if there are any, of a document that is about this certificate. Raises RefusedError."""
    own = {"number": found.predicate["number"], "sha256": hashlib.sha256(found.original).hexdigest()}
    if document["certificate"] != own:
        raise RefusedError("it is about another certificate")
    if "asked" not in document:
        return None
    seed, count = document["asked"]["seed"], document["asked"]["count"]
    if set(document["asked"]) != {"seed", "count"} or not isinstance(seed, str) or not _count(count):
        raise RefusedError("what is asked is no seed with a count")
    if not 1 <= len(seed) <= LONGEST_SEED or not 1 <= count <= MOST_ASKED:
        raise RefusedError("the seed or the count is outside of its range")
    return seed, count


def _well_formed(one: Any) -> None:
    """Raise RefusedError for an opened item of another shape."""
    if not isinstance(one, dict) or set(one) != {"position", "item", "salt", "path", "rows"}:
        raise RefusedError("an opened item has other fields than the format")
    path, rows = one["path"], one["rows"]
    if not _count(one["position"]) or not isinstance(one["item"], str) or not _is_digest(one["salt"]):
        raise RefusedError("position, item or salt of an opened item are of another kind")
    if not isinstance(path, list) or len(path) > LONGEST_PATH or not all(_is_digest(text) for text in path):
        raise RefusedError("the path of an opened item is no list of digests")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise RefusedError("an opened item has no rows")
    if not all(isinstance(cell, str) for row in rows for cell in row.values()):
        raise RefusedError("a cell of an opened item is no text")


def _proofs(several: list[dict[str, Any]], stated: dict[str, Any], evidence: dict[str, Any]) -> Check:
    if not several:
        return failed("items", "no item is opened")
    wrong = []
    for one in several:
        try:
            _proven(one, stated, evidence)
        except RefusedError as error:
            wrong.append(f"{one['item']!a:.60} ({error})")
    if wrong:
        return failed("items", f"{len(wrong)} of {len(several)} are not as they were signed: {'; '.join(wrong[:FEW])}")
    for one, after in pairwise(several):
        if one["position"] >= after["position"] or one["item"] >= after["item"]:
            return failed("items", f"{one['item']!a:.60} and {after['item']!a:.60} stand twice or in another order")
    return passed("items", f"{len(several)} of {stated['items']} items are opened; each leads to the signed root")


def _proven(one: dict[str, Any], stated: dict[str, Any], evidence: dict[str, Any]) -> None:
    """Raise RefusedError unless an item leads to the root with rows as the evidence has them."""
    leaf = hashlib.sha256(b"\x00" + bytes.fromhex(one["salt"]) + canonical(one["rows"])).digest()
    if (
        root(leaf, one["position"], stated["items"], [bytes.fromhex(text) for text in one["path"]]).hex()
        != stated["root"]
    ):
        raise RefusedError("its rows, salt, path or position are not those that were signed")
    for row in one["rows"]:
        if row.get("item") != one["item"]:
            raise RefusedError("its rows are of another item")
        for name, cell in row.items():
            if not _is_cell(cell, evidence["columns"].get(name)):
                raise RefusedError(f"{name!a:.60} is no such cell of the evidence")
    factors = sorted(name for name in evidence["columns"] if name.startswith("factor:"))
    keys = [tuple(row.get(name, "") for name in ("system", *factors, "repeat")) for row in one["rows"]]
    if not all(before < after for before, after in pairwise(keys)):
        raise RefusedError("an observation stands twice in it, or its rows in another order")


def _is_cell(cell: str, kind: Any) -> bool:
    if kind not in _KINDS or not cell:
        return False
    return kind == "text" or shortest(cell)


def _answer(
    several: list[dict[str, Any]], asked: tuple[str, int] | None, kept: tuple[str, int] | None, items: int
) -> Check:
    """Are all items opened that a challenge asks for?"""
    if kept is not None and asked != kept:
        return failed("challenge", "the items were opened for another challenge than yours")
    if asked is None:
        return unchecked("challenge", "no challenge was answered: whoever opened the items chose them", needed=False)
    seed, count = asked
    if count > items:
        return failed("challenge", f"{count} items are asked for, and there are {items}")
    wanted = drawn(seed, min(count, len(several) + FEW), items)
    there = {one["position"] for one in several}
    missing = [position for position in wanted if position not in there]
    if missing:
        return failed("challenge", f"{count} were asked for; not opened are {', '.join(map(str, missing[:FEW]))}, ...")
    whose = "your challenge" if kept is not None else f"the seed {seed!a:.60}, which is yours or says nothing,"
    most = most_that_differ(count, items)
    text = f"all {count} items are opened that {whose} asks for; if none of them differs from your own sources, at most"
    return passed("challenge", f"{text} {most} of {items} do (95 %)")


def _whole(several: list[dict[str, Any]], evidence: dict[str, Any]) -> Check:
    """All items are opened: are they the evidence table whose address is signed?"""
    rows = [row for one in several for row in one["rows"]]
    columns, factors = evidence["columns"], sorted(name for name in evidence["columns"] if name.startswith("factor:"))
    rows.sort(key=lambda row: tuple(row.get(name, "") for name in ("system", "item", *factors, "repeat")))
    digest = hashlib.sha256(b"measurand/evidence/1\n" + struct.pack("<Q", len(columns)))
    for name in sorted(columns):
        digest.update(_framed(name) + _framed(columns[name]))
    digest.update(struct.pack("<Q", len(rows)))
    try:
        for name in sorted(columns):
            digest.update(b"".join(_cell(row.get(name, ""), columns[name]) for row in rows))
        same = f"sha256:{digest.hexdigest()}" == evidence["table_at"] and len(rows) == evidence["rows"]
    except (ValueError, OverflowError, struct.error):
        same = False
    state = passed if same else failed
    return state(
        "all items", f"all are opened; together they are {'' if same else 'NOT '}the table whose address is signed"
    )


def _cell(cell: str, kind: str) -> bytes:
    if kind == "text":
        return _framed(cell)
    if kind == "int64":
        return struct.pack("<q", int(float(cell or "0")))
    return struct.pack("<d", float(cell) + 0.0) if cell else bytes.fromhex("7ff8000000000000")[::-1]


def _framed(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_digest(text: Any) -> bool:
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None
