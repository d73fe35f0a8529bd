"""Documents about keys that lie beside a certificate: what they change for one verification, and what they never do."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from measurand.document.statement import Subject
from measurand.document.status import KeyPredicate, KeyStatement
from measurand.document.trusted import Trust
from measurand.lab import keys
from measurand.lab.envelope import signed
from measurand.lab.key_documents import told
from measurand.lab.opened import opened
from measurand.lab.standing import standing
from measurand.lab.status import of_key, withdrawn
from measurand.lab.trust import Trusted

from test_certificate import SEVEN, Case  # isort: skip
from test_trust import AFTER, AT, BEFORE, made  # isort: skip


def states(case: Case, **named: object) -> dict[str, str]:
    found = standing(opened(case.json), given=None, trusted={}, **named)  # type: ignore[arg-type]
    return {check.name: check.state for check in found.checks}


def test_a_key_that_nobody_trusts_speaks_against_itself(tmp_path: Path) -> None:
    case = Case(tmp_path)
    assert states(case)["key"] == "not checked"
    document = tmp_path / "elsewhere.json"
    document.write_bytes(of_key(keys.private_key(case.private), compromised=True, at=AFTER))
    assert states(case, status=[document])["key"] == "failed"
    document.rename(case.json.parent / "lab.key.json")  # beside the certificate it is found without being named
    assert states(case)["key"] == "failed"


def test_a_successor_withdraws_and_is_not_trusted(tmp_path: Path) -> None:
    case, new = Case(tmp_path), made(tmp_path, "new")
    old = keys.private_key(case.private)
    one = opened(case.json)
    place = case.json.parent
    (place / "lab.key.json").write_bytes(
        of_key(old, compromised=False, at="2099-01-01T00:00:00Z", replaced_by=new.public_key())
    )
    (place / "c.status.json").write_bytes(
        withdrawn(one, new, reason="wrong", laboratory=SEVEN, at="2099-06-01T00:00:00Z")
    )
    known = {keys.fingerprint(old.public_key()): Trusted("Lab", old.public_key())}
    found = standing(one, given=None, trusted=known)
    assert {c.name: c.state for c in found.checks if c.name in ("key", "status")} == {
        "key": "passed",
        "status": "failed",
    }
    assert set(found.told.trusted) == set(known)
    assert keys.fingerprint(new.public_key()) in found.told.speaking


def test_a_thief_names_no_successor_and_softens_nothing(tmp_path: Path) -> None:
    key, thief = made(tmp_path), made(tmp_path, "thief")
    keyid = keys.fingerprint(key.public_key())
    known = {
        keyid: Trusted("Lab", key.public_key(), Trust(revoked_at=AT, reason="compromised", compromised_since=BEFORE))
    }
    said = {
        "a": of_key(key, compromised=False, at=AFTER, replaced_by=thief.public_key()),
        "b": of_key(key, compromised=True, at=AFTER, since=AFTER),
    }
    found = told(said, keyid=keyid, own=key.public_key(), trusted=known)
    assert found.trusted == known and set(found.speaking) == {keyid}


def test_what_another_key_signed_or_nobody_can_read_is_doubtful(tmp_path: Path) -> None:
    key, other = made(tmp_path), made(tmp_path, "other")
    keyid, document = keys.fingerprint(key.public_key()), of_key(other, compromised=True, at=AT)
    altered = of_key(key, compromised=True, at=AT).replace(b'"sig":"M', b'"sig":"N')
    found = told({"x": document, "y": b"{}", "z": altered}, keyid=keyid, own=key.public_key(), trusted={})
    assert found.own is None
    assert {text.partition(":")[0] for text in found.doubtful} >= {"y"}


@pytest.mark.parametrize("length", [1, 5])
def test_a_chain_of_successors(tmp_path: Path, length: int) -> None:
    several = [made(tmp_path, f"k{n}") for n in range(length + 1)]
    said = {
        f"{9 - n}": of_key(one, compromised=False, at=AT, replaced_by=after.public_key())
        for n, (one, after) in enumerate(pairwise(several))
    }
    first = keys.fingerprint(several[0].public_key())
    found = told(said, keyid=first, own=several[0].public_key(), trusted={})
    assert len(found.speaking) == length + 1 and found.trusted == {} and found.doubtful == ()
    circle = {**said, "circle": of_key(several[-1], compromised=False, at=AT, replaced_by=several[0].public_key())}
    assert told(circle, keyid=first, own=several[0].public_key(), trusted={}).trusted == {}


def test_a_successor_that_is_no_key_is_doubtful(tmp_path: Path) -> None:
    key = made(tmp_path)
    keyid = keys.fingerprint(key.public_key())
    stated = KeyPredicate(kind="replaced", keyid=keyid, reason="retired", at=AT, replaced_by="-----BEGIN NOTHING-----")
    document = signed(KeyStatement(subject=(Subject(name="key", digest={"sha256": keyid}),), predicate=stated), key)
    found = told({"x": document}, keyid=keyid, own=key.public_key(), trusted={})
    assert found.doubtful and found.doubtful[0].startswith("x: ") and set(found.speaking) == {keyid}
    assert found.own is not None and found.own.trust.reason == "retired"
