"""Simulated: how often the limits of strengths from preferences hold, and how often equal systems are told apart.

Each unit (voter) has tastes of its own: a normal deviation of every system's log strength. The truth of a pair is the
log odds of a preference of a unit drawn anew, which is what the strengths of the population of units mean.

    python benchmarks/preferences_coverage.py [REPLICATES]
"""

from __future__ import annotations

import sys
from itertools import combinations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.errors import MeasurandError
from measurand.quantity.preferences import FIRST, SECOND, bradley_terry, preferences
from measurand.quantity.simultaneous import all_pairs, systems
from measurand.quantity.student import student_factor

Array = NDArray[np.float64]
SITUATIONS = [
    (3, 30, 4, 0.0, 0.0), (3, 30, 4, 1.0, 0.0), (3, 100, 4, 1.0, 0.5), (5, 50, 6, 0.0, 0.0), (5, 50, 6, 1.0, 0.5),
    (5, 200, 6, 1.0, 1.0), (8, 100, 10, 1.0, 0.3),
]  # fmt: skip
"""Systems, units, comparisons of each unit, spread of tastes, distance of neighbouring strengths."""


def marginal(gap: float, taste: float) -> float:
    """Log odds of a preference over units whose tastes differ by ``taste sqrt(2)`` in a pair."""
    x, w = np.polynomial.hermite_e.hermegauss(61)
    p = float(w @ (1.0 / (1.0 + np.exp(-(gap + taste * np.sqrt(2.0) * x)))) / w.sum())
    return float(np.log(p / (1.0 - p)))


def drawn(m: int, units: int, each: int, taste: float, gap: float, rng: Generator) -> tuple[Array, ...]:
    """First, second, outcome, unit of every comparison."""
    strength = gap * np.arange(m)[::-1] + taste * rng.normal(size=(units, m))
    pairs = np.array(list(combinations(range(m), 2)))
    unit = np.repeat(np.arange(units), each)
    i, j = pairs[rng.integers(len(pairs), size=len(unit))].T
    p = 1.0 / (1.0 + np.exp(strength[unit, j] - strength[unit, i]))
    return i, j, np.where(rng.random(len(unit)) < p, FIRST, SECOND), unit


def row(m: int, units: int, each: int, taste: float, gap: float, replicates: int) -> str:
    """Coverage of a neighbouring pair with and without units, and the error of the family of all pairs."""
    rng = np.random.default_rng([m, units, each, int(10 * taste), int(10 * gap)])
    truth, held, plain, wrong, made = marginal(gap, taste), 0, 0, 0, 0
    for _ in range(replicates):
        i, j, o, unit = drawn(m, units, each, taste, gap, rng)
        try:
            with_units = bradley_terry(preferences(i, j, o, unit=unit, systems=m))
            alone = bradley_terry(preferences(i, j, o, systems=m))
        except MeasurandError:
            continue  # a system that lost everything has no strength; the count of replicates says how often
        made += 1
        for n, found in enumerate((with_units, alone)):
            v = found.covariance
            half = float(student_factor(0.025, found.df)) * np.sqrt(v[0, 0] + v[1, 1] - 2.0 * v[0, 1])
            inside = abs(found.value[0] - found.value[1] - truth) <= half
            held, plain = held + (inside and n == 0), plain + (inside and n == 1)
        if gap == 0.0:
            of_all = systems(with_units.value, with_units.covariance, df=with_units.df)
            wrong += bool(np.any(all_pairs(of_all, rng=np.random.default_rng(1), good=0.01).different))
    family = f"{100 * wrong / made:.1f} %" if gap == 0.0 else ""
    shares = " | ".join(f"{100 * x / made:.1f} %" for x in (held, plain))
    return f"| {m} | {units} x {each} | {taste} | {gap} | {made} | {shares} | {family} |"


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    names = ("systems", "units x comparisons", "spread of tastes", "distance", "replicates", "with units", "without",
             "told apart")  # fmt: skip
    print(f"| {' | '.join(names)} |")
    print("|---|---|---|---|---|---|---|---|")
    for situation in SITUATIONS:
        print(row(*situation, replicates=count), flush=True)
