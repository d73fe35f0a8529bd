"""Tables that any program wrote, and MLflow's: rows stay as they are, the procedure is proposed by looking at them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

RUN = LOGS / "mlflow" / "with-table"
CSV = "item,predicted,truth\n" + "".join(f"q{i},{'ab'[i % 2]},{'ab'[i % 3 % 2]}\n" for i in range(20))


def test_the_table_of_a_run_has_the_share_that_the_run_logged(
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    done = imported("mlflow", RUN)
    assert done.code == 0, done.err
    assert done.record["read"] == done.record["kept"] == 12
    logged = float((RUN / "metrics" / "exact_match").read_text(encoding="utf-8").split()[1])
    (result,) = measured(done.procedure)["results"]
    assert result["value"] == pytest.approx(logged) == pytest.approx(0.75)


def test_a_run_of_aggregates_is_refused_with_the_reason(imported: Callable[..., Ended]) -> None:
    for path in ("only-numbers", "only-numbers/metrics/accuracy"):
        done = imported("mlflow", LOGS / "mlflow" / path)
        assert done.code == 2 and "M0479" in done.err and "no uncertainty" in done.err


def test_several_tables_are_two_runs(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text('{"columns": ["a"], "data": [[1]]}', encoding="utf-8")
    done = imported("mlflow", tmp_path)
    assert done.code == 2 and "M0478" in done.err and "several tables" in done.err


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"columns": ["a", "b"], "data": [[1]]}', "M0481"), ('{"columns": ["a", "A"], "data": [[1, 2]]}', "M0481"),
        ('{"columns": "a", "data": []}', "M0481"), ('{"columns": ["a"], "data": []}', "M0480"), ("{", "M0471"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(text: str, code: str, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    done = imported("mlflow", tmp_path / "t.json")
    assert done.code == 2 and code in done.err


def test_csv_and_json_lines_hold_the_same(
    tmp_path: Path, imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    names, *rows = (line.split(",") for line in CSV.splitlines())
    (tmp_path / "in.csv").write_text(CSV, encoding="utf-8")
    objects = [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    (tmp_path / "in.jsonl").write_text("\n".join(objects), encoding="utf-8")
    first = imported("csv", tmp_path / "in.csv", to="a.csv")
    second = imported("jsonl", tmp_path / "in.jsonl", to="b.parquet")
    third = imported("parquet", second.table, to="c.csv")
    records = [done.record for done in (first, second, third)]
    assert len({record["table_at"] for record in records}) == 1
    assert [record["counts"] for record in records] == [{"ok": 20}] * 3
    observations = tomllib.loads(first.procedure.read_text(encoding="utf-8"))["observations"]
    assert observations["imported"] == "a.import.json" and observations["value"] == "predicted"
    right = sum(row[1] == row[2] for row in rows)
    values = [measured(done.procedure)["results"][0]["value"] for done in (first, second, third)]
    assert values == [pytest.approx(right / 20)] * 3


def test_an_option_that_means_nothing_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    (tmp_path / "in.csv").write_text(CSV, encoding="utf-8")
    done = imported("csv", tmp_path / "in.csv", options=("--metric", "predicted"))
    assert done.code == 2 and "M0488" in done.err


def test_another_extension_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    (tmp_path / "in.csv").write_text(CSV, encoding="utf-8")
    done = imported("csv", tmp_path / "in.csv", to="table.xlsx")
    assert done.code == 2 and "M0487" in done.err
