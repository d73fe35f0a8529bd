"""Coverage of the named intervals of two shares, exactly: the probability of every possible table is added up.

``python benchmarks/comparisons.py --out docs/comparisons.md`` (about a minute). No random number is drawn.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import product
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from measurand.errors import MeasurandError
from measurand.quantity import share_ratio, two_shares
from measurand.quantity.exact_shares import agresti_min, chan_zhang
from measurand.quantity.imperfect import share_part
from measurand.quantity.limits import Limits
from measurand.quantity.mover import difference, pair_phi, ratio
from measurand.quantity.restricted import score_of_difference, score_of_ratio
from measurand.quantity.student import normal_factor
from measurand.quantity.two_shares import Counts, PairCounts

Array = NDArray[np.float64]
Held = Callable[[float], Array]
"""Truth -> whether each table's interval holds it."""
LEVEL = 0.95
SHARES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98)
SIZES = ((10, 10), (10, 30), (30, 30), (100, 100), (200, 200))
PAIRS = (10, 20, 40)
COMPOSED = "composition (R5, of a procedure)"
Row = tuple[str, str, str, float, float, float]


def composed_difference(c: Counts, *, level: float) -> tuple[float, float]:
    """What a procedure states for the difference of two plain shares of different items."""
    return difference(share_part(c.x1, c.n1), share_part(c.x2, c.n2), bounds=(-1.0, 1.0)).at_tail((1 - level) / 2)


def composed_ratio(c: Counts, *, level: float) -> tuple[float, float]:
    """The same for the ratio; refused without event in the second group."""
    return ratio(share_part(c.x1, c.n1), share_part(c.x2, c.n2)).at_tail((1 - level) / 2)


def composed_paired_difference(c: PairCounts, *, level: float) -> tuple[float, float]:
    """What a procedure states for the difference of two plain shares of the same items."""
    first, second, rho = _parts(c)
    return difference(first, second, rho=rho, bounds=(-1.0, 1.0)).at_tail((1 - level) / 2)


def composed_paired_ratio(c: PairCounts, *, level: float) -> tuple[float, float]:
    """The same for the ratio."""
    first, second, rho = _parts(c)
    return ratio(first, second, rho=rho).at_tail((1 - level) / 2)


def _parts(c: PairCounts) -> tuple[Limits, Limits, float]:
    rho = pair_phi(c.both, c.only_first, c.only_second, c.neither)
    return share_part(c.both + c.only_first, c.n), share_part(c.both + c.only_second, c.n), rho


def independent() -> Iterator[Row]:
    """Difference and ratio of two shares of different items, over all pairs of shares."""
    for n1, n2 in SIZES:
        x1, x2 = np.arange(n1 + 1.0)[:, None], np.arange(n2 + 1.0)[None, :]
        at, factor = (x1, n1, x2, n2), (n1 + n2) / (n1 + n2 - 1.0)
        k2 = float(normal_factor((1 - LEVEL) / 2)) ** 2

        ways: dict[tuple[str, str], Held] = {
            ("difference", "Miettinen-Nurminen"): _score(score_of_difference, at, k2 * factor),
            ("difference", "Mee"): _score(score_of_difference, at, k2),
            ("ratio", "Miettinen-Nurminen"): _score(score_of_ratio, at, k2 * factor),
            ("ratio", "Koopman"): _score(score_of_ratio, at, k2),
        }
        closed = [("difference", "Newcombe", two_shares.newcombe), ("difference", "Wald", two_shares.wald_difference)]
        closed += [("difference", COMPOSED, composed_difference), ("ratio", COMPOSED, composed_ratio)]
        closed += [("ratio", "Newcombe", share_ratio.newcombe_ratio), ("ratio", "Katz", share_ratio.katz)]
        if (n1, n2) == SIZES[0]:
            closed += [("difference", "Chan-Zhang", chan_zhang), ("difference", "Agresti-Min", agresti_min)]
        for contrast, name, rule in closed:
            ways[contrast, name] = _limits(rule, n1, n2)
        for (contrast, name), held in ways.items():
            found = []
            for p, q in product(SHARES, repeat=2):
                truth = p - q if contrast == "difference" else p / q
                found.append(float(_binomial(n1, p) @ held(truth) @ _binomial(n2, q)))
            yield (f"{contrast}, different items", f"{n1} and {n2}", name, *_summary(found))


