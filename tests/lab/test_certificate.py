"""Certificates: signed, verified, and every kind of change named."""

from __future__ import annotations

import base64
import gzip
import json
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys
from invented import evaluated, measurement, stored

from measurand.document.certificate import Laboratory
from measurand.document.decision import Verdict
from measurand.errors import AuthenticityError, MeasurandError, NotCertifiableError, StoreError
from measurand.lab import keys
from measurand.lab.envelope import pae, signed
from measurand.lab.opened import opened
from measurand.lab.sign import certify, embeddable
from measurand.lab.store import Measurement, add
from measurand.lab.trust import trust, trusted
from measurand.lab.verify import Verification, verify

ISSUED = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
SEVEN = Laboratory(name="Laboratory Seven")


def page(record: Any, original: bytes, evidence: bytes | None) -> bytes:
    """A stand-in for the page: the real one has the same two scripts."""
    inside = b"" if evidence is None else base64.b64encode(evidence)
    value = record.results.results[0].text.encode()
    return (
        b"<!doctype html>\n<p>" + value + b"</p>\n"
        b'<script type="application/vnd.measurand+json" id="certificate">' + original + b"</script>\n"
        + (b'<script type="application/gzip;base64" id="evidence">' + inside + b"</script>\n" if inside else b"")
    )  # fmt: skip


def again(text: bytes, procedure: Any, rows: Any, evidence: Any, parquet: Any) -> Measurement:
    return measurement()


class Case:
    """A certified record, and the reader's trust in its key."""

    def __init__(self, folder: Path) -> None:
        self.private, self.keyid = keys.new(folder / "keys", "seven")
        self.public = folder / "keys" / "seven.pub.pem"
        trust(keys.public_key(self.public), folder / "trusted", name="Laboratory Seven", file=self.public)
        self.trusted = trusted(folder / "trusted")
        self.record = stored(folder / "lab")
        self.original = certify(self.record, keys.private_key(self.private), laboratory=SEVEN, issued=ISSUED)
        add(self.record, {"certificate.json": self.original})
        from_file = opened(self.record / "certificate.json")
        record = type("R", (), {"results": evaluated()[0]})()
        self.evidence_gz = embeddable((self.record / "evidence.parquet").read_bytes(), disclosure="open")
        add(self.record, {"certificate.html": page(record, self.original, self.evidence_gz)})
        self.payload = from_file.payload
        self.json, self.html = self.record / "certificate.json", self.record / "certificate.html"

    def verify(self, path: Path | None = None, **options: Any) -> Verification:
        own: dict[str, Any] = {"recompute": again, "render": page, "trusted": self.trusted}
        return verify(path or self.json, **{**own, **options})


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def states(found: Verification) -> dict[str, str]:
    return {check.name: check.state for check in found.checks}


def failures(found: Verification) -> list[str]:
    return [check.name for check in found.checks if check.state == "failed"]


def test_dsse_reference_vector() -> None:
    """The test vector of the DSSE v1 protocol page (secure-systems-lab): pre-authentication encoding."""
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("http://example.com/HelloWorld", b"hello world") == expected


def test_everything_passes(case: Case) -> None:
    for path in (case.json, case.html):
        found = case.verify(path)
        assert not failures(found)
        assert found.exit_code == 0, [c for c in found.checks if c.state != "passed"]
    assert states(case.verify(case.html))["page"] == "passed"


def test_the_page_alone_is_enough(case: Case, tmp_path: Path) -> None:
    alone = tmp_path / "elsewhere" / "c.html"
    alone.parent.mkdir()
    shutil.copy(case.html, alone)
    assert case.verify(alone).exit_code == 0


def test_trust(case: Case) -> None:
    assert case.verify(trusted={}).exit_code == 3
    assert case.verify(trusted={}, key=case.public).exit_code == 0
    assert states(case.verify(trusted={}))["key"] == "not checked"


def test_another_key(case: Case, tmp_path: Path) -> None:
    keys.new(tmp_path / "other", "eight")
    assert case.verify(key=tmp_path / "other" / "eight.pub.pem").exit_code == 1


def test_demonstration_key_is_never_trusted(case: Case, tmp_path: Path) -> None:
    record = stored(tmp_path / "demo")
    data = certify(record, keys.demonstration_key(), laboratory=SEVEN, issued=ISSUED)
    add(record, {"certificate.json": data})
    public = tmp_path / "demo.pub.pem"
    public.write_bytes(keys.pem(keys.demonstration_key().public_key()))
    assert case.verify(record / "certificate.json", key=public).exit_code == 3
    assert case.verify(record / "certificate.json").exit_code == 3
    with pytest.raises(StoreError, match="cannot be trusted"):
        trust(keys.public_key(public), tmp_path / "trusted", name="demo", file=public)
    (tmp_path / "trusted").mkdir(exist_ok=True)
    (tmp_path / "trusted" / "demo.pub.pem").write_bytes(public.read_bytes())
    assert len(trusted(tmp_path / "trusted")) == 1
    assert opened(record / "certificate.json").statement.predicate.demonstration


