"""A share seen by an imperfect judge of known rates: value and limits by the methods named in the case."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri
from tests.reference.case import compare, ids, read

from measurand.errors import RefusedError
from measurand.quantity.imperfect import at_known_rates, powered_mean
from measurand.quantity.textbook import SHARE, named

TOPIC = "label-uncertainty"
AUDIT = "ppi-a"


@pytest.mark.parametrize("id", [id for id in ids(TOPIC) if id != AUDIT])
def test_case(id: str) -> None:
    given = read(id)["inputs"]
    x, n, rates = given["positive"], given["tested"], {k: given[k] for k in ("sensitivity", "specificity")}
    got = {"apparent_prevalence.est": x / n, "true_prevalence.est": at_known_rates(x / n, **rates)}
    for method in {e["name"].split(".")[1] for e in read(id)["expected"] if e["name"].count(".") == 2}:
        limits = named(SHARE, method.replace("_", "-"))(x, n, level=given.get("conf", 0.95))
        for side, limit in zip(("lower", "upper"), limits, strict=True):
            got[f"apparent_prevalence.{method}.{side}"] = limit
            got[f"true_prevalence.{method}.{side}"] = at_known_rates(limit, **rates)
    compare(id, got)


def test_an_audited_subset() -> None:
    given = read(AUDIT)["inputs"]
    right, imperfect, others = (np.array(given[k]) for k in ("Y", "Yhat", "Yhat_unlabeled"))
    z, got = float(ndtri(0.5 + given["conf"] / 2)), {}
    classical = float(right.mean()), float(right.std() / np.sqrt(len(right)))
    untuned, tuned = (powered_mean(right, imperfect, others, share=share) for share in (1.0, None))
    for name, (value, u) in {"classical": classical, "ppi_lam1": untuned, "ppi_tuned": tuned}.items():
        got |= {f"{name}_mean": value, f"{name}_lower": value - z * u, f"{name}_upper": value + z * u}
    compare(AUDIT, got)


def test_a_judge_no_better_than_chance_is_refused() -> None:
    with pytest.raises(RefusedError):
        at_known_rates(0.5, sensitivity=0.4, specificity=0.6)
