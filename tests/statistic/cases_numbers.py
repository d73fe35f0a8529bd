"""Quantities of numbers under the laws, each with its definition written out row by row."""

from __future__ import annotations

import math

import numpy as np

from measurand.statistic.registry import by_name

from .case import Case, rows_of

LEVEL = 0.8


def drawn(rng, n):
    """Numbers about a reference, with predicted intervals, an ensemble, sets, and counts over exposures; some ties."""
    r = np.round(rng.normal(5.0, 2.0, n), 1)
    value = np.round(r + rng.normal(0.3, 1.0, n), 1)
    lower = r + rng.normal(-1.0, 0.7, n)
    truth = rng.integers(0, 3, n)
    inside = rng.random((n, 3)) < 0.4
    inside[np.arange(n), truth] |= rng.random(n) < 0.7
    exposure = rng.uniform(1.0, 4.0, n)
    return rows_of(
        np.arange(n), value=value, reference=r, lower=lower, upper=lower + rng.uniform(0.5, 3.0, n),
        spread=rng.uniform(0.5, 2.0, n), members=np.round(r[:, None] + rng.normal(0, 1, (n, 6)), 1),
        set=inside.astype(float), truth=truth.astype(float), exposure=exposure,
    )  # fmt: skip


def counted(rng, n):
    rows = drawn(rng, n)
    events = rng.poisson(0.8 * rows.column["exposure"]).astype(float)
    return rows_of(rows.item, value=events, exposure=rows.column["exposure"])


def mean_of(score):
    """Naive weighted mean of ``score(row)``."""

    def naive(rows, w):
        total = norm = 0.0
        for i in range(len(rows)):
            row = {name: column[i] for name, column in rows.column.items()}
            total += w[i] * score(row)
            norm += w[i]
        return [total / norm]

    return naive


def weighted(rows, w, *names):
    columns = [[float(x) for x in rows.column[name]] for name in names]
    norm = sum(w)
    means = [sum(wi * x for wi, x in zip(w, c, strict=True)) / norm for c in columns]
    return columns, means, norm


def naive_r_squared(rows, w):
    (x, r), (_, mean), _ = weighted(rows, w, "value", "reference")
    left = sum(wi * (a - b) ** 2 for wi, a, b in zip(w, x, r, strict=True))
    return [1 - left / sum(wi * (b - mean) ** 2 for wi, b in zip(w, r, strict=True))]


def naive_correlation(rows, w):
    (x, r), (mx, mr), _ = weighted(rows, w, "value", "reference")
    c = sum(wi * (a - mx) * (b - mr) for wi, a, b in zip(w, x, r, strict=True))
    vx = sum(wi * (a - mx) ** 2 for wi, a in zip(w, x, strict=True))
    vr = sum(wi * (b - mr) ** 2 for wi, b in zip(w, r, strict=True))
    return [c / math.sqrt(vx * vr)]


def naive_concordance(rows, w):
    (x, r), (mx, mr), norm = weighted(rows, w, "value", "reference")
    c = sum(wi * (a - mx) * (b - mr) for wi, a, b in zip(w, x, r, strict=True)) / norm
    vx = sum(wi * (a - mx) ** 2 for wi, a in zip(w, x, strict=True)) / norm
    vr = sum(wi * (b - mr) ** 2 for wi, b in zip(w, r, strict=True)) / norm
    return [2 * c / (vx + vr + (mx - mr) ** 2)]


def naive_rmse(rows, w):
    (square,) = mean_of(lambda row: (row["value"] - row["reference"]) ** 2)(rows, w)
    return [math.sqrt(square)]


def naive_crps(row):
    x, r = row["members"], row["reference"]
    spread = sum(abs(a - b) for a in x for b in x) / len(x) ** 2
    return sum(abs(a - r) for a in x) / len(x) - spread / 2


def naive_crps_normal(row):
    """The defining integral of ``(F(t) - [t >= r])^2`` by Simpson's rule on both sides of r."""
    mean, s, r = row["value"], row["spread"], row["reference"]

    def distribution(t):
        return 0.5 * math.erfc(-(t - mean) / (s * math.sqrt(2)))

    def simpson(f, a, b, steps=2000):
        h = (b - a) / steps
        inner = sum((4 if k % 2 else 2) * f(a + k * h) for k in range(1, steps))
        return h / 3 * (f(a) + inner + f(b))

    low, high = min(mean - 10 * s, r - s), max(mean + 10 * s, r + s)
    left, right = (
        simpson(lambda t: distribution(t) ** 2, low, r),
        simpson(lambda t: (1 - distribution(t)) ** 2, r, high),
    )
    return left + right


def naive_score(row):
    score = row["upper"] - row["lower"]
    if row["reference"] < row["lower"]:
        score += 2 / (1 - LEVEL) * (row["lower"] - row["reference"])
    if row["reference"] > row["upper"]:
        score += 2 / (1 - LEVEL) * (row["reference"] - row["upper"])
    return score


def naive_quantile(q, of):
    def naive(rows, w):
        values = [of({name: column[i] for name, column in rows.column.items()}) for i in range(len(rows))]
        for y in sorted(values):
            if sum(wi for wi, x in zip(w, values, strict=True) if x <= y) >= q * sum(w) - 1e-12 * sum(w):
                return [y]
        raise AssertionError

    return naive


