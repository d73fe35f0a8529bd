"""Records: whole, never written over, checked when read; the index is a cache; addresses for any writer."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from pathlib import Path

import duckdb
import numpy as np
import pytest
from invented import TEXT, measurement, stored, table, text

from measurand.errors import StoreError
from measurand.lab.atomic import write_file
from measurand.lab.evidence import EvidenceTable, address
from measurand.lab.index import FILE, index
from measurand.lab.laboratory import found, laboratory, records
from measurand.lab.pack import parsed
from measurand.lab.parquet import loaded, written
from measurand.lab.parts import level_id
from measurand.lab.store import add, load, load_evidence


def test_a_record_comes_back(tmp_path: Path) -> None:
    folder = stored(tmp_path)
    assert folder.name == "T-1-20261122T100000Z"
    record = load(folder)
    given = measurement()
    assert (record.procedure, record.results, record.decisions, record.parts) == (
        given.procedure, given.results, given.decisions, given.parts,
    )  # fmt: skip
    assert (record.measured, record.procedure_text) == ("2026-11-22T10:00:00Z", TEXT)
    assert record.evidence is not None
    assert address(load_evidence(folder, record.evidence)) == record.evidence.table_at


def test_two_records_of_one_second(tmp_path: Path) -> None:
    first, second = stored(tmp_path), stored(tmp_path)
    assert (first.name, second.name) == ("T-1-20261122T100000Z", "T-1-20261122T100000Z-2")
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}
    assert records(tmp_path) == (first, second)
    assert load(second).measured == "2026-11-22T10:00:00Z"


def test_nothing_is_written_over(tmp_path: Path) -> None:
    folder = stored(tmp_path)
    with pytest.raises(StoreError, match="already there"):
        add(folder, {"results.json": b"{}"})
    add(folder, {"certificate.json": b"{}"})
    with pytest.raises(StoreError, match="already there"):
        write_file(folder / "certificate.json", b"[]")
    assert (folder / "certificate.json").read_bytes() == b"{}"
    assert not list(tmp_path.rglob(".new-*"))


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        stored(tmp_path / "file")


DAMAGE = [
    ("evidence truncated", "evidence.parquet", lambda data: data[:100], "SHA-256"),
    ("evidence changed", "evidence.parquet", lambda data: data[:50] + bytes([data[50] ^ 1]) + data[51:], "SHA-256"),
    ("evidence empty", "evidence.parquet", lambda data: b"", "SHA-256"),
    ("manifest cut", "evidence.json", lambda data: data[:-20], "not a valid evidence"),
    ("results of text", "results.json", lambda data: b"hello", "not a valid results"),
    ("unknown field", "results.json", lambda data: data[:-1] + b',"new":1}', "new: Extra inputs"),
    ("NaN", "parts.json", lambda data: data.replace(b'"0.75"', b'"NaN"'), "not a valid parts"),
    ("deep", "decisions.json", lambda data: b"[" * 100_000, "not a valid decisions"),
    ("not UTF-8", "decisions.json", lambda data: data.replace(b"acc", b"\xff"), "not a valid decisions"),
]


@pytest.mark.parametrize(("file", "damage", "message"), [c[1:] for c in DAMAGE], ids=[c[0] for c in DAMAGE])
def test_damage_is_named(tmp_path: Path, file: str, damage, message: str) -> None:  # type: ignore[no-untyped-def]
    folder = stored(tmp_path)
    (folder / file).write_bytes(damage((folder / file).read_bytes()))
    with pytest.raises(StoreError) as caught:
        record = load(folder)
        assert record.evidence is not None
        load_evidence(folder, record.evidence)
    assert file in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("file", ["procedure.toml", "parts.json", "evidence.parquet"])
def test_missing_file_is_named(tmp_path: Path, file: str) -> None:
    folder = stored(tmp_path)
    (folder / file).unlink()
    with pytest.raises(StoreError, match=file):
        record = load(folder)
        assert record.evidence is not None
        load_evidence(folder, record.evidence)


def test_broken_parquet_with_a_right_digest(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a complete Parquet file"):
        loaded(b"PAR1 nothing", {"a": "text"}, file="evidence.parquet")
    with pytest.raises(StoreError, match="columns"):
        loaded(written(table()), {"a": "text"}, file="evidence.parquet")


def test_parquet_is_read_back_and_the_same(tmp_path: Path) -> None:
    rows = table()
    data = written(rows)
    assert data == written(rows)
    back = loaded(data, rows.kinds, file="evidence.parquet")
    assert address(back) == address(rows)
    assert back.columns["item"].tolist() == ["a", "b", "c", "d"]


def test_address_does_not_depend_on_the_writer(tmp_path: Path) -> None:
    rows = table()
    path = tmp_path / "other.parquet"
    (tmp_path / "first.parquet").write_bytes(written(rows))
    duckdb.connect().execute(
        f"copy (select * from '{tmp_path}/first.parquet') to '{path}' (format parquet, compression gzip)"
    )
    assert path.read_bytes() != written(rows)
    assert address(loaded(path.read_bytes(), rows.kinds, file="other")) == address(rows)


def test_address_by_hand() -> None:
    """The address of CONTRACTS section 6, spelt out byte by byte."""
    rows = EvidenceTable({"item": text("a", "é"), "x": np.array([-0.0, np.nan]), "n": np.array([1, -2])})

    def framed(word: str) -> bytes:
        return struct.pack("<q", len(word.encode())) + word.encode()

    expected = b"measurand/evidence/1\n" + struct.pack("<q", 3)
    expected += b"".join(map(framed, ["item", "text", "n", "int64", "x", "float64"])) + struct.pack("<q", 2)
    expected += framed("a") + framed("é")
    expected += struct.pack("<qq", 1, -2)
    expected += bytes(8) + bytes.fromhex("000000000000f87f")
    assert address(rows) == "sha256:" + hashlib.sha256(expected).hexdigest()


def test_level_ids() -> None:
    """RFC 4231, test case 2."""
    assert level_id(b"Jefe", "what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    assert measurement().parts.sources[0].levels != ("a", "b")


def test_the_index_is_a_cache(tmp_path: Path) -> None:
    stored(tmp_path)
    first = index(tmp_path)
    assert [(e.procedure, e.verdict, e.certified) for e in first] == [("T-1", "inconclusive", 0)]
    (tmp_path / FILE).unlink()
    assert index(tmp_path) == first
    (tmp_path / FILE).write_bytes(b"this is no data base" * 100)
    assert index(tmp_path) == first
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()
    assert index(tmp_path) == first
    second = stored(tmp_path)
    assert len(index(tmp_path)) == 2
    for path in second.iterdir():
        path.unlink()
    second.rmdir()
    assert index(tmp_path) == first
    assert index(tmp_path / "nowhere") == ()


def test_laboratory(tmp_path: Path) -> None:
    assert laboratory(tmp_path).name == "unnamed laboratory"
    found(tmp_path, name='Laboratory "Seven"')
    assert laboratory(tmp_path).name == 'Laboratory "Seven"'
    (tmp_path / "lab.toml").write_text('nam = "x"\n')
    with pytest.raises(StoreError, match=r"lab\.toml"):
        laboratory(tmp_path)
    (tmp_path / "lab.toml").write_text("name = \n")
    with pytest.raises(StoreError, match=r"lab\.toml"):
        laboratory(tmp_path)


@pytest.mark.parametrize("words", ["[[definition]]\nid = 1\n", "[[definition]\n", '[[definition]]\nid = "x"\n'])
def test_broken_pack(words: str) -> None:
    with pytest.raises(StoreError, match=r"pack\.toml"):
        parsed(words, file="pack.toml")
