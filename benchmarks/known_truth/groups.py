"""The worst group, the gap and the least ratio, where all groups are equal and where one is apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import stats

from known_truth import textbook
from known_truth.evidence import Columns, procedure, table, words
from known_truth.situation import Draw, Interval, Situation
from measurand.document.procedure import Contrast, Procedure

Array = NDArray[np.float64]
GROUP = "Groups"
EVENTS = 0.5
"""Added to no event, where the habit's ratio does not exist."""


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    for n, shares in (
        (30, (0.8,) * 3), (100, (0.8,) * 3), (200, (0.9, 0.9, 0.8)), (60, (0.85,) * 8), (100, (0.95,) * 7 + (0.85,)),
        (30, (0.95,) * 8), (50, (0.5, 0.6, 0.7, 0.8, 0.9)),
    ):  # fmt: skip
        for kind in ("worst", "gap"):
            yield _shares(kind, n, shares)
    for n, shares in ((100, (0.5,) * 3), (200, (0.3, 0.3, 0.2)), (200, (0.5,) * 8)):
        yield _shares("least_ratio", n, shares)
    for each, clusters in ((2, 40), (4, 60)):
        yield _in_clusters("worst", each, clusters)
        yield _in_clusters("gap", each, clusters)
    for n, distance in ((20, (1.5,) * 3), (50, (2.0, 2.0, 2.0, 1.0))):
        yield _areas(n, distance)
    for n, spread in ((30, (1.0,) * 3), (100, (1.0, 1.0, 1.0, 2.0))):
        yield _errors(n, spread)


def _of_groups(quantity: str, kind: str, *, clusters: bool = False) -> Procedure:
    p = procedure(quantity, clusters=clusters)
    (m,) = p.measurand
    return p.model_copy(update={"measurand": (m.model_copy(update={"contrast": Contrast(over="group", kind=kind)}),)})


def _truth(kind: str, values: Sequence[float]) -> float:
    return {"worst": min(values), "gap": max(values) - min(values), "least_ratio": min(values) / max(values)}[kind]


def _with_groups(group: Array, cells: Columns) -> Columns:
    return {**cells, "column:group": words(group)}


def _usual(kind: str, values: Array, u: Array) -> Interval:
    """As if the groups that were selected had been named before."""
    low, high = int(np.argmin(values)), int(np.argmax(values))
    if kind == "worst":
        return textbook.around(float(values[low]), textbook.Z * float(u[low]))
    if kind == "gap":
        return textbook.around(float(np.ptp(values)), textbook.Z * float(np.hypot(u[low], u[high])))
    step = textbook.Z * float(np.hypot(u[low] / values[low], u[high] / values[high]))
    ratio = float(values[low] / values[high])
    return ratio * float(np.exp(-step)), ratio * float(np.exp(step))


def _said(shares: Sequence[float]) -> str:
    if len(set(shares)) == 1:
        return f"all {shares[0]:g}"
    return f"all {shares[0]:g} but one {shares[-1]:g}" if len(set(shares)) == 2 else f"{shares[0]:g} to {shares[-1]:g}"


def _shares(kind: str, n: int, shares: Sequence[float]) -> Situation:
    group = np.repeat(np.arange(len(shares)), n)

    def draw(rng: Generator) -> Draw:
        value = (rng.random(len(group)) < np.repeat(shares, n)).astype(float)
        events = value.reshape(-1, n).sum(axis=1)
        p = np.maximum(events, EVENTS if kind == "least_ratio" else 0.0) / n
        cells = _with_groups(group, table(np.arange(len(group)), value=value))
        return Draw(cells, _usual(kind, p, np.sqrt(p * (1 - p) / n)))

    name = f"{kind} of {len(shares)} groups of {n}, shares {_said(shares)}"
    return Situation(GROUP, name, _truth(kind, shares), _of_groups("proportion", kind), draw)


def _in_clusters(kind: str, each: int, clusters: int) -> Situation:
    """Every cluster has ``each`` items in each of three groups; three items in ten go with their cluster."""
    shares = np.array([0.85, 0.85, 0.75])
    group = np.tile(np.repeat(np.arange(3), each), clusters)
    cluster = np.repeat(np.arange(clusters), 3 * each)

    def draw(rng: Generator) -> Draw:
        own, common = rng.random(len(group)), rng.random(clusters)[cluster]
        value = (np.where(rng.random(len(group)) < 0.3, common, own) < shares[group]).astype(float)
        p = np.array([value[group == g].mean() for g in range(3)])
        cells = _with_groups(group, table(np.arange(len(group)), value=value, cluster=cluster))
        return Draw(cells, _usual(kind, p, np.sqrt(p * (1 - p) / (each * clusters))))

    name = f"{kind} of 3 groups in each of {clusters} clusters, {each} items of each group"
    return Situation(GROUP, name, _truth(kind, list(shares)), _of_groups("proportion", kind, clusters=True), draw)


def _areas(n: int, distance: Sequence[float]) -> Situation:
    """Area under the ROC curve of normal scores with ``n`` of each class in a group: Phi(d / sqrt 2)."""
    truth = stats.norm.cdf(np.array(distance) / np.sqrt(2.0))
    group = np.repeat(np.arange(len(distance)), 2 * n)
    positive = np.tile(np.repeat([0, 1], n), len(distance))

    def draw(rng: Generator) -> Draw:
        score = rng.normal(size=len(group)) + positive * np.repeat(distance, 2 * n)
        cells = table(np.arange(len(group)), value=positive, reference=positive, score=score)
        seen = [score[group == g].reshape(2, n) for g in range(len(distance))]
        area = np.array([np.mean(high[:, None] > low) for low, high in seen])
        u = np.sqrt(np.maximum(area * (1 - area), 1e-4) * (2 * n + 1) / (3 * n**2))
        return Draw(_with_groups(group, cells), _usual("worst", area, u))

    name = f"worst of {len(distance)} groups, area under the ROC curve, {n} of each class, d {_said(distance)}"
    return Situation(GROUP, name, float(truth.min()), _of_groups("auc", "worst"), draw)


def _errors(n: int, spread: Sequence[float]) -> Situation:
    """Mean absolute error of normal errors, the largest is the worst: ``max(sigma) sqrt(2 / pi)``."""
    group = np.repeat(np.arange(len(spread)), n)

    def draw(rng: Generator) -> Draw:
        target, error = rng.normal(size=len(group)), rng.normal(size=len(group)) * np.repeat(spread, n)
        cells = table(np.arange(len(group)), number=target + error, target=target)
        size = np.abs(error).reshape(-1, n)
        at = int(np.argmax(size.mean(axis=1)))
        return Draw(_with_groups(group, cells), textbook.rows(size[at]))

    name = f"worst of {len(spread)} groups of {n}, mean absolute error, sigma {_said(spread)}"
    truth = float(max(spread) * np.sqrt(2.0 / np.pi))
    return Situation(GROUP, name, truth, _of_groups("mean_absolute_error", "worst"), draw)
