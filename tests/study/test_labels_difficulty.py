"""The warning of label errors that go with difficulty: silent where errors are independent, loud where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand.study.labels_difficulty import by_success

NAMES = ("a", "b", "c")


def drawn(rng: np.random.Generator, n: int, where_wrong: float, rate: tuple[float, ...]) -> tuple[np.ndarray, ...]:
    truth, right = rng.random(n) < 0.4, rng.random(n) < 0.85
    wrong = rng.random((n, len(rate))) < np.where(right[:, None], np.array(rate), where_wrong or np.array(rate))
    return (truth[:, None] ^ wrong).astype(np.int64), np.where(right, truth, ~truth).astype(np.int64)


@pytest.mark.parametrize("rate", [(0.1, 0.1, 0.1), (0.02, 0.1, 0.25), (0.05, 0.05, 0.1, 0.2)])
def test_independent_errors_are_rarely_warned_about(rate: tuple[float, ...]) -> None:
    rng = np.random.default_rng(1)
    p = []
    for _ in range(300):
        vote, predicted = drawn(rng, 400, 0.0, rate)
        found = by_success(vote, predicted, np.arange(400))
        p.append(found[0] if found else 1.0)
    assert np.mean(np.array(p) < 0.05) < 0.09
    assert np.mean(np.array(p) < 0.01) < 0.03


def test_dependent_errors_are_found_and_say_what_to_audit() -> None:
    rng = np.random.default_rng(2)
    vote, predicted = drawn(rng, 600, 0.3, (0.04, 0.04, 0.04))
    given = {f"annotator__{a}": vote[:, j] for j, a in enumerate(NAMES)}
    t = columns(item=[f"{i:04d}" for i in range(600)], value=predicted, **given)
    p = procedure([measurand("m", "accuracy")], reference={"value": None, "annotators": NAMES})
    warned = [r for r in measured(p, t).results.remarks if r.startswith("Warning")]
    assert len(warned) == 1
    assert "where system s is wrong" in warned[0]
    assert "of the items that the system gets wrong" in warned[0]


def test_two_annotators_by_the_margin_of_the_score() -> None:
    rng = np.random.default_rng(3)
    n = 800
    truth = rng.random(n) < 0.5
    score = truth * 2.0 + rng.normal(size=n)
    rate = np.where(np.abs(score - 1.0) < 0.7, 0.25, 0.03)
    vote = {f"annotator__{a}": (truth ^ (rng.random(n) < rate)).astype(int) for a in "ab"}
    t = columns(item=[f"{i:04d}" for i in range(n)], score=score, **vote)
    p = procedure([measurand("m", "auc", positive="1")], reference={"value": None, "annotators": ("a", "b")})
    assert sum("near its limit" in r for r in measured(p, t).results.remarks) == 1
