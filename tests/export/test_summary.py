"""Plain words and notebook cards of the invented record: fixed templates, nothing left out, nothing that runs."""

from __future__ import annotations

import re
from types import ModuleType
from xml.etree import ElementTree

import pytest

from measurand.document.decision import Verdict
from measurand.document.result import NotEvaluated
from measurand.export.card import card, cards, certificate_card
from measurand.export.summary import missing, of_result, summary
from measurand.message import sentences


def test_a_summary_holds_value_words_ground_and_what_is_missing(sample: ModuleType) -> None:
    for result in sample.results():
        text = summary(result)
        assert "\n" not in text and "{" not in text.replace("{{", "")
        assert result.words in text
        assert result.text in text or "<U+" in text
        assert str(result.items) in text
        for gap in missing(result):
            assert gap in text


def test_a_summary_says_each_verdict_and_what_now(sample: ModuleType) -> None:
    found = sample.results()
    decisions = sample.decisions(found)
    said = {
        Verdict.CONFORMING: "is met", Verdict.NON_CONFORMING: "is not met", Verdict.INCONCLUSIVE: "neither can be said",
        Verdict.INVALID: "no verdict",
    }  # fmt: skip
    for result in found:
        for decision in of_result(result, decisions):
            text = summary(result, [decision])
            assert said[decision.verdict] in text
            assert decision.requirement.text in text
            assert decision.what_now.rstrip(".") in text
    assert {d.verdict for d in decisions} == set(said)


def test_no_template_speaks_of_cases_to_come() -> None:
    own = [text for key, text in sentences().items() if key.startswith(("summary.", "card.", "words."))]
    assert len(own) > 15
    assert [text for text in own if re.search(r"\bnext\b|\bfuture\b|\bwill be\b", text, re.IGNORECASE)] == []


def test_the_null_value_is_said_where_the_words_do_not_say_it(sample: ModuleType) -> None:
    result = sample.results()[0]
    assert "would be expected" not in summary(result)
    biased = result.model_copy(update={"null_value": "0.012", "words": ""})
    assert "would be expected to show 0.012" in summary(biased)
    assert "0.012" in card(biased) and "would be expected" not in card(result)


def test_items_of_a_benchmark_are_not_a_population(sample: ModuleType) -> None:
    result = sample.results()[0].model_copy(update={"estimand": "benchmark"})
    assert "these items only" in summary(result)


def test_nothing_missing_is_said(sample: ModuleType) -> None:
    result = sample.results()[0]
    whole = result.model_copy(update={"budget": tuple(b for b in result.budget if not isinstance(b, NotEvaluated))})
    assert "No component was left out." in summary(whole)


def test_a_card_shows_the_largest_contributions_and_what_now(sample: ModuleType) -> None:
    found = sample.results()
    decisions = sample.decisions(found)
    result, decision = next((r, d) for r in found for d in of_result(r, decisions) if d.what_now)
    text = "".join(ElementTree.fromstring(card(result, decision)).itertext())
    assert decision.what_now in text
    assert "75.0 %" in text and "16.9 %" in text and "6.6 %" in text and "1.4 %" not in text
    assert "2 more" in text
    assert "not evaluated: implementation" in text


@pytest.mark.parametrize("most", [2, 12])
def test_cards_of_several_results_are_one_piece(sample: ModuleType, most: int) -> None:
    found = sample.results()
    text = cards(found, sample.decisions(found), most=most)
    ElementTree.fromstring(text)
    left = max(0, len(found) - most)
    assert (f"and {left} more results" in text) == (left > 0)
    assert len(set(re.findall(r'id="([^"]+)"', text))) == len(re.findall(r'id="([^"]+)"', text))


def test_a_certificate_card_is_well_formed_and_runs_nothing(sample: ModuleType) -> None:
    record = sample.record(sample.predicate())
    text = certificate_card(record, file="certificate.json")
    ElementTree.fromstring(text)
    assert "<script" not in text and "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert all(verdict.value.upper() in text for verdict in Verdict)
    assert len(text.encode()) < 60_000


def test_cards_take_the_colours_around_them(sample: ModuleType) -> None:
    text = card(sample.results()[0])
    assert "--ink: currentColor" in text and "background: #" not in text
