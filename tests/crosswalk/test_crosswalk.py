"""Which fields are evidence for which requirement: the data as delivered, and nothing found that is not there."""

from __future__ import annotations

import csv
import json
import os
import re
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main
from measurand.document.crosswalk import Entry
from measurand.lab.crosswalk import applies
from measurand.lab.crosswalk_data import requirements

Make = Callable[..., Path]
Capture = pytest.CaptureFixture[str]
NEVER = (
    "drift_monitoring", "human_oversight", "independence", "interlaboratory", "impact", "explainability", "competence",
    "change_control", "incident", "test_environment",
)  # fmt: skip
"""Kinds of evidence that no certificate holds."""


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Measure 60 invented items; returns the record's folder."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def made(measurands: str, *, more: str = "", reference: str = "") -> Path:
        with (tmp_path / "t.csv").open("w", newline="") as stream:
            out = csv.writer(stream)
            out.writerow(["item", "site", "prompt", "answer", "score", "truth"])
            for i in range(60):
                for p in ("p0", "p1", "p2"):
                    truth = i % 2
                    answer = truth if (i * 7 + len(p) + ord(p[1])) % 5 else 1 - truth
                    out.writerow([f"i{i}", "ab"[i % 4 // 2], p, answer, 0.2 + 0.6 * answer + (i % 10) / 100, truth])
        (tmp_path / "t.measure.toml").write_text(
            'schema = "measurand/procedure/1"\nid = "T"\nsystem = [ { id = "A", name = "A" } ]\n'
            'observations = { file = "t.csv", item = "item", value = "answer", score = "score" }\n'
            f'reference = {{ file = "t.csv", item = "item", value = "truth"{reference} }}\n'
            'sampling = { population = "invented" }\n'
            f'factor = [ {{ id = "prompt", column = "prompt", effect = "random" }} ]\n{more}'
            f"measurand = [ {measurands} ]\n"
        )
        assert main(["measure", str(tmp_path / "t.measure.toml"), "--out", str(tmp_path / "out"), "-q"]) in (0, 1, 3)
        (folder,) = (tmp_path / "out").iterdir()
        return folder

    return made


ACCURACY = '{ id = "acc", quantity = "accuracy" }'


def found(capsys: Capture, file: Path, *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["crosswalk", str(file), "--json", "--on", "2026-11-24", *words]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def kinds(view: dict[str, Any]) -> set[str]:
    return {f["kind"] for f in view["found"]}


def test_the_394_entries_are_those_that_were_collected() -> None:
    """Against the collection itself, where it is at hand: every field of every entry."""
    entries = {e.id: e for e in requirements().entries}
    assert len(entries) == 394
    folder = Path(os.environ.get("MEASURAND_CROSSWALK", "/nowhere"))
    if not folder.is_dir():
        pytest.skip("MEASURAND_CROSSWALK does not name the collection")
    yaml = pytest.importorskip("yaml", reason="PyYAML reads the collection")
    for file in folder.glob("*.yaml"):
        for row in yaml.safe_load(file.read_text(encoding="utf-8")).get("entries", ()):
            own = entries[row["id"]].model_dump()
            for name, value in row.items():
                given = value if isinstance(value, list) else " ".join(str(value).split())
                assert (list(own[name]) if isinstance(value, list) else own[name]) == given, (row["id"], name)


def test_every_entry_is_of_one_regime() -> None:
    asked = requirements()
    of = [e.id for name in asked.regimes for e in asked.of(name)]
    assert sorted(of) == sorted(e.id for e in asked.entries)


def test_evidence_of_a_plain_measurement(make: Make, capsys: Capture) -> None:
    view = found(capsys, make(ACCURACY))
    assert kinds(view) == {
        "accuracy", "uncertainty", "sample_size", "reproducibility", "metric_validity", "traceability",
    }  # fmt: skip
    for regime in view["regimes"]:
        for row in regime["asked"]:
            assert set(row["present"]) <= kinds(view) and not set(row["absent"]) & kinds(view)
            assert set(row["present"]) | set(row["absent"]) == set(row["kinds"])
            assert not set(row["present"]) & set(NEVER)
        counted = [not row["absent"] for row in regime["asked"]]
        assert regime["all_kinds"] == sum(counted)
        assert regime["all_kinds"] + regime["some_kinds"] + regime["none"] == len(regime["asked"])


@pytest.mark.parametrize(("measurands", "more", "reference", "kind"), [
    ('{ id = "acc", quantity = "accuracy", by = "site" }', "", "", "subgroup"),
    ('{ id = "gap", quantity = "accuracy", contrast = { over = "site", kind = "gap" } }', "", "", "subgroup"),
    ('{ id = "acc", quantity = "accuracy", by = "prompt" }', "", "", "robustness"),
    ('{ id = "b", quantity = "brier_score", positive = "1" }', "", "", "calibration"),
    (ACCURACY, "", ", error = { rate = { value = 0.03, standard_uncertainty = 0.01 }, independent = true }",
     "data_quality"),
    (ACCURACY, 'requirement = [ { measurand = "acc", lower_limit = 0.5 } ]\n', "", "conformity_decision"),
])  # fmt: skip
def test_each_kind_is_found_where_it_is_and_only_there(
    make: Make, capsys: Capture, measurands: str, more: str, reference: str, kind: str
) -> None:  # fmt: skip
    view = found(capsys, make(measurands, more=more, reference=reference), "--regime", "eu-ai-act")
    assert kind in kinds(view)
    (one,) = {f["where"].partition("[")[0] for f in view["found"] if f["kind"] == kind}
    assert one == ("decisions" if kind == "conformity_decision" else "results")


def test_a_certificate_and_a_damaged_one(make: Make, capsys: Capture, tmp_path: Path) -> None:
    folder = make(ACCURACY)
    record = found(capsys, folder)
    assert main(["key", "new", "lab", "--dir", str(tmp_path)]) == 0
    assert main(["certify", str(folder), "--key", str(tmp_path / "lab.pem")]) == 0
    signed = found(capsys, folder / "certificate.html")
    assert [f for f in signed["found"] if f["kind"] != "traceability"] == [
        f for f in record["found"] if f["kind"] != "traceability"
    ]
    assert any("not signed" in text for text in record["remarks"]) and len(signed["remarks"]) == 2
    damaged = tmp_path / "damaged.json"
    damaged.write_bytes((folder / "certificate.json").read_bytes().replace(b'"payload":"', b'"payload":"A', 1))
    assert main(["crosswalk", str(damaged)]) in (1, 2)


def test_drafts_and_dates_are_marked(make: Make, capsys: Capture) -> None:
    folder = make(ACCURACY)
    capsys.readouterr()
    assert main(["crosswalk", str(folder), "--regime", "medical", "--on", "2026-11-24"]) == 0
    out = capsys.readouterr().out
    assert "DRAFT" in out and not re.search(r"\bcompliant\b", out) and max(map(len, out.splitlines())) <= 80
    later = Entry(
        id="a.b", instrument="", clause="", kind="law", issuer="", jurisdiction="", sector="", binding="binding_future",
        applies_from="2027-12-02 (some); 2028-08-02 (others)", requirement="", evidence=("accuracy",), confirmed="read",
        reading="text", source="",
    )  # fmt: skip
    assert [applies(later, day) for day in ("2027-12-01", "2027-12-02")] == ["later", "now"]
    unknown = later.model_copy(update={"applies_from": ""})
    assert applies(unknown, "2030-01-01") == "later"
    assert applies(unknown.model_copy(update={"binding": "guidance"}), "2030-01-01") == "not stated"


def test_the_page_the_list_and_an_unknown_regime(make: Make, capsys: Capture, tmp_path: Path) -> None:
    folder, page = make(ACCURACY), tmp_path / "page.html"
    assert main(["crosswalk", str(folder), "--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and all(r.title in text for r in list(requirements().regimes.values())[:1])
    assert "DRAFT" in text and "SUPERSEDED" in text
    capsys.readouterr()
    assert main(["crosswalk", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert sum(r["requirements"] for r in listed["regimes"]) == 394
    assert main(["crosswalk", str(folder), "--regime", "eu"]) == 2
    assert "eu-ai-act" in capsys.readouterr().err


def test_oscal_has_observations_and_no_findings(make: Make, capsys: Capture, tmp_path: Path) -> None:
    folder, files = make(ACCURACY), [tmp_path / f"{n}.oscal.json" for n in "ab"]
    for file in files:
        assert main(["crosswalk", str(folder), "--on", "2026-11-24", "--out", str(file)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    whole = json.loads(files[0].read_bytes())["assessment-results"]
    assert len(whole["results"]) == len(requirements().regimes)
    assert not any("findings" in result for result in whole["results"])
    assert sum(len(result["observations"]) for result in whole["results"]) == 394
    view = found(capsys, folder)
    rows = {row["id"]: row for regime in view["regimes"] for row in regime["asked"]}
    for result in whole["results"]:
        controls = result["reviewed-controls"]["control-selections"][0]["include-controls"]
        for control, seen in zip(controls, result["observations"], strict=True):
            assert bool(rows[control["control-id"]]["present"]) == ("relevant-evidence" in seen)


def test_the_data_name_kinds_and_quantities_that_exist() -> None:
    from measurand.document.result import COMPONENTS
    from measurand.lab.pack import definitions

    for kind in requirements().kinds.values():
        assert set(kind.quantities) <= set(definitions()) and set(kind.components) <= set(COMPONENTS)
    folder = resources.files("measurand") / "crosswalk"
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            tomllib.loads(file.read_text(encoding="utf-8"))
