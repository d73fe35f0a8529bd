"""One thousand changed bytes in a real certificate: in the signed payload, the evidence and the numbers of the page."""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
from pathlib import Path

import pytest

from measurand import cli
from measurand.cli.issuing import page_of
from measurand.errors import MeasurandError
from measurand.lab.verify import verify

TRIALS = 1000


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration, measured and signed; its page carries the evidence."""
    folder = tmp_path_factory.mktemp("demo")
    assert cli.main(["demo", "--out", str(folder)]) in (0, 3)
    (page,) = folder.rglob("certificate.html")
    return page.parent


def named(path: Path, *, draw: bool = False) -> tuple[int, str]:
    """Exit code of ``verify`` without recomputation, and what failed: no changed byte waits for that."""
    try:
        found = verify(path, recompute=None, render=page_of if draw else None)
    except MeasurandError as error:
        return error.exit_code, str(error)
    return found.exit_code, "; ".join(check.text for check in found.checks if check.state == "failed")


def trials(data: bytes, places: list[int], seed: int) -> list[bytes]:
    """Copies with one byte changed, at random places."""
    chance = random.Random(seed)
    made = []
    for _ in range(TRIALS):
        copy = bytearray(data)
        copy[chance.choice(places)] ^= 1 << chance.randrange(7)
        made.append(bytes(copy))
    return made


def test_the_signed_payload(record: Path, tmp_path: Path) -> None:
    """Bytes of the payload itself, encoded again: only the signature stands between them and the reader."""
    whole = json.loads((record / "certificate.json").read_bytes())
    payload = base64.b64decode(whole["payload"])
    path = tmp_path / "c.json"
    for copy in trials(payload, list(range(len(payload))), 1):
        changed = json.dumps(
            whole | {"payload": base64.b64encode(copy).decode()}, sort_keys=True, separators=(",", ":")
        )
        path.write_text(changed)
        code, said = named(path)
        assert code == 1, said
        assert said


def test_the_envelope(record: Path, tmp_path: Path) -> None:
    original = (record / "certificate.json").read_bytes()
    path = tmp_path / "c.json"
    for copy in trials(original, list(range(len(original))), 2):
        path.write_bytes(copy)
        code, said = named(path)
        assert code in (1, 2), said
        assert said


def test_the_evidence_inside(record: Path, tmp_path: Path) -> None:
    """Bytes of the Parquet file, compressed and embedded again."""
    page = (record / "certificate.html").read_bytes()
    parquet = (record / "evidence.parquet").read_bytes()
    old = re.search(rb'id="evidence">(.*?)</script>', page, re.DOTALL)
    assert old is not None
    path = tmp_path / "c.html"
    for copy in trials(parquet, list(range(len(parquet))), 3):
        inside = base64.b64encode(gzip.compress(copy, mtime=0))
        path.write_bytes(page.replace(old.group(1), inside))
        code, said = named(path)
        assert code == 1
        assert said


def test_the_numbers_of_the_page(record: Path, tmp_path: Path) -> None:
    """Digits that the page shows, outside of the embedded bytes (tests/browser changes 1,000 of them)."""
    page = (record / "certificate.html").read_bytes()
    embedded = [match.span() for match in re.finditer(rb"<script.*?</script>", page, re.DOTALL)]
    digits = [
        match.start()
        for match in re.finditer(rb"[0-9]", page)
        if not any(start <= match.start() < end for start, end in embedded)
    ]
    path = tmp_path / "c.html"
    for copy in trials(page, digits, 4)[:200]:
        path.write_bytes(copy)
        code, said = named(path, draw=True)
        assert code == 1
        assert "page" in said
