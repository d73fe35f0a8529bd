"""Quantities of numbers: errors, correlations, quantiles, rates, predicted intervals and sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import exp, pi, prod, sqrt
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtri

from known_truth import textbook
from known_truth.evidence import procedure, table
from known_truth.situation import Draw, Situation

Array = NDArray[np.float64]
Drawn = Callable[[Generator], tuple[Mapping[str, Any], Array | None]]
"""Columns of one replicate, and the numbers of which habit takes mean +- 1.96 standard errors (None: nothing)."""
NO_HABIT = (float("nan"), float("nan"))
GROUP = "Numbers"


MATCHED = (0.7, 0.5, 0.35, 0.25)
"""Shares of 1- to 4-grams that are in a reference."""
BREVITY = exp(1.0 - 14.5 / 14.0)


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    yield from _errors()
    yield from _correlations()
    yield from _quantiles()
    yield from _rates()
    yield from _predictions()


def of_quantity(
    group: str, quantity: str, name: str, truth: float, drawn: Drawn, *, at: Mapping[str, str] | None = None,
    clusters: bool = False,
) -> Situation:  # fmt: skip
    """A situation of one quantity; the columns are those of ``evidence.table``."""

    def draw(rng: Generator) -> Draw:
        columns, habit = drawn(rng)
        items = np.arange(len(next(iter(columns.values()))))
        return Draw(table(items, **columns), NO_HABIT if habit is None else textbook.rows(habit))

    return Situation(group, f"{quantity}: {name}", truth, procedure(quantity, at=at, clusters=clusters), draw)


def _one(quantity: str, name: str, truth: float, drawn: Drawn, **more: Any) -> Situation:
    return of_quantity(GROUP, quantity, name, truth, drawn, **more)


def _counts(rng: Generator) -> tuple[Mapping[str, Any], None]:
    """Texts of 8 to 20 words, references of up to two words less or three more, and a quality of each text."""
    n = 60
    length = rng.integers(8, 21, n)
    reference = length + rng.integers(-2, 4, n)
    total = length[:, None] - np.arange(4)
    quality = rng.uniform(0.6, 1.4, n)[:, None]  # mean 1: some texts are better than others
    counts = np.column_stack([rng.binomial(total, np.array(MATCHED) * quality), total, length, reference])
    return {"members": counts.astype(float)}, None


def _density(z: float) -> float:
    return exp(-0.5 * z * z) / sqrt(2.0 * pi)


def _errors() -> Iterator[Situation]:
    """Normal errors, mean 0.3 for the bias, else 0; sd 1."""
    of: dict[str, tuple[Callable[[Array], Array], float, float]] = {
        "bias": (lambda e: e, 0.3, 0.3),
        "mean_absolute_error": (np.abs, 0.0, sqrt(2.0 / pi)),
        "mean_squared_error": (np.square, 0.0, 1.0),
        "root_mean_square_error": (np.square, 0.0, 1.0),
    }
    for quantity, (number, mean, truth) in of.items():

        def drawn(
            rng: Generator,
            number: Callable[[Array], Array] = number,
            mean: float = mean,
            root: bool = quantity == "root_mean_square_error",
        ) -> tuple[Mapping[str, Any], Array | None]:
            r, e = rng.normal(5, 2, 50), rng.normal(mean, 1, 50)
            return {"number": r + e, "target": r}, None if root else number(e)

        yield _one(quantity, "50 items, normal errors", truth, drawn)

    def clustered(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        cluster = np.repeat(np.arange(20), 5)
        e = sqrt(0.3) * rng.normal(size=20)[cluster] + sqrt(0.7) * rng.normal(size=100)
        r = rng.normal(5, 2, 100)
        return {"number": r + e, "target": r, "cluster": cluster}, np.abs(e)

    yield _one("mean_absolute_error", "20 clusters of 5, icc 0.3", sqrt(2.0 / pi), clustered, clusters=True)

    def relative(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        r, e = rng.uniform(5, 15, 50), rng.normal(0, 0.1, 50)
        return {"number": r * (1 + e), "target": r}, np.abs(e)

    yield _one("mean_absolute_percentage_error", "50 items", 0.1 * sqrt(2.0 / pi), relative)


def _correlations() -> Iterator[Situation]:
    def line(n: int, rho: float) -> Drawn:
        def drawn(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
            r, e = rng.normal(size=(2, n))
            x = rho * r + sqrt(1 - rho * rho) * e
            return {"number": x, "target": r}, None

        return drawn

    yield _one("correlation", "30 normal pairs, 0.8", 0.8, line(30, 0.8))
    yield _one("correlation", "50 normal pairs, 0.3", 0.3, line(50, 0.3))

    def shifted(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        r, e = rng.normal(size=(2, 50))
        return {"number": r + 0.3 + 0.5 * e, "target": r}, None

    yield _one("concordance_correlation", "50 normal pairs", 2.0 / (1.0 + 1.25 + 0.09), shifted)

    def explained(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        r, e = rng.normal(size=(2, 60))
        return {"number": 2 * r + e, "target": 2 * r}, None

    yield _one("r_squared", "60 items, normal errors", 0.75, explained)


def _quantiles() -> Iterator[Situation]:
    def independent(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        y = rng.normal(size=100)
        return {"number": y}, None

    yield _one("quantile", "0.9 of 100 normal numbers", float(ndtri(0.9)), independent, at={"q": "0.9"})

    def clustered(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        cluster = np.repeat(np.arange(40), 5)
        y = sqrt(0.3) * rng.normal(size=40)[cluster] + sqrt(0.7) * rng.normal(size=200)
        return {"number": y, "cluster": cluster}, None

    yield _one("quantile", "median of 40 clusters of 5, icc 0.3", 0.0, clustered, at={"q": "0.5"}, clusters=True)

    def absolute(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        r, e = rng.normal(5, 2, 100), rng.normal(size=100)
        return {"number": r + e, "target": r}, None

    yield _one("median_absolute_error", "100 items, normal errors", float(ndtri(0.75)), absolute)


def _rates() -> Iterator[Situation]:
    def spread(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        t = rng.uniform(5, 15, 40)
        events = rng.poisson(0.1 * rng.gamma(4.0, 0.25, 40) * t)
        return {"number": events, "exposure": t}, events / t

    yield _one("rate", "40 drives, more than Poisson spread", 0.1, spread)

    def rare(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        t = rng.uniform(5, 15, 20)
        events = rng.poisson(0.02 * t)
        return {"number": events, "exposure": t}, events / t

    yield _one("rate", "20 drives, 4 events expected", 0.02, rare)


def _predictions() -> Iterator[Situation]:
    z90, z95 = float(ndtri(0.9)), float(ndtri(0.95))

    def predicted(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        mean, e = rng.normal(5, 2, 60), rng.normal(size=60)
        loss = np.where(e >= z90, 0.9 * (e - z90), 0.1 * (z90 - e))
        return {"number": mean + z90, "target": mean + e}, loss

    yield _one("pinball", "60 items, right quantiles", _density(z90), predicted, at={"q": "0.9"})

    def ensemble(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        x, r = rng.normal(size=(60, 10)), rng.normal(size=60)
        between = np.abs(x[:, :, None] - x[:, None, :]).mean(axis=(1, 2))
        return {"members": x, "target": r}, np.abs(x - r[:, None]).mean(axis=1) - between / 2

    # E|X - r| = 2/sqrt(pi), and the same for two members, of which one in ten is compared with itself
    yield _one("crps", "60 items, 10 members", (2.0 - 0.9) / sqrt(pi), ensemble)
    yield _one("corpus_bleu", "60 texts", BREVITY * prod(MATCHED) ** 0.25, _counts)

    def normal(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        mean, e = rng.normal(5, 2, 60), rng.normal(size=60)
        return {"number": mean, "spread": np.ones(60), "target": mean + e}, None

    yield _one("crps_normal", "60 items, right spread", 1.0 / sqrt(pi), normal)

    def interval(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        mean, e = rng.normal(5, 2, 100), rng.normal(size=100)
        ends = {"lower": mean - z95, "upper": mean + z95, "target": mean + e}
        return ends, (np.abs(e) <= z95).astype(float)

    def scored(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        ends, _ = interval(rng)
        return ends, ends["upper"] - ends["lower"] + 20 * (
            np.maximum(ends["lower"] - ends["target"], 0) + np.maximum(ends["target"] - ends["upper"], 0)
        )

    yield _one("interval_coverage", "100 items, right intervals", 0.9, interval)
    beyond = _density(z95) - z95 * 0.05
    yield _one("interval_score", "100 items, right intervals", 2 * z95 + 40 * beyond, scored, at={"level": "0.9"})

    def widths(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        width = rng.uniform(1, 3, 40)
        return {"lower": -width, "upper": np.zeros(40)}, width

    yield _one("interval_width", "40 items", 2.0, widths)

    def sets(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        truth, inside = rng.integers(0, 4, 100), rng.random((100, 4)) < 0.3
        hit = rng.random(100) < 0.9
        inside[np.arange(100), truth] = hit
        return {"set": inside, "classes": truth}, hit.astype(float)

    def sizes(rng: Generator) -> tuple[Mapping[str, Any], Array | None]:
        columns, _ = sets(rng)
        return columns, columns["set"].sum(axis=1).astype(float)

    yield _one("set_coverage", "100 items, 4 classes", 0.9, sets)
    yield _one("set_size", "100 items, 4 classes", 0.9 + 3 * 0.3, sizes)
