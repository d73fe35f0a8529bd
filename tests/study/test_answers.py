"""Several answers to an item in a measurement: the spread of other answers, statuses, and what is refused."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from measurand.document.procedure import Measurand, Observations, Procedure, Sampling, System
from measurand.errors import MeasurandError
from measurand.lab.pack import definitions
from measurand.statistic.contract import OfSubsets, Rows
from measurand.statistic.registry import by_name
from measurand.study.measure import measure


def measured(right, n, *, quantity="pass_at_k", estimand="benchmark", status=None, **at):
    """The result of answers ``right`` (items * n,), n to an item."""
    items = len(right) // n
    columns = {
        "system": np.full(len(right), "s", object),
        "item": np.repeat([f"{i:03d}" for i in range(items)], n).astype(object),
        "repeat": np.tile([str(r) for r in range(n)], items).astype(object),
        "status": np.full(len(right), "ok", object), "reason": np.full(len(right), "", object),
        "value": np.array(["0", "1"], object)[np.asarray(right, int)],
    }  # fmt: skip
    if status is not None:
        columns["status"][status], columns["value"][status] = "failed", ""
    shared = {"file": ("t.csv",), "format": "csv", "item": ("item",)}
    procedure = Procedure(
        id="A", title="A", system=(System(id="s", name="s"),), observations=Observations(**shared, value="value"),
        sampling=Sampling(population="items"),
        measurand=(Measurand(id="m", quantity=quantity, estimand=estimand, unit="1", at=at),),
    )  # fmt: skip
    evidence = "sha256:" + "0" * 64
    found = measure(procedure, definitions(), columns, procedure_at="p", reference_at="reference", evidence_at=evidence)
    return found.results.results[0]


def squared_u(c, n, k):
    """Variance that ``measured`` gives a single item of c of n right, times the square of the number of items (2)."""
    right = np.concatenate([np.arange(n) < c, np.arange(n) < c])
    return (2 * float(measured(right, n, k=str(k)).u)) ** 2 / 2


@pytest.mark.parametrize(("n", "k"), [(6, 2), (8, 4)])
def test_spread_of_other_answers_is_not_understated(n, k):
    """Over all draws of n answers the mean of u^2 is that of the values' variance, or more (Efron & Stein 1981)."""
    p = 0.35
    chance = np.array([comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)])
    value = np.array([1 - comb(n - c, k) / comb(n, k) for c in range(n + 1)])
    stated = np.zeros(n + 1)
    for c in range(n + 1):
        try:
            stated[c] = squared_u(c, n, k)
        except MeasurandError as error:  # all subsets alike: nothing was seen to vary
            assert error.findings[0].code == "M0551"
    variance = chance @ value**2 - (chance @ value) ** 2
    assert 1.0 <= np.sqrt(chance @ stated / variance) < 1.25


def test_with_one_answer_it_is_the_textbook_variance_of_a_share():
    assert squared_u(3, 8, 1) == pytest.approx(8 / 7 * (3 / 8) * (5 / 8) / 8, rel=1e-9)


@pytest.mark.parametrize(
    ("quantity", "at"), [("pass_at_k", {"k": "4"}), ("pass_hat_k", {"k": "4"}), ("modal_agreement", {})]
)
def test_a_statement_about_these_items_needs_more_answers(quantity, at):
    right = np.random.default_rng(1).random(40) < 0.5
    with pytest.raises(MeasurandError) as caught:
        measured(right, 4, quantity=quantity, **at)
    assert caught.value.findings[0].code == "M0554"
    assert "from 4 answers to an item" in caught.value.findings[0].message
    assert float(measured(right, 4, quantity=quantity, estimand="generalised", **at).u) > 0


def test_an_answer_that_failed_leaves_too_few():
    right = np.random.default_rng(1).random(40) < 0.5
    with pytest.raises(MeasurandError, match="1 of 10 items have fewer than 4 answers; one has 3"):
        measured(right, 4, estimand="generalised", status=7, k="4")


def test_every_mean_over_answers_says_its_degree():
    asked = {"pass_at_k": 3, "pass_hat_k": 2, "consistency": 2, "modal_agreement": np.inf}
    for name, degree in asked.items():
        statistic = by_name(name, {"k": degree} if name.startswith("pass") else {})
        assert isinstance(statistic, OfSubsets) and statistic.degree == degree


@pytest.mark.parametrize("p", [0.05, 0.35, 0.5])
@pytest.mark.parametrize("n", [3, 4, 6])
def test_spread_of_other_raters_is_not_understated(n, p):
    """The agreement of n raters about an item, over all draws of n: the mean of u^2 is the variance, or more."""
    chance = np.array([comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)])
    value = np.array([(comb(c, 2) + comb(n - c, 2)) / comb(n, 2) for c in range(n + 1)])
    stated = np.zeros(n + 1)
    for c in range(n + 1):
        right = np.concatenate([np.arange(n) < c, np.arange(n) < c])
        try:
            stated[c] = (2 * float(measured(right, n, quantity="percent_agreement").u)) ** 2 / 2
        except MeasurandError as error:
            assert error.findings[0].code == "M0551"
    variance = chance @ value**2 - (chance @ value) ** 2
    assert 1.0 - 1e-9 <= chance @ stated / variance <= 2 * (n - 1) / (n - 2) + 1e-9


@pytest.mark.parametrize("quantity", ["percent_agreement", "fleiss_kappa", "gwet_ac1_raters", "krippendorff_alpha"])
def test_two_raters_say_nothing_of_other_raters_about_these_items(quantity):
    """The agreement of two does not change with their weights: its derivative sees no spread."""
    right = np.random.default_rng(20261123).random(60) < 0.6
    with pytest.raises(MeasurandError) as caught:
        measured(right, 2, quantity=quantity)
    assert caught.value.findings[0].code == "M0554"
    assert float(measured(right, 2, quantity=quantity, estimand="generalised").u) > 0


def test_agreement_of_raters_is_consistency_of_answers():
    right = np.random.default_rng(20261124).random(150) < np.repeat(np.linspace(0.1, 0.9, 30), 5)
    one, other = (measured(right, 5, quantity=q) for q in ("percent_agreement", "consistency"))
    assert float(one.value) == pytest.approx(float(other.value), rel=1e-12)
    assert float(one.u) == pytest.approx(float(other.u), rel=1e-9)


def test_what_goes_through_pairs_is_the_agreement_that_was_seen():
    """Of kappa ``dP_o / (1 - P_e)``; of alpha ``-dD_o / D_e``, ``D_o = 1 - P_o`` with equally many ratings."""
    rng = np.random.default_rng(20261125)
    item, rating = np.repeat(np.arange(25), 4), rng.choice(3, 100, p=[0.6, 0.3, 0.1]).astype(float)
    rows, w = Rows(item, np.zeros(100, int), {"predicted": rating}), np.ones(100)
    observed = by_name("percent_agreement")
    p_o, seen = observed.value(rows, w)[0], observed.sensitivity(rows, w)
    for name in ("fleiss_kappa", "gwet_ac1_raters", "krippendorff_alpha"):
        statistic = by_name(name)
        left = (1 - p_o) / (1 - statistic.value(rows, w)[0])  # 1 - P_e, or D_e
        np.testing.assert_allclose(statistic.through_subsets(rows, w), seen / left, rtol=1e-9, atol=1e-15)
