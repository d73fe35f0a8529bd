"""Quantities of numbers against numbers from outside."""

from __future__ import annotations

import math

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.statistic.registry import by_name

from .case import rows_of

NORRIS_X = [
    0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0, 447.5,
    11.6, 556.0, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2, 669.1,
    448.9, 0.5,
]  # fmt: skip
NORRIS_Y = [
    0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9,
    10.8, 557.7, 228.3, 998.0, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4,
    449.2, 0.2,
]  # fmt: skip
"""NIST StRD, Norris (https://www.itl.nist.gov/div898/strd/lls/data/Norris.shtml), certified by NIST."""
SLOPE, INTERCEPT, DETERMINATION, RESIDUAL_SD = (
    1.00211681802045,
    -0.262323073774029,
    0.999993745883712,
    0.884796396144373,
)


def value(name: str, parameters: dict[str, float] | None = None, **columns: object) -> float:
    statistic = by_name(name, parameters)
    rows = rows_of(np.arange(len(next(iter(columns.values())))), **columns)  # type: ignore[arg-type,call-overload]
    return float(statistic.value(statistic.arrange(rows), np.ones(len(rows)))[0])


def test_norris() -> None:
    x, y = np.array(NORRIS_X), np.array(NORRIS_Y)
    fitted = INTERCEPT + SLOPE * x
    assert value("correlation", value=x, reference=y) ** 2 == pytest.approx(DETERMINATION, abs=1e-15)
    assert value("r_squared", value=fitted, reference=y) == pytest.approx(DETERMINATION, abs=1e-14)
    # residual standard deviation has n - 2 in its divisor, a root mean square n
    rmse = value("root_mean_square_error", value=fitted, reference=y)
    assert rmse == pytest.approx(RESIDUAL_SD * math.sqrt(34 / 36), rel=1e-12)
    assert value("bias", value=fitted, reference=y) == pytest.approx(0.0, abs=1e-10)


def test_concordance_is_correlation_times_accuracy() -> None:
    """``rho_c = rho C_b`` with ``C_b = 2 / (v + 1/v + u^2)`` (Lin 1989), on the Norris data shifted and stretched."""
    y = np.array(NORRIS_Y)
    x = 1.5 * np.array(NORRIS_X) + 40.0
    v, u = x.std() / y.std(), (x.mean() - y.mean()) / math.sqrt(x.std() * y.std())
    rho = math.sqrt(DETERMINATION)
    assert value("concordance_correlation", value=x, reference=y) == pytest.approx(
        rho * 2 / (v + 1 / v + u * u), rel=1e-12
    )


def test_score_of_the_standard_normal_at_its_mean() -> None:
    """``(sqrt(2) - 1) / sqrt(pi)`` (Gneiting & Raftery 2007)."""
    got = value("crps_normal", value=[0.0], spread=[1.0], reference=[0.0])
    assert got == pytest.approx((math.sqrt(2) - 1) / math.sqrt(math.pi), rel=1e-14)


def test_ensemble_of_one_is_the_absolute_error() -> None:
    assert value("crps", members=[[1.0], [4.0]], reference=[2.0, 2.5]) == 1.25


def test_rate_and_quantile_by_hand() -> None:
    assert value("rate", value=[2.0, 0.0, 1.0], exposure=[10.0, 20.0, 30.0]) == 0.05
    assert value("quantile", {"q": 0.25}, value=[4.0, 1.0, 3.0, 2.0]) == 1.0
    assert value("quantile", {"q": 0.26}, value=[4.0, 1.0, 3.0, 2.0]) == 2.0
    assert value("median_absolute_error", value=[1.0, 5.0, 9.0], reference=[2.0, 5.0, 4.0]) == 1.0


def test_interval_score_by_hand() -> None:
    """Width 2; one reference 0.5 below: 2 + 2/0.1 * 0.5; one inside (Winkler 1972)."""
    got = value("interval_score", {"level": 0.9}, lower=[1.0, 1.0], upper=[3.0, 3.0], reference=[0.5, 3.0])
    assert got == pytest.approx((2 + 10 + 2) / 2, rel=1e-14)
    assert value("pinball", {"q": 0.9}, value=[1.0, 1.0], reference=[2.0, 0.0]) == pytest.approx((0.9 + 0.1) / 2)
    assert value("interval_coverage", lower=[1.0, 1.0], upper=[3.0, 3.0], reference=[0.5, 3.0]) == 0.5


@pytest.mark.parametrize(
    ("name", "parameters", "columns"),
    [
        ("quantile", {"q": 1.0}, {"value": [1.0]}),
        ("pinball", {"q": 0.0}, {"value": [1.0], "reference": [1.0]}),
        ("interval_score", {"level": 1.5}, {"lower": [1.0], "upper": [2.0], "reference": [1.0]}),
        ("mean_absolute_percentage_error", {}, {"value": [1.0, 2.0], "reference": [1.0, 0.0]}),
        ("crps_normal", {}, {"value": [1.0], "spread": [0.0], "reference": [1.0]}),
        ("interval_width", {}, {"lower": [2.0], "upper": [1.0]}),
        ("correlation", {}, {"value": [1.0, 1.0], "reference": [1.0, 2.0]}),
        ("rate", {}, {"value": [1.5], "exposure": [1.0]}),
        ("rate", {}, {"value": [1.0], "exposure": [0.0]}),
    ],
)
def test_what_is_not_defined_is_refused(name: str, parameters: dict[str, float], columns: dict[str, object]) -> None:
    with pytest.raises(StatisticError):
        value(name, parameters, **columns)
