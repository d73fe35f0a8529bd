"""Quantities of scores, rankings and censored times under the laws, each with its definition written out."""

from __future__ import annotations

import itertools
import math

import numpy as np

from measurand.statistic.registry import by_name

from .case import Case, rows_of


def judged(rng, n):
    """A probability of one digit and two (ties), and what happened; both outcomes occur."""
    p = np.round(rng.uniform(0.03, 0.97, n), 2)
    truth = (rng.random(n) < 0.2 + 0.6 * p).astype(float)
    truth[:2] = 0.0, 1.0
    p[:4] = 0.5, 0.5, 0.2, 0.7
    return rows_of(np.arange(n), truth=truth, score=p)


def overstated(rng, n):
    """Probabilities that are too high in every bin: the kinks of the absolute values lie far away."""
    rows = judged(rng, n)
    p = rows.column["score"]
    return rows_of(rows.item, truth=(rng.random(n) < 0.2 * p).astype(float), score=np.maximum(p, 0.35))


def classified(rng, n):
    truth = np.concatenate([np.arange(3), rng.integers(0, 3, n - 3)]).astype(float)
    raw = np.round(rng.gamma(1.0, 1.0, (n, 3)) + 1.5 * (np.arange(3) == truth[:, None]) + 0.2, 1)
    return rows_of(np.arange(n), truth=truth, scores=raw / raw.sum(axis=1, keepdims=True))


def survived(rng, n):
    """Times with ties, a third censored."""
    score = np.round(rng.normal(size=n), 1)
    time = np.ceil(10 * rng.exponential(np.exp(-score)))
    return rows_of(np.arange(n), score=score, time=time, event=(rng.random(n) < 0.67).astype(float))


def ranked(rng, n):
    """Queries of 3 to 7 documents; an item is a query here. Ties in the scores."""
    size = rng.integers(3, 8, n)
    query = np.repeat(np.arange(n), size)
    grade = rng.choice([0.0, 0.0, 1.0, 2.0], len(query))
    score = np.round(0.5 * grade + rng.normal(0, 0.7, len(query)), 0 if n % 2 else 1)
    return rows_of(query, query=query, score=score, reference=grade)


def mean_of(score):
    def naive(rows, w):
        total = 0.0
        for i in range(len(rows)):
            total += w[i] * score({name: column[i] for name, column in rows.column.items()})
        return [total / sum(w)]

    return naive


def naive_ratio(rows, w):
    observed = sum(wi * y for wi, y in zip(w, rows.column["truth"], strict=True))
    return [observed / sum(wi * p for wi, p in zip(w, rows.column["score"], strict=True))]


def naive_recalibration(at):
    """Newton's iteration for each coefficient in turn."""

    def naive(rows, w):
        y, p = rows.column["truth"], rows.column["score"]
        logit = [math.log(q / (1 - q)) for q in p]
        beta = [0.0, 1.0]
        for _ in range(4000):
            for k in (0, 1):
                score = curvature = 0.0
                for wi, yi, x in zip(w, y, logit, strict=True):
                    mu = 1 / (1 + math.exp(-beta[0] - beta[1] * x))
                    z = (1.0, x)[k]
                    score += wi * z * (yi - mu)
                    curvature += wi * z * z * mu * (1 - mu)
                beta[k] += score / curvature
            if abs(score / curvature) < 1e-15:
                break
        return [beta[at]]

    return naive


def naive_ece(rows, w):
    sums = dict.fromkeys(range(10), 0.0)
    for wi, y, p in zip(w, rows.column["truth"], rows.column["score"], strict=True):
        sums[min(int(p * 10), 9)] += wi * (y - p)
    return [sum(map(abs, sums.values())) / sum(w)]


