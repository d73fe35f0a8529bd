"""Forged and hostile certificates at the command line: each is refused with a reason, exit not 0, no traceback."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from measurand import cli
from measurand.lab import keys
from measurand.lab.envelope import pae, signed
from measurand.lab.status import superseded

from test_certificate import SEVEN, Case  # isort: skip
from test_status import canonical, spoken_of  # isort: skip
from measurand.lab.opened import opened  # isort: skip


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def payload(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(case.payload)
    return found


def own(case: Case, change: Callable[[dict[str, Any]], None]) -> bytes:
    """A changed payload, validly signed by the laboratory's own key: what a dishonest laboratory could do."""
    data = payload(case)
    change(data)
    return signed(canonical(data), keys.private_key(case.private))


def raw(case: Case, text: bytes) -> bytes:
    """Any payload bytes, validly signed by the laboratory's key."""
    return signed(text, keys.private_key(case.private))


def stripped(case: Case) -> bytes:
    data = json.loads(case.original)
    data["signatures"] = []
    return canonical(data)


def substituted(case: Case) -> bytes:
    data = json.loads(case.original)
    data["signatures"][0]["sig"] = json.loads(raw(case, b"{}"))["signatures"][0]["sig"]
    return canonical(data)


def twice(case: Case) -> bytes:
    data = json.loads(case.original)
    data["signatures"] *= 2
    return canonical(data)


def downgraded(case: Case) -> bytes:
    """Another algorithm is claimed in the document: there is no place for it."""
    data = json.loads(case.original)
    data["signatures"][0]["alg"] = "none"
    return canonical(data)


def confused(case: Case) -> bytes:
    """Signed with Ed25519 whose seed are the bytes of the public P-256 key, under that key's fingerprint."""
    data = json.loads(case.original)
    public = keys.public_key(case.public)
    other = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(keys.fingerprint(public)))
    sig = other.sign(pae(data["payloadType"], case.payload))
    data["signatures"][0]["sig"] = base64.b64encode(sig).decode()
    return canonical(data)


def weak(case: Case) -> bytes:
    """An RSA key of 512 bits would be easy to break: no such algorithm is read."""
    data = json.loads(case.original)
    public = rsa.generate_private_key(65537, 1024).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    data["signatures"][0]["key"] = pem.decode()
    return canonical(data)


def other_payload_type(case: Case) -> bytes:
    data = json.loads(case.original)
    data["payloadType"] = "application/json"
    return canonical(data)


def text(case: Case, old: str, new: str) -> bytes:
    changed = case.payload.replace(old.encode(), new.encode(), 1)
    assert changed != case.payload
    return raw(case, changed)


def predicate(name: str, value: Any) -> Callable[[Case], bytes]:
    def changed(case: Case) -> bytes:
        def set_(data: dict[str, Any]) -> None:
            data["predicate"][name] = value

        return own(case, set_)

    return changed


def other_predicate_type(case: Case) -> bytes:
    def set_(data: dict[str, Any]) -> None:
        data["predicateType"] = "https://slsa.dev/provenance/v1"

    return own(case, set_)


