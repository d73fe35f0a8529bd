"""The Monte Carlo method of JCGM 101: its intervals, its tolerance, its stopping rule, its streams."""

import math
import time

import numpy as np
import pytest

from measurand.quantity.distribution import Normal, StudentT, rectangular
from measurand.quantity.expression import evaluate
from measurand.quantity.montecarlo import (
    adaptive,
    joint_draw,
    numerical_tolerance,
    run,
    shortest_interval,
    symmetric_interval,
    validation,
)


def total(x):
    return sum(x.values())


@pytest.mark.parametrize(
    ("u", "digits", "delta"),
    [(0.00035, 2, 5e-6), (2.0, 2, 0.05), (2.0, 1, 0.5), (0.996, 2, 0.05), (32.0, 2, 0.5), (0.0539, 3, 5e-5)],
)
def test_numerical_tolerance(u, digits, delta):
    # JCGM 101, 7.9.2: example 1 is u = 0.00035 g, delta = 0.000005 g; example 2 is u = 2 K, delta = 0.5 K
    assert numerical_tolerance(u, digits) == pytest.approx(delta, rel=1e-12)


def test_intervals_of_a_known_sample_by_counting():
    values = np.arange(1.0, 1001.0)
    assert symmetric_interval(values, 0.95) == (25.0, 975.0)  # q = 950, r = 25: y(25), y(975)
    skewed = np.sort(-np.log1p(-(np.arange(1000) + 0.5) / 1000))  # exponential: the shortest interval starts at 0
    assert shortest_interval(skewed, 0.95)[0] == skewed[0]
    assert shortest_interval(skewed, 0.95)[1] == pytest.approx(-math.log(0.05), rel=0.02)


def test_the_adaptive_procedure_stops_at_its_tolerance():
    # JCGM 101, 9.2.2: four standard normals, u = 2.0, 95 % half-width 3.92
    (y,) = adaptive(joint_draw(total, {f"x{i}": Normal(0, 1) for i in range(4)}), "9.2.2")
    assert y.converged
    assert y.tolerance == pytest.approx(0.05)
    assert y.u() == pytest.approx(2.0, abs=0.05)
    low, high = symmetric_interval(y.values, 0.95)
    assert (low, high) == (pytest.approx(-3.92, abs=0.1), pytest.approx(3.92, abs=0.1))
    assert validation(y, (-3.92, 3.92), u=2.0, p=0.95, digits=1).validated


def test_a_first_order_interval_that_does_not_hold_is_not_validated():
    # JCGM 101, 9.2.4: rectangular, one ten times wider: 17.0 by Monte Carlo, 19.9 by the GUM
    inputs = {f"x{i}": rectangular(0, math.sqrt(3) * s) for i, s in enumerate((1, 1, 1, 10))}
    (y,) = adaptive(joint_draw(total, inputs), "9.2.4", stricter=5, largest=400_000)
    assert not validation(y, (-19.9, 19.9), u=10.1, p=0.95).validated


def test_a_run_that_cannot_converge_says_so():
    (y,) = adaptive(lambda rng, n: rng.standard_t(1.2, n), "heavy", largest=50_000)
    assert not y.converged
    assert len(y.values) == 50_000


def test_digits_depend_on_the_key_only():
    draw = joint_draw(total, {"a": Normal(0, 1), "b": StudentT(0, 1, 4)})
    one, two, other = run(draw, "k", trials=25_000), run(draw, "k", trials=25_000), run(draw, "l", trials=25_000)
    assert np.array_equal(one[0].values, two[0].values)
    assert not np.array_equal(one[0].values, other[0].values)


def test_correlated_inputs():
    r = np.array([[1, 0.8, 0], [0.8, 1, 0], [0, 0, 1]])
    inputs = {"a": Normal(0, 1), "b": Normal(0, 2), "c": rectangular(0, 1)}
    (y,) = run(joint_draw(total, inputs, correlation=r), "r", trials=200_000)
    assert y.u() == pytest.approx(math.sqrt(1 + 4 + 2 * 0.8 * 2 + 1 / 3), rel=0.01)


def test_several_outputs_share_their_trials():
    draw = joint_draw(lambda v: np.array([v["a"], 2 * v["a"]]), {"a": Normal(1, 1)})
    one, two = run(draw, "m", trials=10_000)
    np.testing.assert_allclose(two.values, 2 * one.values)
    assert one.cdf(1.0) == pytest.approx(0.5, abs=0.02)
    assert one.quantile(0.5) == pytest.approx(1.0, abs=0.05)


def test_a_million_trials_of_ten_inputs_are_quick():
    tree = ("name", "x0")
    for i in range(1, 10):
        tree = ("+", tree, ("*", ("name", f"x{i}"), ("name", f"x{i - 1}")))
    draw = joint_draw(lambda v: evaluate(tree, v), {f"x{i}": Normal(1, 0.1) for i in range(10)})
    start = time.process_time()
    run(draw, "speed", trials=1_000_000)
    assert time.process_time() - start < 5.0  # about 0.5 s on one core; the slack is for a loaded machine
