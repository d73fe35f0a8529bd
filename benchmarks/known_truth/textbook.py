"""Intervals of textbooks, and the habit of 1.96 standard errors over rows, written without the package."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Interval = tuple[float, float]
Z = float(stats.norm.ppf(0.975))


def around(value: float, deviation: float) -> Interval:
    """``value -+ deviation``."""
    return (value - deviation, value + deviation)


def rows(x: Array) -> Interval:
    """Mean of the rows -+ 1.96 standard errors, as if rows were independent."""
    return around(float(np.mean(x)), Z * float(np.std(x, ddof=1)) / np.sqrt(len(x)))


def student(x: Array) -> Interval:
    """Student's t for the mean."""
    return around(float(np.mean(x)), stats.t.ppf(0.975, len(x) - 1) * float(np.std(x, ddof=1)) / np.sqrt(len(x)))


def clopper_pearson(events: float, n: int) -> Interval:
    """Clopper & Pearson (1934)."""
    lower = stats.beta.ppf(0.025, events, n - events + 1) if events > 0 else 0.0
    upper = stats.beta.ppf(0.975, events + 1, n - events) if events < n else 1.0
    return float(lower), float(upper)


def cluster_ratio(totals: Array, sizes: Array) -> Interval:
    """Linearised ratio of cluster totals to cluster sizes, Student's t with clusters - 1 (Cochran 1977, 6.5)."""
    m, value = len(totals), float(totals.sum() / sizes.sum())
    u = np.sqrt(m / (m - 1) * np.sum((totals - value * sizes) ** 2)) / sizes.sum()
    return around(value, stats.t.ppf(0.975, m - 1) * float(u))


def strata(shares: Array, variances: Array, weights: Array, df: float) -> Interval:
    """Stratified mean with the variances of the strata's means (Cochran 1977, 5.4)."""
    u = float(np.sqrt(np.sum(weights**2 * variances)))
    return around(float(weights @ shares), float(stats.t.ppf(0.975, df)) * u)


def crossed(y: Array) -> Interval:
    """Mean over items x levels, both random: ANOVA mean squares with Satterthwaite (1946). ``y`` (items, levels)."""
    n, p = y.shape
    mean, by_item, by_level = y.mean(), y.mean(axis=1), y.mean(axis=0)
    items = p * np.sum((by_item - mean) ** 2) / (n - 1)
    levels = n * np.sum((by_level - mean) ** 2) / (p - 1)
    rest = np.sum((y - by_item[:, None] - by_level[None, :] + mean) ** 2) / ((n - 1) * (p - 1))
    total = max(items + levels - rest, items, levels)
    df = total**2 / (items**2 / (n - 1) + levels**2 / (p - 1) + rest**2 / ((n - 1) * (p - 1))) if total > 0 else 1.0
    return around(float(mean), float(stats.t.ppf(0.975, df) * np.sqrt(total / (n * p))))


def placements(score: Array, truth: Array) -> tuple[float, Array, Array]:
    """Area, and the share of the other class that each positive and each negative beats (DeLong et al. 1988)."""
    positive, negative = score[truth == 1], score[truth == 0]
    wins = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    return float(wins.mean()), wins.mean(axis=1), wins.mean(axis=0)


def delong_variance(of_positives: Array, of_negatives: Array) -> float:
    """Variance of the area from the placements."""
    return float(np.var(of_positives, ddof=1) / len(of_positives) + np.var(of_negatives, ddof=1) / len(of_negatives))


def delong(score: Array, truth: Array) -> Interval:
    """Area -+ 1.96 standard errors (DeLong et al. 1988)."""
    area, a, b = placements(score, truth)
    return around(area, Z * np.sqrt(delong_variance(a, b)))


def delong_logit(score: Array, truth: Array) -> Interval:
    """The same on the logit scale; at an area of 1 it has no width."""
    area, a, b = placements(score, truth)
    u = np.sqrt(delong_variance(a, b))
    if not 0.0 < area < 1.0:
        return (area, area)
    lower, upper = around(float(np.log(area / (1 - area))), Z * float(u) / (area * (1 - area)))
    return 1 / (1 + np.exp(-lower)), 1 / (1 + np.exp(-upper))


def delong_paired(first: Array, second: Array, truth: Array) -> Interval:
    """Second area minus first on the same items (DeLong et al. 1988)."""
    area1, a1, b1 = placements(first, truth)
    area2, a2, b2 = placements(second, truth)
    return around(area2 - area1, Z * np.sqrt(delong_variance(a2 - a1, b2 - b1)))


def bonett_price(only_first: float, only_second: float, n: int) -> Interval:
    """Difference of paired shares, second minus first (Bonett & Price 2012)."""
    p10, p01 = (only_first + 1) / (n + 2), (only_second + 1) / (n + 2)
    lower, upper = around(p01 - p10, Z * np.sqrt((p01 + p10 - (p01 - p10) ** 2) / (n + 2)))
    return max(lower, -1.0), min(upper, 1.0)


def rogan_gladen(agreed: float, n: int, *, rate: float, u: float) -> Interval:
    """Accuracy corrected for a known symmetric label error, by propagation (Rogan & Gladen 1978)."""
    delta = 1 - 2 * rate
    value = (agreed - rate) / delta
    spread = np.hypot(np.sqrt(agreed * (1 - agreed) / n) / delta, (2 * agreed - 1) / delta**2 * u)
    return around(value, Z * float(spread))


def welch_satterthwaite(x: Array, u: float) -> Interval:
    """Mean with an input of type B (JCGM 100, G.4)."""
    n, a = len(x), float(np.var(x, ddof=1)) / len(x)
    df = (a + u**2) ** 2 / (a**2 / (n - 1))
    return around(float(np.mean(x)), float(stats.t.ppf(0.975, df)) * float(np.sqrt(a + u**2)))
