"""Numbers against reference numbers: errors and their means, correlation, predicted quantiles, intervals and sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array
from measurand.statistic.derived import Derived
from measurand.statistic.function_of_means import FunctionOfMeans
from measurand.statistic.mean import Mean
from measurand.statistic.proportion import proportion
from measurand.statistic.weighing import not_defined

Column = Mapping[str, NDArray[Any]]
PAIR = ("value", "reference")
_NO_SPREAD = 1e-14


def bias() -> Derived:
    """Mean error ``sum w (x - r) / sum w`` (VIM 4.18, 4.20: instrumental bias)."""
    return Derived("bias", PAIR, Mean(), _error)


def mean_absolute_error() -> Derived:
    """``sum w |x - r| / sum w``."""
    return Derived("mean_absolute_error", PAIR, Mean(lower=0.0), lambda c: np.abs(_error(c)))


def mean_squared_error() -> Derived:
    """``sum w (x - r)^2 / sum w``."""
    return Derived("mean_squared_error", PAIR, Mean(lower=0.0), lambda c: np.square(_error(c)))


def mean_absolute_percentage_error() -> Derived:
    """``sum w |x - r| / |r| / sum w``. Raises StatisticError where a reference value is 0."""

    def relative(column: Column) -> Array:
        zero = np.flatnonzero(column["reference"] == 0.0)
        if len(zero):
            raise not_defined("reference_zero", statistic="mean_absolute_percentage_error", count=len(zero))
        return np.abs(_error(column) / column["reference"])

    return Derived("mean_absolute_percentage_error", PAIR, Mean(lower=0.0), relative)


def root_mean_square_error() -> FunctionOfMeans:
    """``sqrt(sum w (x - r)^2 / sum w)``."""

    def root(m: Array) -> tuple[float, Array]:
        value = float(np.sqrt(max(m[0], 0.0)))
        return value, np.array([0.5 / value if value > 0 else 0.0])

    def squares(column: Column) -> Array:
        return np.square(_error(column))[:, None]

    return FunctionOfMeans("root_mean_square_error", PAIR, (0.0, np.inf), squares, root)


def r_squared() -> FunctionOfMeans:
    """``1 - sum w (x - r)^2 / sum w (r - mean r)^2``: share of the spread explained."""

    def terms(column: Column) -> Array:
        r = _centred(column["reference"])
        return np.stack([np.square(_error(column)), r, np.square(r)], axis=1)

    def determination(m: Array) -> tuple[float, Array]:
        spread = m[2] - m[1] ** 2
        _refuse_constant(spread, m[2], "r_squared")
        ratio = m[0] / spread
        return float(1.0 - ratio), np.array([-1.0 / spread, -2.0 * m[1] * ratio / spread, ratio / spread])

    return FunctionOfMeans("r_squared", PAIR, (-np.inf, 1.0), terms, determination)


def correlation() -> FunctionOfMeans:
    """Product-moment correlation coefficient of the system's numbers and the reference (Pearson 1896)."""

    def pearson(m: Array) -> tuple[float, Array]:
        vx, vr, c = _moments(m, "correlation")
        root = np.sqrt(vx * vr)
        r = c / root
        by_c, by_x, by_r = 1.0 / root, -r / (2.0 * vx), -r / (2.0 * vr)
        return float(r), _through_moments(m, by_c, by_x, by_r)

    return FunctionOfMeans("correlation", PAIR, (-1.0, 1.0), _second_moments, pearson)


def concordance_correlation() -> FunctionOfMeans:
    """``2 s_xr / (s_x^2 + s_r^2 + (mean x - mean r)^2)`` (Lin 1989)."""

    def lin(m: Array) -> tuple[float, Array]:
        vx, vr, c = _moments(m, "concordance_correlation")
        # the shifts by which the terms are centred differ; the difference of the means is a term of its own
        divisor = vx + vr + m[5] ** 2
        value = 2.0 * c / divisor
        gradient = _through_moments(m, 2.0 / divisor, -value / divisor, -value / divisor)
        gradient[5] -= 2.0 * m[5] * value / divisor
        return float(value), gradient

    return FunctionOfMeans("concordance_correlation", PAIR, (-1.0, 1.0), _second_moments, lin)


def pinball(q: float) -> Derived:
    """Mean loss ``(r - x)(q - [r < x])`` of a predicted q-quantile x (Koenker & Bassett 1978)."""
    _refuse_share(q, "pinball", "q")

    def loss(column: Column) -> Array:
        d = column["reference"] - column["value"]
        return np.asarray(np.where(d >= 0, q * d, (q - 1.0) * d), float)

    return Derived("pinball", PAIR, Mean(lower=0.0), loss)


