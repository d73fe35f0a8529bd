"""Every statistic with random rows (ties included), its naive definition and its extreme rows."""

from __future__ import annotations

import numpy as np

from measurand.statistic.registry import by_name

from . import boxes
from .case import Case, rows_of
from .cases_answers import CASES as ANSWERS
from .cases_classes import CASES as OF_CLASSES
from .cases_numbers import CASES as NUMBERS
from .cases_raters import CASES as RATERS
from .cases_scores import CASES as SCORES


def sums(rows, w, keep):
    return sum(x for x, k in zip(w, keep, strict=True) if k)


def binary(rng, n):
    """One or two rows per item: an uncertain label gives both."""
    item = np.sort(np.concatenate([np.arange(n), rng.choice(n, n // 4, replace=False)]))
    truth = rng.random(len(item)) < 0.5
    right = rng.random(len(item)) < 0.75
    score = np.round(truth + rng.normal(0, 1.2, len(item)), 1)
    return rows_of(
        item,
        truth=truth.astype(float),
        predicted=np.where(right, truth, ~truth).astype(float),
        outcome=right.astype(float),
        score=score,
        value=np.round(rng.gamma(2.0, 3.0, len(item)), 1),
    )


def probabilities(rng, n):
    rows = binary(rng, n)
    rows.column["score"][:] = np.clip(np.round(0.5 + 0.2 * rows.column["score"], 2), 0, 1)
    return rows


def classes(rng, n):
    truth = np.concatenate([np.arange(3), rng.choice(3, n - 3, p=[0.2, 0.3, 0.5])])
    predicted = np.where(rng.random(n) < 0.6, truth, rng.choice(3, n))
    return rows_of(np.arange(n), truth=truth, predicted=predicted)


ROW = {"truth": 0.0, "predicted": 0.0, "outcome": 0.0, "score": 0.0, "value": 0.0}


def one(**column):
    """A kind that is one row."""
    return [[{**ROW, **column}]]


def share_case(name, inside, event, wrong, right, draw=binary):
    def naive(rows, w):
        table = [dict(zip(rows.column, values, strict=True)) for values in zip(*rows.column.values(), strict=True)]
        trials = sum(x for x, r in zip(w, table, strict=True) if inside(r))
        return [sum(x for x, r in zip(w, table, strict=True) if inside(r) and event(r)) / trials]

    return Case(name, by_name(name), draw, naive, lambda rows: [[[pick(rows, wrong)]], [[pick(rows, right)]]])


def pick(rows, column):
    return {role: {**ROW, **column}[role] for role in rows.column}


def always(row):
    return True


SHARES = [
    share_case("proportion", always, lambda r: r["outcome"] == 1, {"outcome": 0.0}, {"outcome": 1.0}),
    share_case("positive_rate", always, lambda r: r["predicted"] == 1, {"predicted": 0.0}, {"predicted": 1.0}),
    share_case("accuracy", always, lambda r: r["truth"] == r["predicted"], {"truth": 1, "predicted": 0}, {}, classes),
    share_case(
        "sensitivity",
        lambda r: r["truth"] == 1,
        lambda r: r["predicted"] == 1,
        {"truth": 1.0},
        {"truth": 1.0, "predicted": 1.0},
    ),
    share_case(
        "specificity",
        lambda r: r["truth"] == 0,
        lambda r: r["predicted"] == 0,
        {"predicted": 1.0},
        {},
    ),
    share_case(
        "precision",
        lambda r: r["predicted"] == 1,
        lambda r: r["truth"] == 1,
        {"predicted": 1.0},
        {"truth": 1.0, "predicted": 1.0},
    ),
]


def naive_mean(rows, w):
    return [float(sum(a * b for a, b in zip(w, rows.column["value"], strict=True)) / sum(w))]


def naive_brier(rows, w):
    squares = [(p - y) ** 2 for p, y in zip(rows.column["score"], rows.column["truth"], strict=True)]
    return [float(np.dot(w, squares) / sum(w))]


def naive_auc(rows, w):
    """All pairs of a positive and a negative row."""
    truth, score = rows.column["truth"], rows.column["score"]
    p, n = np.flatnonzero(truth == 1), np.flatnonzero(truth == 0)
    beats = (score[p][:, None] > score[n]) + 0.5 * (score[p][:, None] == score[n])
    return [w[p] @ beats @ w[n] / (w[p].sum() * w[n].sum())]


def naive_f(beta, average):
    def per_class(truth, predicted, w, c):
        tp = sum(x for x, a, b in zip(w, truth, predicted, strict=True) if a == c and b == c)
        fp = sum(x for x, a, b in zip(w, truth, predicted, strict=True) if a != c and b == c)
        fn = sum(x for x, a, b in zip(w, truth, predicted, strict=True) if a == c and b != c)
        return tp, fp, fn

    def f(tp, fp, fn):
        return (1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp)

    def naive(rows, w):
        truth, predicted = rows.column["truth"], rows.column["predicted"]
        if average == "binary":
            return [f(*per_class(truth, predicted, w, 1))]
        counts = [per_class(truth, predicted, w, c) for c in range(3)]
        if average == "micro":
            return [f(*np.sum(counts, axis=0))]
        scores = [f(*c) for c in counts]
        if average == "macro":
            return [np.mean(scores)]
        return [np.average(scores, weights=[tp + fn for tp, _, fn in counts])]

    return naive


def f_case(beta, average):
    statistic = by_name("f_score", {"beta": beta, "average": average})
    values = (0, 1) if average == "binary" else (0, 1, 2)

    def kinds(rows):
        every = [[pick(rows, {"truth": a, "predicted": b})] for a in values for b in values]
        return [every, every]  # lowering, raising

    return Case(
        f"f_score-{average}-{beta}",
        statistic,
        binary if average == "binary" else classes,
        naive_f(beta, average),
        kinds,
    )


def auc_kinds(rows):
    low, high = rows.column["score"].min() - 1, rows.column["score"].max() + 1
    ends = [(1.0, low), (0.0, high), (1.0, high), (0.0, low)]
    return [[[pick(rows, {"truth": t, "score": s})]] for t, s in ends]


PLAYERS = ("A", "B", "C", "D")


def comparisons(rng, n):
    """One or two comparisons per item; every ordered pair occurs, so that no draw is separated."""
    pairs = [(i, j) for i in range(4) for j in range(4) if i != j]
    item = np.concatenate([np.arange(n), rng.choice(n, n // 4, replace=False)])
    first = np.array(pairs)[np.concatenate([np.arange(12), rng.choice(12, len(item) - 12)])]
    chance = 1 / (1 + np.exp(np.array([0.0, 0.4, -0.3, 0.8])[first] @ [-1.0, 1.0]))
    swap = (rng.random(len(item)) > chance) & (np.arange(len(item)) >= 12)
    winner, loser = np.where(swap[:, None], first[:, ::-1], first).T
    return rows_of(item, winner=winner, loser=loser)


def naive_strengths(rows, w):
    """Zermelo's iteration: strength = wins / sum over opponents of comparisons / (own + opponent's strength)."""
    wins = np.zeros((4, 4))
    np.add.at(wins, (rows.column["winner"], rows.column["loser"]), w)
    total, worth = wins + wins.T, np.ones(4)
    for _ in range(5000):
        worth = wins.sum(axis=1) / (total / (worth[:, None] + worth)).sum(axis=1)
        worth /= worth[2]
    return np.log(worth)[[0, 1, 3]]


CASES = [
    *ANSWERS,
    *RATERS,
    *SCORES,
    *OF_CLASSES,
    *NUMBERS,
    *SHARES,
    Case("mean", by_name("mean"), binary, naive_mean, lambda rows: []),
    Case(
        "mean-bounded",
        by_name("mean", {"lower": 0.0, "upper": 100.0}),
        binary,
        naive_mean,
        lambda rows: [one(value=0.0), one(value=100.0)],
    ),
    Case(
        "brier_score",
        by_name("brier_score"),
        probabilities,
        naive_brier,
        lambda rows: [one(score=0.0), one(score=1.0)],
    ),
    Case("auc", by_name("auc"), binary, naive_auc, auc_kinds),
    Case(
        "bradley_terry",
        by_name("bradley_terry", {"competitors": PLAYERS, "reference": "C"}),
        comparisons,
        naive_strengths,
        lambda rows: [],
        items=60,
    ),
    Case(
        "average_precision-area",
        by_name("average_precision", {"thresholds": boxes.THRESHOLDS, "interpolated": False, "max_detections": 3}),
        boxes.tied,
        boxes.naive(interpolated=False),
        boxes.kinds,
    ),
    Case(
        "average_precision-interpolated",
        by_name("average_precision", {"thresholds": boxes.THRESHOLDS, "max_detections": 3}),
        boxes.untied,
        boxes.naive(interpolated=True),
        boxes.kinds,
        negative=False,
    ),
    Case(
        "average_recall",
        by_name("average_recall", {"thresholds": boxes.THRESHOLDS, "max_detections": 2}),
        boxes.tied,
        boxes.naive_recall,
        lambda rows: boxes.kinds(rows)[::2],
    ),
    f_case(1.0, "binary"),
    f_case(2.0, "binary"),
    f_case(1.0, "macro"),
    f_case(0.5, "macro"),
    f_case(1.0, "micro"),
    f_case(1.0, "weighted"),
]
