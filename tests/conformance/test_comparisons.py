"""Comparisons, multiplicity and lines agree with statsmodels, scipy.stats and numpy."""

from __future__ import annotations

import numpy as np
import pytest

proportion = pytest.importorskip("statsmodels.stats.proportion")
contingency = pytest.importorskip("statsmodels.stats.contingency_tables")
multitest = pytest.importorskip("statsmodels.stats.multitest")
linear = pytest.importorskip("statsmodels.api")
stats = pytest.importorskip("scipy.stats")

from measurand.api.comparing import (  # noqa: E402
    adjusted_p_values,
    calibration_line,
    difference_of_means,
    difference_of_paired_proportions,
    difference_of_proportions,
    ratio_of_proportions,
    sign_flip,
    two_by_two,
)

COUNTS = [(56, 70, 48, 80), (9, 10, 3, 10), (1, 40, 6, 35), (17, 20, 20, 20), (250, 1000, 300, 900), (5, 56, 0, 29)]
PAIRS = [(20, 12, 2, 16), (53, 16, 8, 9), (1, 1, 7, 12), (40, 0, 3, 2), (794, 150, 86, 570)]


@pytest.mark.parametrize("c", COUNTS)
@pytest.mark.parametrize(("method", "theirs"), [("newcombe", "newcomb"), ("wald", "wald")])
def test_difference(c: tuple[int, int, int, int], method: str, theirs: str) -> None:
    """Its score limits of a difference differ from the published ones of Miettinen & Nurminen: not here."""
    wanted = proportion.confint_proportions_2indep(*c, method=theirs, compare="diff")
    np.testing.assert_allclose(difference_of_proportions(*c, method=method).interval, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("c", COUNTS)
def test_score_p_value(c: tuple[int, int, int, int]) -> None:
    if c[0] == c[1] or 0 in c:
        return
    for method, correction in (("miettinen-nurminen", True), ("mee", False)):
        wanted = proportion.test_proportions_2indep(*c, method="score", compare="diff", correction=correction)
        assert difference_of_proportions(*c, method=method).p == pytest.approx(wanted.pvalue, rel=1e-10)


@pytest.mark.parametrize("c", [c for c in COUNTS if c[0] != c[1] and c[2] != c[3] and 0 not in c])
@pytest.mark.parametrize(
    ("method", "theirs", "options"),
    [
        ("katz", "log", {}),
        ("miettinen-nurminen", "score", {"correction": True}),
        ("koopman", "score", {"correction": False}),
    ],
)
def test_ratio(c: tuple[int, int, int, int], method: str, theirs: str, options: dict) -> None:
    wanted = proportion.confint_proportions_2indep(*c, method=theirs, compare="ratio", **options)
    rtol = 1e-6 if options else 1e-12  # their root finding stops at about 1e-8
    np.testing.assert_allclose(ratio_of_proportions(*c, method=method).interval, wanted, rtol=rtol)


@pytest.mark.parametrize("c", PAIRS)
def test_mcnemar(c: tuple[int, int, int, int]) -> None:
    table = np.array(c).reshape(2, 2)
    for test, options in (
        ("exact", {"exact": True}),
        ("mcnemar", {"exact": False, "correction": False}),
        ("mcnemar-corrected", {"exact": False, "correction": True}),
    ):
        wanted = contingency.mcnemar(table, **options).pvalue
        assert difference_of_paired_proportions(*c, test=test).p == pytest.approx(wanted, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize(
    ("method", "theirs"),
    [
        ("holm", "holm"), ("hochberg", "simes-hochberg"), ("bonferroni", "bonferroni"),
        ("benjamini-hochberg", "fdr_bh"), ("benjamini-yekutieli", "fdr_by"),
    ],
)  # fmt: skip
def test_adjusted_p_values(method: str, theirs: str) -> None:
    rng = np.random.default_rng(5)
    for n in (1, 2, 17, 100):
        p = np.round(rng.random(n) ** 3, 2)  # with ties, zeros and ones
        wanted = multitest.multipletests(p, method=theirs)[1]
        np.testing.assert_allclose(adjusted_p_values(p, method=method), wanted, rtol=1e-12, atol=1e-15)


def test_means() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=20), rng.normal(0.4, 2.0, size=20)
    for paired, theirs in ((True, stats.ttest_rel(a, b)), (False, stats.ttest_ind(a, b, equal_var=False))):
        ours = difference_of_means(a, b, paired=paired)
        assert ours.p == pytest.approx(theirs.pvalue, rel=1e-11)
        np.testing.assert_allclose(ours.interval, theirs.confidence_interval(0.95), rtol=1e-11)


def test_sign_flip() -> None:
    d = np.random.default_rng(7).normal(0.5, 1.0, size=12).round(1)
    wanted = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert sign_flip(d).p == pytest.approx(wanted.pvalue, rel=1e-12)


def test_ordinary_and_weighted_lines() -> None:
    rng = np.random.default_rng(8)
    x = rng.uniform(0, 10, 30)
    y, u = 1.5 - 0.7 * x + rng.normal(0, 0.3, 30), rng.uniform(0.1, 0.5, 30)
    plain, fit = calibration_line(x, y), linear.OLS(y, linear.add_constant(x)).fit()
    np.testing.assert_allclose([plain.a, plain.b], fit.params, rtol=1e-11)
    np.testing.assert_allclose([plain.u_a, plain.u_b], fit.bse, rtol=1e-11)
    weighted = calibration_line(x, y, u_y=u)
    fit = linear.WLS(y, linear.add_constant(x), weights=u**-2.0).fit()
    np.testing.assert_allclose([weighted.a, weighted.b], fit.params, rtol=1e-11)
    np.testing.assert_allclose(weighted.covariance * fit.scale, fit.cov_params()[0, 1], rtol=1e-10)
    assert weighted.chi2 == pytest.approx(fit.ssr, rel=1e-11)
    assert weighted.p == pytest.approx(stats.chi2.sf(fit.ssr, 28), rel=1e-10)


def test_line_with_errors_in_both() -> None:
    """scipy's orthogonal distance regression, its standard errors without the scale of the residuals."""
    odr = pytest.importorskip("scipy.odr")
    rng = np.random.default_rng(9)
    t = np.linspace(0, 10, 12)
    u_x, u_y = rng.uniform(0.1, 0.4, 12), rng.uniform(0.1, 0.4, 12)
    x, y = t + rng.normal(0, u_x), 2.0 + 0.8 * t + rng.normal(0, u_y)
    ours = calibration_line(x, y, u_x, u_y)
    model = odr.Model(lambda beta, v: beta[0] + beta[1] * v)
    theirs = odr.ODR(odr.RealData(x, y, sx=u_x, sy=u_y), model, beta0=[1.0, 1.0], sstol=1e-15, partol=1e-15).run()
    np.testing.assert_allclose([ours.a, ours.b], theirs.beta, rtol=1e-6)
    np.testing.assert_allclose([ours.u_a, ours.u_b], np.sqrt(np.diag(theirs.cov_beta)), rtol=1e-3)
    assert ours.chi2 == pytest.approx(theirs.sum_square, rel=1e-8)


def test_diagnostic_odds_ratio() -> None:
    found = two_by_two(tp=670, fp=202, fn=74, tn=640)["diagnostic_odds_ratio"]
    table = contingency.Table2x2(np.array([[670, 202], [74, 640]]))
    assert found.value == pytest.approx(table.oddsratio, rel=1e-12)
    np.testing.assert_allclose([found.lower, found.upper], table.oddsratio_confint(), rtol=1e-12)
