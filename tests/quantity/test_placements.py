"""DeLong's covariance by sorting: pROC's values, the definition, exact expectations, laws."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from tests.reference.case import read, rows

from measurand.errors import DesignError, RefusedError
from measurand.quantity import textbook
from measurand.quantity.placements import areas, limits, paired_test
from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

CASE = "auc-delong-asah"


def drawn(seed, n=60, ties=False):
    rng = np.random.default_rng([20261124, seed])
    y = np.arange(n) < 0.4 * n
    x = rng.standard_normal((2, n)) + y
    x[1] += 0.7 * x[0]
    return y, np.round(x) if ties else x


def every_pair(y, x):
    """psi of positives and negatives for each column."""
    return [(c[y][:, None] > c[~y]) + 0.5 * (c[y][:, None] == c[~y]) for c in x]


def of_asah():
    table = rows(CASE)
    return areas(
        np.array(table["outcome"]) == "Poor", {n: np.array(table[n], float) for n in ("s100b", "wfns", "ndka")}
    )


def test_proc() -> None:
    """R pROC 1.18.0 on aSAH: every value of the case that is one of DeLong's."""
    wanted = {e["name"]: e["value"] for e in read(CASE)["expected"]}
    found = of_asah()
    for i, a in enumerate(found.names):
        assert found.value[i] == pytest.approx(wanted[f"auc.{a}"], abs=1e-12)
        if f"ci.{a}.lower" in wanted:
            expected = (wanted[f"ci.{a}.lower"], wanted[f"ci.{a}.upper"])
            assert limits(found, a, scale="plain") == pytest.approx(expected, abs=1e-10)
    assert np.diag(found.covariance)[:2] == pytest.approx([wanted["var.s100b"], wanted["var.wfns"]], rel=1e-10)
    assert found.covariance[0, 1] == pytest.approx(wanted["cov.s100b.wfns"], rel=1e-10)
    for b in ("wfns", "ndka"):
        d = paired_test(found, "s100b", b)
        assert (d.z, d.p) == pytest.approx((wanted[f"z.s100b_vs_{b}"], wanted[f"p.s100b_vs_{b}"]), rel=1e-9)


def test_other_ways_of_ours() -> None:
    """``textbook.delong`` of the placements, and the sensitivities of the statistic ``auc``."""
    y, x = drawn(1, ties=True)
    found, auc = areas(y, {"a": x[0], "b": x[1]}), by_name("auc")
    for i in range(2):
        n = textbook.delong(found.of_positives[i], found.of_negatives[i])
        assert (n.value, n.u) == pytest.approx((found.value[i], found.u[i]), rel=1e-12)
        assert limits(found, "ab"[i]) == pytest.approx(textbook.logit(n, level=0.95), rel=1e-12)
    z = []
    for column in x:
        held = auc.arrange(Rows(np.arange(60), np.zeros(60, int), {"truth": y.astype(float), "score": column}))
        z.append(auc.sensitivity(held, np.ones(60))[:, 0])
    m, n = y.sum(), (~y).sum()
    expected = sum(np.array(z)[:, s] @ np.array(z)[:, s].T * k / (k - 1) for s, k in ((y, m), (~y, n)))
    assert found.covariance == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [5, 7, 8, 9, 31, 64, 65, 200])
@pytest.mark.parametrize("ties", [False, True])
def test_definition(n, ties) -> None:
    """Placements as means over all pairs; the interaction of positives and negatives as its mean square."""
    y, x = drawn(n, n, ties)
    psi = every_pair(y, x)
    m, k = psi[0].shape
    v, w, t = (np.array([f(p) for p in psi]) for f in (lambda p: p.mean(1), lambda p: p.mean(0), np.mean))
    found, unbiased = (areas(y, {"a": x[0], "b": x[1]}, unbiased=u) for u in (False, True))
    assert found.value == pytest.approx(t, abs=1e-14)
    assert found.of_positives == pytest.approx(v, abs=1e-14) and found.of_negatives == pytest.approx(w, abs=1e-14)
    assert found.covariance == pytest.approx(np.cov(v) / m + np.cov(w) / k, abs=1e-14)
    rest = [p - a[:, None] - b + c for p, a, b, c in zip(psi, v, w, t, strict=True)]
    delta = np.array([[np.sum(p * q) for q in rest] for p in rest]) / ((m - 1) * (k - 1))
    assert unbiased.covariance == pytest.approx(found.covariance - delta / (m * k), abs=1e-12)


