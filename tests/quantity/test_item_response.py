"""Item response models: values of R's ltm, mirt and eRm, laws, and data that determine no model."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from tests.quantity.lsat import SEVEN, SIX, patterns, persons

from measurand.errors import DesignError, RefusedError
from measurand.quantity.item_response import responses
from measurand.quantity.item_response_conditional import conditional_rasch
from measurand.quantity.item_response_marginal import rasch, two_parameter
from measurand.quantity.item_response_quadrature import Likelihood, nodes

NAN = math.nan
MISSING = [
    [1, 0, None, 1], [0, 1, 1, None], [1, 1, 0, 0], [0, 1, 0, 1], [None, 0, 1, 0], [1, 0, 1, 0], [0, 0, 1, 1],
    [1, 1, None, 0], [0, 1, 1, 0], [1, None, 0, 1], [1, 0, 0, 1], [0, 1, 0, None], [1, 1, 1, 0], [0, 0, 1, 0],
]  # fmt: skip


def drawn(seed, persons=500, items=8, a=1.0):
    rng = np.random.default_rng([20261124, seed])
    theta, b = rng.standard_normal((persons, 1)), np.linspace(-1.5, 1.5, items)
    return (rng.random((persons, items)) < 1.0 / (1.0 + np.exp(-a * (theta - b)))).astype(float), b


def test_standard_errors_of_ltm() -> None:
    """D. Rizopoulos, J Stat Software 17(5) (2006), LSAT: ``rasch`` with discrimination 1, and with one estimated."""
    one, common = rasch(patterns(SIX)), rasch(patterns(SIX), discrimination="common")
    assert one.u_difficulty == pytest.approx([0.1287, 0.0821, 0.0766, 0.0865, 0.1048], abs=6e-5)
    assert one.u_discrimination.tolist() == [0.0] * 5 and one.parameters == 5
    assert common.u_difficulty == pytest.approx([0.3266, 0.1422, 0.0977, 0.1691, 0.2510], abs=6e-5)
    assert common.u_discrimination == pytest.approx([0.0694] * 5, abs=6e-5) and common.parameters == 6


def test_two_parameters_of_ltm_and_mirt() -> None:
    """``coef(ltm(LSAT ~ z1))``; R mirt's manual for LSAT7: ``coef``, its limits (SEM) and the log-likelihood."""
    six, seven = two_parameter(patterns(SIX)), two_parameter(patterns(SEVEN))
    assert six.difficulty == pytest.approx([-3.3597, -1.3696, -0.2799, -1.8659, -3.1236], abs=3e-3)
    assert six.discrimination == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=1e-3)
    assert seven.discrimination == pytest.approx([0.988, 1.081, 1.707, 0.765, 0.736], abs=1e-3)
    intercept = -seven.discrimination * seven.difficulty
    assert intercept == pytest.approx([1.856, 0.808, 1.805, 0.486, 1.854], abs=1.1e-3)
    assert seven.log_likelihood == pytest.approx(-2658.805, abs=6e-4) and seven.parameters == 10
    lower, upper = np.array([0.639, 0.755, 1.086, 0.500, 0.437]), np.array([1.336, 1.407, 2.329, 1.030, 1.034])
    assert seven.u_discrimination == pytest.approx((upper - lower) / (2 * 1.959964), rel=0.02)


def test_conditional_of_erm() -> None:
    """R eRm 1.0-2, ``RM``: ``-betapar``, ``se.beta``, ``loglik``; the second table has missing answers."""
    lsat, missing = conditional_rasch(patterns(SIX)), conditional_rasch(responses(MISSING))
    u = [0.10440569342, 0.06991706747, 0.06877769117, 0.07261944485, 0.08591741373]
    assert lsat.u_difficulty == pytest.approx(u, abs=1e-5)
    assert missing.difficulty == pytest.approx([0.0018876, -0.0877314, -0.2844932, 0.3703370], abs=3e-6)
    assert missing.u_difficulty == pytest.approx([0.4374009, 0.4383386, 0.4585795, 0.4577327], abs=1e-5)
    assert missing.log_likelihood == pytest.approx(-19.71397578, abs=1e-7)


