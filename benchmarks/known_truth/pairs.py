"""Differences of two systems on the same items, and inputs of type B."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr

from known_truth import textbook
from known_truth.evidence import Columns, normal, procedure, rectangular, table
from known_truth.situation import Draw, Situation

Array = NDArray[np.float64]
GROUP = "Paired difference"


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    for n, only_first, only_second in ((30, 0.1, 0.2), (100, 0.05, 0.1), (1000, 0.01, 0.015), (200, 0.0, 0.05)):
        yield _shares(n, only_first, only_second)
    yield _clusters()
    yield _areas()
    yield _means()
    for n, half_width in ((5, 1.0), (10, 0.5), (30, 0.1)):
        yield _mean_with_drift(n, half_width)
    yield _mean_with_normal()
    yield _share_with_drift()


def _both(item: Array, first: Array, second: Array, **more: Array) -> Columns:
    """The table of two systems, and what both share."""
    n = len(item)
    twice = {name: np.tile(values, 2) for name, values in more.items() if name != "role"}
    role = "score" if "reference" in more else "number" if first.dtype == float else "value"
    system = np.repeat([0, 1], n)
    return table(np.tile(item, 2), system=system, **{role: np.concatenate([first, second])}, **twice)


def _unpaired(first: Array, second: Array) -> tuple[float, float]:
    """Difference of means -+ 1.96 standard errors over all rows, as if the rows of both systems were independent."""
    u = np.sqrt(np.var(first, ddof=1) / len(first) + np.var(second, ddof=1) / len(second))
    return textbook.around(float(second.mean() - first.mean()), textbook.Z * float(u))


def _shares(n: int, only_first: float, only_second: float) -> Situation:
    cells = np.array([0.65, only_first, only_second, 0.35 - only_first - only_second])

    def draw(rng: Generator) -> Draw:
        cell = rng.choice(4, n, p=cells)
        first, second = np.isin(cell, (0, 1)), np.isin(cell, (0, 2))
        known = textbook.bonett_price(int(np.sum(cell == 1)), int(np.sum(cell == 2)), n)
        usual = _unpaired(first.astype(float), second.astype(float))
        return Draw(_both(np.arange(n), first, second), usual, known)

    return Situation(
        GROUP, f"shares, n = {n}, only one right: {only_first:g} and {only_second:g}", only_second - only_first,
        procedure("proportion", paired=True), draw, textbook="Bonett-Price",
    )  # fmt: skip


def _clusters() -> Situation:
    """30 clusters of 10 items; both systems follow the difficulty of the cluster: E[x q] = 0.8 q."""
    m, b = 30, 10
    cluster = np.repeat(np.arange(m), b)

    def draw(rng: Generator) -> Draw:
        p = rng.beta(8, 2, m)[cluster]
        first = rng.random(m * b) < p
        second = rng.random(m * b) < 0.9 * p + 0.1
        means = [np.bincount(cluster, weights=x) / b for x in (first, second)]
        columns = _both(np.arange(m * b), first, second, cluster=cluster)
        return Draw(
            columns, _unpaired(first.astype(float), second.astype(float)), textbook.student(means[1] - means[0])
        )

    return Situation(
        GROUP, "shares, 30 clusters of 10 items", 0.02, procedure("proportion", paired=True, clusters=True), draw,
        textbook="t of cluster differences",
    )  # fmt: skip


def _areas() -> Situation:
    """AUROC of two systems whose scores correlate with 0.7."""
    truth, d1, d2, r = np.repeat([1, 0], [40, 60]), 1.0, 1.3, 0.7

    def draw(rng: Generator) -> Draw:
        shared = rng.normal(size=len(truth)) * np.sqrt(r)
        first, second = (truth * d + shared + rng.normal(0, np.sqrt(1 - r), len(truth)) for d in (d1, d2))
        (t1, a1, b1), (t2, a2, b2) = textbook.placements(first, truth), textbook.placements(second, truth)
        u = np.sqrt(textbook.delong_variance(a1, b1) + textbook.delong_variance(a2, b2))
        columns = _both(np.arange(len(truth)), first, second, reference=truth)
        usual = textbook.around(t2 - t1, textbook.Z * float(u))
        return Draw(columns, usual, textbook.delong_paired(first, second, truth))

    return Situation(
        GROUP, "AUROC, 40 v 60 items", float(ndtr(d2 / np.sqrt(2)) - ndtr(d1 / np.sqrt(2))),
        procedure("auc", paired=True), draw, textbook="DeLong, paired",
    )  # fmt: skip


def _means() -> Situation:
    n = 20

    def draw(rng: Generator) -> Draw:
        shared = rng.normal(size=n)
        first, second = shared + rng.normal(0, 0.5, n), shared + 0.3 + rng.normal(0, 0.5, n)
        return Draw(_both(np.arange(n), first, second), _unpaired(first, second), textbook.student(second - first))

    return Situation(
        GROUP, "mean score, n = 20", 0.3, procedure("mean", paired=True), draw, textbook="paired t"
    )  # fmt: skip


def _mean_with_drift(n: int, half_width: float) -> Situation:
    """Normal scores (sd 1), shifted as a whole by a drift of which only its bounds are known."""

    def draw(rng: Generator) -> Draw:
        x = 5 + rng.normal(size=n) - rng.uniform(-half_width, half_width)
        known = textbook.welch_satterthwaite(x, half_width / np.sqrt(3))
        return Draw(table(np.arange(n), number=x), textbook.rows(x), known)

    return Situation(
        "Input of type B", f"mean of n = {n}, sd 1, rectangular +- {half_width:g}", 5.0,
        procedure("mean", inputs=[rectangular(half_width)]), draw, textbook="GUM, Welch-Satterthwaite",
    )  # fmt: skip


def _mean_with_normal() -> Situation:
    def draw(rng: Generator) -> Draw:
        x = 5 + rng.normal(size=10) - rng.normal(0, 0.3)
        return Draw(table(np.arange(10), number=x), textbook.rows(x), textbook.welch_satterthwaite(x, 0.3))

    return Situation(
        "Input of type B", "mean of n = 10, sd 1, normal with u = 0.3", 5.0,
        procedure("mean", inputs=[normal(0.3)]), draw, textbook="GUM, Welch-Satterthwaite",
    )  # fmt: skip


def _share_with_drift() -> Situation:
    n, p, half_width = 200, 0.9, 0.03

    def draw(rng: Generator) -> Draw:
        right = (rng.random(n) < p - rng.uniform(-half_width, half_width)).astype(float)
        q = float(right.mean())
        known = textbook.around(q, textbook.Z * float(np.sqrt(q * (1 - q) / n + half_width**2 / 3)))
        return Draw(table(np.arange(n), value=right), textbook.rows(right), known)

    return Situation(
        "Input of type B", f"share, p = {p:g}, n = {n}, rectangular +- {half_width:g}", p,
        procedure("proportion", inputs=[rectangular(half_width)]), draw, textbook="GUM, z",
    )  # fmt: skip