def test_unbiased_in_expectation() -> None:
    """All samples of two positives and two negatives from a small population of score pairs: means and covariances."""
    positives, negatives = [(1, 0), (2, 2), (3, 1)], [(0, 1), (2, 0), (1, 3)]
    truth = [1, 1, 0, 0]
    values, unbiased, plain = [], [], []
    for sample in product(positives, positives, negatives, negatives):
        x = np.array(sample, float).T
        found, without = (areas(truth, {"a": x[0], "b": x[1]}, unbiased=u) for u in (False, True))
        values.append(found.value)
        plain.append(found.covariance)
        unbiased.append(without.covariance)
    true = np.cov(np.array(values).T, ddof=0)
    assert np.mean(unbiased, axis=0) == pytest.approx(true, abs=1e-13)
    assert np.all(np.diag(np.mean(plain, axis=0)) > np.diag(true))


def test_laws() -> None:
    """Rising functions of a score, other orders of items and other signs of the truth."""
    y, x = drawn(2)
    there = areas(y, {"a": x[0], "b": x[1]})
    order = np.random.default_rng(1).permutation(60)
    for other in (areas(y, {"a": np.exp(x[0]), "b": x[1] ** 3}), areas(y[order], {"a": x[0][order], "b": x[1][order]})):
        assert other.value == pytest.approx(there.value, abs=1e-15)
        assert other.covariance == pytest.approx(there.covariance, abs=1e-15)
    turned = areas(~y, {"a": x[0], "b": x[1]})
    assert turned.value == pytest.approx(1.0 - there.value, abs=1e-15)
    assert turned.covariance == pytest.approx(there.covariance, rel=1e-12)
    d, e = paired_test(there, "a", "b"), paired_test(there, "b", "a")
    assert (d.value, d.z, d.p) == (-e.value, -e.z, e.p)
    assert d.limits() == pytest.approx((d.value - 1.959964 * d.u, d.value + 1.959964 * d.u), rel=1e-6)


def test_whole_numbers_and_infinite_scores() -> None:
    found = areas([True, True, False, False], {"a": [np.inf, 1, -np.inf, 2], "b": [4, 1, 0, 2]})
    assert found.value.tolist() == [0.75, 0.75] and found.identical.all()


def test_identical_models() -> None:
    y, x = drawn(3, ties=True)
    d = paired_test(areas(y, {"a": x[0], "b": 2 * x[0] + 1}), "a", "b")
    assert d.identical and (d.value, d.u, d.z, d.p, d.limits()) == (0.0, 0.0, 0.0, 1.0, (0.0, 0.0))


def test_limits_stay_inside() -> None:
    found = areas([1, 1, 1, 1, 0, 0, 0, 0], {"a": [5, 6, 7, 3, 4, 2, 1, 0]})
    assert found.value[0] == 15 / 16 and limits(found, "a", scale="plain")[1] == 1.0
    lower, upper = limits(found, "a")
    assert 0.0 < lower < 15 / 16 < upper < 1.0


PERFECT = {"a": [3, 4, 1, 2], "b": [4, 3, 1, 2]}


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: areas([1, 1, 1], {"a": [1, 2, 3]}), DesignError, "3 positive and 0 negative"),
        (lambda: areas([1, 0, 0], {"a": [1, 2, 3]}), DesignError, "1 positive and 2 negative"),
        (lambda: areas([1, 2, 0], {"a": [1, 2, 3]}), DesignError, "found 2"),
        (lambda: areas([], {"a": []}), DesignError, "found"),
        (lambda: areas([1, 1, 0, 0], {"a": [1, 2, 3]}), DesignError, "one for each of the 4 items"),
        (lambda: areas([1, 1, 0, 0], {"a": [1, 2, 3, np.nan]}), DesignError, "a have 1 missing"),
        (lambda: paired_test(areas([1, 1, 0, 0], PERFECT), "a", "b"), RefusedError, "no spread of a - b"),
        (lambda: limits(areas([1, 1, 0, 0], PERFECT), "a"), RefusedError, "no spread of a"),
        (lambda: limits(areas([1, 1, 0, 0], PERFECT), "c"), RefusedError, "named c"),
        (lambda: limits(of_asah(), "wfns", scale="probit"), RefusedError, "plain, logit"),
        (lambda: limits(of_asah(), "wfns", level=1.0), DesignError, "level"),
        (lambda: paired_test(of_asah(), "wfns", "wfns"), RefusedError, "wfns twice"),
    ],
)
def test_refusals(ask, error, words) -> None:
    with pytest.raises(error, match=words):
        ask()
