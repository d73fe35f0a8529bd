"""Two named systems among several: the published citations, the win rate of two, relabelling, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from measurand.errors import StatisticError
from measurand.statistic.registry import by_name

from .case import rows_of, take
from .cases_answers import judged

CITATIONS = json.loads((Path(__file__).parents[1] / "cases" / "bradley-terry-citations.json").read_text("utf-8"))
BOTH = (("bradley_terry_strength", "baseline"), ("bradley_terry_win_probability", "opponent"))
TIES = ("half", "davidson")


def made(name, system, other, **parameters):
    return by_name(name, {"system": system, dict(BOTH)[name]: other, **parameters})


def strength(system, other, **parameters):
    return made("bradley_terry_strength", system, other, **parameters)


def chance(system, other, **parameters):
    return made("bradley_terry_win_probability", system, other, **parameters)


def games(text):
    """Rows of ``A>B A=B``, one a word."""
    said = [(word[0], word[2], "tie" if word[1] == "=" else word[0]) for word in text.split()]
    first, second, result = zip(*said, strict=True)
    return rows_of(np.arange(len(said)), first=first, second=second, result=result)


def of(statistic, rows, w=None):
    return float(statistic.value(statistic.arrange(rows), np.ones(len(rows)) if w is None else w)[0])


def test_the_citations_of_statistics_journals():
    """One row per ordered pair; the probability of a win is that of the published log-abilities."""
    names, table = np.array(CITATIONS["inputs"]["journals"]), np.array(CITATIONS["inputs"]["citations_cited_by_citing"])
    i, j = np.nonzero(~np.eye(4, dtype=bool))
    rows = rows_of(np.arange(12), first=names[i], second=names[j], result=names[i])
    w = table[i, j].astype(float)
    ability = {e["name"].removeprefix("ability."): e for e in CITATIONS["expected"] if e["name"].startswith("ability")}
    for name in names:
        if name == "Biometrika":
            continue
        expected = ability[name]
        assert of(strength(name, "Biometrika"), rows, w) == pytest.approx(expected["value"], abs=expected["tol_abs"])
        p = 1 / (1 + np.exp(-expected["value"]))
        assert of(chance(name, "Biometrika"), rows, w) == pytest.approx(p, abs=expected["tol_abs"])


@pytest.mark.parametrize("ties", TIES)
def test_of_two_systems_it_is_the_win_rate(ties):
    """Value, sensitivities and the pull of an unseen row; the log odds by the delta method."""
    rng = np.random.default_rng(20261123)
    result = rng.choice(np.array(["A", "B", "tie"]), 90, p=[0.5, 0.3, 0.2])
    swapped = rng.random(90) < 0.5
    rows = rows_of(np.arange(90), first=np.where(swapped, "B", "A"), second=np.where(swapped, "A", "B"), result=result)
    w, rate = rng.uniform(0.5, 2.0, 90), by_name("win_rate", {"win": "A", "loss": "B"})
    p, s = rate.value(rows, w)[0], rate.sensitivity(rows, w)
    one = chance("A", "B", ties=ties)
    assert one.value(rows, w) == pytest.approx([p], rel=1e-12)
    np.testing.assert_allclose(one.sensitivity(rows, w), s, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(one.extremes(rows, w), rate.extremes(rows, w), rtol=1e-10)
    odds = strength("A", "B", ties=ties)
    if ties == "half":
        assert odds.value(rows, w) == pytest.approx([np.log(p / (1 - p))], rel=1e-12)
        np.testing.assert_allclose(odds.sensitivity(rows, w), s / (p * (1 - p)), rtol=1e-10, atol=1e-14)
    else:  # ties say nothing about the odds of what is decided
        won, lost = w[result == "A"].sum(), w[result == "B"].sum()
        assert odds.value(rows, w) == pytest.approx([np.log(won / lost)], rel=1e-12)
        delta = np.where(result == "A", 1 / won, np.where(result == "B", -1 / lost, 0.0))
        np.testing.assert_allclose(odds.sensitivity(rows, w)[:, 0], delta, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("name", [name for name, _ in BOTH])
def test_names_places_and_words_do_not_matter(name, ties):
    rng = np.random.default_rng(20261124)
    rows, w = judged(rng, 80), None
    value = of(made(name, "A", "B", ties=ties), rows, w)
    called = {"A": "zeta 2", "B": "B", "C": "1", "D": "Ångström"}
    names = np.vectorize(lambda cell: called.get(cell, cell))
    renamed = rows_of(rows.item, **{role: names(cells) for role, cells in rows.column.items()})
    assert of(made(name, "zeta 2", "B", ties=ties), renamed) == pytest.approx(value, abs=1e-11)
    column, other = rows.column, {"first": "second", "second": "first"}
    turned = np.vectorize(lambda cell: other.get(cell, cell))(column["result"])
    places = rows_of(rows.item, first=column["second"], second=column["first"], result=turned)
    assert of(made(name, "A", "B", ties=ties), places) == pytest.approx(value, abs=1e-11)
    said = np.vectorize({"first": "model_a", "second": "model_b", "tie": "both bad"}.get)
    plain = np.where(np.isin(column["result"], ["first", "second", "tie"]), said(column["result"]), column["result"])
    spoken = rows_of(rows.item, first=column["first"], second=column["second"], result=plain)
    words = {"first": "model_a", "second": "model_b", "tie": "tie|both bad"}
    assert of(made(name, "A", "B", ties=ties, **words), spoken) == pytest.approx(value, abs=1e-11)


@pytest.mark.parametrize("ties", TIES)
def test_the_other_way_round_is_the_complement(ties):
    rows = judged(np.random.default_rng(20261125), 70)
    w = np.ones(len(rows))
    for made_of, whole in ((strength, 0.0), (chance, 1.0)):
        one, other = made_of("A", "D", ties=ties), made_of("D", "A", ties=ties)
        assert of(one, rows) + of(other, rows) == pytest.approx(whole, abs=1e-11)
        np.testing.assert_allclose(one.sensitivity(rows, w), -other.sensitivity(rows, w), atol=1e-11)


def test_without_ties_both_ways_of_counting_them_are_one():
    rows = judged(np.random.default_rng(20261126), 70)
    rows = take(rows, np.flatnonzero(rows.column["result"] != "tie"))
    w = np.ones(len(rows))
    for made_of in (strength, chance):
        half, davidson = made_of("A", "C"), made_of("A", "C", ties="davidson")
        assert half.value(rows, w) == pytest.approx(davidson.value(rows, w), rel=1e-12)
        np.testing.assert_allclose(half.sensitivity(rows, w), davidson.sensitivity(rows, w), atol=1e-13)


def test_who_lost_everything_says_nothing_about_the_others():
    """The limit of a system whose strength falls: its row has no weight in the end."""
    alone = games("A>B A>B B>A B=A")
    more = games("A>B A>B B>A B=A A>C B>C B>C")
    assert of(strength("A", "B"), more) == of(strength("A", "B"), alone)
    s = strength("A", "B").sensitivity(more, np.ones(7))[:, 0]
    np.testing.assert_array_equal(s[4:], 0.0)
    nearly = games("A>B A>B B>A B=A A>C B>C B>C C>A")
    w = np.append(np.ones(7), 1e-7)
    assert of(strength("A", "B"), nearly, w) == pytest.approx(of(strength("A", "B"), alone), abs=1e-6)
    np.testing.assert_allclose(strength("A", "B").sensitivity(nearly, w)[4:7], 0.0, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "ties", "sentence"),
    [
        ("A>B A>B", "half", "A never lost to B"),
        ("A>C C>A A>B C>B", "half", "A, C never lost to B"),
        ("B>C C>D D>A B>A", "half", "B, C, D never lost to A"),
        ("A>C C>A B>D D>B", "half", "A, C was never compared with B, D"),
        ("A>B A=B", "davidson", "A never lost to B"),
        ("A>B B>A A>C B>C", "davidson", "A, B never lost to C"),
        ("A>B B>A C>D D>C", "davidson", "A, B was never compared with C, D"),
    ],
)
def test_what_has_no_finite_strength_is_refused_by_name(text, ties, sentence):
    for made_of in (strength, chance):
        with pytest.raises(StatisticError, match=sentence):
            of(made_of("A", "B", ties=ties), games(text))


@pytest.mark.parametrize("text", ["A>B A=B", "A>B B>A A=C"])
def test_a_tie_links_two_systems(text):
    system = "A" if "C" not in text else "C"
    assert np.isfinite(of(strength(system, "B"), games(text)))


def test_where_wins_go_round_a_tie_links_with_a_parameter_of_ties_too():
    assert np.isfinite(of(strength("C", "B", ties="davidson"), games("A>B B>A A=C A>C")))


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ({"first": ["A", ""], "second": ["B", "B"], "result": ["A", "tie"]}, "1 comparisons do not name both"),
        ({"first": ["A", "B"], "second": ["B", "B"], "result": ["A", "B"]}, "1 comparisons are of a system with"),
        ({"first": ["A", "C"], "second": ["C", "A"], "result": ["A", "C"]}, "no comparison of 'B'"),
        ({"first": ["A", "A"], "second": ["B", "B"], "result": ["A", "C"]}, "'C' is neither of the two"),
        ({"first": ["A", "A"], "second": ["B", "tie"], "result": ["A", "tie"]}, "'tie' is the name of a system"),
    ],
)
def test_what_is_no_comparison_is_refused(column, sentence):
    with pytest.raises(StatisticError, match=sentence):
        of(strength("A", "B"), rows_of([0, 1], **column))


@pytest.mark.parametrize(
    "parameters",
    [
        {"baseline": "A"},
        {"baseline": "B", "ties": "none"},
        {"baseline": "B", "tie": "first"},
        {"baseline": "B", "tie": ""},
    ],
)
def test_parameters_that_mean_nothing_are_refused(parameters):
    with pytest.raises(StatisticError, match="not allowed"):
        by_name("bradley_terry_strength", {"system": "A", **parameters})


def test_systems_that_are_called_by_numbers():
    rows = rows_of([0, 1, 2], first=["20261122"] * 3, second=["2"] * 3, result=["2", "20261122", "20261122"])
    assert of(strength(20261122.0, 2.0), rows) == pytest.approx(np.log(2.0), rel=1e-12)
