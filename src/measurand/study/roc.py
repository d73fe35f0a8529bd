"""Receiver operating characteristic and precision against recall, with their bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.result import Curve
from measurand.message import say
from measurand.quantity.student import normal_factor, student_factor
from measurand.study.scored import Scored, short

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rates:
    """Rates at falling thresholds, shape (points,) each; a row is called positive at ``score >= threshold``."""

    threshold: Array
    true_positive: Array
    false_positive: Array
    point: tuple[str, ...]
    """Name of the operating point, empty elsewhere."""
    true_replicates: Array
    """Bootstrap replicates with both classes, (replicates, points); none where the items stand for themselves."""
    false_replicates: Array
    prevalence: Array
    """Share of positives, then that of each replicate."""


def rates(s: Scored, *, points: int, operating: Mapping[str, float], key: str) -> Rates | None:
    """Rates at no more than about ``points`` of the distinct scores; None with one class only.

    ``operating``: names of operating points and their thresholds.
    """
    if not s.both:
        return None
    threshold, names = _thresholds(s, points, operating)
    code = np.searchsorted(-threshold, -s.score, side="left")
    plus, minus = s.sums(np.minimum(code, len(threshold)), len(threshold) + 1)

    def cumulated(weights: Array) -> tuple[Array, Array, Array]:
        p, n = weights @ plus, weights @ minus
        a, b = p.sum(axis=1, keepdims=True), n.sum(axis=1, keepdims=True)
        sides = (np.clip(np.cumsum(x, axis=1)[:, :-1] / y, 0.0, 1.0) for x, y in ((p, a), (n, b)))
        tp, fp = (np.maximum.accumulate(x, axis=1) for x in sides)
        return tp, fp, (a / (a + b))[:, 0]

    tp, fp, share = cumulated(np.ones((1, len(s.block))))
    again = np.zeros((0, len(threshold))), np.zeros((0, len(threshold))), np.zeros(0)
    if s.sampled:
        w = s.weights(key)
        p, n = w @ plus.sum(axis=1), w @ minus.sum(axis=1)
        again = cumulated(w[(p > 1e-9 * plus.sum()) & (n > 1e-9 * minus.sum())])
    return Rates(threshold, tp[0], fp[0], names, again[0], again[1], np.concatenate([share, again[2]]))


def _thresholds(s: Scored, points: int, operating: Mapping[str, float]) -> tuple[Array, tuple[str, ...]]:
    """Falling distinct scores at even steps of the way along the curve, the lowest and the operating points among them.

    An operating point stands at the lowest score that is at least its threshold.
    """
    level, at = np.unique(s.score, return_inverse=True)
    way = np.zeros(len(level))
    for side in (s.positive, ~s.positive):
        way += np.bincount(at.reshape(-1)[side], weights=np.abs(s.w[side]), minlength=len(level)) / np.sum(
            np.abs(s.w[side])
        )
    step = np.ceil(np.cumsum(way[::-1])[::-1] / 2.0 * points - 1e-9)
    keep = np.concatenate([[True], np.diff(step) != 0])
    names: dict[float, str] = {}
    for name, limit in operating.items():
        above = level[level >= limit]
        if len(above):
            names[float(above[0])] = ", ".join(filter(None, (names.get(float(above[0])), name)))
    kept = np.unique(np.concatenate([level[keep], list(names)]))[::-1]
    return kept, tuple(names.get(float(t), "") for t in kept)


def roc(s: Scored, r: Rates, *, p: float) -> Curve:
    """The ROC with a band that holds the whole curve with probability ``p``, where the items are a sample.

    Fixed width (Campbell 1994): both rates lie within their largest deviations over all thresholds, each held with
    probability ``(1 + p) / 2`` by the bootstrap of independent units, with Student's factor for few units. Both widths
    are then reduced by one factor until a share ``p`` of the replicates' curves lies inside (Macskassy, Provost &
    Rosset 2005), but not below ``1 - ((1 - p) / 4)^(1 / n)`` of the n units of the class. Simulated, it holds the whole
    curve with 0.98 or more where 0.95 is asked.
    """
    columns: dict[str, tuple[str, ...]] = {
        "threshold": tuple(map(short, r.threshold)),
        "false_positive_rate": tuple(map(short, r.false_positive)),
        "true_positive_rate": tuple(map(short, r.true_positive)),
    }
    if s.sampled:
        lower, upper = band(s, r, p=p)
        columns |= {"lower": tuple(map(short, lower)), "upper": tuple(map(short, upper))}
    return Curve(name="roc", title=say("curve.roc"), columns=columns | {"point": r.point})


def band(s: Scored, r: Rates, *, p: float) -> tuple[Array, Array]:
    """Lower and upper true positive rate at each false positive rate of ``r``, shape (points,) each."""
    up = _deviation(r.true_replicates, r.true_positive, s.units[0], p)
    across = _deviation(r.false_replicates, r.false_positive, s.units[1], p)
    width = _width(r, up, across, p)
    up, across = max(width * up, _least(s.units[0], p)), max(width * across, _least(s.units[1], p))
    x = np.concatenate([[0.0], r.false_positive, [1.0]]) + 1e-12 * np.arange(len(r.threshold) + 2)
    y = np.concatenate([[0.0], r.true_positive, [1.0]])
    lower = np.where(r.false_positive < across, 0.0, np.interp(r.false_positive - across, x, y) - up)
    upper = np.interp(r.false_positive + across, x, y) + up
    return np.maximum(lower, 0.0), np.minimum(upper, 1.0)


def _deviation(replicates: Array, value: Array, units: int, p: float) -> float:
    """Largest deviation over the thresholds, not exceeded with probability (1 + p) / 2."""
    tail = (1.0 - p) / 2.0
    seen = 0.0
    if units > 1 and len(replicates):
        seen = float(np.quantile(np.abs(replicates - value).max(axis=1), 1.0 - tail))
        seen *= float(student_factor(tail / 2.0, units - 1.0) / normal_factor(tail / 2.0))
    return max(seen, _least(units, p))


def _least(units: int, p: float) -> float:
    """What a share of 0 or 1 of so many units may still be, with a tail of (1 - p) / 4."""
    return 1.0 - float(((1.0 - p) / 4.0) ** (1.0 / max(units, 1)))


def _width(r: Rates, up: float, across: float, p: float) -> float:
    """The factor of both deviations with which the band holds a share ``p`` of the replicates' whole curves."""
    if not len(r.true_replicates):
        return 1.0
    needed = []
    for x, y in zip(r.false_replicates, r.true_replicates, strict=True):
        dx, dy = np.abs(x[:, None] - r.false_positive) / across, np.abs(y[:, None] - r.true_positive) / up
        needed.append(np.maximum(dx, dy).min(axis=1).max())
    return min(float(np.quantile(needed, p)), 1.0)


