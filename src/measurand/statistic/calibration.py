"""Whether probabilities are what happens: level, recalibration, and the expected calibration error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from measurand.statistic.contract import Array, Integers, Rows
from measurand.statistic.derived import Derived
from measurand.statistic.function_of_means import FunctionOfMeans
from measurand.statistic.mean import Mean
from measurand.statistic.weighing import any_row, no_counts, not_defined, one_class, positive_sum

Column = Mapping[str, NDArray[Any]]
ROLES = ("truth", "score")
_STEPS, _NEAR = 50, 1e-12


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
class Recalibration:
    """Intercept or slope of ``logit P(y) = a + b logit p``, fitted by maximum likelihood (Cox 1958).

    Sensitivities are ``dbeta/dw_i = H^-1 x_i (y_i - mu_i)`` with ``H = sum w mu (1 - mu) x x'``.
    """

    name: Literal["calibration_intercept", "calibration_slope"]
    roles: tuple[str, ...] = field(default=ROLES, init=False)
    bounds: tuple[float, float] = field(default=(-np.inf, np.inf), init=False)
    smooth: bool = field(default=True, init=False)
    exact: Literal["no", "binomial", "poisson"] = field(default="no", init=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The coefficient."""
        return (self.name,)

    def arrange(self, rows: Rows) -> Rows:
        """Nothing to prepare. Raises StatisticError for probabilities of 0 or 1, which have no logit."""
        p = rows.column["score"]
        ends = int(np.sum(~((p > 0.0) & (p < 1.0))))
        if ends:
            raise not_defined("no_logit", statistic=self.name, count=ends)
        return rows

    def value(self, rows: Rows, w: Array) -> Array:
        """Shape (1,)."""
        return np.array([self._fit(rows, w)[0][self._at]])

    def sensitivity(self, rows: Rows, w: Array) -> Array:
        """Shape (rows, 1)."""
        _, inverse, x, left = self._fit(rows, w)
        return np.asarray(x @ inverse[self._at] * left)[:, None]

    def counts(self, rows: Rows, w: Array) -> Array:
        """None: raises StatisticError."""
        raise no_counts(self.name)

    def extremes(self, rows: Rows, w: Array) -> Array:
        """None: the value is unbounded."""
        return np.zeros((0, 1))

    def extreme_classes(self, rows: Rows) -> Integers:
        """None."""
        return any_row(0)

    def classes(self, rows: Rows) -> Integers:
        """One class."""
        return one_class(rows)

    @property
    def _at(self) -> int:
        return 1 if self.name == "calibration_slope" else 0

    def _fit(self, rows: Rows, w: Array) -> tuple[Array, Array, Array, Array]:
        """Coefficients, inverse information, (1, logit p) of each row, and ``y - mu``."""
        self.arrange(rows)
        total = positive_sum(w, statistic=self.name, rows="the rows")
        p, y = rows.column["score"], rows.column["truth"]
        x = np.stack([np.ones(len(p)), np.log(p) - np.log1p(-p)], axis=1)
        beta = np.array([0.0, 1.0])
        for _ in range(_STEPS):
            mu = 1.0 / (1.0 + np.exp(-np.clip(x @ beta, -700.0, 700.0)))
            information = (x * (w * mu * (1.0 - mu))[:, None]).T @ x
            determinant = information[0, 0] * information[1, 1] - information[0, 1] ** 2
            if not determinant > 1e-10 * total**2 * 1e-6:
                raise not_defined("separated_outcomes", statistic=self.name)
            inverse = np.linalg.inv(information)
            step = inverse @ (x.T @ (w * (y - mu)))
            beta = beta + step / max(1.0, float(np.abs(step).max()) / 2.0)
            if float(np.abs(step).max()) <= _NEAR * (1.0 + float(np.abs(beta).max())):
                return beta, inverse, x, y - mu
        raise not_defined("separated_outcomes", statistic=self.name)


@dataclass(frozen=True)
class ExpectedCalibrationError:
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
    exact: Literal["no", "binomial", "poisson"] = field(default="no", init=False)

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

    def counts(self, rows: Rows, w: Array) -> Array:
        """None: raises StatisticError."""
        raise no_counts(self.name)

    def extremes(self, rows: Rows, w: Array) -> Array:
        """The row that lowers and the row that raises the error furthest, over the ends of all bins; shape (2, 1)."""
        sums, edge = self._sums(rows, w), np.linspace(0.0, 1.0, int(self.bins) + 1)
        of = [np.where(sums != 0.0, np.sign(sums) * gap, np.abs(gap)) for gap in (1.0 - edge[:-1], -edge[1:])]
        pull = (np.concatenate(of) - self.value(rows, w)[0]) / w.sum()
        return np.array([[pull.min()], [pull.max()]])

    def extreme_classes(self, rows: Rows) -> Integers:
        """Any row."""
        return any_row(2)

    def classes(self, rows: Rows) -> Integers:
        """One class."""
        return one_class(rows)

    def _bin(self, p: Array) -> Integers:
        return np.minimum((p * self.bins).astype(np.int64), int(self.bins) - 1)

    def _sums(self, rows: Rows, w: Array) -> Array:
        p = rows.column["score"]
        return np.bincount(self._bin(p), weights=w * (rows.column["truth"] - p), minlength=int(self.bins)).astype(float)


def calibration_slope() -> Recalibration:
    """Slope b of the recalibration."""
    return Recalibration("calibration_slope")


def calibration_intercept() -> Recalibration:
    """Intercept a of the recalibration."""
    return Recalibration("calibration_intercept")
