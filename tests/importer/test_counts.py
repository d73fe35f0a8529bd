"""What could be counted twice, as something else, or under another name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended


def review(index: int, group: int | None) -> dict[str, Any]:
    """A line of a review of EvalScope."""
    score = {"value": {"acc": 1.0}, "prediction": "x"}
    return {"index": index, "target": "", "sample_score": {"score": score, "sample_id": index, "group_id": group}}


def test_items_without_a_group_are_no_repeats_of_one_item(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    path = tmp_path / "reviews" / "m" / "d_default.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(json.dumps(review(i, None)) for i in range(3)), encoding="utf-8")
    rows = imported("evalscope", path).rows
    assert [(row["item"], row["repeat"]) for row in rows] == [("0", "1"), ("1", "1"), ("2", "1")]


def test_places_in_a_run_are_no_names_of_cases(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    """DeepEval names cases without a name by their place: in another run another case is at that place."""
    whole = json.loads((LOGS / "deepeval" / "test_run_sums.json").read_text(encoding="utf-8"))
    cases = whole.get("testRunData", whole)["testCases"]
    names = []
    for order in (cases, cases[::-1]):
        for n, case in enumerate(order):
            case["name"] = f"test_case_{n}"
        path = tmp_path / f"{len(names)}.json"
        head = whole.get("testRunData", whole) | {"testCases": order}
        path.write_text(json.dumps(head), encoding="utf-8")
        options = ("--metric", "Short", "--system", "s")
        rows = imported("deepeval", path, options=options, to=f"{len(names)}.csv").rows
        names.append({row["item"]: (row["output"], row["truth"]) for row in rows})
    assert len(names[0]) == len(cases) and names[0] == names[1]


def test_an_instance_without_statistics_is_unscored_and_not_of_another_split(
    tmp_path: Path, imported: Callable[..., Ended]
) -> None:
    source = LOGS / "helm" / "simple_mcqa"
    for path in source.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    place = tmp_path / "per_instance_stats.json"
    records = json.loads(place.read_text(encoding="utf-8"))
    records[0]["stats"] = []
    place.write_text(json.dumps(records), encoding="utf-8")
    done = imported("helm", place, options=("--metric", "exact_match"))
    assert done.code == 0, done.err
    assert done.record["dropped"] == {} and done.record["kept"] == len(records)
    assert done.record["counts"] == {"ok": len(records) - 1, "unscored": 1}


def test_two_columns_of_one_name_are_no_repeats(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    """Two providers of promptfoo with one id and other settings (``promptIdx`` tells them apart)."""
    whole = json.loads((LOGS / "promptfoo" / "capitals.json").read_text(encoding="utf-8"))
    for result in whole["results"]["results"]:
        result["prompt"]["label"] = "the same"
    (tmp_path / "log.json").write_text(json.dumps(whole), encoding="utf-8")
    rows = imported("promptfoo", tmp_path / "log.json").rows
    assert {row["repeat"] for row in rows} == {"1", "2"}  # --repeat 2
    assert {row["prompt"] for row in rows} == {"the same #0", "the same #1"}


def test_one_table_twice_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("item,score\n1,0.5\n2,0.25\n", encoding="utf-8")
    done = imported("csv", tmp_path / "a.csv", tmp_path / "b.csv")
    assert done.code == 2 and "M0478" in done.err and not done.table.exists()


def test_the_statuses_of_a_table_are_counted(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    text = "system,item,status,prediction,label\na,1,ok,x,x\na,2,failed,,x\na,3,timeout,,y\na,4,ok,y,x\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    done = imported("csv", tmp_path / "a.csv")
    assert done.record["counts"] == {"ok": 2, "failed": 1, "timeout": 1}


def test_an_item_without_a_name_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    sample = {"id": "", "scores": {"s": {"value": 1}}}
    log = {"version": 2, "eval": {"task": "t", "model": "m"}, "samples": [sample]}
    (tmp_path / "log.json").write_text(json.dumps(log), encoding="utf-8")
    done = imported("inspect", tmp_path / "log.json")
    assert done.code == 2 and "M0481" in done.err


@pytest.mark.parametrize("score", [0, 1])
def test_a_system_that_always_fails_is_measured(
    score: int, tmp_path: Path, imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]]
) -> None:
    samples = [{"id": i, "scores": {"s": {"value": score}}} for i in range(20)]
    log = {"version": 2, "eval": {"task": "t", "model": "m"}, "samples": samples}
    (tmp_path / "log.json").write_text(json.dumps(log), encoding="utf-8")
    (result,) = measured(imported("inspect", tmp_path / "log.json").procedure)["results"]
    assert result["value"] == score and 0.1 < abs(result["interval"][1 - score] - score) < 0.25  # 3/n is 0.15


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    """Which of the two counts, the log does not say."""
    sample = '{"id": 1, "scores": {"s": {"value": 1, "value": 0}}}'
    text = f'{{"version": 2, "eval": {{"task": "t", "model": "m"}}, "samples": [{sample}]}}'
    (tmp_path / "log.json").write_text(text, encoding="utf-8")
    done = imported("inspect", tmp_path / "log.json")
    assert done.code == 2 and "M0432" in done.err and "'value'" in done.err
