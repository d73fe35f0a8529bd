"""Agreement of raters and intraclass correlation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.random import Generator

from known_truth.evidence import procedure, table
from known_truth.numbers import NO_HABIT
from known_truth.situation import Draw, Situation

GROUP = "Raters"


def situations() -> Iterator[Situation]:
    """Ratings right with probability a, else by chance: pairs agree beyond chance with a^2, by any metric."""
    for items, a in ((60, 0.8), (30, 0.5)):
        of = {
            "percent_agreement": 0.25 + 0.75 * a * a, "fleiss_kappa": a * a, "gwet_ac1_raters": a * a,
            "krippendorff_alpha": a * a, "krippendorff_alpha_ordinal": a * a, "krippendorff_alpha_interval": a * a,
            "krippendorff_alpha_ratio": a * a,
        }  # fmt: skip
        for quantity, truth in of.items():
            yield _classes(quantity, truth, items, a)
    for raters, seldom in ((3, 0.1), (5, 0.1), (4, 0.5)):
        yield _these("percent_agreement", 60, raters, seldom)
        yield _these("fleiss_kappa", 60, raters, seldom)
    # covariance 1, variance 1.36, variance of the raters' means 0.16/3
    yield _numbers("agreement", 1.0 / (1.36 + 0.16 / 3.0))
    yield _numbers("consistency", 1.0 / 1.36)


def _classes(quantity: str, truth: float, items: int, a: float) -> Situation:
    item, rater = (x.ravel() for x in np.meshgrid(np.arange(items), np.arange(3), indexing="ij"))

    def draw(rng: Generator) -> Draw:
        code = np.where(rng.random(len(item)) < a, rng.integers(0, 4, items)[item], rng.integers(0, 4, len(item)))
        return Draw(table(item, number=code.astype(float), repeat=rater), NO_HABIT)

    name = f"{quantity}: {items} items, 3 raters, 4 classes, {a:g} right"
    return Situation(GROUP, name, truth, procedure(quantity), draw)


def _these(quantity: str, items: int, raters: int, most: float) -> Situation:
    """A statement about these items: of every other one most raters say 1, of the others 0, at most ``most`` differ."""
    item, rater = (x.ravel() for x in np.meshgrid(np.arange(items), np.arange(raters), indexing="ij"))
    other = most * (np.arange(items) // 2 + 1) / (items // 2)
    p = np.where(np.arange(items) % 2, 1.0 - other, other)
    agree, mean = float(np.mean(p**2 + (1.0 - p) ** 2)), float(np.mean(p))
    chance = mean**2 + (1.0 - mean) ** 2
    truth = agree if quantity == "percent_agreement" else (agree - chance) / (1.0 - chance)

    def draw(rng: Generator) -> Draw:
        said = rng.random(len(item)) < p[item]
        return Draw(table(item, number=said.astype(float), repeat=rater), NO_HABIT)

    name = f"{quantity}: these {items} items, {raters} raters, up to {most:g} differ"
    return Situation(GROUP, name, truth, procedure(quantity, estimand="benchmark"), draw)


def _numbers(form: str, truth: float) -> Situation:
    item, rater = (x.ravel() for x in np.meshgrid(np.arange(50), np.arange(3), indexing="ij"))

    def draw(rng: Generator) -> Draw:
        value = rng.normal(size=50)[item] + 0.4 * (rater == 2) + rng.normal(0, 0.6, len(item))
        columns: Mapping[str, Any] = {"number": value, "repeat": rater}
        return Draw(table(item, **columns), NO_HABIT)

    name = f"intraclass_correlation: 50 items, 3 raters, {form}"
    return Situation(GROUP, name, truth, procedure("intraclass_correlation", at={"form": form}), draw)
