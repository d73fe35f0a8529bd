"""Models as trees: values, exact derivatives against closed forms, and what has no value."""

import math

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.quantity.expression import derivative, evaluate, gradient, names, second_order_variance

X, Y = ("name", "x"), ("name", "y")
TWO, HALF = ("number", "2"), ("number", "0.5")
AT = {"x": 1.3, "y": 0.7}
x, y = AT["x"], AT["y"]

CLOSED = [
    # tree, value, df/dx, df/dy, d2f/dxdy, d3f/dxdy2
    (("+", X, Y), x + y, 1, 1, 0, 0),
    (("-", X, ("neg", Y)), x + y, 1, 1, 0, 0),
    (("*", X, Y), x * y, y, x, 1, 0),
    (("/", X, Y), x / y, 1 / y, -x / y**2, -1 / y**2, 2 / y**3),
    (("**", X, TWO), x**2, 2 * x, None, None, None),
    (("**", X, Y), x**y, y * x ** (y - 1), x**y * math.log(x), x ** (y - 1) * (1 + y * math.log(x)), None),
    (("exp", ("*", X, Y)), math.exp(x * y), y * math.exp(x * y), x * math.exp(x * y), (1 + x * y) * math.exp(x * y),
     (2 * x + x * x * y) * math.exp(x * y)),
    (("log", ("/", X, Y)), math.log(x / y), 1 / x, -1 / y, 0, 0),
    (("*", ("sqrt", X), ("abs", ("neg", Y))), x**0.5 * y, 0.5 * y / x**0.5, x**0.5, 0.5 / x**0.5, 0),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "value", "fx", "fy", "fxy", "fxyy"), CLOSED)
def test_derivatives_are_the_closed_forms(tree, value, fx, fy, fxy, fxyy):
    got, slopes = gradient(tree, AT)
    assert got == pytest.approx(value, rel=1e-14)
    assert set(slopes) == set(names(tree))
    for by, expected in ((("x",), fx), (("y",), fy), (("x", "y"), fxy), (("x", "y", "y"), fxyy)):
        if expected is not None:
            assert derivative(tree, AT, by) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_values_on_arrays_are_those_of_the_numbers():
    grid = {"x": np.linspace(0.5, 2, 7), "y": np.linspace(0.1, 3, 7)}
    for tree, *_ in CLOSED:
        one_by_one = [float(evaluate(tree, {"x": a, "y": b})) for a, b in zip(grid["x"], grid["y"], strict=True)]
        np.testing.assert_allclose(evaluate(tree, grid), one_by_one, rtol=1e-14)


def test_powers_at_zero_have_their_derivatives():
    assert derivative(("**", X, TWO), {"x": 0.0}, ("x", "x")) == 2.0
    assert derivative(("**", X, TWO), {"x": 0.0}, ("x", "x", "x")) == 0.0


def test_second_order_of_a_square_is_exact_for_a_normal_input():
    # X ~ N(m, s): var(X^2) = 4 m^2 s^2 + 2 s^4
    assert second_order_variance(("**", X, TWO), {"x": 1.5}, {"x": 0.3}) == pytest.approx(2 * 0.3**4)
    # independent X, Y: var(XY) has the term u_x^2 u_y^2
    assert second_order_variance(("*", X, Y), AT, {"x": 0.2, "y": 0.5}) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("tree", "values"),
    [
        (("/", X, Y), {"x": 1.0, "y": 0.0}),
        (("log", X), {"x": -1.0}),
        (("sqrt", X), {"x": 0.0}),
        (("abs", X), {"x": 0.0}),
        (("+", X, Y), {"x": 1.0}),
        (("sin", X), {"x": 1.0}),
    ],
)
def test_no_finite_value_or_slope_is_an_error(tree, values):
    with pytest.raises(StatisticError):
        gradient(tree, values)


def test_the_end_gauge_of_gum_h1_by_second_order():
    # GUM H.1.7: the two terms of second order are l_s u(delta_alpha) u(theta) and l_s u(alpha_s) u(delta_theta)
    l_s = 50_000_623.0
    tree = (
        "neg",
        ("*", ("name", "l"), ("+", ("*", ("name", "da"), ("name", "t")), ("*", ("name", "a"), ("name", "dt")))),
    )
    values = {"l": l_s, "da": 0.0, "t": -0.1, "a": 1.15e-5, "dt": 0.0}
    u = {"da": 0.58e-6, "t": 0.41, "a": 1.2e-6, "dt": 0.029}
    expected = (l_s * 0.58e-6 * 0.41) ** 2 + (l_s * 1.2e-6 * 0.029) ** 2
    assert second_order_variance(tree, values, u) == pytest.approx(expected, rel=1e-12)
    assert math.sqrt(expected) == pytest.approx(math.hypot(11.7, 1.7), abs=0.3)  # printed: 11.7 nm and 1.7 nm
