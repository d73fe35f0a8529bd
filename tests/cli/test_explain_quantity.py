"""``explain`` of quantities: by id, title and other names; as text, as data, and all of them."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from measurand.lab.pack import definitions


@pytest.mark.parametrize(
    ("asked", "quantity"),
    [("f_score", "f_score"), ("F1", "f_score"), ("AUROC", "auc"), ("area under the ROC curve", "auc"),
     ("rmse", "root_mean_square_error"), ("Cohen's kappa", "kappa"), ("R2", "r_squared")],
)  # fmt: skip
def test_found_by_any_of_its_names(run: Any, asked: str, quantity: str) -> None:
    ended = run("explain", *asked.split(), "--json")
    assert ended.code == 0
    first = json.loads(ended.out)["entries"][0]
    assert first["id"] == quantity
    assert {"title", "words", "formula", "assumes", "needs", "unit", "direction", "rule", "limits", "source"} <= set(
        first
    )
    assert tomllib.loads(first["procedure"])["measurand"][0]["quantity"] == quantity


def test_as_text_in_eighty_columns_but_for_what_is_copied(run: Any) -> None:
    ended = run("explain", "quantile")
    text, _, procedure = ended.out.partition("smallest procedure:")
    assert "q (required)" in text and "order statistics" in text.casefold()
    assert 'quantity = "quantile"' in procedure and "at = { q = 0.9 }" in procedure
    assert all(len(line) <= 100 for line in ended.out.splitlines())


def test_without_a_word_all_are_listed(run: Any) -> None:
    listed = run("explain").out
    assert all(f"  {name}" in listed for name in definitions())
    found = json.loads(run("explain", "--json").out)
    assert {entry["id"] for entry in found["quantities"]} == set(definitions())


def test_a_part_of_a_name_leads_to_all_that_hold_it(run: Any) -> None:
    ended = run("explain", "likelihood")
    assert ended.code == 2
    assert "positive_likelihood_ratio" in ended.err and "negative_likelihood_ratio" in ended.err
