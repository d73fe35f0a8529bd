"""Time stamps of a real authority program (OpenSSL), verified offline; the bundle read by Sigstore's own model."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.lab.invented import stored

from measurand.document.certificate import Laboratory
from measurand.document.trusted import Trust
from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.opened import Opened, opened
from measurand.lab.standing import standing
from measurand.lab.timestamp import attested, bundle, request, time_check, time_found
from measurand.lab.trust import Trusted

pytest.importorskip("rfc3161_client")
OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="no openssl to be the time stamping authority")
CONFIGURATION = """[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""
LEAF = """extendedKeyUsage=critical,timeStamping
keyUsage=critical,digitalSignature
basicConstraints=critical,CA:false
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
"""


class Authority:
    """A time stamping authority in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        (self.folder / "tsa.cnf").write_text(CONFIGURATION)
        (self.folder / "leaf").write_text(LEAF)
        (self.folder / "serial").write_text("01")
        new = ["-newkey", "rsa:2048", "-nodes"]
        root = ["-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign"]
        self.run(
            "req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "9", "-subj", f"/CN={name}", *root
        )
        self.run("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", f"/CN={name} clock")
        signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "9", "-extfile", "leaf"]
        self.run("x509", "-req", "-in", "tsa.csr", "-out", "tsa.pem", *signer)
        self.root = self.folder / "ca.pem"

    def run(self, *words: str) -> None:
        subprocess.run([OPENSSL or "", *words], cwd=self.folder, check=True, capture_output=True)

    def stamp(self, query: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(query)
        self.run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-out", "a.tsr")
        return (self.folder / "a.tsr").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "Clock")


def certificate(folder: Path) -> Opened:
    from datetime import UTC, datetime

    from measurand.lab.sign import certify

    record = stored(folder)
    key = keys.private_key(keys.new(folder / "keys", "k")[0])
    data = certify(record, key, laboratory=Laboratory(name="Seven"), issued=datetime.now(UTC))
    (record / "certificate.json").write_bytes(data)
    return opened(record / "certificate.json")


def test_attested(tmp_path: Path, authority: Authority) -> None:
    one = certificate(tmp_path)
    answer = authority.stamp(request(one))
    assert attested(one, answer, [authority.root]).startswith("20")
    place = tmp_path / "certificate.sigstore.json"
    place.write_bytes(bundle(one, answer))
    assert time_check(one, [place], [authority.root]).state == "passed"
    assert time_check(one, [place], []).state == "not checked"
    assert time_check(one, [], [authority.root]).state == "not checked"


def test_of_another_certificate_or_authority(tmp_path: Path, authority: Authority) -> None:
    one, other = certificate(tmp_path / "a"), certificate(tmp_path / "b")
    answer = authority.stamp(request(one))
    with pytest.raises(ValueError, match="not a time stamp over this signature"):
        attested(other, answer, [authority.root])
    with pytest.raises(ValueError, match="not a time stamp over this signature"):
        attested(one, answer, [Authority(tmp_path, "Other").root])
    with pytest.raises(MeasurandError, match="no root certificate"):
        attested(one, answer, [tmp_path / "absent.pem"])
    place = tmp_path / "x.sigstore.json"
    place.write_bytes(bundle(one, answer))
    assert "belongs to another certificate" in time_check(other, [place], [authority.root]).text


def test_what_the_reader_lacks_is_no_fault_of_the_certificate(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong file for an authority is said to be one; without the library nothing fails."""
    one = certificate(tmp_path)
    place = tmp_path / "c.sigstore.json"
    place.write_bytes(bundle(one, authority.stamp(request(one))))
    with pytest.raises(MeasurandError, match="no root certificate"):
        time_check(one, [place], [place])
    monkeypatch.setattr("measurand.lab.timestamp.find_spec", lambda name: None)
    found = time_check(one, [place], [authority.root])
    assert (found.state, found.needed) == ("not checked", False)


def test_a_stripped_signature(tmp_path: Path, authority: Authority) -> None:
    one = certificate(tmp_path)
    bare = replace(one, envelope=one.envelope.model_copy(update={"signatures": ()}))
    place = tmp_path / "c.sigstore.json"
    data = json.loads(bundle(one, authority.stamp(request(one))))
    data["dsseEnvelope"]["signatures"] = []
    place.write_text(json.dumps(data))
    assert time_check(bare, [place], [authority.root]).state == "failed"
    with pytest.raises(MeasurandError, match="not a valid certificate"):
        request(bare)


@pytest.mark.parametrize("at", range(0, 1000, 97))
def test_a_changed_answer(tmp_path: Path, authority: Authority, at: int) -> None:
    one = certificate(tmp_path)
    answer = bytearray(authority.stamp(request(one)))
    answer[at % len(answer)] ^= 1
    with pytest.raises(ValueError, match=r"."):
        attested(one, bytes(answer), [authority.root])


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"{" * 1000, b'{"dsseEnvelope": 1, "verificationMaterial": 2}'])
def test_what_is_no_bundle(tmp_path: Path, authority: Authority, data: bytes) -> None:
    place = tmp_path / "x.sigstore.json"
    place.write_bytes(data)
    assert time_check(certificate(tmp_path), [place], [authority.root]).state == "failed"


def test_sigstore_reads_the_bundle(tmp_path: Path, authority: Authority) -> None:
    models = pytest.importorskip("sigstore_models.bundle.v1")
    one = certificate(tmp_path)
    found = models.Bundle.from_json(bundle(one, authority.stamp(request(one))).decode())
    assert found.media_type == "application/vnd.dev.sigstore.bundle.v0.3+json"
    assert json.loads(found.to_json())["dsseEnvelope"]["payloadType"] == "application/vnd.in-toto+json"


@pytest.mark.parametrize(("since", "state"), [("2099-01-01T00:00:00Z", "passed"), ("2001-01-01T00:00:00Z", "failed")])
def test_a_key_compromised_later(tmp_path: Path, authority: Authority, since: str, state: str) -> None:
    """What an authority attests to be older than the theft stands; without its word nothing of that key does."""
    one = certificate(tmp_path)
    stamp = one.path.with_name("certificate.sigstore.json")
    stamp.write_bytes(bundle(one, authority.stamp(request(one))))
    own = keys.public_key(tmp_path / "keys" / "k.pub.pem")
    stolen = Trust(revoked_at="2099-01-01T00:00:00Z", reason="compromised", compromised_since=since)
    known = {keys.fingerprint(own): Trusted("Seven", own, stolen)}

    def found(authorities: list[Path]) -> str:
        checks = standing(one, given=None, trusted=known, authorities=authorities).checks
        return next(check.state for check in checks if check.name == "key")

    assert found([authority.root]) == state
    assert found([]) == "failed"
    assert found([Authority(tmp_path, "Other").root]) == "failed"


def test_the_earliest_stamp_counts(tmp_path: Path, authority: Authority) -> None:
    """A later stamp hides no earlier one, whatever its file is called; a broken one takes nothing away."""
    one = certificate(tmp_path)
    early = authority.stamp(request(one))
    time.sleep(1.1)
    late = authority.stamp(request(one))
    places = [tmp_path / name for name in ("a.sigstore.json", "b.sigstore.json", "c.sigstore.json")]
    for place, data in zip(places, (bundle(one, late), bundle(one, early), b"{}"), strict=True):
        place.write_bytes(data)
    check, at = time_found(one, places, [authority.root])
    assert check.state == "passed" and at == attested(one, early, [authority.root]) < attested(
        one, late, [authority.root]
    )
