"""Quantities of classes and of labels under the laws, each with its definition written out row by row."""

from __future__ import annotations

import itertools

import numpy as np

from measurand.statistic.registry import by_name

from .case import Case, rows_of

CLASSES = (0, 1, 2)


def classes(rng, n):
    truth = np.concatenate([np.arange(3), rng.choice(3, n - 3, p=[0.2, 0.3, 0.5])])
    right = (rng.random(n) < 0.6) | (np.arange(n) < 3)
    return rows_of(np.arange(n), truth=truth, predicted=np.where(right, truth, rng.choice(3, n)))


def with_none(rng, n):
    """Some predictions are none of the classes."""
    rows = classes(rng, n)
    rows.column["predicted"][3:][rng.random(n - 3) < 0.15] = -1
    return rows


def binary(rng, n):
    """One or two rows per item; all four cells of the table occur often."""
    item = np.sort(np.concatenate([np.arange(n), rng.choice(n, n // 4, replace=False)]))
    truth = rng.random(len(item)) < 0.5
    right = rng.random(len(item)) < 0.7
    return rows_of(item, truth=truth.astype(float), predicted=np.where(right, truth, ~truth).astype(float))


def labels(rng, n):
    held = rng.random((n, 3)) < 0.5
    given = np.where(rng.random((n, 3)) < 0.75, held, rng.random((n, 3)) < 0.5)
    held[:3], given[:3] = np.eye(3, dtype=bool), np.eye(3, dtype=bool)
    held[3], given[3] = False, False
    return rows_of(np.arange(n), labels=held.astype(float), predicted_labels=given.astype(float))


def scored(rng, n):
    truth = rng.integers(0, 4, n)
    scores = np.round(rng.random((n, 4)) + 0.4 * (np.arange(4) == truth[:, None]), 1)
    return rows_of(np.arange(n), truth=truth, scores=scores)


def pairs(rows, w):
    return list(zip(rows.column["truth"].tolist(), rows.column["predicted"].tolist(), w.tolist(), strict=True))


def cell(rows, w, t, p):
    return sum(x for a, b, x in pairs(rows, w) if a == t and b == p)


def per_class(rows, w, c):
    """Found, missed, and wrongly given weight of a class."""
    tp = fn = fp = 0.0
    for a, b, x in pairs(rows, w):
        tp += x * (a == c and b == c)
        fn += x * (a == c and b != c)
        fp += x * (a != c and b == c)
    return tp, fn, fp


def averaged(score, average):
    def naive(rows, w):
        counts = [per_class(rows, w, c) for c in CLASSES]
        if average == "binary":
            return [score(*counts[1])]
        if average == "micro":
            return [score(*np.sum(counts, axis=0))]
        values = [score(*c) for c in counts]
        return [np.average(values, weights=[tp + fn for tp, fn, _ in counts] if average == "weighted" else None)]

    return naive


SCORES = {
    "recall": lambda tp, fn, fp: tp / (tp + fn),
    "precision": lambda tp, fn, fp: tp / (tp + fp),
    "jaccard": lambda tp, fn, fp: tp / (tp + fn + fp),
    "f_score": lambda tp, fn, fp: 2 * tp / (2 * tp + fn + fp),
}


def every_cell(rows):
    return [[{"truth": a, "predicted": b}] for a in CLASSES for b in CLASSES]


def lowest_and_highest(rows):
    cells = every_cell(rows)
    if np.any(rows.column["predicted"] < 0):
        cells = [*cells, *([{"truth": a, "predicted": -1}] for a in CLASSES)]
    return [cells, cells]


def four_cells(rows):
    return [[[{"truth": float(a), "predicted": float(b)}]] for a in (0, 1) for b in (0, 1)]


def lowest_and_highest_of_four(rows):
    return [[k[0] for k in four_cells(rows)]] * 2


def wrong_and_found(truth):
    return lambda rows: [[[{"truth": truth, "predicted": 0.0}]], [[{"truth": truth, "predicted": 1.0}]]]


def average_case(name, average, draw=classes):
    kinds = lowest_and_highest_of_four if average == "binary" else lowest_and_highest
    return Case(
        f"{name}-{average}-{draw.__name__}", by_name(name, {"average": average}), draw,
        averaged(SCORES[name], average), kinds,
    )  # fmt: skip


def rates(rows, w):
    tp, fn, fp, tn = (cell(rows, w, t, p) for t, p in ((1, 1), (1, 0), (0, 1), (0, 0)))
    return tp / (tp + fn), tn / (tn + fp)


P = 0.1


def rate_case(name, of, kinds=four_cells, **parameters):
    return Case(name, by_name(name, parameters), binary, lambda rows, w: [of(*rates(rows, w))], kinds)


def share_case(name, value, given):
    """A share of the rows whose role ``given[0]`` is ``given[1]``: ``value`` is what the other role must be."""

    def naive(rows, w):
        other = "predicted" if given[0] == "truth" else "truth"
        inside = [x for x, g in zip(w, rows.column[given[0]], strict=True) if g == given[1]]
        both = [
            x for x, g, e in zip(w, rows.column[given[0]], rows.column[other], strict=True)
            if g == given[1] and e == value
        ]  # fmt: skip
        return [sum(both) / sum(inside)]

    other = "predicted" if given[0] == "truth" else "truth"
    kinds = [
        [[{given[0]: float(given[1]), other: float(1 - value)}]],
        [[{given[0]: float(given[1]), other: float(value)}]],
    ]
    return Case(name, by_name(name), binary, naive, lambda rows: kinds)


def naive_mcc(rows, w):
    """Correlation of the indicators of the classes, summed over classes (Gorodkin 2004, covariances written out)."""
    total = sum(w)
    values = sorted({*rows.column["truth"].tolist(), *rows.column["predicted"].tolist()})

    def covariance(first, second):
        out = 0.0
        for c in values:
            x, y = (rows.column[first] == c).astype(float), (rows.column[second] == c).astype(float)
            out += np.sum(w * (x - np.sum(w * x) / total) * (y - np.sum(w * y) / total))
        return out

    return [
        covariance("truth", "predicted") / np.sqrt(covariance("truth", "truth") * covariance("predicted", "predicted"))
    ]


def naive_agreement(chance, weight=lambda i, j: float(i == j)):
    def naive(rows, w):
        total = sum(w)
        values = sorted({*rows.column["truth"].tolist(), *rows.column["predicted"].tolist()})
        first = {c: sum(x for a, _, x in pairs(rows, w) if a == c) / total for c in values}
        second = {c: sum(x for _, b, x in pairs(rows, w) if b == c) / total for c in values}
        observed = sum(x * weight(a, b) for a, b, x in pairs(rows, w)) / total
        expected = chance(first, second, values, weight)
        return [(observed - expected) / (1 - expected)]

    return naive


def product(first, second, values, weight):
    return sum(first[i] * second[j] * weight(i, j) for i in values for j in values)


def squares(first, second, values, weight):
    return sum(((first[c] + second[c]) / 2) ** 2 for c in values)


def spread(first, second, values, weight):
    k, total = len(values), sum(weight(i, j) for i in values for j in values)
    mean = [(first[c] + second[c]) / 2 for c in values]
    return total / (k * (k - 1)) * sum(m * (1 - m) for m in mean)


def linear(i, j):
    return 1 - abs(i - j) / 2


def quadratic(i, j):
    return 1 - (i - j) ** 2 / 4


def agreement_case(name, chance, draw=classes, weight=None, **parameters):
    naive = naive_agreement(chance, weight) if weight else naive_agreement(chance)
    id = "-".join([name, *map(str, parameters.values()), draw.__name__])
    return Case(id, by_name(name, parameters), draw, naive, lowest_and_highest)


def f(tp, fn, fp):
    return 2 * tp / (2 * tp + fn + fp)


def naive_label_f(average):
    def naive(rows, w):
        held, given = rows.column["labels"], rows.column["predicted_labels"]
        if average == "samples":
            total = 0.0
            for x, a, b in zip(w, held, given, strict=True):
                both, either = sum(a * b), sum(a + b)
                total += x * (2 * both / either if either else 1.0)
            return [total / sum(w)]
        counts = []
        for k in range(3):
            tp = sum(x * a[k] * b[k] for x, a, b in zip(w, held, given, strict=True))
            fn = sum(x * a[k] * (1 - b[k]) for x, a, b in zip(w, held, given, strict=True))
            fp = sum(x * (1 - a[k]) * b[k] for x, a, b in zip(w, held, given, strict=True))
            counts.append((tp, fn, fp))
        if average == "micro":
            return [f(*np.sum(counts, axis=0))]
        weights = [tp + fn for tp, fn, _ in counts] if average == "weighted" else None
        return [np.average([f(*c) for c in counts], weights=weights)]

    return naive


def naive_hamming(rows, w):
    total = 0.0
    for x, a, b in zip(w, rows.column["labels"], rows.column["predicted_labels"], strict=True):
        total += x * sum(p != q for p, q in zip(a, b, strict=True)) / 3
    return [total / sum(w)]


def naive_subset(rows, w):
    right = [
        x
        for x, a, b in zip(w, rows.column["labels"], rows.column["predicted_labels"], strict=True)
        if list(a) == list(b)
    ]
    return [sum(right) / sum(w)]


def naive_top(k):
    def naive(rows, w):
        hit = 0.0
        for x, t, scores in zip(w, rows.column["truth"], rows.column["scores"], strict=True):
            order = sorted(range(4), key=lambda c: (scores[c], c), reverse=True)
            hit += x * (int(t) in order[:k])
        return [hit / sum(w)]

    return naive


def every_labels(rows):
    sets = list(itertools.product((0.0, 1.0), repeat=3))
    return [[{"labels": np.array(a), "predicted_labels": np.array(b)}] for a in sets for b in sets]


def label_case(name, naive, **parameters):
    id = "-".join([name, *map(str, parameters.values())])
    return Case(id, by_name(name, parameters), labels, naive, lambda rows: [every_labels(rows), every_labels(rows)])


def top_kinds(rows):
    return [[[{"truth": 0, "scores": np.array(s)}]] for s in ([0.0, 1.0, 1.0, 1.0], [1.0, 0.0, 0.0, 0.0])]


CASES = [
    *(average_case(name, a) for name in ("recall", "precision", "jaccard") for a in ("macro", "micro", "weighted")),
    *(average_case(name, "macro", with_none) for name in SCORES),
    average_case("f_score", "micro", with_none),
    average_case("jaccard", "binary", binary),
    Case(
        "recall-binary", by_name("recall"), binary, lambda rows, w: [rates(rows, w)[0]], wrong_and_found(1.0)
    ),
    Case(
        "balanced_accuracy", by_name("balanced_accuracy"), classes, averaged(SCORES["recall"], "macro"),
        lowest_and_highest,
    ),
    Case(
        "balanced_accuracy-binary", by_name("balanced_accuracy"), binary,
        lambda rows, w: [np.mean(rates(rows, w))], lowest_and_highest_of_four,
    ),
    rate_case("informedness", lambda sens, spec: sens + spec - 1),
    rate_case("positive_likelihood_ratio", lambda sens, spec: sens / (1 - spec), lambda rows: []),
    rate_case("negative_likelihood_ratio", lambda sens, spec: (1 - sens) / spec, lambda rows: []),
    rate_case(
        "diagnostic_odds_ratio", lambda sens, spec: sens * spec / ((1 - sens) * (1 - spec)), lambda rows: []
    ),
    rate_case(
        "positive_predictive_value",
        lambda sens, spec: sens * P / (sens * P + (1 - spec) * (1 - P)), prevalence=P,
    ),
    rate_case(
        "negative_predictive_value",
        lambda sens, spec: spec * (1 - P) / (spec * (1 - P) + (1 - sens) * P), prevalence=P,
    ),
    share_case("false_positive_rate", 1, ("truth", 0)),
    share_case("false_negative_rate", 0, ("truth", 1)),
    share_case("false_discovery_rate", 0, ("predicted", 1)),
    share_case("false_omission_rate", 1, ("predicted", 0)),
    Case("mcc", by_name("mcc"), classes, naive_mcc, lowest_and_highest),
    Case("mcc-none", by_name("mcc"), with_none, naive_mcc, lowest_and_highest),
    Case(
        "mcc-binary", by_name("mcc"), binary, naive_mcc, lowest_and_highest_of_four
    ),
    agreement_case("kappa", product),
    agreement_case("kappa", product, with_none),
    agreement_case("weighted_kappa", product, weight=linear, weights="linear"),
    agreement_case("weighted_kappa", product, weight=quadratic, weights="quadratic"),
    agreement_case("scott_pi", squares),
    agreement_case("gwet_ac1", spread),
    agreement_case("gwet_ac1", spread, with_none),
    agreement_case("gwet_ac2", spread, weight=linear, weights="linear"),
    agreement_case("gwet_ac2", spread, weight=quadratic, weights="quadratic"),
    agreement_case("brennan_prediger", lambda first, second, values, weight: 1 / len(values)),
    agreement_case(
        "brennan_prediger", lambda first, second, values, weight: 1 / 5, categories=5
    ),
    Case(
        "top_k_accuracy", by_name("top_k_accuracy", {"k": 2}), scored, naive_top(2), top_kinds
    ),
    Case(
        "subset_accuracy", by_name("subset_accuracy"), labels, naive_subset,
        lambda rows: [
            [[{"labels": np.ones(3), "predicted_labels": np.zeros(3)}]],
            [[{"labels": np.ones(3), "predicted_labels": np.ones(3)}]],
        ],
    ),
    label_case("hamming_loss", naive_hamming),
    *(label_case("label_f_score", naive_label_f(a), average=a) for a in ("micro", "macro", "weighted", "samples")),
]  # fmt: skip
