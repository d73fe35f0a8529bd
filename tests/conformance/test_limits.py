"""Exact limits, factors and type B distributions agree with statsmodels and scipy.stats."""

from __future__ import annotations

import numpy as np
import pytest

proportion = pytest.importorskip("statsmodels.stats.proportion")
rates = pytest.importorskip("statsmodels.stats.rates")
stats = pytest.importorskip("scipy.stats")

from measurand.quantity import distribution, exact, student  # noqa: E402

COUNTS = [(0, 1), (0, 50), (1, 10), (15, 148), (50, 50), (81, 263), (999, 1000)]
LEVELS = [0.5, 0.9, 0.95, 0.99, 0.999]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("x", "n"), COUNTS)
def test_clopper_pearson(x: int, n: int, level: float) -> None:
    expected = proportion.proportion_confint(x, n, alpha=1 - level, method="beta")
    found = exact.clopper_pearson(x, n, tail=(1 - level) / 2)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("x", "n"), [(x, n) for x, n in COUNTS if 0 < x < n])
def test_jeffreys(x: int, n: int, level: float) -> None:
    expected = proportion.proportion_confint(x, n, alpha=1 - level, method="jeffreys")
    np.testing.assert_allclose(exact.jeffreys(x, n, tail=(1 - level) / 2), expected, rtol=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("events", "exposure"), [(0, 1.0), (1, 2.5), (7, 10.0), (250, 3.0)])
def test_garwood(events: int, exposure: float, level: float) -> None:
    expected = rates.confint_poisson(events, exposure, method="exact-c", alpha=1 - level)
    found = exact.garwood(events, exposure, tail=(1 - level) / 2)
    np.testing.assert_allclose(found, np.nan_to_num(expected), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("tail", [0.25, 0.05, 0.025, 0.005, 0.0005])
@pytest.mark.parametrize("df", [0.8, 1, 2.5, 4, 17.3, 1000, 1e7, np.inf])
def test_student_factor(tail: float, df: float) -> None:
    assert float(student.student_factor(tail, df)) == pytest.approx(float(stats.t.isf(tail, df)), rel=1e-8)


DISTRIBUTIONS = [
    (distribution.rectangular(2.0, 0.5), stats.uniform(1.5, 1.0)),
    (distribution.triangular(2.0, 0.5), stats.triang(0.5, 1.5, 1.0)),
    (distribution.Trapezoidal(0.0, 2.0, 0.25), stats.trapezoid(0.375, 0.625, -2.0, 4.0)),
    (distribution.Arcsine(1.0, 3.0), stats.arcsine(-2.0, 6.0)),
    (distribution.StudentT(1.0, 0.2, 5.5), stats.t(5.5, 1.0, 0.2)),
    (distribution.Gamma(3.5, 2.0), stats.gamma(3.5, scale=2.0)),
    (distribution.exponential(4.0), stats.expon(scale=4.0)),
    (distribution.Beta(2.5, 7.0, -1.0, 3.0), stats.beta(2.5, 7.0, -1.0, 4.0)),
]


@pytest.mark.parametrize(("ours", "theirs"), DISTRIBUTIONS, ids=lambda d: type(d).__name__)
def test_distributions(ours: distribution.Distribution, theirs: object) -> None:
    frozen: stats.distributions.rv_frozen = theirs
    assert ours.mean() == pytest.approx(frozen.mean(), rel=1e-9, abs=1e-12)
    assert ours.u() == pytest.approx(frozen.std(), rel=1e-9)
    for p in (0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999):
        x = float(frozen.ppf(p))
        assert ours.quantile(p) == pytest.approx(x, rel=1e-8, abs=1e-10)
        assert ours.cdf(x) == pytest.approx(p, rel=1e-8)
