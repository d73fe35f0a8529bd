"""Answers of language models: several answers to an item, comparisons, confidence, claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import comb
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import beta

from known_truth.evidence import procedure, table
from known_truth.numbers import NO_HABIT
from known_truth.situation import Draw, Kind, Situation

GROUP = "Answers"
A, B = 0.8, 0.6
"""Items are right with a chance of their own, from this Beta distribution: many near 0, many near 1."""
Drawn = Callable[[Generator], Mapping[str, Any]]


def situations() -> Iterator[Situation]:
    """Those of this file, in the order of the page."""
    for items, n, k, kind in ((60, 10, 3, "ordinary"), (30, 5, 5, "hardest"), (300, 4, 2, "ordinary")):
        for quantity, truth in (("pass_at_k", 1 - _moment(0, k)), ("pass_hat_k", _moment(k, 0))):
            yield _several(quantity, f"{items} items, {n} answers, k {k}", truth, items, n, k=k, kind=kind)
    yield _these(40, 8, 2)
    yield _these(40, 8, 4)
    yield _several("consistency", "60 items, 5 answers of 4 kinds", _moment(2, 0) + _moment(0, 2) / 3, 60, 5, kinds=3)
    yield _several("modal_agreement", "60 items, 5 answers of 2 kinds", _mode(5), 60, 5, kinds=1)
    yield _wins(40, 4)
    yield _strengths("bradley_terry_win_probability", 30, 4, 3)
    yield _strengths("bradley_terry_strength", 30, 4, 3)
    yield _strengths("bradley_terry_strength", 60, 6, 6, ties="davidson")
    yield _strengths("bradley_terry_strength", 20, 5, 3, apart=1.5, kind="hardest")
    for n in (100, 400):
        yield _one("risk_coverage_area", f"{n} items", 0.25, _confident(n))
        yield _one("selective_risk", f"{n} items at 0.5", 0.25, _confident(n), at={"coverage": "0.5"})
    yield _one("refusal_rate", "100 requests", 0.1, _plain(100, 0.1))
    yield _one("attack_success_rate", "300 attacks", 0.02, _plain(300, 0.02))
    yield _one("over_refusal_rate", "150 requests, a third to be refused", 0.1, _refused(150, 0.1))
    yield _one("hallucination_rate", "80 answers, 0 to 12 claims", 0.1, _claims(80))


def _moment(right: int, wrong: int) -> float:
    """Expected value of ``p^right (1 - p)^wrong``."""
    return float(beta(A + right, B + wrong) / beta(A, B))


def _mode(n: int) -> float:
    return sum(comb(n, c) * _moment(c, n - c) * max(c, n - c) / n for c in range(n + 1))


def _one(quantity: str, name: str, truth: float, drawn: Drawn, *, kind: Kind = "ordinary", **more: Any) -> Situation:
    def draw(rng: Generator) -> Draw:
        return Draw(table(**drawn(rng)), NO_HABIT)

    return Situation(GROUP, f"{quantity}: {name}", truth, procedure(quantity, **more), draw, kind=kind)


def _several(
    quantity: str, name: str, truth: float, items: int, n: int, *, k: int = 0, kinds: int = 0, kind: Kind = "ordinary"
) -> Situation:  # fmt: skip
    """``kinds`` of wrong answers, equally frequent; 0: right or wrong alone counts."""
    item, repeat = (x.ravel() for x in np.meshgrid(np.arange(items), np.arange(n), indexing="ij"))

    def drawn(rng: Generator) -> Mapping[str, Any]:
        right = rng.random(len(item)) < rng.beta(A, B, items)[item]
        if not kinds:
            return {"item": item, "repeat": repeat, "value": right.astype(int)}
        return {"item": item, "repeat": repeat, "number": np.where(right, 0.0, rng.integers(1, kinds + 1, len(item)))}

    return _one(quantity, name, truth, drawn, kind=kind, at={"k": str(k)} if k else {})


def _these(items: int, n: int, k: int) -> Situation:
    """A statement about these items: their chances are the same in every replicate."""
    p = (np.arange(items) + 0.5) / items
    item, repeat = (x.ravel() for x in np.meshgrid(np.arange(items), np.arange(n), indexing="ij"))

    def drawn(rng: Generator) -> Mapping[str, Any]:
        return {"item": item, "repeat": repeat, "value": (rng.random(len(item)) < p[item]).astype(int)}

    truth, at = float(np.mean(1 - (1 - p) ** k)), {"k": str(k)}
    return _one("pass_at_k", f"these {items} items, {n} answers, k {k}", truth, drawn, at=at, estimand="benchmark")


def _wins(prompts: int, each: int) -> Situation:
    """Comparisons that share a prompt go together; one in five is a tie."""
    item = np.arange(prompts * each)

    def drawn(rng: Generator) -> Mapping[str, Any]:
        win = rng.random(len(item)) < np.repeat(rng.beta(3.0, 2.0, prompts), each)
        return {
            "item": item, "cluster": item // each,
            "number": np.where(rng.random(len(item)) < 0.2, 0.5, win.astype(float)),
        }  # fmt: skip

    at = {"win": "1", "loss": "0", "tie": "0.5"}
    return _one(
        "win_rate", f"{prompts} prompts, {each} comparisons each", 0.2 * 0.5 + 0.8 * 0.6, drawn, at=at, clusters=True
    )


def _strengths(
    quantity: str, prompts: int, each: int, systems: int, *, ties: str = "half", apart: float = 0.4,
    kind: Kind = "ordinary",
) -> Situation:  # fmt: skip
    """Systems in a row, each ``apart`` above the one before; comparisons of one prompt go together.

    A share of the prompts shows nothing of the systems (a coin is thrown once for the prompt and decides who of two
    comes first in the alphabet), so that the model of the others is not that of all. The truth is the strength at which
    the expected scores of all pairs, which are equally frequent, are 0.
    """
    names = np.array([chr(ord("A") + k) for k in range(systems)])
    b, tied, blind = apart * np.arange(systems), 0.2, 0.3
    first, second = (x.ravel() for x in np.nonzero(~np.eye(systems, dtype=bool)))
    chance = _mixed(b[first] - b[second], blind)
    other = {"bradley_terry_strength": "baseline"}.get(quantity, "opponent")

    def drawn(rng: Generator) -> Mapping[str, Any]:
        prompt = np.repeat(np.arange(prompts), each)
        k = rng.integers(0, len(first), len(prompt))
        coin, no_skill = rng.random(prompts)[prompt] < 0.5, (rng.random(prompts) < blind)[prompt]
        skill = rng.random(len(prompt)) < 1.0 / (1.0 + np.exp(b[second[k]] - b[first[k]]))
        won = np.where(no_skill, coin == (first[k] < second[k]), skill)
        named = np.where(won, names[first[k]], names[second[k]])
        return {
            "item": np.arange(len(prompt)), "cluster": prompt, "first": names[first[k]], "second": names[second[k]],
            "result": np.where(rng.random(len(prompt)) < tied, "tie", named),
        }  # fmt: skip

    strengths = _expected(first, second, chance, systems, tied=tied, davidson=ties == "davidson")
    odds = float(strengths[1] - strengths[0])
    truth = odds if quantity == "bradley_terry_strength" else float(1.0 / (1.0 + np.exp(-odds)))
    name = f"{prompts} prompts, {each} comparisons each of {systems} systems, ties {ties}, {apart:g} apart"
    at = {"system": "B", other: "A", "ties": ties}
    return _one(quantity, name, truth, drawn, at=at, clusters=True, kind=kind)


def _mixed(d: NDArray[np.float64], blind: float) -> NDArray[np.float64]:
    """Chance that the first wins: by skill, or by a coin."""
    return np.asarray((1.0 - blind) / (1.0 + np.exp(-d)) + blind * 0.5)


def _expected(
    first: NDArray[np.int64], second: NDArray[np.int64], chance: NDArray[np.float64], systems: int, *, tied: float,
    davidson: bool,
) -> NDArray[np.float64]:  # fmt: skip
    """Strengths that solve the expected score equations, by the iterations of Zermelo and of Davidson (1970)."""
    wins, ties, between = np.zeros((systems, systems)), np.zeros((systems, systems)), ~np.eye(systems, dtype=bool)
    np.add.at(wins, (first, second), (1.0 - tied) * chance)
    np.add.at(wins, (second, first), (1.0 - tied) * (1.0 - chance))
    ties[between] = 2.0 * tied
    if not davidson:
        wins, ties = wins + 0.5 * ties, 0.0 * ties
    total, worth, nu = wins + wins.T + ties, np.ones(systems), float(davidson)
    points = 2.0 * wins.sum(axis=1) + ties.sum(axis=1)
    for _ in range(5000):
        both = worth[:, None] + worth + nu * np.sqrt(np.outer(worth, worth))
        worth = points / (total * (2.0 + nu * np.sqrt(worth / worth[:, None])) / both).sum(axis=1)
        worth /= worth[0]
        root = np.sqrt(np.outer(worth, worth))
        nu = ties.sum() / (total * root / (worth[:, None] + worth + nu * root))[between].sum()
    return np.asarray(np.log(worth))


def _confident(n: int) -> Drawn:
    """Confidence s uniform, right with chance 0.3 + 0.6 s: the risk at coverage c is 0.1 + 0.3 c."""

    def drawn(rng: Generator) -> Mapping[str, Any]:
        score = rng.random(n)
        return {"item": np.arange(n), "score": score, "value": (rng.random(n) < 0.3 + 0.6 * score).astype(int)}

    return drawn


def _plain(n: int, p: float) -> Drawn:
    """Each observation is 1 with chance p."""

    def drawn(rng: Generator) -> Mapping[str, Any]:
        return {"item": np.arange(n), "value": (rng.random(n) < p).astype(int)}

    return drawn


def _refused(n: int, p: float) -> Drawn:
    """Every third request is to be refused and mostly is; of the others a share p is refused too."""
    harmful = np.arange(n) % 3 == 0

    def drawn(rng: Generator) -> Mapping[str, Any]:
        refused = rng.random(n) < np.where(harmful, 0.9, p)
        return {"item": np.arange(n), "reference": harmful.astype(int), "value": refused.astype(int)}

    return drawn


def _claims(n: int) -> Drawn:
    """Long answers have as many false claims as short ones, in proportion; false claims go together."""

    def drawn(rng: Generator) -> Mapping[str, Any]:
        whole = rng.integers(0, 13, n)
        part = rng.binomial(whole, rng.beta(0.5, 4.5, n))
        return {"item": np.arange(n), "number": part.astype(float), "exposure": whole.astype(float)}

    return drawn
