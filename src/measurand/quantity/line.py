"""Straight-line calibration ``y = a + b x``: ordinary, weighted, and with both coordinates uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, inf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError, RefusedError
from measurand.message import say
from measurand.quantity.student import student_factor

Array = NDArray[np.float64]

MOST_STEPS = 500


@dataclass(frozen=True)
class Line:
    """A calibration function, held at its centre, where intercept and slope are not correlated."""

    centre: float
    at_centre: float
    """Value of the line at the centre."""
    b: float
    """Slope."""
    u_centre: float
    u_b: float
    chi2: float | None
    """Sum of the squared weighted residuals; absent where the data alone tell the scatter."""
    df: int
    """Points minus two."""
    scatter: float
    """Residual standard deviation (ordinary), or root of chi-square over its degrees of freedom; 0 with two points."""
    factor_df: float
    """Degrees of freedom of the standard uncertainties: infinite where they were stated."""

    def __str__(self) -> str:
        a, b = (f"{value:.6g} (u = {u:.2g})" for value, u in ((self.a, self.u_a), (self.b, self.u_b)))
        return f"y = a + b x with a = {a}, b = {b}, correlation {self.correlation:.3f}"

    @property
    def a(self) -> float:
        """Intercept: value of the line at 0."""
        return self.at_centre - self.b * self.centre

    @property
    def u_a(self) -> float:
        """Standard uncertainty of the intercept."""
        return sqrt(self.u_centre**2 + (self.centre * self.u_b) ** 2)

    @property
    def covariance(self) -> float:
        """Covariance of intercept and slope."""
        return -self.centre * self.u_b**2

    @property
    def correlation(self) -> float:
        """Correlation of intercept and slope."""
        return self.covariance / (self.u_a * self.u_b)

    @property
    def p(self) -> float | None:
        """Probability of a chi-square at least as large if the line and the stated uncertainties hold."""
        from scipy.special import gammaincc

        if self.chi2 is None or self.df < 1:
            return None
        return float(gammaincc(self.df / 2.0, self.chi2 / 2.0))

    def forward(self, x: float, *, u_x: float = 0.0) -> tuple[float, float]:
        """Value of the line at ``x`` and its standard uncertainty (not that of one more reading)."""
        return self.at_centre + self.b * (x - self.centre), sqrt(self._variance_at(x) + (self.b * u_x) ** 2)

    def inverse(self, y: float, *, u_y: float = 0.0) -> tuple[float, float]:
        """``x`` where the line has the value ``y``, with its standard uncertainty (ISO/TS 28037, 6.3).

        ``u(x)^2 = (u(y)^2 + u(a)^2 + x^2 u(b)^2 + 2 x u(a, b)) / b^2``.
        """
        x = self.centre + (y - self.at_centre) / self.b
        return x, sqrt(u_y**2 + self._variance_at(x)) / abs(self.b)

    def inverse_limits(self, y: float, *, u_y: float = 0.0, level: float = 0.95) -> tuple[float, float]:
        """Limits of that ``x`` (Fieller 1954): all x for which ``y - a - b x`` lies within k standard uncertainties.

        Not symmetric about ``x``. Raises RefusedError where the slope is not different from 0 at this level.
        """
        k2 = float(student_factor((1.0 - level) / 2.0, self.factor_df)) ** 2
        curvature = self.b**2 - k2 * self.u_b**2
        if curvature <= 0.0:
            raise RefusedError(say("line.no_slope"))
        excess = y - self.at_centre
        root = sqrt(k2 * (curvature * (u_y**2 + self.u_centre**2) + excess**2 * self.u_b**2))
        middle = self.centre + self.b * excess / curvature
        return middle - root / curvature, middle + root / curvature

    def _variance_at(self, x: float) -> float:
        return self.u_centre**2 + ((x - self.centre) * self.u_b) ** 2


def line(
    x: ArrayLike, y: ArrayLike, *, u_x: ArrayLike | None = None, u_y: ArrayLike | None = None,
    correlation: ArrayLike = 0.0,
) -> Line:  # fmt: skip
    """Straight line through points, with standard uncertainties that are stated, or seen from the scatter.

    Without ``u_y``: least squares, scatter ``s^2 = sum r^2 / (n - 2)``. With ``u_y``: weighted by ``1/u_y^2``
    (ISO/TS 28037:2010, clause 6). With both: the line of York et al. (2004), ``W = 1/(u_y^2 + b^2 u_x^2 - 2 b r u_x
    u_y)``, which is clause 7 there; ``correlation`` r of the two errors of each point. Shapes (points,) or one number.
    Raises DesignError.

    >>> l = line([1, 2, 3, 4, 5, 6], [3.2, 4.3, 7.6, 8.6, 11.7, 12.8], u_y=[0.5, 0.5, 0.5, 1, 1, 1])
    >>> round(l.a, 3), round(l.b, 3), round(l.u_a, 3), round(l.u_b, 3), round(l.chi2, 3)  # ISO/TS 28037:2010, 6.3
    (0.885, 2.057, 0.53, 0.178, 4.131)
    """
    xs, ys = np.asarray(x, float).ravel(), np.asarray(y, float).ravel()
    if u_x is not None and u_y is None:
        raise DesignError(say("line.only_x"))
    least = 3 if u_y is None else 2
    if len(xs) != len(ys) or len(xs) < least or not np.all(np.isfinite(xs + ys)):
        raise DesignError(say("line.lengths", least=least))
    if float(np.ptp(xs)) == 0.0:
        raise DesignError(say("line.same_x"))
    if u_y is None:
        return _ordinary(xs, ys)
    sy, r = _spread(u_y, xs), np.asarray(correlation, float)
    if r.shape not in ((), xs.shape) or not np.all(np.abs(r) < 1.0):
        raise DesignError(say("line.correlation"))
    if u_x is None:
        return _weighted(xs, ys, 1.0 / sy**2)
    return _york(xs, ys, _spread(u_x, xs), sy, np.broadcast_to(r, xs.shape))


def _spread(u: ArrayLike, like: Array) -> Array:
    try:
        held = np.broadcast_to(np.asarray(u, float), like.shape)
    except ValueError as error:
        raise DesignError(say("line.lengths", least=2)) from error
    if not np.all(held > 0.0) or not np.all(np.isfinite(held)):
        raise DesignError(say("line.uncertainty"))
    return held


def _ordinary(x: Array, y: Array) -> Line:
    centre, at, b, sxx = _fit(x, y, np.ones(len(x)))
    df = len(x) - 2
    s2 = fsum((y - at - b * (x - centre)) ** 2) / df
    if not s2 > 0.0:
        raise DesignError(say("line.no_scatter"))
    return Line(centre, at, b, sqrt(s2 / len(x)), sqrt(s2 / sxx), None, df, sqrt(s2), float(df))


def _weighted(x: Array, y: Array, w: Array) -> Line:
    centre, at, b, sxx = _fit(x, y, w)
    chi2 = fsum(w * (y - at - b * (x - centre)) ** 2)
    return _stated(centre, at, b, fsum(w), sxx, chi2, len(x) - 2)


def _stated(centre: float, at: float, b: float, total: float, sxx: float, chi2: float, df: int) -> Line:
    scatter = sqrt(chi2 / df) if df else 0.0
    return Line(centre, at, b, sqrt(1.0 / total), sqrt(1.0 / sxx), chi2, df, scatter, inf)


def _fit(x: Array, y: Array, w: Array) -> tuple[float, float, float, float]:
    """Weighted centre, value there, slope and ``sum w (x - centre)^2``, from centred values."""
    total = fsum(w)
    centre, at = fsum(w * x) / total, fsum(w * y) / total
    dx, dy = x - centre, y - at
    sxx = fsum(w * dx * dx)
    return centre, at, fsum(w * dx * dy) / sxx, sxx


def _york(x: Array, y: Array, sx: Array, sy: Array, r: Array) -> Line:
    """Iteration of York, Evensen, Martinez & De Basabe Delgado (2004), equations 13."""
    b = _fit(x, y, 1.0 / sy**2)[2]
    for _ in range(MOST_STEPS):
        w = 1.0 / (sy**2 + (b * sx) ** 2 - 2.0 * b * r * sx * sy)
        total = fsum(w)
        mean_x, mean_y = fsum(w * x) / total, fsum(w * y) / total
        u, v = x - mean_x, y - mean_y
        beta = w * (u * sy**2 + b * v * sx**2 - (b * u + v) * r * sx * sy)
        new = fsum(w * beta * v) / fsum(w * beta * u)
        if abs(new - b) <= 1e-13 * abs(new):
            break
        b = new
    else:
        raise DesignError(say("line.no_convergence", steps=MOST_STEPS))
    adjusted = mean_x + beta
    centre = fsum(w * adjusted) / total
    sxx = fsum(w * (adjusted - centre) ** 2)
    at = mean_y + b * (centre - mean_x)
    return _stated(centre, at, b, total, sxx, fsum(w * (y - mean_y - b * u) ** 2), len(x) - 2)
