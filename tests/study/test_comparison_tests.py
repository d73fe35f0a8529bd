"""The tests of a procedure's contrasts, as remarks of its results."""

from __future__ import annotations

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand.document.procedure import Contrast
from measurand.quantity.limits import Limits
from measurand.quantity.student import normal_factor
from measurand.study.comparison_tests import p_of_limits

OVER = Contrast(over="system", first="a", second="b")
AIRWAY = ([1, 1] + [0] * 19, [1, 0] + [1] * 7 + [0] * 12)
"""Fagerland, Lydersen & Laake (2013): 1 both, 1 only first, 7 only second, 12 neither; mid-p 0.039, exact 0.070."""


def pairs(**more: list) -> dict[str, np.ndarray]:
    first, second = AIRWAY
    n = len(first)
    return columns(system=["a"] * n + ["b"] * n, item=[f"{i:02d}" for i in range(n)] * 2, value=first + second, **more)


def remarks(*wanted: object, table: dict[str, np.ndarray] | None = None) -> tuple[str, ...]:
    return measured(procedure(wanted, systems=("a", "b")), pairs() if table is None else table).results.remarks


def test_paired_shares() -> None:
    (text,) = remarks(measurand("d", "proportion", contrast=OVER), measurand("p", "proportion"))
    assert "8 items" in text and "exact p = 0.07" in text and text.endswith("p = 0.039") and "adjusted" not in text


def test_several_contrasts_are_adjusted() -> None:
    """Holm of two equal p-values: twice the p-value for both."""
    ratio = OVER.model_copy(update={"kind": "ratio"})
    found = remarks(measurand("d", "proportion", contrast=OVER), measurand("r", "proportion", contrast=ratio))
    assert len(found) == 2 and all("2 contrasts" in t and t.endswith("p = 0.078") for t in found)


def test_shares_of_different_items() -> None:
    """56 of 70 against 48 of 80: chi-square 7.0234 times 149/150."""
    value = [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32
    t = columns(system=["a"] * 70 + ["b"] * 80, item=[f"{i:03d}" for i in range(150)], value=value)
    (text,) = remarks(measurand("d", "proportion", contrast=OVER), table=t)
    assert "Miettinen-Nurminen" in text and text.endswith("p = 0.0083")


def test_clusters_are_tested_by_the_limits_of_the_result() -> None:
    table = pairs(cluster=[f"{i // 2:02d}" for i in range(21)] * 2)
    p = procedure([measurand("d", "proportion", contrast=OVER)], systems=("a", "b"), cluster=True)
    found = measured(p, table)
    (text,) = found.results.remarks
    stated = float(text.rsplit("p = ", 1)[1])
    lower, upper = found.limits[0].at_tail(stated / 2)
    assert "limits" in text and min(abs(lower), abs(upper)) < 5e-3


@pytest.mark.parametrize(("value", "p"), [(1.959963984540054, 0.05), (-2.5758293035489004, 0.01), (0.0, 1.0)])
def test_p_of_normal_limits(value: float, p: float) -> None:
    def tails(tail: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return value - normal_factor(tail), value + normal_factor(tail)

    assert p_of_limits(Limits(value, 1.0, np.inf, "normal", tails), 0.0) == pytest.approx(p, rel=1e-6)


def test_less_than_the_least_that_is_looked_for() -> None:
    """2,000 of 2,000 and 1,000 of 2,000 independent items: z is beyond 30, whose normal tail is below 1e-190."""
    value = [1] * 3000 + [0] * 1000
    t = columns(system=["a"] * 2000 + ["b"] * 2000, item=[f"{i:04d}" for i in range(4000)], value=value)
    (text,) = remarks(measurand("d", "proportion", contrast=OVER), table=t)
    assert text.endswith("; p < 2e-12")