def _score(rule: Callable[..., Array], at: tuple[Array, int, Array, int], bound: float) -> Held:
    return lambda truth: rule(*at, truth) ** 2 <= bound + 1e-12


def _limits(rule: Callable[..., tuple[float, float]], n1: int, n2: int) -> Held:
    limits = np.array([[_of(rule, Counts(a, n1, b, n2)) for b in range(n2 + 1)] for a in range(n1 + 1)])
    return lambda truth: (limits[..., 0] <= truth + 1e-12) & (truth - 1e-12 <= limits[..., 1])


def _of(rule: Callable[..., tuple[float, float]], counts: Counts | PairCounts) -> tuple[float, float]:
    try:
        return rule(counts, level=LEVEL)
    except MeasurandError:
        return -inf, inf


def paired() -> Iterator[Row]:
    """Difference and ratio of two shares of the same items, over shares of the four cells."""
    rules: list[tuple[str, str, Callable[..., tuple[float, float]]]] = [
        ("difference", "Tango", two_shares.tango),
        ("difference", "Newcombe", two_shares.newcombe_paired),
        ("difference", "Bonett-Price", two_shares.bonett_price),
        ("difference", "Wald", two_shares.wald_paired),
        ("difference", COMPOSED, composed_paired_difference),
        ("ratio", COMPOSED, composed_paired_ratio),
        ("ratio", "Tang", share_ratio.tang),
        ("ratio", "Newcombe", share_ratio.newcombe_paired_ratio),
        ("ratio", "Bonett-Price", share_ratio.bonett_price_ratio),
    ]
    cells = [
        (a, b, c, round(1 - a - b - c, 6))
        for a, b, c in product((0.1, 0.4, 0.7, 0.85), (0.02, 0.05, 0.1, 0.2), (0.02, 0.05, 0.1, 0.2, 0.3))
        if a + b + c <= 0.98
    ]
    for n in PAIRS:
        tables = np.array(
            [(a, b, c, n - a - b - c) for a in range(n + 1) for b in range(n + 1 - a) for c in range(n + 1 - a - b)]
        )
        chosen = tables if n <= 20 else tables[(tables[:, 1] <= 25) & (tables[:, 2] <= 25)]
        ways = gammaln(n + 1.0) - gammaln(chosen + 1.0).sum(axis=1)
        weights = [np.exp(ways + xlogy(chosen, np.array(p)).sum(axis=1)) for p in cells]
        for contrast, name, rule in rules:
            limits = np.array([_of(rule, PairCounts(*map(float, t))) for t in chosen])
            found = []
            for (a, b, c, _), weight in zip(cells, weights, strict=True):
                truth = b - c if contrast == "difference" else (a + b) / (a + c)
                inside = (limits[:, 0] <= truth + 1e-12) & (truth - 1e-12 <= limits[:, 1])
                found.append(float(weight @ inside / weight.sum()))
            yield (f"{contrast}, same items", str(n), name, *_summary(found))


def _binomial(n: int, p: float) -> Array:
    k = np.arange(n + 1.0)
    ways = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return np.asarray(np.exp(ways + xlogy(k, p) + xlogy(n - k, 1 - p)))


def _summary(found: list[float]) -> tuple[float, float, float]:
    """Smallest and mean coverage, and the share of points below 93 %."""
    return min(found), float(np.mean(found)), float(np.mean(np.array(found) < 0.93))


def page() -> str:
    """The page as Markdown."""
    rows = [*independent(), *paired()]
    lines = [
        "# What the named intervals of two shares cover",
        "",
        "Exact: the probabilities of all tables whose 95 % interval holds the truth, added up, over a grid of",
        f"shares ({len(SHARES)} by {len(SHARES)} for different items; of the four outcomes for the same). Made by",
        "`python benchmarks/comparisons.py --out docs/comparisons.md`; no random number is drawn. A result of a",
        "procedure uses the composition of limits (R5): see also [what the intervals cover](coverage.md). A table for",
        "which a method gives no limits counts as held.",
        "",
        "| contrast | items | interval | smallest | mean | points below 93 % |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {c} | {n} | {m} | {low:.3f} | {mean:.3f} | {100 * share:.0f} % |" for c, n, m, low, mean, share in rows
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.parse_args().out.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
