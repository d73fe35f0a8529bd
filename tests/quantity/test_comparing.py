"""Comparing: published digits, closed forms, and laws that every method obeys."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, inf, log, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.api.comparing import (
    DIFFERENCE,
    EXACT,
    PAIRED_DIFFERENCE,
    PAIRED_RATIO,
    difference_of_means,
    difference_of_paired_proportions,
    difference_of_proportions,
    pair_counts,
    ratio_of_paired_proportions,
    ratio_of_proportions,
    sign_flip,
    two_by_two,
)
from measurand.errors import DesignError, MeasurandError, RefusedError
from measurand.quantity import exact_shares, paired_shares
from measurand.quantity.multiplicity import METHODS, adjusted
from measurand.quantity.restricted import shares_at_difference, shares_at_ratio
from measurand.quantity.share_ratio import score_of_paired_ratio
from measurand.quantity.two_shares import Counts, PairCounts

AIRWAY = (1, 1, 7, 12)
"""Fagerland, Lydersen & Laake (2013, 2014): airway reactivity before and after stem cell transplantation."""


# -- published digits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "p"), [("mcnemar", 0.034), ("mcnemar-corrected", 0.077), ("exact", 0.070), ("mid-p", 0.039)]
)
def test_airway_tests(test: str, p: float) -> None:
    assert difference_of_paired_proportions(*AIRWAY, test=test).p == pytest.approx(p, abs=5e-4)


@pytest.mark.parametrize(
    ("method", "limits"),
    [
        ("tang", (0.065, 0.907)),
        ("bonett-price", (0.068, 0.923)),
        ("newcombe", (0.066, 0.905)),
        ("wald", (0.063, 1.000)),
    ],
)
def test_airway_ratio(method: str, limits: tuple[float, float]) -> None:
    """Digits as printed by R ratesci, rrpairci(c(1, 1, 7, 12), precis = 3)."""
    r = ratio_of_paired_proportions(*AIRWAY, method=method)
    assert r.value == 0.25 and r.interval == pytest.approx(limits, abs=5e-4)


def test_koopman() -> None:
    """Koopman (1984): 36 of 40 against 16 of 80."""
    assert ratio_of_proportions(36, 40, 16, 80, method="koopman").interval == pytest.approx((2.94, 7.15), abs=5e-3)


# -- exact: enumeration ----------------------------------------------------------------------------------------------


def test_exact_p_in_fractions() -> None:
    """7 of 15 against 12 of 15: the tables at least as extreme by Pearson's chi-square, at their worst share."""

    def chi2(a: int, b: int) -> Fraction:
        v = Fraction(a + b, 30) * (1 - Fraction(a + b, 30))
        return Fraction((a - b) ** 2) / v if v else Fraction(0)

    extreme = [(a, b) for a, b in product(range(16), repeat=2) if chi2(a, b) >= chi2(7, 12)]
    share = np.linspace(0, 1, 20_001)
    p = sum(comb(15, a) * comb(15, b) * share ** (a + b) * (1 - share) ** (30 - a - b) for a, b in extreme)
    assert exact_shares.exact_p(Counts(7, 15, 12, 15)) == pytest.approx(float(np.max(p)), abs=1e-8)


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("contrast", ["difference", "ratio"])
def test_exact_limits_cover_whatever_the_shares(contrast: str, method: str) -> None:
    """Coverage by enumeration of all tables of 3 and 4 items is never below 90 %."""
    compare = difference_of_proportions if contrast == "difference" else ratio_of_proportions
    n1, n2 = 3, 4
    held = {
        (a, b): compare(a, n1, b, n2, method=method, level=0.9).interval
        if contrast == "difference" or a + b
        else (0, inf)
        for a, b in product(range(n1 + 1), range(n2 + 1))
    }
    for p1, p2 in product((0.03, 0.2, 0.37, 0.5, 0.81, 0.98), repeat=2):
        truth = p1 - p2 if contrast == "difference" else p1 / p2
        covered = sum(
            comb(n1, a) * p1**a * (1 - p1) ** (n1 - a) * comb(n2, b) * p2**b * (1 - p2) ** (n2 - b)
            for (a, b), (low, high) in held.items()
            if low - 1e-9 <= truth <= high + 1e-9
        )
        assert covered >= 0.9