def test_evidence_places(case: Case, tmp_path: Path) -> None:
    alone = tmp_path / "elsewhere" / "certificate.json"
    alone.parent.mkdir()
    shutil.copy(case.json, alone)
    found = case.verify(alone)
    assert found.exit_code == 3
    assert states(found)["recomputation"] == "not checked"
    assert case.verify(alone, evidence=case.record).exit_code == 0
    assert case.verify(alone, evidence=case.record / "evidence.parquet").exit_code == 0
    assert case.verify(alone, laboratory=case.record.parent).exit_code == 0
    assert case.verify(alone, evidence=tmp_path / "nowhere").exit_code == 3
    assert case.verify(recompute=None).exit_code == 3


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("name", ["evidence.parquet", "results.json", "decisions.json", "parts.json", "procedure.toml"])
def test_a_changed_file_is_named(case: Case, name: str) -> None:
    flip(case.record / name, 30)
    found = case.verify()
    assert found.exit_code == 1
    assert name in failures(found)


def test_changed_evidence_beside_the_page_is_named(case: Case) -> None:
    flip(case.record / "evidence.parquet", 30)
    found = case.verify(case.html)
    assert (found.exit_code, failures(found)) == (1, ["evidence.parquet"])


def test_a_changed_digit_of_the_page_is_shown(case: Case) -> None:
    case.html.write_bytes(case.html.read_bytes().replace(b"<p>0.75", b"<p>0.85"))
    found = case.verify(case.html)
    assert found.exit_code == 1
    assert failures(found) == ["page"]
    text = next(check.text for check in found.checks if check.name == "page")
    assert "0.85" in text
    assert "0.75" in text


def test_changed_evidence_inside_the_page(case: Case) -> None:
    good = base64.b64encode(case.evidence_gz or b"")
    changed = gzip.compress((case.record / "evidence.parquet").read_bytes()[:-8] + b"12345678", mtime=0)
    for data in (base64.b64encode(changed), good[:-40], b"!" + good[1:]):
        case.html.write_bytes(case.html.read_bytes().replace(good, data))
        assert case.verify(case.html).exit_code == 1
        case.html.write_bytes(case.html.read_bytes().replace(data, good))


def test_other_numbers_are_named(case: Case) -> None:
    def other(*_: Any) -> Measurement:
        return measurement(value="0.7500000010")

    found = case.verify(recompute=other)
    text = next(check.text for check in found.checks if check.name == "recomputation")
    assert found.exit_code == 1
    assert "results.results.0.value is stated as 0.75, recomputed 0.7500000010" in text


def test_the_last_digits_may_differ(case: Case) -> None:
    def other(*_: Any) -> Measurement:
        found = measurement()
        result = found.results.results[0].model_copy(update={"value": "0.7500000000001"})
        return Measurement(**{**vars(found), "results": found.results.model_copy(update={"results": (result,)})})

    assert case.verify(recompute=other).exit_code == 0


def test_an_evaluation_that_fails_is_said(case: Case) -> None:
    def broken(*_: Any) -> Measurement:
        raise MeasurandError("no such statistic")

    found = case.verify(recompute=broken)
    assert found.exit_code == 1
    assert any("no such statistic" in check.text for check in found.checks)


def test_every_changed_byte_is_detected(case: Case, tmp_path: Path) -> None:
    """A change anywhere in the certificate is seen without evidence, by the original alone."""
    chance = random.Random(1)
    path = tmp_path / "c.json"
    for _ in range(300):
        data = bytearray(case.original)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(data))
        try:
            code = case.verify(path, recompute=None).exit_code
        except MeasurandError as error:
            code = error.exit_code
        assert code in (1, 2)


def test_every_changed_byte_of_the_page_is_detected(case: Case) -> None:
    chance = random.Random(2)
    whole = case.html.read_bytes()
    for _ in range(100):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case.html.write_bytes(bytes(data))
        try:
            code = case.verify(case.html).exit_code
        except MeasurandError as error:
            code = error.exit_code
        assert code in (1, 2)


