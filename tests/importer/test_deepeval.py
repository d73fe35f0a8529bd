"""DeepEval: passes, failures, errors and scores are those of its own ``metricsScores``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

FILE = LOGS / "deepeval" / "test_run_sums.json"


@pytest.mark.parametrize("metric", ["Exact Answer", "Short"])
def test_counts_and_mean_are_those_of_deepeval(
    metric: str, imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    done = imported("deepeval", FILE.parent, options=("--metric", metric, "--system", "adder"))
    assert done.code == 0, done.err
    (own,) = (m for m in json.loads(FILE.read_text(encoding="utf-8"))["metricsScores"] if m["metric"] == metric)
    assert done.record["read"] == 10
    assert done.record["counts"].get("failed", 0) == own["errors"]
    passed = sum(row["success"] == "true" for row in done.rows if row["status"] == "ok")
    assert (passed, done.record["counts"]["ok"]) == (own["passes"], own["passes"] + own["fails"])
    assert sorted(float(row["score"]) for row in done.rows if row["score"]) == sorted(own["scores"])
    assert "agrees" in done.out
    if not own["errors"]:
        (result,) = measured(done.procedure)["results"]
        assert result["value"] == pytest.approx(sum(own["scores"]) / len(own["scores"]))


@pytest.mark.parametrize(
    ("options", "code"), [((), "M0476"), (("--metric", "Exact Answer"), "M0483"), (("--filter", "x"), "M0488")]
)
def test_what_the_log_leaves_open_is_asked_for(
    options: tuple[str, ...], code: str, imported: Callable[..., Ended]
) -> None:
    done = imported("deepeval", FILE, options=options)
    assert done.code == 2 and code in done.err


def test_a_run_with_fewer_cases_than_it_counts_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    whole = json.loads(FILE.read_text(encoding="utf-8"))
    path = tmp_path / "run.json"
    path.write_text(json.dumps(whole | {"testCases": whole["testCases"][:-1]}), encoding="utf-8")
    done = imported("deepeval", path, options=("--metric", "Short", "--system", "adder"))
    assert done.code == 2 and "M0471" in done.err and "9 samples" in done.err
