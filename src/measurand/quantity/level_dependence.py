"""How a standard deviation of precision depends on the level m: three relations, after ISO 5725-2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say

Array = NDArray[np.float64]

PROPORTIONAL, LINEAR, POWER = "s = b m", "s = a + b m", "lg s = c + d lg m"
FITS = 3
"""Weighted fits of the line: the first with weights 1/s^2, then twice with 1/fitted^2 (ISO 5725-2)."""
ALPHA = 0.05
"""A relation is kept unless its misfit is exceeded by chance in less than this share of trials."""


@dataclass(frozen=True, eq=False)
class Relation:
    """One relation with its coefficients, and how it meets the values."""

    form: str
    coefficients: tuple[float, ...]
    """(b,), (a, b) or (c, d)."""
    fitted: Array
    """Shape (levels,)."""
    residuals: Array
    """``s - fitted``, shape (levels,)."""
    is_usable: bool
    """False where the line is not above 0 at every level; such a relation is never recommended."""
    misfit: float
    """``sum nu (x - 1 - ln x) / C``, ``x = (s/fitted)^2``: deviance of chi-square variances, Bartlett's factor C.

    About chi-square with levels - coefficients degrees of freedom. Infinite where the relation is not usable.
    """
    p: float
    """Probability of a larger misfit by chance; 0 where the relation is not usable."""


@dataclass(frozen=True)
class Dependence:
    """The three relations, the simplest first, and the one that is recommended."""

    relations: tuple[Relation, ...]
    recommended: Relation
    """The simplest whose misfit may be chance; where there is none, the one of the largest p."""
    fits: bool
    """Whether the misfit of the recommended relation may be chance."""


def level_dependence(m: ArrayLike, s: ArrayLike, *, df: ArrayLike) -> Dependence:
    """Relations of the standard deviations ``s`` (s_r or s_R) and the general means ``m`` of the levels.

    - ``s = b m``: ``b`` the mean of ``s/m`` (weights ``1/m^2``);
    - ``s = a + b m``: least squares with weights ``1/fitted^2``, three times over;
    - ``lg s = c + d lg m``: least squares of the decimal logarithms.

    Shapes (levels,); ``df`` are the degrees of freedom of each s. The standard leaves the choice to the reader of a
    plot; the rule here (``Dependence.recommended``) takes levels as independent, and rejects a true proportional
    relation in 5 to 6 % of simulated trials from 4 degrees of freedom on.
    Raises DesignError for fewer than 3 levels, equal levels, or a value not above 0.
    """
    m, s, nu = (np.asarray(x, float).ravel() for x in (m, s, df))
    if not len(m) == len(s) == len(nu) or len(m) < 3 or not np.all((m > 0.0) & (s > 0.0) & (nu > 0.0)):
        raise DesignError(say("dependence.levels"))
    if not np.ptp(m) > 0.0:
        raise DesignError(say("dependence.equal"))
    b = float(np.mean(s / m))
    a_line, b_line = _line(m, s)
    log_m, log_s = np.log10(m), np.log10(s)
    c, d = _weighted(log_m, log_s, np.ones_like(m))
    relations = (
        _relation(PROPORTIONAL, (b,), b * m, s, nu),
        _relation(LINEAR, (a_line, b_line), a_line + b_line * m, s, nu),
        _relation(POWER, (c, d), 10.0 ** (c + d * log_m), s, nu),
    )
    fitting = [r for r in relations if r.p >= ALPHA]
    recommended = fitting[0] if fitting else max(relations, key=lambda r: r.p)
    return Dependence(relations, recommended, bool(fitting))


def _line(m: Array, s: Array) -> tuple[float, float]:
    fitted, found = s, (0.0, 0.0)
    for _ in range(FITS):
        found = _weighted(m, s, 1.0 / fitted**2)
        fitted = found[0] + found[1] * m
        if not np.all(fitted > 0.0):
            break  # not usable: weights of a further fit would mean nothing
    return found


def _weighted(x: Array, y: Array, w: Array) -> tuple[float, float]:
    """Intercept and slope of weighted least squares."""
    centre = float(w @ x / w.sum())
    slope = float(w @ ((x - centre) * y) / (w @ (x - centre) ** 2))
    return float(w @ y / w.sum()) - slope * centre, slope


def _relation(form: str, coefficients: tuple[float, ...], fitted: Array, s: Array, df: Array) -> Relation:
    from scipy.special import chdtrc

    if not np.all(fitted > 0.0):
        return Relation(form, coefficients, fitted, s - fitted, False, np.inf, 0.0)
    free, x = len(s) - len(coefficients), (s / fitted) ** 2
    bartlett = 1.0 + (float(np.sum(1.0 / df)) - len(coefficients) / float(df.sum())) / (3.0 * free)
    misfit = float(np.sum(df * (x - 1.0 - np.log(x)))) / bartlett
    p = float(chdtrc(free, misfit))
    return Relation(form, coefficients, fitted, s - fitted, True, misfit, p)
