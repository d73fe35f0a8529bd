"""OpenAI evals: the accuracy is that of its own final report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

FILE = LOGS / "openai-evals" / "sums.jsonl"
LINES = FILE.read_text(encoding="utf-8").splitlines()
EVENT = {"run_id": "r", "event_id": 99, "created_by": "", "created_at": ""}


def test_accuracy_is_that_of_the_final_report(
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    done = imported("openai-evals", FILE)
    assert done.code == 0, done.err
    report = next(json.loads(line)["final_report"] for line in LINES if "final_report" in line)
    assert (done.record["read"], done.record["counts"]) == (14, {"ok": 14}) and "agrees" in done.out
    (result,) = measured(done.procedure)["results"]
    assert result["value"] == pytest.approx(report["accuracy"]) and result["system"] == "adder"
    assert {row["item"] for row in done.rows} == {str(i) for i in range(14)}


def test_an_error_is_no_wrong_answer_and_other_events_are_no_scores(
    tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    events = [
        {**EVENT, "sample_id": "sums.test.14", "type": "error", "data": {"message": "the endpoint is down"}},
        {**EVENT, "sample_id": "sums.test.15", "type": "sampling", "data": {"sampled": ["3"]}},
        {**EVENT, "sample_id": "sums.test.0", "type": "sampling", "data": {"sampled": ["1"]}},
    ]
    path = tmp_path / "more.jsonl"
    path.write_text("\n".join([*LINES, *map(json.dumps, events)]), encoding="utf-8")
    done = imported("openai-evals", path)
    assert done.code == 0, done.err
    assert done.record["counts"] == {"ok": 14, "failed": 1, "unscored": 1}
    assert "the endpoint is down" in next(row["reason"] for row in done.rows if row["status"] == "failed")


def test_a_stopped_run_is_said(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    path = tmp_path / "stopped.jsonl"
    path.write_text("\n".join(line for line in LINES if "final_report" not in line), encoding="utf-8")
    done = imported("openai-evals", path)
    assert done.code == 0 and "no final report" in done.err


@pytest.mark.parametrize(
    ("lines", "code"),
    [(LINES[1:], "M0470"), ([*LINES, LINES[0]], "M0478"), ([*LINES, LINES[-1]], "M0478"), ([*LINES, "{"], "M0471"),
     (LINES[:1], "M0480")],
)  # fmt: skip
def test_broken_records_are_refused(
    lines: list[str], code: str, tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    done = imported("openai-evals", path)
    assert done.code == 2 and code in done.err
