"""Who may speak of a certificate or of a key, and what a compromised key signed before."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.document.trusted import Trust
from measurand.errors import MeasurandError
from measurand.lab import keys
from measurand.lab.opened import LARGEST_FILE, opened
from measurand.lab.status import applied, of_key, status_check, withdrawn
from measurand.lab.trust import Revocation, fault_of, narrower, succeeding, trust, trusted

from test_certificate import SEVEN, Case  # isort: skip
from test_trust import AFTER, AT, BEFORE, made, taken  # isort: skip


def test_a_trusted_stranger_withdraws_nothing_and_a_successor_does(tmp_path: Path) -> None:
    case, folder = Case(tmp_path), tmp_path / "reader"
    key, other = keys.private_key(case.private), made(tmp_path, "other")
    trust(key.public_key(), folder, name="Lab", file=Path("k"))
    trust(other.public_key(), folder, name="Other", file=Path("k"))
    one = opened(case.json)
    data = withdrawn(one, other, reason="wrong", laboratory=SEVEN, at=AFTER)
    check = status_check(one, {"x": data}, given=None, trusted=trusted(folder))
    assert check.state == "not checked" and "took the place" in check.text
    applied(of_key(key, compromised=False, at=AT, replaced_by=other.public_key()), folder, file=Path("k"))
    known = trusted(folder)
    assert succeeding(keys.fingerprint(key.public_key()), known) == {keys.fingerprint(other.public_key())}
    assert {held.name for held in known.values()} == {"Lab", "Other"}
    assert status_check(one, {"x": data}, given=None, trusted=known).state == "failed"


def test_a_thief_softens_nothing(tmp_path: Path) -> None:
    folder, key = tmp_path / "reader", made(tmp_path)
    keyid = taken(key, folder, revoked_at=AT, reason="compromised", compromised_since=BEFORE)
    applied(of_key(key, compromised=False, at=AFTER), folder, file=Path("k"))
    applied(of_key(key, compromised=True, at=AFTER, since=AFTER), folder, file=Path("k"))
    assert trusted(folder)[keyid].trust == Trust(revoked_at=AT, reason="compromised", compromised_since=BEFORE)
    assert narrower(trusted(folder)[keyid].trust, Revocation(AFTER, "compromised")).since == ""


def test_a_thief_of_a_retired_key_extends_nothing(tmp_path: Path) -> None:
    """Retired at AT, stolen, used between AT and AFTER, and then said by the thief to be compromised since AFTER."""
    folder, key = tmp_path / "reader", made(tmp_path)
    keyid = taken(key, folder, revoked_at=AT, reason="retired")
    applied(of_key(key, compromised=True, at=AFTER, since=AFTER), folder, file=Path("k"))
    held = trusted(folder)[keyid]
    assert fault_of(held, AT, attested=AT) and not fault_of(held, BEFORE, attested=BEFORE)


def test_a_revoked_key_does_not_come_back_as_a_successor(tmp_path: Path) -> None:
    folder, old, stolen = tmp_path / "reader", made(tmp_path), made(tmp_path, "stolen")
    taken(old, folder)
    limits = Trust(revoked_at=AT, reason="compromised")
    trust(stolen.public_key(), folder, name="Stolen", file=Path("k"), limits=limits)
    with pytest.raises(MeasurandError, match="is revoked here"):
        applied(of_key(old, compromised=False, at=AT, replaced_by=stolen.public_key()), folder, file=Path("k"))


@pytest.mark.parametrize(
    ("since", "attested", "believed"),
    [(AT, BEFORE, True), (AT, AT, False), (AT, AFTER, False), (AT, "", False), ("", BEFORE, False)],
)
def test_compromised_later(tmp_path: Path, since: str, attested: str, believed: bool) -> None:
    folder = tmp_path / "reader"
    keyid = taken(made(tmp_path), folder, revoked_at=AFTER, reason="compromised", compromised_since=since)
    assert (fault_of(trusted(folder)[keyid], BEFORE, attested=attested) == "") is believed


def test_a_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "certificate.json"
    place.write_bytes(b"{" + b" " * LARGEST_FILE)
    with pytest.raises(MeasurandError, match="larger than 32 MiB"):
        opened(place)
