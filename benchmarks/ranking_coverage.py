"""Errors of tie groups, coverage of ranks and simultaneous intervals, size of tests of equivalence, with known truth.

``python benchmarks/ranking_coverage.py --out docs/ranking-coverage.md`` (about half an hour of one core). Simulated: no
system was measured. m systems answer the same n items; each answer is right or wrong, right where a latent normal
score is positive, whose part by the item's difficulty is shared by all systems (half of its variance).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtri

from measurand.quantity.equivalence import equivalence_of_means, margin_of_difference
from measurand.quantity.randomness import generator
from measurand.quantity.ranks import marginal_ranks, simultaneous_ranks
from measurand.quantity.simultaneous import Systems, all_pairs, systems
from measurand.quantity.step_down import stepped_down
from measurand.quantity.student import student_factor
from measurand.quantity.tie_groups import tie_groups
from measurand.quantity.with_best import with_best

Array = NDArray[np.float64]
REPLICATES = 2000
SYSTEMS = (2, 3, 5, 10)
ITEMS = (200, 1000)
GOOD = 0.02
"""Standard uncertainty of the factor: coarser than the default, to save time; below 0.005 as it happens."""
SEVERAL = {2: REPLICATES, 3: REPLICATES, 5: 500, 10: 200}
"""Replicates of what takes a distribution for every system."""
MARGIN = 0.05


NOTHING = -1.0
"""Stands where there is nothing to be wrong about; printed as a dash."""


@dataclass(frozen=True)
class Row:
    """Shares of the replicates of one situation."""

    situation: str
    systems: int
    items: int
    wrong: float
    """Some pair of equal systems was told apart: no letter in common."""
    wrong_stepped: float
    """The same by the step-down p-values."""
    wrong_alone: float
    """The same by 95 % intervals of each pair alone, which is not what the program does."""
    intervals: float
    """All simultaneous intervals hold the true differences."""
    ranks: float
    """All rank intervals hold the true ranks."""
    one_rank: float
    """Marginal rank interval of one system: the smallest share over the systems."""
    best: float
    """All intervals "minus the best of the others" hold."""
    letters: float
    """Mean number of letters."""


def truths(m: int) -> dict[str, Array]:
    """Probabilities of being right, the best first."""
    found = {"all equal, 0.8": np.full(m, 0.8), "all equal, 0.97": np.full(m, 0.97)}
    if m > 2:
        found["half 0.9, half 0.8"] = np.where(np.arange(m) < m // 2, 0.9, 0.8)
    found["0.9 to 0.7 evenly"] = np.linspace(0.9, 0.7, m)
    return found


def answers(rng: Generator, truth: Array, n: int) -> Array:
    """0 and 1, shape (systems, items)."""
    difficulty = rng.standard_normal(n)
    noise = rng.standard_normal((len(truth), n))
    return np.asarray(difficulty + noise < ndtri(truth)[:, None] * np.sqrt(2.0), float)


def measured(right: Array) -> Systems:
    """Shares with their covariance from the shared items."""
    n = right.shape[1]
    return systems(right.mean(axis=1), np.cov(right) / n, df=n - 1.0)


def row(situation: str, m: int, n: int) -> Row:
    """One situation; what takes a distribution for every system is done for fewer replicates where systems are many."""
    truth = truths(m)[situation]
    rng = generator(f"benchmarks/ranking/{situation}/{m}/{n}")
    i, j = np.triu_indices(m, 1)
    gap, several = truth[i] - truth[j], SEVERAL[m]
    found, further = np.zeros((REPLICATES, 6)), np.zeros((several, 1 + m))
    low = 1 + np.sum(truth[None, :] > truth[:, None], axis=1)
    high = m - np.sum(truth[None, :] < truth[:, None], axis=1)
    others = np.array([truth[s] - np.max(np.delete(truth, s)) for s in range(m)])
    alone = float(student_factor(0.025, n - 1.0))
    for k in range(REPLICATES):
        held = measured(answers(rng, truth, n))
        pairs = all_pairs(held, rng=rng, good=GOOD)
        stepped, ranks = stepped_down(held, pairs, rng=rng), simultaneous_ranks(held, pairs)
        differ = np.zeros((m, m), bool)
        differ[i, j] = differ[j, i] = pairs.different
        groups = tie_groups(differ, value=held.value).groups
        apart = ~np.array([any({a, b} <= set(g) for g in groups) for a, b in pairs.pairs])
        found[k] = (
            np.any(apart & (gap == 0.0)),
            np.any((stepped <= 0.05) & (gap == 0.0)),
            np.any((np.abs(pairs.value) > alone * pairs.u) & (gap == 0.0)),
            np.all((pairs.lower <= gap) & (gap <= pairs.upper)),
            np.all((ranks.best <= low) & (high <= ranks.worst)),
            len(groups),
        )
        if k < several:
            best, single = with_best(held, rng=rng, good=GOOD), marginal_ranks(held, rng=rng, good=GOOD)
            further[k, 0] = np.all((best.lower <= others + 1e-12) & (others - 1e-12 <= best.upper))
            further[k, 1:] = (single.best <= low) & (high <= single.worst)
    wrong, stepped_wrong, alone_wrong, intervals, all_ranks, letters = found.mean(axis=0).tolist()
    if not np.any(gap == 0.0):
        wrong = stepped_wrong = alone_wrong = NOTHING
    best_held, *each = further.mean(axis=0).tolist()
    one = min(each)
    return Row(situation, m, n, wrong, stepped_wrong, alone_wrong, intervals, all_ranks, one, best_held, letters)


def sizes(n: int, second: float) -> tuple[float, float, float, float]:
    """At a true difference of minus the margin, and of none: shares of equivalent and of non-inferior."""
    rng = generator(f"benchmarks/ranking/equivalence/{second}/{n}")
    margin = margin_of_difference(MARGIN)
    found = np.zeros((REPLICATES, 4))
    for k in range(REPLICATES):
        for at, first in ((0, second - MARGIN), (2, second)):
            held = measured(answers(rng, np.array([first, second]), n))
            d, u = held.difference([(0, 1)])
            e = equivalence_of_means(float(d[0]), float(u[0]), df=held.df, margin=margin)
            found[k, at : at + 2] = e.shown("equivalence"), e.shown("non-inferiority")
    a, b, c, d_ = found.mean(axis=0).tolist()
    return a, b, c, d_


def page(rows: Sequence[Row], tests: Sequence[tuple[int, float, tuple[float, float, float, float]]]) -> str:
    """The page of the documentation."""
    lines = [HEAD]
    for r in rows:
        shares = (r.wrong, r.wrong_stepped, r.wrong_alone, r.intervals, r.ranks, r.one_rank, r.best)
        cells = ["-" if s == NOTHING else f"{s:.3f}" for s in shares]
        lines.append(f"| {r.situation} | {r.systems} | {r.items} | {' | '.join(cells)} | {r.letters:.1f} |")
    lines.append(SECOND)
    for n, second, found in tests:
        lines.append(f"| {second} | {n} | {' | '.join(f'{s:.3f}' for s in found)} |")
    return "\n".join(lines) + "\n"


HEAD = f"""# What tie groups, ranks and tests of equivalence get wrong

