"""HELM: counts and means, plain and perturbed, are those of its own ``stats.json``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

RUN = LOGS / "helm" / "simple_mcqa"
METRIC = ("--metric", "exact_match")


def stated(perturbation: str, metric: str = "exact_match") -> float:
    """The mean that HELM states."""
    for stat in json.loads((RUN / "stats.json").read_text(encoding="utf-8")):
        name = stat["name"]
        own = name.get("perturbation", {"name": "none", "computed_on": "perturbed"})
        if name["name"] == metric and (own["name"], own["computed_on"]) == (perturbation, "perturbed"):
            return float(stat["mean"])
    raise AssertionError(perturbation)


@pytest.mark.parametrize("metric", ["exact_match", "quasi_prefix_exact_match", "num_prompt_tokens"])
def test_means_are_those_of_helm(metric: str, imported: Callable[..., Ended]) -> None:
    done = imported("helm", RUN, options=("--metric", metric))
    assert done.code == 0, done.err
    assert (done.record["read"], done.record["counts"]) == (40, {"ok": 40})
    assert done.out.count("agrees") == 2 and "DIFFERS" not in done.out
    for level in ("none", "lowercase"):
        scores = [float(row["score"]) for row in done.rows if row["perturbation"] == level]
        assert sum(scores) / len(scores) == pytest.approx(stated(level, metric))


def test_perturbed_copies_are_no_new_items_and_trials_are_repeats(
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    done = imported("helm", RUN, options=METRIC)
    assert len({row["item"] for row in done.rows}) == 10 and {row["repeat"] for row in done.rows} == {"1", "2"}
    assert [row["score"] == "1" for row in done.rows] == [row["output"] == row["truth"] for row in done.rows]
    (result,) = measured(done.procedure)["results"]
    assert result["items"] == 10 and result["system"] == "odd/even-1"
    assert result["value"] == pytest.approx((stated("none") + stated("lowercase")) / 2)


def test_the_score_is_asked_for_without_statistics_of_the_request(imported: Callable[..., Ended]) -> None:
    done = imported("helm", RUN)
    assert done.code == 2 and "M0476" in done.err and "exact_match" in done.err and "num_prompt" not in done.err


def test_a_split_is_asked_for(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(RUN, tmp_path / "run"))
    file = root / "per_instance_stats.json"
    records = json.loads(file.read_text(encoding="utf-8"))
    for stat in records[0]["stats"]:
        stat["name"]["split"] = "valid"
    file.write_text(json.dumps(records), encoding="utf-8")
    done = imported("helm", root, options=METRIC)
    assert done.code == 2 and "test, valid" in done.err
    done = imported("helm", root, options=(*METRIC, "--filter", "test"))
    assert done.record["read"] == 40 and done.record["dropped"] == {"split valid": 1} and done.record["kept"] == 39


def test_instances_without_statistics_are_counted(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(RUN, tmp_path / "run"))
    file = root / "per_instance_stats.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8"))[1:]), encoding="utf-8")
    done = imported("helm", root, options=METRIC)
    assert done.record["absent"] == 1 and done.record["counts"] == {"ok": 39, "unscored": 1}


def test_a_failed_request_is_no_wrong_answer(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(RUN, tmp_path / "run"))
    file = root / "scenario_state.json"
    state = json.loads(file.read_text(encoding="utf-8"))
    state["request_states"][0]["result"] |= {"success": False, "error": "endpoint down"}
    file.write_text(json.dumps(state), encoding="utf-8")
    done = imported("helm", root, options=METRIC)
    failed = [row for row in done.rows if row["status"] == "failed"]
    assert len(failed) == 1 and failed[0]["score"] == "" and "endpoint down" in failed[0]["reason"]


def test_the_specification_is_needed(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    shutil.copy(RUN / "per_instance_stats.json", tmp_path)
    done = imported("helm", tmp_path, options=METRIC)
    assert done.code == 2 and "M0470" in done.err and "run_spec.json" in done.err
