"""Straight-line calibration: the examples of ISO/TS 28037, and the laws of a line."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import DesignError, RefusedError
from measurand.quantity.line import line

X = [1, 2, 3, 4, 5, 6]
NOISY = (np.array([0.3, 1.1, 2.4, 2.9, 4.2, 5.6]), np.array([1.4, 2.2, 4.1, 4.4, 6.9, 8.3]))


def test_unequal_weights_of_28037() -> None:
    """ISO/TS 28037:2010, 6.3, example 2 (digits of the standard, further ones by R as quoted in MSLNZ/GTC)."""
    a = line(X, [3.2, 4.3, 7.6, 8.6, 11.7, 12.8], u_y=[0.5, 0.5, 0.5, 1.0, 1.0, 1.0])
    assert (a.a, a.b) == pytest.approx((0.8852, 2.0570), abs=5e-5)
    assert (a.u_a, a.u_b, a.covariance) == pytest.approx((0.5297081, 0.1778920, -0.08227848), rel=1e-6)
    assert a.chi2 == pytest.approx(4.131, abs=5e-4)
    assert a.inverse(10.5, u_y=1.0) == pytest.approx((4.674, 0.533), abs=5e-4)
    assert "a = 0.885232 (u = 0.53), b = 2.05696 (u = 0.18), correlation -0.873" in str(a)


def test_errors_in_both_of_28037() -> None:
    """ISO/TS 28037:2010, 7.3: generalised distance regression."""
    y, u_y = [3.4, 4.4, 7.2, 8.5, 10.8, 13.5], [0.2, 0.2, 0.2, 0.4, 0.4, 0.4]
    a = line([1.2, 1.9, 2.9, 4.0, 4.7, 5.9], y, u_x=0.2, u_y=u_y)
    assert (a.a, a.u_a, a.b, a.u_b) == pytest.approx((0.5788, 0.4764, 2.1597, 0.1355), abs=5e-5)
    assert (a.covariance, a.chi2) == pytest.approx((-0.0577, 2.743), abs=5e-4)


def test_ordinary_line_of_the_gum() -> None:
    """JCGM 100:2008, H.3: thermometer corrections, t0 = 20 degrees, prediction at 30 degrees."""
    t = [21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511]
    b = [-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160]
    fit = line(np.array(t) - 20.0, b)
    assert (fit.a, fit.u_a) == pytest.approx((-0.1712, 0.0029), abs=5e-5)
    assert (fit.b, fit.u_b) == pytest.approx((0.00218, 0.00067), abs=5e-6)
    assert (fit.correlation, fit.scatter) == pytest.approx((-0.930, 0.0035), abs=5e-4)
    assert fit.forward(10.0) == pytest.approx((-0.1494, 0.0041), abs=5e-5) and fit.factor_df == 9


def test_both_coordinates_give_the_same_line_from_either_side() -> None:
    x, y = NOISY
    there, back = line(x, y, u_x=0.3, u_y=0.2), line(y, x, u_x=0.2, u_y=0.3)
    assert back.b == pytest.approx(1.0 / there.b, rel=1e-10) and back.a == pytest.approx(-there.a / there.b, rel=1e-9)
    assert back.chi2 == pytest.approx(there.chi2, rel=1e-10)


def test_the_sum_of_squares_is_the_least() -> None:
    """No line nearby has a smaller sum of squared distances, weighted by both uncertainties and their correlation."""
    x, y = NOISY
    u_x, u_y, r = np.full(6, 0.3), np.linspace(0.1, 0.4, 6), np.linspace(-0.5, 0.5, 6)
    fit = line(x, y, u_x=u_x, u_y=u_y, correlation=r)

    def chi2(a: float, b: float) -> float:
        return float(np.sum((y - a - b * x) ** 2 / (u_y**2 + b**2 * u_x**2 - 2 * b * r * u_x * u_y)))

    assert fit.chi2 == pytest.approx(chi2(fit.a, fit.b), rel=1e-12)
    for da in (-1e-4, 0.0, 1e-4):
        for db in (-1e-4, 0.0, 1e-4):
            assert chi2(fit.a + da, fit.b + db) >= fit.chi2 - 1e-14


def test_exact_x_is_the_limit_of_a_small_uncertainty_of_x() -> None:
    x, y = NOISY
    weighted, both = line(x, y, u_y=0.2), line(x, y, u_x=1e-9, u_y=0.2)
    for name in ("a", "b", "u_a", "u_b", "covariance", "chi2", "p"):
        assert getattr(both, name) == pytest.approx(getattr(weighted, name), rel=1e-8)


def test_inverse_limits_are_the_roots_of_fieller() -> None:
    """At both limits the reading lies k standard uncertainties from the line; they hold the point itself."""
    x, y = NOISY
    fit = line(x, y, u_y=0.2)
    low, high = fit.inverse_limits(5.0, u_y=0.1)
    point, u = fit.inverse(5.0, u_y=0.1)
    for limit in (low, high):
        value, of_line = fit.forward(limit)
        assert abs(5.0 - value) / np.hypot(of_line, 0.1) == pytest.approx(1.959963984540054, rel=1e-10)
    assert low < point < high and (high - low) / 2 == pytest.approx(1.96 * u, rel=0.02)


def test_an_origin_far_away_does_no_harm() -> None:
    x, y = NOISY
    near, far = line(x, y, u_y=0.2), line(x + 2.0**40, y, u_y=0.2)
    assert far.b == pytest.approx(line((x + 2.0**40) - 2.0**40, y, u_y=0.2).b, rel=1e-11)
    assert far.b == pytest.approx(near.b, rel=1e-3)


@pytest.mark.parametrize(
    "given",
    [
        {"x": [1, 2], "y": [1, 2]},
        {"x": [1, 2, 3], "y": [1, 2]},
        {"x": [1, 1, 1], "y": [1, 2, 3]},
        {"x": [1, 2, 3], "y": [1, 2, 3]},
        {"x": [1, 2, 3], "y": [1, 2, 4], "u_x": 0.1},
        {"x": [1, 2, 3], "y": [1, 2, 4], "u_y": [0.1, 0.0, 0.1]},
        {"x": [1, 2, 3], "y": [1, 2, 4], "u_y": [0.1, 0.1]},
        {"x": [1, 2, 3], "y": [1, 2, 4], "u_x": 0.1, "u_y": 0.1, "correlation": 1.0},
        {"x": [1, 2, float("nan")], "y": [1, 2, 4], "u_y": 0.1},
    ],
)
def test_bad_input_is_said(given: dict) -> None:
    with pytest.raises(DesignError):
        line(**given)


def test_a_flat_line_has_no_inverse() -> None:
    with pytest.raises(RefusedError, match="slope"):
        line([1, 2, 3, 4], [1.0, 1.2, 0.9, 1.1], u_y=0.5).inverse_limits(1.0)
