"""Strengths and their variance over prompts against statsmodels: logistic and log-linear models, robust covariances."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.statistic.contract import Rows
from measurand.statistic.registry import by_name

api = pytest.importorskip("statsmodels.api")
each = pytest.mark.parametrize("seed", [1, 2, 3])
NAMES = np.array(["A", "B", "C", "D"])
PUDDINGS = [(0, 1, 19, 22, 16), (0, 2, 16, 19, 12), (1, 2, 19, 19, 10), (0, 3, 18, 23, 13), (1, 3, 23, 19, 9),
            (2, 3, 19, 20, 15)]  # fmt: skip
"""Brands, preferences for the one and for the other, none: chocolate puddings 1 to 4 (Davidson 1970, example 2)."""


def judged(seed, prompts=40):
    """Positions of two systems, points of the first, prompt; prompts have unequal numbers of comparisons."""
    rng = np.random.default_rng([20261123, seed])
    prompt = np.repeat(np.arange(prompts), rng.integers(2, 9, prompts))
    pair = np.array([rng.permutation(4)[:2] for _ in prompt])
    level = rng.normal(0, 0.6, (prompts, 4))[prompt] + np.array([0.0, 0.5, -0.4, 0.9])
    d = level[np.arange(len(prompt)), pair[:, 0]] - level[np.arange(len(prompt)), pair[:, 1]]
    points = (rng.random(len(prompt)) < 1 / (1 + np.exp(-d))).astype(float)
    return pair, np.where(rng.random(len(prompt)) < 0.2, 0.5, points), prompt


def rows_of(pair, points, item):
    result = np.array(["second", "tie", "first"])[(2 * points).astype(int)]
    column = {"first": NAMES[pair[:, 0]], "second": NAMES[pair[:, 1]], "result": result}
    return Rows(np.asarray(item), np.zeros(len(item), int), column)


def of_clusters(statistic, rows, cluster):
    """Value, and the root of the sum of squares of the contributions of the clusters, without any correction."""
    w, rows = np.ones(len(rows)), statistic.arrange(rows)
    total = np.bincount(cluster, weights=statistic.sensitivity(rows, w)[:, 0])
    return statistic.value(rows, w)[0], np.sqrt(np.sum(total**2))


def design(pair):
    """+1 and -1 for the two systems; the first system is the baseline."""
    return (np.eye(4)[pair[:, 0]] - np.eye(4)[pair[:, 1]])[:, 1:]


@each
def test_logistic_regression_with_clusters(seed):
    """Half a win for a tie is a response of 1/2; ``use_correction`` is G/(G-1) (n-1)/(n-k), G/(G-1) is ours."""
    pair, points, prompt = judged(seed)
    model = api.GLM(points, design(pair), family=api.families.Binomial())
    groups = {"groups": prompt, "use_correction": False}
    fit = model.fit(cov_type="cluster", cov_kwds=groups, tol=1e-14, maxiter=100)
    corrected = model.fit(cov_type="cluster", cov_kwds={"groups": prompt}, tol=1e-14, maxiter=100)
    g, n, k = len(set(prompt)), len(points), 3
    rows = rows_of(pair, points, np.arange(n))
    for position, name in enumerate(NAMES[1:]):
        odds = by_name("bradley_terry_strength", {"system": name, "baseline": "A"})
        value, u = of_clusters(odds, rows, prompt)
        assert value == pytest.approx(fit.params[position], rel=1e-9, abs=1e-10)
        assert u == pytest.approx(fit.bse[position], rel=1e-8)
        ours = u * np.sqrt(g / (g - 1))
        assert ours * np.sqrt((n - 1) / (n - k)) == pytest.approx(corrected.bse[position], rel=1e-8)
        chance = by_name("bradley_terry_win_probability", {"system": name, "opponent": "A"})
        p = fit.predict(np.eye(3)[[position]])[0]
        assert of_clusters(chance, rows, prompt) == pytest.approx((p, p * (1 - p) * fit.bse[position]), rel=1e-8)


@each
def test_generalised_estimating_equations(seed):
    pair, points, prompt = judged(seed)
    gee = api.GEE(points, design(pair), groups=prompt, family=api.families.Binomial(),
                  cov_struct=api.cov_struct.Independence()).fit(ctol=1e-12, maxiter=200)  # fmt: skip
    odds = by_name("bradley_terry_strength", {"system": "D", "baseline": "A"})
    got = of_clusters(odds, rows_of(pair, points, np.arange(len(points))), prompt)
    assert got == pytest.approx((gee.params[2], gee.bse[2]), rel=1e-6)


def loglinear(pair, points, cluster):
    """Davidson's model as a log-linear one (Fienberg & Larntz 1976): three counts per comparison, a mean per pair."""
    low = np.sort(pair, axis=1)
    kind = np.unique(low[:, 0] * 4 + low[:, 1], return_inverse=True)[1]
    means = np.eye(kind.max() + 1)[kind]
    x = design(pair) / 2
    nothing = np.zeros((len(pair), 1))
    blocks = [np.hstack([s * x, nothing + t, means]) for s, t in ((1, 0), (-1, 0), (0, 1))]
    counts = [points == 1.0, points == 0.0, points == 0.5]
    model = api.GLM(np.concatenate(counts).astype(float), np.vstack(blocks), family=api.families.Poisson())
    return model.fit(
        cov_type="cluster", cov_kwds={"groups": np.tile(cluster, 3), "use_correction": False}, tol=1e-14, maxiter=200
    )


@each
def test_ties_of_davidson_are_a_loglinear_model(seed):
    pair, points, prompt = judged(seed)
    fit = loglinear(pair, points, prompt)
    rows = rows_of(pair, points, np.arange(len(points)))
    for position, name in enumerate(NAMES[1:]):
        odds = by_name("bradley_terry_strength", {"system": name, "baseline": "A", "ties": "davidson"})
        got = of_clusters(odds, rows, prompt)
        assert got == pytest.approx((fit.params[position], fit.bse[position]), rel=1e-7)


def test_chocolate_puddings():
    """Strengths, and the probability that a pudding is preferred, a tie counting one half, by the delta method."""
    pair = np.array([(i, j) for i, j, *counts in PUDDINGS for _ in range(sum(counts))])
    points = np.concatenate([np.repeat([1.0, 0.0, 0.5], counts) for _, _, *counts in PUDDINGS])
    each_alone = np.arange(len(points))
    fit, rows = loglinear(pair, points, each_alone), rows_of(pair, points, each_alone)
    b, tie = fit.params[1], fit.params[3]
    for system, expected in ((1, fit.params[0]), (2, b), (3, fit.params[2])):
        odds = by_name("bradley_terry_strength", {"system": NAMES[system], "baseline": "A", "ties": "davidson"})
        assert of_clusters(odds, rows, each_alone)[0] == pytest.approx(expected, rel=1e-8)

    def preferred(at):
        win, loss, none = np.exp([at[0] / 2, -at[0] / 2, at[1]])
        return (win + none / 2) / (win + loss + none)

    h, middle = 1e-6, np.array([b, tie])
    slope = [(preferred(middle + step) - preferred(middle - step)) / (2 * h) for step in h * np.eye(2)]
    covariance = fit.cov_params()[np.ix_([1, 3], [1, 3])]
    chance = by_name("bradley_terry_win_probability", {"system": "C", "opponent": "A", "ties": "davidson"})
    expected = (preferred(middle), np.sqrt(slope @ covariance @ slope))
    assert of_clusters(chance, rows, each_alone) == pytest.approx(expected, rel=1e-6)
