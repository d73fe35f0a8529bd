"""Properties of a judge from its calibration: each a mean of one number per answer, or an agreement, with limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.document.judge import Calibrated, Figure
from measurand.document.number import number, real
from measurand.document.rounding import printed
from measurand.errors import StatisticError
from measurand.message import say
from measurand.quantity.effective_count import boundary_u, effective_count
from measurand.quantity.imperfect import share_part
from measurand.quantity.limits import Limits, clipped
from measurand.quantity.student import student_factor
from measurand.statistic.classes_agreement import gwet_ac1, kappa
from measurand.statistic.contract import Rows, Statistic
from measurand.statistic.krippendorff import KrippendorffAlpha

Array = NDArray[np.float64]
SHARE, SIGNED = (0.0, 1.0), (-1.0, 1.0)
EVEN = 0.5
"""The mark of a pair in which no answer is the longer one, or none is the judge's own."""


@dataclass(frozen=True, eq=False)
class Table:
    """Distinct rows of a calibration table: a column is NaN where there is no verdict; ``count`` is how often."""

    column: dict[str, Array]
    count: Array

    def both(self, *names: str) -> Table:
        """The rows that have all of these columns."""
        if any(name not in self.column for name in names):
            return Table({name: np.zeros(0) for name in names}, np.zeros(0))
        there = np.all([~np.isnan(self.column[name]) for name in names], axis=0)
        return Table({name: self.column[name][there] for name in names}, self.count[there])


def table_of(calibrated: Calibrated) -> Table:
    """The calibration as arrays."""
    cells = [[np.nan if x == "" else real(x) for x in row] for row in calibrated.row]
    rows = np.array(cells, np.float64).reshape(-1, len(calibrated.columns))
    return Table(dict(zip(calibrated.columns, rows.T, strict=True)), np.array(calibrated.count, np.float64))


def mean_limits(y: Array, count: Array, bounds: tuple[float, float]) -> Limits:
    """Mean of a bounded number per answer: a plain share where all are 0 or 1, else by an effective count (R2).

    ``u^2 = sum (y - mean)^2 / (n (n - 1))``; ``y`` and ``count`` have shape (distinct rows,), n the sum of ``count``.
    """
    n = float(count.sum())
    mean = float(count @ y) / n
    if bounds == SHARE and np.all((y == 0) | (y == 1)):
        return share_part(float(count @ y), n)
    return _spread(mean, float(count @ (y - mean) ** 2) / (n * max(n - 1.0, 1.0)), n, bounds)


def _spread(value: float, variance: float, n: float, bounds: tuple[float, float]) -> Limits:
    def factor(tail: Array) -> Array:
        return student_factor(tail, max(n - 1.0, 1.0))

    u = float(np.sqrt(variance)) if variance > 1e-24 else boundary_u(value, bounds=bounds, floor=n)
    tails = effective_count(value, variance, bounds=bounds, floor=n, factor=factor)
    return Limits(value, u, max(n - 1.0, 1.0), say("coverage.rule.effective_count"), clipped(tails, bounds), bounds)


def figures(calibrated: Calibrated, p: float) -> tuple[Figure, ...]:
    """Every property that the calibration shows; ``p`` is the coverage probability of each interval."""
    table = table_of(calibrated)
    found = []
    for name, limits, count in (*_rates(table), *_agreements(table), *_biases(table)):
        lower, upper = limits(p)
        low, high = (number(b) for b in limits.bounds)
        shown = printed(
            limits.value, limits.u, interval=(lower, upper), coverage_probability=p, unit="1", bounds=(low, high)
        )
        found.append(
            Figure(
                name=name, title=say(f"judge.{name}"), value=number(limits.value), u=number(limits.u),
                lower=number(lower), upper=number(upper), count=int(count), text=shown.text,
            )
        )  # fmt: skip
    return tuple(found)


Named = tuple[str, Limits, float]


