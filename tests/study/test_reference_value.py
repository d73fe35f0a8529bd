"""Numeric reference values with a stated uncertainty: independent errors of the items, shared by all results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.study.build import columns, measurand, measured, procedure

from measurand.document.amount import Amount
from measurand.document.number import real
from measurand.document.procedure import Contrast
from measurand.document.result import Line, Result
from measurand.errors import DesignError

N = 200


def table(*, u: Any = None, systems: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    r = rng.normal(10, 3, N)
    item = np.tile(np.arange(N), systems)
    value = r[item] + rng.normal(0.5, 1.0, len(item))
    held = {"system": np.repeat(["a", "b"][:systems], N)} if systems > 1 else {}
    found = columns(
        item=[f"{i:03d}" for i in item],
        value=[repr(float(v)) for v in value],
        reference=[repr(float(x)) for x in r[item]],
        **held,
    )
    if u is not None:
        found["reference_u"] = np.full(len(item), u) if np.ndim(u) == 0 else np.asarray(u)[item]
    return found


def result(quantity: str, data: dict[str, np.ndarray], stated: Any, **more: Any) -> Result:
    systems = ("a", "b") if "contrast" in more else ("s",)
    reference = {"standard_uncertainty": stated} if stated is not None else {}
    p = procedure([measurand("m", quantity, **more)], reference=reference, systems=systems)
    (one,) = measured(p, data).results.results
    return one


def variance(one: Result, component: str) -> float:
    return sum(real(line.variance) for line in one.budget if isinstance(line, Line) and line.component == component)


def test_bias_of_these_items_has_the_uncertainty_of_their_reference() -> None:
    """``u^2 = sum u_i^2 / n^2``: nothing else varies when the items are fixed."""
    u = np.linspace(0.1, 0.9, N)
    one = result("bias", table(u=u), "u", estimand="benchmark")
    assert real(one.u) == pytest.approx(np.sqrt(np.sum(u**2)) / N, rel=0.2)  # 100 draws
    assert real(one.lower) < real(one.value) < real(one.upper)


def test_noise_is_inside_the_spread_of_drawn_items() -> None:
    without, with_u = result("bias", table(), None), result("bias", table(), Amount(text="0.5", value="0.5"))
    assert real(with_u.u) == pytest.approx(real(without.u), rel=1e-12)
    assert variance(with_u, "reference") == pytest.approx(0.25 / N, rel=0.4)
    assert variance(with_u, "reference") + variance(with_u, "sampling") == pytest.approx(real(with_u.u) ** 2)
    assert (real(with_u.lower), real(with_u.upper)) == (real(without.lower), real(without.upper))


def test_what_errors_add_to_a_mean_square_is_said() -> None:
    """``E (e + d)^2 = e^2 + u^2``: the limits reach as far."""
    without, with_u = (result("mean_squared_error", table(), s) for s in (None, Amount(text="0.5", value="0.5")))
    assert real(without.lower) - real(with_u.lower) == pytest.approx(0.25, rel=0.3)
    assert any("not corrected" in w for w in with_u.warnings)


def test_errors_of_shared_items_cancel_in_a_difference() -> None:
    over = Contrast(over="system", first="a", second="b")
    stated = Amount(text="0.5", value="0.5")
    one = result("bias", table(systems=2), stated, contrast=over)
    assert variance(one, "reference") == pytest.approx(0.0, abs=1e-20)


def test_bad_uncertainties_are_refused() -> None:
    with pytest.raises(DesignError, match="item 003"):
        result("bias", table(u=np.where(np.arange(N) == 3, -1.0, 0.1)), "u")
    with pytest.raises(DesignError, match="unit"):
        result("bias", table(), Amount(text="2 kg", value="2", unit="kg"))
