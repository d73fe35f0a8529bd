"""Wrong reference labels: a known rate, three annotators, errors that depend on the system's success."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr

from known_truth import textbook
from known_truth.evidence import known_rate, procedure, table
from known_truth.situation import Draw, Situation

Marks = NDArray[np.bool_]


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    for rate, u, n, p in (
        (0.03, 0.0, 300, 0.9),
        (0.03, 0.005, 1000, 0.95),
        (0.05, 0.0, 300, 0.9),
        (0.05, 0.005, 1000, 0.97),
    ):
        yield _known(rate, u, n, p)
    for rate, n, p in ((0.03, 300, 0.9), (0.05, 100, 0.9), (0.05, 300, 0.95), (0.05, 1000, 0.97)):
        yield _annotators(rate, n, p)
    yield _area_known(0.05)
    yield _dependent(400)


def _answers(rng: Generator, n: int, p: float) -> tuple[Marks, Marks, Marks]:
    """Truth, prediction, and whether the prediction is right, shape (n,)."""
    truth, right = rng.random(n) < 0.5, rng.random(n) < p
    return truth, np.where(right, truth, ~truth), right


def _known(rate: float, u: float, n: int, p: float) -> Situation:
    """The stated rate is the true one, or (u > 0) a result around it with that standard uncertainty."""

    def draw(rng: Generator) -> Draw:
        truth, predicted, _ = _answers(rng, n, p)
        label = truth ^ (rng.random(n) < rate)
        stated = max(rate + u * rng.normal(), 0.001)
        agreed = predicted == label
        return Draw(
            table(np.arange(n), value=predicted, reference=label),
            textbook.rows(agreed.astype(float)),
            textbook.rogan_gladen(float(agreed.mean()), n, rate=stated, u=u),
            procedure("accuracy", error=known_rate(stated, u)),
        )

    known = f"known with u = {u:g}" if u else "known exactly"
    return Situation(
        "Wrong labels, rate known", f"{100 * rate:g} % wrong, {known}, n = {n}, p = {p:g}", p,
        procedure("accuracy", error=known_rate(rate, u)), draw, textbook="Rogan-Gladen, z",
    )  # fmt: skip


def _annotators(rate: float, n: int, p: float) -> Situation:
    def draw(rng: Generator) -> Draw:
        truth, predicted, _ = _answers(rng, n, p)
        votes = {f"a{k}": truth ^ (rng.random(n) < rate) for k in range(3)}
        majority = sum(v.astype(int) for v in votes.values()) >= 2
        columns = table(np.arange(n), value=predicted, annotators=votes)
        return Draw(columns, textbook.rows((predicted == majority).astype(float)))

    return Situation(
        "Wrong labels, three annotators", f"{100 * rate:g} % of the votes wrong, n = {n}, p = {p:g}", p,
        procedure("accuracy", annotators=["a0", "a1", "a2"]), draw,
    )  # fmt: skip


def _area_known(rate: float) -> Situation:
    n, distance = 300, 1.5

    def draw(rng: Generator) -> Draw:
        truth = rng.random(n) < 0.5
        label = truth ^ (rng.random(n) < rate)
        score = truth * distance + rng.normal(size=n)
        return Draw(table(np.arange(n), score=score, reference=label), textbook.delong(score, label))

    return Situation(
        "Wrong labels, rate known", f"{100 * rate:g} % wrong, known exactly, n = {n}, AUROC 0.86",
        float(ndtr(distance / np.sqrt(2))), procedure("auc", error=known_rate(rate, 0.0)), draw,
    )  # fmt: skip


def _dependent(n: int) -> Situation:
    """3 % wrong where the system is right, 23 % where it is wrong: 5 % in all, not declared independent."""

    def draw(rng: Generator) -> Draw:
        truth, predicted, right = _answers(rng, n, 0.9)
        label = truth ^ (rng.random(n) < np.where(right, 0.03, 0.23))
        return Draw(
            table(np.arange(n), value=predicted, reference=label), textbook.rows((predicted == label).astype(float))
        )

    return Situation(
        "Wrong labels, errors depend on the system's success", f"3 % and 23 %, stated as 5 %, n = {n}, p = 0.9", 0.9,
        procedure("accuracy", error=known_rate(0.05, 0.0, independent=False)), draw,
    )  # fmt: skip
