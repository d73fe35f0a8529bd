"""Risks of JCGM 106 against closed forms and its worked example."""

import math

import pytest

from measurand.quantity.distribution import Gamma, Normal
from measurand.quantity.risk import (
    Placed,
    Tolerance,
    acceptance_limits,
    global_risks,
    guard_band_for,
    largest_narrowing,
    p_conformity,
)

Z95 = 1.6448536269514722


def test_one_sided_acceptance_limit_is_the_limit_plus_z_u():
    lower, upper = acceptance_limits(Normal(0.946, 0.01167), 0.946, Tolerance(lower=0.90), p=0.95)
    assert lower == pytest.approx(0.90 + Z95 * 0.01167, rel=1e-12)
    assert upper == math.inf
    lower, upper = acceptance_limits(Normal(2, 0.5), 2, Tolerance(upper=3.0), p=0.95)
    assert (lower, upper) == (-math.inf, pytest.approx(3.0 - Z95 * 0.5))


def test_two_sided_limits_reach_the_probability_exactly():
    d, t = Normal(5.0, 0.2), Tolerance(4.0, 6.0)
    lower, upper = acceptance_limits(d, 5.0, t, p=0.95)
    assert lower + upper == pytest.approx(10.0)
    for v in (lower, upper):
        assert p_conformity(Placed(d, 5.0, v).cdf, t) == pytest.approx(0.95, abs=1e-9)
    assert lower == pytest.approx(4.0 + Z95 * 0.2, abs=1e-6)  # a width of 10 u: the other limit does not matter
    assert acceptance_limits(Normal(5.0, 2.0), 5.0, t, p=0.95) is None


def test_narrowing_by_the_closed_form():
    d, t = Normal(0.912, 0.0133), Tolerance(lower=0.90)
    r = largest_narrowing(lambda r: p_conformity(Placed(d, 0.912, 0.912, r).cdf, t) >= 0.95)
    assert r == pytest.approx(0.012 / (Z95 * 0.0133), rel=1e-9)
    assert largest_narrowing(lambda r: p_conformity(Placed(d, 0.912, 0.90, r).cdf, t) >= 0.95) is None


def test_bearings_of_jcgm_106_by_the_printed_digits():
    prior, error, t = Gamma(4, 0.25), Normal(0, 0.25), Tolerance(upper=2.0)
    assert global_risks(prior, error, t, acceptance=t).consumer == pytest.approx(0.0080191, abs=1e-7)
    assert 2.0 - guard_band_for(prior, error, t, consumer=0.001) == pytest.approx(1.67183, abs=1e-5)


def test_global_risks_of_a_normal_prior_by_the_bivariate_normal():
    # prior N(0, 1), error N(0, s), limit 0 for both: the quadrant probability of a bivariate normal
    s = 0.7
    rho = 1 / math.hypot(1, s)
    quadrant = 0.25 - math.asin(rho) / (2 * math.pi)
    risks = global_risks(Normal(0, 1), Normal(0, s), Tolerance(lower=0.0), acceptance=Tolerance(lower=0.0))
    assert risks.consumer == pytest.approx(quadrant, abs=1e-9)
    assert risks.producer == pytest.approx(quadrant, abs=1e-9)
