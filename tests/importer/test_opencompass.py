"""OpenCompass: shares are those that its own evaluation wrote into the same file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.importer.sample import LOGS, Ended

RUN = LOGS / "opencompass"


@pytest.mark.parametrize(
    ("model", "task", "score", "rows"),
    [("adder-small", "sums_gen", 0.7, 20), ("adder-small", "sums_gen_3", 0.51666666666, 60)],  # "score" / 100
)
def test_the_share_is_that_of_opencompass(
    model: str, task: str, score: float, rows: int,
    imported: Callable[..., Ended], measured: Callable[..., dict[str, Any]],
) -> None:  # fmt: skip
    done = imported("opencompass", RUN / "results" / model / f"{task}.json")
    assert done.code == 0, done.err
    assert (done.record["read"], done.record["kept"], done.record["counts"]) == (rows, rows, {"ok": rows})
    assert len({row["item"] for row in done.rows}) == 20 and {row["system"] for row in done.rows} == {model}
    (result,) = measured(done.procedure)["results"]
    assert result["value"] == pytest.approx(score, abs=1e-9)
    assert "agrees" in done.out and [len(log["sha256"]) for log in done.record["logs"]] == [64, 64]


def test_replicas_are_repeats_with_their_own_marks(imported: Callable[..., Ended]) -> None:
    done = imported("opencompass", RUN / "results" / "adder-small" / "sums_gen_3.json")
    first = [row for row in done.rows if row["item"] == "sums_gen_3_0"]
    marks = json.loads((RUN / "results" / "adder-small" / "sums_gen_3.json").read_text(encoding="utf-8"))["details"][0]
    assert [(r["repeat"], r["output"], r["score"] == "1") for r in first] == [
        (str(i + 1), marks["pred"][i], marks["correct"][i]) for i in range(3)
    ]


def test_two_models_are_compared_item_by_item(imported: Callable[..., Ended]) -> None:
    files = [RUN / "results" / model / "sums_gen.json" for model in ("adder-small", "adder-large")]
    done = imported("opencompass", *files)
    assert done.code == 0 and "contrast" in done.procedure.read_text(encoding="utf-8")
    assert "are empty" in done.err and "1 predictions of adder-small" in done.err  # one call without a text


def test_details_without_marks_are_refused(imported: Callable[..., Ended]) -> None:
    done = imported("opencompass", RUN / "results" / "adder-small" / "sums_plain.json")
    assert done.code == 2 and "M0479" in done.err and "--dump-eval-details" in done.err


def test_details_by_number_are_read(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    """What ``format_details`` writes of choices by perplexity (openicl_eval.py, OpenCompass 0.5.4)."""
    own = {"origin_prediction": {}, "predictions": "A", "references": "B", "correct": False}
    whole = {"accuracy": 50.0, "details": {"type": "PPL", "0": own, "1": own | {"references": "A", "correct": True}}}
    (tmp_path / "d.json").write_text(json.dumps(whole), encoding="utf-8")
    assert imported("opencompass", tmp_path / "d.json").code == 2  # no system
    done = imported("opencompass", tmp_path / "d.json", options=("--system", "m"))
    assert [(r["item"], r["score"], r["output"], r["truth"]) for r in done.rows] == [
        ("0", "0", "A", "B"), ("1", "1", "A", "A"),
    ]  # fmt: skip
    assert "agrees" in done.out


@pytest.mark.parametrize("part", ["results", "predictions"])
def test_another_count_is_refused(part: str, tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(RUN, tmp_path / "run"))
    place = root / part / "adder-small" / "sums_gen.json"
    whole = json.loads(place.read_text(encoding="utf-8"))
    if part == "results":
        whole["details"].pop()
    else:
        del whole["19"]
    place.write_text(json.dumps(whole), encoding="utf-8")
    done = imported("opencompass", root / "results" / "adder-small" / "sums_gen.json")
    assert done.code == 2 and "M0471" in done.err


def test_predictions_in_parts(tmp_path: Path, imported: Callable[..., Ended]) -> None:
    root = Path(shutil.copytree(RUN, tmp_path / "run"))
    place = root / "predictions" / "adder-small" / "sums_gen.json"
    answers = list(json.loads(place.read_text(encoding="utf-8")).values())
    place.unlink()
    for n, part in enumerate((answers[:12], answers[12:])):
        text = json.dumps({str(i): answer for i, answer in enumerate(part)})
        place.with_name(f"sums_gen_{n}.json").write_text(text, encoding="utf-8")
    done = imported("opencompass", root / "results" / "adder-small" / "sums_gen.json")
    assert done.code == 0 and len(done.record["logs"]) == 3
