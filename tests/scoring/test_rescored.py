"""A record's texts scored another way: against published grades, without writing, and with what is wrong named."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main

GSM8K = Path(__file__).parent.parent / "cases" / "gsm8k_answers.csv"
"""Final answers with the grades that OpenAI published (see test_scoring.py)."""
PROCEDURE = """\
schema = "measurand/procedure/1"
id = "TEXTS-01"
system = { name = "s", version = "1" }
observations = { file = "t.csv", item = "id", output = "said" }
reference = { file = "t.csv", value = "truth" }
scoring = { kind = "exact" }
sampling = { population = "p" }
status = { unscored = "wrong" }
measurand = [ { id = "right", quantity = "proportion" } ]
"""


def published() -> list[tuple[str, str, str, str]]:
    with GSM8K.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == "175b_verification"]
    return [(row["item"], row["final_answer"], row["answer"], row["correct"]) for row in rows]


def stored(folder: Path, capsys: Any, rows: list[tuple[str, str, str]], procedure: str = PROCEDURE) -> Path:
    with (folder / "t.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "said", "truth"), *rows])
    (folder / "p.measure.toml").write_text(procedure, encoding="utf-8")
    assert main(["measure", str(folder / "p.measure.toml"), "--out", str(folder / "out"), "-q"]) == 0
    capsys.readouterr()
    (record,) = [path for path in (folder / "out").iterdir() if not path.name.startswith(".")]
    return record


@pytest.fixture
def record(tmp_path: Path, capsys: Any) -> Iterator[Path]:
    yield stored(tmp_path, capsys, [row[:3] for row in published()])


def again(record: Path, scoring: str, capsys: Any) -> tuple[int, Any, str]:
    file = record.parent / "other.toml"
    file.write_text(scoring, encoding="utf-8")
    code = main(["evaluate", str(record), "--scoring", str(file), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_the_published_share_from_a_record_that_was_scored_otherwise(record: Path, capsys: Any) -> None:
    rows = published()
    before = {path.name: path.read_bytes() for path in record.iterdir()}
    code, found, said = again(record, '[scoring]\nkind = "number"\n', capsys)
    assert (code, found["schema"], found["texts"]) == (0, "measurand/rescored/1", len(rows))
    assert found["results"][0]["value"] == pytest.approx(sum(row[3] == "1" for row in rows) / len(rows), abs=1e-15)
    assert found["changed"] == sum((row[3] == "1") != (row[1].strip() == row[2]) for row in rows)
    assert "not what was measured" in said
    assert {path.name: path.read_bytes() for path in record.iterdir()} == before


def test_the_same_scoring_changes_nothing(record: Path, capsys: Any) -> None:
    _, found, _ = again(record, '[scoring]\nkind = "exact"\n', capsys)
    main(["show", str(record), "--json"])
    shown = json.loads(capsys.readouterr().out)
    assert found["changed"] == 0
    assert found["results"] == shown["results"]
    assert found["evidence"] == shown["evidence"]


@pytest.mark.parametrize(
    ("scoring", "code", "says"),
    [
        ('[scoring]\nkind = "choice"\n', "M0334", "class"),
        ('id = "x"\n[scoring]\nkind = "exact"\n', "M0205", "nothing else"),
        ('[scoring]\nkind = "regex"\n', "M0205", "pattern"),
        ('[scoring]\nkind = "regex"\npattern = "("\n', "M0302", "regular expression"),
        ('[scoring]\nkind = "numbers"\n', "M0303", "number"),
        ("[scoring", "M0102", ""),
        ("", "M0205", "nothing else"),
    ],
)
def test_another_file_that_is_no_scoring(record: Path, capsys: Any, scoring: str, code: str, says: str) -> None:
    ended, found, _ = again(record, scoring, capsys)
    assert ended == 2
    assert any(one["code"] == code and says in one["message"] for one in found["findings"])
    assert all(one["file"].endswith("other.toml") for one in found["findings"])


def test_a_file_that_is_not_there(record: Path, capsys: Any) -> None:
    assert main(["evaluate", str(record), "--scoring", str(record / "none.toml")]) == 2
    assert "M0106" in capsys.readouterr().err


def test_a_record_without_texts(tmp_path: Path, capsys: Any) -> None:
    procedure = PROCEDURE.replace('output = "said"', 'value = "said"').replace('scoring = { kind = "exact" }\n', "")
    record = stored(tmp_path, capsys, [(str(n), str(n % 2), "1") for n in range(30)], procedure)
    code, found, _ = again(record, '[scoring]\nkind = "exact"\n', capsys)
    assert code == 2 and found["findings"][0]["code"] == "M0735"


def test_declared_classes_are_choices(tmp_path: Path, capsys: Any) -> None:
    """A letter that is never right is an answer too."""
    procedure = (
        PROCEDURE.replace('kind = "exact"', 'kind = "choice"')
        .replace('value = "truth"', 'value = "truth", classes = ["A", "B", "C"]')
        .replace('"proportion"', '"accuracy"')
    )
    rows = [("1", "Answer: C", "A"), *((str(n), "A" if n % 3 else "B", "A" if n % 2 else "B") for n in range(2, 40))]
    record = stored(tmp_path, capsys, rows, procedure)
    assert "unscored" not in json.loads((record / "evidence.json").read_bytes())["counts"]
    _, found, _ = again(record, '[scoring]\nkind = "choice"\n', capsys)
    assert found["changed"] == 0
    ended, found, _ = again(record, '[scoring]\nkind = "choice"\nchoices = ["A", "B", "C", "D"]\n', capsys)
    assert ended == 0 and found["changed"] == 0
