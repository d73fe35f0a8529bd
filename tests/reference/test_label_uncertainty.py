"""A share seen by an imperfect judge of known rates: value and limits by the methods named in the case."""

from __future__ import annotations

import pytest
from tests.reference.case import compare, ids, read

from measurand.errors import RefusedError
from measurand.quantity.imperfect import at_known_rates
from measurand.quantity.textbook import SHARE, named

TOPIC = "label-uncertainty"
LATER = {"ppi-a": "later issue: prediction-powered inference"}


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    if id in LATER:
        pytest.skip(LATER[id])
    given = read(id)["inputs"]
    x, n, rates = given["positive"], given["tested"], {k: given[k] for k in ("sensitivity", "specificity")}
    got = {"apparent_prevalence.est": x / n, "true_prevalence.est": at_known_rates(x / n, **rates)}
    for method in {e["name"].split(".")[1] for e in read(id)["expected"] if e["name"].count(".") == 2}:
        limits = named(SHARE, method.replace("_", "-"))(x, n, level=given.get("conf", 0.95))
        for side, limit in zip(("lower", "upper"), limits, strict=True):
            got[f"apparent_prevalence.{method}.{side}"] = limit
            got[f"true_prevalence.{method}.{side}"] = at_known_rates(limit, **rates)
    compare(id, got)


def test_a_judge_no_better_than_chance_is_refused() -> None:
    with pytest.raises(RefusedError):
        at_known_rates(0.5, sensitivity=0.4, specificity=0.6)
