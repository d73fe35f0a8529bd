"""Withdrawn and replaced certificates, and documents that say so without being entitled to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.envelope import signed
from measurand.lab.opened import opened
from measurand.lab.status import own, placed, spoken_of, superseded, withdrawn

from test_certificate import SEVEN, Case, failures, states  # isort: skip
from test_trust import AT, payload_of  # isort: skip


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def key_of(case: Case) -> keys.PrivateKey:
    return keys.private_key(case.private)


def retraction(case: Case, key: keys.PrivateKey | None = None) -> bytes:
    return withdrawn(opened(case.json), key or key_of(case), reason="wrong labels", laboratory=SEVEN, at=AT)


def status(found: Any) -> Any:
    return next(check for check in found.checks if check.name == "status")


def test_nothing_known(case: Case) -> None:
    found = case.verify()
    assert states(found)["status"] == "not checked"
    assert found.exit_code == 0


def test_withdrawn(case: Case, tmp_path: Path) -> None:
    elsewhere = tmp_path / "w.status.json"
    elsewhere.write_bytes(retraction(case))
    for given in ([elsewhere], [tmp_path]):
        found = case.verify(status=given)
        assert failures(found) == ["status"]
        assert "withdrawn by the laboratory" in status(found).text and "wrong labels" in status(found).text
    placed(case.json, retraction(case))
    assert case.verify().exit_code == 1
    assert case.verify(case.html).exit_code == 1


def test_superseded_names_the_new_one(case: Case) -> None:
    old = spoken_of(case.original, opened(case.json).statement.predicate)
    new = old.model_copy(update={"number": "B-2", "sha256": "0" * 64})
    placed(case.json, superseded(old, new, key_of(case), reason="limit", laboratory=SEVEN, at=AT))
    found = case.verify()
    assert failures(found) == ["status"]
    assert "replaced by certificate B-2" in status(found).text


def test_of_another_certificate(case: Case, tmp_path: Path) -> None:
    other = json.loads(payload_of(retraction(case)))
    for one in (other["predicate"]["certificate"], other["subject"][0]["digest"]):
        one["sha256"] = "1" * 64
    placed(case.json, signed(canonical(other), key_of(case)))
    found = case.verify()
    assert states(found)["status"] == "passed"


def canonical(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("how", ["stranger", "subject", "changed", "not json", "large", "certificate"])
def test_a_document_that_does_not_count_is_named(case: Case, tmp_path: Path, how: str) -> None:
    data = retraction(case)
    if how == "stranger":
        data = retraction(case, keys.private_key(keys.new(tmp_path / "other", "o")[0]))
    elif how == "subject":
        other = json.loads(payload_of(data))
        other["subject"][0]["digest"]["sha256"] = "2" * 64
        data = signed(canonical(other), key_of(case))
    elif how == "changed":
        whole = json.loads(data)
        other = json.loads(payload_of(data))
        other["predicate"]["reason"] = "no reason"
        import base64

        whole["payload"] = base64.b64encode(canonical(other)).decode()
        data = canonical(whole)
    elif how == "not json":
        data = b"hello"
    elif how == "large":
        data = b" " * 1_000_001 + data
    else:
        data = case.original
    (tmp_path / "x.status.json").write_bytes(data)
    found = case.verify(status=[tmp_path])
    assert not failures(found)
    assert status(found).state == "not checked"
    assert "x.status.json" in status(found).text


def test_only_its_own_laboratory(case: Case, tmp_path: Path) -> None:
    other = keys.private_key(keys.new(tmp_path / "other", "o")[0])
    with pytest.raises(MeasurandError, match="another key"):
        own(case.json, other)
    assert own(case.json, key_of(case)).payload == case.payload
