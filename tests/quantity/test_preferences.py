"""Bradley-Terry: published tables, ties and order by their equations, the sandwich, and what has no strength."""

from __future__ import annotations

import math

import numpy as np
import pytest

from measurand.errors import DesignError
from measurand.quantity.preferences import (
    FIRST,
    SECOND,
    TIE,
    Preferences,
    bradley_terry,
    equality,
    fit,
    preferences,
    separated,
    win_share,
)

BASEBALL = [
    [0, 7, 9, 7, 7, 9, 11], [6, 0, 7, 5, 11, 9, 9], [4, 6, 0, 7, 7, 8, 12], [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12], [4, 4, 5, 6, 6, 0, 6], [2, 4, 1, 3, 1, 7, 0],
]  # fmt: skip
"""American League 1987, wins of the row over the column: Agresti, Categorical Data Analysis."""
CITATIONS = [[0, 730, 498, 221], [33, 0, 68, 17], [320, 813, 0, 142], [284, 276, 325, 0]]
"""Citations of statistical journals (Stigler 1994): the row is cited by the column."""


def of_wins(wins: list[list[int]]) -> Preferences:
    rows = [(i, j, FIRST, n) for i, row in enumerate(wins) for j, n in enumerate(row) if n]
    first, second, outcome, count = zip(*rows, strict=True)
    return preferences(first, second, outcome, count=count, systems=len(wins))


def test_baseball_is_the_published_table() -> None:
    """BradleyTerry2 (Turner & Firth 2012), against Baltimore: 1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839."""
    found = bradley_terry(of_wins(BASEBALL))
    wanted = [
        (1.5814, 0.3433),
        (1.4364, 0.3396),
        (1.2945, 0.3367),
        (1.2476, 0.3359),
        (1.1077, 0.3339),
        (0.6839, 0.3319),
    ]
    for k, (value, u) in enumerate(wanted):
        v = found.covariance
        assert found.value[k] - found.value[6] == pytest.approx(value, abs=6e-5)
        assert math.sqrt(v[k, k] + v[6, 6] - 2.0 * v[k, 6]) == pytest.approx(u, abs=6e-5)
    assert abs(found.value.sum()) < 1e-12 and found.df == math.inf


def test_citations_are_the_published_table() -> None:
    """BradleyTerry2, against Biometrika: -2.9491 (0.1025), -0.4796 (0.0606), 0.2690 (0.0708)."""
    found = bradley_terry(of_wins(CITATIONS))
    for k, (value, u) in enumerate([(-2.9491, 0.1025), (-0.4796, 0.0606), (0.2690, 0.0708)], start=1):
        v = found.covariance
        assert found.value[k] - found.value[0] == pytest.approx(value, abs=6e-5)
        assert math.sqrt(v[k, k] + v[0, 0] - 2.0 * v[k, 0]) == pytest.approx(u, abs=6e-5)


def test_expected_wins_are_the_wins() -> None:
    """The likelihood equations: each system wins as often as its strengths say."""
    wins = np.array(BASEBALL, float)
    found = bradley_terry(of_wins(BASEBALL))
    p = 1.0 / (1.0 + np.exp(found.value - found.value[:, None]))
    assert (p * (wins + wins.T)).sum(axis=1) - 0.5 * np.diag(wins + wins.T) == pytest.approx(wins.sum(axis=1), abs=1e-6)
    assert win_share(found)[0] == pytest.approx((p.sum(axis=1) - 0.5) / 6.0, rel=1e-12)
    good = fit(of_wins(BASEBALL), found)
    expected = p * (wins + wins.T)
    off = ~np.eye(7, dtype=bool)
    assert good is not None and good.df == 15
    assert good.statistic == pytest.approx(float(((wins - expected) ** 2 / np.where(off, expected, 1.0))[off].sum()))


