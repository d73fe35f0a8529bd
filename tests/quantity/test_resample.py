"""Bootstrap and jackknife by weights against the closed form of a mean."""

import numpy as np
import pytest

from measurand.quantity.randomness import generator
from measurand.quantity.resample import agreement, bootstrap, bootstrap_weights, jackknife
from measurand.quantity.source import gram, margin

Z = generator("units").normal(5, 2, 40)
BLOCK = np.repeat([2, 0, 1], [25, 12, 3]).astype(np.int64)
FRACTION = np.repeat([0.3, 0.0, 0.5], [25, 12, 3])


def closed_form(z, block, fraction):
    """(1 - f) G / (G - 1) times the centred sum of squares of each block, summed."""
    parts = [
        (1 - fraction[block == b][0]) * (block == b).sum() * np.var(z[block == b], ddof=1) for b in np.unique(block)
    ]
    return sum(parts)


@pytest.mark.parametrize("stratified", [False, True])
def test_jackknife_of_a_sum_is_the_survey_variance(stratified):
    block = BLOCK if stratified else np.zeros(40, np.int64)
    fraction = FRACTION if stratified else np.zeros(40)
    variance, bias = jackknife(lambda w: np.array([w @ Z]), units=40, block=block, fraction=fraction)
    assert variance[0] == pytest.approx(closed_form(Z, block, fraction), rel=1e-10)
    assert bias[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("stratified", [False, True])
def test_bootstrap_of_a_sum_meets_the_survey_variance_within_its_own_error(stratified):
    block = BLOCK if stratified else None
    fraction = FRACTION if stratified else None
    reps = bootstrap(lambda w: w @ Z, generator("b"), units=40, replicates=4000, block=block, fraction=fraction)
    expected = closed_form(Z, np.zeros(40, int) if block is None else BLOCK, FRACTION if stratified else np.zeros(40))
    assert reps.u[0] == pytest.approx(np.sqrt(expected), abs=4 * reps.u_error[0])
    assert reps.u_error[0] == pytest.approx(reps.u[0] / np.sqrt(2 * 4000), rel=0.15)  # normal theory


def test_the_variance_routine_gives_the_same():
    source = margin("items:x", "sampling", [str(i) for i in range(40)], block=BLOCK, fraction=FRACTION)
    assert gram(source, Z[:, None], source, Z[:, None])[0, 0] == pytest.approx(closed_form(Z, BLOCK, FRACTION))


def test_weights_sum_to_the_units_of_each_block_and_a_lone_unit_stays():
    block = np.array([0, 0, 0, 1, 1, 7])
    w = bootstrap_weights(generator("w"), 6, block=block)
    assert w[:3].sum() == pytest.approx(3)
    assert w[3:5].sum() == pytest.approx(2)
    assert w[5] == 1


def test_agreement():
    assert agreement(1.12, 1.0, 0.01).agrees
    assert not agreement(1.2, 1.0, 0.01).agrees
    assert agreement(0.0, 0.0, 0.0).agrees
    assert not agreement(0.1, 0.0, 0.0).agrees
