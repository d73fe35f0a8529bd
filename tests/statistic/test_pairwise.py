"""Covariance and deviance of strengths: two competitors by hand, three by the definition, with and without ties."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from measurand.statistic.pairwise import Strengths, Tallies, covariance, deviance, fit

WINS = np.array([[0, 12, 7, 0], [5, 0, 9, 4], [6, 8, 0, 11], [0, 10, 3, 0]], float)
TIES = np.array([[0, 3, 2, 0], [3, 0, 0, 1], [2, 0, 0, 4], [0, 1, 4, 0]], float)
NONE = np.zeros((4, 4))


def tallies(ties):
    return Tallies(WINS.copy(), ties.copy())


def test_two_competitors() -> None:
    """The logit of a share and its standard error; nothing is left for the deviance."""
    two = Tallies(np.array([[0, 30], [12, 0]], float), np.zeros((2, 2)))
    found = fit(two, 1)
    assert found.b[0] == pytest.approx(log(30 / 12), abs=1e-10)
    assert sqrt(covariance(two, found, 1)[0, 0]) == pytest.approx(sqrt(1 / 30 + 1 / 12), rel=1e-9)
    value, df = deviance(two, found)
    assert value == pytest.approx(0.0, abs=1e-9) and df == 0
    with_ties = Tallies(np.array([[0, 30], [12, 0]], float), np.array([[0, 9], [9, 0]], float))
    value, df = deviance(with_ties, fit(with_ties, 1))
    assert value == pytest.approx(0.0, abs=1e-9) and df == 0


@pytest.mark.parametrize(("ties", "df"), [(NONE, 5 - 3), (TIES, 10 - 4)])
def test_definition(ties, df) -> None:
    """Twice the log-likelihood of the shares of each pair less that of the model; five of the six pairs met."""
    held = tallies(ties)
    found = fit(held, 0)
    shares = 0.0
    for i in range(4):
        for j in range(i):
            seen = np.array([WINS[i, j], WINS[j, i], ties[i, j]])
            shares += sum(x * log(x / seen.sum()) for x in seen if x > 0)
    value, got = deviance(held, found)
    assert value == pytest.approx(2 * (shares - found.likelihood(held)), rel=1e-9) and got == df


@pytest.mark.parametrize("ties", [NONE, TIES])
def test_covariance_is_the_inverse_of_the_curvature(ties) -> None:
    """Second differences of the log-likelihood by strengths and tie parameter."""
    held = tallies(ties)
    found, h = fit(held, 0), 1e-3
    size = 4 if held.has_ties else 3

    def at(step):
        return Strengths(found.b + np.append(0.0, step[:3]), found.tie + (step[3] if size == 4 else 0.0))

    unit = h * np.eye(size)
    curvature = [
        [sum(s * t * at(s * a + t * b).likelihood(held) for s in (1, -1) for t in (1, -1)) / (4 * h * h) for a in unit]
        for b in unit
    ]
    expected = np.linalg.inv(-np.array(curvature))[:3, :3]
    assert covariance(held, found, 0)[1:, 1:] == pytest.approx(expected, rel=1e-4)
    assert not covariance(held, found, 0)[0].any()
