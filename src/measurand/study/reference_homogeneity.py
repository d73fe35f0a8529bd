"""Homogeneity between units and stability over time of reference values (ISO 13528, ISO 33405)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import fsum, hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from measurand.document.number import number
from measurand.document.reference_certificate import Homogeneity, Stability, Uncertain
from measurand.errors import DesignError, Finding
from measurand.message import say
from measurand.quantity.anova import one_way
from measurand.quantity.student import student_tail
from measurand.study.reference_numbers import refuse_large

DETECTED = 0.05
"""Without a limit: what is found with less probability than this by chance is a difference or a trend."""
YEAR = 365.25


def homogeneity(
    y: Sequence[float],
    unit: Sequence[str],
    *,
    of: str,
    between: str,
    limit: float | None,
    cluster: Sequence[str] | None = None,
) -> Homogeneity:
    """One-way analysis of variance between units, with the inhomogeneity that the spread within units can hide.

    ``s_between^2 = max(0, (MS_b - MS_w) / n0)``, ``u_floor = sqrt(MS_w / n0) (2 / df_w)^(1/4)``, ``n0`` the multiple of
    the component between units in the mean square between (Linsinger, Pauwels & van der Veen 2001; ISO 33405).
    Rows of one cluster belong together: where a unit holds several clusters, their means are compared. ``u(s_between)``
    follows from ``v^2 = u^2(s_between^2) = 2 (MS_b^2 / df_b + MS_w^2 / df_w) / n0^2`` (Searle, Casella & McCulloch
    1992, 3.6) as ``sqrt(s_between^2 + v) - s_between``, which is ``v / (2 s_between)`` where that is small. Raises
    DesignError without two units or without repeated values, or where a cluster lies in several units.
    """
    refuse_large(y, "homogeneity")
    rows = len(y)
    means = None if cluster is None else _means(y, unit, cluster, between=between)
    if means is not None:
        y, unit = means
    try:
        table = one_way(y, list(unit))
    except DesignError:
        text = say("M0560.no_units", between=between)
        raise DesignError(Finding("M0560", "homogeneity", text)) from None
    above, below = table.stages
    n0 = table.coefficient[0][0] / above.df
    between_sd = float(np.sqrt(max(0.0, table.components[0])))
    floor = float(np.sqrt(below.mean_square / n0) * (2.0 / below.df) ** 0.25)
    equal = above.mean_square == below.mean_square == 0.0
    p = 1.0 if equal else _f_tail(table.f, above.df, below.df)
    v = sqrt(2.0) * hypot(above.mean_square / sqrt(above.df), below.mean_square / sqrt(below.df)) / n0
    return Homogeneity(
        of=of,
        between=between,
        units=above.df + 1,
        rows=rows,
        clusters=None if means is None else len(y),
        mean=number(table.mean),
        s_within=number(table.residual_sd),
        u_s_within=number(table.residual_sd / sqrt(2.0 * below.df)),
        s_between=number(between_sd),
        u_s_between=number(sqrt(between_sd**2 + v) - between_sd),
        u_floor=number(floor),
        u=number(max(between_sd, floor)),
        f=number(0.0 if equal else table.f),
        p=number(p),
        limit=None if limit is None else number(limit),
        adequate=bool(between_sd <= limit if limit is not None else p >= DETECTED),
    )


def _means(
    y: Sequence[float], unit: Sequence[str], cluster: Sequence[str], *, between: str
) -> tuple[list[float], list[str]] | None:
    """Mean and unit of each cluster; None where rows are as good: one each, or every unit inside of one cluster."""
    held: dict[str, list[float]] = defaultdict(list)
    units: dict[str, set[str]] = defaultdict(set)
    clusters: dict[str, set[str]] = defaultdict(set)
    for value, u, c in zip(y, unit, cluster, strict=True):
        held[c].append(value)
        units[c].add(u)
        clusters[u].add(c)
    if len(held) == len(y) or all(len(names) == 1 for names in clusters.values()):
        return None
    crossed = sorted(c for c, names in units.items() if len(names) > 1)
    if crossed:
        text = say("M0566.crossed", count=len(crossed), first=crossed[0], between=between)
        raise DesignError(Finding("M0566", "homogeneity", text))
    # measured from the first value: equal values keep a mean of exactly their size
    means = [values[0] + fsum(v - values[0] for v in values) / len(values) for values in held.values()]
    return means, [next(iter(units[c])) for c in held]


def stability(
    y: Sequence[float],
    item: Sequence[str],
    day: Sequence[float],
    *,
    of: str,
    dates: tuple[str, ...],
    to_expiry: float,
    limit: float | None,
    cluster: Sequence[str] | None = None,
) -> Stability:
    """Straight line over time. Items that were seen on one date only count through the mean of all of these.

    ``day`` is in days, ``to_expiry`` the days from the last date to the expiry. Each item with several dates is centred
    on its own mean (with two dates: the paired t test); all others together. Where items belong together (``cluster``),
    the slope's variance is that of its contributions by cluster, ``G/(G-1) sum_g (sum_i dx_i e_i)^2 / Sxx^2`` with
    G - 1 degrees of freedom; for clusters of one item with two dates that is the paired t test again.

    Raises DesignError with one date, or one cluster.
    """
    refuse_large(y, "stability")
    values, x = np.asarray(y, float), np.asarray(day, float) / YEAR
    names = np.asarray(item, dtype=str)
    several = _several(item, day)
    group = np.array([n if n in several else "\0" for n in names])
    _, of_group = np.unique(group, return_inverse=True)
    of_group = of_group.reshape(-1)
    size = np.bincount(of_group)
    dx = x - (np.bincount(of_group, weights=x) / size)[of_group]
    dy = values - (np.bincount(of_group, weights=values) / size)[of_group]
    sxx, df = float(dx @ dx), len(values) - len(size) - 1
    if len(dates) < 2 or sxx == 0.0 or df < 1:
        raise DesignError(Finding("M0561", "stability", say("M0561.no_dates")))
    slope = float(dx @ dy) / sxx
    rest = dy - slope * dx
    variance = float(rest @ rest) / df / sxx
    if cluster is not None and len(set(zip(item, cluster, strict=True))) > len(set(cluster)):
        variance, df = _by_cluster(dx * rest / sxx, cluster, dx)
    u = float(np.sqrt(variance))
    p = 2.0 * float(student_tail(abs(slope) / u, df)) if u > 0.0 else (1.0 if slope == 0.0 else 0.0)
    change = slope * float(x.max() - x.min())
    return Stability(
        of=of,
        dates=dates,
        items=len(set(names)),
        rows=len(values),
        slope=Uncertain(value=number(slope), u=number(u)),
        df=df,
        p=number(p),
        change=number(change),
        u_change=number(u * float(x.max() - x.min())),
        u_to_expiry=number(u * max(0.0, to_expiry) / YEAR),
        limit=None if limit is None else number(limit),
        adequate=bool(abs(change) <= limit if limit is not None else p >= DETECTED),
    )


def _by_cluster(
    contribution: NDArray[np.float64], cluster: Sequence[str], dx: NDArray[np.float64]
) -> tuple[float, int]:
    """Variance of a sum from the sums of its contributions by cluster, and its degrees of freedom."""
    names, of_cluster = np.unique(np.asarray(cluster, dtype=str)[dx != 0.0], return_inverse=True)
    if len(names) < 2:
        raise DesignError(Finding("M0561", "stability", say("M0561.one_cluster")))
    sums = np.bincount(of_cluster.reshape(-1), weights=contribution[dx != 0.0])
    return float(sums @ sums) * len(names) / (len(names) - 1), len(names) - 1


def _several(item: Sequence[str], day: Sequence[float]) -> set[str]:
    """Items with more than one date."""
    first: dict[str, float] = {}
    return {name for name, d in zip(item, day, strict=True) if first.setdefault(name, d) != d}


def _f_tail(f: float, first: float, second: float) -> float:
    """Probability that F exceeds a value."""
    from scipy.special import fdtrc

    return float(fdtrc(first, second, f)) if np.isfinite(f) else 0.0
