"""The doctor finds every changed byte of every record."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from invented import WHEN, stored

from measurand.document.certificate import Laboratory
from measurand.lab import keys
from measurand.lab.check import Check
from measurand.lab.doctor import doctor
from measurand.lab.sign import certify
from measurand.lab.store import add

LATER = datetime(2099, 1, 1, tzinfo=UTC)


def failures(folder: Path, now: datetime = LATER) -> list[Check]:
    return [check for check in doctor(folder, now=now) if check.state == "failed"]


def certified(folder: Path) -> Path:
    record = stored(folder)
    data = certify(record, keys.demonstration_key(), laboratory=Laboratory(name="x"), issued=WHEN)
    add(record, {"certificate.json": data})
    return record


def test_in_order(tmp_path: Path) -> None:
    stored(tmp_path)
    certified(tmp_path)
    assert failures(tmp_path) == []
    assert failures(tmp_path / "nowhere") == []


@pytest.mark.parametrize("make", [stored, certified])
@pytest.mark.parametrize("seed", range(6))
def test_every_byte_of_a_record(tmp_path: Path, seed: int, make: Callable[[Path], Path]) -> None:
    record = make(tmp_path)
    chance = random.Random(seed)
    for path in sorted(record.iterdir()):
        data = path.read_bytes()
        at = chance.randrange(len(data))
        changed = bytearray(data)
        changed[at] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(changed))
        found = failures(tmp_path)
        assert [check.name for check in found] == ["record"], (path.name, at)
        path.write_bytes(data)


def test_the_changed_file_is_named(tmp_path: Path) -> None:
    record = stored(tmp_path)
    for path in sorted(record.iterdir()):
        data = path.read_bytes()
        path.write_bytes(data.replace(b"0.75", b"0.85") if b"0.75" in data else data[:-1])
        assert path.name in failures(tmp_path)[0].text or path.name == "SHA256SUMS"
        path.write_bytes(data)


def test_sha256sum_agrees(tmp_path: Path) -> None:
    """The digests are in the format of the usual tool."""
    record = stored(tmp_path)
    for line in (record / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((record / name).read_bytes()).hexdigest() == digest


def test_clock(tmp_path: Path) -> None:
    stored(tmp_path)
    assert "clock" in [check.name for check in failures(tmp_path, now=datetime(2020, 1, 1, tzinfo=UTC))]


def test_keys(tmp_path: Path) -> None:
    private, _ = keys.new(tmp_path / "keys", "seven")
    assert failures(tmp_path) == []
    private.chmod(0o644)
    assert "chmod 600" in failures(tmp_path)[0].text
    (tmp_path / "keys" / "bad.pub.pem").write_text("no key")
    assert len(failures(tmp_path)) == 2


def test_laboratory_file(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text("name = 1")
    assert "lab.toml" in failures(tmp_path)[0].text
