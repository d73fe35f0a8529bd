"""Bradley-Terry strengths: the published citations, separation, ties, and the uncertainty of independent rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.statistic.preference import BradleyTerry
from measurand.statistic.registry import by_name

from .case import rows_of

CITATIONS = json.loads((Path(__file__).parents[1] / "cases" / "bradley-terry-citations.json").read_text("utf-8"))


def cited():
    """One row per ordered pair of journals; its weight is the number of citations."""
    journals, table = CITATIONS["inputs"]["journals"], np.array(CITATIONS["inputs"]["citations_cited_by_citing"])
    winner, loser = (a.ravel() for a in np.indices(table.shape))
    rows = rows_of(np.arange(table.size), winner=winner, loser=loser)
    return BradleyTerry(tuple(journals), "Biometrika"), rows, table.ravel().astype(float)


def test_the_citations_of_statistics_journals():
    statistic, rows, w = cited()
    got = {"ability.Biometrika": 0.0, "se.Biometrika": 0.0}
    got |= {f"ability.{n}": v for n, v in zip(statistic.outputs, statistic.value(rows, w), strict=True)}
    se = np.sqrt(np.diag(statistic.covariance(rows, w)))
    got |= {f"se.{n}": v for n, v in zip(statistic.outputs, se, strict=True)}
    size = len(statistic.competitors)
    got |= {"deviance": statistic.deviance(rows, w), "df": size * (size - 1) // 2 - (size - 1)}
    for expected in CITATIONS["expected"]:
        tolerance = max(expected.get("tol_abs", 0.0), expected.get("tol_rel", 0.0) * abs(expected["value"]))
        assert abs(got[expected["name"]] - expected["value"]) <= tolerance, expected["name"]


def test_another_reference_shifts_all_strengths_alike():
    statistic, rows, w = cited()
    names = statistic.competitors
    other = BradleyTerry(names, "JASA")
    at = dict(zip(statistic.outputs, statistic.value(rows, w), strict=True)) | {"Biometrika": 0.0}
    got = dict(zip(other.outputs, other.value(rows, w), strict=True))
    for name in other.outputs:
        assert got[name] == pytest.approx(at[name] - at["JASA"], abs=1e-12)


def test_first_order_u_is_that_of_resampled_comparisons():
    """The citations one by one: multinomial counts of the ordered pairs are the bootstrap of single citations."""
    statistic, rows, w = cited()
    rng = np.random.default_rng(20261122)
    n, replicates = int(w.sum()), 2000
    s = statistic.sensitivity(rows, w)
    u = np.sqrt((w[:, None] * s**2).sum(axis=0))
    draws = [statistic.value(rows, rng.multinomial(n, w / n).astype(float)) for _ in range(replicates)]
    np.testing.assert_allclose(u / np.std(draws, axis=0, ddof=1), 1.0, atol=3 / np.sqrt(2 * replicates))


def test_a_tie_is_half_a_win_each_way():
    statistic = BradleyTerry(("A", "B"))
    rows = rows_of([0, 1, 2, 2], winner=[0, 1, 0, 1], loser=[1, 0, 1, 0])
    assert statistic.value(rows, np.array([1.0, 1.0, 0.5, 0.5])) == pytest.approx([0.0], abs=1e-15)
    assert statistic.value(rows, np.array([1.0, 2.0, 0.5, 0.5])) == pytest.approx([np.log(2.5 / 1.5)], rel=1e-12)


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([(0, 1), (1, 0), (0, 2), (1, 2)], "A, B never lost to C"),
        ([(0, 1), (1, 2)], "A never lost to B, C"),
        ([(0, 1), (1, 0)], "A, B was never compared with C"),
    ],
)
def test_what_has_no_finite_strength_is_refused_by_name(pairs, sentence):
    winner, loser = np.array(pairs).T
    with pytest.raises(StatisticError, match=sentence):
        BradleyTerry(("A", "B", "C")).value(
            rows_of(np.arange(len(pairs)), winner=winner, loser=loser), np.ones(len(pairs))
        )


def test_negative_weights_that_outweigh_the_wins_are_refused():
    rows = rows_of(np.arange(5), winner=[0, 1, 1, 2, 0], loser=[1, 0, 2, 1, 2])
    with pytest.raises(StatisticError):
        BradleyTerry(("A", "B", "C")).value(rows, np.array([1.0, 1.0, 1.0, 1.0, -3.0]))


@pytest.mark.parametrize(("winner", "loser"), [(2, 0), (0, -1)])
def test_a_competitor_that_is_not_named_is_refused(winner, loser):
    with pytest.raises(StatisticError, match="competitor number"):
        BradleyTerry(("A", "B")).value(rows_of([0, 1, 2], winner=[0, 1, winner], loser=[1, 0, loser]), np.ones(3))


def test_far_apart_strengths_converge():
    """99,999 wins of 100,000: log odds of the closed form for two competitors."""
    rows = rows_of([0, 1], winner=[0, 1], loser=[1, 0])
    got = BradleyTerry(("A", "B"), "B").value(rows, np.array([99_999.0, 1.0]))
    assert got == pytest.approx([np.log(99_999.0)], rel=1e-12)


@pytest.mark.parametrize(
    "parameters", [{"competitors": ("A",)}, {"competitors": ("A", "A")}, {"competitors": ("A", "B"), "reference": "C"}]
)
def test_competitors_must_be_named(parameters):
    with pytest.raises(StatisticError, match="not allowed"):
        by_name("bradley_terry", parameters)
