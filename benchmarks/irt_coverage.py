"""What the 95 % intervals of a difference of two systems' abilities cover, simulated with a known truth.

``python benchmarks/irt_coverage.py --out docs/irt-coverage.md`` (about five minutes on one core).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from measurand.errors import MeasurandError
from measurand.quantity.system_abilities import METHODS, system_abilities

Array = NDArray[np.float64]

SEED = 20261124
REPLICATES = 500
SYSTEMS = range(2, 9)
ITEMS = (50, 200)
LEVEL = 0.95
SHAPES = ("normal", "skewed")
HEAD = f"""# What the intervals of ability differences cover

Simulated, not measured on real systems: {REPLICATES} replicates a line, seed {SEED}, made by
`python benchmarks/irt_coverage.py --out docs/irt-coverage.md`. The systems' abilities are fixed and equally spaced from
0 to 1 logit. The items are drawn anew in each replicate, with difficulties of mean 0.5 and standard deviation 1.5
logits, normal or skewed (exponential), and the answers follow the Rasch model. `system_abilities` gives each pair's
difference and its {LEVEL:.0%} interval `d -+ z u`; the marginal method assumes normal difficulties, the conditional
one none.

- *held*: share of intervals, of all pairs and replicates, that hold the true difference; the Monte Carlo standard error
  of that of one pair is 0.010.
- *worst pair*: the smallest share of one pair (of few replicates: the smallest of many is below 95 % by chance).
- *u / sd*: mean standard uncertainty by the standard deviation of the estimates, of the pair that lies furthest apart.
- *refused*: replicates without an answer for all systems (one right or wrong on every item, or no finite value).

Items that a system does not answer as the Rasch model says (another ability on another kind of item) are not in this
study: nothing here says what the intervals cover there.

| systems | items | difficulties | method | held | worst pair | u / sd | refused |
|---|---|---|---|---|---|---|---|
"""


@dataclass
class Seen:
    """Of one method: whether each pair's interval held, (replicates, pairs), and of the furthest pair d and u."""

    held: list[list[bool]]
    furthest: list[tuple[float, float]]
    refused: int = 0

    def cells(self) -> str:
        """The last four columns."""
        held, (d, u) = np.array(self.held), np.array(self.furthest).T
        share = held.mean(axis=0)
        return f"{held.mean():.3f} | {share.min():.3f} | {u.mean() / d.std(ddof=1):.2f} | {self.refused}"


def answers(rng: Generator, systems: int, items: int, shape: str) -> tuple[Array, Array]:
    """True abilities (systems,) and the table of answers (systems, items)."""
    ability = np.linspace(0.0, 1.0, systems)
    standard = rng.standard_normal(items) if shape == "normal" else rng.standard_exponential(items) - 1.0
    p = 1.0 / (1.0 + np.exp(-(ability[:, None] - 0.5 - 1.5 * standard)))
    return ability, (rng.random((systems, items)) < p).astype(np.float64)


def line(rng: Generator, systems: int, items: int, shape: str) -> dict[str, Seen]:
    """Both methods on the same tables."""
    found = {method: Seen([], []) for method in METHODS}
    for _ in range(REPLICATES):
        ability, table = answers(rng, systems, items, shape)
        for method, seen in found.items():
            try:
                fitted = system_abilities(table, method=method)
                pairs = [
                    (fitted.difference(str(b + 1), str(a + 1)), ability[b] - ability[a])
                    for a, b in combinations(range(systems), 2)
                ]
            except MeasurandError:
                seen.refused += 1
                continue
            seen.held.append([d.limits(LEVEL)[0] <= truth <= d.limits(LEVEL)[1] for d, truth in pairs])
            d = pairs[systems - 2][0]
            seen.furthest.append((d.value, d.u))
    return found


def rows() -> Iterator[str]:
    """The lines of the table."""
    for systems in SYSTEMS:
        for items in ITEMS:
            for shape in SHAPES:
                rng = np.random.default_rng([SEED, systems, items, SHAPES.index(shape)])
                for method, seen in line(rng, systems, items, shape).items():
                    yield f"| {systems} | {items} | {shape} | {method} | {seen.cells()} |\n"


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    text = HEAD + "".join(rows())
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
