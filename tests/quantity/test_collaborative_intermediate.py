"""Intermediate precision: nested designs by R, the staggered formulas by hand, coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest

from measurand.errors import DesignError, StatisticError
from measurand.quantity.collaborative import cells, precision, reproducibility
from measurand.quantity.intermediate_precision import intermediate_precision, staggered

# 4 laboratories x 3 days x 2 runs x 2 replicates; mean squares and components of R 4.2.2, anova(lm(y ~ lab/day/run))
Y = [
    9.8, 10.1, 10.4, 10.0, 9.7, 9.9, 10.6, 10.2, 10.3, 10.5, 9.9, 9.6, 11.2, 11.0, 10.7, 11.1, 11.5, 11.4, 10.9, 11.3,
    11.6, 11.2, 11.0, 10.8, 9.1, 9.5, 9.2, 9.9, 9.8, 9.4, 9.6, 9.3, 9.0, 9.7, 9.5, 9.9, 10.2, 10.5, 10.1, 10.8, 10.4,
    10.6, 10.0, 10.3, 10.7, 10.5, 10.9, 10.2,
]  # fmt: skip


def grid(*sizes: int) -> list[np.ndarray]:
    return [x.ravel() for x in np.meshgrid(*(np.arange(s) for s in sizes), indexing="ij")]


def test_components_are_what_r_finds() -> None:
    lab, day, run, _ = grid(4, 3, 2, 2)
    got = intermediate_precision(Y, {"laboratory": lab.tolist(), "day": day.tolist(), "run": run.tolist()})
    wanted = {
        "laboratory": 0.47205439814815, "day": -0.02359375, "run": 0.025625, "repeatability": 0.082083333333333,
    }  # fmt: skip
    assert {c.factor: c.estimated for c in got.components} == pytest.approx(wanted, rel=1e-11)
    assert [c.is_negative for c in got.components] == [False, True, False, False]
    assert got.components[1].deviation == 0.0 and got.components[1].limits[0] == 0.0
    assert [p.differs for p in got.precisions] == [(), ("run",), ("run", "day"), ("run", "day", "laboratory")]
    values = [p.deviation.value**2 for p in got.precisions]
    r, run_, lab_ = wanted["repeatability"], wanted["run"], wanted["laboratory"]
    assert values == pytest.approx([r, r + run_, r + run_, r + run_ + lab_], rel=1e-11)  # the day counts as 0
    assert all(p.deviation.limits[0] <= p.deviation.value <= p.deviation.limits[1] for p in got.precisions)
    chi = 39.3640770266039, 12.4011502175444  # R, qchisq of 24 degrees of freedom
    assert got.precisions[0].deviation.limits == pytest.approx([math.sqrt(24 * r / c) for c in chi], rel=1e-11)


def test_one_factor_is_the_collaborative_trial() -> None:
    rng = np.random.default_rng(6)
    y = [rng.normal() + rng.normal(size=3) for _ in range(8)]
    found = precision(cells(y))
    got = intermediate_precision(np.concatenate(y), {"laboratory": np.repeat(np.arange(8), 3).tolist()})
    whole = got.precisions[-1].deviation
    assert not found.is_negative
    assert whole.value == pytest.approx(found.s_R, rel=1e-11)
    assert whole.limits == pytest.approx(reproducibility(found).limits, rel=1e-11)


def test_staggered_three_factors_by_hand() -> None:
    """``SS_e = sum (y1 - y2)^2 / 2``, ``SS_1 = 2/3 sum (mean(y1, y2) - y3)^2``, ``SS_0 = 3 sum (mean - grand)^2``."""
    y = np.array([[10.1, 10.3, 9.7], [11.2, 11.1, 11.9], [9.4, 9.9, 9.6], [10.8, 10.6, 10.2], [9.0, 9.3, 10.1]])
    ms_e = float(np.sum((y[:, 0] - y[:, 1]) ** 2)) / 2 / 5
    ms_1 = 2 / 3 * float(np.sum((y[:, :2].mean(axis=1) - y[:, 2]) ** 2)) / 5
    ms_0 = 3 * float(y.mean(axis=1).var(ddof=1))
    got = staggered(y, ["laboratory", "day"])
    wanted = [ms_0 / 3 - 5 * ms_1 / 12 + ms_e / 12, 3 / 4 * (ms_1 - ms_e), ms_e]
    assert [c.estimated for c in got.components] == pytest.approx(wanted, rel=1e-11)
    assert got.anova.coefficient[1][1] / 5 == pytest.approx(4 / 3) and got.anova.coefficient[0][1] / 4 == pytest.approx(
        5 / 3
    )


def test_staggered_four_factors_have_one_degree_of_freedom_for_each_laboratory_and_factor() -> None:
    y = np.random.default_rng(1).normal(size=(6, 4))
    got = staggered(y, ["laboratory", "day", "run"])
    assert [s.df for s in got.anova.stages] == [5, 6, 6, 6]
    assert got.components[-1].estimated == pytest.approx(float(np.mean((y[:, 0] - y[:, 1]) ** 2)) / 2, rel=1e-12)


def test_limits_hold_the_truth_as_often_as_said() -> None:
    """6 laboratories x 3 days x 2, sd 1, 0.7, 1; 600 trials, seeded: 95 % less four standard errors at least."""
    rng = np.random.default_rng(12)
    lab, day, _ = grid(6, 3, 2)
    truth = math.sqrt(1.0 + 0.49), math.sqrt(1.0 + 0.49 + 1.0)
    hits = np.zeros(2)
    for _ in range(600):
        y = rng.normal(size=6)[lab] + 0.7 * rng.normal(size=18)[lab * 3 + day] + rng.normal(size=36)
        got = intermediate_precision(y, {"laboratory": lab.tolist(), "day": day.tolist()}).precisions[1:]
        hits += [p.deviation.limits[0] <= t <= p.deviation.limits[1] for p, t in zip(got, truth, strict=True)]
    assert np.all(np.abs(hits / 600 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 600))


def test_refused() -> None:
    with pytest.raises(DesignError):
        staggered([[1.0, 2.0, 3.0]] * 4, ["laboratory"])
    with pytest.raises(DesignError):
        intermediate_precision([1.0, 2.0, 3.0], {"laboratory": ["a", "b", "c"]})
    with pytest.raises(StatisticError):
        intermediate_precision([1.0, 1.0, 2.0, 2.0], {"laboratory": ["a", "a", "b", "b"]})
