"""What was fixed before observing, and what differs from it afterwards."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from measurand import cli
from measurand.lab.seal import beside

PROCEDURE = """\
schema = "measurand/procedure/1"
id = "T-01"
[system]
name = "S"
[reference]
file = "ref.csv"
item = "id"
value = "y"
[observations]
file = "obs.csv"
item = "id"
value = "p"
[sampling]
population = "cases"
[[measurand]]
id = "acc"
quantity = "accuracy"
[[requirement]]
measurand = "acc"
lower_limit = 0.7
"""


class Bench:
    """A folder with a sealed procedure whose observations are not there yet."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.procedure = folder / "p.measure.toml"
        self.procedure.write_text(PROCEDURE)
        (folder / "ref.csv").write_text("id,y\n" + "".join(f"{i},{i % 2}\n" for i in range(60)))
        assert self.run("key", "new", "lab", "--dir", folder) == 0

    def run(self, *words: object) -> int:
        self.capsys.readouterr()
        return cli.main([str(word) for word in words])

    @property
    def printed(self) -> str:
        out, err = self.capsys.readouterr()
        return out + err

    def seal(self, *words: object) -> int:
        return self.run("seal", self.procedure, "--key", self.folder / "lab.pem", *words)

    def observe(self) -> None:
        rows = "".join(f"{i},{i % 2 if i % 9 else 1 - i % 2}\n" for i in range(60))
        (self.folder / "obs.csv").write_text("id,p\n" + rows)

    def measured(self, *words: object) -> Path:
        before = set((self.folder / "out").glob("T-01*"))
        self.run("measure", self.procedure, "--out", self.folder / "out", "-q", *words)
        (made,) = set((self.folder / "out").glob("T-01*")) - before
        return made

    def certify(self, record: Path, *words: object) -> int:
        return self.run("certify", record, "--key", self.folder / "lab.pem", *words)

    def verified(self, record: Path) -> dict[str, dict[str, str]]:
        self.run("verify", record / "certificate.json", "--key", self.folder / "lab.pub.pem", "--json")
        return {check["name"]: check for check in json.loads(self.printed)["checks"]}


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Bench:
    return Bench(tmp_path, capsys)


@pytest.mark.parametrize(
    ("name", "found"),
    [("a.measure.toml", "a.seal.json"), ("a.toml", "a.seal.json"), ("b/a.measure.toml", "b/a.seal.json")],
)
def test_where_it_lies(name: str, found: str) -> None:
    assert beside(Path(name)) == Path(found)


def test_measured_as_sealed(bench: Bench) -> None:
    assert bench.seal() == 0
    bench.observe()
    record = bench.measured()
    assert "measured as sealed" in bench.printed
    assert bench.certify(record, "--sealed") == 0
    assert bench.verified(record)["seal"]["state"] == "passed"


def test_observations_that_are_there_cannot_be_sealed(bench: Bench) -> None:
    bench.observe()
    assert bench.seal() == 4
    assert "obs.csv" in bench.printed
    assert not list(bench.folder.glob("*.seal.json"))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("lower_limit = 0.7", "lower_limit = 0.6", "requirement.0.lower_limit was sealed as 0.7 and is 0.6"),
        ('quantity = "accuracy"', 'quantity = "kappa"', "measurand.0.quantity"),
        ("[sampling]", '[decision_rule]\nkind = "simple"\n[sampling]', "decision_rule"),
        ('population = "cases"', 'population = "cases"\ncluster = "id"', "sampling.cluster"),
    ],
)
def test_a_changed_procedure_says_so(bench: Bench, old: str, new: str, named: str) -> None:
    assert bench.seal() == 0
    bench.procedure.write_text(PROCEDURE.replace(old, new))
    bench.observe()
    record = bench.measured()
    assert "NOT as sealed" in bench.printed
    assert bench.certify(record, "--sealed") == 4
    assert named in bench.printed
    assert bench.certify(record) == 0
    seal = bench.verified(record)["seal"]
    assert seal["state"] == "not checked"
    assert "NOT measured as sealed" in seal["text"] and named in seal["text"]