def naive_equal_mass(rows, w):
    """Small parts of the weight, from the lowest probability on, poured into four bins; ties are poured together."""
    y, p = rows.column["truth"], rows.column["score"]
    size, sums, room, b = sum(w) / 4, [0.0] * 4, sum(w) / 4, 0
    for level in sorted(set(p)):
        left = sum(wi for wi, pi in zip(w, p, strict=True) if pi == level)
        gap = sum(wi * (yi - pi) for wi, yi, pi in zip(w, y, p, strict=True) if pi == level) / left
        while left > room and b < 3:
            sums[b] += room * gap
            left, room, b = left - room, size, b + 1
        sums[b] += left * gap
        room -= left
    return [sum(map(abs, sums)) / sum(w)]


def equal_mass_kinds(rows):
    """Beside every probability the outcome 0 or 1; the law takes the furthest of them."""
    p = rows.column["score"]
    places = np.concatenate([[0.0, 1.0], p - 1e-9, p + 1e-9])
    candidates = [[{"truth": y, "score": e}] for e in places for y in (0.0, 1.0)]
    return [candidates, candidates]


def ece_kinds(rows):
    """Every end of every bin with the outcome that is furthest from it; the law takes the furthest of them."""
    edges = np.linspace(0, 1, 11)
    candidates = [[{"truth": 1.0, "score": e}] for e in edges[:-1]]
    candidates += [[{"truth": 0.0, "score": e - 1e-12}] for e in edges[1:]]
    return [candidates, candidates]


def naive_partial(fpr):
    """Trapezia of the curve through the score levels, the last one cut."""

    def naive(rows, w):
        y, x = rows.column["truth"], rows.column["score"]
        plus = sum(wi for wi, yi in zip(w, y, strict=True) if yi)
        minus = sum(wi for wi, yi in zip(w, y, strict=True) if not yi)
        area, t0, f0 = 0.0, 0.0, 0.0
        for level in sorted(set(x), reverse=True):
            t1 = sum(wi for wi, yi, xi in zip(w, y, x, strict=True) if yi and xi >= level) / plus
            f1 = sum(wi for wi, yi, xi in zip(w, y, x, strict=True) if not yi and xi >= level) / minus
            if f0 < fpr and f1 != f0:
                cut = min(max((fpr - f0) / (f1 - f0), 0.0), 1.0) if f1 > f0 else 1.0
                area += (f1 - f0) * cut * (t0 + t0 + (t1 - t0) * cut) / 2
            t0, f0 = t1, f1
        return [area]

    return naive


def auc_kinds(rows):
    low, high = rows.column["score"].min() - 1, rows.column["score"].max() + 1
    return [[[{"truth": t, "score": s}]] for t, s in ((1.0, low), (0.0, high), (1.0, high), (0.0, low))]


def naive_average_precision(rows, w):
    y, x = rows.column["truth"], rows.column["score"]
    plus, area, before = sum(wi for wi, yi in zip(w, y, strict=True) if yi), 0.0, 0.0
    for level in sorted(set(x), reverse=True):
        found = sum(wi for wi, yi, xi in zip(w, y, x, strict=True) if yi and xi >= level)
        called = sum(wi for wi, xi in zip(w, x, strict=True) if xi >= level)
        area += (found - before) / plus * found / called
        before = found
    return [area]


def precision_recall_kinds(rows):
    low, high = rows.column["score"].min() - 1, rows.column["score"].max() + 1
    return [[[{"truth": t, "score": s}]] for t, s in ((0.0, high), (1.0, low), (1.0, high))]


def naive_concordance(rows, w):
    score, time, event = (rows.column[name] for name in ("score", "time", "event"))
    good = pairs = 0.0
    for i, j in itertools.permutations(range(len(rows)), 2):
        if event[i] and (time[i] < time[j] or (time[i] == time[j] and not event[j])):
            pairs += w[i] * w[j]
            good += w[i] * w[j] * (1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0.0)
    return [good / pairs]


def concordance_kinds(rows):
    low, high = rows.column["score"].min() - 1, rows.column["score"].max() + 1
    return [[[{"score": s, "time": 0.0, "event": 1.0}]] for s in (low, high)]


