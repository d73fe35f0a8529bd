"""What ISO/IEC 17025:2017, 7.8.2.1 (letters a to p) and 7.8.6, ask of a report: present, or missing by its letter."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import ascii_lowercase

import pytest

from measurand import cli
from measurand.document.certificate import Predicate
from measurand.document.statement import Laboratory
from measurand.lab.iso17025 import Row, missing, rows
from measurand.lab.laboratory import TEMPLATE
from measurand.lab.opened import opened

LAB = {
    "name": "Laboratory Seven", "address": "12 Hill Road", "location": "on site", "authorised_by": "A. Person",
    "customer_contact": "hospital@example.org", "sampling_plan": "SP-4", "deviations": "none", "providers": "none",
    "relates_only": "The results relate only to the items measured.", "method": "M-12",
}  # fmt: skip
PROCEDURE = """\
schema = "measurand/procedure/1"
id = "T-01"
title = "Accuracy of an invented system"
[system]
name = "S"
version = "1"
digest = "sha256:{digest}"
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
source = "contract 5"
[report]
customer = "Hospital Nine"
received = "2026-11-20"
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that states everything."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "ref.csv").write_text("id,y\n" + "".join(f"{i},{i % 2}\n" for i in range(60)))
    (folder / "obs.csv").write_text("id,p\n" + "".join(f"{i},{int(i % 2 or i == 4)}\n" for i in range(60)))
    (folder / "p.measure.toml").write_text(PROCEDURE.format(digest="ab" * 32))
    out = folder / "out"
    out.mkdir()
    (out / "lab.toml").write_text("".join(f"{key} = {json.dumps(text)}\n" for key, text in LAB.items()))
    assert cli.main(["key", "new", "lab", "--dir", str(folder)]) == 0
    assert cli.main(["measure", str(folder / "p.measure.toml"), "--out", str(out)]) == 0
    record = next(path for path in out.iterdir() if path.name.startswith("T-01"))
    assert cli.main(["certify", str(record), "--key", str(folder / "lab.pem")]) == 0
    return record / "certificate.html"


@pytest.fixture(scope="module")
def predicate(page: Path) -> Predicate:
    return opened(page).statement.predicate


def letters(found: tuple[Row, ...]) -> list[str]:
    return [row.clause for row in found]


def test_every_letter_of_the_clauses_has_one_row(predicate: Predicate) -> None:
    expected = [f"7.8.2.1 {letter}" for letter in ascii_lowercase[:16]]
    expected += ["7.8.6.1", "7.8.6.2 a", "7.8.6.2 b", "7.8.6.2 c"]
    assert letters(rows(predicate, on_page=True)) == expected


def test_a_report_that_states_everything_lacks_nothing(predicate: Predicate) -> None:
    found = rows(predicate, on_page=False)
    assert missing(found) == ()
    assert {row.state for row in found} == {"present"}


WITHOUT = {
    "address": "b", "location": "c", "customer_contact": "e", "sampling_plan": "k", "deviations": "n",
    "authorised_by": "o", "providers": "p", "relates_only": "l",
}  # fmt: skip


@pytest.mark.parametrize("key", WITHOUT)
def test_a_key_of_the_laboratory_that_is_left_out_is_missed_at_its_letter(predicate: Predicate, key: str) -> None:
    left = Laboratory.model_validate({name: text for name, text in LAB.items() if name != key})
    found = missing(rows(predicate.model_copy(update={"laboratory": left}), on_page=False))
    assert letters(found) == [f"7.8.2.1 {WITHOUT[key]}"]
    assert key in found[0].needs or key == "relates_only"


CHANGED: dict[str, tuple[dict[str, object], str]] = {
    "customer": ({"customer": ""}, "7.8.2.1 e"),
    "received": ({"received": ""}, "7.8.2.1 h"),
    "digest of the system": ({"systems": ({"id": "s", "name": "S", "version": "1"},)}, "7.8.2.1 g"),
    "results": ({"results": (), "decisions": ()}, "7.8.2.1 m"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_the_procedure_does_not_state_is_missed(predicate: Predicate, name: str) -> None:
    change, clause = CHANGED[name]
    assert letters(missing(rows(predicate.model_copy(update=change), on_page=True))) == [clause]


def test_conformity_is_asked_for_only_when_it_is_stated(predicate: Predicate) -> None:
    none = rows(predicate.model_copy(update={"decisions": ()}), on_page=True)
    assert [row.state for row in none if row.clause.startswith("7.8.6")] == ["not applicable"] * 4
    decision = predicate.decisions[0]
    bare = decision.model_copy(update={"requirement": decision.requirement.model_copy(update={"source": ""})})
    assert letters(missing(rows(predicate.model_copy(update={"decisions": (bare,)}), on_page=True))) == ["7.8.6.2 b"]
    other = decision.model_copy(update={"measurand": "another"})
    assert letters(missing(rows(predicate.model_copy(update={"decisions": (other,)}), on_page=True))) == ["7.8.6.2 a"]


def test_what_nobody_says_is_missed_and_what_cannot_be_is_not(predicate: Predicate) -> None:
    silent = predicate.model_copy(update={"laboratory": Laboratory(name="unnamed laboratory")})
    found = {row.clause[-1]: row for row in rows(silent, on_page=True) if row.clause.startswith("7.8.2.1")}
    assert {letter for letter, row in found.items() if row.state == "missing"} == set("bceknop")
    assert found["l"].state == "present"  # the page says it
    own = predicate.evidence.model_copy(update={"instrument": {"access": "python"}}) if predicate.evidence else None
    live = silent.model_copy(update={"evidence": own})
    assert next(row for row in rows(live, on_page=True) if row.clause.endswith("p")).state == "not applicable"


def test_the_command_lists_the_letters_and_ends_with_3_while_one_is_missing(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    key = str(page.parent.parent.parent / "lab.pub.pem")
    capsys.readouterr()
    assert cli.main(["verify", str(page), "--key", key, "--17025"]) == 0
    text = capsys.readouterr().out
    assert "20 present, 0 missing" in text
    assert not re.search(r"compliant|accredit", text, re.IGNORECASE)
    assert cli.main(["verify", str(page), "--key", key, "--17025", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["iso17025"]
    assert [row["clause"] for row in listed][:2] == ["7.8.2.1 a", "7.8.2.1 b"]


def test_the_keys_of_the_template_are_those_that_are_read() -> None:
    named = set(re.findall(r"^#? ?(\w+) +=", TEMPLATE, re.MULTILINE))
    assert named == set(Laboratory.model_fields)


def test_the_page_shows_what_the_laboratory_states(page: Path) -> None:
    shown = page.read_text(encoding="utf-8")
    for key in ("customer_contact", "method", "sampling_plan", "deviations", "providers", "relates_only"):
        assert re.search(rf'laboratory/{key}"[^>]*>{re.escape(LAB[key])}<', shown), key
