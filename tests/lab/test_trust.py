"""Whom the reader trusts, for which time; keys that are revoked or replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from invented import stored

from measurand import cli
from measurand.document.trusted import Trust
from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.envelope import signature_checks, signed
from measurand.lab.opened import opened
from measurand.lab.sign import certify
from measurand.lab.status import applied, of_key
from measurand.lab.store import add
from measurand.lab.trust import fault_of, named, revoke, trust, trust_folder, trusted

from test_certificate import ISSUED, SEVEN  # isort: skip

BEFORE, AT, AFTER = "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-12-01T00:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "trusted"


def made(tmp_path: Path, name: str = "seven", algorithm: str = "p256") -> keys.PrivateKey:
    return keys.private_key(keys.new(tmp_path / "keys", name, algorithm=algorithm)[0])  # type: ignore[arg-type]


def taken(key: keys.PrivateKey, folder: Path, **limits: str) -> str:
    stated = Trust(**limits) if limits else None  # type: ignore[arg-type]
    return trust(key.public_key(), folder, name="Seven", file=Path("seven.pub.pem"), limits=stated)


@pytest.mark.parametrize("algorithm", ["p256", "ed25519"])
def test_either_algorithm_signs_and_verifies(tmp_path: Path, folder: Path, algorithm: str) -> None:
    key = made(tmp_path, algorithm=algorithm)
    record = stored(tmp_path / "lab")
    add(record, {"certificate.json": certify(record, key, laboratory=SEVEN, issued=ISSUED)})
    taken(key, folder)
    found = opened(record / "certificate.json")
    checks = signature_checks(found, given=None, trusted=trusted(folder), signed_at=AT)
    assert [check.state for check in checks] == ["passed", "passed"]


@pytest.mark.parametrize(
    ("limits", "refused"),
    [
        ({}, []),
        ({"valid_from": AT}, [BEFORE]),
        ({"valid_until": AT}, [AFTER]),
        ({"valid_from": BEFORE, "valid_until": AFTER}, []),
        ({"revoked_at": AT, "reason": "retired"}, [AT, AFTER]),
        ({"revoked_at": AT, "reason": "compromised"}, [BEFORE, AT, AFTER]),
    ],
)
def test_validity(tmp_path: Path, folder: Path, limits: dict[str, str], refused: list[str]) -> None:
    one = trusted(folder)[fingerprint] if (fingerprint := taken(made(tmp_path), folder, **limits)) else None
    assert one is not None
    assert [at for at in (BEFORE, AT, AFTER) if fault_of(one, at)] == refused


def test_a_revoked_key_is_refused_also_when_it_is_given(tmp_path: Path, folder: Path) -> None:
    key = made(tmp_path)
    taken(key, folder)
    record = stored(tmp_path / "lab")
    add(record, {"certificate.json": certify(record, key, laboratory=SEVEN, issued=ISSUED)})
    revoke(named("Seven", folder), folder, at=AFTER, compromised=True)
    found = opened(record / "certificate.json")
    for given in (None, key.public_key()):
        checks = signature_checks(found, given=given, trusted=trusted(folder), signed_at=AT)
        assert [check.state for check in checks] == ["passed", "failed"]
        assert "compromised" in checks[1].text


def test_the_holder_revokes_for_everybody(tmp_path: Path, folder: Path) -> None:
    key = made(tmp_path)
    fingerprint = taken(key, folder)
    data = of_key(key, compromised=True, at=AT)
    assert applied(data, folder, file=Path("k.json"))[1] == ""
    assert trusted(folder)[fingerprint].trust == Trust(revoked_at=AT, reason="compromised")


def test_a_successor_is_trusted_by_the_word_of_the_old_key(tmp_path: Path, folder: Path) -> None:
    old, new = made(tmp_path), made(tmp_path, "eight", "ed25519")
    fingerprint = taken(old, folder)
    one, successor = applied(
        of_key(old, compromised=False, at=AT, replaced_by=new.public_key()), folder, file=Path("k")
    )
    assert (one.name, successor) == ("Seven", keys.fingerprint(new.public_key()))
    after = trusted(folder)
    assert fault_of(after[fingerprint], BEFORE) == "" and fault_of(after[fingerprint], AFTER)
    assert fault_of(after[successor], BEFORE) and fault_of(after[successor], AFTER) == ""


def test_nobody_else_revokes_or_replaces(tmp_path: Path, folder: Path) -> None:
    """Not another key in its name, not a compromised key its successor, not a key that is not trusted."""
    old, other = made(tmp_path), made(tmp_path, "eight")
    stranger = of_key(other, compromised=True, at=AT)
    taken(old, folder)
    with pytest.raises(MeasurandError, match="not the name or fingerprint"):
        applied(stranger, folder, file=Path("k"))
    forged = signed(payload_of(of_key(old, compromised=True, at=AT)), other)
    with pytest.raises(MeasurandError, match="not validly signed by the key"):
        applied(forged, folder, file=Path("k"))
    revoke(named("Seven", folder), folder, at=AT, compromised=True)
    successor = of_key(old, compromised=False, at=AT, replaced_by=other.public_key())
    with pytest.raises(MeasurandError, match="compromised key could name any successor"):
        applied(successor, folder, file=Path("k"))
    assert len(trusted(folder)) == 1


def payload_of(envelope: bytes) -> bytes:
    import base64
    import json

    return base64.b64decode(json.loads(envelope)["payload"])


@pytest.mark.parametrize("name", ["Se\u200bven", "L\u0430b", "../seven", ".hidden", "a/b"])
def test_a_name_that_is_no_name(tmp_path: Path, folder: Path, name: str) -> None:
    with pytest.raises(MeasurandError, match="is not taken"):
        trust(made(tmp_path).public_key(), folder, name=name, file=Path("k"))
    assert not list(tmp_path.glob("*.pub.pem"))


def test_a_name_belongs_to_one_key(tmp_path: Path, folder: Path) -> None:
    taken(made(tmp_path), folder)
    with pytest.raises(MeasurandError, match="another key that you trust"):
        taken(made(tmp_path, "eight"), folder)


def test_an_unencrypted_stranger_is_no_key(tmp_path: Path) -> None:
    raw = ed25519.Ed25519PrivateKey.generate().private_bytes_raw()
    (tmp_path / "k.pub.pem").write_bytes(raw)
    with pytest.raises(MeasurandError, match="not a usable key"):
        keys.public_key(tmp_path / "k.pub.pem")


def test_the_last_day_belongs_to_the_validity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--until 2028-12-31`` trusts what is signed on that day, and nothing of the next."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made(tmp_path)
    public = tmp_path / "keys" / "seven.pub.pem"
    assert cli.main(["key", "trust", str(public), "--from", "2028-01-01", "--until", "2028-12-31"]) == 0
    (one,) = trusted(trust_folder()).values()
    times = ("2027-12-31T23:59:59Z", "2028-01-01T00:00:00Z", "2028-12-31T23:59:59Z", "2029-01-01T00:00:00Z")
    assert [bool(fault_of(one, at)) for at in times] == [True, False, False, True]