def _rates(table: Table) -> list[Named]:
    rows = table.both("human", "judged")
    human, judged = rows.column["human"], rows.column["judged"]
    if not is_binary(human):
        return [("bias", mean_limits(judged - human, rows.count, SIGNED), rows.count.sum())] if len(human) > 1 else []
    out = []
    for name, y, here in (("sensitivity", judged, human == 1), ("specificity", 1 - judged, human == 0)):
        if rows.count[here].sum() > 1:
            out.append((name, mean_limits(y[here], rows.count[here], SHARE), float(rows.count[here].sum())))
    return out


def is_binary(y: Array) -> bool:
    """Whether all are 0 or 1, and both occur."""
    return bool(np.all((y == 0) | (y == 1)) and len(np.unique(y)) == 2)


def _agreements(table: Table) -> list[Named]:
    rows = table.both("human", "judged")
    human, judged, n = rows.column["human"], rows.column["judged"], float(rows.count.sum())
    if n < 3 or not is_binary(human) or not np.all((judged == 0) | (judged == 1)):
        return []
    out = []
    for name, make in (("kappa", kappa), ("ac1", gwet_ac1)):
        limits = _functional(make, {"truth": human, "predicted": judged}, rows.count)
        out += [(name, limits, n)] if limits is not None else []
    alpha = _alpha(human, judged, rows.count)
    return [*out, ("alpha", alpha, n)] if alpha is not None else out


def _functional(make: Callable[[], Statistic], column: dict[str, Array], count: Array) -> Limits | None:
    """A smooth function of the counts: ``u^2 = n / (n - 1) sum s_i^2`` over answers; None where it is not defined."""
    statistic = make()
    rows = Rows(np.arange(len(count)), np.zeros(len(count), np.int64), column)
    try:
        rows = statistic.arrange(rows)
        value = float(statistic.value(rows, count)[0])
        s = statistic.sensitivity(rows, count)[:, 0]
    except StatisticError:
        return None
    n = float(count.sum())
    return _spread(value, n / (n - 1.0) * float(count @ s**2), n, SIGNED)


def _alpha(human: Array, judged: Array, count: Array) -> Limits | None:
    """Krippendorff's alpha of people and judge as two raters of each answer; one row per rating."""
    times = count.astype(np.int64)
    pairs = np.repeat(np.stack([human, judged], axis=1), times, axis=0)
    item = np.repeat(np.arange(len(pairs)), 2)
    statistic = KrippendorffAlpha()
    rows = Rows(item, np.zeros(len(item), np.int64), {statistic.roles[0]: pairs.reshape(-1)})
    w = np.ones(len(item))
    try:
        rows = statistic.arrange(rows)
        value = float(statistic.value(rows, w)[0])
        s = np.bincount(item, weights=statistic.sensitivity(rows, w)[:, 0])
    except StatisticError:
        return None
    n = float(len(pairs))
    return _spread(value, n / (n - 1.0) * float(np.sum((s - s.mean()) ** 2)), n, SIGNED)


def _biases(table: Table) -> list[Named]:
    """Position: ``mean(verdict - verdict in the other order)``. Length and own kind: how much more often than people
    the judge prefers the marked answer, ``mean(|human - mark| - |judged - mark|)``. Repeatability: equal verdicts."""
    out: list[Named] = []
    one = "first" if "first" in table.column else "judged"
    order = table.both(one, "swapped")
    if order.count.sum() > 1:
        y = order.column[one] - order.column["swapped"]
        out.append(("position", mean_limits(y, order.count, SIGNED), float(order.count.sum())))
    for name, mark in (("length", "longer"), ("self", "own")):
        rows = table.both("human", "judged", mark)
        marked = rows.column[mark] != EVEN
        count = rows.count[marked]
        if count.sum() > 1:
            human, judged, side = (rows.column[c][marked] for c in ("human", "judged", mark))
            out.append((name, mean_limits(np.abs(human - side) - np.abs(judged - side), count, SIGNED), count.sum()))
    again = table.both(one, "again")
    if again.count.sum() > 1:
        y = (again.column[one] == again.column["again"]).astype(np.float64)
        out.append(("repeatability", mean_limits(y, again.count, SHARE), float(again.count.sum())))
    return out
