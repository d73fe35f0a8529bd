"""Sealing, opening and handing over from Python: what the commands do."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import measurand as ms
from measurand.cli import main

PROCEDURE = """schema = "measurand/procedure/1"
id = "NB-01"
system = { name = "notebook", version = "1" }
observations = { file = "said.csv", item = "case", value = "said" }
reference = { file = "truth.csv", item = "case", value = "truth" }
sampling = { population = "drawn cases" }
measurand = [ { id = "acc", quantity = "accuracy" } ]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("MEASURAND_TRUST", str(tmp_path / "trusted"))
    assert main(["key", "new", "lab"]) == 0
    table("truth.csv", "truth", lambda n: n % 2)
    return tmp_path


def table(file: str, column: str, value: object) -> None:
    with Path(file).open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["case", column])
        rows.writerows([f"c{n:02d}", ["no", "yes"][value(n)]] for n in range(40))  # type: ignore[operator]


def said() -> None:
    table("said.csv", "said", lambda n: n % 2 if n % 7 else 1 - n % 2)


def measured(disclosure: str, **more: object) -> ms.Result:
    found: ms.Result = ms.measure(
        ms.accuracy(),
        ms.read("said.csv", item="case", value="said"),
        ms.reference("truth.csv", item="case", value="truth"),
        sampling={"population": "drawn cases"},
        system={"name": "notebook", "version": "1"},
        report={"disclosure": disclosure},
        **more,
    )
    return found


def test_private_evidence(folder: Path) -> None:
    said()
    certificate = ms.certify(measured("private"), key="lab.pem")
    assert b'<script type="application/gzip;base64"' not in certificate.html
    held = folder / "auditor.json"
    held.write_bytes(certificate.json)
    asked = ms.challenge(held, 5, to="challenge.json")
    opened = ms.disclose(certificate, challenge=asked, to="opened.json")
    assert opened.stat().st_mode & 0o777 == 0o600
    found = ms.verify(held, key="lab.pub.pem", disclosed=opened, challenge=asked)
    states = {check.name: check.state for check in found.checks}
    assert (states["items"], states["challenge"]) == ("passed", "passed")
    chosen = ms.disclose(certificate.folder, items=["c07", "c01"], to="chosen.json")
    assert [one["item"] for one in json.loads(chosen.read_bytes())["opened"]] == ["c01", "c07"]
    assert ms.verify(held, key="lab.pub.pem", disclosed=chosen, challenge=asked).exit_code == 1
    by_seed = ms.disclose(certificate, random=5, seed=json.loads(asked.read_bytes())["asked"]["seed"], to="again.json")
    assert by_seed.read_bytes() == opened.read_bytes()
    with pytest.raises(ms.MeasurandError, match="private"):
        ms.archive(certificate, to="record.zip")


def test_what_is_wrong_is_said(folder: Path) -> None:
    said()
    certificate = ms.certify(measured("private"), key="lab.pem")
    for asked in ({}, {"items": ["c01"], "random": 2, "seed": "s"}, {"random": 2}, {"items": ["c01"], "seed": "s"}):
        with pytest.raises(ms.MeasurandError, match="in one way"):
            ms.disclose(certificate, to="o.json", **asked)  # type: ignore[arg-type]
    for count, seed in ((0, "s"), (2, "s" * 1001)):
        with pytest.raises(ms.MeasurandError, match="1 to 1000"):
            ms.disclose(certificate, to="o.json", random=count, seed=seed)
    assert main(["disclose", str(certificate.folder), "--random", "2", "--seed", "s" * 1001]) == 2
    with pytest.raises(ms.MeasurandError, match="c99"):
        ms.disclose(certificate, items=["c99"], to="o.json")
    with pytest.raises(ms.MeasurandError, match="disclosed="):
        ms.verify(certificate.folder / "certificate.json", challenge="c.json")
    with pytest.raises(ms.MeasurandError, match="commits to none"):
        ms.challenge(ms.certify(measured("open"), key="lab.pem"), 2, to="c.json")
    assert not Path("o.json").exists() and not Path("c.json").exists()


def test_open_evidence_travels(folder: Path) -> None:
    said()
    certificate = ms.certify(measured("open"), key="lab.pem")
    assert b'<script type="application/gzip;base64"' in certificate.html
    archive = ms.archive(certificate, to="record.zip")
    (folder / "alone").mkdir()
    alone = folder / "alone" / "certificate.json"
    alone.write_bytes(certificate.json)
    assert ms.verify(alone, key="lab.pub.pem").exit_code == 3
    assert ms.verify(alone, key="lab.pub.pem", evidence=archive).ok


def test_sealed_beforehand(folder: Path) -> None:
    Path("nb.measure.toml").write_text(PROCEDURE, encoding="utf-8")
    seal = ms.seal("nb.measure.toml", key="lab.pem")
    assert seal == Path("nb.seal.json")
    said()
    with pytest.raises(ms.MeasurandError, match="said"):
        ms.seal("nb.measure.toml", key="lab.pem", to="late.seal.json")
    assert main(["measure", "nb.measure.toml"]) == 0
    (record,) = Path("out").glob("NB-01-*")
    assert main(["certify", str(record), "--key", "lab.pem", "--sealed"]) == 0
    assert ms.verify(record / "certificate.html", key="lab.pub.pem").ok


def test_a_measurement_of_python_under_a_seal(folder: Path) -> None:
    said()
    text = measured("open").source.procedure_text
    Path("said.csv").unlink()
    Path("py.measure.toml").write_text(text, encoding="utf-8")
    seal = ms.seal("py.measure.toml", key="lab.pem")
    said()
    certificate = ms.certify(measured("open"), key="lab.pem", seal=seal, sealed=True)
    found = ms.verify(certificate.folder / "certificate.html", key="lab.pub.pem")
    assert found.ok and {check.name: check.state for check in found.checks}["seal"] == "passed"
    other = measured("open", requirement=ms.at_least(0.5))
    with pytest.raises(ms.MeasurandError, match="requirement"):
        ms.certify(other, key="lab.pem", seal=seal, sealed=True)
