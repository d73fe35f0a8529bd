"""Are probabilities right? Observed against predicted by bins, with the band of a calibrated system; and histograms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from measurand.document.result import Curve
from measurand.message import say
from measurand.quantity.student import normal_factor, student_factor
from measurand.study.scored import Scored, short

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
BINS = 10
LEAST = 10
"""Rows of a bin on average at least."""
BARS = 20
LARGE = 3000
"""Trials from which the binomial distribution is taken as normal."""


def reliability(s: Scored, *, p: float, bins: int | None = None) -> Curve | None:
    """Bins of about equal numbers of rows: mean probability, observed share, and the consistency band.

    ``bins``: so many bins of equal width instead; empty ones are left out.

    The band (Broecker & Smith 2007) holds the observed share of a bin with probability ``p`` if the probabilities are
    right: quantiles of the binomial distribution with the bin's mean probability and ``n = m (1 - m) / V`` trials. V is
    the variance of the observed share: ``sum w^2 p (1 - p) / W^2`` of independent rows; with clusters, weights or
    uncertain labels that of the unit totals of ``w (y - p)`` if it is larger (with Student's factor for few units).
    """
    if not len(s.score) or s.score.min() < 0.0 or s.score.max() > 1.0:
        return None
    bin_of = _bins(s.score) if bins is None else _equal_width(s.score, bins)
    names = ("from", "to", "predicted", "observed", "lower", "upper", "rows")
    lines: list[tuple[float, ...]] = []
    for b in range(int(bin_of.max()) + 1):
        mine = bin_of == b
        if not mine.any():
            continue
        w, score, hit = s.w[mine], s.score[mine], s.positive[mine].astype(float)
        total = w.sum()
        if total <= 0:
            continue
        mean, observed = float(w @ score / total), float(np.clip(w @ hit / total, 0.0, 1.0))
        variance = float(w**2 @ (score * (1.0 - score))) / total**2
        if not s.plain:
            residual = w * (hit - score - (observed - mean))
            variance = max(variance, _between(residual, s.unit[mine], p=p) / total**2)
        trials = mean * (1.0 - mean) / variance if variance > 0 else float(len(w))
        lower, upper = consistency(mean, trials, p=p)
        lines.append((float(score.min()), float(score.max()), mean, observed, lower, upper, float(len(w))))
    columns = {name: tuple(map(short, values)) for name, values in zip(names, zip(*lines, strict=True), strict=True)}
    return Curve(name="reliability", title=say("curve.reliability"), columns=columns)


def _between(residual: Array, unit: Integers, *, p: float) -> float:
    """Variance of the sum of residuals from the totals of the units, widened by Student's factor for few units."""
    of_unit = np.bincount(np.unique(unit, return_inverse=True)[1].reshape(-1), weights=residual)
    if len(of_unit) < 2:
        return 0.0
    tail, df = (1.0 - p) / 2.0, len(of_unit) - 1.0
    factor = float(student_factor(tail, df) / normal_factor(tail))
    return float(of_unit @ of_unit) * len(of_unit) / df * factor**2


def _equal_width(score: Array, bins: int) -> Integers:
    """Bin of each row; an edge belongs to the bin above, as in the expected calibration error."""
    return np.asarray(np.searchsorted(np.arange(1, bins) / bins, score, side="right"), np.int64)


def _bins(score: Array) -> Integers:
    """Bin of each row: ``BINS`` of about equal numbers, equal scores together."""
    _, at, count = np.unique(score, return_inverse=True, return_counts=True)
    wanted = max(1, min(BINS, len(score) // LEAST))
    middle = (np.cumsum(count) - count / 2.0) / len(score)
    raw = np.minimum((middle * wanted).astype(np.int64), wanted - 1)
    return np.asarray(np.unique(raw, return_inverse=True)[1].reshape(-1)[at.reshape(-1)], np.int64)


def consistency(mean: float, trials: float, *, p: float) -> tuple[float, float]:
    """Equal-tailed limits that hold the share of a binomial distribution with at least probability ``p``.

    >>> consistency(0.5, 10.0, p=0.95)
    (0.2, 0.8)
    """
    from scipy.special import bdtr

    tail = (1.0 - p) / 2.0
    if trials > LARGE:
        half = float(normal_factor(tail)) * (mean * (1.0 - mean) / trials) ** 0.5
        return max(mean - half, 0.0), min(mean + half, 1.0)
    n = max(round(trials), 1)
    # sums of probabilities that equal the tail on paper differ from it by rounding
    cumulated = bdtr(np.arange(n + 1), n, min(max(mean, 0.0), 1.0)) * (1.0 + 1e-12)
    low, high = (int(np.searchsorted(cumulated, q)) for q in (tail, 1.0 - tail))
    return low / n, min(high, n) / n


def histogram(s: Scored, *, probability: bool, sides: tuple[str, str] = ("positive", "negative")) -> Curve:
    """Share of each class in bars of equal width; from 0 to 1 where the scores are probabilities.

    ``sides``: what rows are called whose class is, or is not, that of the score.
    """
    low, high = (0.0, 1.0) if probability else (float(s.score.min()), float(s.score.max()))
    low, high = min(low, float(s.score.min())), max(high, float(s.score.max()))
    bars = BARS if high > low else 1
    edges = np.linspace(low, high, bars + 1)
    at = np.clip(np.searchsorted(edges, s.score, side="right") - 1, 0, bars - 1)
    columns = {"from": tuple(map(short, edges[:-1])), "to": tuple(map(short, edges[1:]))}
    for name, side in zip(sides, (s.positive, ~s.positive), strict=True):
        weight = np.maximum(np.bincount(at[side], weights=s.w[side], minlength=bars), 0.0)
        columns[name] = tuple(map(short, weight / (weight.sum() or 1.0)))
        columns[f"{name}_rows"] = tuple(map(short, np.bincount(at[side & (s.w > 0)], minlength=bars)))
    return Curve(name="scores", title=say("curve.scores"), columns=columns)
