"""Similarity by an embedding of four words, whose cosines can be worked out by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from measurand.cli import main
from measurand.document.live import Scoring
from measurand.errors import ProcedureError
from measurand.instrument.scoring.registry import check, identity, scorer

model2vec = pytest.importorskip("model2vec", reason="model2vec is not installed")
tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")

WORDS = {"[UNK]": (0, 0), "[PAD]": (0, 0), "yes": (1, 0), "sure": (3, 4), "no": (-2, 0), "rain": (0, 5)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as model2vec saves it."""
    place = tmp_path_factory.mktemp("embedding") / "words"
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    vectors = np.array(list(WORDS.values()), np.float32)
    model2vec.StaticModel(vectors, tokenizer, config={"normalize": False}).save_pretrained(place)
    return place


@pytest.mark.parametrize(("text", "reference", "cosine"), [
    ("yes", "yes", 1.0), ("yes", "sure", 3 / 5), ("yes", "no", -1.0), ("rain", "sure", 4 / 5), ("rain", "yes", 0.0),
    ("yes rain", "sure", (0.5 * 3 + 2.5 * 4) / (math.hypot(0.5, 2.5) * 5)),  # the mean of the words' vectors
    ("yes", '["no", "sure"]', 3 / 5),
])  # fmt: skip
def test_the_cosine(folder: Path, text: str, reference: str, cosine: float) -> None:
    one, close = scorer(Scoring(kind="similarity", model="words"), (), folder.parent)
    assert float(one.score(text, reference).value) == pytest.approx(cosine, abs=1e-6)  # vectors of single precision
    close()


@pytest.mark.parametrize(("text", "reference"), [("", "yes"), ("yes", ""), ("nonsense", "yes")])
def test_without_a_known_word_there_is_no_direction(folder: Path, text: str, reference: str) -> None:
    one, _ = scorer(Scoring(kind="similarity", model=str(folder)), ())
    found = one.score(text, reference)
    assert not found.value and "knows no word" in found.reason


def test_the_identity_is_that_of_the_files(folder: Path, tmp_path: Path) -> None:
    scoring = Scoring(kind="similarity", model=str(folder))
    one, _ = scorer(scoring, ())
    said = identity(scoring, one, check(one, kind="similarity"))["scoring"]
    assert said.startswith("similarity (model2vec ") and "sha256 " in said


@pytest.mark.parametrize("content", [None, "{}"])
def test_what_is_no_embedding_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ProcedureError, match="no embedding"):
        scorer(Scoring(kind="similarity", model="." if content else "absent"), (), tmp_path)


def test_a_measurement(folder: Path, tmp_path: Path) -> None:
    rows = [("yes", "yes"), ("yes", "sure"), ("rain", "sure"), ("no", "no"), ("sure", "sure"), ("rain", "rain")] * 3
    lines = [json.dumps({"id": i, "said": said, "meant": meant}) for i, (said, meant) in enumerate(rows)]
    (tmp_path / "t.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "p.measure.toml").write_text(
        f"""\
schema       = "measurand/procedure/1"
id           = "SIMILAR"
system       = {{ name = "m" }}
observations = {{ file = "t.jsonl", item = "id", output = "said" }}
reference    = {{ file = "t.jsonl", item = "id", value = "meant" }}
scoring      = {{ kind = "similarity", model = {json.dumps(str(folder))} }}
sampling     = {{ population = "answers" }}
measurand    = [ {{ id = "mean", quantity = "mean", at = {{ lower = -1, upper = 1 }} }} ]
"""
    )
    assert main(["measure", str(tmp_path / "p.measure.toml"), "--out", str(tmp_path / "out"), "-q"]) == 0
    (result,) = json.loads((next((tmp_path / "out").glob("SIMILAR-*")) / "results.json").read_text())["results"]
    assert float(result["value"]) == pytest.approx((1 + 0.6 + 0.8 + 1 + 1 + 1) / 6, abs=1e-6)
