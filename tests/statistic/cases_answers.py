"""Quantities of answers under the laws, each from its definition over subsets, pairs or rows."""

from __future__ import annotations

import itertools

import numpy as np

from measurand.statistic.registry import by_name

from .case import Case, rows_of

N = 5
"""Answers to the first item, and at least to each: that of an unseen one."""


def answered(rng, n):
    """Five to seven answers to each item, right with a chance of the item's own; four different answers."""
    count = np.append(N, rng.integers(N, N + 3, n - 1))
    count[rng.choice(n, n // 2, replace=False)] = N
    item = np.repeat(np.arange(n), count)
    right = rng.random(len(item)) < rng.beta(0.8, 0.8, n)[item]
    return rows_of(item, outcome=right.astype(float), answer=np.where(right, 0, rng.integers(0, 4, len(item))))


def mean_over_items(of_item):
    def naive(rows, w):
        top = bottom = 0.0
        for i in sorted(set(rows.item)):
            at = np.flatnonzero(rows.item == i)
            v = sum(w[at]) / len(at)
            top, bottom = top + v * of_item(rows, w, at), bottom + v
        return [top / bottom]

    return naive


def subsets(k, shown):
    """Share of the subsets of k answers that show it, each with the product of the weights."""

    def of_item(rows, w, at):
        found = [(np.prod(w[list(s)]), shown(rows.column["outcome"][list(s)])) for s in itertools.combinations(at, k)]
        return sum(p for p, x in found if x) / sum(p for p, _ in found)

    return mean_over_items(of_item)


def same(rows, w, at):
    pairs = [
        (w[a] * w[b], rows.column["answer"][a] == rows.column["answer"][b]) for a, b in itertools.permutations(at, 2)
    ]
    return sum(p for p, x in pairs if x) / sum(p for p, _ in pairs)


def modal(rows, w, at):
    answers = rows.column["answer"][at].tolist()
    return max(answers.count(a) for a in answers) / len(answers)


def kinds(rows):
    """Every item of N answers of one to N kinds, right or wrong; the law takes the furthest."""
    found = [[{"outcome": y, "answer": a} for a in answers] for y in (0.0, 1.0) for answers in ([0] * N, range(N))]
    return [found, found]


def confident(rng, n):
    """One or two answers to an item, the more confident more often right; confidences have ties."""
    item = np.sort(np.concatenate([np.arange(n), rng.choice(n, n // 4, replace=False)]))
    score = np.round(rng.random(len(item)), 1)
    return rows_of(item, score=score, outcome=(rng.random(len(item)) < 0.3 + 0.6 * score).astype(float))


def naive_area(rows, w):
    """The risk above each answer's own confidence, averaged."""
    score, wrong = rows.column["score"], 1.0 - rows.column["outcome"]
    risk = [sum((w * wrong)[score >= s]) / sum(w[score >= s]) for s in score]
    return [sum(a * b for a, b in zip(w, risk, strict=True)) / sum(w)]


def naive_risk(coverage):
    """Go down from the most confident until the weight is reached; of equal ones all are taken in part."""

    def naive(rows, w):
        score, wrong, left, found = rows.column["score"], 1.0 - rows.column["outcome"], coverage * sum(w), 0.0
        for s in sorted(set(score), reverse=True):
            at = score == s
            taken = min(left, sum(w[at]))
            if taken > 1e-12:
                found, left = found + taken * sum((w * wrong)[at]) / sum(w[at]), left - taken
        return [found / (coverage * sum(w))]

    return naive


def most_confident(rows):
    high = rows.column["score"].max() + 1.0
    return [[[{"score": high, "outcome": y}]] for y in (1.0, 0.0)]


def claims(rng, n):
    whole = np.append([5, 5, 5, 5, 5, 5], rng.integers(0, 6, n - 6)).astype(float)
    return rows_of(np.arange(n), part=rng.binomial(whole.astype(int), 0.3).astype(float), whole=whole)


def naive_share(rows, w):
    return [sum(a * b for a, b in zip(w, rows.column["part"], strict=True)) / sum(w * rows.column["whole"])]


def compared(rng, n):
    item = np.sort(np.concatenate([np.arange(n), rng.choice(n, n // 4, replace=False)]))
    return rows_of(item, result=rng.choice(np.array(["A", "B", "tie", "both bad"]), len(item), p=[0.4, 0.3, 0.2, 0.1]))


def naive_wins(rows, w):
    worth = {"A": 1.0, "B": 0.0, "tie": 0.5, "both bad": 0.5}
    return [sum(a * worth[r] for a, r in zip(w, rows.column["result"], strict=True)) / sum(w)]


SYSTEMS = np.array(["A", "B", "C", "D"])


def judged(rng, n):
    """One or two comparisons of four systems per item, named by the winner or by its place, one in five a tie.

    Every ordered pair of systems has a decided comparison, so that no draw is separated.
    """
    pairs = np.array([(i, j) for i in range(4) for j in range(4) if i != j])
    item = np.concatenate([np.arange(n), rng.choice(n, n // 4, replace=False)])
    pair = pairs[np.concatenate([np.arange(12), np.arange(12), rng.choice(12, len(item) - 24)])]
    first, second = SYSTEMS[pair].T
    wins = rng.random(len(item)) < 1 / (1 + np.exp(np.array([0.0, 0.4, -0.3, 0.8])[pair] @ [-1.0, 1.0]))
    wins[:24], tied = np.arange(24) < 12, (rng.random(len(item)) < 0.2) & (np.arange(len(item)) >= 24)
    place = np.where(wins, "first", "second")
    named = np.where(rng.random(len(item)) < 0.5, np.where(wins, first, second), place)
    return rows_of(item, first=first, second=second, result=np.where(tied, "tie", named))


def judged_pairs(rows):
    """Every result of every pair: the furthest down, and the furthest up."""
    every = [
        [{"first": a, "second": b, "result": r}] for a in SYSTEMS for b in SYSTEMS if a != b for r in ("first", "tie")
    ]
    return [every, every]


def naive_davidson(ties, shown):
    """Davidson's iteration (1970, eq. 2.8 to 2.10) of worths and of nu; with half ties that of Zermelo."""

    def naive(rows, w):
        wins, tied = np.zeros((4, 4)), np.zeros((4, 4))
        for a, b, r, x in zip(*(rows.column[c] for c in ("first", "second", "result")), w, strict=True):
            i, j = (SYSTEMS.tolist().index(name) for name in (a, b))
            if r == "tie" and ties == "davidson":
                tied[i, j], tied[j, i] = tied[i, j] + x, tied[j, i] + x
            elif r == "tie":
                wins[i, j], wins[j, i] = wins[i, j] + x / 2, wins[j, i] + x / 2
            else:
                won = (i, j) if r in ("first", a) else (j, i)
                wins[won] += x
        total, worth = wins + wins.T + tied, np.ones(4)
        nu = 1.0 if tied.sum() > 0 else 0.0
        for _ in range(3000):
            root = np.sqrt(np.outer(worth, worth))
            both = worth[:, None] + worth + nu * root
            points = 2 * wins.sum(axis=1) + tied.sum(axis=1)
            worth = points / (total * (2 + nu * np.sqrt(worth / worth[:, None])) / both).sum(axis=1)
            worth /= np.exp(np.mean(np.log(worth)))
            root = np.sqrt(np.outer(worth, worth))
            both = worth[:, None] + worth + nu * root
            nu = tied.sum() / (total * root / both)[~np.eye(4, dtype=bool)].sum()
        return [shown(worth[0], worth[1], nu)]

    return naive


def odds(a, b, nu):
    return np.log(a / b)


def chance(a, b, nu):
    tie = nu * np.sqrt(a * b)
    return (a + tie / 2) / (a + b + tie)


CASES = [
    *(
        Case(
            f"{name}-{ties}", by_name(name, {"system": "A", other: "B", "ties": ties}), judged,
            naive_davidson(ties, shown), judged_pairs, items=60,
        )
        for ties in ("half", "davidson")
        for name, other, shown in (
            ("bradley_terry_strength", "baseline", odds), ("bradley_terry_win_probability", "opponent", chance),
        )
    ),
    *(
        Case(
            f"pass_at_k-{k}", by_name("pass_at_k", {"k": k}), answered, subsets(k, lambda y: y.max() == 1), kinds,
            rows_per_item=N, negative=False,
        )
        for k in (1, 3, 5)
    ),
    *(
        Case(
            f"pass_hat_k-{k}", by_name("pass_hat_k", {"k": k}), answered, subsets(k, lambda y: y.min() == 1), kinds,
            rows_per_item=N, negative=False,
        )
        for k in (1, 3, 5)
    ),
    Case(
        "consistency", by_name("consistency"), answered, mean_over_items(same), kinds, rows_per_item=N, negative=False
    ),
    Case(
        "modal_agreement", by_name("modal_agreement"), answered, mean_over_items(modal), kinds, rows_per_item=N,
        negative=False,
    ),
    Case("risk_coverage_area", by_name("risk_coverage_area"), confident, naive_area, most_confident, negative=False),
    *(
        Case(
            f"selective_risk-{c}", by_name("selective_risk", {"coverage": c}), confident, naive_risk(c), most_confident,
            negative=False,
        )
        for c in (0.33, 0.8, 1.0)
    ),
    Case(
        "share_of_parts", by_name("share_of_parts"), claims, naive_share,
        lambda rows: [[[{"part": 0.0, "whole": 5.0}]], [[{"part": 5.0, "whole": 5.0}]]],
    ),
    Case(
        "win_rate", by_name("win_rate", {"win": "A", "loss": "B", "tie": "tie|both bad"}), compared, naive_wins,
        lambda rows: [[[{"result": "B"}]], [[{"result": "A"}]]],
    ),
]  # fmt: skip
