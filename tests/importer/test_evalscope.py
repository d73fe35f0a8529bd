"""EvalScope: counts and scores are those of its own reports (written with four decimals)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

ROOT = LOGS / "evalscope"
METRICS = ("prompt_level_strict", "inst_level_strict", "prompt_level_loose", "inst_level_loose")


@pytest.mark.parametrize("metric", METRICS)
def test_scores_are_those_of_the_reports(
    metric: str, imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    done = imported("evalscope", "evalscope", options=("--metric", metric))
    assert done.code == 0, done.err
    assert (done.record["read"], done.record["kept"], done.record["counts"]) == (20, 20, {"ok": 20})
    stated = {}
    for model in ("qwen-plus", "qwen3-max"):
        report = json.loads((ROOT / model / "reports" / model / "ifeval.json").read_text(encoding="utf-8"))
        stated[model] = next(m["score"] for m in report["metrics"] if m["name"] == f"mean_{metric}")
    results = [r for r in measured(done.procedure)["results"] if "difference" not in r["id"]]
    assert {r["system"]: round(r["value"], 4) for r in results} == stated
    assert done.out.count("agrees") == 2


def test_several_scores_are_asked_for(imported: Callable[..., Ended]) -> None:
    done = imported("evalscope", "evalscope/qwen-plus")
    assert done.code == 2 and "M0476" in done.err and ", ".join(METRICS) in done.err


def test_a_review_that_is_missing_is_seen_twice(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    """By the report's count; and without a report by the predictions, as a row without score."""
    root = Path(shutil.copytree(ROOT / "qwen-plus", tmp_path / "run"))
    (file,) = root.rglob("reviews/*/*.jsonl")
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[1:]))
    done = imported("evalscope", root, options=("--metric", METRICS[0]))
    assert done.code == 2 and "M0471" in done.err and "9 samples" in done.err
    next(root.rglob("reports/*/*.json")).unlink()
    done = imported("evalscope", root, options=("--metric", METRICS[0]))
    assert done.code == 0 and "cannot be checked" in done.err
    assert done.record["counts"] == {"ok": 9, "unscored": 1} and done.record["absent"] == 1


def test_only_reports_are_refused(imported: Callable[..., Ended]) -> None:
    done = imported("evalscope", "evalscope/qwen-plus/reports/qwen-plus/ifeval.json")
    assert done.code == 2 and "M0479" in done.err and "reviews/" in done.err


def test_the_same_reviews_twice_are_two_runs(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    for name in ("first", "second"):
        shutil.copytree(ROOT / "qwen-plus", tmp_path / name)
    done = imported("evalscope", tmp_path / "first", tmp_path / "second", options=("--metric", METRICS[0]))
    assert done.code == 2 and "M0478" in done.err
