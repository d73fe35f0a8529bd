"""Ranks over many tasks: Demsar's (2006) example and tables, R and scikit-posthocs, exact tables, laws."""

from __future__ import annotations

from itertools import permutations, product
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator

from measurand.errors import DesignError, RefusedError
from measurand.quantity.friedman import critical_difference, friedman, permutation, ranks
from measurand.quantity.multiplicity import adjusted
from measurand.quantity.post_hoc import conover, nemenyi, pairwise_signed_ranks, signed_ranks
from measurand.quantity.studentized_range import range_factor, range_tail

DEMSAR = np.array(
    [
        [4, 3, 2, 1],
        [1, 2, 3, 4],
        [4, 1, 2, 3],
        [4, 1, 3, 2],
        [4, 2, 3, 1],
        [1, 2.5, 4, 2.5],
        [3, 2, 4, 1],
        [2.5, 2.5, 4, 1],
        [4, 3, 2, 1],
        [2.5, 2.5, 2.5, 2.5],
        [4, 2.5, 1, 2.5],
        [3, 2, 4, 1],
        [4, 1, 2, 3],
        [3, 1, 4, 2],
    ]
)
"""Demsar (2006), table 6: ranks of C4.5, C4.5+m, C4.5+cf, C4.5+m+cf on 14 data sets."""
ROUNDING = np.array(
    [
        [5.4, 5.5, 5.55], [5.85, 5.7, 5.75], [5.2, 5.6, 5.5], [5.55, 5.5, 5.4], [5.9, 5.85, 5.7],
        [5.45, 5.55, 5.6], [5.4, 5.4, 5.35], [5.45, 5.5, 5.35], [5.25, 5.15, 5.0], [5.85, 5.8, 5.7],
        [5.25, 5.2, 5.1], [5.65, 5.55, 5.45], [5.6, 5.35, 5.45], [5.05, 5.0, 4.95], [5.5, 5.5, 5.4],
        [5.45, 5.55, 5.5], [5.55, 5.55, 5.35], [5.45, 5.5, 5.55], [5.5, 5.45, 5.25], [5.65, 5.6, 5.4],
        [5.7, 5.65, 5.55], [6.3, 6.3, 6.25],
    ]
)  # fmt: skip
"""Hollander & Wolfe (1973), rounding first base; the example of R's friedman.test."""
WHOLE = np.array(
    [
        [-8, -10, 4, 16],
        [11, 4, 0, 4],
        [7, 19, 9, 0],
        [-10, 19, 8, -5],
        [-1, -9, 0, 7],
        [-7, 9, 5, 6],
        [4, 11, -10, 9],
        [-10, 1, -7, 12],
        [0, 0, -4, 8],
        [-11, -11, 8, 1],
        [12, 10, -14, 15],
        [-11, 3, 6, -8],
    ]
)
UPPER = np.triu_indices(4, 1)


def rng() -> Generator:
    return np.random.default_rng(11)


# -- the studentized range -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alpha", "table"),
    [
        (0.05, (1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164)),
        (0.10, (1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920)),
    ],
)
def test_nemenyi_table(alpha: float, table: tuple[float, ...]) -> None:
    """Demsar (2006), table 5a: q over the root of 2, for 2 to 10 systems; his last digits are off by one at times."""
    found = [range_factor(alpha, k) / sqrt(2) for k in range(2, 11)]
    assert found == pytest.approx(table, abs=1.1e-3)


@pytest.mark.parametrize(
    ("k", "q"), [(3, 3.314493158), (5, 3.857655527), (10, 4.474124471), (20, 5.011688795), (50, 5.646026182)]
)
def test_qtukey(k: int, q: float) -> None:
    """R 4.2.2, qtukey(0.95, k, Inf), whose own accuracy is some 1e-8 to 1e-7."""
    assert range_factor(0.05, k) == pytest.approx(q, abs=2e-6)


def test_range_of_two_is_a_difference() -> None:
    assert range_tail(1.96 * sqrt(2), 2) == pytest.approx(0.0499957903, abs=1e-9)
    assert range_tail(0.0, 3) == 1.0


# -- Friedman --------------------------------------------------------------------------------------------------------


def test_demsars_example() -> None:
    """Demsar (2006), 3.2: mean ranks, chi-square 9.28 and F 3.69 without correction for ties, CD 1.25 and 1.12."""
    found = friedman(DEMSAR, larger_is_better=False)
    assert found.average == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)
    assert found.chi_square_uncorrected == pytest.approx(9.28, abs=0.005)
    assert found.f_uncorrected == pytest.approx(3.69, abs=0.005) and found.f_df == (3.0, 39.0)
    gap = np.abs(found.average[:, None] - found.average[None, :])
    assert gap.max() < critical_difference(4, 14) and (gap > critical_difference(4, 14, level=0.9)).sum() == 4
    assert (nemenyi(found) < 0.10).sum() == 4 and (nemenyi(found) < 0.05).sum() == 0


def test_rounding_times() -> None:
    """R 4.2.2: friedman.test(RoundingTimes), chi-squared = 11.142857, p = 0.003805041; ties corrected."""
    found = friedman(ROUNDING)
    assert found.chi_square == pytest.approx(11.142857142857, rel=1e-9)
    assert found.p == pytest.approx(0.003805041, abs=5e-10)
    assert found.p_f < found.p  # Iman & Davenport (1980): the chi-square is conservative