def naive_areas(pairs):
    def naive(rows, w):
        truth, scores = rows.column["truth"], rows.column["scores"]
        areas = []
        for c in range(3):
            for others in [[k for k in range(3) if k != c]] if pairs == "rest" else [[k] for k in range(3) if k != c]:
                good = norm = 0.0
                for i in np.flatnonzero(truth == c):
                    for j in np.flatnonzero(np.isin(truth, others)):
                        x, z = scores[i, c], scores[j, c]
                        norm += w[i] * w[j]
                        good += w[i] * w[j] * (1.0 if x > z else 0.5 if x == z else 0.0)
                areas.append(good / norm)
        return [sum(areas) / len(areas)]

    return naive


def area_kinds(rows):
    """A row of each class that loses, or wins, all its comparisons."""
    losing = [[{"truth": float(c), "scores": 9.0 - 18.0 * (np.arange(3) == c)}] for c in range(3)]
    winning = [[{"truth": float(c), "scores": 18.0 * (np.arange(3) == c) - 9.0}] for c in range(3)]
    return [losing, winning]


def over_orders(score):
    """Mean over queries of the mean of ``score(grades in order)`` over all orders that the ties allow."""

    def naive(rows, w):
        total = norm = 0.0
        for q in sorted(set(rows.column["query"])):
            at = np.flatnonzero(rows.column["query"] == q)
            levels = {}
            for i in at:
                levels.setdefault(-rows.column["score"][i], []).append(rows.column["reference"][i])
            tied = [list(itertools.permutations(levels[s])) for s in sorted(levels)]
            seen = [score([g for block in order for g in block]) for order in itertools.product(*tied)]
            if None not in seen:
                weight = sum(w[at]) / len(at)
                total += weight * sum(seen) / len(seen)
                norm += weight
        return [total / norm]

    return naive


def naive_ndcg(k, gain):
    def score(grades):
        def dcg(ordered):
            return sum(gain(g) / math.log2(place + 1) for place, g in enumerate(ordered, 1) if place <= k)

        ideal = dcg(sorted(grades, reverse=True))
        return dcg(grades) / ideal if ideal else 0.0

    return score


def naive_reciprocal(grades):
    return next((1.0 / place for place, g in enumerate(grades, 1) if g > 0 and place <= 3), 0.0)


def query_kinds(rows):
    """A query of one document at each end of the range."""
    return [[[{"query": 9999, "score": 0.0, "reference": grade}]] for grade in (0.0, 1.0)]


def recall_kinds(rows):
    """None of five relevant documents, and all of one, among the first two (no ties)."""
    return [
        [[{"query": 9999, "score": float(s), "reference": float(s < -1)} for s in (0, -1, -2)]],
        [[{"query": 9999, "score": 0.0, "reference": 1.0}]],
    ]


def precision_kinds(rows):
    return [
        [[{"query": 9999, "score": 0.0, "reference": 0.0}]],
        [[{"query": 9999, "score": float(s), "reference": 1.0} for s in (0, -1)]],
    ]


def naive_average(grades):
    places = [place for place, g in enumerate(grades, 1) if g > 0]
    return sum(n / place for n, place in enumerate(places, 1)) / len(places) if places else None


def average_kinds(rows):
    """The one relevant document behind very many: the pull tends to that of an average precision of 0."""
    others = [{"query": 9999, "score": 0.0, "reference": 0.0}] * 400_000
    first = {"query": 9999, "score": -1.0, "reference": 1.0}
    return [[[*others, first]], [[first]]]


def found(k, of):
    def score(grades):
        relevant = [g > 0 for g in grades]
        if of == "relevant":
            return sum(relevant[:k]) / sum(relevant) if any(relevant) else None
        return sum(relevant[:k]) / k

    return score


def certain(rows):
    return [[[{"truth": 1.0, "score": 1.0}]]]


