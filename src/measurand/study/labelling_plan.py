"""What further labels would give: fewer items labelled more often, or more items labelled once.

With error rate e of one label, N items and ``n_m`` items of m labels, to first order

``u^2 = A/N + (q/N^2) sum n_m v(m) + b^2 V(e) + 2 b C``: spread of the items with right labels, labels that are wrong,
the error rate, which is estimated from disagreements, and the covariance of both. ``v`` is the variance of a label's
weight, ``V(e) = sum n_m var(D_m) / (sum n_m pairs(m))^2 / (2 root)^2``, D_m disagreeing pairs among m labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number, real
from measurand.document.result import LabelState
from measurand.errors import RefusedError
from measurand.message import say
from measurand.quantity.source import gram
from measurand.study.arm import Arm
from measurand.study.crossing import UNIT
from measurand.study.labels import Votes, majority_right
from measurand.study.labels_noise import swings

Array = NDArray[np.float64]
Counts = dict[int, float]


@dataclass(frozen=True)
class Labels:
    """Further labels: ``each`` labels for ``items`` new items, or for items that have labels already (``again``)."""

    items: int
    each: int = 1
    again: bool = False

    @property
    def count(self) -> int:
        """Labels to be given."""
        return self.items * self.each


@dataclass(frozen=True)
class Expected:
    """The standard uncertainty that further labels would give."""

    labels: Labels
    u: float


def labelling(state: LabelState, options: Sequence[Labels]) -> tuple[Expected, ...]:
    """Expected standard uncertainty of each way of giving further labels, the smallest first.

    The new items are taken to be like those at hand (same population, same share per cluster). Raises RefusedError
    for items that are to be labelled again and are not there.
    """
    found = [Expected(o, expected_u(state, _after(state, o))) for o in options]
    return tuple(sorted(found, key=lambda e: e.u))


def equal_cost(state: LabelState, labels: int) -> tuple[Labels, ...]:
    """Ways to give a number of labels: new items once, twice, three times, and items at hand once more."""
    ways = [Labels(labels // each, each) for each in (1, 2, 3)]
    have = int(sum(_counts(state).values()))
    return tuple(w for w in (*ways, Labels(min(labels, have), 1, again=True)) if w.items > 0)


def _counts(state: LabelState) -> Counts:
    return {int(m): float(n) for m, n in state.items.items()}


def _after(state: LabelState, more: Labels) -> Counts:
    counts = _counts(state)
    if not more.again:
        return counts | {more.each: counts.get(more.each, 0.0) + more.items}
    if more.items > sum(counts.values()):
        raise RefusedError(say("labelling.not_there", items=more.items, have=int(sum(counts.values()))))
    left, out = float(more.items), dict(counts)
    for m in sorted(counts):
        moved = min(left, counts[m])
        out[m] -= moved
        out[m + more.each] = out.get(m + more.each, 0.0) + moved
        left -= moved
    return {m: n for m, n in out.items() if n > 0}


def expected_u(state: LabelState, counts: Mapping[int, float]) -> float:
    """Expected standard uncertainty with ``counts[m]`` items of m labels; infinite where no item has two."""
    e, k = real(state.rate), state.classes
    total = sum(counts.values())
    pairs = sum(n * comb(m, 2) for m, n in counts.items())
    if pairs == 0:
        return float("inf")
    a = k / (k - 1)
    same = (1.0 - e) ** 2 + e * e / (k - 1)
    root = sqrt(max(1.0 - a * (1.0 - same), 1e-12))
    slope = real(state.slope) * _leverage(counts, e, k) / _leverage(_counts(state), e, k)
    noise = sum(n * _noise(m, e, k) for m, n in counts.items()) / total**2
    of_rate = sum(n * _disagreement_variance(m, e, k) for m, n in counts.items()) / pairs**2 / (2 * root) ** 2
    both = sum(n * _covariance(m, e, k) for m, n in counts.items()) / total / pairs / (2 * root)
    variance = real(state.spread) / total + real(state.swing_square) * noise
    variance += slope**2 * of_rate + 2 * slope * real(state.swing) * both
    return sqrt(max(variance, 0.0))


def _noise(m: int, e: float, k: int) -> float:
    """Variance of the weight of an item's class by chance in its m labels."""
    if k > 2:
        return e * (1.0 - e) / (1.0 - e - e / (k - 1)) ** 2 / m
    right = majority_right(m, e)
    return sum(p * (y - right) ** 2 for p, y in _majorities(m, e)) / (2.0 * right - 1.0) ** 2


