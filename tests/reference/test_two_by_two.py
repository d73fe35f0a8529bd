"""The 2 x 2 table of a diagnostic test with exact and logarithmic limits."""

from __future__ import annotations

import pytest
from tests.reference.case import compare, ids, read

from measurand.api.comparing import two_by_two

TOPIC = "diagnostic-accuracy"


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    got = {}
    for name, q in two_by_two(**read(id)["inputs"], likelihood_ratio="katz").items():
        got |= {f"{name}.est": q.value, f"{name}.lower": q.lower, f"{name}.upper": q.upper}
    compare(id, got)
