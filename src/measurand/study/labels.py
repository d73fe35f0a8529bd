"""Imperfect reference labels as row weights (CONTRACTS section 4, INTERVALS R8).

A row whose label is uncertain becomes one row per class, with weights ``g`` whose expectation is the truth (Rogan and
Gladen 1978, as weights); weights may leave [0, 1]. Posterior probabilities are not used: they bias the estimate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import comb

import numpy as np
from numpy.typing import NDArray

from measurand.errors import DesignError, Finding
from measurand.message import say

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Votes:
    """Votes of annotators, ``count[i, c]`` of item i for class c, and the error rate that they imply."""

    count: Array
    rate: float
    """Probability e that one vote is wrong (errors independent of each other, wrong classes equally likely)."""
    contribution: Mapping[str, Array]
    """Contribution of each item to each parameter of the error, ``de/dw_i * w_i``, shape (items,); parameter ``rate``
    where all annotators have one rate."""
    agreement: float
    """Fleiss' kappa of the votes."""
    wrong: float
    """Mean probability that the majority label of an item is wrong."""
    each: tuple[str, ...] = ()
    """One sentence per annotator, where each has rates of its own."""


def parse_annotations(cells: Sequence[str]) -> list[list[str]]:
    """Votes of each item from the evidence column ``annotations`` (JSON array of [annotator, value] pairs)."""
    return [list(of_item.values()) for of_item in named_annotations(cells)]


def named_annotations(cells: Sequence[str]) -> list[dict[str, str]]:
    """The same with the name of the annotator of each vote."""
    return [{str(name): str(value) for name, value in json.loads(cell)} if cell else {} for cell in cells]