def test_of_whole_numbers() -> None:
    """SciPy 1.17 friedmanchisquare; scikit-posthocs 0.17 posthoc_conover_friedman and posthoc_nemenyi_friedman."""
    found = friedman(WHOLE)
    assert (found.chi_square, found.p) == pytest.approx((5.205128205128223, 0.1573783024158691))
    p = [0.124855974323, 0.413166180193, 0.032102495670, 0.460990642294, 0.511904575768, 0.168195182884]
    assert conover(found)[UPPER] == pytest.approx(adjusted(p, method="holm"), rel=1e-9)
    p = [0.436191993494, 0.858778767020, 0.142183526747, 0.892579770110, 0.921602765025, 0.534803779944]
    assert nemenyi(found)[UPPER] == pytest.approx(p, abs=1e-8)


@pytest.mark.parametrize(
    ("n", "k", "chi_square", "p"),
    [(3, 3, 6.0, 0.028), (4, 3, 6.5, 0.042), (5, 3, 6.4, 0.039), (2, 4, 6.0, 0.042), (3, 4, 7.4, 0.033)],
)
def test_exact_tables(n: int, k: int, chi_square: float, p: float) -> None:
    """Friedman (1937); Siegel (1956), table N: exact probabilities of at least this chi-square."""
    for orders in product(list(permutations(range(1, k + 1))), repeat=n - 1):
        table = np.array([tuple(range(1, k + 1)), *orders], float)
        if abs(friedman(table).chi_square - chi_square) < 1e-6:
            found = permutation(table, rng=rng())
            assert found.p == pytest.approx(p, abs=6e-4) and found.u == 0.0
            return
    pytest.fail("no table has this chi-square")


def test_counted_and_drawn_agree() -> None:
    counted = permutation(WHOLE.argsort(axis=1).argsort(axis=1) + 1.0, rng=rng())
    wide = ranks(np.random.default_rng(2).normal(size=(9, 8)) + np.arange(8) * 0.35)
    drawn = permutation(wide, rng=rng(), draws=20_000)
    assert counted.draws == 0 and drawn.draws == 20_000 and drawn.u > 0.0
    assert drawn.p == pytest.approx(friedman(-wide).p_f, abs=0.01)


def test_counted_against_all_orders() -> None:
    """With ties in a task: every order of every task, by brute force."""
    table = np.array([[1, 2.5, 2.5], [3, 1, 2], [1.5, 1.5, 3], [2, 1, 3]])
    seen = np.sum(table.sum(axis=0) ** 2)
    sums = [np.sum(np.sum(o, axis=0) ** 2) for o in product(*(list(permutations(t)) for t in table))]
    assert permutation(table, rng=rng()).p == pytest.approx(np.mean(np.array(sums) >= seen - 1e-9), rel=1e-12)


def test_all_tasks_agree() -> None:
    found = friedman(np.tile([1.0, 2, 3], (5, 1)))
    assert found.chi_square == pytest.approx(10.0) and found.f == inf and found.p_f == 0.0
    assert permutation(found.ranks, rng=rng()).p == pytest.approx(6.0**-4)
    with pytest.raises(DesignError, match="no spread"):
        conover(found)


@given(st.integers(0, 500))
@settings(max_examples=30)
def test_any_increasing_scale_of_a_task_and_any_order(seed: int) -> None:
    """Ranks: each task has a scale of its own; tasks and systems have no order."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(7, 4))
    columns, rows = random.permutation(4), random.permutation(7)
    one, other = friedman(x), friedman(np.exp(x * random.uniform(0.1, 5, (7, 1)))[np.ix_(rows, columns)])
    assert other.average == pytest.approx(one.average[columns])
    assert (other.chi_square, other.f) == pytest.approx((one.chi_square, one.f))
    assert friedman(x, larger_is_better=False).average == pytest.approx(5 - one.average)
    assert nemenyi(other) == pytest.approx(nemenyi(one)[np.ix_(columns, columns)])


# -- pairs -----------------------------------------------------------------------------------------------------------


def test_signed_ranks_of_every_pair() -> None:
    """SciPy 1.17, wilcoxon(d, method=PermutationMethod()): all signs, zeros left out."""
    p = [0.111328125, 0.45751953125, 0.0263671875, 0.33837890625, 0.6552734375, 0.31103515625]
    assert pairwise_signed_ranks(WHOLE, rng=rng())[UPPER] == pytest.approx(adjusted(p, method="holm"))
    assert pairwise_signed_ranks(WHOLE / 10.0, rng=rng())[UPPER] == pytest.approx(adjusted(p, method="holm"))


def test_signed_ranks_of_depression_scores() -> None:
    """R 4.2.2, wilcox.test(x, y, paired = TRUE), Hollander & Wolfe's (1973) example: p = 0.0390625."""
    x = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    y = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    assert signed_ranks(x - y, rng=rng()).p == 0.0390625


def test_systems_equal_on_all_tasks() -> None:
    p = pairwise_signed_ranks(np.c_[WHOLE, WHOLE[:, 0]], rng=rng())
    assert p[0, 4] == 1.0 and p.shape == (5, 5)


@pytest.mark.parametrize("table", [[[1.0, 2.0]], [[1.0], [2.0]], [[1.0, np.nan], [2.0, 1.0]], [1.0, 2.0]])
def test_refused(table: list[list[float]]) -> None:
    with pytest.raises(DesignError, match="table of tasks and systems"):
        friedman(table)


def test_refused_questions() -> None:
    with pytest.raises(DesignError, match="no ranks"):
        friedman(np.ones((4, 3)))
    with pytest.raises(DesignError, match="draw"):
        permutation(DEMSAR, rng=rng(), draws=0)
    with pytest.raises(DesignError):
        critical_difference(1, 5)
    with pytest.raises(RefusedError, match="holm"):
        conover(friedman(WHOLE), method="guess")