**Simulated**: no system was measured. Several systems answer the same items; an answer is right where a latent normal
score is positive, and half of the score's variance is the item's difficulty, which all systems share. Each line is
{REPLICATES:,} replicates (standard uncertainty of a share of 0.95: 0.005); made by
`python benchmarks/ranking_coverage.py --out docs/ranking-coverage.md`. Columns "one rank" and "with the best" use 500
replicates for 5 systems and 200 for 10.

- Wrongly apart: some pair of truly equal systems has no letter in common (at most 0.05 is promised); by step-down
  p-values; and by plain 95 % intervals of each pair, for comparison.
- Intervals: all simultaneous intervals of differences hold the truth. Ranks: all rank intervals hold the true ranks
  (equal systems share theirs). With the best: all intervals of "minus the best of the others" hold. One rank: the
  marginal interval of one system, the lowest of the systems, which is below their mean by chance alone: with 10 systems
  and 200 replicates by some 0.02. At least 0.95 is promised for each.
- Seen: "with the best" holds in 0.934 to 0.947 where one of 2 to 5 systems is the best and 200 items are answered, a
  little less than promised (its limits are one-sided, and shares near 0.9 are skewed); 0.951 with 1,000 items. The
  other columns are within chance of their promise for this many lines: the lowest are 0.942 of the intervals, 0.943
  of the ranks, and 0.920 of one rank, the lowest of 10 systems by 200 replicates.
- A dash: no two systems are equal, so none can be wrongly told apart. Letters: their mean number.

| probabilities of being right | systems | items | wrongly apart | step-down | plain | intervals | ranks | one rank | with the best | letters |
|---|---|---|---|---|---|---|---|---|---|---|"""  # noqa: E501

SECOND = f"""
## Tests against a margin

Two systems, margin {MARGIN}, alpha 0.05, one-sided. At the margin the first is truly worse by exactly {MARGIN}: the
share of wrong statements may be at most 0.05 (that of equivalence is below it where the data can show neither side).
With no difference the share is the power.

| second system | items | at the margin: equivalent | non-inferior | no difference: equivalent | non-inferior |
|---|---|---|---|---|---|"""


def _row(job: tuple[str, int, int]) -> Row:
    found = row(*job)
    print(found, file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Simulate and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    jobs = [(name, m, n) for m in SYSTEMS for n in ITEMS for name in truths(m) if n == ITEMS[0] or "0.8" in name]
    with ProcessPoolExecutor(arguments.workers) as pool:
        rows = list(pool.map(_row, reversed(jobs)))[::-1]
    tests = [(n, second, sizes(n, second)) for second in (0.8, 0.95) for n in ITEMS]
    arguments.out.write_text(page(rows, tests), encoding="utf-8")


if __name__ == "__main__":
    main()
