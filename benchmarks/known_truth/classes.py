"""Quantities of classes and labels: averages, correlation, kappa and its relatives, ratios of diagnosis, labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from known_truth import textbook
from known_truth.evidence import Columns, procedure, table
from known_truth.situation import Draw, Interval, Kind, Situation

Array = NDArray[np.float64]
NO_HABIT: Interval = (float("nan"), float("nan"))
GROUP = "Classes"


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    yield from _of_two_classes()
    yield from _of_rates()
    yield from _of_errors()
    yield from _of_several_classes()
    yield from _averaged()
    yield from _of_agreement()
    yield _top_k()
    yield from _of_labels()


def _of_errors() -> Iterator[Situation]:
    """Shares of errors among what is true, or among what is called; 30 % positive, 85 % and 90 % right."""
    joint = two_classes(0.3, 0.85, 0.9)
    called = float(joint[:, 1].sum())
    truths = {
        "specificity": 0.9, "false_positive_rate": 0.1, "false_negative_rate": 0.15,
        "false_discovery_rate": float(joint[0, 1]) / called, "false_omission_rate": float(joint[1, 0]) / (1.0 - called),
    }  # fmt: skip
    for quantity, truth in truths.items():
        yield _one(quantity, "n = 200, 30 % positive", truth, joint, 200)


def two_classes(prevalence: float, sens: float, spec: float) -> Array:
    """Probabilities of (reference, prediction)."""
    p, q = prevalence, 1.0 - prevalence
    return np.array([[q * spec, q * (1.0 - spec)], [p * (1.0 - sens), p * sens]])


def symmetric(shares: tuple[float, ...], right: float) -> Array:
    """Every class is found with probability ``right``, else any other class is given, each alike."""
    k = len(shares)
    given = np.full((k, k), (1.0 - right) / (k - 1))
    np.fill_diagonal(given, right)
    return np.array(shares)[:, None] * given


def near(shares: tuple[float, ...], right: float) -> Array:
    """Grades that are right with probability ``right``, else one off, or two off a tenth as often."""
    k = len(shares)
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    given = np.select([distance == 0, distance == 1, distance == 2], [0.0, 1.0, 0.1], 0.0)
    given = given / given.sum(axis=1, keepdims=True) * (1.0 - right) + right * np.eye(k)
    return np.array(shares)[:, None] * given


def _drawn(rng: Generator, joint: Array, n: int, fixed: tuple[int, ...] | None) -> tuple[Any, Any]:
    """Reference and prediction of n items; ``fixed`` are the numbers of each class by reference."""
    k = joint.shape[1]
    if fixed is None:
        cell = rng.choice(joint.size, size=n, p=joint.reshape(-1))
        return cell // k, cell % k
    truth = np.repeat(np.arange(len(fixed)), fixed)
    given = np.cumsum(joint / joint.sum(axis=1, keepdims=True), axis=1)[truth]
    return truth, np.minimum((rng.random((n, 1)) > given).sum(axis=1), k - 1)


def _classes(truth: Any, predicted: Any, **more: Any) -> Columns:
    columns = table(np.arange(len(truth)), classes=truth, **more)
    columns["value"] = np.array([str(c) for c in predicted], object)
    return columns


def _one(
    quantity: str, name: str, truth: float, joint: Array, n: int, *, at: Mapping[str, str] | None = None,
    fixed: tuple[int, ...] | None = None, kind: Kind = "ordinary", average: str | None = None, ratio: str = "",
) -> Situation:  # fmt: skip
    def draw(rng: Generator) -> Draw:
        held, given = _drawn(rng, joint, n, fixed)
        return Draw(_classes(held, given), NO_HABIT, _log_normal(held, given, ratio) if ratio else None)

    asked = procedure(quantity, at=at, labels={"classes": tuple(map(str, range(len(joint))))})
    if average is not None:
        measurand = asked.measurand[0].model_copy(update={"average": average, "positive": None})
        asked = asked.model_copy(update={"measurand": (measurand,)})
    known = "log-normal" if ratio else ""
    return Situation(GROUP, f"{quantity}: {name}", truth, asked, draw, textbook=known, kind=kind)


def _log_normal(held: Any, given: Any, ratio: str) -> Interval:
    """Ratio -+ 1.96 standard errors of its logarithm (Simel et al. 1991; Woolf 1955); none where a cell is empty."""
    tp, fp, fn, tn = (float(np.sum((held == t) & (given == p))) for t, p in ((1, 1), (0, 1), (1, 0), (0, 0)))
    if 0.0 in (tp, fp, fn, tn):
        return NO_HABIT
    value, variance = {
        "positive": (tp / (tp + fn) * (fp + tn) / fp, 1 / tp - 1 / (tp + fn) + 1 / fp - 1 / (fp + tn)),
        "negative": (fn / (tp + fn) * (fp + tn) / tn, 1 / fn - 1 / (tp + fn) + 1 / tn - 1 / (fp + tn)),
        "odds": (tp * tn / (fp * fn), 1 / tp + 1 / fp + 1 / fn + 1 / tn),
    }[ratio]
    factor = float(np.exp(textbook.Z * np.sqrt(variance)))
    return value / factor, value * factor


def _of_two_classes() -> Iterator[Situation]:
    for n, p, sens, spec in ((100, 0.2, 0.8, 0.9), (50, 0.5, 0.9, 0.95), (1000, 0.02, 0.7, 0.99)):
        name, joint = (
            f"n = {n}, prevalence {p:g}, sensitivity {sens:g}, specificity {spec:g}",
            two_classes(p, sens, spec),
        )
        (tn, fp), (fn, tp) = joint
        margins = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        yield _one("mcc", name, float((tp * tn - fp * fn) / np.sqrt(margins)), joint, n)
        yield _one("jaccard", name, float(tp / (tp + fp + fn)), joint, n)
        yield _one("balanced_accuracy", name, (sens + spec) / 2.0, joint, n)
        yield _one("informedness", name, sens + spec - 1.0, joint, n)


def _of_rates() -> Iterator[Situation]:
    for positives, negatives, sens, spec in ((50, 100, 0.8, 0.9), (100, 400, 0.95, 0.98)):
        fixed, n = (negatives, positives), positives + negatives
        joint = two_classes(positives / n, sens, spec)
        name = f"{positives} v {negatives}, sensitivity {sens:g}, specificity {spec:g}"
        yield _one("positive_likelihood_ratio", name, sens / (1.0 - spec), joint, n, fixed=fixed, ratio="positive")
        yield _one("negative_likelihood_ratio", name, (1.0 - sens) / spec, joint, n, fixed=fixed, ratio="negative")
        odds = sens * spec / ((1.0 - sens) * (1.0 - spec))
        yield _one("diagnostic_odds_ratio", name, odds, joint, n, fixed=fixed, ratio="odds")
        for p in (0.3, 0.02):
            at, named = {"prevalence": f"{p:g}"}, f"{name}, at {p:g}"
            positive = sens * p / (sens * p + (1.0 - spec) * (1.0 - p))
            negative = spec * (1.0 - p) / (spec * (1.0 - p) + (1.0 - sens) * p)
            yield _one("positive_predictive_value", named, positive, joint, n, at=at, fixed=fixed)
            yield _one("negative_predictive_value", named, negative, joint, n, at=at, fixed=fixed)


def _of_several_classes() -> Iterator[Situation]:
    shares, right = (0.6, 0.3, 0.1), (0.9, 0.8, 0.6)
    joint = np.concatenate([symmetric(shares, r)[k : k + 1] for k, r in enumerate(right)])
    given = joint.sum(axis=0)
    root = np.sqrt((1.0 - given @ given) * (1.0 - np.dot(shares, shares)))
    for n in (60, 300):
        yield _one("balanced_accuracy", f"n = {n}, shares .6 .3 .1 found .9 .8 .6", float(np.mean(right)), joint, n)
        mcc = float((np.trace(joint) - given @ np.array(shares)) / root)
        yield _one("mcc", f"n = {n}, shares .6 .3 .1 found .9 .8 .6", mcc, joint, n)


def _kappa(joint: Array, weights: Array, expected: float) -> float:
    return float((np.sum(weights * joint) - expected) / (1.0 - expected))


def _of_agreement() -> Iterator[Situation]:
    same = np.eye(3)
    for n, shares, right in ((40, (0.5, 0.3, 0.2), 0.8), (100, (0.9, 0.06, 0.04), 0.95)):
        joint = symmetric(shares, right)
        first, second = joint.sum(axis=1), joint.sum(axis=0)
        mean = (first + second) / 2.0
        name = f"n = {n}, 3 classes, shares {' '.join(f'{s:g}' for s in shares)}, agreement {right:g}"
        rare: Kind = "hardest" if min(shares) < 0.1 else "ordinary"
        yield _one("kappa", name, _kappa(joint, same, float(first @ second)), joint, n, kind=rare)
        yield _one("scott_pi", name, _kappa(joint, same, float(mean @ mean)), joint, n, kind=rare)
        three = {"categories": "3"}
        chance = float(mean @ (1.0 - mean)) / 2.0
        yield _one("gwet_ac1", name, _kappa(joint, same, chance), joint, n, at=three)
        yield _one("brennan_prediger", name, _kappa(joint, same, 1.0 / 3.0), joint, n, at=three)
    grades, joint = np.arange(5), near((0.3, 0.25, 0.2, 0.15, 0.1), 0.7)
    first, second = joint.sum(axis=1), joint.sum(axis=0)
    mean, distance = (first + second) / 2.0, np.abs(np.subtract.outer(grades, grades)) / 4.0
    for kind, a in (("linear", 1.0 - distance), ("quadratic", 1.0 - distance**2)):
        name = f"n = 50, 5 grades, agreement .7, {kind}"
        yield _one("weighted_kappa", name, _kappa(joint, a, float(first @ a @ second)), joint, 50, at={"weights": kind})
        chance = float(a.sum()) / 20.0 * float(mean @ (1.0 - mean))
        at = {"weights": kind, "categories": "5"}
        yield _one("gwet_ac2", name, _kappa(joint, a, chance), joint, 50, at=at)
    yield _kappa_in_clusters()


def _kappa_in_clusters() -> Situation:
    """25 clusters of 6 items; the share found differs by cluster (beta, mean .8), so the joint table is that at .8."""
    joint = symmetric((0.5, 0.3, 0.2), 0.8)
    truth = _kappa(joint, np.eye(3), float(joint.sum(axis=1) @ joint.sum(axis=0)))

    def draw(rng: Generator) -> Draw:
        cluster = np.repeat(np.arange(25), 6)
        held = rng.choice(3, size=150, p=[0.5, 0.3, 0.2])
        right = rng.random(150) < rng.beta(3.2, 0.8, 25)[cluster]
        given = np.where(right, held, (held + rng.integers(1, 3, 150)) % 3)
        return Draw(_classes(held, given, cluster=cluster), NO_HABIT)

    name = "kappa: 25 clusters of 6, 3 classes, agreement .8, icc .2"
    return Situation(GROUP, name, truth, procedure("kappa", clusters=True), draw)


def _top_k() -> Situation:
    """Four classes; the right one is ranked 1, 2, 3, 4 with probability .6, .2, .15, .05 in 30 clusters of 5."""

    def draw(rng: Generator) -> Draw:
        cluster = np.repeat(np.arange(30), 5)
        held = rng.integers(0, 4, 150)
        hard = rng.beta(4.0, 1.0, 30)[cluster]
        place = np.where(rng.random(150) < hard, 0, 1 + rng.integers(0, 3, 150))
        scores = np.tile([0.4, 0.3, 0.2, 0.1], (150, 1))
        order = np.stack(
            [np.roll([(t + s) % 4 for s in range(1, 4)], int(p)) for t, p in zip(held, place, strict=True)]
        )
        order = np.stack([np.insert(o, p, t) for o, p, t in zip(order, place, held, strict=True)])
        by_class = np.zeros((150, 4))
        np.put_along_axis(by_class, order, scores, axis=1)
        columns = table(np.arange(150), classes=held, cluster=cluster)
        columns |= {f"score:{c}": by_class[:, c] for c in range(4)}
        return Draw(columns, NO_HABIT)

    name = "top_k_accuracy: k = 2, 4 classes, 30 clusters of 5 items"
    return Situation(GROUP, name, 0.8 + 0.2 / 3.0, procedure("top_k_accuracy", at={"k": "2"}, clusters=True), draw)


def _of_labels() -> Iterator[Situation]:
    """Three labels of shares .5 .3 .1, each independent; those there are found .8, those not there are given .1."""
    shares, found, false = np.array([0.5, 0.3, 0.1]), 0.8, 0.1
    tp, fn, fp = shares * found, shares * (1.0 - found), (1.0 - shares) * false
    wrong = shares * (1.0 - found) + (1.0 - shares) * false
    of = {
        "macro": float(np.mean(2.0 * tp / (2.0 * tp + fn + fp))),
        "micro": float(2.0 * tp.sum() / (2.0 * tp + fn + fp).sum()),
    }
    n = 80
    for average, truth in of.items():
        yield _labels("label_f_score", f"{average}, 3 labels", truth, n, average=average)
    yield _labels("subset_accuracy", "3 labels", float(np.prod(1.0 - wrong)), n)
    yield _labels("hamming_loss", "3 labels", float(np.mean(wrong)), n)
    yield _labels("sample_f_score", "3 labels", _sample_f(shares, found, false), n)


def _sample_f(shares: Array, found: float, false: float) -> float:
    """Expectation over all pairs of label sets."""
    total = 0.0
    for held in np.ndindex(2, 2, 2):
        for given in np.ndindex(2, 2, 2):
            a, b = np.array(held), np.array(given)
            right = np.where(a == 1, found, false)
            p = np.prod(np.where(a == 1, shares, 1.0 - shares)) * np.prod(np.where(b == 1, right, 1.0 - right))
            total += float(p) * (2.0 * float(a @ b) / float(a.sum() + b.sum()) if a.any() or b.any() else 1.0)
    return total


def _labels(quantity: str, name: str, truth: float, n: int, *, average: str | None = None) -> Situation:
    asked = procedure(quantity)
    if average is not None:
        asked = asked.model_copy(update={"measurand": (asked.measurand[0].model_copy(update={"average": average}),)})

    def draw(rng: Generator) -> Draw:
        held = rng.random((n, 3)) < np.array([0.5, 0.3, 0.1])
        given = rng.random((n, 3)) < np.where(held, 0.8, 0.1)
        columns = table(np.arange(n))
        for key, sets in (("reference", held), ("value", given)):
            columns[key] = np.array(["|".join(np.array(["a", "b", "c"])[row]) for row in sets], object)
        return Draw(columns, NO_HABIT)

    return Situation(GROUP, f"{quantity}: {name}, n = {n}", truth, asked, draw)


def _averaged() -> Iterator[Situation]:
    """Averages over the three classes, of the joint table."""
    shares, right = (0.6, 0.3, 0.1), (0.9, 0.8, 0.6)
    joint = np.concatenate([symmetric(shares, r)[k : k + 1] for k, r in enumerate(right)])
    tp, present, given = np.diag(joint), joint.sum(axis=1), joint.sum(axis=0)
    of = {
        "recall": tp / present, "precision": tp / given, "f_score": 2.0 * tp / (present + given),
        "jaccard": tp / (present + given - tp),
    }  # fmt: skip
    for n in (100, 400):
        for quantity, scores in of.items():
            name = f"macro, n = {n}, shares .6 .3 .1 found .9 .8 .6"
            yield _one(quantity, name, float(np.mean(scores)), joint, n, average="macro")
