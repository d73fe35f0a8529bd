"""Asks rouge-score, jiwer and sacrebleu for numbers, and writes those down as facts in tests/scoring/text-overlap.json.

Run in an environment of its own, never in the project's:

    python -m venv asked && asked/bin/pip install rouge-score jiwer sacrebleu
    asked/bin/python tools/ask_text_programs.py
"""

from __future__ import annotations

import json
import random
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jiwer
import sacrebleu
from rouge_score import rouge_scorer

OUT = Path(__file__).parent.parent / "tests" / "scoring" / "text-overlap.json"
WORDS = [
    *("the", "a", "cat", "dog", "sat", "on", "mat", "in", "Paris,", "police", "killed", "gunman", "3.5", "don't"),
    *("re-run", "well-known", "model", "answer", "is", "42", "and", "not", "quite", "right"),
]
WRITTEN = [
    ("the cat sat on the mat", "the cat is on the mat"),
    ("police kill the gunman", "police killed the gunman"),
    ("It is 42.", "the answer is 42"),
    ("Paris", "Paris"),
    ("nothing here", "the police in Paris"),
]


def main() -> None:
    """Ask about each pair of texts, and about all of them together."""
    pairs = [*WRITTEN, *drawn(random.Random(7))]
    rouge = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    bleu, chrf = sacrebleu.BLEU(effective_order=True), sacrebleu.CHRF()
    cases: list[dict[str, Any]] = []
    for text, reference in pairs:
        words, characters = jiwer.process_words(reference, text), jiwer.process_characters(reference, text)
        cases.append(
            {
                "text": text,
                "reference": reference,
                "rouge-l": rouge.score(reference, text)["rougeL"].fmeasure,
                "wer": [edits(words), len(reference.split())],
                "cer": [edits(characters), len(reference)],
                "bleu": bleu.sentence_score(text, [reference]).score / 100,
                "chrf": chrf.sentence_score(text, [reference]).score / 100,
            }
        )
    programs = {name: version(name) for name in ("rouge-score", "jiwer", "sacrebleu")}
    corpus = jiwer.wer([reference for _, reference in pairs], [text for text, _ in pairs])
    OUT.write_text(json.dumps({"programs": programs, "corpus wer": corpus, "cases": cases}, indent=1) + "\n")


def edits(found: Any) -> int:
    """Substitutions, deletions and insertions."""
    return int(found.substitutions + found.deletions + found.insertions)


def drawn(rng: random.Random) -> list[tuple[str, str]]:
    """Texts, and what is left of them after words were changed, cut and added."""
    found = []
    for _ in range(20):
        first = [rng.choice(WORDS) for _ in range(rng.randint(1, 25))]
        second = [word if rng.random() < 0.7 else rng.choice(WORDS) for word in first]
        if rng.random() < 0.5:
            second = [*second[rng.randint(0, len(second) // 2) :], rng.choice(WORDS)]
        found.append((" ".join(first), " ".join(second)))
    return found


if __name__ == "__main__":
    main()
