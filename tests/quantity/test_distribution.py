"""Distributions of JCGM 101, table 1: standard uncertainties in closed form, moments of draws, quantiles."""

import math

import numpy as np
import pytest

from measurand.errors import ProcedureError
from measurand.quantity.distribution import first_order
from measurand.quantity.knowledge import NAMES, by_name
from measurand.quantity.randomness import generator

CLOSED_FORMS = [
    # name, parameters, mean, standard deviation by JCGM 101 table 1 (a, b limits; d, beta as there)
    ("normal", {"value": 3.0, "standard_uncertainty": 0.2}, 3.0, 0.2),
    ("rectangular", {"lower": 1.0, "upper": 4.0}, 2.5, 3.0 / math.sqrt(12)),
    ("rectangular", {"value": -1.0, "half_width": 0.5}, -1.0, 0.5 / math.sqrt(3)),
    ("trapezoidal", {"lower": -1.0, "upper": 3.0, "shape": 0.4}, 1.0, 4.0 * math.sqrt((1 + 0.16) / 24)),
    ("curvilinear", {"lower": -0.05, "upper": 0.05, "shape": 0.025}, 0.0, math.sqrt(0.1**2 / 12 + 0.025**2 / 9)),
    ("triangular", {"lower": 0.0, "upper": 2.0}, 1.0, 2.0 / math.sqrt(24)),
    ("arcsine", {"lower": -0.5, "upper": 0.5}, 0.0, 1.0 / math.sqrt(8)),
    ("t", {"value": 215.0, "standard_uncertainty": 6.0, "degrees_of_freedom": 24}, 215.0, 6.0 * math.sqrt(24 / 22)),
    ("exponential", {"value": 0.7}, 0.7, 0.7),
    ("gamma", {"value": 6.0, "shape": 6.0}, 6.0, math.sqrt(6.0)),  # q = 5 counted: mean and variance q + 1
    ("gamma", {"value": 1.0, "standard_uncertainty": 0.5}, 1.0, 0.5),
    ("beta", {"value": 0.25, "standard_uncertainty": 0.1}, 0.25, 0.1),
    ("beta", {"value": 12.0, "standard_uncertainty": 1.0, "lower": 10.0, "upper": 15.0}, 12.0, 1.0),
]


@pytest.mark.parametrize(("name", "parameters", "mean", "u"), CLOSED_FORMS)
def test_closed_forms_draws_and_quantiles(name, parameters, mean, u):
    d = by_name(name, parameters)
    assert d.mean() == pytest.approx(mean, rel=1e-12, abs=1e-15)
    assert d.u() == pytest.approx(u, rel=1e-12)
    x = d.draws(generator(f"{name}{parameters}"), 100_000)
    assert x.mean() == pytest.approx(mean, abs=5 * u / math.sqrt(len(x)))
    assert x.std() == pytest.approx(u, rel=0.03)
    for p in (0.001, 0.025, 0.1, 0.4, 0.5, 0.63, 0.9, 0.975, 0.999):
        assert d.cdf(d.quantile(p)) == pytest.approx(p, abs=1e-9)
        assert np.mean(x <= d.quantile(p)) == pytest.approx(p, abs=5 * math.sqrt(p * (1 - p) / len(x)))


def test_every_name_is_tested():
    assert {name for name, *_ in CLOSED_FORMS} == set(NAMES)


@pytest.mark.parametrize(
    ("name", "width"), [("rectangular", {}), ("triangular", {}), ("arcsine", {}), ("trapezoidal", {"shape": 0.3})]
)
def test_the_width_may_be_given_as_standard_uncertainty(name, width):
    assert by_name(name, {"standard_uncertainty": 0.7, **width}).u() == pytest.approx(0.7)


def test_a_t_enters_the_law_of_propagation_by_its_scale():
    t = by_name("t", {"standard_uncertainty": 5.8, "degrees_of_freedom": 24})
    assert first_order(t) == (5.8, 24)
    assert by_name("t", {"standard_uncertainty": 1, "degrees_of_freedom": 2}).u() == math.inf


@pytest.mark.parametrize(
    ("name", "parameters", "part"),
    [
        ("gaussian", {}, "rectangular"),
        ("normal", {"value": 1.0}, "exactly one way"),
        ("normal", {"half_width": 1.0}, "exactly one way"),
        ("normal", {"standard_uncertainty": 0.0}, "greater than 0"),
        ("normal", {"standard_uncertainty": math.nan}, "finite"),
        ("rectangular", {"half_width": 1.0, "lower": 0.0, "upper": 2.0}, "exactly one way"),
        ("rectangular", {"lower": 0.0}, "belong together"),
        ("rectangular", {"lower": 2.0, "upper": 1.0}, "less than"),
        ("rectangular", {"lower": 0.0, "upper": 2.0, "value": 0.5}, "middle"),
        ("rectangular", {"half_width": 1.0, "shape": 0.5}, "no meaning"),
        ("trapezoidal", {"half_width": 1.0}, "shape"),
        ("curvilinear", {"half_width": 1.0, "shape": 2.0}, "must not exceed"),
        ("t", {"standard_uncertainty": 1.0}, "degrees_of_freedom is missing"),
        ("exponential", {"value": 1.0, "half_width": 1.0}, "no meaning"),
        ("gamma", {"value": 1.0}, "exactly one way"),
        ("beta", {"value": 0.5, "standard_uncertainty": 0.5}, "largest"),
        ("beta", {"standard_uncertainty": 0.1}, "between"),
    ],
)
def test_what_is_missing_or_impossible_is_said(name, parameters, part):
    with pytest.raises(ProcedureError, match=part):
        by_name(name, parameters)