def test_comments_and_order_make_no_difference(bench: Bench) -> None:
    assert bench.seal() == 0
    bench.procedure.write_text(
        "# a remark\n" + PROCEDURE.replace("lower_limit = 0.7", "lower_limit   =   0.7  # limit")
    )
    bench.observe()
    record = bench.measured()
    assert bench.certify(record, "--sealed") == 0


def test_changed_reference_data(bench: Bench) -> None:
    assert bench.seal() == 0
    text = (bench.folder / "ref.csv").read_text()
    (bench.folder / "ref.csv").write_text(text.replace("\n5,1\n", "\n5,0\n"))
    bench.observe()
    record = bench.measured()
    assert bench.certify(record, "--sealed") == 4
    assert "ref.csv" in bench.printed


def test_rows_in_another_order_are_the_same_data(bench: Bench) -> None:
    assert bench.seal() == 0
    head, *rows = (bench.folder / "ref.csv").read_text().splitlines()
    (bench.folder / "ref.csv").write_text("\n".join([head, *reversed(rows)]) + "\n")
    bench.observe()
    assert bench.certify(bench.measured(), "--sealed") == 0


def test_nothing_sealed(bench: Bench) -> None:
    bench.observe()
    record = bench.measured()
    assert bench.certify(record, "--sealed") == 4
    assert bench.certify(record) == 0
    assert "seal" not in bench.verified(record)


def test_seal_of_another_procedure(bench: Bench) -> None:
    assert bench.seal("--to", bench.folder / "other.json") == 0
    bench.procedure.write_text(PROCEDURE.replace("T-01", "T-02"))
    bench.observe()
    assert bench.run("measure", bench.procedure, "--seal", bench.folder / "other.json") == 2
    assert "T-01" in bench.printed


def test_a_changed_seal_is_refused(bench: Bench) -> None:
    assert bench.seal() == 0
    bench.observe()
    place = bench.folder / "p.seal.json"
    data = json.loads(place.read_text())
    data["signatures"][0]["sig"] = data["signatures"][0]["sig"][::-1]
    place.write_text(json.dumps(data))
    assert bench.run("measure", bench.procedure, "--out", bench.folder / "out") == 1
    assert not (bench.folder / "out").exists()


def test_a_seal_of_a_stranger(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A seal that another key signed does not count for this laboratory's certificate."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(bench.folder / "config"))
    assert bench.run("key", "new", "other", "--dir", bench.folder) == 0
    assert bench.run("seal", bench.procedure, "--key", bench.folder / "other.pem") == 0
    bench.observe()
    record = bench.measured()
    assert bench.certify(record) == 0
    assert bench.verified(record)["seal"]["state"] == "failed"
    assert bench.run("key", "trust", bench.folder / "other.pub.pem", "--name", "Other") == 0
    found = bench.verified(record)["seal"]
    assert found["state"] == "not checked" and "Other" in found["text"]  # valid, and of another laboratory


def test_amended(bench: Bench) -> None:
    bench.observe()
    first = bench.measured()
    assert bench.certify(first) == 0
    time.sleep(1.1)
    second = bench.measured()
    amends = ("--amends", first / "certificate.html")
    assert bench.certify(second, *amends) == 2
    assert "--reason" in bench.printed
    assert bench.certify(second, *amends, "--reason", "labels were mended") == 0
    assert bench.verified(first)["status"]["state"] == "failed"
    assert "labels were mended" in bench.verified(first)["status"]["text"]
    assert bench.verified(second)["status"]["state"] == "not checked"


def test_withdrawn_by_its_own_key_only(bench: Bench) -> None:
    bench.observe()
    record = bench.measured()
    assert bench.certify(record) == 0
    assert bench.run("key", "new", "other", "--dir", bench.folder) == 0
    words = ("withdraw", record / "certificate.html", "--reason", "wrong")
    assert bench.run(*words, "--key", bench.folder / "other.pem") == 2
    assert bench.run(*words, "--key", bench.folder / "lab.pem") == 0
    assert bench.verified(record)["status"]["state"] == "failed"
