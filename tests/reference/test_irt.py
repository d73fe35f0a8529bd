"""Item response models of response patterns: Rasch, two-parameter and conditional Rasch."""

from __future__ import annotations

import pytest
from tests.reference.case import compare, ids, read

from measurand.quantity.item_response import responses
from measurand.quantity.item_response_conditional import conditional_rasch
from measurand.quantity.item_response_marginal import rasch, two_parameter

TOPIC = "irt"


@pytest.mark.parametrize("id", ids(TOPIC))
def test_case(id: str) -> None:
    given = read(id)["inputs"]
    table = responses([[int(x) for x in pattern] for pattern in given["patterns"]], times=given["frequencies"])
    one, common, own = rasch(table), rasch(table, discrimination="common"), two_parameter(table)
    conditional = conditional_rasch(table)
    got: dict[str, float] = {"rasch.discrimination": float(common.discrimination[0])}
    fitted = {"rasch_disc1": one, "rasch": common, "twopl": own, "cml_rasch": conditional}
    for prefix, model in fitted.items():
        got[f"{prefix}.loglik"] = model.log_likelihood
        for i, (b, a) in enumerate(zip(model.difficulty, model.discrimination, strict=True), 1):
            name = "easiness_centred_neg" if model is conditional else "difficulty"
            got |= {f"{prefix}.{name}.{i}": float(b), f"{prefix}.discrimination.{i}": float(a)}
    compare(id, got)
