"""Abilities of fixed systems on a sample of items."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from tests.quantity.lsat import SIX, persons
from tests.quantity.test_item_response import BLOCKS, MISSING

from measurand.errors import DesignError, RefusedError
from measurand.quantity.item_response import responses
from measurand.quantity.system_abilities import system_abilities

METHODS = ["marginal", "conditional"]


def drawn(seed, ability, items=400, spread=1.0):
    rng = np.random.default_rng([20261124, seed])
    p = 1 / (1 + np.exp(-(np.array(ability)[:, None] - spread * rng.standard_normal(items))))
    return (rng.random(p.shape) < p).astype(float)


def test_conditional_of_two_systems_is_the_odds_ratio_of_mcnemar() -> None:
    x = drawn(1, [0.0, 0.7])
    first, second = (float(np.sum((x[a] == 1) & (x[1 - a] == 0))) for a in (0, 1))
    d = system_abilities(x, method="conditional").difference("2", "1")
    assert (d.value, d.u) == pytest.approx((log(second / first), sqrt(1 / first + 1 / second)), rel=1e-8)


def test_conditional_of_erm() -> None:
    """R eRm 1.0-2 with the roles exchanged: ``betapar`` and ``se.beta`` of four systems on 14 items, some missing."""
    found = system_abilities(np.array(MISSING, float).T, method="conditional")
    assert found.value == pytest.approx([-0.0018876, 0.0877314, 0.2844932, -0.3703370], abs=3e-6)
    assert found.u == pytest.approx([0.4374009, 0.4383386, 0.4585795, 0.4577327], abs=1e-5)


def test_marginal_of_ltm() -> None:
    """R ltm's Rasch model of LSAT 6 with the roles exchanged: ``-a b`` of five systems, its log-likelihood, a."""
    found = system_abilities(persons(SIX).turned(), method="marginal")
    b = np.array([-3.61526648, -1.32242082, -0.31763065, -1.73009034, -2.78017165])
    assert found.value == pytest.approx(-0.755134738 * b, abs=2e-5) and found.spread == pytest.approx(0.7551, abs=1e-4)
    assert found.log_likelihood == pytest.approx(-2466.93759957905, abs=1e-6) and found.items == 1000.0


@pytest.mark.parametrize("method", METHODS)
def test_laws(method) -> None:
    """Other order of systems and items; turned answers turn the sign; u falls with the root of the items."""
    x = drawn(2, [0.0, 0.4, 1.0, -0.3])
    there = system_abilities(x, method=method)
    order = [2, 0, 3, 1]
    moved = system_abilities(x[order][:, ::-1], method=method)
    assert moved.value == pytest.approx(there.value[order], abs=1e-7)
    turned = system_abilities(1.0 - x, method=method)
    d, e = there.difference("3", "1"), turned.difference("3", "1")
    assert (e.value, e.u, e.p) == pytest.approx((-d.value, d.u, d.p), rel=1e-6)
    back = there.difference("1", "3")
    assert (back.value, back.u) == (-d.value, d.u)
    twice = system_abilities(np.hstack([x, x]), method=method).difference("3", "1")
    assert (twice.value, twice.u) == pytest.approx((d.value, d.u / sqrt(2)), rel=1e-6)
    assert d.limits(0.95) == pytest.approx((d.value - 1.959964 * d.u, d.value + 1.959964 * d.u), rel=1e-6)


def test_without_spread_of_items_these_are_independent_shares() -> None:
    """Two systems that disagree more than by chance: spread 0, logits of the shares, ``u^2 = 1 / (n p (1 - p))``."""
    x = np.array([[1, 1, 0, 0, 1, 0, 1, 0] * 10, [0, 1, 1, 1, 0, 1, 1, 1] * 10], float)
    found = system_abilities(x)
    share = x.mean(axis=1)
    assert found.spread == 0.0
    assert found.value == pytest.approx(np.log(share / (1 - share)), abs=1e-7)
    assert found.u == pytest.approx(1 / np.sqrt(80 * share * (1 - share)), rel=1e-6)


def test_exactly_independent_systems() -> None:
    """Odds ratio 1: the likelihood is flat in the spread at 0, and still the abilities are known."""
    x = np.array([[0] * 25 + [1] * 25, [0] * 8 + [1] * 17 + [0] * 8 + [1] * 17], float)
    found = system_abilities(x)
    assert found.spread == 0.0 and found.value == pytest.approx([0.0, log(34 / 16)], abs=1e-9)
    assert found.u == pytest.approx([1 / sqrt(50 / 4), 1 / sqrt(16 * 34 / 50)], rel=1e-9)


def test_spread_of_the_estimates_is_the_stated_one() -> None:
    """Simulated, 200 tables of three systems, 60 items: sd of the differences by their mean u is 1 (four sd)."""
    for method in METHODS:
        found = [
            system_abilities(drawn(s, [0, 0.5, 1], 60), method=method).difference("3", "1") for s in range(100, 300)
        ]
        value, u = np.array([d.value for d in found]), np.array([d.u for d in found])
        assert value.std(ddof=1) / u.mean() == pytest.approx(1.0, abs=4 / sqrt(400))
        assert value.mean() == pytest.approx(1.0, abs=4 * u.mean() / sqrt(200))


def test_systems_without_finite_ability_are_named() -> None:
    x = np.vstack([drawn(3, [0.0, 0.5]), np.ones(400), np.zeros(400)])
    for method in METHODS:
        found = system_abilities(responses(x, persons=["a", "b", "best", "worst"]), method=method)
        assert found.systems == ("a", "b")
        assert [(o.name, o.kind) for o in found.left_out] == [("best", "all_right"), ("worst", "all_wrong")]
        assert "right on every item" in str(found.left_out[0])
        alone = system_abilities(x[:2], method=method)
        assert found.difference("a", "b").value == pytest.approx(alone.difference("1", "2").value, abs=1e-8)
        assert found.difference("a", "b").u == pytest.approx(alone.difference("1", "2").u, rel=1e-6)


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: system_abilities([[1, 1], [0, 1]]), DesignError, "1 \\(right on every item"),
        (lambda: system_abilities(np.array(BLOCKS).T, method="conditional"), DesignError, "system of 3, 4 and solved"),
        (lambda: system_abilities([[1] * 6 + [0] * 4, [1] * 3 + [0] * 7]), DesignError, "items order the systems"),
        (lambda: system_abilities([[1, 0], [0, 1]], method="joint"), RefusedError, "marginal, conditional"),
        (lambda: system_abilities([[1, 0], [0, 1]]).difference("1", "3"), RefusedError, "named 3"),
        (lambda: system_abilities([[1, 0], [0, 1]]).difference("1", "1"), RefusedError, "1 twice"),
        (lambda: system_abilities([[1, 0], [0, 1]]).difference("1", "2").limits(1.0), DesignError, "level"),
    ],
)
def test_refusals(ask, error, words) -> None:
    with pytest.raises(error, match=words):
        ask()
