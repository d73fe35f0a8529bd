"""Items of private evidence: opened with proofs; whatever is altered, left out or put in twice is found."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from private import KEY, certificate, dishonest, manifest, record, table, texts

from measurand.document.canonical import canonical
from measurand.document.disclosure import Asked, Disclosure
from measurand.document.procedure import Procedure
from measurand.errors import NotCertifiableError, StoreError
from measurand.lab.committed import SECRET, committed, positions, rows_of
from measurand.lab.disclosed import LARGEST, most_that_differ
from measurand.lab.disclosure import challenged, checks, commitment, disclosed_items, own_checks
from measurand.lab.evidence import EvidenceTable, ordered
from measurand.lab.opened import Opened, opened

SEVEN = tuple(f"item {i}" for i in range(7))


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return record(tmp_path_factory.mktemp("seven"), table(7))


def answer(found: Opened, *items: str, asked: Asked | None = None) -> dict[str, Any]:
    data, _ = disclosed_items(found, found.path.parent, items=items, asked=asked)
    document: dict[str, Any] = json.loads(data)
    return document


def states(found: Opened, document: Any, **options: Any) -> dict[str, str]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return {check.name: check.state for check in checks(found, data, **options)}


def test_the_proof_as_the_page_describes_it(seven: Opened) -> None:
    """Recomputed with hashlib alone from the written file, following docs/disclosure.md."""
    stated = seven.statement.predicate.disclosure
    assert stated is not None
    for one in answer(seven, "item 2", "item 6")["opened"]:
        assert bytes.fromhex(one["salt"]) == hmac.new(KEY, one["item"].encode(), "sha256").digest()
        rows = json.dumps(one["rows"], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        found = hashlib.sha256(b"\x00" + bytes.fromhex(one["salt"]) + rows).digest()
        path, position, size = [bytes.fromhex(text) for text in one["path"]], one["position"], 7
        while size > 1:
            if position % 2:
                found = hashlib.sha256(b"\x01" + path.pop(0) + found).digest()
            elif position + 1 < size:
                found = hashlib.sha256(b"\x01" + found + path.pop(0)).digest()
            position, size = position // 2, (size + 1) // 2
        assert (found.hex(), path) == (stated.root, [])


@pytest.mark.parametrize("count", [*range(1, 18), 31, 32, 33, 65, 70])
def test_every_item_of_every_size(count: int, tmp_path: Path) -> None:
    found = record(tmp_path, table(count))
    names = tuple(f"item {i}" for i in range(count))
    for name in names[:: max(1, count // 8)]:
        assert states(found, answer(found, name))["items"] == "passed"
    assert states(found, answer(found, *names)) == {
        "items": "passed",
        "challenge": "not checked",
        "all items": "passed",
    }


def alterations(document: dict[str, Any]) -> Any:
    """Every one-place alteration of opened items, with its name."""
    for i, one in enumerate(document["opened"]):
        for r, row in enumerate(one["rows"]):
            for name in row:
                changed = deepcopy(document)
                changed["opened"][i]["rows"][r][name] += "1"
                yield f"{i} row {r} {name}", changed
                changed = deepcopy(document)
                del changed["opened"][i]["rows"][r][name]
                yield f"{i} row {r} without {name}", changed
            changed = deepcopy(document)
            del changed["opened"][i]["rows"][r]
            yield f"{i} without row {r}", changed
            changed = deepcopy(document)
            changed["opened"][i]["rows"].append(row)
            yield f"{i} row {r} twice", changed
        for place in range(0, 64, 9):
            changed = deepcopy(document)
            digit = "0" if one["salt"][place] != "0" else "1"
            changed["opened"][i]["salt"] = one["salt"][:place] + digit + one["salt"][place + 1 :]
            yield f"{i} salt {place}", changed
        for j, text in enumerate(one["path"]):
            changed = deepcopy(document)
            changed["opened"][i]["path"][j] = ("0" if text[0] != "0" else "1") + text[1:]
            yield f"{i} path {j}", changed
            changed = deepcopy(document)
            del changed["opened"][i]["path"][j]
            yield f"{i} path without {j}", changed
        for position in range(9):
            if position != one["position"]:
                changed = deepcopy(document)
                changed["opened"][i]["position"] = position
                yield f"{i} at {position}", changed
        changed = deepcopy(document)
        changed["opened"][i]["item"] += " "
        yield f"{i} other id", changed
        changed = deepcopy(document)
        changed["opened"].insert(i, deepcopy(one))
        yield f"{i} twice", changed
    changed = deepcopy(document)
    changed["opened"].reverse()
    yield "other order", changed


def test_every_alteration_is_found(seven: Opened) -> None:
    document = answer(seven, "item 0", "item 4", "item 6")
    assert states(seven, document)["items"] == "passed"
    several = list(alterations(document))
    assert len(several) > 140
    missed = [name for name, changed in several if "failed" not in states(seven, changed).values()]
    assert missed == []


def test_another_certificate_with_the_same_items(seven: Opened, tmp_path: Path) -> None:
    other = record(tmp_path, table(7))
    assert states(other, answer(seven, "item 1")) == {"disclosed": "failed"}
    with pytest.raises(StoreError, match="not of this certificate"):
        disclosed_items(record(tmp_path / "eight", table(8)), record_with_other_secret(tmp_path / "other"))


def record_with_other_secret(folder: Path) -> Path:
    record(folder, table(8))
    text = (folder / SECRET).read_text()
    (folder / SECRET).write_text(text.replace(KEY.hex(), "f" * 64))
    return folder


def lie(rows: EvidenceTable) -> list[tuple[str, list[dict[str, str]]]]:
    found = rows_of(rows)
    return [(item, [dict(row) for row in found.of(item)]) for item in sorted(found.places)]


LIES = ("item twice", "rows of another", "unsorted", "row twice", "cell", "column", "rounded")


@pytest.mark.parametrize("kind", LIES)
def test_a_dishonest_tree_is_found_when_it_is_opened(kind: str, tmp_path: Path) -> None:
    rows = table(5)
    leaves = lie(rows)
    if kind == "item twice":
        leaves[3] = leaves[2]
    elif kind == "rows of another":
        leaves[3] = (leaves[3][0], leaves[2][1])
    elif kind == "unsorted":
        leaves.reverse()
    elif kind == "row twice":
        leaves[1][1].append(leaves[1][1][0])
    elif kind == "cell":
        leaves[1][1][0]["value"] = ""
    elif kind == "column":
        leaves[1][1][0]["other"] = "1"
    else:
        leaves[1][1][0]["score"] = "0.50"
    found, data = dishonest(tmp_path, rows, leaves)
    assert states(found, data)["items"] == "failed"


def test_other_rows_than_those_of_the_evidence_are_found_when_all_are_opened(tmp_path: Path) -> None:
    rows = table(5)
    leaves = lie(rows)
    assert states(*dishonest(tmp_path / "honest", rows, leaves))["all items"] == "passed"
    leaves[1][1][0]["value"] = "invented"
    found = states(*dishonest(tmp_path / "other", rows, leaves))
    assert (found["items"], found["all items"]) == ("passed", "failed")


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8"), min_size=1, max_size=6),
            st.text(st.characters(codec="utf-8"), max_size=8),
            st.floats(allow_nan=True, allow_infinity=False),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[0],
    )
)
@settings(max_examples=60, deadline=None)
def test_rows_are_canonical_whatever_they_hold(several: list[tuple[str, str, float]]) -> None:
    """The fast writer of rows gives the bytes of RFC 8785; names that sort otherwise in UTF-16 included."""
    columns: dict[str, Any] = {name: texts([""] * len(several)) for name in ("system", "repeat", "status")}
    columns |= {"item": texts([item for item, _, _ in several]), "score": np.array([x for _, _, x in several])}
    columns |= {"column:\U0001f600": texts([cell for _, cell, _ in several])}
    columns |= {"column:\ue000": texts([cell for _, cell, _ in several])}
    rows = ordered(columns)
    tree = committed(rows, KEY)
    assert list(tree.items) == sorted(item for item, _, _ in several)
    for item, salt, leaf in zip(tree.items, tree.salts, tree.levels[0], strict=True):
        own = tree.rows.of(item)
        assert leaf == hashlib.sha256(b"\x00" + salt + canonical([dict(row) for row in own])).digest()
        cell = next(cell for name, cell, _ in several if name == item)
        assert own[0].get("column:\ue000", "") == cell


def shuffled(seed: str, count: int, size: int) -> list[int]:
    """The rule of the page, with the whole row of places."""
    places = list(range(size))
    for i in range(count):
        h = int(hashlib.sha256(seed.encode() + i.to_bytes(8, "big")).hexdigest(), 16)
        j = i + h % (size - i)
        places[i], places[j] = places[j], places[i]
    return places[:count]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=9), st.integers(1, 90), st.integers(1, 90))
def test_positions_follow_from_the_seed(seed: str, count: int, size: int) -> None:
    if count > size:
        with pytest.raises(ValueError, match="asked for"):
            positions(Asked(seed=seed, count=count), size)
        return
    found = positions(Asked(seed=seed, count=count), size)
    assert list(found) == shuffled(seed, count, size)
    assert len(set(found)) == count
    assert set(found) <= set(range(size))


def test_positions_are_drawn_evenly() -> None:
    """Chi squared of 20 000 draws of 3 from 10: 9 degrees of freedom, beyond 27.9 with probability 0.001."""
    seen = np.bincount([p for s in range(20_000) for p in positions(Asked(seed=str(s), count=3), 10)], minlength=10)
    # without replacement within a draw the variance is smaller: (1 - 3/10) of the binomial one
    assert float(((seen - 6000.0) ** 2).sum() / 6000.0 / 0.7 * 0.9) < 27.9


def test_a_challenge_is_answered(seven: Opened) -> None:
    one = challenged(seven, 4)
    assert one.asked != challenged(seven, 4).asked
    kept = canonical(one)
    document = answer(seven, asked=one.asked)
    assert states(seven, document, challenge=kept) == {"items": "passed", "challenge": "passed"}
    assert states(seven, document) == {"items": "passed", "challenge": "passed"}
    other = canonical(challenged(seven, 4))
    assert states(seven, document, challenge=other)["challenge"] == "failed"
    chosen = answer(seven, *SEVEN[:4])
    assert states(seven, chosen, challenge=kept)["challenge"] == "failed"
    for place in range(4):
        left = deepcopy(document)
        gone = left["opened"].pop(place)
        several = checks(seven, json.dumps(left).encode(), challenge=kept)
        assert several[1].state == "failed"
        assert f" {gone['position']} " in several[1].text
    more = deepcopy(document)
    more["asked"]["count"] = 8
    assert states(seven, more)["challenge"] == "failed"


@pytest.mark.parametrize("kind", [None, "digest"])
def test_without_commitment_nothing_is_opened(kind: Any, tmp_path: Path, seven: Opened) -> None:
    stated = Disclosure(kind=kind, items=7) if kind else None
    found = certificate(tmp_path, manifest(table(7)), stated)
    with pytest.raises(StoreError, match="commits to none"):
        disclosed_items(found, tmp_path, items=("item 1",))
    with pytest.raises(StoreError, match="commits to none"):
        challenged(found, 1)
    assert states(found, answer(seven, "item 1")) == {"disclosed": "failed"}


def procedure(kind: str, by: str) -> Procedure:
    return Procedure.model_validate(
        {
            "id": "T-1", "title": "invented", "system": [{"id": "s0"}], "report": {"disclosure": kind},
            "measurand": [{"id": "acc", "quantity": "accuracy", "estimand": "benchmark", "by": by}],
        }
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["private", "digest"])
def test_a_column_that_names_the_items_is_refused(kind: str, tmp_path: Path) -> None:
    (tmp_path / "procedure.json").write_bytes(canonical(procedure(kind, "copy")))
    rows = table(3)
    rows = ordered({**rows.columns, "column:copy": rows.columns["item"].copy()})
    with pytest.raises(NotCertifiableError, match="copy, which names the items"):
        commitment(tmp_path, rows)
    assert not (tmp_path / SECRET).exists()
    rows.columns["column:copy"][:] = "level"
    assert commitment(tmp_path, rows) is not None


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    (tmp_path / "procedure.json").write_bytes(canonical(procedure("private", "copy")))
    first = commitment(tmp_path, table(9))
    secret = (tmp_path / SECRET).read_bytes()
    assert (tmp_path / SECRET).stat().st_mode & 0o777 == 0o600
    assert commitment(tmp_path, table(9)) == first
    assert (tmp_path / SECRET).read_bytes() == secret
    other = tmp_path / "other"
    other.mkdir()
    (other / "procedure.json").write_bytes(canonical(procedure("private", "copy")))
    second = commitment(other, table(9))
    assert first is not None
    assert second is not None
    assert second.root != first.root  # equal items of another record cannot be recognised
    assert second.items == first.items == 9


def test_what_is_not_there_is_refused(seven: Opened) -> None:
    with pytest.raises(StoreError, match="not in the evidence: 'item 7'"):
        answer(seven, "item 1", "item 7")
    with pytest.raises(StoreError, match="8 items are asked for; the certificate has 7"):
        answer(seven, asked=Asked(seed="a", count=8))
    with pytest.raises(StoreError, match="8 items"):
        challenged(seven, 8)


def test_the_root_follows_from_evidence_and_secret(seven: Opened, tmp_path: Path) -> None:
    def state(found: Opened, rows: EvidenceTable | None = None) -> list[str]:
        return [check.state for check in own_checks(found, rows)]

    assert state(seven, table(7)) == ["passed"]
    other = table(7)
    other.columns["value"][3] = "other"
    assert state(seven, other) == ["failed"]
    assert state(seven) == ["not checked"]
    stated = seven.statement.predicate.disclosure
    assert state(certificate(tmp_path, manifest(table(7)), stated), table(7)) == ["not checked"]  # no secret beside
    assert state(certificate(tmp_path, manifest(table(8)), stated)) == ["failed"]  # a tree of other size
    assert state(certificate(tmp_path, manifest(table(7)), None)) == []
    (tmp_path / SECRET).write_text('{"secret": 1}')
    assert state(certificate(tmp_path, manifest(table(7)), stated), table(7)) == ["not checked"]


HOSTILE = {
    "empty": b"",
    "not text": b"\xff\xfe\x00",
    "a number": b"1",
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "name twice": b'{"schema":"measurand/disclosed/1","schema":"measurand/disclosed/1"}',
    "NaN": b'{"opened":NaN}',
    "huge integer": b'{"opened":' + b"9" * 10_000 + b"}",
    "too large": b" " * (LARGEST + 1),
    "null": b"null",
    "other schema": b'{"schema":"measurand/disclosed/2"}',
    "open text": b'"' + b'\\"' * 500_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_at_once(kind: str, seven: Opened) -> None:
    start = time.perf_counter()
    (found,) = checks(seven, HOSTILE[kind])
    assert (found.name, found.state) == ("disclosed", "failed")
    assert time.perf_counter() - start < 1.0
    (found,) = checks(seven, json.dumps(answer(seven, "item 1")).encode(), challenge=HOSTILE[kind])
    assert found.state == "failed"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("opened", 0, "position"), 2**53),
        (("opened", 0, "position"), -1),
        (("opened", 0, "position"), "1"),
        (("opened", 0, "path"), ["00" * 32] * 65),
        (("opened", 0, "path"), ["00" * 32] * 64),
        (("opened", 0, "salt"), ""),
        (("opened", 0, "salt"), "00" * 31),
        (("opened", 0, "salt"), "zz" * 32),
        (("opened", 0, "rows"), []),
        (("opened", 0, "rows"), [{"item": 1}]),
        (("opened", 0, "rows"), [{"item": {"item": "item 1"}}]),
        (("opened", 0, "rows"), [{"item": "\ud800"}]),
        (("opened", 0, "item"), "\ud800"),
        (("opened",), []),
        (("opened",), {}),
        (("asked",), {"seed": "a", "count": 10_000_001}),
        (("asked",), {"seed": "a", "count": 10_000_000}),
        (("asked",), {"seed": "", "count": 1}),
        (("asked",), {"seed": "a" * 1001, "count": 1}),
        (("asked",), {"seed": "\ud800", "count": 1}),
        (("certificate", "sha256"), "0" * 64),
        (("certificate", "number"), "N-2"),
        (("further",), 1),
    ],
)
def test_hostile_values_are_refused(path: tuple[Any, ...], value: Any, seven: Opened) -> None:
    document: Any = answer(seven, "item 1")
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    start = time.perf_counter()
    assert "failed" in states(seven, document).values()
    assert time.perf_counter() - start < 1.0


@pytest.fixture(scope="module")
def good(seven: Opened) -> bytes:
    return json.dumps(answer(seven, "item 1", "item 5")).encode()


def test_a_challenge_for_millions_is_refused_at_once(seven: Opened, tmp_path: Path) -> None:
    stated = seven.statement.predicate.disclosure
    assert stated is not None
    found = certificate(tmp_path, manifest(table(7)), stated.model_copy(update={"items": 2**40}))
    one = {"number": "N-1", "sha256": hashlib.sha256(found.original).hexdigest()}
    document = answer(seven, "item 1") | {"certificate": one, "asked": {"seed": "a", "count": 10_000_000}}
    start = time.perf_counter()
    assert states(found, document) == {"items": "failed", "challenge": "failed"}
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize(
    "columns",
    [
        {"item": "text", "value": "text"},
        {"item": "text", "system": "text", "repeat": "text", "value": "int64"},
        {"item": "text", "system": "text", "repeat": "int64", "value": "text"},
    ],
)
def test_manifests_of_no_evidence_raise_nothing(columns: dict[str, Any], tmp_path: Path) -> None:
    row = {"item": "a", "system": "s", "repeat": "infinite", "value": "1e+300"}
    leaves = [("a", [{name: cell for name, cell in row.items() if name in columns}])]
    honest, data = dishonest(tmp_path, table(1), leaves)
    predicate = honest.statement.predicate
    assert predicate.evidence is not None
    wrong = predicate.evidence.model_copy(update={"columns": columns, "items": 1})
    found = certificate(tmp_path / "wrong", wrong, predicate.disclosure)
    digest = hashlib.sha256(found.original).hexdigest().encode()
    answered = data.replace(hashlib.sha256(honest.original).hexdigest().encode(), digest)
    assert states(found, answered) == {"items": "passed", "challenge": "not checked", "all items": "failed"}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bytes_raise(seven: Opened, good: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255))
    changed = good[:at] + bytes([byte]) + good[at + 1 :]
    if changed != good:
        found = checks(seven, changed)
        assert found
        same = json.loads(good) == parsed(changed)
        assert same or any(check.state == "failed" for check in found)


def parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


@given(st.integers(1, 400), st.integers(1, 400))
@settings(max_examples=100)
def test_limit_of_what_was_not_seen(n: int, size: int) -> None:
    """By exact binomial coefficients."""
    if n > size:
        return
    m = most_that_differ(n, size)
    assert 20 * math.comb(size - m, n) >= math.comb(size, n)
    assert 20 * math.comb(size - m - 1, n) < math.comb(size, n)


def test_a_hundred_thousand_items_in_two_seconds() -> None:
    rows = table(100_000, systems=1)
    start = time.process_time()
    tree = committed(rows, KEY)
    assert time.process_time() - start < 2.0
    assert len(tree.items) == 100_000
    start = time.process_time()
    assert len(positions(Asked(seed="a", count=100_000), 100_000)) == 100_000
    assert time.process_time() - start < 2.0


def test_a_stored_answer_keeps_its_proofs() -> None:
    """Certificate, challenge and answer as they were written on 2026-11-23: the format may not move under them."""
    folder = Path(__file__).parent / "stored"
    found = opened(folder / "certificate.json")
    data, kept = (folder / "opened.json").read_bytes(), (folder / "challenge.json").read_bytes()
    assert {c.name: c.state for c in checks(found, data, challenge=kept)} == {"items": "passed", "challenge": "passed"}
