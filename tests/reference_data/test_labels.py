"""Label uncertainty: published agreement, hand counts, and known truth."""

from __future__ import annotations

import csv
import json
from math import comb, sqrt
from pathlib import Path

import numpy as np
import pytest

from measurand.document.number import real
from measurand.errors import DesignError
from measurand.study.reference_agreement import agreement, tally
from measurand.study.reference_labels import Judged, of_classes
from measurand.study.reference_numbers import of_numbers
from measurand.study.reference_posterior import individual

CASES = Path(__file__).parent.parent / "cases"


def judged(votes: list[list[str]], value: list[str] | None = None, **more: object) -> Judged:
    named = [{f"reader {j}": v for j, v in enumerate(item)} for item in votes]
    return Judged(votes=named, value=value, cluster=[str(i) for i in range(len(votes))], **more)  # type: ignore[arg-type]


SYMMETRIC = [["a"] * 3] * 3 + [["b"] * 3] * 3 + [["a", "a", "b"], ["b", "a", "b"]]
"""24 pairs, 4 disagree: d = 1/6, e = (1 - sqrt(1 - 2d)) / 2 for two classes of equal share."""


def test_agreement_of_thirty_patients_as_published() -> None:
    """Fleiss (1971): kappa = 0.430."""
    case = json.loads((CASES / "kappa-fleiss-1971.json").read_text(encoding="utf-8"))
    names = case["inputs"]["categories"]
    votes = [[names[k] for k, n in enumerate(row) for _ in range(n)] for row in case["inputs"]["counts"]]
    found = of_classes(judged(votes), individual=False).stated.agreement
    assert real(found.kappa) == pytest.approx(0.430, abs=5e-4)
    assert found.pairs == 30 * 15
    row = np.array(case["inputs"]["counts"], float)
    assert real(found.observed) == pytest.approx(np.sum(row * (row - 1)) / (30 * 6 * 5), abs=1e-12)
    for k, name in enumerate(names):  # Cicchetti and Feinstein (1990): agreement specific to a class
        x = row[:, k]
        assert real(found.specific[name]) == pytest.approx(np.sum(x * (x - 1)) / np.sum(x * 5), abs=1e-12)


def test_three_votes_by_hand() -> None:
    found = of_classes(judged(SYMMETRIC), individual=False)
    e = (1 - sqrt(1 - 2 / 6)) / 2
    assert real(found.stated.vote.value) == pytest.approx(e, abs=1e-12)
    unanimous = e**3 / (e**3 + (1 - e) ** 3)
    assert found.wrong == pytest.approx([unanimous] * 6 + [e] * 2, abs=1e-9)
    assert found.stated.error is not None
    assert real(found.stated.error.value) == pytest.approx((6 * unanimous + 2 * e) / 8, abs=1e-9)
    assert found.label == ("a",) * 3 + ("b",) * 3 + ("a", "b")
    assert real(found.stated.agreement.observed) == pytest.approx(20 / 24, abs=1e-12)


@pytest.mark.parametrize("individual", [False, True])
def test_the_share_of_wrong_values_is_that_of_known_truth(individual: bool) -> None:
    rng = np.random.default_rng(11)
    truth = rng.random(4000) < 0.35
    wrong = [0.1, 0.1, 0.1] if not individual else [0.03, 0.1, 0.22]
    votes = [["yes" if t != (rng.random() < w) else "no" for w in wrong] for t in truth]
    found = of_classes(judged(votes), individual=individual)
    assert found.stated.error is not None
    actual = np.mean([(label == "yes") != t for label, t in zip(found.label, truth, strict=True)])
    value, u = real(found.stated.error.value), real(found.stated.error.u)
    assert abs(value - actual) < 3 * u
    assert u < 0.1 * value + 0.004
    assert real(found.stated.vote.value) == pytest.approx(np.mean(wrong), abs=4 * real(found.stated.vote.u))
    if individual:
        right = found.stated.annotators["reader 2"]
        assert all(abs(real(r.value) - 0.78) < 4 * real(r.u) for r in right)


