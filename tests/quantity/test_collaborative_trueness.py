"""Bias of a method and of a laboratory: the manganese trial of ISO 5725-4, the standard's factor A, laws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from measurand.errors import DesignError
from measurand.quantity.collaborative import cells, precision
from measurand.quantity.trueness import bias_of_laboratory, bias_of_method, bias_of_results

# ISO 5725-4, table B.3, level 3: laboratory means of the manganese content, as in the tests of the program SIprecisa
MANGANESE = [0.4143, 0.4006, 0.4004, 0.4072, 0.3959, 0.4049, 0.3850, 0.3947, 0.4023, 0.4043, 0.4077, 0.4077]
REFERENCE = 0.403


def test_manganese_has_the_published_mean_and_bias() -> None:
    mean = float(np.mean(MANGANESE))
    s_x = float(np.std(MANGANESE, ddof=1))
    got = bias_of_method(mean, REFERENCE, s_r=s_x, s_R=s_x, laboratories=12, replicates=1, df=11)
    assert f"{mean:.4f}" == "0.4021" and f"{got.value:.2g}" == "-0.00092"  # SIprecisa
    assert got.holds_zero
    half = 2.2009851600916384 * s_x / math.sqrt(12)  # Student's t of 11 degrees of freedom, R
    assert got.limits == pytest.approx((got.value - half, got.value + half), rel=1e-9)


@pytest.mark.parametrize("s_r, s_R, p, n", [(0.1, 0.2, 8, 2), (0.1, 0.1, 15, 3), (0.3, 0.35, 30, 4)])
def test_factor_of_the_standard(s_r: float, s_R: float, p: int, n: int) -> None:
    """``A = 1.96 sqrt((n (g^2 - 1) + 1) / (g^2 p n))`` as ISO 5725-4 writes it."""
    g = s_R / s_r
    a = 1.959963984540054 * math.sqrt((n * (g * g - 1) + 1) / (g * g * p * n))
    got = bias_of_method(10.0, 9.5, s_r=s_r, s_R=s_R, laboratories=p, replicates=n)
    assert got.limits == pytest.approx((0.5 - a * s_R, 0.5 + a * s_R), rel=1e-12)


def test_from_results_it_is_the_t_interval_of_the_laboratory_means() -> None:
    rng = np.random.default_rng(2)
    y = [rng.normal() + 0.3 * rng.normal(size=3) for _ in range(9)]
    means = np.array([v.mean() for v in y])
    got = bias_of_results(precision(cells(y)), 0.2)
    assert got.u == pytest.approx(means.std(ddof=1) / 3.0, rel=1e-12)
    assert got.df == 8 and got.value == pytest.approx(means.mean() - 0.2, rel=1e-12)


def test_the_reference_value_adds_its_uncertainty() -> None:
    """GUM: u^2 adds, Welch-Satterthwaite by hand: 11 (1 + 4)^2 = 275."""
    alone = bias_of_laboratory(5.0, 5.1, s_r=0.2, replicates=4, df=11)
    both = bias_of_laboratory(5.0, 5.1, s_r=0.2, replicates=4, df=11, u_reference=0.2)
    assert alone.u == pytest.approx(0.1) and both.u == pytest.approx(math.sqrt(0.05))
    assert both.df == pytest.approx(275.0)
    known = bias_of_laboratory(5.0, 5.1, s_r=0.2, replicates=4)
    assert known.limits[1] - known.value == pytest.approx(1.959963984540054 * 0.2 / 2.0, rel=1e-12)  # A_W s_r


def test_refused() -> None:
    with pytest.raises(DesignError):
        bias_of_method(1.0, 1.0, s_r=0.2, s_R=0.1, laboratories=8, replicates=2)
    with pytest.raises(DesignError):
        bias_of_method(1.0, 1.0, s_r=0.1, s_R=0.1, laboratories=0, replicates=2)
    with pytest.raises(DesignError):
        bias_of_laboratory(1.0, 1.0, s_r=0.1, replicates=2, level=1.0)
