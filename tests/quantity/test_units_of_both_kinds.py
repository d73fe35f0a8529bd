"""Clusters that all hold right and wrong rows: the largest contribution instead of the worst conceivable cluster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurand.quantity.coverage import limits
from measurand.quantity.sampling import Sampling

SHARES = np.array([0.52, 0.55, 0.58, 0.54, 0.60, 0.56, 0.53, 0.57, 0.59, 0.56])
"""Ten clusters of 240 trials, mean 0.56."""
VALUE = float(SHARES.mean())
WITH_FLOOR = Sampling(VALUE, (0.0, 1.0), "binomial", (SHARES - VALUE) / 10, rows=np.full(10, 240.0), floor=10.0)
MIXED = replace(WITH_FLOOR, mixed=True)


def test_u_is_that_of_the_clusters_and_one_more_like_the_most_extreme() -> None:
    c = (SHARES - SHARES.mean()) / 10
    assert limits(MIXED).u == pytest.approx(np.sqrt(10 / 9 * np.sum(c**2) + np.max(c**2)), rel=1e-12)


def test_without_the_floor_the_interval_is_narrower_and_never_narrower_than_two_u() -> None:
    low, high = limits(MIXED)(0.95)
    wide_low, wide_high = limits(WITH_FLOOR)(0.95)
    assert wide_low < low < VALUE < high < wide_high
    assert high - low > 2 * 2 * np.std(SHARES, ddof=1) / np.sqrt(10)


def test_clusters_that_are_all_alike_keep_the_floor() -> None:
    alike = replace(MIXED, contribution=np.zeros(10))
    assert limits(alike)(0.95) == limits(replace(alike, mixed=False))(0.95)


def test_mirrored_evidence_gives_mirrored_limits() -> None:
    low, high = limits(MIXED)(0.95)
    mirrored = replace(MIXED, value=1 - VALUE, contribution=-MIXED.contribution)
    assert limits(mirrored)(0.95) == pytest.approx((1 - high, 1 - low), abs=1e-9)