def precision_recall(s: Scored, r: Rates, *, p: float) -> Curve:
    """Precision against recall, with a band at each recall.

    Limits at a recall are the hull of the bootstrap's quantiles and of those of Clopper and Pearson for as many units
    as are called positive. They hold at each recall with probability ``p``, not for the whole curve.
    """
    precision = _precision(r.true_positive, r.false_positive, r.prevalence[0])
    columns: dict[str, tuple[str, ...]] = {
        "threshold": tuple(map(short, r.threshold)),
        "recall": tuple(map(short, r.true_positive)),
        "precision": tuple(map(short, precision)),
    }
    if s.sampled:
        lower, upper = _limits(s, r, precision, p=p)
        columns |= {"lower": tuple(map(short, lower)), "upper": tuple(map(short, upper))}
    return Curve(name="precision_recall", title=say("curve.precision_recall"), columns=columns | {"point": r.point})


def _precision(tp: Array, fp: Array, prevalence: Array | float) -> Array:
    """1 where nothing is called positive: only reached at a threshold above all scores of a replicate."""
    share = np.asarray(prevalence)
    called = share * tp + (1.0 - share) * fp
    return np.where(called > 0, share * tp / np.where(called > 0, called, 1.0), 1.0)


def _limits(s: Scored, r: Rates, precision: Array, *, p: float) -> tuple[Array, Array]:
    from scipy.special import betaincinv

    again = _precision(r.true_replicates, r.false_replicates, r.prevalence[1:, None])
    step = 1e-12 * np.arange(len(precision))
    at_recall = [np.interp(r.true_positive, x + step, y) for x, y in zip(r.true_replicates, again, strict=True)]
    tail = (1.0 - p) / 2.0
    low, high = np.quantile(np.array(at_recall), [tail, 1.0 - tail], axis=0) if at_recall else (precision, precision)
    called = r.true_positive * s.units[0] + r.false_positive * s.units[1]
    right = precision * called
    wrong = np.maximum(called - right, 0.0)
    exact_low = np.where(right > 0, betaincinv(np.maximum(right, 1e-9), wrong + 1.0, tail), 0.0)
    exact_high = np.where(wrong > 1e-9, betaincinv(right + 1.0, np.maximum(wrong, 1e-9), 1.0 - tail), 1.0)
    return np.minimum(low, exact_low), np.maximum(high, exact_high)
