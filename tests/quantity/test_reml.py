"""Restricted maximum likelihood: equal to the analysis of variance where the data are balanced, and in its laws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from measurand.errors import DesignError, StatisticError
from measurand.quantity.anova import nested, one_way
from measurand.quantity.reml import reml


def grid(*sizes: int) -> list[np.ndarray]:
    return [x.ravel() for x in np.meshgrid(*(np.arange(s) for s in sizes), indexing="ij")]


def test_balanced_one_way_is_anova() -> None:
    group, _ = grid(8, 5)
    rng = np.random.default_rng(3)
    y = 1e3 + rng.normal(size=8)[group] + rng.normal(size=40)
    a, r = one_way(y, group.tolist()), reml(y, [group.tolist()])
    assert r.components == pytest.approx(a.components, rel=1e-7)
    assert r.mean == pytest.approx(y.mean(), rel=1e-14)
    assert r.mean_u**2 == pytest.approx(a.stages[0].mean_square / 40, rel=1e-7)
    between, within = a.stages[0].mean_square, a.stages[1].mean_square  # var(MS) = 2 E(MS)^2 / df
    assert r.covariance[1, 1] == pytest.approx(2 * within**2 / 32, rel=1e-6)
    assert r.covariance[0, 0] == pytest.approx((2 * between**2 / 7 + 2 * within**2 / 32) / 25, rel=1e-6)
    # two independent chi-squares and the Jacobian of the contrasts
    log = 7 * math.log(between) + 32 * math.log(within) + 39 + 39 * math.log(2 * math.pi) + math.log(40)
    assert r.log_likelihood == pytest.approx(-0.5 * log, rel=1e-9)


def test_balanced_nested_is_anova() -> None:
    day, run, _ = grid(12, 3, 2)
    rng = np.random.default_rng(5)
    inner = day * 3 + run
    y = 2 * rng.normal(size=12)[day] + 1.5 * rng.normal(size=36)[inner] + rng.normal(size=72)
    a = nested(y, [day.tolist(), run.tolist()])
    assert min(a.components) > 0
    assert reml(y, [day.tolist(), inner.tolist()]).components == pytest.approx(a.components, rel=1e-7)


def test_balanced_crossed_is_the_two_way_analysis() -> None:
    row, column = grid(7, 6)
    rng = np.random.default_rng(8)
    y = rng.normal(size=7)[row] + rng.normal(size=6)[column] + rng.normal(size=42)
    t = y.reshape(7, 6)
    left = t - t.mean(0) - t.mean(1)[:, None] + t.mean()
    error = float(np.sum(left**2)) / 30
    wanted = [t.mean(1).var(ddof=1) - error / 6, t.mean(0).var(ddof=1) - error / 7, error]
    assert min(wanted) > 0
    assert reml(y, [row.tolist(), column.tolist()]).components == pytest.approx(wanted, rel=1e-7)


def test_a_negative_component_stays_at_zero() -> None:
    y = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.1, -1.1]
    r = reml(y, [["a", "a", "b", "b", "c", "c", "d", "d"]])
    assert r.components[0] == 0.0
    assert r.components[1] == pytest.approx(float(np.var(y, ddof=1)), rel=1e-9)  # pooled, as one sample
    assert r.covariance[0].tolist() == [0.0, 0.0]


def test_units_and_order_do_not_matter() -> None:
    rng = np.random.default_rng(11)
    row, column = grid(6, 5)
    keep = rng.permutation(30)[:22]
    y = rng.normal(size=6)[row] + rng.normal(size=5)[column] + rng.normal(size=30)
    a = reml(y[keep], [row[keep].tolist(), column[keep].tolist()])
    order = rng.permutation(22)
    b = reml(1000 * y[keep][order] + 7, [row[keep][order].tolist(), column[keep][order].tolist()])
    assert b.components == pytest.approx(1e6 * a.components, rel=1e-5)
    assert b.mean == pytest.approx(1000 * a.mean + 7, rel=1e-6)


def test_what_cannot_be_told_apart_is_refused() -> None:
    with pytest.raises(DesignError):
        reml([1.0, 2.0, 4.0, 8.0], [["a", "b", "c", "d"]])
    with pytest.raises(DesignError):
        reml([1.0, 2.0, 4.0, 8.0, 9.0], [list("aabbb"), list("xxyyy")])
    with pytest.raises(DesignError):
        reml([1.0, 2.0], [list("ab")])
    with pytest.raises(StatisticError):
        reml([1.0] * 6, [list("aabbcc")])
