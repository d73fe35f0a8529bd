"""Whether probabilities are what happens: level, recalibration, and the expected calibration error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.derived import Derived
from measurand.statistic.function_of_means import FunctionOfMeans
from measurand.statistic.mean import Mean
from measurand.statistic.plain import Unbounded, Uncounted
from measurand.statistic.weighing import any_row, not_defined, positive_sum

Column = Mapping[str, NDArray[Any]]
ROLES = ("truth", "score")
_STEPS, _NEAR, _FLAT = 60, 1e-9, 1e-16


def calibration_in_the_large() -> Derived:
    """``sum w (y - p) / sum w``: observed less predicted frequency, in [-1, 1]."""
    return Derived("calibration_in_the_large", ROLES, Mean(lower=-1.0, upper=1.0), lambda c: c["truth"] - c["score"])


def observed_to_expected() -> FunctionOfMeans:
    """``sum w y / sum w p``. Raises StatisticError where nothing is predicted."""

    def terms(column: Column) -> Array:
        return np.stack([column["truth"], column["score"]], axis=1)

    def ratio(m: Array) -> tuple[float, Array]:
        if not m[1] > 0.0:
            raise not_defined("nothing_predicted", statistic="observed_to_expected")
        return float(m[0] / m[1]), np.array([1.0 / m[1], -m[0] / m[1] ** 2])

    return FunctionOfMeans("observed_to_expected", ROLES, (0.0, np.inf), terms, ratio)


@dataclass(frozen=True)
class Recalibration(Unbounded):
    """Intercept or slope of ``logit P(y) = a + b logit p``, fitted by maximum likelihood (Cox 1958).

    Sensitivities are ``dbeta/dw_i = H^-1 x_i (y_i - mu_i)`` with ``H = sum w mu (1 - mu) x x'``.
    """

    name: Literal["calibration_intercept", "calibration_slope"]
    roles: tuple[str, ...] = field(default=ROLES, init=False)
    bounds: tuple[float, float] = field(default=(-np.inf, np.inf), init=False)
    smooth: bool = field(default=True, init=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The coefficient."""
        return (self.name,)

    def arrange(self, rows: Rows) -> Rows:
        """Rows with their logit. Raises StatisticError for probabilities of 0 or 1, which have none."""
        p = rows.column["score"]
        ends = int(np.sum(~((p > 0.0) & (p < 1.0))))
        if ends:
            raise not_defined("no_logit", statistic=self.name, count=ends)
        return replace(rows, note={**rows.note, "logit": np.log(p) - np.log1p(-p)})

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        fitted = self._fit(rows, w)
        return np.array([float(fitted.of_coefficients @ fitted.coefficients)])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Shape (rows, 1)."""
        fitted = self._fit(rows, w)
        left, inverse = _curvature(fitted.coefficients, fitted.z, rows.column["truth"], w, float(w.sum()), self.name)
        pull = inverse @ fitted.of_coefficients
        return np.asarray((pull[0] + pull[1] * fitted.z) * left)[:, None]

    @property
    def _at(self) -> int:
        return 1 if self.name == "calibration_slope" else 0

    def _fit(self, rows: Rows, w: Array) -> _Fitted:
        """The line that is fitted to the logit centred and scaled, so that what is flat does not depend on its spread.

        Newton's iteration, halved where the likelihood would fall: from probabilities without information a full step
        may lead back and forth.
        """
        arranged = rows if "logit" in rows.note else self.arrange(rows)
        total = positive_sum(w, statistic=self.name, rows="the rows")
        logit, y = np.asarray(arranged.note["logit"]), rows.column["truth"]
        rate, middle = float(w @ y) / total, float(w @ logit) / total
        variance = float(w @ np.square(logit - middle)) / total
        if not (0.0 < rate < 1.0 and variance > _FLAT * (1.0 + middle**2)):
            raise not_defined("separated_outcomes", statistic=self.name)
        spread = float(np.sqrt(variance))
        z = (logit - middle) / spread
        fitted = _logistic(z, y, w, total, np.log(rate / (1.0 - rate)), self.name)
        of_fitted = np.array([0.0, 1.0]) / spread if self._at else np.array([1.0, -middle / spread])
        return _Fitted(z, fitted, of_fitted)


@dataclass(frozen=True, eq=False)
class _Fitted:
    """The fit of ``logit P(y) = a + b z``, z (rows,), and the value as a linear function of its coefficients."""

    z: Array
    coefficients: Array
    of_coefficients: Array


def _logistic(z: Array, y: Array, w: Array, total: float, start: float, name: str) -> Array:
    """Coefficients of ``logit P(y) = a + b z``. Raises StatisticError where the likelihood has no finite maximum."""
    beta = np.array([start, 0.0])
    loss = _loss(beta, z, y, w)
    for _ in range(_STEPS):
        left, inverse = _curvature(beta, z, y, w, total, name)
        step = inverse @ np.array([w @ left, w @ (left * z)])
        size = float(np.abs(step).max())
        if size <= _NEAR * (1.0 + float(np.abs(beta).max())):  # quadratic: this step leaves an error of size squared
            return np.asarray(beta + step)
        part = 1.0
        while (after := _loss(beta + part * step, z, y, w)) > loss and part * size > 1e-6:
            part /= 2.0
        beta, loss = beta + part * step, after
    raise not_defined("separated_outcomes", statistic=name)


def _loss(beta: Array, z: Array, y: Array, w: Array) -> float:
    """Less the logarithm of the likelihood: ``sum w (log(1 + exp eta) - y eta)``."""
    eta = beta[0] + beta[1] * z
    softplus = np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta)))  # as logaddexp(0, eta), in half the time
    return float(w @ (softplus - y * eta))


def _curvature(beta: Array, z: Array, y: Array, w: Array, total: float, name: str) -> tuple[Array, Array]:
    """``y - mu`` of each row and the inverse information; raises StatisticError where that is not positive."""
    mu = 1.0 / (1.0 + np.exp(-np.clip(beta[0] + beta[1] * z, -700.0, 700.0)))
    v = w * mu * (1.0 - mu)
    a, b, c = float(v.sum()), float(v @ z), float(v @ np.square(z))
    determinant = a * c - b * b
    if not (a > 0.0 and determinant > _FLAT * total**2):
        raise not_defined("separated_outcomes", statistic=name)
    return y - mu, np.array([[c, -b], [-b, a]]) / determinant


@dataclass(frozen=True)
class ExpectedCalibrationError(Uncounted):
    """``sum_b |sum_(i in b) w_i (y_i - p_i)| / sum w`` over ``bins`` of equal width (Naeini et al. 2015).

    It is biased upwards: ``null_value`` is what it is expected to be where the probabilities are right. A probability
    on an edge belongs to the bin above, 1 to the last.

    >>> column = {"truth": np.array([1.0, 0.0, 1.0]), "score": np.array([0.95, 0.92, 0.55])}
    >>> rows = Rows(np.arange(3), np.zeros(3, int), column)
    >>> ExpectedCalibrationError().value(rows, np.ones(3)).round(12).tolist()
    [0.44]
    """

    bins: float = 10
    name: str = field(default="expected_calibration_error", init=False)
    outputs: tuple[str, ...] = field(default=("expected_calibration_error",), init=False)
    roles: tuple[str, ...] = field(default=ROLES, init=False)
    bounds: tuple[float, float] = field(default=(0.0, 1.0), init=False)
    smooth: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        if not (1 <= self.bins <= 1000 and self.bins == int(self.bins)):
            raise not_defined(
                "parameter_value",
                name=self.name,
                parameter="bins",
                value=self.bins,
                allowed="a whole number, 1 to 1000",
            )

    def arrange(self, rows: Rows) -> Rows:
        """Nothing to prepare."""
        return rows

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        total = positive_sum(w, statistic=self.name, rows="the rows")
        return np.array([float(np.abs(self._sums(rows, w)).sum()) / total])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """``(sign(S_b) (y_i - p_i) - T) / sum w`` of a row of bin b, shape (rows, 1)."""
        sign = np.sign(self._sums(rows, w))
        gap = rows.column["truth"] - rows.column["score"]
        return np.asarray((sign[self._bin(rows.column["score"])] * gap - self.value(rows, w)[0]) / w.sum())[:, None]

    def null_value(self, rows: Rows, w: Array) -> float:
        """``sum_b sqrt(2/pi sum_(i in b) w_i^2 p_i (1 - p_i)) / sum w``: each bin's sum taken as normal."""
        p = rows.column["score"]
        variance = np.bincount(self._bin(p), weights=w * w * p * (1.0 - p), minlength=int(self.bins))
        return float(np.sqrt(2.0 / np.pi * variance).sum() / w.sum())

    def extremes(self, rows: Rows, w: Array) -> Array:
        """The row that lowers and the row that raises the error furthest, over the ends of all bins; shape (2, 1)."""
        sums, edge = self._sums(rows, w), np.arange(int(self.bins) + 1) / self.bins
        of = [np.where(sums != 0.0, np.sign(sums) * gap, np.abs(gap)) for gap in (1.0 - edge[:-1], -edge[1:])]
        pull = (np.concatenate(of) - self.value(rows, w)[0]) / w.sum()
        return np.array([[pull.min()], [pull.max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def _bin(self, p: Array) -> Integers:
        # edges k / bins as numbers: 0.29 * 100 is less than 29
        edges = np.arange(1, int(self.bins)) / self.bins
        return np.searchsorted(edges, p, side="right")

    def _sums(self, rows: Rows, w: Array) -> Array:
        p = rows.column["score"]
        return np.bincount(self._bin(p), weights=w * (rows.column["truth"] - p), minlength=int(self.bins)).astype(float)


def calibration_slope() -> Recalibration:
    """Slope b of the recalibration."""
    return Recalibration("calibration_slope")


def calibration_intercept() -> Recalibration:
    """Intercept a of the recalibration."""
    return Recalibration("calibration_intercept")
