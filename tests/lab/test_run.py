"""Runs: evidence of recorded tables and of a callable, independent of order, locale, time zone and interruption."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.document.definition import Definition
from measurand.document.procedure import Procedure
from measurand.errors import MeasurandError, RunError, TableError
from measurand.lab.run import run

ACCURACY = Definition(
    id="accuracy",
    statistic="accuracy",
    roles={"predicted": "value", "truth": "reference"},
    title="accuracy",
    words="",
    formula="",
    assumptions="",
    source="",
)
BRIER = ACCURACY.model_copy(
    update={"id": "brier_score", "kind": "probability", "roles": {"score": "score", "truth": "reference"}}
)
DEFINITIONS = {"accuracy": ACCURACY, "brier_score": BRIER}


def recorded(**changes: Any) -> Procedure:
    found: dict[str, Any] = {
        "id": "T",
        "title": "T",
        "system": [{"id": "s"}],
        "observations": {"file": ["p.csv"], "format": "csv", "item": ["case"], "value": "y", "score": "p"},
        "reference": {"file": ["r.csv"], "format": "csv", "item": ["case"], "value": "truth"},
        "sampling": {"cluster": ["patient"], "weight": "w"},
        "measurand": [
            {"id": "a", "quantity": "accuracy", "estimand": "benchmark", "where": {"age": ["old"]}},
            {"id": "b", "quantity": "brier_score", "estimand": "benchmark", "positive": "1"},
        ],
    }
    found["observations"] |= changes.pop("observations", {})
    found["reference"] |= changes.pop("reference", {})
    return Procedure.model_validate(found | changes)


PREDICTIONS = "case,y,p\n1,1,0.9\n2,0,0.2\n3,1.0,0.7\n"
REFERENCE = "case,truth,patient,w,age\n1,1,A,1,old\n2,1,A,1,young\n3,0,B,2,old\n4,0,B,2,old\n"


def write(folder: Path, predictions: str = PREDICTIONS, reference: str = REFERENCE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "p.csv").write_text(predictions)
    (folder / "r.csv").write_text(reference)
    return folder


def made(folder: Path, procedure: Procedure | None = None):  # type: ignore[no-untyped-def]
    return run(procedure or recorded(), DEFINITIONS, folder=folder, journals=folder / "journals")


def test_evidence_of_a_table(tmp_path: Path) -> None:
    found = made(write(tmp_path))
    columns = found.table.columns
    held = ["cluster", "reference", "weight", "column:age"]
    assert list(columns) == ["system", "item", "repeat", "status", "reason", "score", "value", *held]
    assert list(columns["item"]) == ["1", "2", "3", "4"]
    assert list(columns["status"]) == ["ok", "ok", "ok", "missing"]
    assert list(columns["value"]) == ["1", "0", "1", ""]
    assert columns["score"][:3].tolist() == [0.9, 0.2, 0.7]
    assert np.isnan(columns["score"][3])
    assert list(columns["column:age"]) == ["old", "young", "old", "old"]
    assert found.evidence.counts == {"ok": 3, "missing": 1}
    assert (found.evidence.rows, found.evidence.items) == (4, 4)


def _shuffled(text: str, seed: int) -> str:
    head, *rows = text.splitlines()
    random.Random(seed).shuffle(rows)
    return "\n".join([head, *rows]) + "\n"


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_changes_nothing(tmp_path: Path, seed: int) -> None:
    first = made(write(tmp_path / "a"))
    second = made(write(tmp_path / "b", _shuffled(PREDICTIONS, seed), _shuffled(REFERENCE, seed + 1)))
    assert first.parquet == second.parquet
    assert first.evidence == second.evidence
    assert first.salt == second.salt


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_run import made
found = made(Path(sys.argv[1]))
sys.stdout.write(found.evidence.table_sha256 + found.evidence.model_dump_json())
"""


