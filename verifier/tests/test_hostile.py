"""Hostile bytes: refused within a second, with a reason, without a traceback."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from measurand_verify import cli

HOSTILE = {
    "open arrays": b"[" * 5_000_000,
    "a text that never ends": b'{"payload":"' + b"\\\\" * 3_000_000,
    "a long integer": b'{"payload":' + b"9" * 4_000_000 + b"}",
    "an infinite number": b'{"payload":1e400,"signatures":[]}',
    "zeros": b"\x00" * 1_000_000,
    "nothing": b"",
    "no text": b'{"payload":7,"payloadType":"application/vnd.in-toto+json","signatures":[]}',
    "signatures of another kind": b'{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":{"a":1}}',
    "open objects": b'{"signatures":{"a":' * 60,
    "half a surrogate": b'{"payload":"\\ud800","payloadType":"application/vnd.in-toto+json","signatures":[]}',
    "a page with two": b'<script type="application/vnd.measurand+json" id="certificate">{}</script>' * 2,
    "a page with none": b"<!doctype html>" + b"<script " * 500_000,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_refused(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hostile.json"
    path.write_bytes(HOSTILE[what])
    started = time.process_time()
    assert cli.main([str(path)]) in (1, 2)
    assert time.process_time() - started < 1.0
    printed = capsys.readouterr()
    assert printed.out or printed.err


def test_no_file_and_no_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([str(tmp_path / "absent.json"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["exit"] == 2
    (tmp_path / "key.pem").write_bytes(b"no key")
    assert cli.main([str(tmp_path / "absent.json"), "--key", str(tmp_path / "key.pem")]) == 2
    assert "no public key" in capsys.readouterr().err


def test_what_is_printed_cannot_steer_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "red\x1b[31m.json"
    path.write_bytes(b"{}")
    assert cli.main([str(path)]) == 2
    assert "\x1b" not in capsys.readouterr().err
