"""LLMBar: what people say of the held-out half lies in the interval that the judge's verdicts give."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from tests.study.judging import calibrated, judged, llmbar

SPLITS, LEAST = 200, 0.93
ROWS, JUDGES = llmbar()


@pytest.mark.parametrize("judge", JUDGES)
def test_the_corrected_interval_contains_what_people_say(
    judge: str, record_property: Callable[[str, object], None]
) -> None:
    """200 random halves: one calibrates, of the other only the verdicts are used; six judges, none is left out."""
    pairs = [(float(r["label"] == "1"), float(r[judge] == "1")) for r in ROWS if r[judge]]
    rng = random.Random(20261123)
    inside = plain = 0
    for _ in range(SPLITS):
        rng.shuffle(pairs)
        half = len(pairs) // 2
        known, held_out = pairs[:half], pairs[half:]
        table = {"human": [f"{h:g}" for h, _ in known], "judged": [f"{j:g}" for _, j in known]}
        one = judged([j for _, j in held_out], calibrated(table, random=True), estimand="benchmark").results.results[0]
        people = float(np.mean([h for h, _ in held_out]))
        inside += float(one.lower) <= people <= float(one.upper)
        raw = judged([j for _, j in held_out], None).results.results[0]
        plain += float(raw.lower) <= people <= float(raw.upper)
    record_property("corrected", inside / SPLITS)
    record_property("uncorrected", plain / SPLITS)
    print(f"\n{judge}: corrected {inside / SPLITS:.3f}, uncorrected {plain / SPLITS:.3f} of {SPLITS} splits")
    assert inside >= LEAST * SPLITS
