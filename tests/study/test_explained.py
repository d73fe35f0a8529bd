"""What is said about a quantity before anything is measured: every procedure loads, every need is named."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.document.definition import Definition
from measurand.document.loading import load
from measurand.document.minimal import EXAMPLE, minimal, needs
from measurand.lab.pack import definitions, themes
from measurand.message import sentences
from measurand.study.explained import explained
from measurand.study.quantity_of import statistic_of
from measurand.study.resolve import resolve
from measurand.study.suitability import SYNONYMS

DEFINITIONS = sorted(definitions().values(), key=lambda d: d.id)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_the_smallest_procedure_loads_and_binds_what_is_needed(definition: Definition) -> None:
    procedure = load(minimal(definition).encode(), "smallest")
    assert procedure.measurand[0].quantity == definition.id
    assert statistic_of(procedure.measurand[0], definition).name
    for need in needs(definition):
        table, _, key = need.key.partition(".")
        bound = getattr(getattr(procedure, table), key)
        assert (bound is None) is need.optional, need.key


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_the_smallest_procedure_lacks_nothing(definition: Definition) -> None:
    procedure = load(minimal(definition).encode(), "smallest")
    assert resolve(procedure, definitions(), observations=None, reference=None)[0] == ()


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_everything_is_said(definition: Definition) -> None:
    found = explained(definition, definitions().keys())
    assert {p.name for p in found.at} == set(definition.at)
    assert {p.name for p in found.at if p.required} == set(definition.required)
    assert set(definition.required) <= set(EXAMPLE)
    assert "{" not in found.words
    assert found.limits and f"explain.rule.short.{found.rule}" in sentences()


@pytest.mark.parametrize(
    ("quantity", "rule"),
    [
        ("accuracy", "share"), ("f_score", "bounded"), ("auc", "bounded"), ("mean", "scores"), ("rate", "rate"),
        ("brier_score", "scores"), ("quantile", "order"), ("median_absolute_error", "order"), ("correlation", "fisher"),
        ("root_mean_square_error", "root"), ("positive_likelihood_ratio", "log"),
    ],
)  # fmt: skip
def test_rules_are_those_of_the_decision_table(quantity: str, rule: str) -> None:
    assert explained(definitions()[quantity], ()).rule == rule


def test_a_rule_for_bounded_values_is_named_only_for_these() -> None:
    for definition in DEFINITIONS:
        if explained(definition, ()).rule in ("share", "bounded"):
            statistic = statistic_of(load(minimal(definition).encode(), "").measurand[0], definition)
            assert np.isfinite(statistic.bounds).all(), definition.id


def test_synonyms_lead_to_a_quantity_and_never_to_another_synonym() -> None:
    assert not set(SYNONYMS) & set(SYNONYMS.values())
    assert {SYNONYMS[name] for name in ("mae", "rmse", "f1", "auroc", "r2", "qwk", "top5")} <= set(definitions())


def test_every_quantity_has_one_theme() -> None:
    several = [name for ids in themes().values() for name in ids]
    assert sorted(several) == sorted(definitions())
