"""Coverage of the worst group, the gap and the ratio of groups, and of differences against one group.

``PYTHONPATH=src python benchmarks/groups.py [REPLICATES]``: binomial groups of 200 items with Student's limits, so that
what differs from 95 % comes from the rule for groups or from small-sample limits of one group.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.quantity.groups import Extreme, against, gap, ratio_gap, worst
from measurand.quantity.limits import Limits
from measurand.quantity.randomness import generator
from measurand.quantity.student import student_factor

Array = NDArray[np.float64]
ITEMS = 200
TAIL = 0.025
TRUTHS = {
    "two apart": (0.8, 0.7),
    "five equal": (0.8,) * 5,
    "one of four apart": (0.9, 0.88, 0.85, 0.7),
    "six spread": (0.7, 0.74, 0.78, 0.82, 0.86, 0.9),
}


def share(rng: Generator, truth: float) -> Limits:
    """Limits of one group's share."""
    p = rng.binomial(ITEMS, truth) / ITEMS
    u = float(np.sqrt(p * (1 - p) / (ITEMS - 1)))

    def tails(tail: Array) -> tuple[Array, Array]:
        deviation = student_factor(tail, ITEMS - 1) * u
        return p - deviation, p + deviation

    return Limits(p, u, ITEMS - 1, "Student's t", tails, (0.0, 1.0))


def main(replicates: int) -> None:
    """Print one line per situation and quantity."""
    print("situation | quantity | covered | raw: bias, rmse | corrected: bias, rmse")
    for name, truth in TRUTHS.items():
        rng, low, high = generator(f"benchmarks/groups/{name}"), min(truth), max(truth)
        true = {"worst": low, "gap": high - low, "ratio": low / high}
        held: dict[str, list[tuple[float, float, bool]]] = {key: [] for key in true}
        together = 0
        for _ in range(replicates):
            parts = [share(rng, t) for t in truth]
            for key, one in (("worst", worst(parts)), ("gap", gap(parts)), ("ratio", ratio_gap(parts))):
                held[key].append(_seen(one, true[key]))
            pairs = {i: limits.at_tail(TAIL) for i, limits in against(parts, 0).items()}
            together += all(a <= truth[i] - truth[0] <= b for i, (a, b) in pairs.items())
        for key, seen in held.items():
            raw, corrected, covered = np.array(seen, float).T
            print(f"{name} | {key} | {covered.mean():.3f} | {_error(raw, true[key])} | {_error(corrected, true[key])}")
        print(f"{name} | each against the first, together | {together / replicates:.3f}", flush=True)


def _seen(one: Extreme, true: float) -> tuple[float, float, bool]:
    lower, upper = one.limits.at_tail(TAIL)
    return one.raw, one.limits.value, lower <= true <= upper


def _error(values: Array, true: float) -> str:
    return f"{values.mean() - true:+.4f}, {np.sqrt(np.mean((values - true) ** 2)):.4f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
