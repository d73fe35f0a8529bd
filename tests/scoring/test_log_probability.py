"""Choices by log-probability. Answers are those of the documentation of OpenAI's API and of llama.cpp's server."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main
from measurand.document.observation import Observation, Task
from measurand.instrument.completion import Api, read
from measurand.instrument.scoring.log_probability import LogProbability, alternatives, listed

CHAT = {"content": [{"token": " B", "logprob": -0.2, "top_logprobs": [
    {"token": " B", "logprob": -0.2, "bytes": [32, 66]}, {"token": "A", "logprob": -2.0, "bytes": [65]},
    {"token": "b", "logprob": -9.0, "bytes": None}]}, {"token": ".", "logprob": -0.1, "top_logprobs": []}]}  # fmt: skip
COMPLETIONS = {"tokens": [" B"], "token_logprobs": [-0.2], "top_logprobs": [{" B": -0.2, "A": -2.0}]}


@pytest.mark.parametrize(("api", "logprobs"), [("chat", CHAT), ("completions", COMPLETIONS), ("completions", CHAT)])
def test_what_an_endpoint_lists_is_kept(api: Api, logprobs: Mapping[str, Any]) -> None:
    choice = {"message": {"content": " B"}, "text": " B", "finish_reason": "length", "logprobs": logprobs}
    found = read({"choices": [choice]}, Task("m", "1", {}, 1, {}, 0), model="m", api=api)
    assert isinstance(found, Observation)
    assert json.loads(found.output["logprobs"])[:2] == [[" B", -0.2], ["A", -2.0]]


@pytest.mark.parametrize("other", [
    None, {}, {"content": None}, {"content": []}, {"content": [{}]}, {"content": [{"top_logprobs": 3}]},
    {"top_logprobs": [7]}, {"content": 5}, {"content": [{"top_logprobs": [{"token": "A", "logprob": "x"}]}]}, [1],
])  # fmt: skip
def test_what_lists_nothing_gives_nothing(other: Any) -> None:
    assert alternatives({"logprobs": other}) in ("", "[]")


def test_the_scores_are_the_probabilities_of_the_choices_alone() -> None:
    found = LogProbability(("A", "B", "C")).score(
        listed(
            [("A", math.log(0.2)), (" A", math.log(0.1)), ("B", math.log(0.15)), ("(C", math.log(0.05)), ("x", -1.0)]
        ),
        "",
    )
    assert found.value == "A"
    expected = {"A": 0.6, "B": 0.3, "C": 0.1}  # 0.3, 0.15 and 0.05 of 0.5
    assert {name: float(p) for name, p in found.scores.items()} == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(("pairs", "value", "scores"), [
    ([("A", -1.0), ("B", -2.0)], "A", False),  # C is not listed: its probability is not known
    ([("a", -1.0)], "", False),  # letters as they are
    ([("A", -1.0), ("B", -1.0), ("C", -3.0)], "", True),
    ([], "", False), ([("A", 0.5)], "", False), ([("A", math.nan)], "", False),
])  # fmt: skip
def test_only_what_is_certain_is_scored(pairs: list[tuple[str, float]], value: str, scores: bool) -> None:
    found = LogProbability(("A", "B", "C")).score(listed(pairs), "")
    assert found.value == value and bool(found.reason) == (not value) and bool(found.scores) == (scores and bool(value))


@pytest.mark.parametrize(("pairs", "value"), [
    ([("pos", math.log(0.5)), ("Neg", math.log(0.3))], "positive"),
    ([("ne", math.log(0.5)), ("pos", math.log(0.3))], ""),  # negative or neutral
    ([("ne", math.log(0.1)), ("pos", math.log(0.5)), ("neg", math.log(0.3))], "positive"),  # 0.5 - 0.3 > 0.1
    ([("ne", math.log(0.3)), ("pos", math.log(0.5)), ("neg", math.log(0.3))], ""),
    ([("▁Positive", -0.1)], "positive"), ([("positively", -0.1)], ""),
])  # fmt: skip
def test_the_begin_of_a_word_counts_where_it_is_that_of_one(pairs: list[tuple[str, float]], value: str) -> None:
    assert LogProbability(("negative", "neutral", "positive")).score(listed(pairs), "").value == value


PROCEDURE = """\
schema       = "measurand/procedure/1"
id           = "LIKELY"
system       = {{ name = "m" }}
observations = {{ file = "answers.jsonl", item = "id", output = "first" }}
reference    = {{ file = "items.csv", item = "id", value = "truth", classes = ["A", "B"] }}
scoring      = {{ kind = "choice", by = "log-probability" }}
sampling     = {{ population = "questions" }}
status       = {{ unscored = "{unscored}" }}
validity     = {{ max_excluded = "10 %" }}
measurand    = [ {{ id = "right", quantity = "accuracy" }}, {{ id = "brier", quantity = "multiclass_brier_score" }} ]
"""


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code, and all that is printed."""
    capsys.readouterr()
    code = main(list(words))
    found = capsys.readouterr()
    return code, found.out + found.err


