"""Analysis of variance against certified values of NIST and the published nested layout."""

from __future__ import annotations

import math

import pytest
from tests.reference.case import compare, ids, read, rows

from measurand.errors import DesignError
from measurand.quantity.anova import nested, one_way

ADAPTER = "variance-components"


def test_bad_designs_are_refused() -> None:
    with pytest.raises(DesignError):
        one_way([1.0, 2.0], ["a", "a"])
    with pytest.raises(DesignError):
        one_way([1.0, 2.0], ["a", "b"])
    with pytest.raises(DesignError):
        one_way([1.0, 2.0], ["a"])


@pytest.mark.parametrize("id", ids(ADAPTER))
def test_case(id: str) -> None:
    table = rows(id)
    *factors, value = read(id)["inputs"].get("columns") or [n for n in table if n != "y"] + ["y"]
    a = nested([float(v) for v in table[value]], [table[f] for f in factors])
    between, within = a.stages[0], a.stages[-1]
    got = {
        "ss_between": between.sum_of_squares, "df_between": between.df, "ms_between": between.mean_square, "F": a.f,
        "ss_within": within.sum_of_squares, "df_within": within.df, "ms_within": within.mean_square,
        "r_squared": a.r_squared, "residual_sd": a.residual_sd, "total.var": a.total, "total.sd": math.sqrt(a.total),
        "total.df_satterthwaite": a.total_df, "total.cv_percent": 100.0 * math.sqrt(a.total) / a.mean,
    }  # fmt: skip
    names = ["_".join(factors[: k + 1]) for k in range(len(factors))] + ["error"]
    for name, stage, component in zip(names, a.stages, a.components_from_zero, strict=True):
        got |= {f"{name}.ss": stage.sum_of_squares, f"{name}.ms": stage.mean_square, f"{name}.var": component}
    compare(id, got)
