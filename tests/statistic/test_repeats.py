"""Answers to one item: the published estimator, its extremes, and what is refused."""

from __future__ import annotations

import json
from math import comb
from pathlib import Path

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.statistic.registry import by_name
from measurand.statistic.subsets import inside

from .case import rows_of

CASE = json.loads((Path(__file__).parents[1] / "cases" / "passk-a.json").read_text("utf-8"))


def of_item(name, n, c, k):
    rows = rows_of(np.zeros(n, int), outcome=np.arange(n) < c)
    statistic = by_name(name, {"k": k})
    return statistic.value(statistic.arrange(rows), np.ones(n))[0]


@pytest.mark.parametrize(("nck", "expected"), list(zip(CASE["inputs"]["n_c_k"], CASE["expected"], strict=True)))
def test_the_unbiased_estimator(nck, expected):
    n, c, k = nck
    got = of_item("pass_at_k", n, c, k)
    assert got == pytest.approx(expected["value"], abs=expected["tol_abs"])
    if k > 1:
        assert abs(got - (1 - (1 - c / n) ** k)) > 1e-4  # what must not be returned


def test_no_sum_leaves_the_range_of_a_double():
    """C(2000, 1000) has 600 digits; the ratio is that of whole numbers."""
    got = of_item("pass_hat_k", 2000, 1999, 1000)
    assert got == pytest.approx(comb(1999, 1000) / comb(2000, 1000), rel=1e-10)


def test_over_all_draws_of_answers_the_mean_is_what_is_asked():
    """Answers right with chance p: the expected value is 1 - (1 - p)^k and p^k, for any number of answers."""
    p, k, n = 0.3, 3, 6
    chance = [comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)]
    mean = {name: sum(q * of_item(name, n, c, k) for c, q in enumerate(chance)) for name in ("pass_at_k", "pass_hat_k")}
    assert mean == pytest.approx({"pass_at_k": 1 - (1 - p) ** k, "pass_hat_k": p**k}, rel=1e-12)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_weights_of_any_size(scale):
    w = scale * np.array([[1.0, 2.0, 3.0, 0.0]])
    share, _ = inside(w, np.array([[1.0, 1.0, 0.0, 0.0]]), np.array([3]), 2)
    assert share == pytest.approx([2.0 / (2.0 + 3.0 + 6.0)], rel=1e-12)


def test_items_taken_in_parts_are_items_taken_at_once(monkeypatch):
    rng = np.random.default_rng(20261123)
    w, chosen, count = rng.random((50, 6)), rng.integers(0, 2, (50, 6)).astype(float), rng.integers(3, 7, 50)
    once = inside(w, chosen, count, 2)
    monkeypatch.setattr("measurand.statistic.subsets._ENTRIES", 40)
    for one, parts in zip(once, inside(w, chosen, count, 2), strict=True):
        np.testing.assert_array_equal(one, parts)


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        ("pass_at_k", {"k": 3}, "1 of 2 items have fewer than 3 answers; one has 2"),
        ("pass_hat_k", {"k": 4}, "2 of 2 items have fewer than 4 answers"),
        ("pass_at_k", {"k": 0}, "k = 0 is not allowed"),
        ("pass_at_k", {"k": 1.5}, "k = 1.5 is not allowed"),
    ],
)
def test_too_few_answers_are_refused(name, parameters, sentence):
    with pytest.raises(StatisticError, match=sentence):
        statistic = by_name(name, parameters)
        statistic.arrange(rows_of([0, 0, 0, 1, 1], outcome=[1.0, 0.0, 0.0, 1.0, 1.0]))


def test_two_hundred_different_answers_agree_never():
    rows = rows_of(np.repeat(np.arange(200), 2), answer=np.arange(400.0))
    assert by_name("consistency").value(rows, np.ones(400)) == [0.0]
    assert by_name("modal_agreement").value(rows, np.ones(400)) == [0.5]


@pytest.mark.parametrize("coverage", [0.0, 1.01, -1.0])
def test_a_share_of_nothing_is_refused(coverage):
    with pytest.raises(StatisticError, match="not allowed"):
        by_name("selective_risk", {"coverage": coverage})


def test_selective_risk_of_all_is_the_error_rate():
    rows = rows_of(range(4), outcome=[1.0, 0.0, 1.0, 1.0], score=[0.2, 0.2, 0.9, 0.4])
    assert by_name("selective_risk", {"coverage": 1.0}).value(rows, np.ones(4)) == pytest.approx([0.25])


@pytest.mark.parametrize(("part", "whole"), [(3.0, 2.0), (-1.0, 2.0), (1.0, np.inf), (np.nan, 2.0)])
def test_more_parts_than_the_whole_are_refused(part, whole):
    with pytest.raises(StatisticError, match="1 rows hold more parts"):
        by_name("share_of_parts").value(rows_of([0, 1], part=[1.0, part], whole=[2.0, whole]), np.ones(2))


def test_what_is_no_result_is_named():
    with pytest.raises(StatisticError, match="'A wins' is no result; results are: win, loss, tie"):
        by_name("win_rate").value(rows_of([0, 1], result=["win", "A wins"]), np.ones(2))
    with pytest.raises(StatisticError, match="not allowed"):
        by_name("win_rate", {"win": "A", "loss": "A"})


def test_results_may_be_numbers():
    statistic = by_name("win_rate", {"win": 1.0, "loss": 0.0, "tie": 0.5})
    assert statistic.value(rows_of([0, 1, 2], result=["1", "0.5", "1"]), np.ones(3)) == pytest.approx([2.5 / 3])