def test_the_stated_uncertainty_covers_known_truth() -> None:
    """300 sets of 300 items: the share of wrong values lies within two standard uncertainties in most of them."""
    rng = np.random.default_rng(12)
    hits = 0
    for _ in range(300):
        truth = rng.random(300) < 0.5
        votes = [["yes" if t != (rng.random() < 0.15) else "no" for _ in range(3)] for t in truth]
        found = of_classes(judged(votes), individual=False)
        assert found.stated.error is not None
        actual = np.mean([(label == "yes") != t for label, t in zip(found.label, truth, strict=True)])
        hits += abs(real(found.stated.error.value) - actual) <= 2 * real(found.stated.error.u)
    assert 0.92 <= hits / 300 <= 0.995


def test_adjudicated_values_need_an_error_of_their_own() -> None:
    value = ["a"] * 3 + ["b"] * 3 + ["b", "b"]
    flags = [False] * 6 + [True, False]
    found = of_classes(judged(SYMMETRIC, value, adjudicated=flags), individual=False)
    assert found.stated.error is None
    assert found.stated.adjudication is not None
    assert (found.stated.adjudication.items, found.stated.adjudication.overruled) == (1, 1)
    assert np.isnan(found.wrong[6])
    known = of_classes(judged(SYMMETRIC, value, adjudicated=flags, adjudication_error=(0.01, 0.005)), individual=False)
    e = (1 - sqrt(1 - 2 / 6)) / 2
    unanimous = e**3 / (e**3 + (1 - e) ** 3)
    assert known.stated.error is not None
    assert real(known.stated.error.value) == pytest.approx((6 * unanimous + e + 0.01) / 8, abs=1e-9)


def test_parts_add_up_to_the_whole() -> None:
    strata = ["x", "y"] * 4
    found = of_classes(judged(SYMMETRIC, stratum=strata), individual=False).stated
    assert found.error is not None
    for parts in (found.by_class, found.by_stratum):
        assert sum(part.items for part in parts.values()) == 8
        whole = sum(part.items * real(part.error or "0") for part in parts.values()) / 8
        assert whole == pytest.approx(real(found.error.value), abs=1e-12)


def test_numbers_by_hand() -> None:
    """Items 1, 3 and 10, 10, 13: squares 2 and 6, three degrees of freedom."""
    found, mean, u = of_numbers([[1.0, 3.0], [10.0, 10.0, 13.0]], None)
    sd = sqrt(8 / 3)
    assert real(found.sd.value) == pytest.approx(sd, rel=1e-12)
    assert real(found.sd.u) == pytest.approx(sd / sqrt(6), rel=1e-12)
    assert list(mean) == [2.0, 11.0]
    assert list(u) == pytest.approx([sd / sqrt(2), sd / sqrt(3)], rel=1e-12)
    assert real(found.u) == pytest.approx(sqrt((8 / 3) * (1 / 2 + 1 / 3) / 2), rel=1e-12)


def test_refusals() -> None:
    with pytest.raises(DesignError, match="better than chance"):
        of_classes(judged([["a", "b", "a"], ["b", "a", "b"]] * 20), individual=False)
    with pytest.raises(DesignError):
        of_classes(judged([["a", "a"]] * 5), individual=False)
    with pytest.raises(DesignError):
        of_numbers([[1.0], [2.0]], None)


def test_patterns_of_votes_by_hand() -> None:
    """Two classes: k of m votes have probability ``C(m, k) (pi (1-e)^k e^(m-k) + (1-pi) e^k (1-e)^(m-k))``."""
    seen = {(3, 0): 50, (3, 1): 22, (3, 2): 18, (3, 3): 60}
    votes = [["b"] * k + ["a"] * (m - k) for (m, k), n in seen.items() for _ in range(n)]
    found = of_classes(judged(votes), individual=False).stated
    d = (22 + 18) * 2 / (150 * 3)
    e = (1 - sqrt(1 - 2 * d)) / 2
    share = (22 + 2 * 18 + 3 * 60) / 450
    pi = (share - e) / (1 - 2 * e)
    expected = [
        150 * comb(3, k) * (pi * (1 - e) ** k * e ** (3 - k) + (1 - pi) * e**k * (1 - e) ** (3 - k)) for k in range(4)
    ]
    by_hand = sum((n - x) ** 2 / x for n, x in zip(seen.values(), expected, strict=True))
    assert found.fit is not None
    assert (real(found.fit.chi_squared), found.fit.df) == (pytest.approx(by_hand, rel=1e-9), 1)


