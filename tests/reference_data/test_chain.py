"""Uncertainty down a chain of matrices: by hand, and against a simulation."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.document.number import number, real
from measurand.document.reference_certificate import Characteristic, Confusion, Uncertain
from measurand.errors import DesignError
from measurand.study.reference_chain import carried

HIGH = [[(0.98, 0.01), (0.02, 0.01)], [(0.10, 0.03), (0.90, 0.03)]]
LOW = [[(0.95, 0.02), (0.05, 0.02)], [(0.20, 0.04), (0.80, 0.04)]]
NAMES = ("no", "yes")


def table(cells: list[list[tuple[float, float]]], names: tuple[str, ...] = NAMES) -> Confusion:
    rows = tuple(tuple(Uncertain(value=number(v), u=number(u)) for v, u in row) for row in cells)
    return Confusion(classes=names, rows=rows)


def share(value: float, u: float) -> Uncertain:
    return Uncertain(value=number(value), u=number(u))


def top(confusion: Confusion | None = None) -> Characteristic:
    return carried(share(0.04, 0.01), None, classes=NAMES, confusion=confusion)


def test_the_product_by_hand() -> None:
    """Truly yes, value no: 0.1 * 0.95 + 0.9 * 0.2 = 0.275."""
    found = carried(share(0.08, 0.02), top(table(HIGH)), classes=NAMES, confusion=table(LOW)).confusion
    assert found is not None
    assert real(found.rows[1][0].value) == pytest.approx(0.275, abs=1e-15)
    assert real(found.rows[0][0].value) == pytest.approx(0.98 * 0.95 + 0.02 * 0.2, abs=1e-15)
    by_hand = (0.95 * 0.03) ** 2 + (0.2 * 0.03) ** 2 + (0.1 * 0.02) ** 2 + (0.9 * 0.04) ** 2
    assert real(found.rows[1][0].u) == pytest.approx(np.sqrt(by_hand), rel=1e-12)


def test_the_stated_uncertainty_is_that_of_a_simulation() -> None:
    """Cells of a row move against each other: the law without their correlation is at most a little too large."""
    found = carried(share(0.08, 0.02), top(table(HIGH)), classes=NAMES, confusion=table(LOW)).confusion
    assert found is not None
    rng, draws = np.random.default_rng(1), []
    for _ in range(20000):
        off = [[rng.normal(*cells[t][1 - t]) for t in (0, 1)] for cells in (HIGH, LOW)]
        h, a = (np.array([[1 - x, x], [y, 1 - y]]) for x, y in off)
        draws.append((h @ a)[1, 0])
    assert np.std(draws) <= real(found.rows[1][0].u) * 1.02
    assert real(found.rows[1][0].u) < 1.25 * np.std(draws)


def test_a_share_stands_for_all_errors_alike() -> None:
    lower = carried(share(0.02, 0.004), top(), classes=NAMES)
    assert lower.confusion is None
    mixed = carried(share(0.02, 0.004), top(table(HIGH)), classes=NAMES).confusion
    assert mixed is not None
    assert real(mixed.rows[1][0].value) == pytest.approx(0.1 * 0.98 + 0.9 * 0.02, abs=1e-15)


def test_the_formula_for_shares_is_the_product_of_their_matrices() -> None:
    """Three classes: 1 - (1 - e_h)(1 - e_a) - e_h e_a / 2."""
    three = ("a", "b", "c")
    above = carried(share(0.1, 0.02), None, classes=three)
    found = carried(share(0.2, 0.03), above, classes=three).combined
    h, a = (np.eye(3) * (1 - e) + (1 - np.eye(3)) * e / 2 for e in (0.1, 0.2))
    assert real(found.value) == pytest.approx(1 - (h @ a)[0, 0], abs=1e-12)
    assert real(found.u) == pytest.approx(np.hypot((1 - 1.5 * 0.2) * 0.02, (1 - 1.5 * 0.1) * 0.03), rel=1e-12)


def test_other_classes_are_refused() -> None:
    with pytest.raises(DesignError, match="not those of the certificate"):
        carried(share(0.1, 0.01), top(table(HIGH)), classes=("a", "b"), confusion=table(LOW, ("a", "b")))
