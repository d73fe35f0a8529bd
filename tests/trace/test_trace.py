"""The chain of a certificate: complete when everything is stated, and each missing link named by its own name."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from measurand import cli

PROCEDURE = """\
schema = "measurand/procedure/1"
id = "T-01"
title = "Accuracy of an invented system"
{system}
[reference]
file = "ref.csv"
item = "id"
{labels}
[observations]
file = "obs.csv"
item = "id"
value = "p"
[sampling]
population = "cases"
[[measurand]]
id = "acc"
quantity = "accuracy"
"""
SYSTEM = '[system]\nname = "S"\nversion = "1"\ndigest = "sha256:{}"\nsettings = {{ harness = "own 1.2" }}\n'.format(
    "ab" * 32
)
LABELS = 'annotators = ["y", "z"]'
SET = """\
schema = "measurand/reference-file/1"
id = "{id}"
title = "Invented labels"
tier = "{tier}"
intended_use = "trying"
provenance = "invented"
licence = "CC0-1.0"
expires = {expires}
[data]
file = "ref.csv"
item = "id"
{higher}
[labels]
annotators = ["y", "z"]
"""


class Bench:
    """A working folder with a laboratory, and the command line as a function."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.procedure = folder / "p.measure.toml"
        rows = [f"{i},{i % 2},{i % 2 if i % 17 else 1 - i % 2}\n" for i in range(60)]
        (folder / "ref.csv").write_text("id,y,z\n" + "".join(rows))
        assert self.run("key", "new", "lab", "--dir", folder) == 0

    def run(self, *words: object) -> int:
        self.capsys.readouterr()
        return cli.main([str(word) for word in words])

    def printed(self) -> str:
        out, err = self.capsys.readouterr()
        return out + err

    def reference(self, name: str, *, tier: str = "standard", higher: str = "", expires: str = "2999-01-01") -> Path:
        """Certify the reference data."""
        above = f'[higher]\ncertificate = "{higher}"' if higher else ""
        file = self.folder / f"{name}.toml"
        file.write_text(SET.format(id=name.upper(), tier=tier, higher=above, expires=expires))
        assert self.run("reference", "certify", file, "--key", self.folder / "lab.pem") == 0, self.printed()
        return file.with_name(f"{name}.reference.json")

    def certificate(
        self, *, system: str = SYSTEM, labels: str = LABELS, seal: bool = True, known: bool = True, name: str = "Lab",
        under: str = "set",
    ) -> Path:  # fmt: skip
        """Measure, bound to the certificate ``under`` of the reference data, and certify. Returns the page."""
        if under == "set":
            self.reference("set")
        labels += f'\ncertificate = "{under}.reference.json"' if under else ""
        if known:
            assert self.run("key", "trust", self.folder / "lab.pub.pem", "--name", "lab") == 0
        self.procedure.write_text(PROCEDURE.format(system=system, labels=labels))
        if seal:
            assert self.run("seal", self.procedure, "--key", self.folder / "lab.pem") == 0
        (self.folder / "obs.csv").write_text("id,p\n" + "".join(f"{i},{int(i % 2 or i == 4)}\n" for i in range(60)))
        out = self.folder / "out"
        out.mkdir()
        if name:
            (out / "lab.toml").write_text(f'name = "{name}"\n')
        assert self.run("measure", self.procedure, "--out", out) == 0
        record = next(path for path in out.iterdir() if path.name.startswith("T-01"))
        assert self.run("certify", record, "--key", self.folder / "lab.pem") == 0
        return record / "certificate.html"

    def chain(self, page: Path, *words: object, references: tuple[str, ...] = ("set",)) -> dict[str, object]:
        named = [self.folder / f"{name}.reference.json" for name in references]
        shown = [word for path in named if path.exists() for word in ("--reference", path)]
        code = self.run("trace", page, "--json", *shown, *words)
        found = json.loads(self.printed())
        assert found["exit"] == code
        return found


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Bench(tmp_path, capsys)


def lacking(found: dict[str, object], state: str = "missing") -> list[str]:
    return [node["kind"] for node in found["nodes"] if node["state"] == state]  # type: ignore[attr-defined]


