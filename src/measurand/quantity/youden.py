"""Youden's picture of two similar materials: what a laboratory's deviations share, and what is its own scatter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import DesignError
from measurand.message import say
from measurand.quantity.mean_squares import f_factor
from measurand.quantity.robust_precision import RobustMean, RobustPrecision, split_level

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Ellipse:
    """Ellipse of the results of both materials."""

    centre: tuple[float, float]
    half_axes: tuple[float, float]
    """The longer one first."""
    angle: float
    """Of the longer axis with the first material's, in radians."""


@dataclass(frozen=True, eq=False)
class Youden:
    """Results of p laboratories on two materials; arrays have shape (laboratories,)."""

    medians: tuple[float, float]
    bias: Array
    """Part along the 45 degree line, ``((a - med a) + (b - med b)) / sqrt(2)``: what both deviations share."""
    scatter: Array
    """Part across it, ``((a - med a) - (b - med b)) / sqrt(2)``: the laboratory's own repeatability."""
    precision: RobustPrecision
    """Repeatability and between-laboratory standard deviation of the split level."""
    radius: float
    """Of the circle around the medians that holds ``level`` of the laboratories, were there no bias."""
    correlation: float
    ellipse: Ellipse
    t_squared: Array
    """Squared distance from the centre of the ellipse in its own measure (Hotelling)."""
    t_squared_limit: float

    @property
    def distance(self) -> Array:
        """Distance from the crossing of the medians."""
        return np.hypot(self.bias, self.scatter)

    @property
    def is_outside_circle(self) -> Booleans:
        """Laboratories farther from the medians than repeatability alone explains."""
        return np.asarray(self.distance > self.radius)

    @property
    def is_outside_ellipse(self) -> Booleans:
        """Laboratories that are unusual among these laboratories."""
        return np.asarray(self.t_squared > self.t_squared_limit)


def youden(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95, robust_mean: RobustMean | None = None
) -> Youden:
    """Youden's analysis of one result on each of two materials, with circle and ellipse.

    Circle: radius ``s_r sqrt(-2 ln(1 - level))`` around the medians, 2.448 s_r for 95 % (Youden 1959), s_r from the
    differences. Ellipse: ``z_a^2 - 2 rho z_a z_b + z_b^2 = (1 - rho^2) T^2`` with ``z = (x - centre) / s`` and
    ``T^2 = 2 (p - 1)/(p - 2) F(2, p - 2)`` (Hotelling 1931; ISO 13528:2005), ``rho = (v+ - v-) / (v+ + v-)`` from the
    variances of ``z_a +- z_b``, with mean and standard deviation Pearson's. ``robust_mean`` gives centre and scale of
    all (``lambda x: algorithm_a(x).pair``); absent: mean and standard deviation, which a far laboratory carries away.
    The materials must be alike in level and scatter for the 45 degree line to mean bias; for others take z scores.
    Raises DesignError for fewer than three pairs, or pairs on one line.
    """
    a, b = np.asarray(first, float).ravel(), np.asarray(second, float).ravel()
    if len(a) != len(b) or len(a) < 3 or not np.all(np.isfinite(a) & np.isfinite(b)):
        raise DesignError(say("proficiency.pairs", count=min(len(a), len(b))))
    if not 0.0 < level < 1.0:
        raise DesignError(say("proficiency.level", level=level))
    of = robust_mean or _usual
    p, medians = len(a), (float(np.median(a)), float(np.median(b)))
    da, db = a - medians[0], b - medians[1]
    precision = split_level(a, b, robust_mean=robust_mean)
    (ca, sa), (cb, sb) = of(a), of(b)
    if not (sa > 0.0 and sb > 0.0):
        raise DesignError(say("proficiency.collinear"))
    za, zb = (a - ca) / sa, (b - cb) / sb
    correlation = _correlation(za, zb, of)
    limit = 2.0 * (p - 1) / (p - 2) * float(f_factor(1.0 - level, 2, p - 2))
    squared = (za**2 - 2.0 * correlation * za * zb + zb**2) / (1.0 - correlation**2)
    return Youden(
        medians=medians,
        bias=(da + db) / math.sqrt(2.0),
        scatter=(da - db) / math.sqrt(2.0),
        precision=precision,
        radius=precision.s_r * math.sqrt(-2.0 * math.log1p(-level)),
        correlation=correlation,
        ellipse=_ellipse((ca, cb), (sa, sb), correlation, limit),
        t_squared=squared,
        t_squared_limit=limit,
    )


def _correlation(za: Array, zb: Array, of: RobustMean) -> float:
    """Gnanadesikan and Kettenring (1972): with standard deviations Pearson's correlation."""
    along, across = of(za + zb)[1] ** 2, of(za - zb)[1] ** 2
    found = (along - across) / (along + across) if along + across > 0.0 else 1.0
    if not abs(found) < 1.0 - 1e-12:
        raise DesignError(say("proficiency.collinear"))
    return found


def _ellipse(centre: tuple[float, float], s: tuple[float, float], correlation: float, limit: float) -> Ellipse:
    both = correlation * s[0] * s[1]
    values, vectors = np.linalg.eigh(np.array([[s[0] ** 2, both], [both, s[1] ** 2]]))
    minor, major = (math.sqrt(limit * float(v)) for v in np.maximum(values, 0.0))
    angle = math.atan2(float(vectors[1, 1]), float(vectors[0, 1]))
    return Ellipse(centre, (major, minor), angle % math.pi)


def _usual(values: Array) -> tuple[float, float]:
    return float(values.mean()), float(np.std(values, ddof=1))