def naive_median(of):
    """Middle of the least value that has half of the weight at or below, and the largest that has half at or above."""
    below = naive_quantile(0.5, of)

    def naive(rows, w):
        values = [of({name: column[i] for name, column in rows.column.items()}) for i in range(len(rows))]
        for y in sorted(values, reverse=True):
            if sum(wi for wi, x in zip(w, values, strict=True) if x >= y) >= (0.5 - 1e-12) * sum(w):
                return [(below(rows, w)[0] + y) / 2.0]
        raise AssertionError

    return naive


def naive_rate(rows, w):
    events = sum(wi * x for wi, x in zip(w, rows.column["value"], strict=True))
    return [events / sum(wi * t for wi, t in zip(w, rows.column["exposure"], strict=True))]


def kinds_of(low, high):
    """The unseen rows of a share: one outside and one inside, in all columns."""

    def kinds(rows):
        whole = {name: column[0] for name, column in rows.column.items()}
        return [[[{**whole, **low}]], [[{**whole, **high}]]]

    return kinds


def zero(rows):
    """The unseen row at the lower end of a mean that has one: a flawless row."""
    whole = {name: column[0] for name, column in rows.column.items()}
    flawless = {
        "value": whole["reference"], "members": np.full_like(whole["members"], whole["reference"]),
        "lower": whole["reference"], "upper": whole["reference"], "set": np.zeros(3),
    }  # fmt: skip
    return [[[{**whole, **flawless}]]]


ERROR = {
    "mean_absolute_error": lambda row: abs(row["value"] - row["reference"]),
    "mean_squared_error": lambda row: (row["value"] - row["reference"]) ** 2,
    "mean_absolute_percentage_error": lambda row: abs(row["value"] - row["reference"]) / abs(row["reference"]),
    "crps": naive_crps,
    "interval_width": lambda row: row["upper"] - row["lower"],
    "set_size": lambda row: sum(row["set"]),
}


def loss(row):
    d = row["reference"] - row["value"]
    return 0.9 * d if d >= 0 else -0.1 * d


def with_counts(rng, n):
    """Counts of n-grams of texts: the longer ones are fewer, and some of them are in the reference."""
    length, reference = rng.integers(6, 20, n), rng.integers(8, 22, n)
    total = np.maximum(length[:, None] - np.arange(4), 1)
    matched = np.minimum(rng.binomial(total, [0.7, 0.5, 0.4, 0.3]) + (rng.random((n, 4)) < 0.5), total)
    return rows_of(np.arange(n), members=np.column_stack([matched, total, length, reference]).astype(float))


def naive_bleu(rows, w):
    sums = [sum(wi * row[k] for wi, row in zip(w, rows.column["members"], strict=True)) for k in range(10)]
    product = math.prod(sums[k] / sums[4 + k] for k in range(4))
    return [min(1.0, math.exp(1.0 - sums[9] / sums[8])) * product**0.25]


CASES = [
    Case(
        "corpus_bleu", by_name("corpus_bleu"), with_counts, naive_bleu, lambda rows: [], unlimited=True, negative=False
    ),
    Case("bias", by_name("bias"), drawn, mean_of(lambda row: row["value"] - row["reference"]), lambda rows: []),
    *(Case(name, by_name(name), drawn, mean_of(score), zero) for name, score in ERROR.items()),
    Case("pinball", by_name("pinball", {"q": 0.9}), drawn, mean_of(loss), zero),
    Case("interval_score", by_name("interval_score", {"level": LEVEL}), drawn, mean_of(naive_score), zero),
    # the unseen row of a normal prediction has a score of 0 only in the limit of no spread, so it is not written out
    Case("crps_normal", by_name("crps_normal"), drawn, mean_of(naive_crps_normal), lambda rows: [[[tiny(rows)]]]),
    Case("root_mean_square_error", by_name("root_mean_square_error"), drawn, naive_rmse, lambda rows: []),
    Case("r_squared", by_name("r_squared"), drawn, naive_r_squared, lambda rows: []),
    Case("correlation", by_name("correlation"), drawn, naive_correlation, lambda rows: [], unlimited=True),
    Case(
        "concordance_correlation",
        by_name("concordance_correlation"),
        drawn,
        naive_concordance,
        lambda rows: [],
        unlimited=True,
    ),
    Case(
        "interval_coverage",
        by_name("interval_coverage"),
        drawn,
        mean_of(lambda row: float(row["lower"] <= row["reference"] <= row["upper"])),
        kinds_of({"lower": 90.0, "upper": 91.0}, {"lower": -90.0, "upper": 90.0}),
    ),
    Case(
        "set_coverage",
        by_name("set_coverage"),
        drawn,
        mean_of(lambda row: row["set"][int(row["truth"])]),
        kinds_of({"set": np.zeros(3)}, {"set": np.ones(3)}),
    ),
    Case("rate", by_name("rate"), counted, naive_rate, lambda rows: []),
    *(
        Case(
            f"quantile-{q}",
            by_name("quantile", {"q": q}),
            drawn,
            naive_quantile(q, lambda row: row["value"]),
            lambda rows: [],
            negative=False,
        )
        for q in (0.1, 0.5, 0.9)
    ),
    Case(
        "median_absolute_error",
        by_name("median_absolute_error"),
        drawn,
        naive_median(lambda row: abs(row["value"] - row["reference"])),
        lambda rows: [],
        negative=False,
    ),
]


def tiny(rows):
    whole = {name: column[0] for name, column in rows.column.items()}
    return {**whole, "value": whole["reference"], "spread": 1e-9}
