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
from measurand.document.procedure import LabelError

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
    for m, n, p in ((20, 1000, 0.9), (50, 1000, 0.9), (100, 1000, 0.95), (300, 3000, 0.97)):
        for dependent in (False, True):
            yield _audited(m, n, p, dependent=dependent)
    yield _audited(50, 1000, 0.9, dependent=True, clusters=True)
    yield _audited_sensitivity(100, 1000)
    yield _audited_difference(100, 1000)
    yield _audited_area(100, 600)
    for n, rates in (
        (300, ((0.98, 0.97), (0.9, 0.95), (0.8, 0.85))),
        (1000, ((0.98, 0.97), (0.9, 0.95), (0.8, 0.85))),
        (200, ((0.9, 0.95), (0.95, 0.85), (0.85, 0.9), (0.8, 0.8), (0.97, 0.97))),
    ):
        for quantity in ("accuracy", "sensitivity"):
            yield _individual(n, rates, quantity)
    for n, calibrated in ((600, 100), (2000, 300)):
        yield _matrix(n, calibrated)


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


AUDIT = {"audit": {"file": ("audit.csv",), "format": "csv", "item": ("item",), "value": "better"}}
AUDITED = "Wrong labels, audited random subset"


def _audit(rng: Generator, truth: Marks, m: int) -> NDArray[np.int64]:
    """The true class of m random items, -1 for the others."""
    chosen = rng.permutation(len(truth)) < m
    return np.where(chosen, truth.astype(np.int64), -1)


def _wrong(rng: Generator, right: Marks, *, dependent: bool) -> Marks:
    """5 % wrong labels, or 3 % where the system is right and 23 % where it is wrong."""
    return np.asarray(rng.random(len(right)) < (np.where(right, 0.03, 0.23) if dependent else 0.05))


