"""Label uncertainty: published agreement, hand counts, and known truth."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from measurand.document.number import real
from measurand.errors import DesignError
from measurand.study.reference_labels import Judged, of_classes, of_numbers

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
