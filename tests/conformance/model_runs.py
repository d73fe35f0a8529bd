"""A model in a file, measured at once and with an interruption: the same bytes."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main
from measurand.errors import RunError
from measurand.instrument.model_file import ModelProcess

PROCEDURE = """\
schema    = "measurand/procedure/1"
id        = "CANCER"
system    = {{ name = "model", access = "{access}", target = "{target}", settings = {{ batch = 32, positive = 1 }} }}
reference = {{ file = "items.csv", item = "id", input = {columns}, value = "diagnosis" }}
sampling  = {{ population = "patients" }}
measurand = [
  {{ id = "accuracy", quantity = "accuracy" }},
  {{ id = "auroc", quantity = "auc", positive = "1" }},
]
"""


def record_of(folder: Path) -> dict[str, bytes]:
    """The files of the one record of a laboratory that follow from the observations."""
    (record,) = (path for path in folder.iterdir() if not path.name.startswith("."))
    names = ("evidence.parquet", "evidence.json", "results.json", "parts.json")
    return {name: (record / name).read_bytes() for name in names}


def measured(
    folder: Path, target: str, table: Any, right: Sequence[Any], names: Sequence[str], *, capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Mapping[str, float]:  # fmt: skip
    """Value of each measurand of the model in ``target``; a run that is cut off in its fourth batch, and of which a
    part of the third is lost, goes on to the same bytes."""
    rows = [[n, right[n], *map(repr, map(float, row))] for n, row in enumerate(table)]
    with (folder / "items.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", "diagnosis", *names], *rows])
    access = Path(target).suffix.removeprefix(".")
    text = PROCEDURE.format(access=access, target=target, columns=json.dumps(list(names)))
    (folder / "p.measure.toml").write_text(text)
    command = ["measure", str(folder / "p.measure.toml"), "--json", "--out"]
    assert main([*command, str(folder / "whole")]) == 0
    value = {r["id"]: float(r["value"]) for r in json.loads(capsys.readouterr().out)["results"]}

    observe, asked = ModelProcess.observe, []

    def cut(self: ModelProcess, tasks: Any, *, batch: int) -> Any:
        asked.append(list(tasks))
        if len(asked) == 4:
            raise RunError("cut")
        return observe(self, asked[-1], batch=batch)

    with monkeypatch.context() as patch:
        patch.setattr(ModelProcess, "observe", cut)
        assert main([*command, str(folder / "broken")]) not in (0, 1)
    (journal,) = (folder / "broken" / ".unfinished").glob("*.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    assert [len(one) for one in asked] == [32] * 4 and len(lines) > 96
    journal.write_bytes(b"".join(lines[:-5]))  # part of a batch is lost: it is repeated whole
    assert main([*command, str(folder / "broken")]) == 0
    assert record_of(folder / "broken") == record_of(folder / "whole")
    return value
