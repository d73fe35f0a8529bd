"""Area under the ROC curve of independent items: balanced, imbalanced, separated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from scipy.special import ndtr, ndtri

from known_truth import textbook
from known_truth.evidence import procedure, table
from known_truth.situation import Draw, Situation


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    for positives, negatives, area in (
        (50, 50, 0.8), (10, 500, 0.7), (10, 500, 0.9), (10, 500, 0.98), (5, 200, 0.85), (3, 100, 0.9), (30, 1000, 0.95),
        (500, 20, 0.9),
    ):  # fmt: skip
        yield _binormal("Imbalanced AUROC", positives, negatives, area)
    yield _binormal("AUROC near or at 1", 20, 60, 0.999)
    yield _binormal("AUROC near or at 1", 8, 60, 0.9999)
    yield _separated(10, 50)


def _binormal(group: str, positives: int, negatives: int, area: float) -> Situation:
    distance, truth = float(np.sqrt(2) * ndtri(area)), np.repeat([1, 0], [positives, negatives])
    return _situation(
        group, f"{positives} v {negatives}, AUROC {area:g}", truth, distance, float(ndtr(distance / np.sqrt(2)))
    )


def _separated(positives: int, negatives: int) -> Situation:
    """Scores so far apart that the classes never meet (probability below 1e-20): the truth is 1 to all digits."""
    truth = np.repeat([1, 0], [positives, negatives])
    return _situation("AUROC near or at 1", f"{positives} v {negatives}, perfect separation", truth, 20.0, 1.0)


def _situation(group: str, name: str, truth: np.ndarray, distance: float, area: float) -> Situation:
    def draw(rng: Generator) -> Draw:
        score = truth * distance + rng.normal(size=len(truth))
        columns = table(np.arange(len(truth)), score=score, reference=truth)
        return Draw(columns, textbook.delong(score, truth), textbook.delong_logit(score, truth))

    few = min(int(truth.sum()), int(len(truth) - truth.sum())) < 10
    return Situation(group, name, area, procedure("auc"), draw, textbook="DeLong, logit", width_exempt=few)