def test_exact_refuses_many_items() -> None:
    with pytest.raises(RefusedError, match="miettinen-nurminen"):
        difference_of_proportions(300, 1000, 310, 1000, method="chan-zhang")


# -- laws of every method --------------------------------------------------------------------------------------------

SIZES = st.integers(1, 25)


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int, int, int]:
    n1, n2 = draw(SIZES), draw(SIZES)
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


@pytest.mark.parametrize("method", [m for m in DIFFERENCE if m not in EXACT])
@settings(max_examples=40, deadline=None)
@given(c=counts())
def test_difference_changes_sign_with_the_groups(method: str, c: tuple[int, int, int, int]) -> None:
    d, e = difference_of_proportions(*c, method=method), difference_of_proportions(*c[2:], *c[:2], method=method)
    assert d.interval == pytest.approx((-e.interval[1], -e.interval[0]), abs=1e-9)
    assert d.interval[0] - 1e-9 <= d.value <= d.interval[1] + 1e-9 and d.p == pytest.approx(e.p, abs=1e-9)


@pytest.mark.parametrize("method", ["koopman", "miettinen-nurminen", "newcombe"])
@settings(max_examples=40, deadline=None)
@given(c=counts())
def test_ratio_inverts_with_the_groups(method: str, c: tuple[int, int, int, int]) -> None:
    if c[0] + c[2] == 0:
        return
    r, s = ratio_of_proportions(*c, method=method), ratio_of_proportions(*c[2:], *c[:2], method=method)
    low, high = (inf if v == 0 else 1 / v for v in reversed(s.interval))
    assert r.interval == pytest.approx((low, high), rel=1e-6)
    assert r.interval[0] <= r.value <= r.interval[1]


@pytest.mark.parametrize("method", ["mee", "koopman"])
@settings(max_examples=40, deadline=None)
@given(c=counts())
def test_score_limits_hold_the_null_value_where_the_test_does_not_reject(
    method: str, c: tuple[int, int, int, int]
) -> None:
    if c[0] + c[2] == 0:
        return
    r = (difference_of_proportions if method == "mee" else ratio_of_proportions)(*c, method=method)
    null = 0.0 if method == "mee" else 1.0
    if abs(r.p - 0.05) > 1e-6:
        assert (r.interval[0] <= null <= r.interval[1]) == (r.p > 0.05)


@settings(max_examples=40, deadline=None)
@given(c=counts(), delta=st.floats(-0.95, 0.95), theta=st.floats(0.1, 9))
def test_restricted_shares_have_the_largest_likelihood(
    c: tuple[int, int, int, int], delta: float, theta: float
) -> None:
    x1, n1, x2, n2 = c

    def likelihood(p: float, q: float) -> float:
        pairs = ((x1, p), (n1 - x1, 1 - p), (x2, q), (n2 - x2, 1 - q))
        return sum(k * log(v) if v > 0 else (-inf if k else 0.0) for k, v in pairs)

    for shares, second in (
        (shares_at_difference(x1, n1, x2, n2, delta), lambda p: p - delta),
        (shares_at_ratio(x1, n1, x2, n2, theta), lambda p: p / theta),
    ):
        best = likelihood(float(shares[0]), float(shares[1]))
        others = [likelihood(p, q) for p in np.linspace(0.0, 1.0, 101) if 0.0 <= (q := second(p)) <= 1.0]
        assert best >= max(others) - 1e-6