def votes(labels: Sequence[Sequence[str]], classes: Sequence[str], weight: Array) -> Votes:
    """Estimate the error rate of one vote from the pairwise disagreements of annotators.

    Two votes with error rate e on K classes disagree with probability ``d = 1 - (1-e)^2 - e^2/(K-1)``, so
    ``e = (1 - sqrt(1 - a d)) / a`` with ``a = K/(K-1)``. ``labels[i]`` are the votes of item i ("" = none).
    Raises DesignError when no item has two votes, or when the annotators agree no better than chance.
    """
    position = {c: k for k, c in enumerate(classes)}
    count = np.zeros((len(labels), len(classes)))
    for i, item in enumerate(labels):
        for vote in item:
            if vote != "":
                count[i, position[vote]] += 1
    m = count.sum(axis=1)
    if np.any(m == 0):
        raise DesignError(Finding("M0510", "reference.annotators", say("M05.no_vote", count=int(np.sum(m == 0)))))
    pairs = m * (m - 1) / 2
    disagreeing = pairs - np.sum(count * (count - 1) / 2, axis=1)
    total = float(weight @ pairs)
    if total == 0:
        raise DesignError(
            Finding("M0511", "reference.annotators", say("M05.one_vote_each"), say("M05.one_vote_each_hint"))
        )
    d = float(weight @ disagreeing) / total
    a = len(classes) / (len(classes) - 1)
    spread = float(np.sqrt(np.sum((weight * (disagreeing - d * pairs) / total) ** 2)))
    if a * (d + 2 * spread) >= 1:
        raise DesignError(
            Finding("M0512", "reference.annotators", say("M05.chance_agreement", percent=f"{100 * d:.1f}"))
        )
    root = np.sqrt(1 - a * d)
    e = (1 - root) / a
    contribution = weight * (disagreeing - d * pairs) / total / (2 * root)
    share = (weight @ count) / float(weight @ m)
    by_chance = float(np.sum(share**2))
    kappa = (1 - d - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0
    wrong = float(weight @ (1 - np.array([majority_right(int(k), e) for k in m]))) / float(weight.sum())
    return Votes(count, float(e), {"rate": contribution}, float(kappa), wrong)


def majority_right(m: int, e: float) -> float:
    """Probability that the majority of m votes with error rate e is right, a tie counting one half."""
    terms = (
        comb(m, k) * (1 - e) ** k * e ** (m - k) * (1.0 if 2 * k > m else 0.5 if 2 * k == m else 0.0)
        for k in range(m + 1)
    )
    return float(sum(terms))


@dataclass(frozen=True, eq=False)
class Weights:
    """Row weights of each class, and how they move with the parameters of the label error.

    ``g`` has shape (items, classes) and rows that sum to 1; ``slope[p]`` its derivative by parameter p (same shape).
    ``noise`` (items,) is the variance of the weight of the label's class that chance in the labels causes, per item.
    """

    g: Array
    slope: dict[str, Array]
    noise: Array
    label: Integers
    """Observed label (class position) of each item: majority, ties to the lower class."""
    known: Mapping[str, float] = field(default_factory=dict)
    """Parameter -> its standard uncertainty, where it is known from elsewhere. Parameters ``kind:...`` of one kind are
    one source with a level each."""


@dataclass(frozen=True, eq=False)
class Audited:
    """How the rows of a statistic come from an audit; arrays of shape (rows,) unless said otherwise."""

    lam: float
    """Share of the imperfect labels, 0 to 1."""
    mine: NDArray[np.bool_]
    """The row's observation was audited."""
    right: NDArray[np.bool_]
    """The row holds the better value (every audited observation has two rows)."""
    ratio: float
    """Weight of all items over the weight of the audited ones."""
    others: float
    """Weight of all items over the weight of those not audited."""
    count: int
    """Audited items."""
    items: int
    lent: Array
    """Weight of the row before the audit: that of its item."""


def exact(label: Integers) -> Weights:
    """Weights of labels that are taken as true: one row each, so that ``g`` is not needed and has no columns."""
    return Weights(np.zeros((len(label), 0)), {}, np.zeros(len(label)), label)


def known_rates(label: Integers, classes: int, *, sensitivity: float, specificity: float) -> Weights:
    """Weights for binary labels with known sensitivity and specificity (class 1 is positive).

    ``g = (label - fpr) / (tpr - fpr)``. Raises DesignError if the labels are no better than chance.
    """
    tpr, fpr = sensitivity, 1.0 - specificity
    _refuse_chance(tpr - fpr)
    y = (label == classes - 1).astype(float)
    delta = tpr - fpr
    g1 = (y - fpr) / delta
    by_tpr, by_fpr = -(y - fpr) / delta**2, (y - fpr) / delta**2 - 1 / delta
    chance = np.where(y > 0.5, tpr * (1 - tpr), fpr * (1 - fpr)) / delta**2
    return Weights(_two(g1), {"sensitivity": _pair(by_tpr), "specificity": _pair(-by_fpr)}, chance, label)


def known_rate(label: Integers, classes: int, *, rate: float) -> Weights:
    """Weights for labels with known symmetric error rate e: ``g_c = (1[label = c] - q) / (1 - e - q)``, q = e/(K-1)."""
    q = rate / (classes - 1)
    delta = 1 - rate - q
    _refuse_chance(delta)
    hit = np.zeros((len(label), classes))
    hit[np.arange(len(label)), label] = 1.0
    dq = 1 / (classes - 1)
    slope = (-dq * delta + (hit - q) * (1 + dq)) / delta**2
    noise = np.full(len(label), rate * (1 - rate) / delta**2)
    return Weights((hit - q) / delta, {"rate": slope}, noise, label)


def of_votes(found: Votes) -> Weights:
    """Weights from votes: of the majority for two classes, of the shares of votes for more; parameter ``rate``."""
    m = found.count.sum(axis=1)
    classes = found.count.shape[1]
    label = np.asarray(np.argmax(found.count, axis=1), np.int64)
    if classes > 2:
        linear = known_rate(label, classes, rate=found.rate)
        q = found.rate / (classes - 1)
        delta = 1 - found.rate - q
        p = found.count / m[:, None]
        dq = 1 / (classes - 1)
        slope = (-dq * delta + (p - q) * (1 + dq)) / delta**2
        return Weights((p - q) / delta, {"rate": slope}, linear.noise / m, label)
    right, steeper = (np.array([majority_right(int(k), r) for k in m]) for r in (found.rate, found.rate + 1e-6))
    y = np.where(found.count[:, 1] > found.count[:, 0], 1.0, np.where(found.count[:, 1] == found.count[:, 0], 0.5, 0.0))
    delta = 2 * right - 1
    if np.any(delta <= 0):
        _refuse_chance(0.0)
    g1 = (y - (1 - right)) / delta
    by_right = 1 / delta - 2 * (y - 1 + right) / delta**2
    slope1 = by_right * (steeper - right) / 1e-6
    return Weights(_two(g1), {"rate": _pair(slope1)}, right * (1 - right) / delta**2, (y > 0.5).astype(np.int64))


def _two(g1: Array) -> Array:
    return np.stack([1 - g1, g1], axis=1)


def _pair(slope1: Array) -> Array:
    return np.stack([-slope1, slope1], axis=1)


def _refuse_chance(delta: float) -> None:
    if delta <= 0:
        raise DesignError(Finding("M0513", "reference.error", say("M05.label_chance"), say("M05.label_chance_hint")))
