"""Shares: independent items, clusters, strata, rare events."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from known_truth import textbook
from known_truth.evidence import procedure, table
from known_truth.situation import Draw, Situation

Array = NDArray[np.float64]
Sizes = Callable[[Generator], NDArray[np.int64]]


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    for p in (0.5, 0.9, 0.99, 0.999):
        for n in (10, 30, 100, 1000):
            yield _independent(p, n)
    for m in (3, 8, 20, 100):
        for rho in (0.05, 0.2, 0.5):
            yield _equal_clusters(m, rho)
    for m in (6, 20, 100):
        yield _lognormal_clusters(m)
    yield _telling_sizes()
    yield _strata("2 strata, weights 9 : 1", (0.9, 0.1), (50, 50), (0.95, 0.6))
    yield _strata("5 strata, weights 8 : 1", (0.4, 0.3, 0.15, 0.1, 0.05), (20,) * 5, (0.9, 0.8, 0.7, 0.95, 0.5))
    yield _strata("20 strata of 5", (0.05,) * 20, (5,) * 20, (0.95,) * 20)
    yield _strata_with_clusters()
    yield _rare(100, 10, 0.99, 0.3)
    yield _rare(100, 20, 0.999, 0.1)
    yield _rare(30, 50, 0.999, 0.02)


def _independent(p: float, n: int) -> Situation:
    def draw(rng: Generator) -> Draw:
        right = rng.random(n) < p
        exact = textbook.clopper_pearson(int(right.sum()), n)
        return Draw(table(np.arange(n), value=right), textbook.rows(right), exact)

    return Situation(
        "Independent items", f"p = {p:g}, n = {n}", p, procedure("proportion"), draw, textbook="Clopper-Pearson"
    )


def beta(rng: Generator, p: float, rho: float, m: int) -> Array:
    """Success probabilities of ``m`` clusters with mean p and intraclass correlation rho, shape (m,)."""
    scale = (1 - rho) / rho
    return rng.beta(p * scale, (1 - p) * scale, m)


def _clustered(rng: Generator, probability: Array, sizes: NDArray[np.int64]) -> Draw:
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    right = (rng.random(len(cluster)) < probability[cluster]).astype(float)
    totals = np.bincount(cluster, weights=right, minlength=len(sizes))
    columns = table(np.arange(len(cluster)), value=right, cluster=cluster)
    return Draw(columns, textbook.rows(right), textbook.cluster_ratio(totals, sizes.astype(float)))


def _equal_clusters(m: int, rho: float) -> Situation:
    def draw(rng: Generator) -> Draw:
        return _clustered(rng, beta(rng, 0.8, rho, m), np.full(m, 10))

    return Situation(
        "Equal clusters of 10 items, p = 0.8", f"{m} clusters, icc {rho:g}", 0.8,
        procedure("proportion", clusters=True), draw, textbook="t of cluster means",
        kind="ordinary" if m >= 10 else "hardest",
    )  # fmt: skip


def _lognormal_clusters(m: int) -> Situation:
    def draw(rng: Generator) -> Draw:
        sizes = np.clip(np.round(np.exp(rng.normal(np.log(10), 1.0, m))), 1, 80).astype(np.int64)
        return _clustered(rng, beta(rng, 0.8, 0.2, m), sizes)

    return Situation(
        "Unequal clusters", f"{m} clusters of 1 to 80 items (log-normal), p = 0.8, icc 0.2", 0.8,
        procedure("proportion", clusters=True), draw, textbook="linearised ratio, t",
        kind="ordinary" if m >= 10 else "hardest",
    )  # fmt: skip


def _telling_sizes() -> Situation:
    """Large clusters do worse: the share of items is (0.2 * 40 * 0.7 + 0.8 * 5 * 0.9) / (0.2 * 40 + 0.8 * 5)."""

    def draw(rng: Generator) -> Draw:
        large = rng.random(60) < 0.2
        sizes, p = np.where(large, 40, 5), np.where(large, 0.7, 0.9)
        return _clustered(rng, rng.beta(p * 9, (1 - p) * 9), sizes)

    return Situation(
        "Unequal clusters", "60 clusters of 5 (p = 0.9) or 40 (p = 0.7) items, icc 0.1", 9.2 / 12,
        procedure("proportion", clusters=True), draw, textbook="linearised ratio, t",
    )  # fmt: skip


def _strata(name: str, weights: tuple[float, ...], sizes: tuple[int, ...], shares: tuple[float, ...]) -> Situation:
    w, n, p = np.array(weights), np.array(sizes), np.array(shares)
    stratum = np.repeat(np.arange(len(n)), n)

    def draw(rng: Generator) -> Draw:
        right = (rng.random(len(stratum)) < p[stratum]).astype(float)
        seen = np.bincount(stratum, weights=right) / n
        columns = table(np.arange(len(stratum)), value=right, stratum=stratum, weight=(w / n)[stratum] * 1000)
        usual = textbook.strata(seen, seen * (1 - seen) / (n - 1), w, np.inf)
        return Draw(columns, textbook.rows(right), usual)

    return Situation(
        "Known strata weights", name, float(w @ p), procedure("proportion", strata=True), draw,
        textbook="stratified mean, z",
    )  # fmt: skip


def _strata_with_clusters() -> Situation:
    """Two strata of 15 clusters of 6 items."""
    w, p, m, b = np.array([0.8, 0.2]), np.array([0.9, 0.6]), 15, 6
    stratum_of_cluster = np.repeat([0, 1], m)
    cluster = np.repeat(np.arange(2 * m), b)
    stratum = stratum_of_cluster[cluster]

    def draw(rng: Generator) -> Draw:
        probability = np.concatenate([beta(rng, p[0], 0.2, m), beta(rng, p[1], 0.2, m)])
        right = (rng.random(len(cluster)) < probability[cluster]).astype(float)
        means = (np.bincount(cluster, weights=right) / b).reshape(2, m)
        columns = table(
            np.arange(len(cluster)), value=right, cluster=cluster, stratum=stratum, weight=w[stratum] / (m * b) * 1000
        )
        known = textbook.strata(means.mean(axis=1), means.var(axis=1, ddof=1) / m, w, 2 * m - 2)
        return Draw(columns, textbook.rows(right), known)

    return Situation(
        "Known strata weights", "2 strata, weights 4 : 1, of 15 clusters of 6 items, icc 0.2", float(w @ p),
        procedure("proportion", strata=True, clusters=True), draw, textbook="stratified mean of clusters, t",
    )  # fmt: skip


def _rare(m: int, b: int, p: float, rho: float) -> Situation:
    def draw(rng: Generator) -> Draw:
        return _clustered(rng, beta(rng, p, rho, m), np.full(m, b))

    return Situation(
        "Rare failures in clusters", f"p = {p:g}, {m} clusters of {b} items, icc {rho:g}", p,
        procedure("proportion", clusters=True), draw, textbook="t of cluster means",
    )  # fmt: skip