@pytest.mark.parametrize("method", PAIRED_DIFFERENCE)
@settings(max_examples=30, deadline=None)
@given(c=st.tuples(*[st.integers(0, 20)] * 4))
def test_paired_difference_changes_sign(method: str, c: tuple[int, int, int, int]) -> None:
    if not any(c):
        return
    d = difference_of_paired_proportions(*c, method=method)
    e = difference_of_paired_proportions(c[0], c[2], c[1], c[3], method=method)
    assert d.interval == pytest.approx((-e.interval[1], -e.interval[0]), abs=1e-9)
    assert d.p == pytest.approx(e.p, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(c=st.tuples(*[st.integers(0, 20)] * 4), theta=st.floats(0.2, 5))
def test_score_of_a_paired_ratio(c: tuple[int, int, int, int], theta: float) -> None:
    """At 1 it is McNemar's; elsewhere its variance is that of the cells of largest likelihood, found on a grid."""
    a, b, e, _ = c
    if a + b == 0 or a + e == 0 or b + e == 0:
        return
    table = PairCounts(*c)
    assert score_of_paired_ratio(table, 1.0) ** 2 == pytest.approx(paired_shares.chi_square(table), rel=1e-9)
    n, some = sum(c), a + b + e

    def cells(q: float) -> tuple[float, float, float]:
        both = (some / n - (1 + theta) * q) / theta
        return both, theta * (both + q) - both, q

    def likelihood(q: float) -> float:
        pairs = zip((a, b, e), cells(q), strict=True)
        return sum(k * log(p) if p > 0 else (-inf if k or p < 0 else 0.0) for k, p in pairs)

    grid = np.linspace(0.0, 1.0, 2_001)
    q = float(max(grid, key=likelihood))
    variance = n * theta * (cells(q)[1] + q)
    if variance > 1.0:
        assert score_of_paired_ratio(table, theta) == pytest.approx((a + b - theta * (a + e)) / variance**0.5, rel=5e-2)


@pytest.mark.parametrize("method", PAIRED_RATIO)
def test_paired_ratio_inverts(method: str) -> None:
    r, s = (ratio_of_paired_proportions(*t, method=method) for t in ((11, 6, 2, 9), (11, 2, 6, 9)))
    assert r.interval == pytest.approx((1 / s.interval[1], 1 / s.interval[0]), rel=1e-9)


# -- sign flips, means, several p-values -----------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(d=st.lists(st.integers(-6, 6), min_size=2, max_size=9))
def test_sign_flip_by_enumeration(d: list[int]) -> None:
    sums = [abs(sum(s * v for s, v in zip(signs, d, strict=True))) for signs in product((-1, 1), repeat=len(d))]
    wanted = sum(s >= abs(sum(d)) for s in sums) / len(sums)
    got = sign_flip(d)
    assert got.p == pytest.approx(wanted, abs=1e-12) and got.u == 0.0 and got.draws == 0


def test_sign_flip_of_many_is_drawn_with_its_uncertainty() -> None:
    d = np.concatenate([np.ones(30), -np.ones(20)])
    exact = sum(comb(50, k) for k in range(51) if abs(2 * k - 50) >= 10) / 2**50
    got = sign_flip(d)
    assert abs(got.p - exact) <= 4 * got.u and 0 < got.u < 2e-3
    assert sign_flip(d) == got and sign_flip(d, key="another").p != got.p


@settings(max_examples=40, deadline=None)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_adjusted_p_values_from_their_definition(p: list[float]) -> None:
    """Closed testing: Holm is the closure of Bonferroni; false discovery by counting."""
    m = len(p)
    subsets = [s for bits in product((0, 1), repeat=m) if (s := [i for i, b in enumerate(bits) if b])]
    holm = [min(1.0, max(len(s) * min(p[j] for j in s) for s in subsets if i in s)) for i in range(m)]
    rank = [sum(q <= p[i] for q in p) for i in range(m)]
    bh = [min(1.0, *(m * p[j] / rank[j] for j in range(m) if p[j] >= p[i])) for i in range(m)]
    assert adjusted(p, method="holm") == pytest.approx(holm, abs=1e-12)
    assert adjusted(p, method="benjamini-hochberg") == pytest.approx(bh, abs=1e-12)
    assert np.all(adjusted(p, method="hochberg") <= adjusted(p, method="holm") + 1e-12)
    for method in METHODS:
        assert np.all(np.diff(adjusted(sorted(p), method=method)) >= 0)


# -- 2 x 2 tables ----------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(c=st.tuples(*[st.integers(0, 12)] * 4), prevalence=st.one_of(st.none(), st.floats(0.001, 0.999)))
def test_every_quantity_lies_in_its_limits(c: tuple[int, int, int, int], prevalence: float | None) -> None:
    tp, fp, fn, tn = c
    if tp + fn == 0 or fp + tn == 0:
        return
    table = two_by_two(tp=tp, fp=fp, fn=fn, tn=tn, prevalence=prevalence)
    for name, q in table.items():
        assert q.lower <= q.value <= q.upper and q.lower < q.upper, (name, q)


def test_predictive_values_at_a_prevalence() -> None:
    """Bayes' rule; at the prevalence of the table they are those of the table."""
    own = two_by_two(tp=670, fp=202, fn=74, tn=640)
    again = two_by_two(tp=670, fp=202, fn=74, tn=640, prevalence=744 / 1586)
    rare = two_by_two(tp=670, fp=202, fn=74, tn=640, prevalence=0.01)
    for name in ("ppv", "npv"):
        assert again[name].value == pytest.approx(own[name].value, rel=1e-12)
    assert rare["ppv"].value == pytest.approx(
        prod((670 / 744, 0.01)) / (670 / 744 * 0.01 + 202 / 842 * 0.99), rel=1e-12
    )


# -- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda: difference_of_proportions(5, 4, 1, 2),
        lambda: difference_of_proportions(0.5, 4, 1, 2),
        lambda: difference_of_proportions(1, 4, 1, 0),
        lambda: difference_of_proportions(1, 4, 1, 2, level=95),
        lambda: difference_of_proportions(1, 4, 1, 2, method="newcomb"),
        lambda: ratio_of_proportions(0, 4, 0, 2),
        lambda: ratio_of_proportions(0, 4, 1, 2, method="katz"),
        lambda: difference_of_paired_proportions(0, 0, 0, 0),
        lambda: difference_of_paired_proportions(1, -1, 0, 0),
        lambda: ratio_of_paired_proportions(0, 0, 0, 5),
        lambda: difference_of_means([1.0], [2.0], paired=True),
        lambda: difference_of_means([1.0, 2.0], [2.0, 3.0], paired=True),
        lambda: difference_of_means([1.0, 2.0], [float("nan"), 3.0], paired=False),
        lambda: pair_counts([0, 1], [1]),
        lambda: pair_counts([0, 2], [1, 1]),
        lambda: sign_flip([1.0]),
        lambda: sign_flip([1.0, 2.0], draws=0),
        lambda: adjusted([0.1, 1.2]),
        lambda: adjusted([0.1], method="bonferoni"),
        lambda: two_by_two(tp=0, fp=3, fn=0, tn=4),
        lambda: two_by_two(tp=1, fp=3, fn=0, tn=4, prevalence=1.0),
    ],
)
def test_bad_input_is_said(call: object) -> None:
    with pytest.raises(MeasurandError) as error:
        call()  # type: ignore[operator]
    assert isinstance(error.value, DesignError | RefusedError) and len(str(error.value)) > 20


def test_a_comparison_is_never_a_number() -> None:
    d = difference_of_proportions(56, 70, 48, 80)
    with pytest.raises(TypeError):
        float(d)
    assert str(d) == "0.200 [0.053, 0.338] (95 %)" and pair_counts([1, 1, 0, 0], [1, 0, 1, 0]) == (1, 1, 1, 1)
