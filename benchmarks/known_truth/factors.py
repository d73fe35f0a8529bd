"""Crossed and split-plot random factors: prompts, sessions, readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr

from known_truth import textbook
from known_truth.evidence import Columns, procedure, table
from known_truth.situation import Draw, Kind, Situation

Array = NDArray[np.float64]


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    for prompts in (3, 5, 10):
        yield _accuracy(prompts)
    for prompts in (3, 5, 10):
        yield _area(prompts)
    yield _holes()
    yield _area_with_holes()
    for prompts, each in ((4, 2), (6, 2), (8, 3)):
        yield _some(prompts, each)
    for items, prompts, each in ((60, 8, 2), (24, 4, 2)):
        yield _some_numbers(items, prompts, each)
    for items, languages, each in ((40, 4, 2), (20, 5, 1)):
        yield _some_fixed(items, languages, each)
    for prompts in (3, 5):
        yield _inside(prompts)
    yield _inside_random()
    yield _sessions()
    yield _share_of_sessions()
    yield _readers(blocks=4, readers=5, positives=15, negatives=15)
    yield _readers(blocks=6, readers=3, positives=10, negatives=20)


def _kind(levels: int) -> Kind:
    return "ordinary" if levels >= 5 else "hardest"


def _grid(items: int, levels: int, repeats: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    item, level, repeat = np.meshgrid(np.arange(items), np.arange(levels), np.arange(repeats), indexing="ij")
    return item.ravel(), level.ravel(), repeat.ravel()


def _probit(rng: Generator, items: int, levels: int, sd: tuple[float, float, float]) -> Array:
    """Probabilities ``Phi(1.2 + a_item + b_level + c)``, shape (items, levels)."""
    a, b, c = (rng.normal(0, s, shape) for s, shape in zip(sd, ((items, 1), (1, levels), (items, levels)), strict=True))
    return np.asarray(ndtr(1.2 + a + b + c))


def _right(rng: Generator, name: str, levels: int, repeats: int, sd: tuple[float, float, float]) -> Draw:
    items = 60
    item, level, repeat = _grid(items, levels, repeats)
    right = (rng.random(len(item)) < _probit(rng, items, levels, sd)[item, level]).astype(float)
    truth = np.random.default_rng(1).random(items) < 0.5
    value = np.where(right > 0, truth[item], ~truth[item])
    columns = table(item, value=value, reference=truth[item], repeat=repeat, factors={name: level})
    return Draw(
        columns, textbook.rows(right), textbook.crossed(right.reshape(items, levels, repeats).mean(axis=2))
    )  # fmt: skip


def _accuracy(prompts: int) -> Situation:
    """Items differ in difficulty, prompts in quality: the truth is ``Phi(mu / sqrt(1 + sum of squares))``."""
    sd = (0.8, 0.25, 0.3)

    def draw(rng: Generator) -> Draw:
        return _right(rng, "prompt", prompts, 3, sd)

    truth = float(ndtr(1.2 / np.sqrt(1 + sum(s * s for s in sd))))
    return Situation(
        "Items x prompts x repeats, accuracy", f"60 items, {prompts} prompts, 3 repeats", truth,
        procedure("accuracy", factors=["prompt"]), draw, textbook="ANOVA, Satterthwaite", kind=_kind(prompts),
    )  # fmt: skip


def _area(prompts: int) -> Situation:
    """Prompts differ in how far they separate the classes: the truth is ``Phi(d / sqrt(2 s^2 + s_prompt^2))``."""
    n, repeats, d, a, b, c, e = 60, 2, 1.5, 0.7, 0.3, 0.4, 0.5
    truth_of_item = np.arange(n) % 2
    item, level, repeat = _grid(n, prompts, repeats)
    positive = truth_of_item[item]

    def draw(rng: Generator) -> Draw:
        separation = d + rng.normal(0, b, prompts)
        score = positive * separation[level] + rng.normal(0, a, n)[item] + rng.normal(0, c, (n, prompts))[item, level]
        score = score + rng.normal(0, e, len(item))
        columns = table(item, score=score, reference=positive, repeat=repeat, factors={"prompt": level})
        parts = [
            textbook.placements(score[at], positive[at])
            for at in (np.flatnonzero((level == p) & (repeat == r)) for p in range(prompts) for r in range(repeats))
        ]
        u = np.sqrt(sum(textbook.delong_variance(x, y) for _, x, y in parts)) / len(parts)
        return Draw(columns, textbook.around(float(np.mean([t for t, _, _ in parts])), textbook.Z * float(u)))

    truth = float(ndtr(d / np.sqrt(2 * (a * a + c * c + e * e) + b * b)))
    return Situation(
        "Items x prompts x repeats, AUROC", f"30 v 30 items, {prompts} prompts, 2 repeats", truth,
        procedure("auc", factors=["prompt"]), draw, kind=_kind(prompts),
    )  # fmt: skip


def _holes() -> Situation:
    """One answer in five is missing, whatever it would have been."""
    sd = (0.8, 0.25, 0.3)

    def draw(rng: Generator) -> Draw:
        columns = _kept(rng, _right(rng, "prompt", 8, 1, sd).columns)
        return Draw(columns, textbook.rows((columns["value"] == columns["reference"]).astype(float)))

    truth = float(ndtr(1.2 / np.sqrt(1 + sum(s * s for s in sd))))
    return Situation(
        "Items x prompts, one in five missing", "60 items, 8 prompts, accuracy", truth,
        procedure("accuracy", factors=["prompt"]), draw,
    )  # fmt: skip


def _area_with_holes() -> Situation:
    whole = _area(8)

    def draw(rng: Generator) -> Draw:
        full = whole.draw(rng)
        return replace(full, columns=_kept(rng, full.columns))

    return replace(whole, group="Items x prompts, one in five missing", name=whole.name + ", AUROC", draw=draw)


def _chosen(rng: Generator, items: int, levels: int, each: int) -> NDArray[np.bool_]:
    """Which levels each item meets, as ``design.each`` draws them."""
    kept = np.zeros((items, levels), bool)
    shuffled = rng.permutation(items)
    for start in range(0, items, levels):
        order = rng.permutation(levels)
        for place, item in enumerate(shuffled[start : start + levels]):
            kept[item, order[(place + np.arange(each)) % levels]] = True
    return kept


def _some_numbers(items: int, prompts: int, each: int) -> Situation:
    """Items differ much more than prompts: what they leave in the differences of prompts must be taken out."""

    def draw(rng: Generator) -> Draw:
        item, level = np.nonzero(_chosen(rng, items, prompts, each))
        item, level, repeat = np.repeat(item, 2), np.repeat(level, 2), np.tile([0, 1], len(item))
        both = rng.normal(0, 0.5, (items, prompts))[item, level] + rng.normal(0, 0.3, len(item))
        number = rng.normal(0, 1, items)[item] + rng.normal(0, 0.25, prompts)[level] + both
        return Draw(table(item, number=number, repeat=repeat, factors={"prompt": level}), textbook.rows(number))

    return Situation(
        "Each item under some of the prompts, mean", f"{items} items, {each} of {prompts} prompts, 2 repeats", 0.0,
        procedure("mean", factors=["prompt"]), draw, kind=_kind(prompts),
    )  # fmt: skip


def _some_fixed(items: int, languages: int, each: int) -> Situation:
    """Languages far apart, each item in some of them: what differs between the languages is no uncertainty."""
    of_one = procedure("mean", factors=["language"])
    fixed = (of_one.factor[0].model_copy(update={"effect": "fixed"}),)

    def draw(rng: Generator) -> Draw:
        item, language = np.nonzero(_chosen(rng, items, languages, each))
        number = rng.normal(0, 1, items)[item] + rng.normal(0, 0.5, len(item)) + 3.0 * language
        return Draw(table(item, number=number, factors={"language": language}), textbook.rows(number))

    return Situation(
        "Each item in some of the fixed languages", f"mean of {items} items, {each} of {languages} languages",
        3.0 * (languages - 1) / 2, of_one.model_copy(update={"factor": fixed}), draw,
    )  # fmt: skip


def _some(prompts: int, each: int) -> Situation:
    """Each item under some of the prompts, as ``design.each`` draws them."""
    sd = (0.8, 0.25, 0.3)

    def draw(rng: Generator) -> Draw:
        full = _right(rng, "prompt", prompts, 2, sd)
        kept = _chosen(rng, 60, prompts, each)
        item, level, _ = _grid(60, prompts, 2)
        at = np.flatnonzero(kept[item, level])
        columns = {name: cells[at] for name, cells in full.columns.items()}
        return Draw(columns, textbook.rows((columns["value"] == columns["reference"]).astype(float)))

    truth = float(ndtr(1.2 / np.sqrt(1 + sum(s * s for s in sd))))
    return Situation(
        "Each item under some of the prompts, accuracy", f"60 items, {each} of {prompts} prompts, 2 repeats", truth,
        procedure("accuracy", factors=["prompt"]), draw, kind=_kind(prompts),
    )  # fmt: skip


def _inside(prompts: int) -> Situation:
    """Two languages, which are what is measured, with prompts of their own; one language is much better."""
    n = 40
    item, level, _ = _grid(n, 2 * prompts, 1)
    language = level // prompts
    of_two = procedure("mean", factors=["language", "prompt"])
    factor = (
        of_two.factor[0].model_copy(update={"effect": "fixed"}),
        of_two.factor[1].model_copy(update={"within": "language"}),
    )

    def draw(rng: Generator) -> Draw:
        y = rng.normal(0, 1, (n, 1)) + rng.normal(0, 0.4, (1, 2 * prompts)) + rng.normal(0, 0.6, (n, 2 * prompts))
        y = y + rng.normal(0, 0.3, (n, 2))[:, np.arange(2 * prompts) // prompts]  # items differ by language
        number = y.ravel() + 3.0 * language
        columns = table(item, number=number, factors={"language": language, "prompt": level})
        return Draw(columns, textbook.rows(number))

    return Situation(
        "Prompts inside of two fixed languages", f"mean of 40 items, {prompts} prompts of each", 1.5,
        of_two.model_copy(update={"factor": factor}), draw, kind=_kind(2 * prompts - 2),
    )  # fmt: skip


def _inside_random() -> Situation:
    """Languages stand for others, and each has prompts of its own, not equally many."""
    n, language = 40, np.repeat(np.arange(6), [2, 3, 3, 4, 5, 3])
    level = len(language)
    item, prompt, _ = _grid(n, level, 1)
    of_two = procedure("mean", factors=["language", "prompt"])
    inside = of_two.factor[1].model_copy(update={"within": "language"})

    def draw(rng: Generator) -> Draw:
        y = rng.normal(0, 1, (n, 1)) + rng.normal(0, 0.4, 6)[language] + rng.normal(0, 0.3, (1, level))
        number = (y + rng.normal(0, 0.3, (n, 6))[:, language] + rng.normal(0, 0.6, (n, level))).ravel()
        columns = table(item, number=number, factors={"language": language[prompt], "prompt": prompt})
        return Draw(columns, textbook.rows(number))

    return Situation(
        "Prompts inside of random languages", "mean of 40 items, 6 languages, 2 to 5 prompts of each", 0.0,
        of_two.model_copy(update={"factor": (of_two.factor[0], inside)}), draw,
    )  # fmt: skip


def _kept(rng: Generator, columns: Columns) -> Columns:
    at = np.flatnonzero(rng.random(len(columns["item"])) >= 0.2)
    return {name: cells[at] for name, cells in columns.items()}


def _sessions() -> Situation:
    """Normal scores of 40 items in 6 sessions."""
    n, sessions = 40, 6
    item, level, _ = _grid(n, sessions, 1)

    def draw(rng: Generator) -> Draw:
        y = 5 + rng.normal(0, 1, (n, 1)) + rng.normal(0, 0.3, (1, sessions)) + rng.normal(0, 0.7, (n, sessions))
        columns = table(item, number=y.ravel(), factors={"session": level})
        return Draw(columns, textbook.rows(y.ravel()), textbook.crossed(y))

    return Situation(
        "6 sessions", "mean score of 40 items", 5.0, procedure("mean", factors=["session"]), draw,
        textbook="ANOVA, Satterthwaite",
    )  # fmt: skip


def _share_of_sessions() -> Situation:
    sd = (0.8, 0.2, 0.2)

    def draw(rng: Generator) -> Draw:
        return _right(rng, "session", 6, 1, sd)

    truth = float(ndtr(1.2 / np.sqrt(1 + sum(s * s for s in sd))))
    return Situation(
        "6 sessions", "accuracy of 60 items", truth, procedure("accuracy", factors=["session"]), draw,
        textbook="ANOVA, Satterthwaite",
    )  # fmt: skip


def _readers(*, blocks: int, readers: int, positives: int, negatives: int) -> Situation:
    """Every block has its own readers, who read its own cases: the truth is ``Phi(d / sqrt(2 s^2 + s_reader^2))``."""
    d, a, b, e, cases = 1.5, 0.8, 0.3, 0.6, positives + negatives
    block, reader, case = (
        x.ravel()
        for x in np.meshgrid(np.arange(blocks), np.arange(readers), np.arange(cases), indexing="ij")
    )  # fmt: skip
    item, level, positive = block * cases + case, block * readers + reader, (case < positives).astype(np.int64)

    def draw(rng: Generator) -> Draw:
        separation = d + rng.normal(0, b, blocks * readers)
        score = positive * separation[level] + rng.normal(0, a, blocks * cases)[item] + rng.normal(0, e, len(item))
        parts = [textbook.placements(score[level == r], positive[level == r]) for r in range(blocks * readers)]
        u = np.sqrt(sum(textbook.delong_variance(x, y) for _, x, y in parts)) / len(parts)
        usual = textbook.around(float(np.mean([t for t, _, _ in parts])), textbook.Z * float(u))
        return Draw(table(item, score=score, reference=positive, factors={"reader": level}), usual)

    truth = float(ndtr(d / np.sqrt(2 * (a * a + e * e) + b * b)))
    name = f"{blocks} blocks of {readers} readers x ({positives} v {negatives}) cases"
    return Situation(
        "Split-plot readers, AUROC", name, truth, procedure("auc", factors=["reader"]), draw
    )  # fmt: skip
