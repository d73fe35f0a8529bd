"""lm-evaluation-harness: counts and accuracies are those that the harness itself reports."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

SMALL, LARGE = sorted((LOGS / "lm-eval").iterdir(), reverse=True)


def results_of(folder: Path) -> dict[str, Any]:
    """The results file of a run."""
    (file,) = folder.glob("results_*.json")
    return dict(json.loads(file.read_text(encoding="utf-8")))


def samples_of(folder: Path, task: str) -> Path:
    (file,) = folder.glob(f"samples_{task}_*.jsonl")
    return file


@pytest.mark.parametrize(
    ("task", "metric", "kept", "records"),
    [
        ("sums_gen", "exact_match", "strict-match", 80),
        ("sums_gen", "exact_match", "flexible-extract", 80),
        ("sums_mc", "acc", "none", 40),
        ("sums_mc", "acc_norm", "none", 40),
    ],
)
@pytest.mark.parametrize("folder", [SMALL, LARGE], ids=lambda folder: folder.name)
def test_value_and_standard_error_are_those_of_the_harness(
    folder: Path, task: str, metric: str, kept: str, records: int,
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]],
) -> None:  # fmt: skip
    done = imported("lm-eval", samples_of(folder, task), options=("--metric", metric, "--filter", kept))
    assert done.code == 0, done.err
    stated = results_of(folder)
    record = done.record
    assert (record["read"], record["kept"], record["counts"]) == (records, 40, {"ok": 40})
    assert sum(record["dropped"].values()) == records - stated["n-samples"][task]["effective"]
    assert {row["system"] for row in done.rows} == {folder.name}
    assert "DIFFERS" not in done.out
    (result,) = measured(done.procedure)["results"]
    own = stated["results"][task]
    assert result["value"] == pytest.approx(own[f"{metric},{kept}"], abs=1e-12)
    assert result["u"] == pytest.approx(own[f"{metric}_stderr,{kept}"], rel=1e-9)


def test_two_filters_are_asked_for_and_never_doubled(imported: Callable[..., Ended]) -> None:
    done = imported("lm-eval", samples_of(SMALL, "sums_gen"))
    assert done.code == 2
    assert "M0476" in done.err and "strict-match, flexible-extract" in done.err and "--filter" in done.err
    assert not done.table.exists() and not done.procedure.exists()


def test_two_metrics_are_asked_for(imported: Callable[..., Ended]) -> None:
    done = imported("lm-eval", samples_of(SMALL, "sums_mc"))
    assert done.code == 2 and "acc, acc_norm" in done.err


def test_a_filter_that_is_not_there(imported: Callable[..., Ended]) -> None:
    done = imported("lm-eval", samples_of(SMALL, "sums_gen"), options=("--filter", "strict"))
    assert done.code == 2 and "M0477" in done.err and "strict-match" in done.err


def test_two_systems_give_their_difference(
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    files = [samples_of(folder, "sums_gen") for folder in (SMALL, LARGE)]
    done = imported("lm-eval", *files, options=("--filter", "strict-match"))
    assert done.code == 0, done.err
    results = {(r["id"], r.get("system")): r for r in measured(done.procedure)["results"]}
    difference = next(r for (name, _), r in results.items() if name.endswith("_difference"))
    values = [results_of(f)["results"]["sums_gen"]["exact_match,strict-match"] for f in (SMALL, LARGE)]
    assert abs(difference["value"]) == pytest.approx(abs(values[1] - values[0]), abs=1e-12)


def test_two_runs_of_one_system_are_refused(imported: Callable[..., Ended]) -> None:
    files = [samples_of(folder, "sums_gen") for folder in (SMALL, LARGE)]
    done = imported("lm-eval", *files, options=("--filter", "strict-match", "--system", "adder"))
    assert done.code == 2 and "M0478" in done.err and "two runs are mixed" in done.err


def test_a_file_cut_at_the_end_of_a_line_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    folder = Path(shutil.copytree(SMALL, tmp_path / "run"))
    file = samples_of(folder, "sums_mc")
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:30]))
    done = imported("lm-eval", file, options=("--metric", "acc"))
    assert done.code == 2 and "M0471" in done.err and "30 samples" in done.err and "40 were evaluated" in done.err


def test_a_file_cut_in_a_line_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    file = tmp_path / samples_of(SMALL, "sums_mc").name
    file.write_bytes(samples_of(SMALL, "sums_mc").read_bytes()[:-100])
    done = imported("lm-eval", file, options=("--metric", "acc"))
    assert done.code == 2 and "M0471" in done.err and ":40" in done.err


def test_only_results_are_refused_with_the_reason(imported: Callable[..., Ended]) -> None:
    (file,) = SMALL.glob("results_*.json")
    done = imported("lm-eval", file)
    assert done.code == 2 and "M0479" in done.err and "--log_samples" in done.err


def test_results_of_another_run_are_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    file = tmp_path / "samples_other.jsonl"
    shutil.copy(samples_of(SMALL, "sums_mc"), file)
    (results,) = SMALL.glob("results_*.json")
    done = imported("lm-eval", file, results, options=("--metric", "acc"))
    assert done.code == 2 and "M0478" in done.err


def test_samples_alone_need_the_name_of_the_system(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    shutil.copy(samples_of(SMALL, "sums_mc"), tmp_path / "samples.jsonl")
    assert "M0483" in imported("lm-eval", tmp_path / "samples.jsonl", options=("--metric", "acc")).err
    done = imported("lm-eval", tmp_path / "samples.jsonl", options=("--metric", "acc", "--system", "adder"))
    assert done.code == 0 and "cannot be checked" in done.err


def test_several_tasks_keep_their_items_apart(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    other = tmp_path / "samples_other_2026-01-01T00-00-00.jsonl"
    shutil.copy(samples_of(SMALL, "sums_mc"), other)
    files = (samples_of(SMALL, "sums_mc"), other)
    done = imported("lm-eval", *files, options=("--metric", "acc", "--system", "adder"))
    assert done.code == 0, done.err
    assert len({row["item"] for row in done.rows}) == 80
    assert {row["task"] for row in done.rows} == {"sums_mc", "other"}