def resigned(case: Case, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The certificate with a changed payload, signed by a key of the forger."""
    data = json.loads(case.payload)
    change(data)
    payload = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return signed(payload, ec.generate_private_key(ec.SECP256R1()))


def test_a_forger_with_a_key_is_not_trusted(case: Case) -> None:
    def better(data: dict[str, Any]) -> None:
        data["predicate"]["results"][0]["value"] = "0.99"

    case.json.write_bytes(resigned(case, better))
    found = case.verify()
    assert found.exit_code == 1
    assert states(found)["key"] == "not checked"
    assert {"results.json", "recomputation"} <= set(failures(found))


def test_the_algorithm_is_the_keys(case: Case) -> None:
    """An envelope that carries a key of another algorithm, or claims another's fingerprint, is not authentic."""
    data = json.loads(case.original)
    other = ed25519.Ed25519PrivateKey.generate()
    public = other.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    mine = ec.generate_private_key(ec.SECP256R1())
    message = pae(data["payloadType"], case.payload)
    for key, sig in (
        (public, other.sign(message)),
        (keys.pem(mine.public_key()), mine.sign(message, ec.ECDSA(hashes.SHA256()))),
    ):
        data["signatures"][0]["key"] = key.decode()
        data["signatures"][0]["sig"] = base64.b64encode(sig).decode()
        case.json.write_bytes(json.dumps(data, sort_keys=True, separators=(",", ":")).encode())
        found = case.verify()
        assert found.exit_code == 1
        assert "signature" in failures(found)


def test_no_or_two_signatures(case: Case) -> None:
    data = json.loads(case.original)
    for several in ([], data["signatures"] * 2):
        changed = {**data, "signatures": several}
        case.json.write_bytes(json.dumps(changed, sort_keys=True, separators=(",", ":")).encode())
        assert case.verify().exit_code == 1


def test_a_key_that_the_file_does_not_carry(case: Case) -> None:
    data = json.loads(case.original)
    data["signatures"][0]["key"] = ""
    case.json.write_bytes(json.dumps(data, sort_keys=True, separators=(",", ":")).encode())
    assert case.verify().exit_code == 0
    assert case.verify(trusted={}).exit_code == 3


NOT_ONE = [
    (b"", StoreError, 2),
    (b"{}", StoreError, 2),
    (b"<html></html>", StoreError, 2),
    (b"\xff\xfe", StoreError, 2),
    (b"{" * 100_000, StoreError, 2),
    (b'{"payload": "e30=", "payloadType": "application/vnd.in-toto+json", "signatures": []}', AuthenticityError, 1),
]


@pytest.mark.parametrize(("data", "error", "code"), NOT_ONE)
def test_not_a_certificate(case: Case, data: bytes, error: type[MeasurandError], code: int) -> None:
    case.json.write_bytes(data)
    with pytest.raises(error) as caught:
        case.verify()
    assert caught.value.exit_code == code


def test_two_certificates_in_one_page(case: Case) -> None:
    case.html.write_bytes(case.html.read_bytes() * 2)
    with pytest.raises(StoreError, match="more than one"):
        case.verify(case.html)


def test_invalid_and_partial_records_are_refused(tmp_path: Path) -> None:
    key = keys.demonstration_key()
    for changes, words in (({"verdict": Verdict.INVALID}, "INVALID"), ({"partial": True}, "partial")):
        record = stored(tmp_path, **changes)
        with pytest.raises(NotCertifiableError, match=words) as caught:
            certify(record, key, laboratory=SEVEN, issued=ISSUED)
        assert caught.value.exit_code == 4


def test_a_changed_record_is_not_certified(tmp_path: Path) -> None:
    key = keys.demonstration_key()
    for name in ("evidence.parquet", "parts.json"):
        record = stored(tmp_path)
        text = (record / name).read_bytes()
        (record / name).write_bytes(text.replace(b'"0.1"', b'"0.2"') if name == "parts.json" else text[:-1])
        with pytest.raises(MeasurandError, match=name):
            certify(record, key, laboratory=SEVEN, issued=ISSUED)


def test_payload_does_not_depend_on_time_or_place(tmp_path: Path) -> None:
    """Two records of the same measurement: equal payloads, but for the time of signing."""
    payloads = []
    for place in ("a", "b"):
        record = stored(tmp_path / place)
        path = record / "certificate.json"
        path.write_bytes(certify(record, keys.demonstration_key(), laboratory=SEVEN, issued=ISSUED))
        payloads.append(opened(path).payload)
    assert payloads[0] == payloads[1]


def test_keys(tmp_path: Path) -> None:
    private, keyid = keys.new(tmp_path, "k", passphrase=b"secret")
    assert private.stat().st_mode & 0o777 == 0o600
    assert keys.fingerprint(keys.private_key(private, passphrase=b"secret").public_key()) == keyid
    for wrong in (None, b"other"):
        with pytest.raises(StoreError, match="passphrase"):
            keys.private_key(private, passphrase=wrong)
    with pytest.raises(StoreError, match="already there"):
        keys.new(tmp_path, "k")
    rsa = rsa_keys.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "other.pem").write_bytes(rsa)
    (tmp_path / "text.pem").write_text("hello")
    for name in ("other.pem", "text.pem", "absent.pem"):
        with pytest.raises(StoreError, match="not a usable key"):
            keys.private_key(tmp_path / name)
