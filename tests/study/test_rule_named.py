"""The interval rule that is named beforehand is the one that makes the limits."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.document.definition import Definition
from measurand.study.explained import explained

from .build import measured
from .test_every_quantity import DEFINITIONS, asked, table

WORDS = {
    "order": ("Woodruff", "order statistics"), "rate": ("gamma", "Garwood"), "log": ("on the logarithm",),
    "root": ("on the mean square",), "fisher": ("on Fisher's z",), "scores": ("Student's t",),
    "logit": ("of the probability",),
    "share": ("effective count", "Clopper-Pearson", "composition"), "bounded": ("effective count",),
}  # fmt: skip


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_the_rule_of_a_result_is_the_one_that_was_named(definition: Definition) -> None:
    rng = np.random.default_rng([20261123, len(definition.id)])
    found = measured(asked(definition), table(definition, rng, raters=3 if definition.pooled else 1))
    rule = found.results.results[0].distribution.rule
    named = explained(definition, ()).rule
    assert any(words in rule for words in WORDS[named]), (named, rule)
