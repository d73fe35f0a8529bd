"""Abilities of Bradley and Terry with the standard errors and the deviance of the model."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.case import compare, ids, read

from measurand.statistic.pairwise import Tallies, covariance, deviance, fit

TOPIC = "ranking"


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    given = read(id)["inputs"]
    names = next(value for value in given.values() if isinstance(value[0], str))
    wins = np.array(next(value for value in given.values() if not isinstance(value[0], str)), float)
    tallies = Tallies(wins, np.zeros_like(wins))
    found = fit(tallies, 0)
    u = np.sqrt(np.diag(covariance(tallies, found, 0)))
    got: dict[str, float] = {}
    for name, b, se in zip(names, found.b, u, strict=True):
        got |= {f"ability.{name}": float(b), f"se.{name}": float(se)}
    got["deviance"], got["df"] = deviance(tallies, found)
    compare(id, got)