BARE = '[system]\nname = "S"\nversion = "1"\n'
GAPS: dict[str, tuple[dict[str, object], list[str]]] = {
    "everything stated": ({}, []),
    "unknown key": ({"known": False}, ["key", "key"]),  # of the certificate, and of that of the reference data
    "no laboratory": ({"name": ""}, ["laboratory"]),
    "no seal": ({"seal": False}, ["seal"]),
    "no digest, no harness": ({"system": BARE}, ["system", "harness"]),
    "one label each": ({"labels": 'value = "y"', "under": ""}, ["reference_certificate", "labels"]),
}


@pytest.mark.parametrize("name", GAPS)
def test_each_missing_link_is_named_and_no_other(bench: Bench, name: str) -> None:
    asked, expected = GAPS[name]
    found = bench.chain(bench.certificate(**asked))  # type: ignore[arg-type]
    assert lacking(found) == expected
    assert lacking(found, "broken") == []
    assert found["exit"] == (3 if expected else 0)
    assert all(node["needs"] for node in found["nodes"] if node["state"] != "found")  # type: ignore[attr-defined]


def test_edges_join_known_nodes_and_reach_all(bench: Bench) -> None:
    found = bench.chain(bench.certificate())
    ids = [node["id"] for node in found["nodes"]]  # type: ignore[attr-defined]
    edges = [(edge["source"], edge["target"]) for edge in found["edges"]]  # type: ignore[attr-defined]
    assert len(set(ids)) == len(ids)
    assert {end for edge in edges for end in edge} == set(ids)
    assert {target for _, target in edges} == set(ids[1:])
    assert ("result:1", "procedure") in edges and ("result:1", "evidence") in edges


def test_evidence_that_is_nowhere_is_missing_and_supplied_by_naming_it(bench: Bench) -> None:
    page = bench.certificate()
    alone = bench.folder / "alone" / "certificate.json"
    alone.parent.mkdir()
    alone.write_bytes(page.with_suffix(".json").read_bytes())
    assert lacking(bench.chain(alone)) == ["evidence"]
    assert lacking(bench.chain(alone, "--evidence", page.parent)) == []
    archive = shutil.make_archive(str(bench.folder / "record"), "zip", page.parent)
    assert lacking(bench.chain(alone, "--evidence", archive)) == []
    assert bench.run("trace", alone, "--evidence", bench.folder / "nowhere") == 2
    assert "nowhere" in bench.printed()


def _flip(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]


def _other_evidence(page: Path) -> None:
    inside = re.compile(rb'(id="evidence">)(.*?)(</script>)', re.DOTALL)
    match = inside.search(page.read_bytes())
    assert match
    other = base64.b64encode(gzip.compress(_flip(gzip.decompress(base64.b64decode(match[2])))))
    page.write_bytes(inside.sub(lambda m: m[1] + other + m[3], page.read_bytes()))


def _other_signature(page: Path) -> None:
    original = page.with_suffix(".json")
    envelope = json.loads(original.read_bytes())
    envelope["signatures"][0]["sig"] = base64.b64encode(
        _flip(base64.b64decode(envelope["signatures"][0]["sig"]))
    ).decode()
    original.write_text(json.dumps(envelope, separators=(",", ":"), sort_keys=True))


