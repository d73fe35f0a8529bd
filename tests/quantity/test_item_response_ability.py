"""Abilities and item fit: values of R's eRm, posteriors and expected shares by brute force, laws."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from tests.quantity.lsat import SEVEN, SIX, patterns

from measurand.errors import DesignError, RefusedError
from measurand.quantity.item_response import ItemResponseModel, responses
from measurand.quantity.item_response_ability import abilities
from measurand.quantity.item_response_conditional import conditional_rasch
from measurand.quantity.item_response_fit import expected_shares, item_fit, s_x2
from measurand.quantity.item_response_marginal import rasch, two_parameter

EVERY = np.array(list(product([0, 1], repeat=4)))


def model(b, a, name="two-parameter"):
    b, a = np.array(b, float), np.array(a, float)
    names, nothing = tuple(str(i) for i in range(1, len(b) + 1)), np.zeros(len(b))
    return ItemResponseModel(name, names, b, nothing, a, nothing, np.zeros((2 * len(b),) * 2), 0.0, 0, "normal", ())


FOUR = model([-1.0, 0.2, 0.7, 1.5], [0.8, 1.5, 1.1, 2.2])


def test_maximum_likelihood_of_erm() -> None:
    """R eRm 1.0-2, ``person.parameter(RM(lsat))``: totals 1 to 4, and none for 0 and 5."""
    found = abilities(conditional_rasch(patterns(SIX)), patterns(SIX), method="ml")
    of_total = {1: (-1.601533370, 1.1810378998), 2: (-0.474328423, 0.9897951432),
                3: (0.480863144, 0.9873672460), 4: (1.599947418, 1.1768087028)}  # fmt: skip
    totals = patterns(SIX).right.sum(axis=1)[found.rows]
    for total, value, u in zip(totals, found.value, found.u, strict=True):
        # eRm's standard errors come from a numerical second derivative
        assert value == pytest.approx(of_total[int(total)][0], abs=3e-6)
        assert u == pytest.approx(of_total[int(total)][1], abs=6e-5)
    assert list(found.refused) == ["1", "30"] and "all answers wrong" in found.refused["1"]


def test_mean_squares_of_erm() -> None:
    """R eRm 1.0-2, ``itemfit``: 699 persons with a total of 1 to 4."""
    fit = item_fit(conditional_rasch(patterns(SIX)), patterns(SIX), method="ml")
    assert fit.outfit == pytest.approx([0.80075435, 0.95772070, 0.94942389, 0.94376308, 0.87207867], abs=2e-6)
    assert fit.infit == pytest.approx([0.82771952, 0.96799565, 0.97279803, 0.95409297, 0.89529801], abs=2e-6)
    assert fit.answers.tolist() == [699.0] * 5 and list(fit.refused) == ["1", "30"]


@pytest.mark.parametrize("pattern", EVERY.tolist())
def test_posterior_by_another_quadrature(pattern) -> None:
    x = np.array(pattern)

    def moment(theta, power):
        p = FOUR.probability([theta])[0]
        return theta**power * math.exp(-0.5 * theta**2) * float(np.prod(np.where(x, p, 1 - p)))

    norm, first, second = (quad(moment, -10, 10, args=(k,), epsabs=1e-14, epsrel=1e-12)[0] for k in range(3))
    found = abilities(FOUR, [pattern], method="eap")
    expected = (first / norm, math.sqrt(second / norm - (first / norm) ** 2))
    assert (found.value[0], found.u[0]) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("pattern", EVERY.tolist())
def test_warm_maximises_likelihood_times_root_of_information(pattern) -> None:
    """Warm (1989): for logistic models the estimate is the mode under Jeffreys' prior."""
    x = np.array(pattern)

    def weighted(theta):
        p = FOUR.probability(theta)
        log = np.sum(np.where(x, np.log(p), np.log1p(-p)), axis=1)
        return log + 0.5 * np.log(np.sum(FOUR.discrimination**2 * p * (1 - p), axis=1))

    value = abilities(FOUR, [pattern], method="warm").value[0]
    grid = np.linspace(-8, 8, 160001)
    assert value == pytest.approx(grid[np.argmax(weighted(grid))], abs=2e-4)


@pytest.mark.parametrize("method", ["ml", "warm"])
def test_a_constant_of_all_difficulties_is_one_of_abilities(method) -> None:
    moved = model(FOUR.difficulty + 3.0, FOUR.discrimination)
    table = EVERY[1:-1]
    there, here = abilities(FOUR, table, method=method), abilities(moved, table, method=method)
    assert here.value == pytest.approx(there.value + 3.0, abs=1e-9) and here.u == pytest.approx(there.u, rel=1e-9)