FORGED: dict[str, tuple[Callable[[Case], bytes], str]] = {
    "signature stripped": (stripped, "signature"),
    "signature substituted": (substituted, "signature"),
    "two signatures": (twice, "signature"),
    "algorithm downgraded": (downgraded, "alg"),
    "key confusion": (confused, "signature"),
    "weak key": (weak, "signature"),
    "wrong payload type": (other_payload_type, "payloadType"),
    "wrong predicate type": (other_predicate_type, "predicateType"),
    "duplicate names": (lambda c: text(c, '"issued":', '"issued":"2020-01-01T00:00:00Z","issued":'), "twice"),
    "not a number": (lambda c: text(c, '"predicateType"', '"x":NaN,"predicateType"'), "NaN"),
    "beyond 2^53": (lambda c: text(c, '"predicateType"', '"x":9007199254740993,"predicateType"'), "2^53"),
    "deep payload": (lambda c: raw(c, b"[" * 100_000 + b"]" * 100_000), "nested"),
    "deep envelope": (lambda c: b'{"payload":' + b"[" * 100_000, "nested"),
    "not UTF-8": (lambda c: raw(c, case_bytes(c)), "UTF-8"),
    "spaces": (lambda c: raw(c, c.payload + b" "), "another way"),
    "bidi name": (predicate("laboratory", {"name": "Laboratory\u202eneveS"}), "names"),
    "look-alike name": (predicate("laboratory", {"name": "Labor\u0430tory Seven"}), "names"),
    "unseen number": (predicate("number", "A\u200b-1"), "names"),
    "unknown field": (predicate("grade", "A+"), "grade"),
    "payload is no base64": (lambda c: canonical(json.loads(c.original) | {"payload": "!!!"}), "payload"),
    "empty": (lambda c: b"", "certificate"),
    "a list": (lambda c: b"[1, 2]", "certificate"),
}


def case_bytes(case: Case) -> bytes:
    return case.payload.replace(b"Laboratory", b"Lab\xffratory", 1)


@pytest.mark.parametrize("name", FORGED)
def test_refused_with_its_reason(case: Case, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    make, said = FORGED[name]
    case.json.write_bytes(make(case))
    case.html.unlink()
    before = sorted(path.name for path in case.record.iterdir())
    code = cli.main(["verify", str(case.json), "--key", str(case.public)])
    out, err = capsys.readouterr()
    assert code in (1, 2)
    assert said in out + err
    assert "Traceback" not in out + err
    assert sorted(path.name for path in case.record.iterdir()) == before


def test_replay_of_a_superseded_certificate(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    old = spoken_of(case.original, opened(case.json).statement.predicate)
    new = old.model_copy(update={"number": "B-2", "sha256": "0" * 64})
    key = keys.private_key(case.private)
    data = superseded(old, new, key, reason="limit", laboratory=SEVEN, at="2026-12-01T00:00:00Z")
    status = case.record.parent / "news.status.json"
    status.write_bytes(data)
    assert cli.main(["verify", str(case.json), "--key", str(case.public), "--status", str(status)]) == 1
    assert "replaced by certificate B-2" in capsys.readouterr().out


def test_evidence_that_grows_without_end(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    """A gzip stream of zeros: 1,000 times its size when it is opened."""
    whole = case.html.read_bytes()
    old = base64.b64encode(case.evidence_gz or b"")
    bomb = base64.b64encode(gzip.compress(b"\x00" * (64 * 1024 * 1024)))
    case.html.write_bytes(whole.replace(old, bomb))
    assert cli.main(["verify", str(case.html), "--key", str(case.public)]) == 1


@pytest.mark.parametrize("place", ["../outside.json", "/etc/passwd", "a/../../outside.json"])
def test_a_subject_outside_of_the_folder_is_not_read(
    case: Case, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (case.record.parent / "outside.json").write_text("{}")

    def set_(data: dict[str, Any]) -> None:
        data["subject"].append({"name": place, "digest": {"sha256": "0" * 64}})

    case.json.write_bytes(own(case, set_))
    code = cli.main(["verify", str(case.json), "--key", str(case.public)])
    out, err = capsys.readouterr()
    assert code == 1
    assert f"'{place}' is no file of a record" in out + err


def test_a_link_beside_is_not_followed(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    parts = case.record / "parts.json"
    secret = case.record.parent / "secret.json"
    secret.write_bytes(parts.read_bytes())
    parts.unlink()
    parts.symlink_to(secret)
    code = cli.main(["verify", str(case.json), "--key", str(case.public)])
    assert code in (1, 3)
    assert "link" in capsys.readouterr().out


def test_no_traceback_from_a_process_of_its_own(case: Case) -> None:
    case.json.write_bytes(FORGED["deep payload"][0](case))
    done = subprocess.run(
        [sys.executable, "-m", "measurand", "verify", str(case.json)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr + done.stdout