def test_items_of_unequal_difficulty_do_not_fit_and_others_do() -> None:
    rng = np.random.default_rng(13)
    small = 0
    for _ in range(100):
        truth = rng.random(400) < 0.4
        votes = [["yes" if t != (rng.random() < 0.15) else "no" for _ in range(4)] for t in truth]
        fine = of_classes(judged(votes), individual=False).stated.fit
        assert fine is not None
        small += real(fine.p) < 0.05
    assert small <= 12
    hard = rng.random(400) < 0.3
    rates = np.where(hard, 0.45, 0.02)
    votes = [["yes" if t != (rng.random() < e) else "no" for _ in range(4)] for t, e in zip(truth, rates, strict=True)]
    found = of_classes(judged(votes), individual=False).stated.fit
    assert found is not None and real(found.p) < 1e-6


@pytest.mark.parametrize("individual", [False, True])
def test_values_by_truth_are_those_of_known_truth(individual: bool) -> None:
    """A rare class: the share of its items that have the other value, set after set."""
    rng = np.random.default_rng(14)
    z = []
    for _ in range(60):
        truth = rng.random(600) < 0.15
        votes = [["yes" if t != (rng.random() < 0.12) else "no" for _ in range(3)] for t in truth]
        try:
            found = of_classes(judged(votes), individual=individual)
        except DesignError:
            continue  # votes that cannot tell the annotators apart are refused
        table = found.stated.confusion
        assert table is not None and table.classes == ("no", "yes")
        said = np.array([label == "yes" for label in found.label])
        missed, u = real(table.rows[1][0].value), real(table.rows[1][0].u)
        z.append((missed - np.mean(~said[truth])) / u)
        assert real(table.rows[1][0].value) + real(table.rows[1][1].value) == pytest.approx(1.0, abs=1e-12)
    assert len(z) > 50
    assert abs(np.mean(z)) < 0.5
    assert 0.5 < np.std(z) < 1.3


def test_values_by_truth_by_hand() -> None:
    """Symmetric votes: half of each class, so both rows are the share of wrong values."""
    found = of_classes(judged(SYMMETRIC), individual=False).stated
    assert found.confusion is not None and found.error is not None
    for t in (0, 1):
        assert real(found.confusion.rows[t][1 - t].value) == pytest.approx(real(found.error.value), abs=1e-9)


