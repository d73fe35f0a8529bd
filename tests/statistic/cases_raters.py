"""Agreement of raters and intraclass correlations under the laws, each from its definition over pairs of ratings."""

from __future__ import annotations

import itertools

import numpy as np

from measurand.statistic.registry import by_name

from .case import Case, rows_of


def rated(rng, n):
    """Two to four ratings of each item on a scale of four."""
    count = rng.integers(2, 5, n)
    item = np.repeat(np.arange(n), count)
    level = rng.integers(0, 4, n)[item]
    hit = rng.random(len(item)) < 0.7
    code = np.where(hit, level, rng.integers(0, 4, len(item))).astype(float)
    return rows_of(item, predicted=code, value=code)


def complete(rng, n):
    """Three raters of every item, one of them higher."""
    item = np.repeat(np.arange(n), 3)
    rater = np.tile(np.arange(3.0), n)
    value = rng.normal(size=n)[item] + 0.4 * (rater == 2) + rng.normal(0, 0.6, 3 * n)
    return rows_of(item, value=value, group=rater)


def by_item(rows, w, role):
    for i in sorted(set(rows.item)):
        at = np.flatnonzero(rows.item == i)
        yield [(float(rows.column[role][k]), float(w[k])) for k in at]


def pair_mean(ratings, of):
    pairs = [(of(a, b), u * v) for (a, u), (b, v) in itertools.permutations(ratings, 2)]
    return sum(x * p for x, p in pairs) / sum(p for _, p in pairs)


def naive_agreement(chance):
    def naive(rows, w):
        observed = weight = 0.0
        shares = {}
        for ratings in by_item(rows, w, "predicted"):
            total = sum(u for _, u in ratings)
            v = sum(u * u for _, u in ratings) / total
            observed += v * pair_mean(ratings, lambda a, b: float(a == b))
            weight += v
            for a, u in ratings:
                shares[a] = shares.get(a, 0.0) + v * u / total
        expected = chance([s / weight for s in shares.values()])
        return [(observed / weight - expected) / (1 - expected)]

    return naive


def naive_alpha(metric):
    def naive(rows, w):
        items = list(by_item(rows, w, "predicted" if metric == "nominal" else "value"))
        n = sum(u for ratings in items for _, u in ratings)
        count = n * n / sum(u * u for ratings in items for _, u in ratings)
        share = {}
        for ratings in items:
            for a, u in ratings:
                share[a] = share.get(a, 0.0) + u

        def ordinal(a, b):
            low, high = min(a, b), max(a, b)
            return (sum(s for g, s in share.items() if low <= g <= high) - (share[a] + share[b]) / 2) ** 2

        of = {
            "nominal": lambda a, b: float(a != b),
            "ordinal": ordinal,
            "interval": lambda a, b: (a - b) ** 2,
            "ratio": lambda a, b: ((a - b) / (a + b)) ** 2 if a + b else 0.0,
        }[metric]
        observed = sum(sum(u for _, u in ratings) * pair_mean(ratings, of) for ratings in items) / n
        expected = sum(share[a] * share[b] * of(a, b) for a in share for b in share) / n**2
        return [1 - observed / (expected * count / (count - 1))]

    return naive


def naive_icc(form, of_mean):
    """Mean squares of the table of items and raters, items weighted alike or by their rows."""

    def naive(rows, w):
        items, raters = sorted(set(rows.item)), sorted(set(rows.column["group"]))
        x, v = np.zeros((len(items), len(raters))), np.zeros(len(items))
        for a, i in enumerate(items):
            at = np.flatnonzero(rows.item == i)
            v[a] = sum(w[at] ** 2) / sum(w[at])
            for k in at:
                x[a, raters.index(rows.column["group"][k])] = rows.column["value"][k]
        n, k = v.sum() ** 2 / sum(v * v), len(raters)
        share = v / v.sum()
        grand = sum(share[a] * x[a, g] / k for a in range(len(items)) for g in range(k))
        row = x.mean(axis=1)
        col = share @ x
        bms = k * n / (n - 1) * sum(share * (row - grand) ** 2)
        jms = n * sum((col - grand) ** 2) / (k - 1)
        left = x - row[:, None] - col[None, :] + grand
        ems = n / (n - 1) * sum(share[a] * left[a, g] ** 2 for a in range(len(items)) for g in range(k)) / (k - 1)
        wms = ((n - 1) * ems + jms) / n
        one = {
            "one-way": (bms - wms) / (bms + (k - 1) * wms),
            "agreement": (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n),
            "consistency": (bms - ems) / (bms + (k - 1) * ems),
        }[form]
        return [k * one / (1 + (k - 1) * one) if of_mean else one]

    return naive


def rating_kinds(role):
    """Every pair of ratings of an unseen item; the law takes the furthest."""

    def kinds(rows):
        levels = sorted(set(rows.column[role]))
        pairs = [[{"predicted": a, "value": a}, {"predicted": b, "value": b}] for a in levels for b in levels]
        return [pairs, pairs]

    return kinds


CASES = [
    Case(
        "percent_agreement", by_name("percent_agreement"), rated, naive_agreement(lambda p: 0.0),
        rating_kinds("predicted"), rows_per_item=2, negative=False,
    ),
    Case(
        "fleiss_kappa", by_name("fleiss_kappa"), rated, naive_agreement(lambda p: sum(x * x for x in p)),
        rating_kinds("predicted"), rows_per_item=2, negative=False,
    ),
    Case(
        "gwet_ac1_raters", by_name("gwet_ac1_raters"), rated,
        naive_agreement(lambda p: sum(x * (1 - x) for x in p) / (len(p) - 1)), rating_kinds("predicted"),
        rows_per_item=2, negative=False,
    ),
    *(
        Case(
            f"krippendorff_alpha-{metric}", by_name("krippendorff_alpha", {"metric": metric}), rated,
            naive_alpha(metric), rating_kinds("value"), rows_per_item=2, negative=False, counts_rows=True,
        )
        for metric in ("nominal", "ordinal", "interval", "ratio")
    ),
    *(
        Case(
            f"intraclass_correlation-{form}-{'mean' if of_mean else 'one'}",
            by_name("intraclass_correlation", {"form": form, "mean_of_raters": of_mean}), complete,
            naive_icc(form, of_mean), lambda rows: [], unlimited=True, counts_rows=True, negative=False,
        )
        for form in ("one-way", "agreement", "consistency")
        for of_mean in (False, True)
    ),
]  # fmt: skip
