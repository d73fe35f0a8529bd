"""The definitions of the general pack: they load, name a statistic that exists, bind its roles, and speak plainly."""

from __future__ import annotations

import string
import tomllib
from importlib import resources

import pytest

from measurand.document.definition import Definition
from measurand.statistic.registry import by_name

PACK = resources.files("measurand") / "sector" / "general"
DEFINITIONS = [
    Definition.model_validate(d)
    for file in sorted(PACK.iterdir(), key=lambda f: f.name)
    if file.name.endswith(".toml")
    for d in tomllib.loads(file.read_text(encoding="utf-8"))["definition"]
]
SOURCES = {
    "value", "score", "scores", "reference", "exposure", "lower", "upper", "members", "spread", "set", "query", "event",
    "repeat", "first", "second",
}  # fmt: skip
"""What a procedure binds to columns."""
VALUES = {"k": 3.0, "system": "A"}
"""A value of each parameter that must be set, where it is not one half."""


def test_every_quantity_is_defined_once():
    assert len({d.id for d in DEFINITIONS}) == len(DEFINITIONS)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_definition_agrees_with_its_statistic(definition):
    given = {name: VALUES.get(name, 0.5) for name in definition.required}
    statistic = by_name(definition.statistic, {**definition.parameters, **given})
    needed = {role for role, bound in definition.roles.items() if not bound.endswith("?")}
    assert needed == set(statistic.roles)  # an optional one (the score that ``at`` cuts) is the study's
    assert set(definition.required) <= set(definition.at)
    assert {r.rstrip("?") for r in definition.roles.values()} <= SOURCES


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_words_speak_of_the_population(definition):
    fields = {field for _, field, _, _ in string.Formatter().parse(definition.words) if field}
    assert {"lower", "upper", "population"} <= fields <= {"lower", "upper", "population", "positive"}
    assert "next" not in definition.words and "100 " not in definition.words
    assert definition.formula and definition.assumptions and definition.source


def test_means_of_scores_say_so():
    """Their limits follow Student's t and Hall's correction, not an effective count in a range that may be infinite."""
    assert {"mean", "brier_score"} <= {d.id for d in DEFINITIONS if d.scores}
    assert {d.statistic for d in DEFINITIONS if d.scores} & {"auc", "f_score", "accuracy"} == set()