def written(folder: Path, *, unscored: str = "exclude") -> str:
    """Twelve answers: p(B) is 0.8 in nine of them, whose truth is B, and 0.4 of the listed in the others."""
    rows = [{"id": i, "first": listed([("A", math.log(0.1)), ("B", math.log(0.4))])} for i in range(9)]
    rows += [{"id": i, "first": listed([("A", math.log(0.6)), ("B", math.log(0.4))])} for i in range(9, 11)]
    rows += [{"id": 11, "first": listed([("A", math.log(0.6))])}]
    (folder / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "items.csv").write_text("id,truth\n" + "".join(f"{i},B\n" for i in range(12)))
    (folder / "p.measure.toml").write_text(PROCEDURE.format(unscored=unscored))
    return str(folder / "p.measure.toml")


def test_a_measurement_reads_classes_and_probabilities(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = said(capsys, "measure", written(tmp_path), "--out", str(tmp_path / "out"), "-q")
    assert code == 0
    results = json.loads((next((tmp_path / "out").glob("LIKELY-*")) / "results.json").read_text())["results"]
    values = {one["measurand"]: float(one["value"]) for one in results}
    assert values["right"] == pytest.approx(9 / 11)
    assert values["brier"] == pytest.approx((9 * 2 * 0.2**2 + 2 * 2 * 0.6**2) / 11)


def test_a_class_that_is_not_listed_is_counted_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, unscored="wrong")
    text = Path(path).read_text().replace(', { id = "brier", quantity = "multiclass_brier_score" }', "")
    Path(path).write_text(text)  # the class alone is certain: what is not listed is less likely
    assert said(capsys, "measure", path, "--out", str(tmp_path / "out"), "-q")[0] == 0
    results = json.loads((next((tmp_path / "out").glob("LIKELY-*")) / "results.json").read_text())["results"]
    assert float(results[0]["value"]) == pytest.approx(9 / 12)


@pytest.mark.parametrize("line", [
    '{ kind = "choice", by = "log-probability", after = "x" }', '{ kind = "number", by = "log-probability" }',
])  # fmt: skip
def test_keys_without_effect_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str) -> None:
    path = written(tmp_path)
    Path(path).write_text(Path(path).read_text().replace('{ kind = "choice", by = "log-probability" }', line))
    code, printed = said(capsys, "check", path)
    assert code != 0 and "M0314" in printed


def test_a_live_system_has_to_be_asked_for_log_probabilities(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path)
    live = '{ name = "m", access = "openai", url = "https://example.org/v1", model = "m" }'
    lines = [line for line in Path(path).read_text().splitlines() if not line.startswith("observations")]
    text = "\n".join(lines).replace('{ name = "m" }', live)
    Path(path).write_text(text.replace('item = "id", value', 'item = "id", input = ["truth"], value'))
    code, printed = said(capsys, "check", path)
    assert code != 0 and "M0205" in printed and "top_logprobs" in printed