@pytest.mark.parametrize(
    "machine", [{"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "77", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}]
)
def test_machine_changes_nothing(tmp_path: Path, machine: dict[str, str]) -> None:
    folder = write(tmp_path)
    here = made(folder).evidence
    script = SCRIPT.format(here=str(Path(__file__).parent))
    there = subprocess.run(
        [sys.executable, "-c", script, str(folder)], env={**os.environ, **machine}, capture_output=True, check=True
    )
    assert there.stdout.decode() == here.table_sha256 + here.model_dump_json()


BROKEN: list[tuple[str, dict[str, str], dict[str, Any], str, int]] = [
    ("duplicate observation", {"predictions": PREDICTIONS + "1,0,0.5\n"}, {}, "M0406", 5),
    ("duplicate item", {"reference": REFERENCE + "1,1,A,1,old\n"}, {}, "M0406", 6),
    ("item without reference", {"predictions": PREDICTIONS + "9,0,0.5\n"}, {}, "M0412", 5),
    ("weight zero", {"reference": REFERENCE.replace("B,2", "B,0")}, {}, "M0407", 4),
    ("decimal comma", {"predictions": PREDICTIONS.replace("0.7", '"0,7"')}, {}, "M0402", 4),
    ("NaN", {"predictions": PREDICTIONS.replace("0.7", "nan")}, {}, "M0403", 4),
    ("not a probability", {"predictions": PREDICTIONS.replace("0.7", "1.7")}, {}, "M0408", 4),
    ("no cluster", {"reference": REFERENCE.replace("1,1,A", "1,1,")}, {}, "M0404", 2),
    ("no reference value", {"reference": REFERENCE.replace("1,1,A", "1,,A")}, {}, "M0404", 2),
    ("no value", {"predictions": PREDICTIONS.replace("2,0,", "2,,")}, {}, "M0404", 3),
    ("class", {}, {"reference": {"classes": ["1", "2"]}}, "M0405", 4),
    ("column", {}, {"observations": {"score": "q"}}, "M0411", 0),
    ("column of where", {"reference": REFERENCE.replace("age", "years")}, {}, "M0411", 0),
]


@pytest.mark.parametrize(("texts", "changes", "code", "row"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_broken(tmp_path: Path, texts: dict[str, str], changes: dict[str, Any], code: str, row: int) -> None:
    folder = write(tmp_path, **texts)
    with pytest.raises(TableError) as caught:
        made(folder, recorded(**changes))
    finding = caught.value.findings[0]
    assert (finding.code, finding.line) == (code, row)
    assert "{" not in finding.message + finding.hint


def test_one_file_for_both(tmp_path: Path) -> None:
    text = "case,run,y,truth\n1,1,1,1\n1,2,0,1\n2,1,0,0\n2,2,0,0\n"
    (tmp_path / "p.csv").write_text(text)
    procedure = recorded(
        observations={"repeat": "run", "score": None},
        reference={"file": ["p.csv"]},
        sampling={},
        measurand=[{"id": "a", "quantity": "accuracy", "estimand": "benchmark"}],
    )
    assert list(made(tmp_path, procedure).table.columns["reference"]) == ["1", "1", "0", "0"]
    (tmp_path / "p.csv").write_text(text.replace("1,2,0,1", "1,2,0,0"))
    with pytest.raises(TableError, match="item 1 has truth = 1 elsewhere and truth = 0 here"):
        made(tmp_path, procedure)


def test_censored(tmp_path: Path) -> None:
    reference = "case,truth,patient,w,age,lost\n1,1,A,1,old,0\n2,,A,1,young,yes\n3,0,B,2,old,\n4,,B,2,old,true\n"
    found = made(write(tmp_path, reference=reference), recorded(reference={"censored": "lost"}))
    assert list(found.table.columns["status"]) == ["ok", "censored", "ok", "censored"]


def test_status(tmp_path: Path) -> None:
    folder = write(tmp_path, "case,y,p,state\n1,1,0.9,ok\n2,,,refused\n3,1,0.7,\n4,1,0.1,ok\n")
    procedure = recorded(observations={"status": "state"}, status={"refused": "exclude"})
    found = made(folder, procedure)
    assert list(found.table.columns["status"]) == ["ok", "refused", "ok", "ok"]
    assert found.evidence.excluded == {"refused": 1}


def test_annotations(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "long.csv").write_text("case,who,what\n1,bob,1\n1,ann,1.0\n3,ann,0\n")
    where = {"file": ["long.csv"], "format": "csv", "item": ["case"], "annotator": "who", "value": "what"}
    found = made(folder, recorded(reference={"annotations": where, "value": None}))
    assert found.table.columns["annotations"][0] == '[["ann", "1"], ["bob", "1"]]'
    assert found.table.columns["annotations"][1] == "[]"
    (folder / "long.csv").write_text("case,who,what\n1,bob,1\n1,bob,0\n")
    with pytest.raises(TableError, match="item 1 by bob is there twice"):
        made(folder, recorded(reference={"annotations": where, "value": None}))


MODULE = """
import random, time, pathlib
def predict(inputs):
    time.sleep({pause})
    with open({log!r}, "a") as log:
        log.write("".join(i["item"] + "\\n" for i in inputs))
    return [{{"value": "1" if random.Random(i["seed"]).random() < 0.8 else "0",
              "score": random.Random(i["seed"] + 1).random()}} for i in inputs]
"""


def live(folder: Path, pause: float) -> Procedure:
    folder.mkdir(exist_ok=True)
    (folder / "r.csv").write_text("case,truth\n" + "".join(f"c{i},{i % 2}\n" for i in range(60)))
    (folder / "model.py").write_text(MODULE.format(pause=pause, log=str(folder / "log.txt")))
    return Procedure.model_validate(
        {
            "id": "L",
            "title": "L",
            "system": [{"id": "s", "access": "python", "target": "model:predict"}],
            "reference": {"file": ["r.csv"], "format": "csv", "item": ["case"], "value": "truth"},
            "factor": [{"id": "noise", "effect": "random", "levels": ["low", "mid", "high"]}],
            "design": {"repeats": 3, "seed": 5},
            "measurand": [{"id": "a", "quantity": "accuracy", "estimand": "benchmark"}],
        }
    )


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_run import live, made
made(Path(sys.argv[1]), live(Path(sys.argv[1]), 0.1))
"""


def test_killed_run_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "l"
    procedure = live(folder, 0.1)
    script = KILLED.format(here=str(Path(__file__).parent))
    process = subprocess.Popen([sys.executable, "-c", script, str(folder)])
    journals = folder / "journals"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        text = b"".join(path.read_bytes() for path in journals.glob("*.jsonl")) if journals.exists() else b""
        if text.count(b"\n") > 100:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    journal = next(journals.glob("*.jsonl"))
    survived = journal.read_bytes().count(b"\n") - 1
    assert 0 < survived < 540
    with journal.open("ab") as file:
        file.write(b'{"system": "s", "item": "c1", "con')  # a torn last line
    calls: list[tuple[int, int]] = []
    resumed = run(
        procedure, DEFINITIONS, folder=folder, journals=journals, progress=lambda done, all_: calls.append((done, all_))
    )
    assert calls[-1] == (540, 540)
    unbroken = run(procedure, DEFINITIONS, folder=folder, journals=folder / "other")
    assert resumed.parquet == unbroken.parquet
    assert resumed.evidence == unbroken.evidence


def test_seeds_do_not_depend_on_the_order_of_items(tmp_path: Path) -> None:
    procedure = live(tmp_path, 0)
    first = made(tmp_path, procedure)
    (tmp_path / "r.csv").write_text(_shuffled((tmp_path / "r.csv").read_text(), 1))
    second = run(procedure, DEFINITIONS, folder=tmp_path, journals=tmp_path / "again")
    assert first.parquet == second.parquet


def test_finished_journal_asks_nothing(tmp_path: Path) -> None:
    procedure = live(tmp_path, 0)
    made(tmp_path, procedure)
    asked = (tmp_path / "log.txt").read_text().count("\n")
    made(tmp_path, procedure)
    assert (tmp_path / "log.txt").read_text().count("\n") == asked == 540


def test_another_module_does_not_resume(tmp_path: Path) -> None:
    procedure = live(tmp_path, 0)
    made(tmp_path, procedure)
    (tmp_path / "model.py").write_text((tmp_path / "model.py").read_text() + "\n# other\n")
    with pytest.raises(RunError, match="another instrument"):
        made(tmp_path, procedure)
    run(procedure, DEFINITIONS, folder=tmp_path, journals=tmp_path / "journals", fresh=True)


def test_bad_outputs_of_a_callable_are_named(tmp_path: Path) -> None:
    procedure = live(tmp_path, 0)
    (tmp_path / "model.py").write_text('def predict(inputs):\n    return [{"score": "high"} for i in inputs]\n')
    with pytest.raises(MeasurandError, match="'high' is not a number"):
        made(tmp_path, procedure)