BROKEN: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "evidence": (_other_evidence, "certificate.html", "evidence"),
    "signature": (_other_signature, "certificate.json", "certificate"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_link_that_does_not_hold_is_not_called_missing(bench: Bench, name: str) -> None:
    change, file, kind = BROKEN[name]
    page = bench.certificate()
    change(page)
    found = bench.chain(page.with_name(file))
    assert kind in lacking(found, "broken")
    assert found["exit"] == 1


def test_a_withdrawn_certificate_does_not_hold(bench: Bench) -> None:
    page = bench.certificate()
    key = bench.folder / "lab.pem"
    assert bench.run("withdraw", page, "--key", key, "--reason", "wrong table") == 0
    found = bench.chain(page)
    assert lacking(found, "broken") == ["certificate"]
    assert found["exit"] == 1


def test_inputs_rest_on_their_sources(bench: Bench) -> None:
    """GUM H.1 as a procedure: an input without a source is a missing link of its own."""
    budget = """\
schema = "measurand/procedure/1"
id = "B-01"
[[input]]
id = "a"
distribution = "normal"
value = 1.0
standard_uncertainty = 0.1
source = "calibration certificate 1"
[[input]]
id = "b"
distribution = "normal"
value = 2.0
standard_uncertainty = 0.2
[[measurand]]
id = "sum"
model = "a + b"
"""
    (bench.folder / "b.measure.toml").write_text(budget)
    assert bench.run("measure", bench.folder / "b.measure.toml", "--out", "out") == 0
    record = next(path for path in (bench.folder / "out").iterdir() if path.name.startswith("B-01"))
    assert bench.run("certify", record, "--key", bench.folder / "lab.pem") == 0
    found = bench.chain(record / "certificate.html", "--key", bench.folder / "lab.pub.pem")
    gaps = [node["id"] for node in found["nodes"] if node["state"] == "missing"]  # type: ignore[attr-defined]
    assert gaps == ["laboratory", "seal", "input:b"]


def test_tree_and_picture_show_every_link(bench: Bench) -> None:
    page = bench.certificate(labels='value = "y"', under="")
    svg = bench.folder / "chain.svg"
    assert bench.run("trace", page, "--svg", svg) == 3
    text = bench.printed()
    assert text.count("[MISSING]") == 2 and "reference.annotators" in text and "2 missing links:" in text
    drawn = ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    words = "".join(drawn.itertext())
    assert words.count("MISSING") == 2
    for node in bench.chain(page)["nodes"]:  # type: ignore[attr-defined]
        assert (node["digest"] or "sha256:")[:19] in text
    assert "http" not in svg.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert bench.run("trace", page, "--svg", svg) == 2  # never written over
    assert bench.run("trace", bench.folder / "ref.csv") == 2


def test_a_chain_of_tiers_is_walked_to_its_top(bench: Bench) -> None:
    bench.reference("top", tier="highest")
    bench.reference("middle", higher="top.reference.json")
    bench.reference("low", tier="test", higher="middle.reference.json")
    page = bench.certificate(under="low")
    whole = bench.chain(page, references=("low", "middle", "top"))
    kinds = [(node["name"], node["state"]) for node in whole["nodes"] if node["kind"] == "reference_certificate"]  # type: ignore[attr-defined]
    assert [name.split()[0] for name, _ in kinds] == ["LOW", "MIDDLE", "TOP"]
    assert lacking(whole) == [] and whole["exit"] == 0
    for references in (("low",), ("low", "top")):  # a hole below the top, too, is one missing link
        assert lacking(bench.chain(page, references=references)) == ["reference_certificate"]
    assert lacking(bench.chain(page, references=())) == ["reference_certificate"]


def test_a_certificate_of_other_reference_data_does_not_supply_the_link(bench: Bench) -> None:
    page = bench.certificate()
    other = (bench.folder / "ref.csv").read_text().replace("0,0,1", "0,1,1")
    (bench.folder / "ref.csv").write_text(other)
    bench.reference("other")
    assert lacking(bench.chain(page, references=("other",))) == ["reference_certificate"]


def test_a_certificate_that_was_not_bound_is_found_by_its_data(bench: Bench) -> None:
    page = bench.certificate(labels='value = "y"', under="")
    bench.reference("late")
    found = bench.chain(page, references=("late",))
    late = next(node for node in found["nodes"] if node["kind"] == "reference_certificate")  # type: ignore[attr-defined]
    assert late["state"] == "found"  # issued after observing: the data have not changed
    assert lacking(found) == []


def test_an_expired_certificate_of_reference_data_does_not_hold(bench: Bench) -> None:
    page = bench.certificate(under="")
    later = json.loads((bench.reference("old")).read_bytes())
    stated = json.loads(base64.b64decode(later["payload"]))
    stated["predicate"]["expires"] = "2000-01-01"
    later["payload"] = base64.b64encode(
        json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).decode()
    (bench.folder / "old.reference.json").write_text(json.dumps(later, sort_keys=True, separators=(",", ":")))
    found = bench.chain(page, references=("old",))
    assert lacking(found, "broken")[0] == "reference_certificate" and found["exit"] == 1


def test_evidence_that_stays_in_the_laboratory_is_a_link_by_its_commitment(bench: Bench) -> None:
    labels = f'{LABELS}\ncertificate = "set.reference.json"\n[report]\ndisclosure = "private"'
    bench.reference("set")
    page = bench.certificate(labels=labels, under="")
    alone = bench.folder / "alone" / "certificate.html"
    alone.parent.mkdir()
    alone.write_bytes(page.read_bytes())
    found = bench.chain(alone)
    evidence = next(node for node in found["nodes"] if node["kind"] == "evidence")  # type: ignore[attr-defined]
    assert evidence["state"] == "found" and "private" in evidence["detail"]
    assert lacking(found) == [] and found["exit"] == 0
