"""What another version of the program words otherwise, states beside, or computes otherwise."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import pytest

from measurand.lab.check import Check
from measurand.lab.comparison import differences, same_sentences
from measurand.lab.verify import agreement

HERE = metadata.version("measurand")
STATED = {
    "results": [
        {"value": "0.9", "words": "Of all items, between 88 % and 92 % are right.", "warnings": ["few items: 12"]}
    ],
    "verdict": "conforming",
}  # fmt: skip


def check(found: dict[str, Any], *, there: str) -> Check:
    differing = list(differences(STATED, found))
    return agreement(differing, made_by={"measurand": there}, passed_key="check.recomputed.passed", count=1)


def changed(**fields: Any) -> dict[str, Any]:
    return {**STATED, "results": [{**STATED["results"][0], **fields}]}  # type: ignore[dict-item]


OTHERWISE = [
    changed(words="Between 88 % and 92 % of all items are right."),
    changed(warnings=["only 12 items"]),
    changed(later_field="0.5"),
]


@pytest.mark.parametrize("found", OTHERWISE)
def test_another_wording_of_another_version_is_said(found: dict[str, Any]) -> None:
    one = check(found, there="0.0.1")
    assert one.state == "passed"
    assert "0.0.1" in one.text and "1 sentences or fields" in one.text


@pytest.mark.parametrize("found", OTHERWISE)
def test_of_the_same_version_every_word_counts(found: dict[str, Any]) -> None:
    assert check(found, there=HERE).state == "failed"


@pytest.mark.parametrize(
    "found",
    [
        changed(value="0.91"),
        changed(words="Of all items, between 88 % and 93 % are right."),
        changed(warnings=["few items: 12", "one more"]),
        {**STATED, "verdict": "inconclusive"},
        {"results": STATED["results"]},
    ],
)
def test_other_contents_of_another_version_are_not_believed(found: dict[str, Any]) -> None:
    one = check(found, there="0.0.1")
    assert one.state == "not checked" and one.needed
    assert "measurand==0.0.1" in one.text
    assert check(found, there=HERE).state == "failed"


def test_a_missing_list_is_named() -> None:
    """Who leaves out the warnings cannot call it another version."""
    bare = {"results": [{"value": "0.9"}]}
    found = {"results": [{"value": "0.9", "warnings": ["few items: 12"]}]}
    one = agreement(
        list(differences(bare, found)), made_by={"measurand": "0.0.1"}, passed_key="check.recomputed.passed", count=1
    )
    assert one.state == "not checked"


def test_long_texts_are_shown_where_they_differ() -> None:
    same = "x" * 100
    (one,) = differences({"words": f"{same} 1 end"}, {"words": f"{same} 2 end"})
    assert "1 end" in str(one) and "2 end" in str(one)


def test_sentences_of_a_seal() -> None:
    assert same_sentences(["lower_limit: sealed 0.9, now 0.8"], ["lower_limit is 0.9 in the seal and 0.8 now"])
    assert not same_sentences(["lower_limit: sealed 0.9, now 0.8"], ["lower_limit: sealed 0.9, now 0.7"])
    assert not same_sentences(["a 1"], [])
