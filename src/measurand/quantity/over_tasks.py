"""Systems fixed, tasks random: the mean difference over tasks like these, from differences with their own u.

``d_t = mean + b_t + e_t`` with ``b_t ~ N(0, tau^2)`` between tasks and known ``u_t`` within. Differences of one pair
only are averaged, and only on one scale that has been named: the mean of an accuracy and a word error rate is no
quantity. Where there is no common scale, ranks are what can be compared (``friedman``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError, StatisticError
from measurand.message import say
from measurand.quantity.multiplicity import adjusted
from measurand.quantity.student import student_factor, student_tail

Array = NDArray[np.float64]

_STEPS = 500


@dataclass(frozen=True)
class OverTasks:
    """Mean difference over tasks."""

    value: float
    u: float
    """The larger of the two that follow (Roever, Knapp & Friede 2015)."""
    u_model: float
    """``1 / sqrt(sum w)``, ``w = 1 / (u_t^2 + tau^2)``."""
    u_observed: float
    """Hartung & Knapp's (2001): from the weighted spread of the differences as they are."""
    tau: float
    """Standard deviation of the true difference between tasks; 0 where the spread is what the u explain."""
    q: float
    """Cochran's sum of squares with the weights of tau = 0."""
    df: float
    """Tasks - 1."""
    tasks: int
    scale: str
    """The scale that all tasks share, as stated."""
    p: float
    """Two-sided, that the mean difference is 0; adjusted where several pairs were asked for."""

    def limits(self, level: float) -> tuple[float, float]:
        """``value -+ t(tasks - 1) u``."""
        step = float(student_factor((1.0 - level) / 2.0, self.df)) * self.u
        return self.value - step, self.value + step

    def of_new_task(self, level: float) -> tuple[float, float]:
        """Limits of the true difference on another task like these: ``value -+ t(tasks - 1) sqrt(u^2 + tau^2)``."""
        step = float(student_factor((1.0 - level) / 2.0, self.df)) * sqrt(self.u**2 + self.tau**2)
        return self.value - step, self.value + step


def over_tasks(difference: ArrayLike, u: ArrayLike, *, scale: str, method: str = "reml") -> OverTasks:
    """Mean of one pair's differences (tasks,) with standard uncertainties (tasks,) on a stated common ``scale``.

    Methods for tau: ``reml`` (restricted maximum likelihood), ``dersimonian-laird`` (1986).
    Raises DesignError for fewer than two tasks, u that are not positive or a scale that is not named; RefusedError
    for an unknown method.
    """
    d, s = np.asarray(difference, float), np.asarray(u, float)
    if not scale.strip():
        raise DesignError(say("ranking.scale"))
    if d.ndim != 1 or d.shape != s.shape or not np.all(np.isfinite(d)) or not np.all((s > 0.0) & np.isfinite(s)):
        raise DesignError(say("ranking.task_u"))
    if len(d) < 2:
        raise DesignError(say("ranking.table", tasks=2, systems=2))
    if method not in TAU:
        raise RefusedError(say("ranking.method", name=method, names=", ".join(TAU)))
    v, df = s**2, len(d) - 1.0
    square = TAU[method](d, v)
    w = 1.0 / (v + square)
    value = float(w @ d / w.sum())
    model = 1.0 / sqrt(float(w.sum()))
    observed = model * sqrt(float(w @ (d - value) ** 2) / df)
    larger = max(model, observed)
    p = 2.0 * float(student_tail(abs(value) / larger, df))
    return OverTasks(value, larger, model, observed, sqrt(square), _q(d, v), df, len(d), scale, p)


def pairs_over_tasks(
    value: ArrayLike, covariance: ArrayLike, *, scale: str, method: str = "reml", adjust: str = "holm"
) -> dict[tuple[int, int], OverTasks]:
    """Mean differences of all pairs (i, j), i < j, with adjusted p-values.

    ``value`` (tasks, systems); ``covariance`` (tasks, systems, systems): within each task, from its shared items. Each
    pair has a tau of its own, so that one system that varies between tasks does not blur the others. Raises
    DesignError and RefusedError as ``over_tasks``, also for two systems with the same answers on a whole task.
    """
    x, v = np.asarray(value, float), np.asarray(covariance, float)
    if x.ndim != 2 or min(x.shape) < 2 or v.shape != (*x.shape, x.shape[1]):
        raise DesignError(say("ranking.table", tasks=2, systems=2))
    found: dict[tuple[int, int], OverTasks] = {}
    for i in range(x.shape[1]):
        for j in range(i + 1, x.shape[1]):
            square = v[:, i, i] + v[:, j, j] - v[:, i, j] - v[:, j, i]
            if not np.all(square > 0.0):
                raise DesignError(say("ranking.task_u"))
            found[i, j] = over_tasks(x[:, i] - x[:, j], np.sqrt(square), scale=scale, method=method)
    p = adjusted([one.p for one in found.values()], method=adjust)
    return {pair: replace(one, p=float(q)) for (pair, one), q in zip(found.items(), p, strict=True)}


def dersimonian_laird(d: Array, v: Array) -> float:
    """``tau^2 = (Q - (k - 1)) / (sum w - sum w^2 / sum w)``, not below 0 (DerSimonian & Laird 1986)."""
    w = 1.0 / v
    return max(0.0, (_q(d, v) - (len(d) - 1.0)) / float(w.sum() - np.sum(w**2) / w.sum()))


def reml(d: Array, v: Array) -> float:
    """``tau^2`` of the largest restricted likelihood, not below 0, by Fisher scoring with halved steps.

    Started from three values, as the likelihood may have two maxima. Raises StatisticError without convergence.
    """
    starts = (0.0, dersimonian_laird(d, v), float(np.var(d, ddof=1)))
    ends = [_scored(d, v, start) for start in starts]
    return max(ends, key=lambda square: _likelihood(d, v, square))


def _scored(d: Array, v: Array, square: float) -> float:
    for _ in range(_STEPS):
        w = 1.0 / (v + square)
        total = float(w.sum())
        residual = d - float(w @ d) / total
        # y'PPy - tr P over tr PP, with P = W - W 1 1' W / sum w
        gain = float(np.sum((w * residual) ** 2)) - (total - float(np.sum(w**2)) / total)
        information = float(np.sum(w**2) - 2.0 * np.sum(w**3) / total + (np.sum(w**2) / total) ** 2)
        step = max(gain / information, -square)
        before = _likelihood(d, v, square)
        slack = 1e-12 * (1.0 + abs(before))  # rounding of the likelihood
        while abs(step) > 1e-14 * (square + float(v.min())) and _likelihood(d, v, square + step) < before - slack:
            step /= 2.0
        square += step
        if abs(step) <= 1e-12 * (square + float(v.min())):
            return square
    raise StatisticError(say("reml.no_convergence", steps=_STEPS))


def _likelihood(d: Array, v: Array, square: float) -> float:
    w = 1.0 / (v + square)
    residual = d - float(w @ d) / float(w.sum())
    return 0.5 * float(np.log(w).sum() - np.log(w.sum()) - w @ residual**2)


def _q(d: Array, v: Array) -> float:
    w = 1.0 / v
    return float(w @ (d - float(w @ d) / float(w.sum())) ** 2)


TAU: Mapping[str, Callable[[Array, Array], float]] = {"reml": reml, "dersimonian-laird": dersimonian_laird}
"""``f(differences, variances)``: the variance between tasks."""
