"""A withdrawn certificate of reference data: found by its reader, no source of values, no ground of a measurement."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.reference_data.sample import HIGHER, NOW, NUMBER, Lab, lab

from measurand import cli
from measurand.errors import AuthenticityError, MeasurandError
from measurand.lab import keys
from measurand.lab.check import Check
from measurand.lab.reference_certify import fault_of, opened
from measurand.lab.reference_status import withdrawn
from measurand.lab.reference_verify import verify
from measurand.lab.trust import Trusted

AT = "2026-11-23T08:00:00Z"


@pytest.fixture
def own(tmp_path: Path) -> Lab:
    return lab(tmp_path)


def checks(path: Path, own: Lab, *, status: tuple[Path, ...] = ()) -> dict[str, Check]:
    key = own.key.public_key()
    found = verify(path, at=NOW, given=None, trusted={keys.fingerprint(key): Trusted("own", key)}, status=status)
    return {check.name: check for check in found.checks} | {"": Check("", "passed", str(found.exit_code))}


def test_it_is_found_beside_the_certificate(own: Lab) -> None:
    path = own.certify(own.describe())
    before = checks(path, own)
    assert (before["status"].state, before[""].text) == ("not checked", "0")
    document = path.with_name("set.reference.status.json")
    document.write_bytes(withdrawn(opened(path), own.key, reason="site B swapped", at=AT))
    found = checks(path, own)
    assert (found["status"].state, found[""].text) == ("failed", "1")
    assert "site B swapped" in found["status"].text
    assert "site B swapped" in fault_of(opened(path))
    (own.folder / "elsewhere").mkdir()
    moved = document.rename(own.folder / "elsewhere" / document.name)
    assert checks(path, own)["status"].state == "not checked"
    assert checks(path, own, status=(moved,))["status"].state == "failed"


def test_a_stranger_withdraws_nothing(own: Lab) -> None:
    path = own.certify(own.describe())
    other = lab(own.folder).key
    with pytest.raises(MeasurandError, match="another key"):
        withdrawn(opened(path), other, reason="spite", at=AT)
    theirs = own.certify(own.describe("theirs"), key=other)
    data = withdrawn(opened(theirs), other, reason="spite", at=AT)
    path.with_name("x.status.json").write_bytes(data)
    assert checks(path, own)["status"].state == "passed"


def test_values_are_not_assigned_from_it(own: Lab) -> None:
    top = own.certify(own.describe("top", tier="highest", labels=NUMBER.format(u=3)))
    low = own.describe("low", labels=NUMBER.format(u=4) + HIGHER.format(name="top"))
    made = own.certify(low)
    top.with_name("top.status.json").write_bytes(withdrawn(opened(top), own.key, reason="drift", at=AT))
    found = checks(made, own)
    assert (found["higher TOP: status"].state, found[""].text) == ("failed", "1")
    assert found["status"].state == "passed"
    with pytest.raises(AuthenticityError, match="drift"):
        own.certify(low)


def test_the_command_line_withdraws(own: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    folder = own.folder
    assert cli.main(["key", "new", "lab", "--dir", str(folder)]) == 0
    path = own.describe()
    assert cli.main(["reference", "certify", str(path), "--key", str(folder / "lab.pem")]) == 0
    certificate = folder / "set.reference.json"
    capsys.readouterr()
    command = ["withdraw", str(certificate), "--key", str(folder / "lab.pem"), "--reason", "labels", "--json"]
    assert cli.main(command) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["number"], Path(shown["file"]).name) == ("SET", "set.reference.status.json")
    assert cli.main(["reference", "verify", str(certificate), "--key", str(folder / "lab.pub.pem")]) == 1
    assert "withdrawn by the laboratory" in " ".join(capsys.readouterr().out.split())