def test_an_unanswered_item_says_nothing() -> None:
    three = model(FOUR.difficulty[:3], FOUR.discrimination[:3])
    for method in ("eap", "ml", "warm"):
        some = abilities(FOUR, [[1, 0, 1, None]], method=method)
        assert some.value == pytest.approx(abilities(three, [[1, 0, 1]], method=method).value, abs=1e-9)


def test_who_has_no_ability() -> None:
    against = model([0.0, 0.5, -0.5], [1.0, -1.2, 0.8])
    table = [[1, 0, 1], [0, 1, 0], [None, None, None], [1, 1, 1]]
    found = abilities(against, table, method="ml")
    assert found.persons == ("4",) and list(found.refused) == ["1", "2", "3"]
    for method in ("eap", "warm"):
        found = abilities(against, table, method=method)
        assert found.persons == ("1", "2", "4") and np.all(np.isfinite(found.value)) and np.all(found.u > 0.0)
    with pytest.raises(RefusedError, match="eap, ml, warm"):
        abilities(FOUR, EVERY, method="map")
    with pytest.raises(RefusedError, match="no distribution of abilities"):
        abilities(conditional_rasch(patterns(SIX)), patterns(SIX), method="eap")
    with pytest.raises(DesignError, match="no person has an ability"):
        item_fit(FOUR, [[1, 1, 1, 1]], method="ml")


def test_expected_shares_by_enumeration() -> None:
    """``P(x_j = 1 | total)`` from the integrated probability of each of the 16 patterns."""

    def density(theta, x):
        p = FOUR.probability([theta])[0]
        return math.exp(-0.5 * theta**2) * float(np.prod(np.where(x, p, 1 - p)))

    weight = np.array([quad(density, -10, 10, args=(x,), epsabs=1e-14, epsrel=1e-12)[0] for x in EVERY])
    expected = [weight[same] @ EVERY[same] / weight[same].sum() for same in (EVERY.sum(axis=1) == k for k in range(5))]
    assert expected_shares(FOUR) == pytest.approx(np.array(expected), abs=1e-9)


def test_shares_of_equal_discriminations_need_no_ability() -> None:
    """The same integral where discriminations (almost) agree, and the elementary symmetric functions where they do."""
    almost = model(FOUR.difficulty, [1.0, 1.0, 1.0, 1.0 + 1e-9])
    assert expected_shares(almost) == pytest.approx(expected_shares(model(FOUR.difficulty, [1.0] * 4)), abs=1e-8)


def test_s_x2_by_hand() -> None:
    """LSAT 7 without merging: the sum over totals 1 to 4 from counts of the table."""
    table = patterns(SEVEN)
    fitted = two_parameter(table)
    found, total = s_x2(fitted, table), table.right.sum(axis=1)
    for j in range(5):
        value = 0.0
        for k in range(1, 5):
            n = table.times[total == k].sum()
            share = table.times[(total == k) & table.right[:, j]].sum() / n
            e = expected_shares(fitted)[k, j]
            value += n * (share - e) ** 2 / (e * (1 - e))
        assert found.statistic[j] == pytest.approx(value, rel=1e-9)
    assert found.df.tolist() == [2.0] * 5 and found.persons == 1000.0


def test_s_x2_under_its_model() -> None:
    """Simulated: the sum of the statistics is a chi-square of the sum of their degrees of freedom (four deviations)."""
    rng, value, df = np.random.default_rng(20261124), 0.0, 0.0
    b, a = np.linspace(-1, 1, 10), np.tile([0.8, 1.4], 5)
    for _ in range(12):
        x = rng.random((800, 10)) < 1 / (1 + np.exp(-a * (rng.standard_normal((800, 1)) - b)))
        found = s_x2(two_parameter(x), x)
        value, df = value + found.statistic.sum(), df + found.df.sum()
    assert value == pytest.approx(df, abs=4 * math.sqrt(2 * df))


def test_s_x2_sees_an_item_that_does_not_fit() -> None:
    """An item whose chance of a right answer first grows and then falls."""
    rng = np.random.default_rng(20261125)
    theta = rng.standard_normal((2000, 1))
    p = 1 / (1 + np.exp(-(theta - np.linspace(-1, 1, 10))))
    p[:, [4]] = np.exp(-((theta - 0.3) ** 2))
    x = rng.random(p.shape) < p
    found = s_x2(rasch(x), x)
    assert found.p[4] < 1e-6 and found.items[4] == "5"


def test_s_x2_says_what_it_cannot_test() -> None:
    with pytest.raises(DesignError, match="no person answered all"):
        s_x2(FOUR, [[1, 0, None, 1]])
    found = s_x2(FOUR, [[1, 0, 0, 1], [1, 1, 0, 0], [1, 0, 0, 0]])
    assert not found.items and set(found.untested) == {"1", "2", "3", "4"}
    assert s_x2(FOUR, responses([[1, 0, 0, 1], [1, 0, None, 1]])).persons == 1.0
