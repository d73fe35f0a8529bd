"""Prints what the area under the ROC curve with its uncertainty costs, beside scikit-learn's area without one.

    python benchmarks/peers.py [ROWS ...]

Needs scikit-learn. Both run by turns in this process, on continuous scores and on scores of two digits (ties); the
times are medians of 3 after one run that does not count.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from sklearn.metrics import roc_auc_score

from measurand.statistic.auc import Auc
from measurand.statistic.contract import Array, Rows

TURNS = 3


def area_and_u(truth: Array, score: Array) -> tuple[float, float]:
    """The area and DeLong's standard uncertainty: positives and negatives are the blocks."""
    w = np.ones(len(truth))
    rows = Auc().arrange(Rows(np.arange(len(w)), np.zeros(len(w), np.int64), {"truth": truth, "score": score}))
    contribution = w * Auc().sensitivity(rows, w)[:, 0]
    blocks = [contribution[truth == label] for label in (0.0, 1.0)]
    variance = sum(len(b) / (len(b) - 1) * float(np.sum((b - b.mean()) ** 2)) for b in blocks)
    return float(Auc().value(rows, w)[0]), float(np.sqrt(variance))


def seconds(run: Callable[[], object]) -> float:
    """Time of one run on the wall."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def compare(n: int, *, ties: bool) -> str:
    """A line of the table. Raises ValueError where the two areas differ."""
    rng = np.random.default_rng([20261122, n])
    truth = (rng.random(n) < 0.3).astype(np.float64)
    score = truth + rng.normal(0.0, 1.0, n)
    score = np.round(score, 2) if ties else score
    ours, peer = area_and_u(truth, score), float(roc_auc_score(truth, score))
    if abs(ours[0] - peer) > 1e-12:
        raise ValueError(f"areas differ: {ours[0]!r} here, {peer!r} by scikit-learn")
    times = [
        (seconds(lambda: area_and_u(truth, score)), seconds(lambda: roc_auc_score(truth, score))) for _ in range(TURNS)
    ]
    own, other = (statistics.median(t) for t in zip(*times, strict=True))
    kind = "two digits" if ties else "continuous"
    return f"{n:>9} {kind:>11} {ours[0]:.6f} {ours[1]:.6f} {1e3 * own:9.1f} {1e3 * other:9.1f} {other / own:6.2f}"


def main(arguments: list[str]) -> None:
    """Print the table."""
    print(f"{'rows':>9} {'scores':>11} {'area':>8} {'u':>8} {'ms with u':>9} {'ms peer':>9} {'ratio':>6}")
    for n in [int(a) for a in arguments] or [10_000, 100_000, 1_000_000]:
        for ties in (False, True):
            print(compare(n, ties=ties))


if __name__ == "__main__":
    main(sys.argv[1:])
