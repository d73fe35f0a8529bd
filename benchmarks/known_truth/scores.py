"""Quantities of scores: proper scores, calibration, areas, rankings, times to an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from known_truth.numbers import Drawn, of_quantity
from known_truth.situation import Situation

Array = NDArray[np.float64]
Columns = tuple[Mapping[str, Any], Array | None]
GROUP = "Scores"


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    yield from _proper()
    yield from _calibration()
    yield from _areas()
    yield from _times()
    yield from _rankings()


def _one(quantity: str, name: str, truth: float, drawn: Drawn, **more: Any) -> Situation:
    return of_quantity(GROUP, quantity, name, truth, drawn, **more)


def _middle(low: float, high: float, steps: int = 20_000) -> Array:
    """Middles of small steps, for integrals."""
    return low + (high - low) * (np.arange(steps) + 0.5) / steps


def _right(n: int, factor: float = 1.0, low: float = 0.1, high: float = 0.9) -> Drawn:
    """Probabilities between ``low`` and ``high``; what they say happens with ``factor`` times the probability."""

    def drawn(rng: Generator) -> Columns:
        p = rng.uniform(low, high, n)
        y = (rng.random(n) < factor * p).astype(int)
        return {"score": p, "reference": y}, -np.log(np.where(y == 1, p, 1 - p)) if factor == 1.0 else y - p

    return drawn


def _proper() -> Iterator[Situation]:
    p = _middle(0.1, 0.9)
    surprise = float(np.mean(-p * np.log(p) - (1 - p) * np.log(1 - p)))
    yield _one("log_score", "100 items, right probabilities", surprise, _right(100))

    def squares(rng: Generator) -> Columns:
        columns, _ = _right(100)(rng)
        return columns, np.square(columns["score"] - columns["reference"])

    yield _one("brier_score", "100 items, right probabilities", float(np.mean(p * (1 - p))), squares)

    def called(rng: Generator) -> Columns:
        score = rng.random(100)
        return {"score": score}, (score >= 0.7).astype(float)

    yield _one("positive_rate", "100 items at 0.7", 0.3, called, at={"score": "0.7"})

    def classes(rng: Generator, *, squares: bool) -> Columns:
        p = rng.dirichlet(np.ones(3), 100)
        truth = (rng.random(100)[:, None] > np.cumsum(p, axis=1)).sum(axis=1).clip(0, 2)
        of_truth = p[np.arange(100), truth]
        habit = (p * p).sum(axis=1) - 2 * of_truth + 1 if squares else -np.log(of_truth)
        return {"scores": p, "classes": truth}, habit

    name = "100 items, 3 classes, right probabilities"
    # of a uniform distribution on the simplex: E sum p^2 = 1/2, E -sum p ln p = psi(4) - psi(2)
    yield _one("multiclass_brier_score", name, 0.5, lambda rng: classes(rng, squares=True))
    yield _one("multiclass_log_score", name, 1 / 2 + 1 / 3, lambda rng: classes(rng, squares=False))


def _calibration() -> Iterator[Situation]:
    yield _one("calibration_in_the_large", "100 items, 20 % too high", -0.1, _right(100, 0.8))

    def ratio(rng: Generator) -> Columns:
        return _right(100, 0.8)(rng)[0], None

    yield _one("observed_to_expected", "100 items, 20 % too high", 0.8, ratio)

    def line(rng: Generator) -> Columns:
        x = rng.normal(0, 1.5, 300)
        happens = 1 / (1 + np.exp(-(-0.3 + 0.8 * x)))
        return {"score": 1 / (1 + np.exp(-x)), "reference": (rng.random(300) < happens).astype(int)}, None

    yield _one("calibration_slope", "300 items", 0.8, line)
    yield _one("calibration_intercept", "300 items", -0.3, line)

    def overstated(rng: Generator) -> Columns:
        return _right(300, 0.6, 0.3, 0.9)(rng)[0], None

    yield _one("expected_calibration_error", "300 items, 40 % too high", 0.4 * 0.6, overstated)
    for n, factor, said in ((300, 1.0, "right"), (300, 0.95, "5 % too high"), (3000, 0.95, "5 % too high")):
        name = f"{n} items, {said}"  # the estimate is biased upwards near calibration
        yield _one("expected_calibration_error", name, 0.5 * (1 - factor), _right(n, factor))

    def equal_mass(rng: Generator) -> Columns:
        return _right(300, 0.95)(rng)[0], None

    def together(rng: Generator) -> Columns:
        """Clusters of five with one probability and one outcome each, the worst case; nothing is at fault."""
        cluster = np.repeat(np.arange(60), 5)
        p = rng.uniform(0.1, 0.9, 60)
        y = (rng.random(60) < p).astype(int)
        return {"score": p[cluster], "reference": y[cluster], "cluster": cluster}, None

    yield _one("expected_calibration_error", "60 clusters of 5 equal items, right", 0.0, together, clusters=True)
    name = "300 items, 5 % too high, bins of equal weight"
    yield _one("expected_calibration_error", name, 0.5 * 0.05, equal_mass, at={"binning": "mass"})


def _binormal(positives: int, negatives: int, distance: float) -> Drawn:
    def drawn(rng: Generator) -> Columns:
        truth = np.repeat([1, 0], [positives, negatives])
        return {"score": distance * truth + rng.normal(size=len(truth)), "reference": truth}, None

    return drawn


def _areas() -> Iterator[Situation]:
    t = _middle(0.0, 0.2)
    area = 0.2 * float(np.mean(ndtr(1.5 + ndtri(t))))
    yield _one("partial_auc", "60 v 60, up to 0.2", area, _binormal(60, 60, 1.5), at={"fpr": "0.2"})

    def mixed(rng: Generator) -> Columns:
        truth = (rng.random(300) < 0.3).astype(int)
        return {"score": 1.5 * truth + rng.normal(size=300), "reference": truth}, None

    recall = _middle(0.0, 1.0)
    false = ndtr(-(1.5 + ndtri(1 - recall)))
    precision = 0.3 * recall / (0.3 * recall + 0.7 * false)
    yield _one("average_precision", "300 items, 30 % positive", float(np.mean(precision)), mixed)

    def classes(rng: Generator) -> Columns:
        truth = rng.integers(0, 3, 120)
        return {"scores": 1.5 * np.eye(3)[truth] + rng.normal(size=(120, 3)), "classes": truth}, None

    for pairs in ("rest", "pairs"):
        area = float(ndtr(1.5 / sqrt(2)))
        yield _one("multiclass_auc", f"120 items, 3 classes, {pairs}", area, classes, at={"pairs": pairs})


def _times() -> Iterator[Situation]:
    """Exponential times with rate e^s, normal scores with sd 0.8, observed up to a time: the truth is an integral."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    s, w = 0.8 * nodes, weights / sqrt(2 * pi)
    a, b = s[:, None], s[None, :]
    first = np.exp(a) / (np.exp(a) + np.exp(b))
    for until in (0.7, 20.0):
        seen = 1 - np.exp(-(np.exp(a) + np.exp(b)) * until)
        in_order = np.where(a > b, first, np.where(a < b, 1 - first, 0.5))
        truth = float(w @ (in_order * seen) @ w / (w @ seen @ w))

        def drawn(rng: Generator, until: float = until) -> Columns:
            score = rng.normal(0, 0.8, 120)
            time = rng.exponential(np.exp(-score))
            return {"score": score, "target": np.minimum(time, until), "event": time <= until}, None

        censored = "nearly all seen" if until > 10 else "half censored"
        yield _one("concordance", f"120 items, {censored}", truth, drawn)


def _rankings() -> Iterator[Situation]:
    """Queries of five documents of which one is relevant, at place 1 to 5 with these probabilities."""
    chance, queries = np.array([0.5, 0.2, 0.15, 0.1, 0.05]), 40
    place = np.arange(1, 6)

    def drawn(rng: Generator) -> Columns:
        at = rng.choice(5, queries, p=chance)
        query = np.repeat(np.arange(queries), 5)
        grade = (np.tile(np.arange(5), queries) == at[query]).astype(float)
        return {"query": query, "cluster": query, "score": -np.tile(np.arange(5.0), queries), "target": grade}, None

    truths = {
        "ndcg": (float(chance @ (1 / np.log2(place + 1))), {}),
        "mean_reciprocal_rank": (float(chance @ (1 / place)), {}),
        "mean_average_precision": (float(chance @ (1 / place)), {}),
        "recall_at_k": (float(chance[:2].sum()), {"k": "2"}),
        "precision_at_k": (float(chance[:2].sum()) / 2, {"k": "2"}),
    }
    for quantity, (truth, at) in truths.items():
        yield _one(quantity, "40 queries of 5", truth, drawn, at=at, clusters=True)
