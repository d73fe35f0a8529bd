"""Every Eval Ever: counts, digests and scores are those of the document beside the samples."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

ROOT = LOGS / "every-eval-ever"
RESULTS = [
    (path.with_name(f"{path.stem}_samples.jsonl"), result["evaluation_result_id"], result["score_details"])
    for path in sorted(ROOT.glob("*.json"))
    for result in json.loads(path.read_text(encoding="utf-8"))["evaluation_results"]
]


@pytest.mark.parametrize(("file", "metric", "details"), RESULTS, ids=[metric for _, metric, _ in RESULTS])
def test_value_and_standard_error_are_those_of_the_document(
    file: Path, metric: str, details: dict[str, Any],
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]],
) -> None:  # fmt: skip
    done = imported("every-eval-ever", file, options=("--metric", metric))
    assert done.code == 0, done.err
    assert (done.record["read"], done.record["kept"]) == (80, details["uncertainty"]["num_samples"])
    assert list(done.record["dropped"].values()) == [40] and "agrees" in done.out
    (result,) = measured(done.procedure)["results"]
    assert result["value"] == pytest.approx(details["score"])
    assert result["u"] == pytest.approx(details["uncertainty"]["standard_error"]["value"])


def test_several_scores_are_asked_for(imported: Callable[..., Ended]) -> None:
    done = imported("every-eval-ever", RESULTS[0][0])
    assert done.code == 2 and "M0476" in done.err


@pytest.mark.parametrize(
    ("change", "word"), [(lambda lines: lines[:-1], "79 samples"), (lambda lines: lines[::-1], "digest")]
)
def test_other_samples_than_the_document_names_are_refused(
    change: Callable[[list[bytes]], list[bytes]], word: str, tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    root = Path(shutil.copytree(ROOT, tmp_path / "run"))
    file = root / RESULTS[0][0].name
    file.write_bytes(b"\n".join(change(file.read_bytes().splitlines())))
    done = imported("every-eval-ever", file, options=("--metric", RESULTS[0][1]))
    assert done.code == 2 and "M0471" in done.err and word in done.err


def test_an_error_is_no_wrong_answer(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    lines = [json.loads(line) for line in RESULTS[0][0].read_text(encoding="utf-8").splitlines()]
    lines[0]["error"] = "endpoint down"
    path = tmp_path / "x_samples.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = imported("every-eval-ever", path, options=("--metric", lines[0]["evaluation_result_id"]))
    assert done.code == 0 and done.record["counts"] == {"ok": 39, "failed": 1} and "no document" in done.err


@pytest.mark.parametrize("version", ["0.1.0", "1.0", None])
def test_other_versions_are_refused(version: str | None, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    line = json.loads(RESULTS[0][0].read_text(encoding="utf-8").splitlines()[0]) | {"schema_version": version}
    (tmp_path / "x_samples.jsonl").write_text(json.dumps(line), encoding="utf-8")
    done = imported("every-eval-ever", tmp_path)
    assert done.code == 2 and "M0475" in done.err


def test_only_the_document_is_refused(imported: Callable[..., Ended]) -> None:
    done = imported("every-eval-ever", next(ROOT.glob("*.json")))
    assert done.code == 2 and "M0479" in done.err
