"""Variance components of unbalanced data against statsmodels' mixed linear model, where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.quantity.reml import reml

statsmodels = pytest.importorskip("statsmodels.regression.mixed_linear_model")


def invented() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Crossed levels with holes: 9 rows, 7 columns, 40 of 63 cells, one or two values each."""
    rng = np.random.default_rng(21)
    cell = rng.choice(63, 40, replace=False)
    cell = np.concatenate([cell, rng.choice(cell, 15, replace=False)])
    row, column = cell // 7, cell % 7
    return 5 + rng.normal(0, 1.2, 9)[row] + rng.normal(0, 0.8, 7)[column] + rng.normal(size=len(cell)), row, column


def mean_u(v: np.ndarray) -> float:
    """Generalised least squares with given components (statsmodels' own bse_fe inverts another Hessian)."""
    return float(1.0 / np.sqrt(np.linalg.inv(v).sum()))


def test_unbalanced_one_way() -> None:
    y, row, _ = invented()
    found = statsmodels.MixedLM(y, np.ones((len(y), 1)), groups=row).fit(reml=True, method="bfgs", gtol=1e-9)
    own = reml(y, [row.tolist()])
    assert own.components == pytest.approx([float(found.cov_re[0, 0]), float(found.scale)], rel=1e-4)
    assert own.log_likelihood == pytest.approx(float(found.llf), rel=1e-8)
    assert own.mean == pytest.approx(float(found.fe_params[0]), rel=1e-6)
    v = float(found.cov_re[0, 0]) * (row[:, None] == row) + float(found.scale) * np.eye(len(y))
    assert own.mean_u == pytest.approx(mean_u(v), rel=1e-4)


def test_crossed_with_holes() -> None:
    y, row, column = invented()
    one = np.zeros(len(y))
    design = [np.eye(9)[row], np.eye(7)[column]]
    names = [[f"{k}{i}" for i in range(m.shape[1])] for k, m in zip("rc", design, strict=True)]
    spec = statsmodels.VCSpec(["row", "column"], [[names[0]], [names[1]]], [[design[0]], [design[1]]])
    model = statsmodels.MixedLM(y, np.ones((len(y), 1)), groups=one, exog_vc=spec)
    found = model.fit(reml=True, method="bfgs", gtol=1e-9)
    own = reml(y, [row.tolist(), column.tolist()])
    assert own.components == pytest.approx([*(float(v) for v in found.vcomp), float(found.scale)], rel=1e-4)
    assert own.log_likelihood == pytest.approx(float(found.llf), rel=1e-8)
    theirs = [*(float(c) for c in found.vcomp), float(found.scale)]
    v = theirs[0] * (row[:, None] == row) + theirs[1] * (column[:, None] == column) + theirs[2] * np.eye(len(y))
    assert own.mean_u == pytest.approx(mean_u(v), rel=1e-4)