def test_conditional_likelihood_by_enumeration() -> None:
    """Three items: log-likelihood and its slope from all patterns, each given its total."""
    x, _ = drawn(1, persons=60, items=3)
    model = conditional_rasch(x)
    every = np.array(list(product([0, 1], repeat=3)))
    weight = np.exp(-every @ model.difficulty)
    value, expected = 0.0, np.zeros(3)
    for row in x:
        same = every.sum(axis=1) == row.sum()
        chance = weight[same] / weight[same].sum()
        value += math.log(chance[(every[same] == row).all(axis=1)][0])
        expected += chance @ every[same]
    assert model.log_likelihood == pytest.approx(value, rel=1e-12)
    assert expected == pytest.approx(x.sum(axis=0), rel=1e-9)


def test_marginal_likelihood_by_another_quadrature() -> None:
    """60 items of discrimination 2: narrow posteriors, adaptive quadrature of every person."""
    x, _ = drawn(2, persons=12, items=60, a=2.0)
    table = responses(x)
    psi = np.concatenate([-2.0 * np.linspace(-1.5, 1.5, 60), np.full(60, 2.0)])
    d, a = psi[:60], psi[60:]

    def integrand(theta, row, top):
        eta = a * theta + d
        return math.exp(float(row @ eta - np.logaddexp(0, eta).sum()) - 0.5 * theta**2 - top) / math.sqrt(2 * math.pi)

    expected = 0.0
    for row in x:
        grid = np.linspace(-6, 6, 241)[:, None] * a + d
        log = grid @ row - np.logaddexp(0, grid).sum(axis=1)
        top, at = float(log.max()), float(np.linspace(-6, 6, 241)[log.argmax()])
        expected += top + math.log(quad(integrand, at - 3, at + 3, args=(row, top), epsabs=0, epsrel=1e-11)[0])
    assert Likelihood(table, nodes(a)).value(psi) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("model", [rasch, two_parameter])
def test_finer_nodes_change_nothing(model) -> None:
    table = patterns(SEVEN)
    fitted = model(table)
    a = fitted.discrimination
    psi = np.concatenate([-a * fitted.difficulty, a])
    theta = nodes(a)
    finer = np.linspace(theta[0], theta[-1], 3 * (len(theta) - 1) + 1)
    assert Likelihood(table, theta).value(psi) == pytest.approx(Likelihood(table, finer).value(psi), abs=1e-9)
    assert fitted.log_likelihood == pytest.approx(Likelihood(table, finer).value(psi), abs=1e-9)


def test_derivatives() -> None:
    """Gradient and second derivatives are those of the value, with missing answers."""
    table = responses(MISSING)
    likelihood = Likelihood(table, nodes(np.ones(4)))
    psi = np.array([0.3, -0.2, 0.5, 0.0, 1.2, 0.7, 0.9, 1.4])
    h = 1e-5 * np.eye(8)
    slope = [(likelihood.value(psi + e) - likelihood.value(psi - e)) / 2e-5 for e in h]
    assert likelihood.gradient(psi) == pytest.approx(slope, abs=1e-7)
    curvature = [(likelihood.gradient(psi + e) - likelihood.gradient(psi - e)) / 2e-5 for e in h]
    assert likelihood.hessian(psi) == pytest.approx(np.array(curvature), abs=1e-7)


@pytest.mark.parametrize("model", [rasch, two_parameter, conditional_rasch])
def test_order_of_items_and_frequencies(model) -> None:
    """Items in another order, and a row for each person, give the same model."""
    table, order = patterns(SIX), ["3", "1", "5", "2", "4"]
    there, moved, each = model(table), model(table.of(order)), model(persons(SIX))
    at = [there.items.index(name) for name in order]
    for other, index in ((moved, at), (each, list(range(5)))):
        assert other.difficulty == pytest.approx(there.difficulty[index], abs=1e-7)
        assert other.u_difficulty == pytest.approx(there.u_difficulty[index], rel=1e-6)
        assert other.log_likelihood == pytest.approx(there.log_likelihood, rel=1e-12)


def test_common_discrimination_lies_between() -> None:
    """Nested models: the likelihood grows with the parameters."""
    table = patterns(SEVEN)
    values = [rasch(table), rasch(table, discrimination="common"), two_parameter(table)]
    assert values[0].log_likelihood < values[1].log_likelihood < values[2].log_likelihood


