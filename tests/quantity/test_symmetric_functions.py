"""Elementary symmetric functions and what follows from them, against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import log

import numpy as np
import pytest

from measurand.quantity.symmetric_functions import GivenTotal, log_symmetric_functions

SETS = {
    "alike": [1] * 7,
    "spread": [Fraction(2) ** k for k in (-12, -7, -1, 0, 3, 9, 14)],
    "two far groups": [Fraction(2) ** k for k in (-40, -40, -39, 38, 40, 41)],
    "one item": [Fraction(3)],
}


def exact(epsilon, of, total):
    """Sum over sets of ``total`` items that hold those of ``of``."""
    chosen = [c for c in combinations(range(len(epsilon)), total) if set(of) <= set(c)]
    return sum((np.prod([Fraction(1), *(epsilon[i] for i in c)]) for c in chosen), Fraction(0))


@pytest.mark.parametrize("name", SETS)
def test_exact_fractions(name) -> None:
    epsilon = [Fraction(x) for x in SETS[name]]
    size = len(epsilon)
    given = GivenTotal(np.array([log(x) for x in epsilon]))
    gamma = [exact(epsilon, (), r) for r in range(size + 1)]
    assert given.log_gamma == pytest.approx([log(g) for g in gamma], rel=1e-13, abs=1e-13)
    p = [[exact(epsilon, (j,), r) / gamma[r] for j in range(size)] for r in range(size + 1)]
    assert given.probability == pytest.approx(np.array(p, float), rel=1e-12)
    for r in range(size + 1):
        both = [[exact(epsilon, {j, k}, r) / gamma[r] - p[r][j] * p[r][k] for k in range(size)] for j in range(size)]
        times = np.eye(size + 1)[r]
        assert given.covariance(times) == pytest.approx(np.array(both, float), abs=1e-13)


def test_many_items_neither_overflow_nor_lose_digits() -> None:
    """2000 equal items: binomial coefficients; the share of each item is the total by the number of items."""
    from scipy.special import gammaln

    r, n = np.arange(2001), 2000
    expected = gammaln(n + 1) - gammaln(r + 1) - gammaln(n - r + 1)
    assert log_symmetric_functions(np.zeros(n)) == pytest.approx(expected, abs=1e-9)
    beta = np.linspace(-8, 8, 300)
    assert GivenTotal(beta).probability.sum(axis=1) == pytest.approx(np.arange(301), rel=1e-11)
