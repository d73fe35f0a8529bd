"""Whether an audited subset looks random: audited items beside the others, in what is known of both."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from measurand.message import say
from measurand.quantity.multiplicity import adjusted
from measurand.study.audited import COLUMN
from measurand.study.columns import texts
from measurand.study.frame import Frame, positions

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
LEVEL = 0.01
EXPECTED = 5.0
"""Least expected number of audited items of a class of its own; rarer ones are taken together."""
MANY_CLUSTERS = 20
MOST_CLASSES = 50


def differences(frame: Frame) -> tuple[str, ...]:
    """A sentence that names in what audited items differ from the others (Holm-adjusted p below 1 %); or nothing.

    Labels, outputs and strata are compared by chi-square, scores by ranks (Wilcoxon), clusters by the spread of their
    audited share. The items are as they are and only the choice is random, so that clusters need no allowance.
    """
    if COLUMN not in frame.columns:
        return ()
    first = np.zeros(len(frame.items), np.int64)
    first[frame.item[::-1]] = np.arange(len(frame.item))[::-1]
    audited = texts(frame, COLUMN, first) != ""
    if not 2 <= audited.sum() <= len(audited) - 2:
        return ()
    found = [(name, p) for name, p in _tests(frame, first, audited) if np.isfinite(p)]
    if not found:
        return ()
    p = adjusted([p for _, p in found], method="holm")
    named = ", ".join(f"{name} (p = {q:.2g})" for (name, _), q in zip(found, p, strict=True) if q < LEVEL)
    return (say("remark.audit_not_random", named=named),) if named else ()


def _tests(frame: Frame, first: Integers, audited: NDArray[np.bool_]) -> Iterator[tuple[str, float]]:
    for name in ("reference", "value", "score", "exposure"):
        if name in frame.columns:
            yield say(f"audit.{name}"), _column(np.asarray(frame.columns[name])[first], audited)
    if len(frame.strata) > 1:
        yield say("audit.strata"), chi_square(frame.stratum, audited)
    if frame.clustered and len(frame.units) >= MANY_CLUSTERS:
        yield say("audit.clusters"), spread_of_clusters(frame.unit, audited)


def _column(cells: NDArray[np.generic], audited: NDArray[np.bool_]) -> float:
    numbers = _numbers(cells)
    if numbers is not None:
        seen = np.isfinite(numbers)
        if len(np.unique(numbers[seen])) > MOST_CLASSES:
            return rank_sum(numbers[seen], audited[seen])
    return chi_square(positions(np.array([str(c) for c in cells], object))[1], audited)


def _numbers(cells: NDArray[np.generic]) -> Array | None:
    if cells.dtype.kind == "f":
        return np.asarray(cells, float)
    try:
        return np.array([float(str(c)) if str(c) else np.nan for c in cells])
    except ValueError:
        return None


def chi_square(code: Integers, audited: NDArray[np.bool_]) -> float:
    """p-value of equal shares of each code among audited and other items (Pearson's chi-square)."""
    from scipy.special import chdtrc

    total = np.bincount(code).astype(float)
    share = float(audited.mean())
    smaller = min(share, 1.0 - share)
    kept = np.where(total * smaller >= EXPECTED, np.arange(len(total)), len(total))
    merged = np.unique(kept[code], return_inverse=True)[1].reshape(-1)
    total = np.bincount(merged).astype(float)
    if len(total) < 2:
        return float("nan")
    seen = np.bincount(merged, weights=audited.astype(float))
    n = len(code)
    statistic = float(np.sum((seen - total * share) ** 2 / (total * share * (1.0 - share)))) * (n - 1) / n
    return float(chdtrc(len(total) - 1, statistic))


def rank_sum(values: Array, audited: NDArray[np.bool_]) -> float:
    """Two-sided p-value of the rank-sum test (Wilcoxon 1945) with the normal approximation, ties at their mean rank."""
    from scipy.special import ndtr

    _, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - 0.5 * (count - 1))[inverse.reshape(-1)]
    n, m = len(values), int(audited.sum())
    if m in (0, n) or np.ptp(rank) == 0:
        return float("nan")
    variance = m * (n - m) / n * float(np.var(rank, ddof=1))
    return float(2.0 * ndtr(-abs(float(rank[audited].sum()) - m * float(rank.mean())) / np.sqrt(variance)))


def spread_of_clusters(unit: Integers, audited: NDArray[np.bool_]) -> float:
    """One-sided p-value of audited items being packed into clusters: the sum of squared standardised counts, normal."""
    from scipy.special import ndtr

    size = np.bincount(unit).astype(float)
    share = float(audited.mean())
    count = np.bincount(unit, weights=audited.astype(float))[size > 0]
    size = size[size > 0]
    own = size * share * (1.0 - share)
    squares = (count - size * share) ** 2 / own
    variance = np.sum(2.0 + (1.0 - 6.0 * share * (1.0 - share)) / own)
    return float(ndtr(-(float(squares.sum()) - len(size)) / np.sqrt(variance)))
