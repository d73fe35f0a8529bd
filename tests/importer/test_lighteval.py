"""LightEval: values and standard errors are those of its own results."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.importer.sample import LOGS, Ended

ROOT = LOGS / "lighteval"
RESULTS = json.loads(next(ROOT.glob("results/*/*.json")).read_text(encoding="utf-8"))["results"]


def details(root: Path, task: str) -> Path:
    """The details of a task."""
    return next(root.glob(f"details/*/*/details_{task}*.parquet"))


@pytest.mark.parametrize(("task", "metric"), [(task, m) for task in ("sums_gen", "sums_mc")
                                              for m in RESULTS[f"{task}|0"] if not m.endswith("_stderr")])  # fmt: skip
def test_value_and_standard_error_are_those_of_lighteval(
    task: str, metric: str, imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    done = imported("lighteval", details(ROOT, task), options=("--metric", metric))
    assert done.code == 0, done.err
    assert (done.record["read"], done.record["counts"]) == (40, {"ok": 40}) and "agrees" in done.out
    (result,) = measured(done.procedure)["results"]
    own = RESULTS[f"{task}|0"]
    assert result["value"] == pytest.approx(own[metric]) and result["u"] == pytest.approx(own[f"{metric}_stderr"])
    assert result["system"] == "adder"


def test_several_metrics_are_asked_for(imported: Callable[..., Ended]) -> None:
    done = imported("lighteval", details(ROOT, "sums_mc"))
    assert done.code == 2 and "M0476" in done.err


def test_output_and_truth_of_choices_are_numbers_that_agree_with_the_score(imported: Callable[..., Ended]) -> None:
    rows = imported("lighteval", details(ROOT, "sums_mc"), options=("--metric", "acc")).rows
    assert [row["score"] == "1" for row in rows] == [row["output"] == row["truth"] for row in rows]


def test_fewer_samples_than_the_results_say_are_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(ROOT, tmp_path / "run"))
    file = details(root, "sums_gen")
    other = tmp_path / "short.parquet"
    duckdb.sql(f"copy (select * from read_parquet('{file}') limit 30) to '{other}' (format parquet)")
    shutil.move(other, file)
    assert "DIFFERS" in imported("lighteval", file, to="a.csv").out
    results = next(root.glob("results/*/*.json"))  # this version states -1: unknown; others state the number
    text = results.read_text(encoding="utf-8").replace('"effective_num_docs": -1', '"effective_num_docs": 40')
    results.write_text(text, encoding="utf-8")
    done = imported("lighteval", file, to="b.csv")
    assert done.code == 2 and "M0471" in done.err and "30 samples" in done.err


def test_a_truncated_file_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    path = tmp_path / "details_x.parquet"
    path.write_bytes(details(ROOT, "sums_gen").read_bytes()[:-100])
    done = imported("lighteval", path)
    assert done.code == 2 and "M0435" in done.err


def test_details_of_an_older_version_are_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    path = tmp_path / "details_x.parquet"
    duckdb.sql(f"copy (select 'a' as example, 1 as metrics) to '{path}' (format parquet)")
    done = imported("lighteval", path)
    assert done.code == 2 and "M0475" in done.err


def test_only_results_are_refused(imported: Callable[..., Ended]) -> None:
    done = imported("lighteval", next(ROOT.glob("results/*/*.json")))
    assert done.code == 2 and "M0479" in done.err and "--save-details" in done.err
