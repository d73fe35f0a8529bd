"""BLEU of a corpus against sacrebleu, from the texts to the result."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.cli import main

sacrebleu = pytest.importorskip("sacrebleu")

WORDS = tuple("the a cat dog sat on mat under table and saw it run fast . , old new house tree".split())  # noqa: SIM905
PROCEDURE = """\
schema       = "measurand/procedure/1"
id           = "BLEU"
system       = {{ name = "m" }}
observations = {{ file = "texts.csv", item = "id", output = "said" }}
reference    = {{ file = "texts.csv", item = "id", value = "reference" }}
scoring      = {{ kind = "{kind}" }}
sampling     = {{ population = "sentences" }}
measurand    = [ {{ id = "corpus", quantity = "corpus_bleu" }}, {{ id = "mean", quantity = "mean" }} ]
"""


def drawn(seed: int, n: int) -> tuple[list[str], list[list[str]]]:
    """Sentences, one or two references of each, and what was said: words of the first left out or exchanged."""
    rng = np.random.default_rng([20261123, seed])
    references, said = [], []
    for i in range(n):
        several = [" ".join(rng.choice(WORDS, rng.integers(5, 15))) for _ in range(1 + i % 2)]
        kept = [w if rng.random() < 0.8 else str(rng.choice(WORDS)) for w in several[0].split() if rng.random() < 0.9]
        references.append(several)
        said.append(" ".join(kept))
    return said, references


def measured(folder: Path, said: list[str], references: list[list[str]], kind: str = "bleu") -> int:
    with (folder / "texts.csv").open("w", newline="") as file:
        rows = [(i, text, json.dumps(of)) for i, (text, of) in enumerate(zip(said, references, strict=True))]
        csv.writer(file).writerows([("id", "said", "reference"), *rows])
    (folder / "p.measure.toml").write_text(PROCEDURE.format(kind=kind))
    return main(["measure", str(folder / "p.measure.toml"), "--out", str(folder / "out"), "-q"])


def results(folder: Path) -> dict[str, Any]:
    found = json.loads((next((folder / "out").glob("BLEU-*")) / "results.json").read_text())
    return {one["measurand"]: one for one in found["results"]}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_value_is_sacrebleu_s(tmp_path: Path, seed: int) -> None:
    said, references = drawn(seed, 60)
    assert measured(tmp_path, said, references) == 0
    found = results(tmp_path)
    streams = [[of[min(k, len(of) - 1)] for of in references] for k in range(2)]
    assert float(found["corpus"]["value"]) == pytest.approx(sacrebleu.corpus_bleu(said, streams).score / 100, rel=1e-9)


def test_its_uncertainty_is_that_of_the_bootstrap(tmp_path: Path) -> None:
    """Koehn 2004: texts drawn anew; 1,000 times, of which the standard deviation is uncertain by 2.2 %."""
    said, references = drawn(4, 200)
    assert measured(tmp_path, said, references) == 0
    rng = np.random.default_rng(20261123)
    metric = sacrebleu.BLEU()
    values = []
    for _ in range(1000):
        at = rng.integers(0, len(said), len(said))
        streams = [[references[i][min(k, len(references[i]) - 1)] for i in at] for k in range(2)]
        values.append(metric.corpus_score([said[i] for i in at], streams).score / 100)
    u = float(results(tmp_path)["corpus"]["u"])
    assert u == pytest.approx(np.std(values, ddof=1), rel=0.08)


def test_a_corpus_without_four_words_in_common_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(tmp_path, ["a cat", "the dog"] * 5, [["a dog"], ["the cat"]] * 5) == 2
    assert "no text holds a 2-gram of its reference" in capsys.readouterr().err


def test_counts_come_with_bleu_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(tmp_path, *drawn(5, 20), kind="chrf") == 2
    assert "M0332" in capsys.readouterr().err
