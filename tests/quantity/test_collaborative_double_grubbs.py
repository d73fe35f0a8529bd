"""Grubbs' test of two values: the published critical values, the size of the test, invariance."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import DesignError
from measurand.quantity.double_grubbs import double_grubbs, double_grubbs_limit, double_grubbs_p

# Grubbs & Beck (1972), 4 to 30 values, as printed in the table GRUBBS_THREE_TABLE of the program pycafee
PRINTED = {
    0.10: (
        0.0008, 0.0183, 0.0564, 0.1020, 0.1478, 0.1909, 0.2305, 0.2667, 0.2996, 0.3295, 0.3568, 0.3818, 0.4048, 0.4259,
        0.4455, 0.4636, 0.4804, 0.4961, 0.5107, 0.5244, 0.5373, 0.5495, 0.5609, 0.5717, 0.5819, 0.5916, 0.6008,
    ),
    0.05: (
        0.0002, 0.0090, 0.0349, 0.0708, 0.1101, 0.1492, 0.1864, 0.2213, 0.2537, 0.2836, 0.3112, 0.3367, 0.3603, 0.3822,
        0.4025, 0.4214, 0.4391, 0.4556, 0.4711, 0.4857, 0.4994, 0.5123, 0.5245, 0.5360, 0.5470, 0.5574, 0.5672,
    ),
    0.01: (
        0.0000, 0.0018, 0.0116, 0.0308, 0.0563, 0.0851, 0.1150, 0.1448, 0.1738, 0.2016, 0.2280, 0.2530, 0.2767, 0.2990,
        0.3200, 0.3398, 0.3585, 0.3761, 0.3927, 0.4085, 0.4234, 0.4376, 0.4510, 0.4638, 0.4759, 0.4875, 0.4985,
    ),
}  # fmt: skip


@pytest.mark.parametrize("alpha", PRINTED)
def test_critical_values_are_the_published_ones(alpha: float) -> None:
    found = [double_grubbs_limit(p, alpha) for p in range(4, 31)]
    off = np.abs(np.array(found) - PRINTED[alpha])
    assert off.max() < 1.2e-4  # one unit of the last digit
    assert np.sum(off > 0.5e-4 + 1e-7) <= {0.10: 0, 0.05: 1, 0.01: 3}[alpha]


def test_four_values_have_the_known_shape_of_the_distribution() -> None:
    """G of 4 values is at most g with a probability that goes as sqrt(g) for small g."""
    assert double_grubbs_p(4e-6, 4) / double_grubbs_p(1e-6, 4) == pytest.approx(2.0, rel=1e-3)
    assert double_grubbs_p(0.0, 4) == 0.0
    assert double_grubbs_p(1.0, 4) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("p", [5, 9, 60])
def test_share_below_a_limit_in_simulated_samples(p: int) -> None:
    x = np.sort(np.random.default_rng(p).normal(size=(100_000, p)), axis=1)
    without = x[:, :-2].var(axis=1) * (p - 2) / (x.var(axis=1) * p)
    for alpha in (0.02, 0.1, 0.6):
        share = float(np.mean(without < double_grubbs_limit(p, alpha)))
        assert abs(share - alpha / 2) < 4.0 * np.sqrt(alpha / 2 / 100_000)


def test_statistic_does_not_depend_on_unit_origin_or_order() -> None:
    x = np.array([4.0, 1.0, 9.0, 2.0, 7.5])
    g = double_grubbs(x)
    assert double_grubbs(-300.0 * x[::-1] + 5.0, largest=False) == pytest.approx(g, rel=1e-12)
    kept = np.array([1.0, 2.0, 4.0])
    assert g == pytest.approx(kept.var() * 3 / (x.var() * 5), rel=1e-12)


def test_refused() -> None:
    with pytest.raises(DesignError):
        double_grubbs([1.0, 2.0, 3.0])
    with pytest.raises(DesignError):
        double_grubbs([1.0, 1.0, 1.0, 1.0])
    with pytest.raises(DesignError):
        double_grubbs_limit(8, 0.0)
