"""Paired DeLong test of two models on 100,000 items: seconds, and the ratio to other ways of computing it.

``python benchmarks/paired_delong.py`` on one thread. The pairwise way looks at every pair of a positive and a negative
item, in blocks. MLstatkit, a package of others, is timed as well where it is installed.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from math import sqrt
from statistics import median
from time import perf_counter

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from measurand.quantity.placements import areas, paired_test  # noqa: E402

Array = NDArray[np.float64]
SEED = 20261124
BLOCK = 500
"""Positives that the pairwise way compares with all negatives at once."""


def ours(truth: NDArray[np.bool_], x: Array, y: Array) -> tuple[float, float]:
    """Difference and its standard uncertainty."""
    d = paired_test(areas(truth, {"x": x, "y": y}), "x", "y")
    return d.value, d.u


def pairwise(truth: NDArray[np.bool_], x: Array, y: Array) -> tuple[float, float]:
    """The same from the definition: every positive with every negative."""
    of_positives, of_negatives = [], []
    for column in (x, y):
        positives, negatives = column[truth], column[~truth]
        v, w = np.empty(len(positives)), np.zeros(len(negatives))
        for start in range(0, len(positives), BLOCK):
            part = positives[start : start + BLOCK, None]
            psi = (part > negatives) + 0.5 * (part == negatives)
            v[start : start + BLOCK] = psi.mean(axis=1)
            w += psi.sum(axis=0)
        of_positives.append(v)
        of_negatives.append(w / len(positives))
    v, w = (side[0] - side[1] for side in (of_positives, of_negatives))
    return float(v.mean()), sqrt(np.var(v, ddof=1) / len(v) + np.var(w, ddof=1) / len(w))


def seconds(run: Callable[[], object], times: int) -> float:
    """Median of some runs."""
    spent = []
    for _ in range(times):
        start = perf_counter()
        run()
        spent.append(perf_counter() - start)
    return median(spent)


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    n = parser.parse_args().items
    rng = np.random.default_rng(SEED)
    truth = np.arange(n) % 2 == 0
    quality = rng.standard_normal(n) + truth
    x, y = (1.0 / (1.0 + np.exp(-(quality + noise * rng.standard_normal(n)))) for noise in (0.5, 0.7))
    value, u = ours(truth, x, y)
    fast = seconds(lambda: ours(truth, x, y), 7)
    print(f"numpy {np.__version__}, {n} items, half positive; difference {value:.6f}, u {u:.6f}")
    print(f"placements by sorting         {fast:8.4f} s (median of 7)")
    rounded = [np.round(column, 3) for column in (x, y)]
    print(f"the same, scores of 3 digits  {seconds(lambda: ours(truth, *rounded), 7):8.4f} s (median of 7)")
    again = pairwise(truth, x, y)
    if abs(again[0] - value) > 1e-12 or abs(again[1] - u) > 1e-12:
        raise SystemExit(f"the pairwise way gives {again}")
    slow = seconds(lambda: pairwise(truth, x, y), 1)
    print(f"every pair, in blocks         {slow:8.4f} s (one run)       {slow / fast:6.0f} times")
    if find_spec("MLstatkit") is None:
        print("MLstatkit is not installed here")
        return
    other = import_module("MLstatkit").Delong_test
    z = value / u
    got = other(truth.astype(int), x, y)
    print(f"z {z:.6f}; MLstatkit {version('MLstatkit')}: {got}")
    theirs = seconds(lambda: other(truth.astype(int), x, y), 7)
    print(f"MLstatkit                     {theirs:8.4f} s (median of 7)  {theirs / fast:6.0f} times")


if __name__ == "__main__":
    main()