def test_uncertainty_of_the_agreement_of_two_is_that_of_a_share() -> None:
    """Two votes per item: a share of items, ``u^2 = A (1 - A) / (n - 1)``; and by clusters of ten equal items."""
    votes = [["a", "a"]] * 40 + [["b", "b"]] * 30 + [["a", "b"]] * 10 + [["b", "a"]] * 10
    found = of_classes(judged(votes), individual=False).stated.agreement
    a = 70 / 90
    assert real(found.u_observed or "") == pytest.approx(sqrt(a * (1 - a) / 89), rel=1e-12)
    whole = Judged([dict(enumerate_(v)) for v in votes], None, cluster=[str(i // 10) for i in range(90)])
    found = of_classes(whole, individual=False).stated.agreement
    assert real(found.u_observed or "") == pytest.approx(sqrt(a * (1 - a) / 8), rel=1e-12)


def enumerate_(votes: list[str]) -> list[tuple[str, str]]:
    return [(f"reader {k}", v) for k, v in enumerate(votes)]


def test_uncertainty_of_kappa_and_agreement_as_gwet_has_them() -> None:
    """Gwet (2008), complete ratings: ``v = 1/(n (n-1)) sum (k*_i - k)^2`` with
    ``k*_i = (p_a|i - p_e)/(1 - p_e) - 2 (1 - k) (p_e|i - p_e)/(1 - p_e)``, ``p_e|i = sum_c p_c r_ic / r``."""
    case = json.loads((CASES / "kappa-fleiss-1971.json").read_text(encoding="utf-8"))
    names, row = case["inputs"]["categories"], np.array(case["inputs"]["counts"], float)
    votes = [[names[k] for k, n in enumerate(r) for _ in range(int(n))] for r in row]
    found = of_classes(judged(votes), individual=False).stated.agreement
    n, r = len(row), row[0].sum()
    p = row.sum(axis=0) / row.sum()
    each, chance = (row * (row - 1)).sum(axis=1) / (r * (r - 1)), float(p @ p)
    kappa = (each.mean() - chance) / (1 - chance)
    star = (each - chance) / (1 - chance) - 2 * (1 - kappa) * (row @ p / r - chance) / (1 - chance)
    assert real(found.u_kappa or "") == pytest.approx(sqrt(np.sum((star - kappa) ** 2) / n / (n - 1)), rel=1e-9)
    assert real(found.u_observed or "") == pytest.approx(np.std(each, ddof=1) / sqrt(n), rel=1e-9)


def test_uncertainty_of_specific_agreement_is_that_of_leaving_clusters_out() -> None:
    """Jackknife, unequal numbers of votes."""
    rng = np.random.default_rng(4)
    rows = []
    for _ in range(400):
        m, truth = int(rng.integers(2, 6)), rng.random() < 0.4
        rows.append(["a" if (rng.random() < 0.85) == truth else "b" for _ in range(m)])
    found = of_classes(judged(rows), individual=False).stated

    def by_count(some: list[list[str]], name: str) -> float:
        x, m = np.array([v.count(name) for v in some]), np.array([len(v) for v in some])
        return float(np.sum(x * (x - 1)) / np.sum(x * (m - 1)))

    for name in "ab":
        left = [by_count(rows[:k] + rows[k + 1 :], name) for k in range(400)]
        jackknife = sqrt(399 / 400 * float(np.sum((np.array(left) - np.mean(left)) ** 2)))
        assert real(found.agreement.u_specific[name]) == pytest.approx(jackknife, rel=0.02)
        assert found.by_class[name].u_agreement == found.agreement.u_specific[name]


def test_annotators_who_never_differ_may_still_err() -> None:
    """20 items, one of 22 unseen: ``p = 21/22``, ``u^2 = p (1 - p) / 20``; half of it is the error of a vote."""
    found = of_classes(judged([["a", "a"]] * 10 + [["b", "b"]] * 10), individual=False).stated
    u = sqrt(21 / 22 * (1 / 22) / 20)
    assert (found.agreement.observed, found.agreement.kappa) == ("1", "1")
    assert real(found.agreement.u_observed or "") == pytest.approx(u, rel=1e-12)
    assert real(found.agreement.u_kappa or "") == pytest.approx(2 * u, rel=1e-12)
    assert real(found.vote.u) == pytest.approx(u / 2, rel=1e-12)
    assert found.error is not None
    assert real(found.error.u) > 0.0


def test_votes_that_say_nothing_about_the_values_are_refused() -> None:
    with pytest.raises(DesignError, match="one class only"):
        of_classes(judged([["a", "a"]] * 10, ["a"] * 9 + ["b"]), individual=False)
    with pytest.raises(DesignError, match="right column"):
        of_classes(judged(SYMMETRIC, ["x", "y"] * 4), individual=False)


def test_numbers_without_squares_are_refused() -> None:
    with pytest.raises(DesignError, match="no numbers"):
        of_numbers([[1e200, -1e200], [1.0, 2.0]], None)


def test_one_cluster_shows_no_spread() -> None:
    rows = [dict(enumerate_(v)) for v in SYMMETRIC]
    found = of_classes(Judged(rows, None, cluster=["c"] * 8), individual=False).stated
    assert found.agreement.observed is None
    assert not found.agreement.specific
    assert all(part.agreement is None for part in found.by_class.values())


def test_the_spread_of_normal_annotators_is_known_to_its_degrees_of_freedom() -> None:
    rng = np.random.default_rng(8)
    found, _, _ = of_numbers([list(rng.normal(i, 2.0, 3)) for i in range(2000)], None)
    assert real(found.sd.u) == pytest.approx(2.0 / sqrt(2 * 4000), rel=0.1)
    assert real(found.u_df or "") == pytest.approx(4000, rel=0.2)


def test_an_item_that_all_differ_on_makes_the_spread_uncertain() -> None:
    """99 items of 0 and 2 (squares 2), one of 0 and 200 (squares 20000): s^2 = 201.98, u(s^2) over items is that of
    one item in a hundred, ``sqrt(100/99 sum (squares - s^2)^2) / 100``."""
    found, _, _ = of_numbers([[0.0, 2.0]] * 99 + [[0.0, 200.0]], None)
    square = (99 * 2 + 20000) / 100
    u = sqrt(100 / 99 * (99 * (2 - square) ** 2 + (20000 - square) ** 2)) / 100
    assert real(found.sd.u) == pytest.approx(u / (2 * sqrt(square)), rel=1e-9)
    assert real(found.u_df or "") == pytest.approx(2 * square**2 / u**2, rel=1e-9)


@pytest.mark.parametrize("size", [1, 4])
def test_an_annotator_who_was_never_wrong_is_not_known_without_uncertainty(size: int) -> None:
    """Of 20 items (clusters) of a class all are right: Jeffreys' posterior of a share, beta(20.5, 0.5), u = 0.0325."""
    votes = [dict.fromkeys("abc", "x" if n % 2 else "y") for n in range(40) for _ in range(size)]
    votes[3 * size]["c"] = "y"
    found = individual(votes, ("x", "y"), [str(n) for n in range(40) for _ in range(size)])
    expected = (20.5 * 0.5 / (21.0**2 * 22.0)) ** 0.5
    for name in "ab":
        for rate in found.annotators[name]:
            assert real(rate.u) == pytest.approx(expected, rel=0.02)  # the class of an item is all but certain


@pytest.mark.parametrize("stratum", [None, ["s"] * 3 + ["t"] * 3])
def test_numbers_that_never_differ_have_no_uncertainty_to_state(stratum: list[str] | None) -> None:
    votes = [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], *([[4.0, 4.0]] * 3 if stratum is None else [[4.0, 5.0]] * 3)]
    with pytest.raises(DesignError, match="show no spread"):
        of_numbers(votes, stratum=stratum)


def test_kappa_and_its_uncertainty_as_irrcac_has_them() -> None:
    """Fleiss' kappa of the 898 nodules of LIDC-IDRI with four readings: irrCAC 0.4.4 gives 0.26763169, pa 0.67873051
    and the standard error 0.01823338 (Gwet 2008). Where items have unequal numbers of votes the two weight them
    otherwise, so whole items are compared."""
    readings = Path(__file__).parents[2] / "docs" / "examples" / "lidc" / "readings.csv"
    votes: dict[str, list[str]] = {}
    with readings.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            votes.setdefault(row["nodule"], []).append(row["label"])
    whole = {nodule: labels for nodule, labels in votes.items() if len(labels) == 4}
    classes = tuple(sorted({label for labels in whole.values() for label in labels}))
    count = np.array([[float(labels.count(c)) for c in classes] for labels in whole.values()])
    found = agreement(tally(count, list(whole)), classes)
    assert len(whole) == 898 and found.kappa and found.u_kappa and found.observed
    assert real(found.observed) == pytest.approx(0.67873051, abs=5e-9)
    assert real(found.kappa) == pytest.approx(0.26763169, abs=5e-9)
    assert real(found.u_kappa) == pytest.approx(0.01823338, abs=5e-9)