CASES = [
    Case(
        "log_score",
        by_name("log_score"),
        judged,
        mean_of(lambda r: -math.log(r["score"] if r["truth"] else 1 - r["score"])),
        certain,
    ),
    Case(
        "multiclass_log_score",
        by_name("multiclass_log_score"),
        classified,
        mean_of(lambda r: -math.log(r["scores"][int(r["truth"])])),
        lambda rows: [[[{"truth": 0.0, "scores": np.array([1.0, 0.0, 0.0])}]]],
    ),
    Case(
        "multiclass_brier_score",
        by_name("multiclass_brier_score"),
        classified,
        mean_of(lambda r: sum((p - (c == r["truth"])) ** 2 for c, p in enumerate(r["scores"]))),
        lambda rows: [[[{"truth": t, "scores": np.array([1.0, 0.0, 0.0])}]] for t in (0.0, 1.0)],
    ),
    Case(
        "calibration_in_the_large",
        by_name("calibration_in_the_large"),
        judged,
        mean_of(lambda r: r["truth"] - r["score"]),
        lambda rows: [[[{"truth": 0.0, "score": 1.0}]], [[{"truth": 1.0, "score": 0.0}]]],
    ),
    Case("observed_to_expected", by_name("observed_to_expected"), judged, naive_ratio, lambda rows: []),
    Case("calibration_intercept", by_name("calibration_intercept"), judged, naive_recalibration(0), lambda rows: []),
    Case("calibration_slope", by_name("calibration_slope"), judged, naive_recalibration(1), lambda rows: []),
    Case("expected_calibration_error", by_name("expected_calibration_error"), overstated, naive_ece, ece_kinds),
    Case(
        "expected_calibration_error-mass",
        by_name("expected_calibration_error", {"bins": 4, "binning": "mass"}),
        overstated,
        naive_equal_mass,
        equal_mass_kinds,
        negative=False,
    ),
    Case("partial_auc-0.2", by_name("partial_auc", {"fpr": 0.2}), judged, naive_partial(0.2), auc_kinds),
    Case("partial_auc-1", by_name("partial_auc", {"fpr": 1.0}), judged, naive_partial(1.0), auc_kinds),
    Case(
        "precision_recall_area",
        by_name("precision_recall_area"),
        judged,
        naive_average_precision,
        precision_recall_kinds,
    ),
    Case("concordance", by_name("concordance"), survived, naive_concordance, concordance_kinds),
    Case("multiclass_auc-rest", by_name("multiclass_auc"), classified, naive_areas("rest"), area_kinds),
    Case(
        "multiclass_auc-pairs",
        by_name("multiclass_auc", {"pairs": "pairs"}),
        classified,
        naive_areas("pairs"),
        area_kinds,
    ),
    Case(
        "ndcg",
        by_name("ndcg"),
        ranked,
        over_orders(naive_ndcg(math.inf, lambda g: g)),
        query_kinds,
        items=15,
    ),
    Case(
        "ndcg-3-exponential",
        by_name("ndcg", {"k": 3, "gain": "exponential"}),
        ranked,
        over_orders(naive_ndcg(3, lambda g: 2**g - 1)),
        query_kinds,
        items=15,
    ),
    Case(
        "mean_reciprocal_rank-3",
        by_name("mean_reciprocal_rank", {"k": 3}),
        ranked,
        over_orders(naive_reciprocal),
        query_kinds,
        items=15,
    ),
    Case(
        "recall_at_k",
        by_name("recall_at_k", {"k": 2}),
        ranked,
        over_orders(found(2, "relevant")),
        recall_kinds,
        items=15,
    ),
    Case(
        "precision_at_k",
        by_name("precision_at_k", {"k": 2}),
        ranked,
        over_orders(found(2, "k")),
        precision_kinds,
        items=15,
    ),
    Case(
        "mean_average_precision",
        by_name("mean_average_precision"),
        ranked,
        over_orders(naive_average),
        average_kinds,
        items=15,
    ),
]