def crps() -> Derived:
    """Continuous ranked probability score, ``mean |X - r| - mean |X - X'| / 2`` (Gneiting & Raftery 2007)."""

    def score(column: Column) -> Array:
        x, r = np.sort(column["members"], axis=1), column["reference"]
        m = x.shape[1]
        rank = 2.0 * np.arange(1, m + 1) - m - 1.0
        return np.asarray(np.mean(np.abs(x - r[:, None]), axis=1) - x @ rank / m**2, float)

    return Derived("crps", ("members", "reference"), Mean(lower=0.0), score)


def crps_normal() -> Derived:
    """The same of a normal distribution: ``s (z (2 Phi(z) - 1) + 2 phi(z) - 1/sqrt(pi))`` (Gneiting et al. 2005)."""

    def score(column: Column) -> Array:
        from scipy.special import ndtr

        s = column["spread"]
        if not np.all(s > 0):
            raise not_defined("spread_not_positive", statistic="crps_normal", count=int(np.sum(~(s > 0))))
        z = (column["reference"] - column["value"]) / s
        density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
        return np.asarray(s * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi)), float)

    return Derived("crps_normal", ("value", "spread", "reference"), Mean(lower=0.0), score)


def interval_coverage() -> Derived:
    """Share of the rows whose reference lies in the predicted interval, ends included."""

    def inside(column: Column) -> Array:
        r = column["reference"]
        return np.asarray((column["lower"] <= r) & (r <= column["upper"]), float)

    return Derived("interval_coverage", ("lower", "upper", "reference"), proportion(), inside)


def interval_width() -> Derived:
    """Mean width of the predicted intervals."""
    return Derived("interval_width", ("lower", "upper"), Mean(lower=0.0), _width)


def interval_score(level: float) -> Derived:
    """Mean of ``width + 2/alpha (distance outside)`` of intervals at a level ``1 - alpha`` (Winkler 1972)."""
    _refuse_share(level, "interval_score", "level")

    def score(column: Column) -> Array:
        outside = np.maximum(column["lower"] - column["reference"], 0.0)
        outside = outside + np.maximum(column["reference"] - column["upper"], 0.0)
        return np.asarray(_width(column) + 2.0 / (1.0 - level) * outside, float)

    return Derived("interval_score", ("lower", "upper", "reference"), Mean(lower=0.0), score)


def set_coverage() -> Derived:
    """Share of the rows whose class is in the predicted set."""

    def inside(column: Column) -> Array:
        truth = column["truth"].astype(np.int64)
        return np.asarray(column["set"][np.arange(len(truth)), truth], float)

    return Derived("set_coverage", ("set", "truth"), proportion(), inside)


def set_size() -> Derived:
    """Mean number of classes in the predicted sets."""
    return Derived("set_size", ("set",), Mean(lower=0.0), lambda c: np.asarray(c["set"].sum(axis=1), float))


def _error(column: Column) -> Array:
    return np.asarray(column["value"] - column["reference"], float)


def _width(column: Column) -> Array:
    width = np.asarray(column["upper"] - column["lower"], float)
    if np.any(width < 0):
        raise not_defined("upside_down", count=int(np.sum(width < 0)))
    return width


def _centred(x: Array) -> Array:
    """Less a number near all of them, so that squares keep their digits."""
    return np.asarray(x - np.mean(x), float)


def _second_moments(column: Column) -> Array:
    x, r = _centred(column["value"]), _centred(column["reference"])
    return np.stack([x, r, x * x, r * r, x * r, _error(column)], axis=1)


def _moments(m: Array, name: str) -> tuple[float, float, float]:
    vx, vr = float(m[2] - m[0] ** 2), float(m[3] - m[1] ** 2)
    _refuse_constant(vx, float(m[2]), name)
    _refuse_constant(vr, float(m[3]), name)
    return vx, vr, float(m[4] - m[0] * m[1])


def _through_moments(m: Array, by_c: float, by_x: float, by_r: float) -> Array:
    """Gradient by the six means from that by covariance and variances."""
    return np.array([
        -by_c * m[1] - 2.0 * by_x * m[0], -by_c * m[0] - 2.0 * by_r * m[1], by_x, by_r, by_c, 0.0,
    ])  # fmt: skip


def _refuse_constant(spread: float, square: float, name: str) -> None:
    if not spread > _NO_SPREAD * max(square, 1e-300):
        raise not_defined("constant", statistic=name)


def _refuse_share(value: float, name: str, parameter: str) -> None:
    if not 0.0 < value < 1.0:
        raise not_defined("parameter_value", name=name, parameter=parameter, value=value, allowed="between 0 and 1")