def _majorities(m: int, e: float) -> list[tuple[float, float]]:
    """Probability of j right labels of m and the majority they make (1 right, 0 wrong, a tie one half)."""
    return [
        (comb(m, j) * (1 - e) ** j * e ** (m - j), 1.0 if 2 * j > m else 0.5 if 2 * j == m else 0.0)
        for j in range(m + 1)
    ]


def _leverage(counts: Mapping[int, float], e: float, k: int) -> float:
    """How far the weights move with the error rate, averaged over items; only its ratios count."""
    if k > 2:
        return 1.0
    total = sum(counts.values())
    step = 1e-6
    moved = 0.0
    for m, n in counts.items():
        right = majority_right(m, e)
        moved += n * (majority_right(m, e + step) - right) / step / (2 * right - 1)
    return moved / total


def _disagreement_variance(m: int, e: float, k: int) -> float:
    """Variance of the number of disagreeing pairs among m labels of one item."""
    p = [1.0 - e, *[e / (k - 1)] * (k - 1)]
    two, three = sum(x**2 for x in p), sum(x**3 for x in p)
    return comb(m, 2) * two * (1 - two) + 6 * comb(m, 3) * (three - two * two)


def _covariance(m: int, e: float, k: int) -> float:
    """Covariance of the weight of an item's class with its disagreeing pairs, by chance in its labels."""
    if k == 2:
        delta = 2.0 * majority_right(m, e) - 1.0
        return _moment(m, e, [y / delta for _, y in _majorities(m, e)])
    delta = 1.0 - e - e / (k - 1)
    # per label: cov(1[right], disagreements with the other m - 1 labels); the m terms over m, pairs counted once each
    same = (1.0 - e) ** 2 + e * e / (k - 1)
    return (m - 1) * ((1.0 - e) * e - (1.0 - e) * (1.0 - same)) / delta


def _moment(m: int, e: float, weight: Sequence[float]) -> float:
    p = [q for q, _ in _majorities(m, e)]
    d = [float(j * (m - j)) for j in range(m + 1)]
    mean_d, mean_w = sum(map(float.__mul__, p, d)), sum(q * w for q, w in zip(p, weight, strict=True))
    return sum(q * (w - mean_w) * (x - mean_d) for q, w, x in zip(p, weight, d, strict=True))


def state_of(arm: Arm, votes: Votes) -> LabelState | None:
    """What an arm says about its items and labels; None where annotators have no common rate or items are fixed."""
    key = next((k for k, effect in arm.sampled.effect_of_key.items() if effect == (UNIT,)), None)
    source = arm.estimate.sources.get(key or "")
    if set(votes.contribution) != {"rate"} or set(arm.weighed.slope) != {"rate"} or source is None:
        return None
    s = arm.evaluation.sensitivity[:, 0]
    entered = np.unique(arm.weighed.rows.item)
    labels = votes.count[entered].sum(axis=1).astype(int)
    n = len(entered)
    part = arm.sampled.estimate.parts[source.key, "spread"]
    variance = float(gram(source, part, source, part)[0, 0])
    swing, _ = swings(s, arm.weighed)
    mean_right = float(np.mean([2.0 * majority_right(int(m), votes.rate) - 1.0 for m in labels]))
    classes = votes.count.shape[1]
    square = float(np.sum(swing**2)) * n
    chance = float(np.mean([_noise(int(m), votes.rate, classes) for m in labels]))
    straight = mean_right if classes == 2 else 1.0 - votes.rate - votes.rate / (classes - 1)
    return LabelState(
        rate=number(votes.rate), classes=classes,
        items={str(m): int(c) for m, c in zip(*np.unique(labels, return_counts=True), strict=True)},
        spread=number(max(variance * n - square * chance, 0.0)), swing_square=number(square),
        swing=number(float(np.sum(swing)) / straight), slope=number(float(s @ arm.weighed.slope["rate"])),
    )  # fmt: skip
