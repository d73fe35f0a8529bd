"""Dependence of a standard deviation on the level: R's weighted fits, exact relations, the choice."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import DesignError
from measurand.quantity.level_dependence import LINEAR, POWER, PROPORTIONAL, level_dependence

M = np.array([0.69, 1.0, 2.5, 5.0, 10.2])
S = np.array([0.015, 0.03, 0.06, 0.11, 0.30])


def test_coefficients_are_what_r_finds() -> None:
    """R 4.2.2: lm(s ~ m, weights) three times over, lm(log10(s) ~ log10(m)), mean(s/m)."""
    one, line, power = level_dependence(M, S, df=[14] * 5).relations
    assert one.coefficients == pytest.approx((0.025430179028133,), rel=1e-12)
    assert line.coefficients == pytest.approx((-0.0013236120809864, 0.0262639466080732), rel=1e-10)
    assert power.coefficients == pytest.approx((-1.6109524686290, 1.0310028976815), rel=1e-11)
    assert power.residuals == pytest.approx(S - 10**-1.6109524686290 * M**1.0310028976815, abs=1e-12)


@pytest.mark.parametrize(
    "s, form", [(0.03 * M, PROPORTIONAL), (0.2 + 0.03 * M, LINEAR), (0.1 * M**0.4, POWER)], ids=["one", "two", "three"]
)
def test_an_exact_relation_is_recognised_and_the_simplest_is_taken(s: np.ndarray, form: str) -> None:
    got = level_dependence(M, s, df=[200] * 5)
    assert got.fits and got.recommended.form == form
    assert np.max(np.abs(got.recommended.residuals)) < 1e-12
    assert got.recommended.misfit < 1e-12


def test_no_relation_fits_a_zigzag() -> None:
    got = level_dependence(M, [0.1, 1.0, 0.1, 1.0, 0.1], df=[50] * 5)
    assert not got.fits
    assert got.recommended.p == max(r.p for r in got.relations)


def test_a_line_below_zero_is_not_used() -> None:
    got = level_dependence([1.0, 4.0, 5.0, 6.0], [0.1, 0.1, 1.0, 30.0], df=[5] * 4)
    line = got.relations[1]
    assert not line.is_usable and line.fitted.min() <= 0.0 and got.recommended.form != LINEAR


def test_units_do_not_matter() -> None:
    a, b = level_dependence(M, S, df=[14] * 5), level_dependence(1e3 * M, 1e3 * S, df=[14] * 5)
    assert [r.misfit for r in b.relations] == pytest.approx([r.misfit for r in a.relations], rel=1e-9)
    assert b.relations[1].coefficients == pytest.approx(
        (1e3 * a.relations[1].coefficients[0], a.relations[1].coefficients[1]), rel=1e-9
    )


def test_the_true_relation_is_rejected_as_often_as_said() -> None:
    """Proportional truth, 10 levels of 30 degrees of freedom; four standard errors of 2,000 trials, seeded."""
    rng = np.random.default_rng(4)
    m = np.linspace(1.0, 10.0, 10)
    p = [
        level_dependence(m, 0.1 * m * np.sqrt(rng.chisquare(30, 10) / 30), df=[30] * 10).relations[0].p
        for _ in range(2000)
    ]
    assert abs(float(np.mean(np.array(p) < 0.05)) - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 2000)


def test_refused() -> None:
    for m, s in (([1.0, 2.0], [1.0, 2.0]), ([1.0, 0.0, 2.0], [1.0, 1.0, 1.0]), ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0])):
        with pytest.raises(DesignError):
            level_dependence(m, s, df=[3] * len(m))
