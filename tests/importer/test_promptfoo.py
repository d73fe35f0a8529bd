"""promptfoo: counts and pass rates are those of its own ``stats`` and ``prompts``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.importer.sample import LOGS, Ended

FILE = LOGS / "promptfoo" / "capitals.json"


def test_counts_and_rates_are_those_of_promptfoo(imported: Callable[..., Ended]) -> None:
    done = imported("promptfoo", FILE)
    assert done.code == 0, done.err
    results = json.loads(FILE.read_text(encoding="utf-8"))["results"]
    stats = results["stats"]
    assert done.record["counts"] == {"ok": stats["successes"] + stats["failures"], "failed": stats["errors"]}
    assert sum(row["score"] == "1" for row in done.rows) == stats["successes"]
    for prompt in results["prompts"]:
        own = [r for r in done.rows if r["prompt"] == prompt["label"] and r["status"] == "ok"]
        passed = prompt["metrics"]["testPassCount"]
        assert (sum(r["score"] == "1" for r in own), len(own)) == (passed, passed + prompt["metrics"]["testFailCount"])
    assert done.out.count("agrees") == 2 and "DIFFERS" not in done.out


def test_prompts_are_a_factor_and_equal_cases_are_repeats(
    imported: Callable[..., Ended], capsys: pytest.CaptureFixture[str]
) -> None:
    done = imported("promptfoo", FILE)
    assert len({row["item"] for row in done.rows}) == 6 and {row["repeat"] for row in done.rows} == {"1", "2"}
    assert 'column   = "prompt"' in done.procedure.read_text(encoding="utf-8")


def test_an_error_of_the_provider_is_no_failed_assertion(imported: Callable[..., Ended]) -> None:
    failed = [row for row in imported("promptfoo", FILE).rows if row["status"] == "failed"]
    assert len(failed) == 4 and {row["score"] for row in failed} == {""}
    assert all("Command failed" in row["reason"] for row in failed)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 2}, "M0475"), ({"results": []}, "M0471"), ({"results": {}}, "M0481"), ({"results": [1]}, "M0481"),
    ],
)  # fmt: skip
def test_other_files_are_refused(
    change: dict[str, object], code: str, tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    whole = json.loads(FILE.read_text(encoding="utf-8"))
    path = tmp_path / "out.json"
    path.write_text(json.dumps(whole | {"results": whole["results"] | change}), encoding="utf-8")
    done = imported("promptfoo", path)
    assert done.code == 2 and code in done.err


def test_the_file_twice_is_two_runs(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    """Repeats are numbered within one file: the second file's are the same observations."""
    other = tmp_path / "copy.json"
    other.write_bytes(FILE.read_bytes())
    done = imported("promptfoo", FILE, other)
    assert done.code == 2 and "M0478" in done.err