def test_recovery() -> None:
    """True values lie where the standard uncertainties say: sums of squared z against chi-square (four deviations)."""
    rng = np.random.default_rng(20261124)
    b, a = np.linspace(-1.5, 1.5, 12), np.tile([0.7, 1.0, 1.6], 4)
    squares = []
    for _ in range(5):
        theta = rng.standard_normal((1500, 1))
        x = (rng.random((1500, 12)) < 1.0 / (1.0 + np.exp(-a * (theta - b)))).astype(float)
        x[rng.random(x.shape) < 0.1] = NAN
        model = two_parameter(x)
        error = np.concatenate([model.difficulty - b, model.discrimination - a])
        squares.append(float(error @ np.linalg.solve(model.covariance, error)))
    assert sum(squares) == pytest.approx(120, abs=4 * math.sqrt(2 * 120))


def test_items_without_spread_are_named() -> None:
    x, _ = drawn(3)
    wide = np.hstack([x, np.ones((500, 1)), np.zeros((500, 1)), np.full((500, 1), NAN)])
    for model in (rasch, two_parameter, conditional_rasch):
        with_them, without = model(wide), model(x)
        assert [(o.name, o.kind, o.answers) for o in with_them.left_out] == [
            ("9", "all_right", 500.0), ("10", "all_wrong", 500.0), ("11", "no_answers", 0.0),
        ]  # fmt: skip
        assert with_them.items == without.items and not without.left_out
        assert with_them.log_likelihood == pytest.approx(without.log_likelihood, rel=1e-12)


@pytest.mark.parametrize("items", [[2], [1, 4, 6], [0, 2, 4, 6]])
def test_direction_of_ability(items) -> None:
    """Items that the able get wrong have negative discriminations; the sum is positive."""
    x, _ = drawn(4)
    turned = x.copy()
    turned[:, items] = 1.0 - x[:, items]
    there, back = two_parameter(x), two_parameter(turned)
    sign = np.ones(8)
    sign[items] = -1.0
    sign *= np.sign(sign @ there.discrimination)
    assert back.discrimination == pytest.approx(sign * there.discrimination, rel=1e-6)
    along = 1.0 if sign[3] > 0.0 else -1.0  # item 4 is never turned: its sign is that of the direction
    assert back.difficulty == pytest.approx(along * there.difficulty, rel=1e-6)
    assert back.log_likelihood == pytest.approx(there.log_likelihood, rel=1e-12)


GUTTMAN = [[1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 1]]
BLOCKS = [[1, 0, 1, 1], [0, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1]]


@pytest.mark.parametrize(
    ("fit", "words"),
    [
        (lambda: two_parameter(GUTTMAN), "grows without end"),
        (lambda: rasch(GUTTMAN, discrimination="common"), "grows without end"),
        (lambda: two_parameter(np.hstack([drawn(5)[0], drawn(5)[0][:, [2]]])), "discrimination of 3, 9 grows"),
        (lambda: conditional_rasch(BLOCKS), "of 1, 2 right and an item of 3, 4 wrong"),
        (lambda: conditional_rasch(GUTTMAN), "at least 2 items"),
        (lambda: two_parameter(drawn(6)[0][:, :2]), "at least 3 items"),
        (lambda: rasch([[1, 1], [1, 1]]), "every answer is right"),
        (lambda: rasch([[1, 0], [0, 1]] * 9, discrimination="common"), "no ability that the items have in common"),
        (lambda: rasch([[1, 2]]), "found 2.0"),
        (lambda: rasch([1, 0]), "found shape"),
        (lambda: responses([[1, 0]], times=[0]), "frequencies"),
        (lambda: responses([[1, 0]], times=[1, 1]), "frequencies"),
        (lambda: responses([[1, 0]], items=["a", "a"]), "different"),
        (lambda: responses([[1, 0]]).of(["3"]), "named 3"),
    ],
)
def test_what_determines_no_model(fit, words) -> None:
    with pytest.raises(DesignError, match=words):
        fit()


def test_unknown_discrimination() -> None:
    with pytest.raises(RefusedError, match="one, common"):
        rasch(GUTTMAN, discrimination="two")