def _audited(m: int, n: int, p: float, *, dependent: bool, clusters: bool = False) -> Situation:
    """Accuracy; with clusters of ten, the share p of a cluster is p - 0.08 or p + 0.08."""

    def draw(rng: Generator) -> Draw:
        truth = rng.random(n) < 0.5
        unit = np.arange(n) // 10
        shift = 0.08 * np.where(rng.random(n // 10) < 0.5, 1, -1)[unit] if clusters else 0.0
        right = rng.random(n) < p + shift
        predicted, label = np.where(right, truth, ~truth), truth ^ _wrong(rng, right, dependent=dependent)
        of_unit = {"cluster": unit} if clusters else {}
        columns = table(np.arange(n), value=predicted, reference=label, audit=_audit(rng, truth, m), **of_unit)
        return Draw(columns, textbook.rows((predicted == label).astype(float)))

    errors = "3 % and 23 % wrong, by the system's success" if dependent else "5 % wrong"
    where = ", clusters of 10" if clusters else ""
    return Situation(
        AUDITED, f"accuracy, {errors}, {m} of {n} audited, p = {p:g}{where}", p,
        procedure("accuracy", labels=AUDIT, clusters=clusters), draw,
    )  # fmt: skip


def _audited_sensitivity(m: int, n: int) -> Situation:
    def draw(rng: Generator) -> Draw:
        truth, predicted, right = _answers(rng, n, 0.85)
        label = truth ^ _wrong(rng, right, dependent=True)
        columns = table(np.arange(n), value=predicted, reference=label, audit=_audit(rng, truth, m))
        return Draw(columns, textbook.rows(predicted[label].astype(float)))

    name = f"sensitivity, 3 % and 23 % wrong, {m} of {n} audited, p = 0.85"
    return Situation(AUDITED, name, 0.85, procedure("sensitivity", labels=AUDIT), draw)


def _audited_difference(m: int, n: int) -> Situation:
    """Two systems on the same items; labels are wrong more often where the first is wrong."""

    def draw(rng: Generator) -> Draw:
        truth = rng.random(n) < 0.5
        both = rng.random(n) < 0.5
        first = rng.random(n) < 0.85
        second = np.where(both, first, rng.random(n) < 0.95)
        label = truth ^ _wrong(rng, first, dependent=True)
        predicted = [np.where(right, truth, ~truth) for right in (first, second)]
        twice = np.tile(np.arange(n), 2)
        columns = table(
            twice, value=np.concatenate(predicted), reference=np.tile(label, 2), system=np.repeat([0, 1], n),
            audit=np.tile(_audit(rng, truth, m), 2),
        )  # fmt: skip
        usual = (predicted[1] == label).astype(float) - (predicted[0] == label)
        return Draw(columns, textbook.rows(usual))

    name = f"difference of two accuracies, 3 % and 23 % wrong, {m} of {n} audited"
    return Situation(AUDITED, name, 0.05, procedure("accuracy", labels=AUDIT, paired=True), draw)


def _audited_area(m: int, n: int) -> Situation:
    distance = 1.5

    def draw(rng: Generator) -> Draw:
        truth = rng.random(n) < 0.5
        score = truth * distance + rng.normal(size=n)
        right = (score > distance / 2) == truth
        label = truth ^ _wrong(rng, right, dependent=True)
        columns = table(np.arange(n), score=score, reference=label, audit=_audit(rng, truth, m))
        return Draw(columns, textbook.delong(score, label))

    name = f"AUROC 0.86, 3 % and 23 % wrong, {m} of {n} audited"
    truth = float(ndtr(distance / np.sqrt(2)))
    return Situation(AUDITED, name, truth, procedure("auc", labels=AUDIT), draw)


def _individual(n: int, rates: tuple[tuple[float, float], ...], quantity: str) -> Situation:
    """Annotators with their own probabilities of a right label, for class 1 and for class 0."""
    p, names = 0.9, [f"a{k}" for k in range(len(rates))]

    def draw(rng: Generator) -> Draw:
        truth, predicted, _ = _answers(rng, n, p)
        votes = {
            name: truth ^ (rng.random(n) >= np.where(truth, *of_one)) for name, of_one in zip(names, rates, strict=True)
        }
        majority = sum(v.astype(int) for v in votes.values()) > len(rates) / 2
        agreed = predicted == majority
        usual = agreed if quantity == "accuracy" else agreed[majority]
        columns = table(np.arange(n), value=predicted, annotators=votes)
        return Draw(columns, textbook.rows(usual.astype(float)))

    own = procedure(quantity, annotators=names, labels={"annotator_model": "individual"})
    worst = 100 * (1 - min(min(of_one) for of_one in rates))
    name = f"{quantity}, {len(rates)} annotators, at worst {worst:.0f} % wrong, n = {n}, p = {p:g}"
    return Situation("Wrong labels, annotators of different reliability", name, p, own, draw)


CONFUSION = np.array([[0.92, 0.06, 0.02], [0.05, 0.9, 0.05], [0.02, 0.1, 0.88]])


def _matrix(n: int, calibrated: int) -> Situation:
    """Three classes; the confusion matrix from a calibration table of its own."""
    p = 0.9

    def draw(rng: Generator) -> Draw:
        truth = rng.choice(3, size=n, p=(0.5, 0.3, 0.2))
        predicted = np.where(rng.random(n) < p, truth, (truth + rng.integers(1, 3, n)) % 3)
        label = (rng.random(n)[:, None] > np.cumsum(CONFUSION, axis=1)[truth]).sum(axis=1)
        counts = np.stack([rng.multinomial(calibrated, row) for row in CONFUSION])
        stated = LabelError(counts=tuple(tuple(str(x) for x in row) for row in counts), independent=True)
        columns = table(np.arange(n), classes=label)
        columns["value"] = np.array([str(c) for c in predicted], object)
        usual = textbook.rows((predicted == label).astype(float))
        return Draw(columns, usual, procedure=procedure("accuracy", error=stated))

    name = f"accuracy, three classes, matrix from {calibrated} items of each class, n = {n}, p = {p:g}"
    return Situation("Wrong labels, rate known", name, p, procedure("accuracy"), draw)
