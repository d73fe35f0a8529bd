"""Archives of records as a stranger may send them."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from measurand.errors import StoreError
from measurand.lab import archive
from measurand.lab.archive import is_archive, unpacked

from test_certificate import Case  # isort: skip


def zipped(path: Path, *entries: tuple[str, bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = mode << 16
            made.writestr(entry, data)
    return path


def tarred(path: Path, name: str, *, kind: bytes = tarfile.REGTYPE, data: bytes = b"x") -> Path:
    with tarfile.open(path, "w:gz") as made:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd"
        entry.size = len(data) if kind == tarfile.REGTYPE else 0
        made.addfile(entry, io.BytesIO(data))
    return path


def test_what_is_in_it(tmp_path: Path) -> None:
    entries = (
        ("r/parts.json", b"1"),
        ("r/evidence.parquet", b"2"),
        ("r/notes.txt", b"3"),
        ("r/deep/er/parts.json", b"4"),
    )
    assert unpacked(zipped(tmp_path / "a.zip", *entries)) == {"parts.json": b"1", "evidence.parquet": b"2"}
    assert unpacked(tarred(tmp_path / "a.tgz", "parts.json", data=b"9")) == {"parts.json": b"9"}


@pytest.mark.parametrize(
    "name", ["../parts.json", "/parts.json", "a/../../parts.json", "..\\parts.json", "C:parts.json"]
)
def test_names_that_lead_out(tmp_path: Path, name: str) -> None:
    for path in (zipped(tmp_path / "a.zip", (name, b"")), tarred(tmp_path / "a.tgz", name)):
        with pytest.raises(StoreError, match="leads out"):
            unpacked(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tgz", "a.zip"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(StoreError, match="link or a device"):
        unpacked(tarred(tmp_path / "a.tgz", "parts.json", kind=kind))
    with pytest.raises(StoreError, match="link or a device"):  # no file of a record, and refused all the same
        unpacked(tarred(tmp_path / "a.tgz", "notes.txt", kind=kind))
    with pytest.raises(StoreError, match="link or a device"):
        unpacked(zipped(tmp_path / "a.zip", ("parts.json", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777))


def test_a_name_twice(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="twice"):
        unpacked(zipped(tmp_path / "a.zip", ("a/parts.json", b"1"), ("b/parts.json", b"2")))


def test_too_large_and_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", 1000)
    monkeypatch.setattr(archive, "MOST", 3)
    with pytest.raises(StoreError, match="too large"):
        unpacked(zipped(tmp_path / "a.zip", ("parts.json", b"\0" * 100_000)))
    with pytest.raises(StoreError, match="more than 3"):
        unpacked(zipped(tmp_path / "b.zip", *((f"{i}.txt", b"") for i in range(5))))


def test_damaged(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", ("parts.json", b"hello" * 1000)).read_bytes()
    for at in range(30, 80, 7):
        (tmp_path / "b.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        try:
            unpacked(tmp_path / "b.zip")
        except StoreError as error:
            assert "archive is not read" in str(error)


def test_evidence_from_an_archive(tmp_path: Path) -> None:
    case = Case(tmp_path)
    data = (case.record / "evidence.parquet").read_bytes()
    path = zipped(tmp_path / "record.zip", ("record/evidence.parquet", data))
    assert is_archive(path) and not is_archive(case.json)
    (case.record / "evidence.parquet").unlink()
    found = case.verify(case.json, evidence=path)
    assert found.exit_code == 0
    empty = zipped(tmp_path / "empty.zip", ("record/x.txt", b""))
    assert case.verify(case.json, evidence=empty).exit_code == 3