def test_two_systems_with_ties_and_order_by_hand() -> None:
    """Davidson & Beaver with two systems is saturated when both orders are seen: odds by hand."""
    n = {(0, 1): (40, 20, 10), (1, 0): (25, 35, 10)}
    rows = [(i, j, o, c) for (i, j), counts in n.items() for o, c in enumerate(counts)]
    first, second, outcome, count = zip(*rows, strict=True)
    found = bradley_terry(preferences(first, second, outcome, count=count, systems=2), order=True)
    assert found.order is not None and found.tie is not None
    s, d, nu = found.value[0] - found.value[1], found.order[0], math.exp(found.tie[0])
    weights = {
        (0, 1): (math.exp(s), math.exp(-d), nu * math.exp(s / 2)),
        (1, 0): (1.0, math.exp(s - d), nu * math.exp(s / 2)),
    }
    # the likelihood equations: expected firsts, wins and ties are those observed
    share = {pair: np.array(w) / sum(w) * sum(n[pair]) for pair, w in weights.items()}
    assert share[0, 1][2] + share[1, 0][2] == pytest.approx(20.0, abs=1e-6)
    assert share[0, 1][1] + share[1, 0][1] == pytest.approx(55.0, abs=1e-6)
    wins = share[0, 1][0] + share[1, 0][1] + (share[0, 1][2] + share[1, 0][2]) / 2
    assert wins == pytest.approx(40 + 35 + 10, abs=1e-6)


def test_equal_strengths_by_their_likelihood() -> None:
    """30 to 10: 2 (30 log 0.75 + 10 log 0.25 + 40 log 2), one degree of freedom."""
    statistic, df, p = equality(bradley_terry(of_wins([[0, 30], [10, 0]])))
    assert statistic == pytest.approx(2 * (30 * math.log(0.75) + 10 * math.log(0.25) + 40 * math.log(2)), rel=1e-9)
    assert df == 1 and p == pytest.approx(math.erfc(math.sqrt(statistic / 2)), rel=1e-9)


def test_each_comparison_its_own_unit_gives_the_robust_variance_by_hand() -> None:
    """Two systems: the information is n p q, and so is the sum of squared scores; the sandwich is n/(n - 1) of it."""
    rows = [(0, 1, FIRST)] * 30 + [(0, 1, SECOND)] * 10
    first, second, outcome = zip(*rows, strict=True)
    plain = bradley_terry(preferences(first, second, outcome, systems=2))
    units = bradley_terry(preferences(first, second, outcome, unit=range(40), systems=2))
    assert units.covariance == pytest.approx(plain.covariance * 40 / 39, rel=1e-9) and units.df == 39
    pairs = bradley_terry(preferences(first * 2, second * 2, outcome * 2, unit=[*range(40)] * 2, systems=2))
    assert pairs.covariance == pytest.approx(units.covariance, rel=1e-9)  # said twice is not known better


def test_systems_that_fall_apart_are_named() -> None:
    assert separated(of_wins([[0, 3, 2], [2, 0, 4], [0, 0, 0]])) == (2,)
    with pytest.raises(DesignError, match="3 were never preferred"):
        bradley_terry(of_wins([[0, 3, 2], [2, 0, 4], [0, 0, 0]]))
    assert separated(preferences([0, 0], [1, 1], [FIRST, TIE], systems=2)) == ()


@pytest.mark.parametrize(
    "first, second, outcome, more",
    [
        ([0], [0], [0], {}), ([0], [2], [0], {}), ([0], [1], [3], {}), ([0], [1], [0], {"count": [0]}),
        ([], [], [], {}),
        ([0, 1], [1], [0], {}), ([0], [1], [0], {"count": [math.nan]}),
    ],
)  # fmt: skip
def test_refused(first: list[int], second: list[int], outcome: list[int], more: dict[str, list[float]]) -> None:
    with pytest.raises(DesignError):
        preferences(first, second, outcome, systems=2, **more)


def test_one_unit_and_an_order_that_never_changes() -> None:
    held = preferences([0, 0], [1, 1], [FIRST, SECOND], unit=["v", "v"], systems=2)
    with pytest.raises(DesignError, match="one unit"):
        bradley_terry(held)
    with pytest.raises(DesignError, match="order"):
        bradley_terry(preferences([0, 0], [1, 1], [FIRST, SECOND], systems=2), order=True)
