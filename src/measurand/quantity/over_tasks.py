"""Systems fixed, tasks random: the mean difference over tasks like these, from differences with their own u.

``d_t = mean + b_t + e_t`` with ``b_t ~ N(0, tau^2)`` between tasks and known ``u_t`` within. Differences of one pair
only are averaged, and only on one scale that has been named: the mean of an accuracy and a word error rate is no
quantity. Where there is no common scale, ranks are what can be compared (``friedman``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity.consensus import consensus
from measurand.quantity.consensus_tau import ESTIMATORS
from measurand.quantity.multiplicity import adjusted
from measurand.quantity.student import student_factor, student_tail

Array = NDArray[np.float64]


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

    Methods for tau are those of ``consensus``: ``reml``, ``dersimonian-laird``, ``mandel-paule``, ``ml``.
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
    if method not in ESTIMATORS:
        raise RefusedError(say("ranking.method", name=method, names=", ".join(ESTIMATORS)))
    found = consensus(d, s, method=method)
    if found.knapp is None or found.tau is None:
        raise RefusedError(say("ranking.method", name=method, names=", ".join(ESTIMATORS)))
    own = found.knapp.at_least
    p = 2.0 * float(student_tail(abs(found.value) / own.u, own.df))
    spread = found.knapp.plain.u
    q = found.heterogeneity.q
    return OverTasks(found.value, own.u, found.u, spread, found.tau, q, own.df, len(d), scale, p)


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
