"""Hierarchical consensus against plain summation of its definition, and in its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from measurand.errors import DesignError
from measurand.quantity.consensus import consensus
from measurand.quantity.consensus_bayes import bayes_gaussian
from measurand.quantity.consensus_laplace import bayes_laplace, log_density
from measurand.quantity.laboratories import Laboratories, laboratories

Array = NDArray[np.float64]

# PCB 28 in sediment: example of the NIST Consensus Builder (Koepke et al. 2017)
PCB28 = laboratories([34.3, 32.9, 34.53, 32.42, 31.9, 35.8], [1.03, 0.69, 0.83, 0.29, 0.4, 0.38])


@pytest.mark.parametrize(
    ("residual", "tau", "u"), [(0.3, 1.0, 0.5), (5.0, 1.0, 0.5), (-3.0, 0.05, 1.0), (40.0, 0.3, 1.0), (1e-3, 1.0, 1e-3)]
)
def test_closed_form_is_the_convolution(residual: float, tau: float, u: float) -> None:
    def product(x: float) -> float:
        return float(stats.norm.pdf(residual - x, scale=u) * stats.laplace.pdf(x, scale=tau / math.sqrt(2.0)))

    whole, _ = integrate.quad(
        product, residual - 30 * u, residual + 30 * u, points=[0.0], epsabs=0, epsrel=1e-12, limit=500
    )
    assert log_density(np.array([residual]), np.array([tau]), u)[0, 0] == pytest.approx(math.log(whole), abs=1e-9)


def test_closed_form_at_extremes() -> None:
    """tau -> 0 is normal, u -> 0 is Laplace, and nothing overflows between."""
    r = np.array([0.0, 1.0, 50.0, 1e6])
    normal = log_density(r, np.array([1e-12]), 1.0)[0]
    assert normal == pytest.approx(stats.norm.logpdf(r), rel=1e-9)
    laplace = log_density(r, np.array([1.0]), 1e-9)[0]
    assert laplace == pytest.approx(-math.sqrt(2.0) * r - 0.5 * math.log(2.0), rel=1e-6)
    with np.errstate(all="raise", under="ignore"):
        assert np.all(np.isfinite(log_density(r, np.geomspace(1e-12, 1e12, 25), 1e-6)))


def summed(labs: Laboratories, scale: float, kind: str) -> dict[str, float]:
    """The posterior by plain sums over 541 values of mu and 250 of tau, with the densities of scipy."""
    mu = np.linspace(20.0, 47.0, 541)
    tau = np.exp(np.linspace(math.log(1e-4), math.log(500.0), 250))
    log_p = (stats.halfcauchy.logpdf(tau, scale=scale) + np.log(tau))[:, None] + np.zeros(len(mu))
    for y, u, df in zip(labs.y, labs.u, labs.df, strict=True):
        if kind == "gaussian":
            log_p += stats.norm.logpdf(y, mu, np.hypot(u, tau)[:, None])
        elif kind == "laplace":
            # Laplace = normal whose variance is exponential: a sum over that variance
            e = -np.log1p(-(np.arange(200) + 0.5) / 200)
            held = [stats.norm.pdf(y, mu, np.sqrt(u**2 + t**2 * e)[:, None]).mean(axis=0) for t in tau]
            log_p += np.log(np.maximum(np.array(held), 1e-300))
        else:
            chi = stats.chi2.ppf((np.arange(60) + 0.5) / 60, df)
            sigma = u * np.sqrt(df / chi)
            log_p += np.log(np.mean([stats.norm.pdf(y, mu, np.hypot(s, tau)[:, None]) for s in sigma], axis=0))
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    of_mu, of_tau = p.sum(axis=0), p.sum(axis=1)
    mean = float(of_mu @ mu)
    found = {"value": mean, "u": math.sqrt(float(of_mu @ (mu - mean) ** 2))}
    for name, q in (("lower", 0.025), ("upper", 0.975)):
        found[name] = float(np.interp(q, np.cumsum(of_mu) - of_mu / 2, mu))
    found["tau"] = float(np.interp(0.5, np.cumsum(of_tau) - of_tau / 2, tau))
    return found


@pytest.mark.parametrize(("kind", "near"), [("gaussian", 2e-3), ("laplace", 5e-3), ("student", 5e-3)])
def test_plain_sums(kind: str, near: float) -> None:
    labs = PCB28 if kind != "student" else laboratories(PCB28.y, PCB28.u, df=4.0)
    c = (bayes_laplace if kind == "laplace" else bayes_gaussian)(labs, tau_scale=1.5)
    wanted = summed(labs, 1.5, kind)
    for name, value in wanted.items():
        assert getattr(c, name) == pytest.approx(value, abs=near), name


def test_wide_and_narrow_priors() -> None:
    """A prior at 0 gives the weighted mean; with many laboratories the prior does not matter and REML is near."""
    agree = laboratories(33.0 + 0.5 * (PCB28.y - 33.0) * PCB28.u, PCB28.u)
    fixed = consensus(agree.y, agree.u, method="fixed")
    for c in (bayes_gaussian(agree, tau_scale=1e-9), bayes_laplace(agree, tau_scale=1e-9)):
        assert (c.value, c.u) == pytest.approx((fixed.value, fixed.u), rel=1e-6)
        assert c.tau == pytest.approx(1e-9, rel=1e-3)  # the median of the prior
    rng = np.random.default_rng(2)
    u = rng.uniform(0.5, 2.0, 400)
    many = laboratories(rng.normal(0.0, 1.5, 400) + u * rng.normal(size=400), u)
    c, r = bayes_gaussian(many), consensus(many.y, many.u, method="reml")
    assert c.tau == pytest.approx(r.tau, rel=0.01)
    assert (c.value, c.u) == pytest.approx((r.value, r.u), abs=0.01)
    assert c.dark is not None and r.dark is not None
    assert c.dark.u == pytest.approx(r.dark.u, rel=0.05)
    assert c.dark.limits == pytest.approx(r.dark.limits, rel=0.03)


def test_infinite_degrees_of_freedom_are_the_limit() -> None:
    a, b = bayes_gaussian(PCB28), bayes_gaussian(laboratories(PCB28.y, PCB28.u, df=1e7))
    for name in ("value", "u", "lower", "upper", "tau"):
        assert getattr(b, name) == pytest.approx(getattr(a, name), rel=1e-5), name
    assert a.prediction == pytest.approx(b.prediction, rel=1e-5)


def test_prediction_beside_a_small_tau() -> None:
    """A prior near 0: one more laboratory lies where mu does, and a little further off with a wider prior."""
    agree = laboratories(33.0 + 0.5 * (PCB28.y - 33.0) * PCB28.u, PCB28.u)
    for method in (bayes_gaussian, bayes_laplace):
        c = method(agree, tau_scale=1e-9)
        assert c.prediction == pytest.approx((c.lower, c.upper), abs=1e-6)
    finite = bayes_gaussian(laboratories(agree.y, agree.u, df=1e7), tau_scale=0.03)
    assert finite.prediction == pytest.approx(bayes_gaussian(agree, tau_scale=0.03).prediction, abs=1e-6)


def test_a_far_laboratory_pulls_less_with_laplace_effects() -> None:
    labs = laboratories([10.0, 10.1, 9.9, 10.05, 9.95, 10.0, 14.0], [0.05] * 7)
    assert abs(bayes_laplace(labs).value - 10.0) < 0.3 * abs(bayes_gaussian(labs).value - 10.0)


def test_two_laboratories_have_limits_and_no_variance() -> None:
    """Symmetric by hand: the value lies in the middle; the posterior of tau falls as tau^-3."""
    for c in (
        bayes_gaussian(laboratories([1.0, 3.0], [0.5, 0.5])),
        bayes_laplace(laboratories([1.0, 3.0], [0.5, 0.5])),
    ):
        assert c.value == pytest.approx(2.0, abs=1e-9)
        assert c.u == math.inf and c.dark is not None and c.dark.u == math.inf and c.dark.u_square == math.inf
        assert c.upper - 2.0 == pytest.approx(2.0 - c.lower, rel=1e-6)


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_refused_prior(scale: float) -> None:
    with pytest.raises(DesignError, match="prior"):
        bayes_gaussian(PCB28, tau_scale=scale)
