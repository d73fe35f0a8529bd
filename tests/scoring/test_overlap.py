"""Measures of overlap and of edits: values of rouge-score, jiwer and sacrebleu, laws, and a corpus end to end."""

from __future__ import annotations

import csv
import json
import random
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main
from measurand.document.live import Scoring
from measurand.instrument.scoring.overlap import common, distance, references
from measurand.instrument.scoring.registry import check, scorer

ORACLE = json.loads((Path(__file__).with_name("text-overlap.json")).read_text(encoding="utf-8"))
KINDS = ("f1", "rouge-l", "wer", "cer")


def scored(kind: str, text: str, reference: str) -> Any:
    one, close = scorer(Scoring(kind=kind), ())  # type: ignore[arg-type]
    found = one.score(text, reference)
    close()
    return found


@pytest.mark.parametrize("case", ORACLE["cases"], ids=lambda c: c["text"][:20])
def test_values_of_other_programs(case: dict[str, Any]) -> None:
    """rouge-score 0.1.2, jiwer 4.0.0."""
    text, reference = case["text"], case["reference"]
    assert float(scored("rouge-l", text, reference).value) == pytest.approx(case["rouge-l"], abs=1e-12)
    for kind in ("wer", "cer"):
        found = scored(kind, text, reference)
        assert [int(found.value), int(found.exposure)] == case[kind]


@pytest.mark.skipif(find_spec("sacrebleu") is None, reason="sacrebleu is not installed")
@pytest.mark.parametrize("kind", ["bleu", "chrf"])
def test_values_of_sacrebleu(kind: str) -> None:
    for case in ORACLE["cases"]:
        found = scored(kind, case["text"], case["reference"])
        assert float(found.value) == pytest.approx(case[kind], abs=1e-9)


def test_f1_is_the_published_example() -> None:
    """SQuAD: the share of words that both hold, as harmonic mean; the largest over several references."""
    assert float(scored("f1", "in the Norman conquest", "Norman").value) == pytest.approx(2 * (1 / 3) / (1 / 3 + 1))
    assert float(scored("f1", "x y", '["z", "y x"]').value) == 1.0
    assert float(scored("f1", "", "").value) == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_check_standards(kind: str) -> None:
    one, close = scorer(Scoring(kind=kind), ())  # type: ignore[arg-type]
    assert check(one, kind=kind) >= 2
    close()


def naive_distance(a: list[str], b: list[str]) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        row = _next(row, i, x, b)
    return row[-1]


def _next(row: list[int], i: int, x: str, b: list[str]) -> list[int]:
    new = [i]
    for j, y in enumerate(b, start=1):
        new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (x != y)))
    return new


def naive_common(a: list[str], b: list[str]) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        new = [0]
        for j, y in enumerate(b, start=1):
            new.append(row[j - 1] + 1 if x == y else max(row[j], new[-1]))
        row = new
    return row[-1]


def test_bit_vectors_are_the_textbook_recursions() -> None:
    rng = random.Random(5)
    for _ in range(300):
        a, b = ([rng.choice("abcd") for _ in range(rng.randint(0, 80))] for _ in range(2))
        assert distance(a, b) == naive_distance(a, b) == distance(b, a)
        assert common(a, b) == naive_common(a, b) == common(b, a)


def test_a_list_is_of_references_and_other_brackets_are_text() -> None:
    assert references('["a"]') == ["a"]
    for text in ("[1, 2]", "[see above]", "[]", "plain"):
        assert references(text) == [text]


def measured(folder: Path, capsys: Any, kind: str, quantity: str) -> tuple[int, dict[str, Any]]:
    with (folder / "t.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("id", "said", "truth"), *((n, c["text"], c["reference"]) for n, c in enumerate(ORACLE["cases"]))]
        )
    (folder / "p.measure.toml").write_text(
        f"""schema = "measurand/procedure/1"
observations = {{ file = "t.csv", item = "id", output = "said" }}
reference = {{ file = "t.csv", item = "id", value = "truth" }}
scoring = {{ kind = "{kind}" }}
sampling = {{ population = "texts" }}
measurand = [ {{ id = "m", {quantity} }} ]
"""
    )
    code = main(["measure", str(folder / "p.measure.toml"), "--out", str(folder / "out"), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_error_rate_of_a_corpus_is_that_of_jiwer(tmp_path: Path, capsys: Any) -> None:
    code, said = measured(tmp_path, capsys, "wer", 'quantity = "rate"')
    assert code == 0, said
    assert float(said["results"][0]["value"]) == pytest.approx(ORACLE["corpus wer"], rel=1e-12)
    (record,) = [p for p in (tmp_path / "out").iterdir() if not p.name.startswith(".")]
    assert main(["evaluate", str(record)]) == 0
    capsys.readouterr()
    (tmp_path / "cer.toml").write_text('scoring = { kind = "cer" }')
    assert main(["evaluate", str(record), "--scoring", str(tmp_path / "cer.toml"), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    edits, length = (sum(c["cer"][k] for c in ORACLE["cases"]) for k in (0, 1))
    assert float(again["results"][0]["value"]) == pytest.approx(edits / length, rel=1e-12)


def test_a_mean_of_overlap(tmp_path: Path, capsys: Any) -> None:
    code, said = measured(tmp_path, capsys, "rouge-l", 'quantity = "mean", at = { lower = 0, upper = 1 }')
    assert code == 0, said
    wanted = sum(c["rouge-l"] for c in ORACLE["cases"]) / len(ORACLE["cases"])
    assert float(said["results"][0]["value"]) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "quantity", "says"),
    [
        ("wer", 'quantity = "proportion"', "does not take"),
        ("rouge-l", 'quantity = "proportion"', "does not take"),
        ("f1", 'quantity = "rate"', "does not take"),
        ("json", 'quantity = "proportion"', "needs the key schema"),
    ],
)
def test_bad_input(tmp_path: Path, capsys: Any, kind: str, quantity: str, says: str) -> None:
    code, said = measured(tmp_path, capsys, kind, quantity)
    assert code == 2 and says in json.dumps(said), said
