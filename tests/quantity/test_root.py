"""The bracketing root and the quantiles that rest on it."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.quantity.mixture import Mixture, quantile
from measurand.quantity.root import falling_root


@pytest.mark.parametrize("parts", [2, 16])
@pytest.mark.parametrize("root", [1e-12, 0.3, 1e6, 7e11])
def test_falling_root(root: float, parts: int) -> None:
    assert falling_root(lambda x: root - x, 0.0, 1e12, parts=parts) == pytest.approx(root, rel=1e-12)
    assert falling_root(lambda x: 1.0 / (x + 1.0) - 1.0 / (root + 1.0), 0.0, 1e12, parts=parts) == pytest.approx(
        root, rel=1e-3
    )


def test_roots_at_the_limits() -> None:
    assert falling_root(lambda x: -x - 1.0, 0.0, 5.0) == 0.0
    assert falling_root(lambda x: 10.0 - x, 0.0, 5.0) == 5.0


def test_quantiles_of_a_mixture() -> None:
    """Two normal distributions far apart: 1/4 of the whole is the median of the first."""
    m = Mixture(np.array([0.5, 0.5]), np.array([0.0, 1e6]), np.array([1.0, 2.0]), np.array([np.inf, np.inf]))
    assert m.quantile(0.25) == pytest.approx(0.0, abs=1e-9)
    assert m.quantile(0.75) == pytest.approx(1e6, rel=1e-12)
    assert m.mean == 5e5 and m.sd == pytest.approx(5e5, rel=1e-9)
    assert quantile(m.cumulative, 0.25, -1e9, 1e-3, parts=2) == pytest.approx(0.0, abs=1e-6)
